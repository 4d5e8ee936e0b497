"""The registry of actors: groups, forces, governments, bodies and media that reports name, under all the names they go by.

The shipped registry is ``packs/actors/*.jsonl``, one entry a line, and ``packs/actor_countries.toml``, from which the forces,
the police and the government of every country are made. A user's own files go before it; ``docs/actors.md`` has the format.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dateline.grounding.actor_entries import Entry
from dateline.grounding.actor_files import read_own, read_shipped
from dateline.grounding.actor_names import Token, fold, folded_words, tokenise
from dateline.grounding.actor_states import Country, dated_name, state_actor_id
from dateline.grounding.actor_states import branches as branch_table

__all__ = ["Entry", "Hit", "Land", "Registry", "Token", "fold", "folded_words", "tokenise"]

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_TRAILING = frozenset(
    {
        *(
            "group",
            "groups",
            "movement",
            "organisation",
            "organization",
            "militant",
            "militants",
            "fighter",
            "fighters",
            "force",
        ),
        *("forces", "rebel", "rebels", "guerrilla", "guerrillas", "guerillas", "insurgent", "insurgents", "terrorists"),
        *("gunmen", "troops", "militia", "militiamen", "faction"),
    }
)


class Land(NamedTuple):
    """A country named in a text. ``form``: ``name``, ``adjective``, ``people`` or ``capital``."""

    code: str
    form: str


class Hit(NamedTuple):
    """A name found in a text: tokens ``[first, last)``; the entries it may mean, best known first, or a country."""

    first: int
    last: int
    alias: str
    entries: tuple[Entry, ...] = ()
    land: Land | None = None
    acronym: bool = False


class _Name(NamedTuple):
    """A way to write a name, as the index keeps it."""

    tokens: tuple[str, ...]
    written: str
    ids: tuple[str, ...]
    land: Land | None
    acronym: bool
    capital: bool


_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,7}(?:-[A-Z0-9]+)?$")


class Registry:
    """All known actors, found by any of their names."""

    def __init__(
        self,
        entries: Iterable[Entry],
        countries: Iterable[Country],
        common: Iterable[str] = (),
        branches: Iterable[Entry] = (),
    ) -> None:
        """Make a registry.

        Args:
            entries: Those given first win where two go by one name.
            countries: The states.
            common: Everyday words that are names too, to be read as names in capitals only.
            branches: The branches of states' forces, which are found by a rule and need no names of their own.
        """
        named = {entry.id: entry for entry in entries}
        self._branches = {entry.id: entry for entry in branches if entry.id not in named}
        self.entries: Mapping[str, Entry] = MappingProxyType(named | self._branches)
        self.countries: Mapping[str, Country] = MappingProxyType({country.code: country for country in countries})
        self._common = frozenset(common)
        self._branch_nouns = {noun: branch.what for branch in branch_table().values() for noun in branch.nouns}
        self._names = self._build()
        lengths: dict[str, set[int]] = {}
        for name in self._names:
            lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    @classmethod
    def open(cls, extra: Sequence[Path] = ()) -> Registry:
        """Open the shipped registry and the user's own files, whose entries go before shipped ones of the same id or name.

        Raises:
            RegistryError: A file of the user has mistakes; the message lists all of them with their lines.
            PackError: A shipped file is missing.
        """
        if not extra:
            return _shipped()
        shipped = _shipped()
        own = read_own(extra, shipped.entries, shipped.countries)
        kept = {key: entry for key, entry in shipped.entries.items() if key not in own and key not in shipped._branches}  # noqa: SLF001
        return cls((own | kept).values(), shipped.countries.values(), shipped._common, shipped._branches.values())  # noqa: SLF001

    def dated_name(self, entry: Entry, day: dt.date | None) -> str | None:
        """Return the name that data sets of conflict give a state's forces on a day: "Military Forces of Iraq (2014-2018)".

        None for actors that are no state's own forces, police or government; without years where no government is known.
        """
        country = self.countries.get(entry.country or "")
        return dated_name(entry, country, day) if country else None

    def branch(self, words: Iterable[str], code: str) -> Entry | None:
        """Return the branch of a country's forces that one of these folded nouns names ("navy"), if the country has it."""
        country = self.countries.get(code)
        what = next((self._branch_nouns[word] for word in words if word in self._branch_nouns), None)
        return self.entries.get(state_actor_id(what, country)) if what and country else None

    def lookup(self, name: str) -> list[Entry]:
        """Return the entries that go by a name, best known first.

        Case, diacritics, hyphens, apostrophes, a leading "the" and a trailing "group", "militants", "rebels" … do not matter.
        """
        tokens = list(folded_words(name))
        if tokens and tokens[0] == "the":
            tokens = tokens[1:]
        while tokens:
            found = self._exact(tuple(tokens)) or self._state_actor(tokens)
            if found:
                return found
            if tokens[-1] not in _TRAILING:
                return []
            tokens = tokens[:-1]
        return []

    def find(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Yield the names in a text, longest first, not overlapping, in reading order.

        Names need the capitals they are written with: "Tigers" is a group, "tigers" is none.
        """
        folded = [token.folded for token in tokens]
        at, shouted = 0, sum(token.upper for token in tokens) > len(tokens) / 2 and len(tokens) > 1
        while at < len(tokens):
            last = at + 1
            for length in self._lengths.get(folded[at], ()):
                name = self._names.get(tuple(folded[at : at + length]))
                if name and self._written_so(name, tokens[at : at + length], shouted=shouted):
                    last = at + len(name.tokens)
                    yield Hit(at, last, name.written, tuple(self.entries[key] for key in name.ids), name.land, name.acronym)
                    break
            at = last

    def _written_so(self, name: _Name, tokens: Sequence[Token], *, shouted: bool) -> bool:
        word = name.tokens[0]
        if len(tokens) == 1 and word in self._common and (name.acronym or shouted):
            return tokens[0].upper and not shouted
        if name.acronym and len(tokens) == 1:
            return tokens[0].upper or (tokens[0].title and len(word) > 2)
        return not name.capital or any(token.title for token in tokens)

    def _exact(self, tokens: tuple[str, ...]) -> list[Entry]:
        name = self._names.get(tokens)
        return [self.entries[key] for key in name.ids] if name else []

    def _state_actor(self, tokens: Sequence[str]) -> list[Entry]:
        """Return the actor of "Iraqi army", "Iraq's police" or "Armed Forces of Iraq"."""
        for noun, what in (_STATE_NOUNS | self._branch_nouns).items():
            words = noun.split()
            rest = tokens[: -len(words)] if list(tokens[-len(words) :]) == words else None
            if rest is None and list(tokens[: len(words) + 1]) == [*words, "of"]:
                rest = tokens[len(words) + 1 :]
                rest = rest[1:] if rest and rest[0] == "the" else rest
            named = tuple(word for word in rest or () if word != "'s")
            name = self._names.get(named)
            if name and name.land and (country := self.countries.get(name.land.code)):
                entry = self.entries.get(state_actor_id(what, country))
                return [entry] if entry else []
        return []

    def _build(self) -> dict[tuple[str, ...], _Name]:
        names: dict[tuple[str, ...], _Name] = {}
        for entry in self.entries.values():
            if entry.id in self._branches:
                continue
            for written in (entry.name, *entry.aliases):
                self._add(names, written, entry.id)
        for country in self.countries.values():
            for written, form in _spellings(country):
                tokens = folded_words(written)
                if tokens not in names:
                    names[tokens] = _Name(tokens, written, (), Land(country.code, form), _is_acronym(written), capital=True)
        return names

    @staticmethod
    def _add(names: dict[tuple[str, ...], _Name], written: str, key: str) -> None:
        tokens = folded_words(written)
        if tokens and tokens[0] == "the" and len(tokens) > 1:
            tokens = tokens[1:]
        variants = [tokens]
        if "'s" in tokens:  # "Peoples War Group", and names that begin at a possessor ("Iraq's ...") keep both ways
            variants.append(tuple(" ".join(tokens).replace(" 's", "s").split()))
        capital = written != written.lower()
        for variant in variants:
            before = names.get(variant)
            if before is None:
                names[variant] = _Name(variant, written, (key,), None, _is_acronym(written), capital)
            else:
                ids = before.ids if key in before.ids else (*before.ids, key)
                names[variant] = before._replace(ids=ids, capital=before.capital and capital)


def _is_acronym(written: str) -> bool:
    return bool(_ACRONYM.match(written.replace(".", "")))


def _spellings(country: Country) -> Iterator[tuple[str, str]]:
    for name in (country.name, *country.also):
        yield name, "name"
    for adjective in country.adjectives:
        yield adjective, "adjective"
        if not adjective.endswith(("ese", "ish", "ch", "ss")) and adjective not in (country.name, *country.also):
            yield adjective + "s", "people"
    for people in country.people:
        yield people, "people"
    for capital in country.capitals:
        yield capital, "capital"


# What follows a country's name in the names of its own actors; branches have nouns of their own.
_STATE_NOUNS = {
    "military": "military",
    "armed forces": "military",
    "police": "police",
    "police forces": "police",
    "national police": "police",
    "government": "government",
    "authorities": "government",
}


@cache
def _shipped() -> Registry:
    return Registry(*read_shipped())

"""The registry of actors: groups, forces, governments, bodies and media that reports name, under all the names they go by.

The shipped registry is ``packs/actors/*.toml``, one entry a line, and ``packs/actor_countries.toml``, from which the military,
the police and the government of every country are made. A user's own files are read the same way, after being checked:
``docs/actors.md`` describes the format.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dateline import knowledge
from dateline.errors import RegistryError
from dateline.model import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

# The interaction codes of the ACLED codebook and the sectors of the PLOVER manual, by kind; an entry may say otherwise.
_ACLED = {
    ActorKind.STATE_FORCES: 1,
    ActorKind.POLICE: 1,
    ActorKind.GOVERNMENT: 1,
    ActorKind.REBEL_GROUP: 2,
    ActorKind.MILITIA: 3,
    ActorKind.CRIMINAL_GROUP: 3,
    ActorKind.COMMUNAL_GROUP: 4,
    ActorKind.RIOTERS: 5,
    ActorKind.PROTESTERS: 6,
    ActorKind.CIVILIANS: 7,
    ActorKind.MEDIA: 7,
    ActorKind.NGO: 7,
    ActorKind.EXTERNAL_FORCES: 8,
    ActorKind.IGO: 8,
}
_PLOVER = {
    ActorKind.STATE_FORCES: "MIL",
    ActorKind.EXTERNAL_FORCES: "MIL",
    ActorKind.POLICE: "COP",
    ActorKind.GOVERNMENT: "GOV",
    ActorKind.REBEL_GROUP: "REB",
    ActorKind.MILITIA: "PAR",
    ActorKind.COMMUNAL_GROUP: "PAR",
    ActorKind.CRIMINAL_GROUP: "CRM",
    ActorKind.RIOTERS: "CVL",
    ActorKind.PROTESTERS: "CVL",
    ActorKind.CIVILIANS: "CVL",
    ActorKind.MEDIA: "JRN",
    ActorKind.NGO: "NGO",
    ActorKind.IGO: "IGO",
}
_CAMEO_ROLE = {ActorKind.STATE_FORCES: "MIL", ActorKind.POLICE: "COP", ActorKind.GOVERNMENT: "GOV"}
_FIELDS = {"name", "kind", "country", "aliases", "from", "to", "parent", "then", "codes"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One actor of the registry.

    Attributes:
        id: Slug, unique in the registry.
        name: The common English name.
        kind: What it is, or was at first (see ``then``).
        country: Home country, ISO 3166-1 alpha-3, or None for transnational actors.
        aliases: Other spellings and names, the acronym included.
        first_year, last_year: Years between which it went by this name, where known.
        parent: Id of the actor that it is part of, or None.
        then: Days from which it was of another kind, in order ("the Taliban govern from 2021-08-15").
        codes: Codes of schemes: ``cameo`` (text), ``acled`` (interaction code 1 to 8), ``plover`` (sector).
    """

    id: str
    name: str
    kind: ActorKind
    country: str | None = None
    aliases: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    parent: str | None = None
    then: tuple[tuple[dt.date, ActorKind], ...] = ()
    codes: Mapping[str, str | int] = field(default_factory=dict)

    def kind_on(self, day: dt.date | None) -> ActorKind:
        """Return its kind on a day; the latest kind when no day is known."""
        kind = self.kind
        for start, later in self.then:
            if day is None or day >= start:
                kind = later
        return kind

    def codes_on(self, day: dt.date | None) -> dict[str, str | int]:
        """Return its codes on a day: those of the kind it then had, and its own where the registry gives some."""
        kind = self.kind_on(day)
        codes: dict[str, str | int] = {}
        if kind in _ACLED:
            codes = {"acled": _ACLED[kind], "plover": _PLOVER[kind]}
        if self.country and kind in _CAMEO_ROLE:
            codes["cameo"] = self.country + _CAMEO_ROLE[kind]
        return codes | dict(self.codes)

    def known_in(self, year: int) -> bool:
        """Say whether it went by this name in a year, as far as is known."""
        return (self.first_year or 0) <= year <= (self.last_year or 9999)


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A state, as newsrooms name it and its people (``packs/actor_countries.toml``)."""

    code: str
    name: str
    adjectives: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()


class Land(NamedTuple):
    """A country named in a text. ``form``: ``name``, ``adjective``, ``people`` or ``capital``."""

    code: str
    form: str


class Token(NamedTuple):
    """A word of a text: folded, where it stands, and whether its letters are capitals."""

    folded: str
    start: int
    end: int
    upper: bool
    title: bool


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


_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|(?<=\.)[A-Z]\.(?=\s)|[^\W_]+(?:['’ʼ`][^\W_]+)*")  # noqa: RUF001 (quotes found in the wild)
_APOSTROPHES = str.maketrans("", "", "'’ʼ`.")  # noqa: RUF001
_POSSESSIVES = frozenset({"'s", "’s", "'S", "’S"})  # noqa: RUF001
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,7}(?:-[A-Z0-9]+)?$")


def fold(text: str) -> str:
    """Return text lower-cased, without diacritics, apostrophes and dots."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.translate(_APOSTROPHES).lower()


def tokenise(text: str) -> list[Token]:
    """Split text into words; hyphens separate, dotted acronyms stay whole, a possessive ``'s`` is a token of its own."""
    tokens = []
    for found in _TOKEN.finditer(text):
        word, start, end = found.group(), found.start(), found.end()
        if word[-2:] in _POSSESSIVES and len(word) > 2:
            tokens.append(_token(word[:-2], start, end - 2))
            tokens.append(Token("'s", end - 2, end, upper=False, title=False))
        else:
            tokens.append(_token(word, start, end))
    return tokens


def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of ``tokenise(text)``, faster."""
    out: list[str] = []
    for word in _TOKEN.findall(text):
        if word.isascii() and word.isalnum():
            out.append(word.lower())
        elif word[-2:] in _POSSESSIVES and len(word) > 2:
            out += (fold(word[:-2]), "'s")
        else:
            out.append(fold(word))
    return tuple(out)


def _token(word: str, start: int, end: int) -> Token:
    folded = word.lower() if word.isascii() and word.isalnum() else fold(word)
    return Token(folded, start, end, upper=word.isupper(), title=word[0].isupper())


class Registry:
    """All known actors, found by any of their names."""

    def __init__(self, entries: Iterable[Entry], countries: Iterable[Country], common: Iterable[str] = ()) -> None:
        """Make a registry.

        Args:
            entries: Those given first win where two go by one name.
            countries: The states.
            common: Everyday words that are names too, to be read as names in capitals only.
        """
        self.entries: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in entries})
        self.countries: Mapping[str, Country] = MappingProxyType({country.code: country for country in countries})
        self._common = frozenset(common)
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
        own = _read_own(extra, shipped)
        entries = own | {key: entry for key, entry in shipped.entries.items() if key not in own}
        return cls(entries.values(), shipped.countries.values(), shipped._common)  # noqa: SLF001

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
        for noun, what in _STATE_NOUNS.items():
            words = noun.split()
            rest = tokens[: -len(words)] if list(tokens[-len(words) :]) == words else None
            if rest is None and list(tokens[: len(words) + 1]) == [*words, "of"]:
                rest = [word for word in tokens[len(words) + 1 :] if word != "the"]
            named = tuple(word for word in rest or () if word != "'s")
            name = self._names.get(named)
            if name and name.land and (country := self.countries.get(name.land.code)):
                entry = self.entries.get(state_actor_id(what, country))
                return [entry] if entry else []
        return []

    def _build(self) -> dict[tuple[str, ...], _Name]:
        names: dict[tuple[str, ...], _Name] = {}
        for entry in self.entries.values():
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


@cache
def _shipped() -> Registry:
    table = _load(knowledge.pack_file("actor_countries.toml"))
    countries = [_country(code, values) for code, values in table.items()]
    entries: dict[str, Entry] = {}
    for path in sorted((knowledge.PACKS / "actors").glob("*.toml")):
        for key, values in _load(path).items():
            entries[key] = _entry(key, values)
    for country in countries:
        for made in _state_actors(country, table[country.code]):
            own = entries.get(made.id)  # "military-of-israel" may have a better name than "Military of Israel"
            entries[made.id] = replace(own, aliases=own.aliases + made.aliases) if own else made
    words = _load(knowledge.pack_file("actor_words.toml"))
    return Registry(entries.values(), countries, words["common"]["words"])


def _load(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _country(code: str, values: Mapping[str, Any]) -> Country:
    return Country(
        code=code,
        name=values["name"],
        adjectives=tuple(values.get("adj", ())),
        people=tuple(values.get("people", ())),
        also=tuple(values.get("also", ())),
        capitals=tuple(values.get("capital", ())),
    )


def _entry(key: str, values: Mapping[str, Any]) -> Entry:
    return Entry(
        id=key,
        name=values["name"],
        kind=ActorKind(values["kind"]),
        country=values.get("country"),
        aliases=tuple(values.get("aliases", ())),
        first_year=values.get("from"),
        last_year=values.get("to"),
        parent=values.get("parent"),
        then=tuple(sorted((dt.date.fromisoformat(day), ActorKind(kind)) for day, kind in values.get("then", {}).items())),
        codes=values.get("codes", {}),
    )


def state_actor_id(what: str, country: Country) -> str:
    """Return the id of a country's ``military``, ``police`` or ``government``: "military-of-iraq"."""
    return f"{what}-of-" + re.sub(r"[^a-z0-9]+", "-", fold(country.name))


def _state_actors(country: Country, values: Mapping[str, Any]) -> Iterator[Entry]:
    """Make a country's military, police and government, with the names of the national forces."""
    spoken = country.name
    article = "the " if spoken.endswith(("s", "Republic", "Union", "Kingdom", "Congo")) and spoken not in _NO_ARTICLE else ""
    kinds = {"military": ActorKind.STATE_FORCES, "police": ActorKind.POLICE, "government": ActorKind.GOVERNMENT}
    for what, kind in kinds.items():
        yield Entry(
            id=state_actor_id(what, country),
            name=f"{what.capitalize()} of {article}{spoken}",
            kind=kind,
            country=country.code,
            aliases=tuple(values.get(_OWN_NAMES.get(what, ""), ())),
        )


_OWN_NAMES = {"military": "army", "police": "police"}
_STATE_NOUNS = {
    "army": "military",
    "military": "military",
    "armed forces": "military",
    "police": "police",
    "police forces": "police",
    "national police": "police",
    "government": "government",
    "authorities": "government",
}
_NO_ARTICLE = {"Barbados", "Belarus", "Cyprus", "Honduras", "Laos", "Mauritius", "Saint Kitts and Nevis"}


# --- a user's own file ---------------------------------------------------------------------------------------------------


def _read_own(paths: Sequence[Path], shipped: Registry) -> dict[str, Entry]:
    """Read and check a user's files.

    Raises:
        RegistryError: All mistakes of all files.
    """
    tables: list[tuple[Path, str, dict[str, Any]]] = []
    mistakes: list[str] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            tables.append((path, text, tomllib.loads(text)))
        except OSError as error:
            mistakes.append(f"{path}: cannot be read ({error.strerror})")
        except UnicodeDecodeError:
            mistakes.append(f"{path}: is not UTF-8 text; save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            mistakes.append(f"{path}: is not TOML: {error}")
    ids = set(shipped.entries).union(*(table for _, _, table in tables))
    entries: dict[str, Entry] = {}
    for path, text, table in tables:
        for key, values in table.items():
            problems = list(_check(key, values, ids, shipped.countries))
            mistakes += [f"{path}:{_line(text, key, name)}: entry '{key}': {message}" for name, message in problems]
            if not problems:
                entries[key] = _entry(key, values)
    if mistakes:
        raise RegistryError("\n".join(mistakes))
    return entries


def _line(text: str, key: str, name: str) -> int:
    """Return the line of an entry, or of one of its fields where that stands on a line of its own."""
    start = re.compile(rf"\s*\[?\s*[\"']?{re.escape(key)}[\"']?\s*(?:\]|=)")
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if start.match(line)), 0)
    for number in range(first + 1, len(lines)):
        if lines[number].lstrip().startswith("[") or start.match(lines[number]) or not lines[first].lstrip().startswith("["):
            break
        if name and re.match(rf"\s*{re.escape(name)}\s*=", lines[number]):
            return number + 1
    return first + 1


def _check(key: str, values: Any, ids: set[str], countries: Mapping[str, Country]) -> Iterator[tuple[str, str]]:
    """Yield (field, what is wrong) for each mistake of an entry."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", key):
        yield "", "the id must be lower-case letters, digits and single hyphens, such as 'my-group'"
    if not isinstance(values, dict):
        yield "", 'must be a table, such as {name = "…", kind = "rebel_group"}'
        return
    for unknown in sorted(set(values) - _FIELDS):
        yield unknown, f"unknown field '{unknown}'; allowed are {', '.join(sorted(_FIELDS))}"
    for name in ("name", "kind"):
        if name not in values:
            yield "", f"'{name}' is missing"
        elif not isinstance(values[name], str) or not values[name].strip():
            yield name, f"'{name}' must be a text that is not empty"
    yield from _check_kinds(values)
    yield from _check_names(values, ids, countries)
    yield from _check_years_and_codes(values)


def _check_kinds(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = ", ".join(ActorKind)
    kind = values.get("kind")
    if isinstance(kind, str) and kind.strip() and kind not in list(ActorKind):
        yield "kind", f"kind '{kind}' is none of {kinds}"
    then = values.get("then", {})
    if not isinstance(then, dict):
        yield "then", '\'then\' must be a table of days and kinds, such as {"2021-08-15" = "government"}'
        return
    for day, later in then.items():
        try:
            dt.date.fromisoformat(day)
        except ValueError:
            yield "then", f"'{day}' in 'then' is no day of the form YYYY-MM-DD"
        if later not in list(ActorKind):
            yield "then", f"kind '{later}' in 'then' is none of {kinds}"


def _check_names(values: Mapping[str, Any], ids: set[str], countries: Mapping[str, Country]) -> Iterator[tuple[str, str]]:
    aliases = values.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) and tokenise(alias) for alias in aliases):
        yield "aliases", "'aliases' must be a list of texts that are not empty"
    country = values.get("country")
    if country is not None and not (isinstance(country, str) and (country in countries or re.fullmatch("[A-Z]{3}", country))):
        yield "country", f"country {country!r} is no ISO 3166 alpha-3 code such as 'IRQ'; leave it out for transnational actors"
    parent = values.get("parent")
    if parent is not None and parent not in ids:
        yield "parent", f"parent {parent!r} is no entry of this file or the shipped registry"


def _check_years_and_codes(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    years = {name: values[name] for name in ("from", "to") if name in values}
    for name, year in years.items():
        if not isinstance(year, int) or isinstance(year, bool) or not 1000 <= year <= 9999:
            yield name, f"'{name}' must be a year, such as 1998"
            return
    if len(years) == 2 and years["from"] > years["to"]:
        yield "from", f"'from' ({years['from']}) is after 'to' ({years['to']})"
    codes = values.get("codes", {})
    if not isinstance(codes, dict) or not all(type(code) in (str, int) for code in codes.values()):
        yield "codes", "'codes' must be a table of texts or whole numbers, such as {cameo = \"IRQMIL\"}"

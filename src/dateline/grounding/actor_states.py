"""States as parties to events: how they are named, the forces that each has, and which government they had on a day.

``packs/actor_countries.toml`` names states, ``packs/actor_branches.toml`` tells which branches their forces have, and
``packs/actor_governments.toml`` when their governments began.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from dateline import knowledge
from dateline.grounding.actor_entries import Entry
from dateline.grounding.actor_names import fold, folded_words
from dateline.model import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KINDS = {"military": ActorKind.STATE_FORCES, "police": ActorKind.POLICE, "government": ActorKind.GOVERNMENT}
_OWN_NAMES = {"military": "army", "police": "police"}
_NO_ARTICLE = {
    "Barbados",
    "Belarus",
    "Cyprus",
    "Honduras",
    "Laos",
    "Mauritius",
    "Saint Kitts and Nevis",
    "Saint Vincent and the Grenadines",
}
_DISPLAYED = {"military": "Military Forces", "police": "Police Forces", "government": "Government"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A state, as newsrooms name it and its people."""

    code: str
    name: str
    adjectives: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """Its name as it follows "of": "the Philippines"."""
        bare = self.name in _NO_ARTICLE or not self.name.endswith(("s", "Republic", "Union", "Kingdom", "Congo"))
        return self.name if bare else f"the {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch of a state's forces.

    Attributes:
        what: The first word of the ids of its entries: "air-force".
        part_of: ``military`` or ``government``.
        nouns: Folded words that name it.
        only, never: Countries that alone have one, or that have none; empty where that does not limit it.
    """

    what: str
    name: str
    part_of: str
    kind: ActorKind
    nouns: tuple[str, ...]
    only: frozenset[str] = field(default_factory=frozenset)
    never: frozenset[str] = field(default_factory=frozenset)

    def in_country(self, code: str) -> bool:
        """Say whether a country has such a branch."""
        return code in self.only if self.only else code not in self.never


def state_actor_id(what: str, country: Country) -> str:
    """Return the id of a country's ``military``, ``police``, ``government`` or branch: "military-of-iraq"."""
    return f"{what}-of-" + re.sub(r"[^a-z0-9]+", "-", fold(country.name))


def is_branch(entry: Entry) -> bool:
    """Say whether an entry is a branch of a state's forces ("army-of-iraq")."""
    return entry.id.split("-of-")[0] in branches()


def country_of(code: str, values: Mapping[str, Any]) -> Country:
    """Return a country from its table."""
    return Country(
        code=code,
        name=values["name"],
        adjectives=tuple(values.get("adj", ())),
        people=tuple(values.get("people", ())),
        also=tuple(values.get("also", ())),
        capitals=tuple(values.get("capital", ())),
    )


def state_actors(country: Country, values: Mapping[str, Any]) -> Iterator[Entry]:
    """Make a country's military, police, government and branches, with the names of the national forces."""
    ids = {what: state_actor_id(what, country) for what in _KINDS}
    for what, kind in _KINDS.items():
        yield Entry(
            id=ids[what],
            name=f"{what.capitalize()} of {country.spoken}",
            kind=kind,
            country=country.code,
            aliases=tuple(values.get(_OWN_NAMES.get(what, ""), ())),
            parent=None if what == "government" else ids["government"],
        )
    for branch in branches().values():
        if branch.in_country(country.code):
            yield Entry(
                id=state_actor_id(branch.what, country),
                name=f"{branch.name} of {country.spoken}",
                kind=branch.kind,
                country=country.code,
                parent=ids[branch.part_of],
            )


@cache
def branches() -> Mapping[str, Branch]:
    """Return the branches that forces have, by the first word of their ids."""
    table = _load("actor_branches.toml")
    return {
        what: Branch(
            what=what,
            name=values["name"],
            part_of=values["of"],
            kind=ActorKind(values.get("kind", "state_forces")),
            nouns=tuple(" ".join(folded_words(noun)) for noun in values["nouns"]),
            only=frozenset(values.get("only", ())),
            never=frozenset(values.get("never", ())),
        )
        for what, values in table.items()
    }


def government_years(code: str, day: dt.date) -> tuple[int, int | None] | None:
    """Return the years of the government that a country had on a day, the last None while it lasts; None where unknown."""
    starts = sorted(dt.date.fromisoformat(start) for start in _governments().get(code, {}))
    begun = [start for start in starts if start <= day]
    if not begun:
        return None
    later = starts[len(begun) :]
    return begun[-1].year, later[0].year if later else None


def dated_name(entry: Entry, country: Country, day: dt.date | None) -> str | None:
    """Return the name that data sets of conflict give a state's forces: "Military Forces of Iraq (2014-2018)".

    The years are those of the government of the day, as ACLED names state forces; without a day, or where no government is
    known, the name stands without years. None for actors that are no state's forces, police or government.

    Args:
        entry: A registry entry of the state: ``military-of-iraq``, ``air-force-of-iraq``.
        country: The state.
        day: The day of the event.
    """
    what = entry.id.removesuffix(state_actor_id("", country))
    branch = branches().get(what)
    if entry.id != state_actor_id(what, country) or not (what in _DISPLAYED or branch):
        return None
    whole = _DISPLAYED.get(what) or _DISPLAYED["police" if branch and branch.kind is ActorKind.POLICE else "military"]
    years = government_years(country.code, day) if day else None
    dated = f" ({years[0]}-{years[1] or ''})" if years else ""
    return f"{whole} of {country.name}{dated}" + (f" {branch.name}" if branch else "")


@cache
def _governments() -> Mapping[str, Mapping[str, str]]:
    return _load("actor_governments.toml")


def _load(name: str) -> dict[str, Any]:
    with knowledge.pack_file(name).open("rb") as file:
        return tomllib.load(file)

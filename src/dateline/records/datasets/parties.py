"""The parties of a happening, as the data sets name and number them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from dateline.records.datasets.columns import FOLDER
from dateline.records.datasets.crosswalk import countries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dateline.records.datasets.crosswalk import CountryCodes
    from dateline.records.datasets.happenings import Happening
    from dateline.records.exports import Record

STATE, GROUP, PEOPLE, NONE = "state", "group", "people", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindNames:
    """What actors of one kind are called in the data sets; ``kinds.toml`` explains the fields."""

    label: str
    side: Literal["state", "group", "people", "none"]
    acled: int
    acled_name: str
    plover: str
    cameo: str
    icews: str
    acled_unnamed: int = 0


@cache
def kinds() -> Mapping[str, KindNames]:
    """Return what is known of each kind of actor."""
    data = tomllib.loads((FOLDER / "kinds.toml").read_text(encoding="utf-8"))
    return {kind: KindNames(**values) for kind, values in data.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party to a happening.

    Attributes:
        name: Its name in the registry, or the report's phrase.
        actor_id: Its id in the registry of actors, or None.
        kind: What is known of its kind.
        country: Its country, or that of the happening for people and unnamed groups; None where neither is known.
        own_country: Its own country alone.
        raw: The first words that name it in the report, or the name.
    """

    name: str
    actor_id: str | None
    kind: KindNames
    country: CountryCodes | None
    own_country: CountryCodes | None
    raw: str

    @property
    def named(self) -> bool:
        """Whether it is in the registry of actors."""
        return self.actor_id is not None


def parties(happening: Happening, role: Literal["agents", "targets", "supporters"]) -> list[Party]:
    """Return the parties in a role, in the record's order, each once."""
    here = countries().get((happening.record["place"] or {}).get("country_code") or "")
    found = [_party(raw, here) for raw in happening.record[role]]
    return list({(party.name, party.actor_id): party for party in found}.values())


def _party(raw: Record, here: CountryCodes | None) -> Party:
    own = countries().get(raw.get("country") or "")
    kind = kinds().get(raw.get("kind") or "unknown") or kinds()["unknown"]
    if own and here and own.a3 != here.a3 and kind.side == STATE and kind.acled == 1 and kind.cameo != "GOV":
        kind = kinds()["external_forces"]
    spans = raw.get("spans") or []
    words = next((span["text"] for span in spans if span.get("text")), None)
    return Party(
        name=raw["name"] or kind.label,
        actor_id=raw.get("actor_id"),
        kind=kind,
        country=own or here,
        own_country=own,
        raw=words or raw["name"] or kind.label,
    )


def pairs(agents: Sequence[Party], targets: Sequence[Party]) -> list[tuple[Party | None, Party | None]]:
    """Return every pair of an agent and a target; a side without parties gives None."""
    nobody: Sequence[Party | None] = [None]
    return [(agent, target) for agent in agents or nobody for target in targets or nobody]


def first_of(found: Sequence[Party], *sides: str) -> Party | None:
    """Return the first party of one of the sides, registry actors before unnamed ones."""
    fitting = [party for party in found if party.kind.side in sides]
    return next((party for party in fitting if party.named), fitting[0] if fitting else None)


def joined(values: Sequence[Any]) -> str:
    """Return values joined by ``; ``, each once, blanks left out."""
    return "; ".join(dict.fromkeys(str(value) for value in values if value not in (None, "")))


def short(text: str | None, characters: int) -> str:
    """Return a text on one line, cut at a word to at most so many characters: no more is copied than a quotation needs."""
    line = " ".join((text or "").split())
    return line if len(line) <= characters else line[: characters - 1].rsplit(" ", 1)[0] + "…"

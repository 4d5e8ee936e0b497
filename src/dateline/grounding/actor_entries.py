"""An actor of the registry: its names, its kind and years, and the codes that data sets give it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dateline.model import ActorKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

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
    ActorKind.MILITIA: "PRM",
    ActorKind.COMMUNAL_GROUP: "PRM",
    ActorKind.CRIMINAL_GROUP: "CRM",
    ActorKind.RIOTERS: "CVL",
    ActorKind.PROTESTERS: "CVL",
    ActorKind.CIVILIANS: "CVL",
    ActorKind.MEDIA: "JRN",
    ActorKind.NGO: "SOC",
    ActorKind.IGO: "IGO",
}
# CAMEO writes the country before the role of a domestic actor; "UAF" (unaligned armed forces) is its last resort.
_CAMEO_ROLE = {
    ActorKind.STATE_FORCES: "MIL",
    ActorKind.POLICE: "COP",
    ActorKind.GOVERNMENT: "GOV",
    ActorKind.REBEL_GROUP: "REB",
    ActorKind.MILITIA: "UAF",
    ActorKind.COMMUNAL_GROUP: "UAF",
    ActorKind.CRIMINAL_GROUP: "CRM",
    ActorKind.MEDIA: "MED",
    ActorKind.PROTESTERS: "OPP",
}
_CAMEO_WORLD = {
    ActorKind.IGO: "IGO",
    ActorKind.NGO: "NGO",
    ActorKind.MEDIA: "MED",
    ActorKind.REBEL_GROUP: "IMG",
    ActorKind.EXTERNAL_FORCES: "IGOPKO",
}


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
        wikidata: Its item in Wikidata, where that is certain.
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
    wikidata: str | None = None

    def kind_on(self, day: dt.date | None) -> ActorKind:
        """Return its kind on a day.

        When no day is known, the latest; but of what has laid down its arms (``unknown`` is what parties are) its war is told.
        """
        if day is None and self.then and self.then[-1][1] is ActorKind.UNKNOWN:
            return self.kind
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
        elif kind in _CAMEO_WORLD:
            codes["cameo"] = _CAMEO_WORLD[kind]
        return codes | dict(self.codes)

    def known_in(self, year: int) -> bool:
        """Say whether it went by this name in a year, as far as is known."""
        return (self.first_year or 0) <= year <= (self.last_year or 9999)

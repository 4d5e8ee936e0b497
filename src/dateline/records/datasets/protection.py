"""Makes records fit for publication: places coarsened, names of persons or of speakers withheld.

A protected record is built anew from what is known to be harmless; nothing is struck out of the old one. What is left are
closed words (types, kinds, codes), numbers, days, ids made by hashing, names from the registry of actors, names of publishers,
and the place down to the division that is asked for. A report's own words are gone: quotations, titles, addresses, file names,
phrases for parties, objects and speakers. At the end every name that is left is compared with what is to be withheld, as
"Mombasa" also stands in the name of a group.

Who has the reports themselves can still find them by what is left; docs/exports.md says so.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from dateline.model import PlacePrecision, SpeakerKind
from dateline.records.datasets.crosswalk import countries
from dateline.records.datasets.parties import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dateline.records.datasets.happenings import Happening, Reference, Report
    from dateline.records.exports import Record

Level = Literal["admin1", "country"]
WITHHOLDABLE = ("names", "speakers")
_HARMLESS = ("type", "status", "certainty", "confidence", "coder", "revision", "grade")
_IDS = ("id", "article_id", "event_ids", "article_ids", "split_from", "part_of")
_BOUNDS = ("kind", "low", "best", "high", "side")
_TIME = ("first", "last", "precision", "basis", "partial")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What is done to records before they are written.

    Attributes:
        coarsen: The finest division that stays, or None for places as they are.
        withhold: Of ``WITHHOLDABLE``.
    """

    coarsen: Level | None = None
    withhold: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.coarsen is not None or bool(self.withhold)

    def secrets(self, happenings: Iterable[Happening], reference: Reference) -> Secrets:
        """Return all names that are to be withheld in happenings."""
        records = (record for each in happenings for record in (each.record, *(mention.record for mention in each.mentions)))
        return Secrets(name for record in records for name in self._secrets(record, reference))

    def apply(self, happening: Happening, reference: Reference, everywhere: Secrets | None = None) -> Happening:
        """Return a happening without what is to be withheld; the same one where nothing is.

        Args:
            happening: What is to be told.
            reference: Points of provinces and names of actors.
            everywhere: What is withheld in other happenings of the same export; publishers that tell it are not named, since
                who published one report may be who told another.
        """
        if not self:
            return happening
        originals = [happening.record, *(mention.record for mention in happening.mentions)]
        secrets = self.secrets([happening], reference)
        outlets = _Outlets(secrets, everywhere)
        protected = {id(record): self._record(record, secrets, outlets, reference) for record in originals}
        mentions = tuple(
            replace(mention, record=protected[id(mention.record)], report=_report(mention.report, outlets))
            for mention in happening.mentions
        )
        # Codes that an incident took from its events are its own now, so that they are not sought again.
        record = protected[id(happening.record)] | {"codes": _codes(happening.codes, secrets)}
        return replace(happening, record=record, mentions=mentions, text=None)

    # --- what must not be told -------------------------------------------------------------------------------------------

    def _secrets(self, record: Record, reference: Reference) -> Iterator[str]:
        if self.coarsen:
            yield from self._finer(record["place"] or {})
        if "names" in self.withhold:
            for role in ("agents", "targets", "supporters"):
                yield from filter(_telling, (party["name"] for party in record[role] if not _registered(party, reference)))
        if self.withhold:
            tellers = [claim.get("speaker") for claim in record["claims"]] + [toll.get("speaker") for toll in record["tolls"]]
            if "speakers" in self.withhold:
                tellers += [via for claim in record["claims"] for via in claim.get("via") or []]
            yield from filter(_telling, tellers)

    def _finer(self, place: Mapping[str, Any]) -> Iterator[str]:
        """Yield the names of a place that are finer than the division that stays."""
        country = countries().get(place.get("country_code") or "")
        upper = [place.get("country"), country.name if country else None]
        if self.coarsen == "admin1":
            upper.append(
                place.get("admin1") or (place.get("name") if place.get("precision") == PlacePrecision.PROVINCE else None)
            )
        kept = Secrets(name for name in upper if name)
        finer = [place.get("name"), place.get("admin2"), *(other["name"] for other in place.get("alternatives") or [])]
        finer += [place.get("admin1")] if self.coarsen == "country" else []
        finer += [span.get("text") for span in place.get("spans") or []]
        # A name that stands in the name of the division that stays is told by that one.
        yield from (name for name in finer if name and not kept.hold_in(name))

    # --- what is told ----------------------------------------------------------------------------------------------------

    def _record(self, record: Record, secrets: Secrets, outlets: _Outlets, reference: Reference) -> Record:
        time, article = record["time"], record["article"]
        kept = {name: record.get(name) for name in (*_IDS, *_HARMLESS) if name in record}
        speakers = {claim["speaker"]: claim.get("speaker_kind") for claim in record["claims"] if claim.get("speaker")}
        return kept | {
            "article": dict.fromkeys(article)
            | {"publisher": outlets.told(article["publisher"]), "published": article["published"]},
            "anchors": [
                {"start": span["start"], "end": span["end"], "text": None} | _field(span) for span in record["anchors"]
            ],
            **{
                role: [self._party(party, secrets, reference, time) for party in record[role]]
                for role in ("agents", "targets", "supporters")
            },
            "objects": [],
            "instruments": [],
            "place": self._place(record["place"], secrets, reference),
            "time": {name: time.get(name) for name in _TIME} | {"spans": []} if time else None,
            "tolls": [
                {name: toll.get(name) for name in _BOUNDS}
                | {"who": None, "spans": [], "speaker": self._speaker(toll.get("speaker"), speakers)}
                for toll in record["tolls"]
            ],
            "claims": [self._claim(claim) for claim in record["claims"]],
            "codes": _codes(record["codes"], secrets),
            **({"aggregate": {"parts": (record["aggregate"] or {}).get("parts") or []}} if record.get("aggregate") else {}),
        }

    def _party(self, party: Record, secrets: Secrets, reference: Reference, time: Record | None) -> Record:
        """Return a party by its name in the registry; any other is called by its kind."""
        actor_id, day = party.get("actor_id"), (time or {}).get("first")
        known = reference.actor(actor_id, dt.date.fromisoformat(day) if day else None) if actor_id else None
        told = known is not None and not secrets.hold(known[0]) and not secrets.hold(actor_id)
        kind = party.get("kind") if party.get("kind") in kinds() else "unknown"
        return {
            "name": known[0] if known and told else kinds()[str(kind)].label,
            "actor_id": actor_id if told else None,
            "kind": kind,
            "country": party.get("country"),
            "spans": [],
            "basis": None,
        }

    def _speaker(self, speaker: str | None, speakers: Mapping[str, Any]) -> str | None:
        """Return what stands for a speaker: nothing, or what sort of source it is."""
        if speaker is None or "speakers" in self.withhold:
            return None
        return str(speakers.get(speaker) or SpeakerKind.UNKNOWN)

    def _claim(self, claim: Record) -> Record:
        kind = claim.get("speaker_kind")
        speaker = self._speaker(claim.get("speaker"), {claim["speaker"]: kind} if claim.get("speaker") else {})
        return {"speaker": speaker, "speaker_kind": kind, "via": [], "cue": None, "hedges": [], "spans": []}

    def _place(self, place: Record | None, secrets: Secrets, reference: Reference) -> Record | None:
        if not place:
            return None
        if self.coarsen:
            return self._coarse(place, reference)
        # The name stays where the gazetteer gave it, and goes where it is a phrase of the report.
        name = secrets.free(place.get("name")) if place.get("geoname_id") is not None else None
        upper = {field: secrets.free(place.get(field)) for field in ("admin2", "admin1", "country")}
        return place | upper | {"name": name or _narrowest(upper), "basis": None, "spans": [], "alternatives": []}

    def _coarse(self, place: Record, reference: Reference) -> Record | None:
        """Return a place no finer than the division asked for, at a point for the whole of it."""
        code, precision = place.get("country_code"), place["precision"]
        country = countries().get(code or "")
        blank = dict.fromkeys((*place, "admin2", "admin1", "geoname_id", "uncertainty_km", "basis")) | {
            "spans": [],
            "alternatives": [],
            "country_code": code,
            "country": place.get("country"),
        }
        if country is None:  # at sea, or a phrase that was placed nowhere
            return None
        province = place.get("admin1") or (place.get("name") if precision == PlacePrecision.PROVINCE else None)
        if self.coarsen == "admin1" and province and precision != PlacePrecision.COUNTRY:
            point = reference.division_point(country.a3, province) or (country.lat, country.lon)
            named = {"name": province, "admin1": province, "precision": str(PlacePrecision.PROVINCE)}
            return blank | named | {"lat": point[0], "lon": point[1]}
        named = {"name": place.get("country") or country.name, "precision": str(PlacePrecision.COUNTRY)}
        return blank | named | {"lat": country.lat, "lon": country.lon}


class Secrets:
    """Names that must not be told, compared word by word, without case, accents and punctuation."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(found for name in names if (found := _words(name)).strip())
        self._held: dict[str, bool] = {}

    def hold(self, text: str | None) -> bool:
        """Say whether a text tells one of them."""
        if not text or not self._names:
            return False
        if text not in self._held:
            words = _words(text)
            self._held[text] = any(name in words for name in self._names)
        return self._held[text]

    def hold_in(self, text: str) -> bool:
        """Say whether a text is told by one of them."""
        words = _words(text)
        return any(words in name for name in self._names)

    def free(self, text: str | None) -> str | None:
        """Return a text that tells none of them, else None."""
        return None if self.hold(text) else text


@dataclass(frozen=True, slots=True)
class _Outlets:
    """Which publishers may be named."""

    here: Secrets
    everywhere: Secrets | None

    def told(self, publisher: str | None) -> str | None:
        """Return a publisher's name, or None where it tells what is withheld."""
        hidden = publisher is not None and self.everywhere is not None and self.everywhere.hold(publisher)
        return None if hidden else self.here.free(publisher)


def _registered(party: Record, reference: Reference) -> bool:
    """Say whether a party goes by its name in the registry of actors."""
    known = reference.actor(party["actor_id"], None) if party.get("actor_id") else None
    return known is not None and known[0] == party["name"]


def _telling(name: str | None) -> bool:
    """Say whether a phrase may name someone: it has a capital letter and is no mere word for a kind of actor."""
    return name is not None and name != name.lower() and not _labels().hold_in(name)


@cache
def _labels() -> Secrets:
    return Secrets(kind.label for kind in kinds().values())


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return f" {' '.join(_WORD.findall(''.join(each for each in plain if not unicodedata.combining(each))))} "


def _narrowest(upper: Mapping[str, str | None]) -> str | None:
    return upper["admin2"] or upper["admin1"] or upper["country"]


def _field(span: Mapping[str, Any]) -> dict[str, Any]:
    return {"field": span["field"]} if span.get("field") else {}


def _codes(codes: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Return the codes of an event: closed words of codebooks, which a user's codebook may yet fill with names."""
    return {
        book: {name: secrets.free(value) if isinstance(value, str) else value for name, value in code.items()}
        if isinstance(code, dict)
        else secrets.free(code)
        if isinstance(code, str)
        else code
        for book, code in codes.items()
    }


def _report(report: Report, outlets: _Outlets) -> Report:
    return replace(report, publisher=outlets.told(report.publisher), url=None, title=None)

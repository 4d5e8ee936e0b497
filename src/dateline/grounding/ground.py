"""From the words of claims to days, places and actors.

Each claim's time, place and party phrases are resolved against what the whole report says: its day, its places, its actors.
A claim with no place or time of its own stays without: inheriting is the business of the incidents room, which says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dateline.grounding.actors import ReportActors, tell_apart
from dateline.grounding.date_choice import choose_times
from dateline.grounding.dates import resolve_time
from dateline.grounding.gazetteer import Gazetteer
from dateline.grounding.places import ReportPlaces, choose
from dateline.grounding.registry import Registry
from dateline.knowledge import PACKS, fingerprint, pack_file
from dateline.model import (
    Article,
    Claim,
    EventType,
    Evidence,
    GroundedClaim,
    GroundedReading,
    Mention,
    Reading,
    Role,
    TimePrecision,
    Where,
    Who,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

PLACES_PACK = "places.tsv.xz"
DATELINE_LAG_DAYS = 10
"""A dateline's day is the report's day when it lies at most so many days before publication."""

_PLACED_BY_OBJECT = frozenset(
    {EventType.TAKEOVER, EventType.WITHDRAWAL, EventType.RESTRICTION, EventType.SHELLING, EventType.AIRSTRIKE}
)
"""Types whose object is often the place itself ("captured Hit", "laid siege to Taiz")."""
_AGAINST_OWNER = frozenset(
    {EventType.CLASH, EventType.AIRSTRIKE, EventType.SHELLING, EventType.DESTRUCTION, EventType.RAID, EventType.TAKEOVER}
)
"""Types done to an armed group when they are done to its things ("destroyed two ISIL vehicles")."""


@dataclass(frozen=True, slots=True)
class Grounder:
    """The opened gazetteer and actor registry; one per process."""

    gazetteer: Gazetteer
    registry: Registry
    version: str

    @classmethod
    def open(
        cls,
        gazetteer: Path | None = None,
        registries: Sequence[Path] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> Grounder:
        """Open the packs; the places index is built on first use, with ``progress(done, total)``.

        ``version`` names them by short hashes of their files.
        """
        places = gazetteer or pack_file(PLACES_PACK)
        actors = [*sorted((PACKS / "actors").glob("*.jsonl")), *sorted(PACKS.glob("actor_*.toml")), *registries]
        return cls(
            gazetteer=Gazetteer.open(gazetteer, progress=progress),
            registry=Registry.open(registries),
            version=f"places {fingerprint(places)}, actors {fingerprint(*actors)}",
        )


def ground(readings: Iterable[Reading], grounder: Grounder) -> list[GroundedReading]:
    """Ground the claims of readings; one grounded reading each, in their order."""
    return [_ground_reading(reading, grounder) for reading in readings]


def report_day(article: Article) -> dt.date | None:
    """Return the day a report speaks from: its dateline's day if that fits its publication, else the day of publication."""
    published = article.published
    if article.dateline is None or article.dateline.date is None:
        return published
    when = resolve_time(article.dateline.date.quote, report_day=published)
    if when is None or when.first is None or when.precision is not TimePrecision.DAY:
        return published
    if published is None or 0 <= (published - when.first).days <= DATELINE_LAG_DAYS:
        return when.first
    return published


def _ground_reading(reading: Reading, grounder: Grounder) -> GroundedReading:
    article = reading.article
    day = report_day(article)
    texts = [sentence.text for sentence in article.sentences]
    dateline = article.dateline.place.quote if article.dateline and article.dateline.place else None
    places = ReportPlaces.read(texts, dateline, grounder.gazetteer)
    main = places.main
    country = main.country_code if main else None
    actors = ReportActors.read(texts, grounder.registry, country=country, day=day)
    times = choose_times(article, reading.claims, day, country)
    claims = tuple(
        GroundedClaim(
            claim=claim,
            when=time.when,
            leaning=time.leaning,
            saying=time.saying,
            apart=time.apart,
            where=_ground_place(claim, places),
            focus=places.focus(claim.sentence),
            agents=sides[0],
            targets=sides[1],
            supporters=_ground_parties(claim, Role.SUPPORT, actors),
        )
        for claim, time in zip(reading.claims, times, strict=True)
        for sides in (_ground_sides(claim, actors),)
    )
    return GroundedReading(article=article, claims=claims, links=reading.links, report_day=day)


def _ground_place(claim: Claim, places: ReportPlaces) -> Where | None:
    mentions = claim.having(Role.PLACE)
    near = [mention for mention in mentions if mention.sentence == claim.sentence] or list(mentions)
    near.sort(key=lambda mention: _gap(claim, mention))
    where = _choose_place(near, places)
    if where is None and len(near) < len(mentions):
        where = _choose_place(mentions, places)
    if claim.type in _PLACED_BY_OBJECT and (where is None or not where.precision.fine):
        objects = claim.having(Role.OBJECT)
        taken = _choose_place([*objects, *near], places) if objects else None
        if taken is not None:
            where = taken if where is None or taken.precision.rank < where.precision.rank else where
    return where


def _gap(claim: Claim, mention: Mention) -> int:
    """How many characters lie between a claim's anchor and a mention; of places told alike the nearest is the event's."""
    first, second = sorted((claim.anchor.span, mention.evidence.span), key=lambda span: span.start)
    return max(0, second.start - first.end)


def _choose_place(mentions: Sequence[Mention], places: ReportPlaces) -> Where | None:
    texts = [mention.text for mention in mentions]
    resolved: list[Where] = []
    for mention, text in zip(mentions, texts, strict=True):
        companions = [other for other in texts if other != text]
        where = places.resolve(text, sentence=mention.sentence, companions=companions)
        if where is not None:
            resolved.append(replace(where, evidence=(mention.evidence,)))
    chosen = choose(resolved)
    if chosen is None:
        return None
    support: list[Evidence] = list(chosen.evidence)
    support += [
        e for where in resolved for e in where.evidence if e not in support and where.country_code == chosen.country_code
    ]
    return replace(chosen, evidence=tuple(support))


def _ground_sides(claim: Claim, actors: ReportActors) -> tuple[tuple[Who, ...], tuple[Who, ...]]:
    """Return the agents and the targets of a claim."""
    targets = _ground_parties(claim, Role.TARGET, actors) or _owners(claim, actors)
    return tell_apart(_ground_parties(claim, Role.AGENT, actors), targets)


def _ground_parties(claim: Claim, role: Role, actors: ReportActors) -> tuple[Who, ...]:
    return tuple(
        replace(who, evidence=(mention.evidence,))
        for mention in claim.having(role)
        for who in actors.resolve_all(mention.text, sentence=mention.sentence, role=role.value)
    )


def _owners(claim: Claim, actors: ReportActors) -> tuple[Who, ...]:
    """The armed groups whose things an act is done to, where the words name no other target."""
    if claim.type not in _AGAINST_OWNER:
        return ()
    found = ((mention, actors.owner_of(mention.text, sentence=mention.sentence)) for mention in claim.having(Role.OBJECT))
    return tuple(replace(who, evidence=(mention.evidence,)) for mention, who in found if who is not None)

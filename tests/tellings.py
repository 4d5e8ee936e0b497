"""Builders of events told in reports, for the tests of incidents."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dateline.model import (
    Account,
    Article,
    Attribution,
    Event,
    EventType,
    Evidence,
    PlacePrecision,
    Sentence,
    Source,
    Span,
    SpeakerKind,
    Status,
    Telling,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

TOWNS = {"Karmel": (12.0, 30.0, 1), "Tanvir": (12.05, 30.1, 2), "Osht": (14.0, 33.0, 3)}


def toll(
    best: int, *, kind: TollKind = TollKind.KILLED, speaker: str | None = None, low: int | None = None, vague: bool = False
) -> Toll:
    return Toll(kind=kind, low=best if low is None else low, best=best, high=None if vague else best, speaker=speaker)


def town(name: str, precision: PlacePrecision = PlacePrecision.TOWN, **other: Any) -> Where:
    lat, lon, geoname_id = TOWNS.get(name, (12.0, 30.0, 99))
    given = {"admin1": "Sahra", "country": "Kandara", "country_code": "XKA", "uncertainty_km": 3.0, "geoname_id": geoname_id}
    return Where(name=name, lat=lat, lon=lon, precision=precision, **(given | other))


def day(text: str, basis: TimeBasis = TimeBasis.RELATIVE) -> When:
    first, _, last = text.partition("..")
    one, other = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    return When(first=one, last=other, precision=TimePrecision.DAY if one == other else TimePrecision.DAYS, basis=basis)


def telling(  # noqa: PLR0913 (one for each thing a test may vary)
    article: str,
    words: str = "A car bomb exploded in the market of Karmel.",
    *,
    type: str = "bombing",  # noqa: A002
    number: int = 0,
    published: str | None = "2020-03-05",
    publisher: str | None = "Radio Sahra",
    origin: str | None = None,
    **fields: Any,
) -> Telling:
    """Return an event of an article; ``fields`` are those of ``Event``, with ``place`` and ``time`` as words or values."""
    article_id = f"art_{article}"
    place, time = fields.pop("place", "Karmel"), fields.pop("time", "2020-03-03")
    agents = tuple(
        Who(name=name, actor_id=name.casefold()) if name[0].isupper() else Who(name=name) for name in fields.pop("agents", ())
    )
    speakers = fields.pop("speakers", ())
    claims = tuple(Attribution(speaker=name, speaker_kind=SpeakerKind(kind)) for name, kind in speakers)
    anchor = fields.pop("anchor", words.rsplit(maxsplit=1)[-1].strip("."))
    start = words.index(anchor)
    event = Event(
        id="evt_" + hashlib.sha256(f"{article} {number}".encode()).hexdigest()[:16],
        article_id=article_id,
        type=EventType(type),
        status=Status(fields.pop("status", "happened")),
        anchors=(Evidence(article_id=article_id, span=Span(start=start, end=start + len(anchor)), quote=anchor),),
        place=town(place) if isinstance(place, str) else place,
        time=day(time) if isinstance(time, str) else time,
        agents=agents,
        claims=claims,
        **({"confidence": 0.8} | fields),
    )
    return Telling(
        event=event,
        origin=f"art_{origin or article}",
        published=dt.date.fromisoformat(published) if published else None,
        publisher=publisher,
        passages=(words,),
        text=words,
    )


def accounts_of(tellings: Iterable[Telling]) -> list[Account]:
    """Return the articles that hold the tellings, a sentence each, as a coder would give them."""
    by_article: dict[str, list[Telling]] = {}
    for each in tellings:
        by_article.setdefault(each.event.article_id, []).append(each)
    return [_account(article_id, told) for article_id, told in by_article.items()]


def _account(article_id: str, told: list[Telling]) -> Account:
    sentences: list[Sentence] = []
    events: list[Event] = []
    start = 0
    for index, each in enumerate(told):
        words = each.passages[0]
        span = Span(start=start, end=start + len(words))
        sentences.append(Sentence(index=index, span=span, text=words, paragraph=index))
        anchors = tuple(
            replace(one, span=Span(start=one.span.start + start, end=one.span.end + start)) for one in each.event.anchors
        )
        events.append(replace(each.event, anchors=anchors))
        start += len(words) + 1
    article = Article(
        id=article_id,
        text=" ".join(sentence.text for sentence in sentences),
        source=Source(publisher=told[0].publisher),
        published=told[0].published,
        published_basis="given",
        sentences=tuple(sentences),
    )
    return Account(article=article, events=tuple(events))

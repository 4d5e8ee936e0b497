"""Builders of hand-made articles, accounts and what coded them; used where a test needs no reader."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dateline.model import (
    Account,
    ActorKind,
    Alternative,
    Article,
    Attribution,
    Certainty,
    CoderInfo,
    Event,
    EventType,
    PlacePrecision,
    Sentence,
    Side,
    Source,
    Span,
    SpeakerKind,
    Status,
    Thing,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
    When,
    Where,
    Who,
)

INFO = CoderInfo(version="0.1.0", weights="w-123456789abc", packs="p-abcdef123456")

TITLE = "Rebels shell market in Karmel, killing at least 12"
SENTENCES = (
    "Rebel fighters shelled a crowded market in Karmel on Tuesday, killing at least 12 traders, Radio Sahra reported.",
    "Residents said the “Northern Front” had threatened to storm the town next week.",
    "The ministry denied that soldiers had fled.",
)


def make_article(
    title: str | None = TITLE,
    sentences: tuple[str, ...] = SENTENCES,
    *,
    repeats: dict[int, int] | None = None,
    **settings: Any,
) -> Article:
    """Return an article whose text is the sentences, one blank between them.

    Args:
        title: A title kept apart from the text, or None.
        sentences: The sentences of the text.
        repeats: Index of a sentence to how often it stands again.
        settings: Other fields of ``Article``.
    """
    text = " ".join(sentences)
    found = [] if title is None else [Sentence(index=0, span=Span(start=0, end=len(title), field="title"), text=title)]
    start = 0
    for sentence in sentences:
        index = len(found)
        again = tuple(Span(start=0, end=0) for _ in range((repeats or {}).get(index, 0)))
        span = Span(start=start, end=start + len(sentence))
        found.append(Sentence(index=index, span=span, text=sentence, paragraph=index, repeats=again))
        start += len(sentence) + 1
    given = {
        "id": "art_0011223344",
        "given_id": "wire-7",
        "source": Source(publisher="Radio Sahra", url="https://news.example/7", path="in/wire.jsonl"),
        "published": dt.date(2020, 3, 5),
        "published_text": "2020-03-05T08:30:00Z",
        "published_basis": "given",
        "language": "en",
    }
    return Article(title=title, text=text, sentences=tuple(found), **(given | settings))


def words(article: Article, quote: str, field: str = "text") -> tuple[Any, ...]:
    """Return the evidence of the first place where words stand in an article."""
    start = (article.title or "" if field == "title" else article.text).index(quote)
    return (article.evidence(Span(start=start, end=start + len(quote), field=field)),)


def make_account(article: Article | None = None, *, full: bool = True) -> Account:
    """Return an account with one event that has every field and one that has nearly none; or one bare event on any article."""
    article = article or make_article()
    if not full:
        whole = article.evidence(article.sentences[-1].span)
        event = Event(id="evt_c", article_id=article.id, type=EventType.RIOT, status=Status.HAPPENED, anchors=(whole,))
        return Account(article=article, events=(event,))
    rich = Event(
        id="evt_aaaa",
        article_id=article.id,
        type=EventType.SHELLING,
        status=Status.HAPPENED,
        anchors=words(article, "shell", "title") + words(article, "shelled"),
        agents=(
            Who(
                name="Northern Front",
                actor_id="northern_front",
                kind=ActorKind.REBEL_GROUP,
                country="XKA",
                basis="registry: alias 'Northern Front'",
                evidence=words(article, "Rebel fighters"),
            ),
            Who(name="gunmen"),
        ),
        targets=(
            Who(name="traders", kind=ActorKind.CIVILIANS, basis="rule: trade", evidence=words(article, "at least 12 traders")),
        ),
        supporters=(Who(name="a neighbour state", kind=ActorKind.EXTERNAL_FORCES),),
        objects=(Thing(name="a crowded market", evidence=words(article, "a crowded market")),),
        instruments=(Thing(name="mortars"),),
        place=Where(
            name="Karmel",
            admin2="Karmel District",
            admin1="Sahra",
            country="Kandara",
            country_code="XKA",
            lat=-12.5,
            lon=33.25,
            geoname_id=77,
            precision=PlacePrecision.TOWN,
            uncertainty_km=5.0,
            basis="named",
            evidence=words(article, "Karmel"),
            alternatives=(Alternative(name="Karmel", country_code="XZZ", lat=1.5, lon=2.5, geoname_id=78, score=0.123456),),
        ),
        time=When(
            first=dt.date(2020, 3, 3),
            last=dt.date(2020, 3, 3),
            precision=TimePrecision.DAY,
            basis=TimeBasis.RELATIVE,
            evidence=words(article, "Tuesday"),
        ),
        tolls=(
            Toll(
                kind=TollKind.KILLED,
                low=12,
                best=12,
                high=None,
                who="traders",
                side=Side.TARGETS,
                speaker="Radio Sahra",
                evidence=words(article, "at least 12"),
            ),
            Toll(kind=TollKind.KILLED, low=20, best=20, high=20),
        ),
        claims=(
            Attribution(
                speaker="residents",
                speaker_kind=SpeakerKind.WITNESS,
                via=("Radio Sahra",),
                cue="reported",
                hedges=("reportedly",),
                evidence=words(article, "Radio Sahra"),
            ),
        ),
        certainty=Certainty.ATTRIBUTED,
        codes={
            "acled": {"disorder_type": "Political violence", "event_type": "Battles", "sub_event_type": "Armed clash"},
            "cameo": "190",
            "ged": None,
        },
        confidence=0.87654321,
        reasons={"type": "the reader gave shelling 0.88", "place": "one place has this name", "codes.cameo": "rule fight"},
    )
    bare = Event(
        id="evt_bbbb",
        article_id=article.id,
        type=EventType.WITHDRAWAL,
        status=Status.DENIED,
        anchors=words(article, "fled"),
        time=When(first=None, last=None, partial="--10-04", precision=TimePrecision.DAY, basis=TimeBasis.STATED),
        confidence=0.5,
    )
    return Account(article=article, events=(rich, bare))


def when_of(text: str | None) -> When | None:
    """Read "2016-10-04 day", "2016-06-01..2016-06-30 month" or "--10-04 day", with a basis behind or not."""
    if text is None:
        return None
    days, precision, *basis = text.split()
    first, _, last = days.partition("..")
    floating = days.startswith("--")
    return When(
        first=None if floating else dt.date.fromisoformat(first),
        last=None if floating else dt.date.fromisoformat(last or first),
        precision=TimePrecision(precision),
        basis=TimeBasis(basis[0]) if basis else TimeBasis.RELATIVE,
        partial=days if floating else None,
    )

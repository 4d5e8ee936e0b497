"""From events to incidents in one go, for as many as fit into memory; a database does the same step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateline.incidents.aggregates import find_remembrance, find_summary, tie_aggregates
from dateline.incidents.link import link_sketches, shipped_weights
from dateline.incidents.pairs import sketch_of
from dateline.incidents.reconcile import reconcile
from dateline.model import Telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dateline.incidents.grades import Grading
    from dateline.incidents.link import Weights
    from dateline.incidents.pairs import Sketch
    from dateline.model import Article, Event, Incident


def telling_of(event: Event, article: Article, origin: str | None = None) -> Telling:
    """Return an event with what linking takes of its article.

    Args:
        event: The event.
        article: Its article.
        origin: Id of the first article of its cluster of copies, or None where it repeats none.
    """
    sentences = [(each.span.field, each.span.start, each.span.end, each.text) for each in article.sentences]
    passages, details = find_passages(event, sentences)
    return Telling(
        event=event,
        origin=origin or article.id,
        published=article.published,
        publisher=article.source.publisher,
        passages=passages,
        details=details,
        text=f"{article.title or ''}\n{article.text}",
    )


def find_passages(event: Event, sentences: Iterable[tuple[str, int, int, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sentences that an event's anchors stand in, and the others that its values rest on.

    Args:
        event: The event.
        sentences: Of its article: field, start, end and words.
    """
    anchors = {(one.span.field, one.span.start) for one in event.anchors}
    words = [who.evidence for who in (*event.agents, *event.targets)]
    words += [thing.evidence for thing in (*event.objects, *event.instruments)] + [toll.evidence for toll in event.tolls]
    words += [part.evidence for part in (event.place, event.time) if part is not None]
    rest = {(one.span.field, one.span.start) for evidence in words for one in evidence}
    passages, details = [], []
    for field, start, end, text in sentences:
        if any(field == name and start <= at < end for name, at in anchors):
            passages.append(text)
        elif any(field == name and start <= at < end for name, at in rest):
            details.append(text)
    return tuple(passages), tuple(details)


def sketch(telling: Telling, weights: Weights | None = None) -> Sketch:
    """Return what linking keeps of an event; whether it is a sum, or told in remembrance, is found here."""
    words = (weights or shipped_weights()).words
    return sketch_of(telling, words, summary=find_summary(telling), back_days=find_remembrance(telling))


def find_groups(tellings: Iterable[Telling], weights: Weights | None = None) -> list[list[Telling]]:
    """Group events by happening, each group in the order of publication."""
    by_id = {telling.event.id: telling for telling in tellings}
    groups = link_sketches([sketch(telling, weights) for telling in by_id.values()], weights)
    return [[by_id[each.id] for each in group] for group in groups]


def find_incidents(
    tellings: Sequence[Telling], grading: Grading | None = None, weights: Weights | None = None
) -> list[Incident]:
    """Return the incidents that events tell of, in the order of their first reports.

    Args:
        tellings: Events of any number of reports, in any order.
        grading: Other rules of grading than those that ship.
        weights: Other weights than those that ship.
    """
    by_id = {telling.event.id: telling for telling in tellings}
    groups = link_sketches([sketch(telling, weights) for telling in by_id.values()], weights)
    return tie_aggregates([reconcile([by_id[each.id] for each in group], group[0].summary, grading) for group in groups])

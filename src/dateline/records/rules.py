"""Rules of a codebook: what a rule may ask of an event, and which rule of a book decides its code.

A rule asks after facts of an event (its type, its parties' kinds, its tolls, words of a list), never after its text as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dateline.model import (
    ActorKind,
    Certainty,
    Event,
    EventType,
    Evidence,
    PlacePrecision,
    Span,
    Status,
    Thing,
    Toll,
    TollKind,
    Where,
    Who,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Scalar = str | int | float | bool
Kind = Literal["choice", "name", "flag", "least", "most", "words"]

NOBODY = "none"
"""Stands for a party that the event does not name, among the kinds of actors."""

_PARTIES = {"agent": "agents", "target": "targets", "supporter": "supporters"}
_ACTORS = (*ActorKind, NOBODY)

CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": tuple(EventType),
    "status": tuple(Status),
    "certainty": tuple(Certainty),
    "agent_kind": _ACTORS,
    "target_kind": _ACTORS,
    "supporter_kind": _ACTORS,
    "toll": tuple(TollKind),
    "place_precision": tuple(PlacePrecision),
}
NAMES = ("agent_id", "target_id", "agent_country", "target_country", "place_country")
_FLAGS = ("agent_abroad", "target_abroad", "across_borders")
WORDS = ("anchor_words", "object_words", "instrument_words", "means_words", "agent_words", "target_words")

CONDITIONS: Mapping[str, Kind] = {
    **dict.fromkeys(CHOICES, "choice"),
    **dict.fromkeys(NAMES, "name"),
    **dict.fromkeys(_FLAGS, "flag"),
    **{f"{kind}_min": "least" for kind in TollKind},
    **{f"{kind}_max": "most" for kind in TollKind},
    **dict.fromkeys(WORDS, "words"),
}
"""Every condition that a rule may set, and what sort of value it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What conditions ask about an event, worked out once for all codebooks.

    Attributes:
        sets: Condition key to the event's values; a party that is not named has the kind ``none``.
        numbers: Toll kind to the largest number that anybody gives for it (high, best or low).
        flags: Condition key to whether it is so; a key is absent where it cannot be known.
        texts: Condition key to the event's words in small letters, a space before and after each, phrases kept apart by ``|``.
    """

    sets: Mapping[str, frozenset[str]]
    numbers: Mapping[str, int]
    flags: Mapping[str, bool]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a rule: a key of ``CONDITIONS`` and the value it is held against."""

    key: str
    kind: Kind
    values: frozenset[str] = frozenset()
    number: int = 0
    flag: bool = True

    def holds(self, facts: Facts) -> bool:
        """Say whether an event with these facts meets the condition."""
        match self.kind:
            case "choice" | "name":
                return not self.values.isdisjoint(facts.sets[self.key])
            case "flag":
                return facts.flags.get(self.key) is self.flag
            case "words":
                text = facts.texts[self.key]
                return any(value in text for value in self.values)
            case _:
                told = facts.numbers.get(self.key.rsplit("_", 1)[0])
                if told is None:
                    return False
                return told >= self.number if self.kind == "least" else told <= self.number

    def follows_from(self, other: Condition) -> bool:
        """Say whether every event that meets ``other`` is sure to meet this condition too."""
        if self.key != other.key:
            return False
        match self.kind:
            case "flag":
                return self.flag is other.flag
            case "least":
                return self.number <= other.number
            case "most":
                return self.number >= other.number
            case _:
                return other.values <= self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of a scheme: what is written under the codebook's name, and what is written beside it under names of its own."""

    value: Mapping[str, Scalar | None] | Scalar
    companions: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: it holds when all of ``when`` hold and none of ``unless``.

    Attributes:
        line: Line of its ``[[rule]]`` in the file, from 1.
        types: The event types that it can hold for.
        code: The code it gives; None says that such events have no code in the scheme.
        note: The part of the scheme's own codebook it rests on, or the reason.
        examples: Sentences and the facts of the event in each, as ``example_event`` takes them.
    """

    id: str
    line: int
    types: frozenset[str] = frozenset(EventType)
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...] = ()
    code: Code | None = None
    note: str = ""
    examples: tuple[Mapping[str, Any], ...] = ()

    def holds(self, facts: Facts) -> bool:
        """Say whether the rule applies to an event with these facts."""
        return all(c.holds(facts) for c in self.when) and not any(c.holds(facts) for c in self.unless)

    def covers(self, later: Rule) -> bool:
        """Say whether every event that ``later`` applies to is one that this rule applies to."""
        return all(any(mine.follows_from(theirs) for theirs in later.when) for mine in self.when) and all(
            any(theirs.follows_from(mine) for theirs in later.unless) for mine in self.unless
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """An opened codebook.

    Attributes:
        name: Key of its codes in ``Event.codes``.
        fields: Output field to the values it may take, in the order of the file.
        codes: Every combination of fields that the scheme knows; empty when fields are free of each other.
        plain: The field whose bare value is the code; None writes all fields as a table.
        companions: Fields that are written beside the code under their own names.
        rules: In order; the first that holds decides.
    """

    name: str
    title: str
    path: Path
    version: str = ""
    source: str = ""
    licence: str = ""
    fields: Mapping[str, tuple[Scalar, ...]]
    codes: tuple[Mapping[str, Scalar], ...] = ()
    plain: str | None = None
    companions: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    by_type: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict, repr=False, compare=False)

    def find_rule(self, facts: Facts) -> Rule | None:
        """Return the first rule that holds, or None."""
        (event_type,) = facts.sets["type"]
        return next((rule for rule in self.by_type[event_type] if rule.holds(facts)), None)


def read_facts(event: Event) -> Facts:
    """Work out what the conditions of rules ask about an event."""
    parties: dict[str, tuple[Who, ...]] = {name: getattr(event, attribute) for name, attribute in _PARTIES.items()}
    place = event.place
    sets: dict[str, set[Any]] = {
        "type": {event.type},
        "status": {event.status},
        "certainty": {event.certainty},
        "toll": {t.kind for t in event.tolls if not _nobody(t)},
        "place_precision": {place.precision} if place else set(),
        "place_country": {place.country_code} if place else set(),
        **{f"{name}_kind": {who.kind for who in whos} or {NOBODY} for name, whos in parties.items()},
        **{f"{name}_country": {who.country for who in whos} for name, whos in parties.items()},
        **{f"{name}_id": {who.actor_id for who in whos} for name, whos in parties.items()},
    }
    known = {key: frozenset(str(value) for value in values if value) for key, values in sets.items()}
    return Facts(sets=known, numbers=_numbers(event.tolls), flags=_flags(known), texts=_texts(event))


def _nobody(toll: Toll) -> bool:
    """Say whether a toll states that there was none ("no casualties")."""
    return toll.best == 0 and not toll.high


def _numbers(tolls: Iterable[Toll]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for toll in tolls:
        told = [n for n in (toll.low, toll.best, toll.high) if n is not None]
        if told:
            numbers[toll.kind] = max(*told, numbers.get(toll.kind, 0))
    return numbers


def _flags(sets: Mapping[str, frozenset[str]]) -> dict[str, bool]:
    agent, target, place = (sets[f"{name}_country"] for name in ("agent", "target", "place"))
    flags = {}
    if agent and place:
        flags["agent_abroad"] = not agent <= place
    if target and place:
        flags["target_abroad"] = not target <= place
    if agent and target:
        flags["across_borders"] = agent.isdisjoint(target)
    return flags


def _texts(event: Event) -> dict[str, str]:
    def phrases(things: Iterable[Thing | Who]) -> list[str]:
        return [text for thing in things for text in (thing.name, *(e.quote for e in thing.evidence))]

    anchors, instruments = [e.quote for e in event.anchors], phrases(event.instruments)
    texts = {
        "anchor_words": anchors,
        "object_words": phrases(event.objects),
        "instrument_words": instruments,
        "means_words": anchors + instruments,
        "agent_words": phrases(event.agents),
        "target_words": phrases(event.targets),
    }
    return {key: f" {' | '.join(map(_plain, texts[key]))} " for key in WORDS}


def needle(word: str) -> str:
    """Return what to look for in ``Facts.texts`` for a word or phrase of a list; a final ``*`` leaves its end open."""
    return f" {_plain(word)}" + ("" if word.endswith("*") else " ")


def _plain(text: str) -> str:
    """Return the words of a text in small letters with single spaces between them: hyphens and line ends are spaces too."""
    return " ".join(re.findall(r"\w+", text.lower()))


def example_event(example: Mapping[str, Any]) -> Event:
    """Build the event that an example of a rule stands for.

    Args:
        example: ``text`` and facts under the names of docs/codebooks.md; every list may also be a single value.
    """
    text = str(example.get("text", ""))

    def evidence(words: str) -> tuple[Evidence, ...]:
        start = max(text.lower().find(words.lower()), 0)
        return (Evidence(article_id="example", span=Span(start=start, end=start + len(words)), quote=words),)

    country, precision = example.get("place_country"), PlacePrecision(example.get("place_precision", "town"))
    return Event(
        id="example",
        article_id="example",
        type=EventType(example["type"]),
        status=Status(example.get("status", "happened")),
        certainty=Certainty(example.get("certainty", "asserted")),
        anchors=tuple(e for words in listed(example.get("anchor")) for e in evidence(words)),
        objects=tuple(Thing(name=w, evidence=evidence(w)) for w in listed(example.get("object"))),
        instruments=tuple(Thing(name=w, evidence=evidence(w)) for w in listed(example.get("instrument"))),
        agents=_example_party("agent", example),
        targets=_example_party("target", example),
        supporters=_example_party("supporter", example),
        place=Where(name="", country_code=country, precision=precision) if country or "place_precision" in example else None,
        tolls=tuple(_example_toll(kind, example[kind]) for kind in TollKind if kind in example),
    )


def _example_party(role: str, example: Mapping[str, Any]) -> tuple[Who, ...]:
    keys = {"name": role, "kind": f"{role}_kind", "actor_id": f"{role}_id", "country": f"{role}_country"}
    lists = {name: listed(example.get(key)) for name, key in keys.items()}
    if NOBODY in lists["kind"]:
        return ()

    def one(name: str, index: int) -> Any:
        return lists[name][index] if index < len(lists[name]) else None

    return tuple(
        Who(
            name=one("name", i) or "",
            kind=ActorKind(one("kind", i) or ActorKind.UNKNOWN),
            actor_id=one("actor_id", i),
            country=one("country", i),
        )
        for i in range(max(map(len, lists.values())))
    )


def _example_toll(kind: TollKind, number: int | bool) -> Toll:  # noqa: FBT001 - TOML's true stands for a toll without a figure
    figure = None if isinstance(number, bool) else number
    return Toll(kind=kind, low=figure, best=figure, high=figure)


def listed(value: Any) -> list[Any]:
    """Return a list as it is, a single value as a list of one, and None as an empty list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]

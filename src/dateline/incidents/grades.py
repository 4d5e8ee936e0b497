"""A letter and a figure for each incident, from who tells it and how far they agree (``grades.toml``, or a user's own)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.errors import CodebookError
from dateline.model import SpeakerKind, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = Path(__file__).with_name("grades.toml")
FIELDS = (
    "type",
    "status",
    "time",
    "place",
    "agents",
    "killed",
    "wounded",
    "detained",
    "abducted",
    "missing",
    "displaced",
    "released",
)
_WORDS: Mapping[str, type] = {
    "grade": str,
    "min_sources": int,
    "min_kinds": int,
    "of": list,
    "named": bool,
    "min_agreeing": int,
    "max_disputes": int,
    "status": list,
    "toll_ratio": float,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a grade is given by.

    Attributes:
        sources: How many independent sources tell the incident.
        agreeing: How many of them give no other value of any field than the best.
        kinds: The kinds of all speakers.
        disputed: The fields of which accounts differ.
        toll_ratio: Highest by lowest of the last reported numbers of dead, 1 where they agree.
    """

    sources: int
    agreeing: int
    kinds: frozenset[SpeakerKind]
    disputed: frozenset[str]
    status: Status
    toll_ratio: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; a condition left out always holds."""

    grade: str
    min_sources: int = 0
    min_kinds: int = 0
    of: tuple[str, ...] = tuple(SpeakerKind)
    named: bool | None = None
    min_agreeing: int = 0
    max_disputes: int | None = None
    status: tuple[str, ...] = tuple(Status)
    toll_ratio: float | None = None

    def holds(self, standing: Standing, counted: frozenset[str]) -> bool:
        """Whether all conditions hold; ``counted`` are the fields whose disputes count."""
        unnamed = {SpeakerKind.ANONYMOUS, SpeakerKind.UNKNOWN}
        return (
            standing.sources >= self.min_sources
            and len(standing.kinds & set(self.of)) >= self.min_kinds
            and (self.named is None or bool(standing.kinds - unnamed) is self.named)
            and standing.agreeing >= self.min_agreeing
            and (self.max_disputes is None or len(standing.disputed & counted) <= self.max_disputes)
            and standing.status in self.status
            and (self.toll_ratio is None or standing.toll_ratio <= self.toll_ratio)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """The rules for the letter and for the figure."""

    letters: tuple[Rule, ...]
    figures: tuple[Rule, ...]
    counted: frozenset[str] = field(default_factory=frozenset)

    def grade(self, standing: Standing) -> str:
        """Return the grade, such as ``B2``."""
        return "".join(
            next(rule.grade for rule in rules if rule.holds(standing, self.counted)) for rules in (self.letters, self.figures)
        )


@cache
def read_grading(path: Path = DEFAULT) -> Grading:
    """Read rules of grading.

    Args:
        path: A file like ``grades.toml``.

    Raises:
        CodebookError: It cannot be read or has a mistake.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CodebookError(
            f"{path}: the rules of grading cannot be read ({error}); write them like the grades.toml that ships"
        ) from error
    if unknown := sorted(told.keys() - {"fields", "letter", "figure"}):
        raise CodebookError(f"{path}: there is no {unknown[0]!r}; it has fields, [[letter]] and [[figure]]")
    counted = told.get("fields", [])
    if not isinstance(counted, list) or (unknown := sorted(set(map(str, counted)) - set(FIELDS))):
        raise CodebookError(f"{path}: fields is a list of: {', '.join(FIELDS)}")
    return Grading(
        letters=_rules(path, "letter", told.get("letter")),
        figures=_rules(path, "figure", told.get("figure")),
        counted=frozenset(counted),
    )


def _rules(path: Path, kind: str, told: Any) -> tuple[Rule, ...]:
    if not isinstance(told, list) or not told:
        raise CodebookError(f"{path}: there is no [[{kind}]]; write at least one, the last without conditions")
    rules = tuple(_rule(path, f"[[{kind}]] {number}", each) for number, each in enumerate(told, start=1))
    if rules[-1] != Rule(grade=rules[-1].grade):
        raise CodebookError(
            f"{path}: the last [[{kind}]] has conditions; add one that has only a grade, for what no other fits"
        )
    return rules


def _rule(path: Path, where: str, told: Mapping[str, Any]) -> Rule:
    if "grade" not in told:
        raise CodebookError(f'{path}: {where} has no grade; write grade = "C"')
    given: dict[str, Any] = {}
    for name, value in told.items():
        kind = _WORDS.get(name)
        if kind is None:
            raise CodebookError(f"{path}: {where}: there is no condition {name!r}; they are: {', '.join(_WORDS)}")
        right = (
            isinstance(value, int | float) if kind is float else isinstance(value, kind) and not (kind is int and value is True)
        )
        if not right:
            raise CodebookError(f"{path}: {where}: {name} is {value!r}; it takes a {kind.__name__}")
        given[name] = tuple(value) if kind is list else value
    for name, allowed in (("of", SpeakerKind), ("status", Status)):
        if wrong := sorted(set(given.get(name, ())) - set(allowed)):
            raise CodebookError(f"{path}: {where}: {name} has no {wrong[0]!r}; it takes: {', '.join(allowed)}")
    assert given.keys() <= {each.name for each in fields(Rule)}
    return Rule(**given)

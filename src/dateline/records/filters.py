"""Conditions on what to read from a database: ``type=bombing,shelling country=IRQ first_day=2016-10 killed_best>=25``.

A condition is FIELD, a sign (``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``) and a value; all of them must hold. After ``=`` and
``!=`` a value may be a list (``IRQ,SYR``: one of them), a range (``2016-10..2017-02``: both ends included, either may be left
out) or ``none`` (unknown). A day may be a month or a year, which stands for all its days. Values with blanks or commas stand
in quotation marks. Nothing is handed to the database as code: fields are looked up in a list, values are bound.
"""

from __future__ import annotations

import calendar
import operator
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from dateline.errors import FilterError
from dateline.model import Certainty, EventType, PlacePrecision, SpeakerKind, Status, TimeBasis, TimePrecision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import StrEnum

Kind = Literal["text", "day", "integer", "number"]
SIGNS = ("!=", ">=", "<=", "=", ">", "<")
CLOSED: Mapping[str, type[StrEnum]] = {
    "type": EventType,
    "status": Status,
    "certainty": Certainty,
    "place_precision": PlacePrecision,
    "time_precision": TimePrecision,
    "time_basis": TimeBasis,
    "speaker_kind": SpeakerKind,
}
"""Fields that take words of a closed set only."""
ALIASES = {"country": "country_code", "place": "place_name", "published": "published_day"}
"""Short names of fields; they go before a field that has the same name."""

_CONDITION = re.compile(
    r"""\s*(?:and\b\s*)?(?P<field>[A-Za-z_]\w*)\s*(?P<sign>!=|>=|<=|==?|>|<)\s*(?P<value>(?:"[^"]*"|'[^']*'|[^\s"'])+)(?=\s|$)""",
    re.IGNORECASE,
)
_PART = re.compile(r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^,"']+))\s*(?:,|$)""")
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Values from ``low`` to ``high``, both included; None is no bound. A single value has both the same."""

    low: Any
    high: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition on a field.

    Attributes:
        sign: One of ``SIGNS``.
        values: What the field is compared with: one of them must fit. A value of None is "unknown".
    """

    field: str
    sign: str
    values: tuple[Range | None, ...]

    def clause(self, column: Any) -> Any:
        """Return the condition on a column of the database library."""
        if self.sign in _ORDERS:
            (value,) = self.values
            assert value is not None
            return _ORDERS[self.sign](column, value.high if self.sign in {"<=", ">"} else value.low)
        plain = [value.low for value in self.values if value is not None and value.low == value.high]
        fits: Any = column.in_(plain) if plain else None
        for value in self.values:
            if value is None or value.low != value.high:
                one = column.is_(None) if value is None else _between(column, value)
                fits = one if fits is None else fits | one
        # "unknown" is not equal to anything, so that a != condition lets it through; SQL would not.
        return fits if self.sign == "=" else ~fits if None in self.values else ~fits | column.is_(None)


def _between(column: Any, value: Range) -> Any:
    if value.low is None:
        return column <= value.high
    return column >= value.low if value.high is None else (column >= value.low) & (column <= value.high)


def parse_where(where: str | Iterable[str] | None, fields: Mapping[str, Kind]) -> list[Condition]:
    """Read conditions.

    Args:
        where: Conditions as one text or several; None and empty texts are no condition.
        fields: The fields that may be named, and what each holds.

    Raises:
        FilterError: Something in it is no condition; the message names what, and what is allowed.
    """
    texts = [where] if isinstance(where, str) else list(where or ())
    return [condition for text in texts for condition in _parse(text, fields)]


def _parse(text: str, fields: Mapping[str, Kind]) -> list[Condition]:
    found, at = [], 0
    while text[at:].strip():
        match = _CONDITION.match(text, at)
        if match is None:
            raise FilterError(
                f"no condition can be read from {text[at:].strip()!r}; write FIELD=VALUE with one of {' '.join(SIGNS)}, "
                'such as type=bombing,shelling country=IRQ first_day=2016-10..2016-12 killed_best>=25 place="Tal Afar"'
            )
        field = _field(match["field"].lower(), fields)
        found.append(_condition(field, fields[field], match["sign"].replace("==", "="), match["value"]))
        at = match.end()
    return found


def _field(name: str, fields: Mapping[str, Kind]) -> str:
    field = ALIASES.get(name, name)
    if field in fields:
        return field
    names = sorted({*fields, *(alias for alias, named in ALIASES.items() if named in fields)})
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise FilterError(f"there is no field {name!r}; {hint}The fields are: {', '.join(names)}")


def _condition(field: str, kind: Kind, sign: str, value: str) -> Condition:
    values = [_value(field, kind, words, quoted=quoted) for words, quoted in _parts(value)]
    if sign in _ORDERS and (len(values) > 1 or values[0] is None or ".." in value):
        raise FilterError(f"{field}{sign}{value}: {sign} takes one value, and no list, range or none")
    return Condition(field=field, sign=sign, values=tuple(values))


def _parts(value: str) -> list[tuple[str, bool]]:
    parts, at = [], 0
    while at < len(value):
        match = _PART.match(value, at)
        if match is None:
            raise FilterError(f"{value}: a list is written as VALUE,VALUE, and what has blanks or commas in quotation marks")
        quoted = match["bare"] is None
        parts.append((match["double"] or match["single"] or "" if quoted else match["bare"].strip(), quoted))
        at = match.end()
    return parts


def _value(field: str, kind: Kind, words: str, *, quoted: bool) -> Range | None:
    if not quoted and words.lower() == "none":
        return None
    if not quoted and ".." in words:
        first, _, last = words.partition("..")
        if not first and not last:
            raise FilterError(f"{field}: the range {words!r} has no end; write LOW..HIGH, LOW.. or ..HIGH")
        low = _plain(field, kind, first).low if first else None
        high = _plain(field, kind, last).high if last else None
        if low is not None and high is not None and low > high:
            raise FilterError(f"{field}: the range {words!r} ends before it begins")
        return Range(low=low, high=high)
    return _plain(field, kind, words)


def _plain(field: str, kind: Kind, words: str) -> Range:
    if kind == "day":
        return _day(field, words)
    if kind == "text":
        words = _checked(field, words)
        return Range(low=words, high=words)
    try:
        number = int(words.replace("_", "x")) if kind == "integer" else float(words)
    except ValueError:
        number = float("nan")
    if number != number or abs(number) >= 2**63:  # noqa: PLR0124 - what is not a number is unlike itself
        raise FilterError(f"{field}: {words!r} is no {'whole number' if kind == 'integer' else 'number'}") from None
    return Range(low=number, high=number)


def _checked(field: str, words: str) -> str:
    """Return a value of text; refuse one that the field never has, since it would silently choose nothing."""
    if field == "country_code":
        if not re.fullmatch("[A-Za-z]{3}", words):
            raise FilterError(
                f"{field}: {words!r} is no code of a country; write the three letters of ISO 3166, such as IRQ or SYR"
            )
        return words.upper()
    if field in CLOSED and words not in set(CLOSED[field]):
        raise FilterError(f"{field}: there is no {words!r}; it is one of: {', '.join(CLOSED[field])}")
    return words


def _day(field: str, words: str) -> Range:
    match = _DAY.fullmatch(words)
    year, month, day = (int(part) if part else None for part in match.groups()) if match else (0, None, None)
    if year and (month is None or 1 <= month <= 12):
        last = calendar.monthrange(year, month or 12)[1]
        if day is None:
            return Range(low=f"{year:04}-{month or 1:02}-01", high=f"{year:04}-{month or 12:02}-{last:02}")
        if 1 <= day <= last:
            return Range(low=words, high=words)
    raise FilterError(f"{field}: {words!r} is no day; write it as 2016-10-14, 2016-10 (a month) or 2016 (a year)")

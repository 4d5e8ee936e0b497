"""Codebooks: rules, kept as data, that turn an event into the codes of a scheme such as ACLED's or PLOVER's.

A codebook is a TOML file (docs/codebooks.md describes it whole): the codes that the scheme knows, and rules in order. The first
rule whose conditions all hold gives the event its code, or says on purpose that it has none. Nothing about a scheme is written
in this module, and words of a language stand in lists of their own (``codebooks/lists.toml`` and a codebook's ``[lists]``).
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dateline.config import CODEBOOKS as SHIPPED
from dateline.errors import CodebookError
from dateline.knowledge import CODEBOOKS as FOLDER
from dateline.model import Event, EventType, TollKind
from dateline.records.rules import (
    CHOICES,
    CONDITIONS,
    NAMES,
    WORDS,
    Code,
    Codebook,
    Condition,
    Rule,
    Scalar,
    example_event,
    listed,
    needle,
    read_facts,
)
from dateline.records.toml_lines import Places

__all__ = ["CONDITIONS", "Codebook", "code_event", "code_events", "example_event", "open_codebook", "read_facts"]

_HEADER = ("name", "title", "version", "source", "licence")
_TOP = (*_HEADER, "codes", "values", "plain", "companions", "lists", "rule")
_RULE = ("id", "when", "unless", "code", "none", "note", "examples")
_EXAMPLE_SINGLE = ("text", "type", "status", "certainty", "place_precision", "place_country")
_EXAMPLE_LISTS = (
    *(f"{role}_kind" for role in ("agent", "target", "supporter")),
    *NAMES[:-1],
    "anchor",
    "object",
    "instrument",
    "agent",
    "target",
)
_EXAMPLE = (*_EXAMPLE_SINGLE, *_EXAMPLE_LISTS, *TollKind)


def code_event(event: Event, codebook: Codebook) -> dict[str, Scalar | None] | Scalar | None:
    """Return an event's code in one codebook.

    Returns:
        A table of the codebook's fields (absent ones None), the bare value where the codebook has a ``plain`` field, or None
        where the scheme has no code for such an event.
    """
    rule = codebook.find_rule(read_facts(event))
    return None if rule is None or rule.code is None else _copied(rule.code.value)


def code_events(events: Iterable[Event], codebooks: Sequence[Codebook]) -> list[Event]:
    """Return the events with ``codes``, and in ``reasons`` the rule behind each, in the order of the codebooks.

    Raises:
        CodebookError: Two codebooks would write under the same name.
    """
    _check_names(codebooks)
    return [_coded(event, codebooks) for event in events]


def _coded(event: Event, codebooks: Sequence[Codebook]) -> Event:
    facts = read_facts(event)
    codes: dict[str, Any] = {}
    reasons = dict(event.reasons)
    for codebook in codebooks:
        rule = codebook.find_rule(facts)
        code = rule.code if rule else None
        codes[codebook.name] = _copied(code.value) if code else None
        codes.update({name: code.companions.get(name) if code else None for name in codebook.companions})
        reasons[f"codes.{codebook.name}"] = f"rule {rule.id}: {rule.note}".rstrip(": ") if rule else "no rule applies"
    return dataclasses.replace(event, codes=codes, reasons=reasons)


def _copied(value: Mapping[str, Scalar | None] | Scalar) -> dict[str, Scalar | None] | Scalar:
    return dict(value) if isinstance(value, Mapping) else value


def _check_names(codebooks: Sequence[Codebook]) -> None:
    taken: dict[str, Path] = {}
    for codebook in codebooks:
        for name in (codebook.name, *codebook.companions):
            if name in taken:
                told = f"writes codes under {name!r}, as {taken[name]} does already"
                raise CodebookError(f"{codebook.path}: {told}; leave one out or give it another name")
            taken[name] = codebook.path


def open_codebook(name_or_path: str | Path) -> Codebook:
    """Open a shipped codebook by name (``acled``, ``ged``, ``plover``, ``cameo``) or any codebook by the path of its file.

    Raises:
        CodebookError: It is not there or has mistakes; the message lists all of them, one a line, as ``file:line: message``.
    """
    path = Path(name_or_path)
    if str(name_or_path) in SHIPPED:
        path = FOLDER / f"{name_or_path}.toml"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        shipped = ", ".join(SHIPPED)
        raise CodebookError(
            f"no codebook {str(name_or_path)!r}: it is no file and none of those that ship ({shipped})"
        ) from None
    except OSError as error:
        raise CodebookError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise CodebookError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from error
    return _Reader(path, text).read()


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        reason = re.sub(r" \(at [^()]*\)$", "", str(error))
        raise CodebookError(f"{path}:{line}: not TOML: {reason[:1].lower()}{reason[1:]}") from error


@cache
def _shipped_lists() -> Mapping[str, tuple[str, ...]]:
    path = FOLDER / "lists.toml"
    data = _parse(path, path.read_text(encoding="utf-8"))
    return {name: tuple(values) for name, values in data["lists"].items()}


class _Reader:
    """Reads one codebook and gathers its mistakes, so that all can be told at once."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._data = _parse(path, text)
        self._places = Places(text)
        self._mistakes: set[tuple[int, str]] = set()
        self._lists = dict(_shipped_lists())
        self._codes: tuple[dict[str, Scalar], ...] = ()
        self._fields: dict[str, tuple[Scalar, ...]] = {}
        self._plain: str | None = None
        self._companions: tuple[str, ...] = ()

    def read(self) -> Codebook:
        """Return the codebook, or raise ``CodebookError`` with every mistake."""
        data = self._data
        self._keys(data, _TOP)
        self._read_header()
        self._read_lists()
        self._read_codes()
        self._read_layout()
        raw = data.get("rule", [])
        if not isinstance(raw, list) or not raw or not all(isinstance(rule, dict) for rule in raw):
            self._wrong("has no rules; write at least one [[rule]]", "rule")
            raw = []
        rules = tuple(self._read_rule(number, rule) for number, rule in enumerate(raw))
        self._check_order(rules)
        book = Codebook(
            **{key: str(data.get(key, "")) for key in _HEADER},
            path=self._path,
            fields=self._fields,
            codes=self._codes,
            plain=self._plain,
            companions=self._companions,
            rules=rules,
            by_type={t: tuple(rule for rule in rules if t in rule.types) for t in EventType},
        )
        if not self._mistakes and self._path.parent != FOLDER:  # those that ship are checked by the tests, not at each start
            self._check_examples(book)
        if self._mistakes:
            raise CodebookError("\n".join(f"{self._path}:{line}: {message}" for line, message in sorted(self._mistakes)))
        return book

    def _wrong(self, message: str, *path: str | int, rule: int | None = None, value: Any = None) -> None:
        self._mistakes.add((self._places.line(rule, *path, value=value), message))

    def _keys(self, table: Mapping[str, Any], allowed: Iterable[str], *path: str | int, rule: int | None = None) -> None:
        for key in table:
            if key not in allowed:
                self._wrong(f"unknown key {key!r}; {_near(key, allowed)}", *path, key, rule=rule)

    def _read_header(self) -> None:
        for key in _HEADER:
            value = self._data.get(key)
            if value is None and key in ("name", "title"):
                self._wrong(f'{key} is missing; write {key} = "…" at the top')
            elif value is not None and not isinstance(value, str):
                self._wrong(f"{key} must be text in quotes", key)
        name = self._data.get("name")
        if isinstance(name, str) and not re.fullmatch(r"[A-Za-z]\w*", name):
            self._wrong(f"name {name!r} must be one word of letters, digits and _, as it becomes a key of the record", "name")

    def _read_lists(self) -> None:
        lists = self._data.get("lists", {})
        if not isinstance(lists, dict):
            self._wrong('lists must be a table of lists: [lists] and then name = ["…"]', "lists")
            return
        for name, values in lists.items():
            if not values or not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
                self._wrong(f"list {name!r} must be a list of texts in quotes", "lists", name)
            else:
                self._lists[name] = tuple(values)

    def _read_codes(self) -> None:
        codes, values = self._data.get("codes"), self._data.get("values")
        if (codes is None) == (values is None):
            self._wrong(
                "needs either codes (every combination that the scheme knows) or [values] (what each field may be)", "codes"
            )
        elif values is not None:
            self._read_values(values)
        elif not codes or not isinstance(codes, list) or not all(isinstance(row, dict) and row for row in codes):
            self._wrong("codes must be a list of tables: codes = [{ field = value }]", "codes")
        else:
            self._read_rows(codes)

    def _read_layout(self) -> None:
        """Read which field stands plain and which stand beside it."""
        plain, companions = self._data.get("plain"), self._data.get("companions", [])
        if not isinstance(companions, list):
            self._wrong('companions must be a list of fields: companions = ["…"]', "companions")
            companions = []
        for key, names in (("plain", [] if plain is None else [plain]), ("companions", companions)):
            for name in names:
                if not isinstance(name, str) or name not in self._fields:
                    self._wrong(f"{key} names {name!r}, which is no field ({', '.join(self._fields)})", key, value=name)
        if not self._mistakes:
            self._plain, self._companions = plain, tuple(companions)

    def _read_values(self, values: Any) -> None:
        if not isinstance(values, dict) or not values:
            self._wrong('values must be a table of lists: [values] and then field = ["…"]', "values")
            return
        for name, allowed in values.items():
            if not allowed or not isinstance(allowed, list) or not all(isinstance(v, Scalar) for v in allowed):
                self._wrong(f"values of {name!r} must be a list of texts or numbers", "values", name)
            else:
                self._fields[name] = tuple(allowed)

    def _read_rows(self, rows: list[dict[str, Any]]) -> None:
        kept: list[dict[str, Scalar]] = []
        for number, row in enumerate(rows):
            code = {name: value for name, value in row.items() if name != "label"}
            if not all(isinstance(value, Scalar) for value in code.values()):
                self._wrong("the fields of a code must be texts or numbers", "codes", number)
            elif code in kept:
                self._wrong(f"the code {_shown(code)} stands twice", "codes", number)
            else:
                kept.append(code)
        self._codes = tuple(kept)
        names = dict.fromkeys(name for code in kept for name in code)
        self._fields = {name: tuple(dict.fromkeys(code[name] for code in kept if name in code)) for name in names}

    def _read_rule(self, number: int, raw: Mapping[str, Any]) -> Rule:
        self._keys(raw, _RULE, rule=number)
        rule_id, note, examples = raw.get("id"), raw.get("note", ""), raw.get("examples", [])
        if not isinstance(rule_id, str) or not rule_id:
            self._wrong('rule without an id; write id = "…"', rule=number)
        if not isinstance(note, str):
            self._wrong("note must be text in quotes", "note", rule=number)
        code = None
        if ("code" in raw) == (raw.get("none") is True):
            self._wrong(f"rule {rule_id!r} must have either code = {{…}} or none = true", rule=number)
        elif "code" in raw:
            code = self._read_code(number, raw["code"])
        when = self._read_conditions(number, "when", raw.get("when", {}))
        unless = self._read_conditions(number, "unless", raw.get("unless", {}))
        return Rule(
            id=str(rule_id or f"rule {number + 1}"),
            line=self._places.line(number),
            types=_types(when, unless),
            when=when,
            unless=unless,
            code=code,
            note=str(note),
            examples=self._read_rule_examples(number, str(rule_id), examples),
        )

    def _read_code(self, number: int, raw: Any) -> Code | None:
        if not isinstance(raw, dict) or not raw:
            self._wrong("code must be a table: code = { field = value }", "code", rule=number)
            return None
        before = len(self._mistakes)
        for name, value in raw.items():
            if name not in self._fields:
                self._wrong(f"unknown field {name!r}; {_near(name, self._fields)}", "code", name, rule=number)
            elif value not in self._fields[name]:
                self._wrong(f"{value!r} is no value of {name}; {_near(value, self._fields[name])}", "code", name, rule=number)
        if len(self._mistakes) > before:
            return None
        row = self._complete(raw) if self._codes else raw
        if row is None:
            self._wrong(
                f"{_shown(raw)} fits no code or several; name more fields, or a combination that codes lists",
                "code",
                rule=number,
            )
            return None
        if self._plain is not None and self._plain not in row:
            self._wrong(f"{_shown(raw)} leaves out {self._plain}, the field that is written", "code", rule=number)
            return None
        return self._shape(row)

    def _complete(self, raw: Mapping[str, Scalar]) -> Mapping[str, Scalar] | None:
        """Find the one code that a rule means: just these fields, or the only one that has them among others."""
        if raw in self._codes:
            return raw
        fitting = [code for code in self._codes if raw.items() <= code.items()]
        return fitting[0] if len(fitting) == 1 else None

    def _shape(self, row: Mapping[str, Scalar]) -> Code:
        beside = {name: row[name] for name in self._companions if name in row}
        if self._plain is not None:
            return Code(value=row[self._plain], companions=beside)
        return Code(value={name: row.get(name) for name in self._fields if name not in self._companions}, companions=beside)

    def _read_conditions(self, number: int, part: str, raw: Any) -> tuple[Condition, ...]:
        if not isinstance(raw, dict) or (part == "when" and not raw):
            self._wrong(f'{part} must be a table of conditions: {part} = {{ type = ["clash"] }}', part, rule=number)
            return ()
        self._keys(raw, CONDITIONS, part, rule=number)
        read = (self._read_condition(number, part, key, value) for key, value in raw.items() if key in CONDITIONS)
        return tuple(condition for condition in read if condition)

    def _read_condition(self, number: int, part: str, key: str, value: Any) -> Condition | None:
        kind = CONDITIONS[key]
        wrong: str | None = None
        if kind == "flag":
            if isinstance(value, bool):
                return Condition(key=key, kind=kind, flag=value)
            wrong = f"{key} must be true or false"
        elif kind in ("least", "most"):
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return Condition(key=key, kind=kind, number=value)
            wrong = f"{key} must be a whole number, 0 or more"
        elif not listed(value) or not all(isinstance(v, str) and v for v in listed(value)):
            wrong = f"{key} must be a list of texts in quotes"
        if wrong:
            self._wrong(wrong, part, key, rule=number)
            return None
        values = list(self._read_texts(number, (part, key), key, listed(value)))
        values = [needle(word) for word in values] if kind == "words" else values
        return Condition(key=key, kind=kind, values=frozenset(values)) if values else None

    def _read_texts(self, number: int, path: tuple[str | int, ...], key: str, values: list[str]) -> Iterator[str]:
        """Yield the sound ones of a condition's values; ``@name`` stands for the values of a list."""
        for value in values:
            meant: Sequence[str] = (value,)
            wrong = None
            if value.startswith("@"):
                meant = self._lists.get(value[1:], ())
                wrong = None if meant else f"unknown list {value!r}; {_near(value[1:], self._lists)}"
            for text in meant:
                wrong = wrong or _wrong_text(key, text)
            if wrong:
                self._wrong(wrong, *path, rule=number, value=value)
            else:
                yield from meant

    def _read_rule_examples(self, number: int, rule_id: str, raw: Any) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(raw, list) or not raw:
            self._wrong(
                f'rule {rule_id!r} has no example; write examples = [{{ text = "…", type = "…" }}]', "examples", rule=number
            )
            return ()
        return tuple(example for i, example in enumerate(raw) if self._is_example(number, i, example))

    def _is_example(self, number: int, index: int, example: Any) -> bool:
        path = ("examples", index)
        if not isinstance(example, dict) or not isinstance(example.get("text"), str) or "type" not in example:
            self._wrong('an example needs text = "…" and type = "…", and what the sentence tells', *path, rule=number)
            return False
        before = len(self._mistakes)
        self._keys(example, _EXAMPLE, *path, rule=number)
        for key, value in example.items():
            if key in _EXAMPLE and (wrong := _wrong_fact(key, value)):
                self._wrong(wrong, *path, key, rule=number, value=value)
        return len(self._mistakes) == before

    def _check_order(self, rules: Sequence[Rule]) -> None:
        for number, rule in enumerate(rules):
            for earlier in rules[:number]:
                if earlier.id == rule.id:
                    self._wrong(f"rule id {rule.id!r} stands twice, first at line {earlier.line}", "id", rule=number)
                elif earlier.when and rule.when and rule.types <= earlier.types and earlier.covers(rule):
                    self._wrong(
                        f"rule {rule.id!r} can never apply: rule {earlier.id!r} (line {earlier.line}) covers it; move it up",
                        rule=number,
                    )
                    break

    def _check_examples(self, book: Codebook) -> None:
        for number, rule in enumerate(book.rules):
            for index, example in enumerate(rule.examples):
                found = book.find_rule(read_facts(example_event(example)))
                if found is not rule:
                    got = f"rule {found.id!r} (line {found.line})" if found else "no rule"
                    self._wrong(f"the example of rule {rule.id!r} is coded by {got}", "examples", index, rule=number)


def _wrong_text(key: str, value: str) -> str | None:
    """Word what is wrong with a value of a condition that takes texts, or return None."""
    if key in CHOICES and value not in CHOICES[key]:
        return f"unknown {key.replace('_', ' ')} {value!r}; {_near(value, CHOICES[key])}"
    if key.endswith("_country") and not re.fullmatch("[A-Z]{3}", value):
        return f"country {value!r} must be an ISO 3166 code of three capitals, such as IRQ"
    if key in WORDS and not value.strip(" *-"):
        return f"{value!r} is no word"
    return None


def _wrong_fact(key: str, value: Any) -> str | None:
    """Word what is wrong with a fact of an example, or return None."""
    if key in tuple(TollKind):
        number = isinstance(value, int) and value >= 0 and value is not False
        return None if number else f"{key} must be a whole number, or true where the text gives no figure"
    if key in _EXAMPLE_SINGLE and not isinstance(value, str):
        return f"{key} must be one text in quotes"
    if not all(isinstance(text, str) for text in listed(value)):
        return f"{key} must be text in quotes, or a list of texts"
    return next(filter(None, (_wrong_text(key, text) for text in listed(value))), None)


def _types(when: Iterable[Condition], unless: Iterable[Condition]) -> frozenset[str]:
    """Return the event types that a rule with these conditions can hold for."""
    types = frozenset[str](EventType)
    for condition in when:
        types = types & condition.values if condition.key == "type" else types
    for condition in unless:
        types = types - condition.values if condition.key == "type" else types
    return types


def _near(given: Any, allowed: Iterable[Any]) -> str:
    """Word what would be right: the nearest of what is allowed, or all of it."""
    texts = [str(value) for value in allowed]
    near = difflib.get_close_matches(str(given), texts, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"allowed: {', '.join(texts[:40])}{' …' if len(texts) > 40 else ''}"


def _shown(table: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{name} = {value!r}" for name, value in table.items()) + " }"

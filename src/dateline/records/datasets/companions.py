"""Writes what stands beside an export for its readers: README.md and CITATION.cff."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from dateline.records.datasets.columns import FOLDER
from dateline.records.datasets.forms import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dateline.records.datasets.coverage import Coverage
    from dateline.records.datasets.export import Exported, Request
    from dateline.records.datasets.forms import Form
    from dateline.records.datasets.protection import Protection


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / "companions.toml").read_text(encoding="utf-8"))


def read_me(name: str, form: Form, request: Request, done: Exported, coverage: Coverage) -> str:
    """Return the README of an export.

    Args:
        name: The name of the file.
        form: Its form.
        request: What was asked for.
        done: What came of it.
        coverage: What is in it.
    """
    table = form.table
    parts = [f"# {name}", form.title[0].upper() + form.title[1:] + ".", f"Written on {_today()} by Dateline {_version()}."]
    parts += ["## What is in it", "\n".join(_coverage(done, coverage)), _counts("country", coverage.countries)]
    parts += [_counts("type", coverage.types), "## What was left out"]
    left = {f"{REASONS[reason]} (`{reason}`)": number for reason, number in done.left_out.most_common()}
    parts.append(_counts("reason", left) if left else "Nothing that fits the selection.")
    parts += ["## Selection and rules", "\n".join(_selection(request, done))]
    if table is not None:
        parts += [table.takes, "\n".join(f"- {rule}" for rule in table.rules)]
    parts += ["## What the numbers can and cannot bear", *([table.bears] if table else []), _texts()["coded_by_machine"]]
    parts += ["## Files", "\n".join(_files(name, form)), "## Licences", _licences(form), "## Made by"]
    parts.append("\n".join(f"- {coder or 'unknown'} ({number:,})" for coder, number in coverage.coders.most_common()))
    if table is not None:
        parts += ["## Columns", "\n".join(_columns(form))]
    return "\n\n".join(parts) + "\n"


def citation(name: str, form: Form, request: Request, done: Exported, coverage: Coverage) -> str:
    """Return the CITATION.cff of an export; the arguments are those of ``read_me``."""
    protected = "; ".join(_protections(request.protection)) or "none"
    spans = f"{coverage.first} to {coverage.last}" if coverage.first else "no days"
    about = (
        f"{done.happenings} {done.of} in {done.rows} rows, {spans}, {len(coverage.reports)} reports; "
        f"left out: {sum(done.left_out.values())}; protection: {protected}"
    )
    lines = [
        "cff-version: 1.2.0",
        "message: Cite this data set with the version of Dateline that made it; add those who collected the reports.",
        "type: dataset",
        f"title: {_quoted(f'{name}: events of political violence read from news reports ({form.name} format)')}",
        f"abstract: {_quoted(about)}",
        f"version: {_quoted(f'{_version()}, written {_today()}')}",
        f"date-released: {_today()}",
        "authors:",
        f"  - name: {_quoted('Dateline (automatic coding)')}",
        "references:",
        "  - type: software",
        f"    title: {_quoted('Dateline: event records of political violence from news reports')}",
        f"    version: {_quoted(_version())}",
        "    authors:",
        f"      - name: {_quoted('The Dateline contributors')}",
        "  - type: data",
        "    title: GeoNames",
        "    url: https://www.geonames.org",
        "    license: CC-BY-4.0",
        "    authors:",
        "      - name: GeoNames",
    ]
    if form.table is not None:
        lines += ["  - type: generic", f"    title: {_quoted(form.table.source)}", "    authors:"]
        lines.append(f"      - name: {_quoted('see title')}")
    return "\n".join(lines) + "\n"


def _coverage(done: Exported, coverage: Coverage) -> Iterator[str]:
    yield f"- {done.happenings:,} {done.of} in {done.rows:,} rows"
    yield f"- {len(coverage.reports):,} reports"
    yield f"- days: {coverage.first} to {coverage.last}" if coverage.first else "- days: none is known"
    if coverage.undated:
        yield f"- without a day: {coverage.undated:,}"
    yield f"- killed, best figures added up: {coverage.killed:,}"


def _selection(request: Request, done: Exported) -> Iterator[str]:
    yield f"- of: {done.of}"
    if request.where and request.protection:
        yield "- where: a selection that is not told here, since it could name what is withheld"
    elif request.where:
        yield f"- where: `{' '.join(request.where)}`"
    yield f"- threshold of confidence: {request.threshold:g}"
    for protection in _protections(request.protection):
        yield f"- protection: {protection}"


def _protections(protection: Protection) -> Iterator[str]:
    if protection.coarsen:
        yield _texts()["coarsened"][protection.coarsen]
    yield from (_texts()["withheld"][what] for what in sorted(protection.withhold))
    if protection:
        yield _texts()["rewritten"]


def _files(name: str, form: Form) -> Iterator[str]:
    yield f"- `{name}`: the data"
    if not form.whole:
        yield f"- `{name}.records.jsonl`: for each event or incident in it, the ids of its rows and the full record, one a line"
    yield f"- `{name}.left_out.jsonl`: our id and the reason of each that was left out, one a line"
    yield f"- `{name}.CITATION.cff`: how to cite it"


def _licences(form: Form) -> str:
    told = [_texts()["geonames"]]
    if form.table is not None:
        told.append(form.table.licence)
    told.append(_texts()["quotations"])
    return "\n".join(f"- {each}" for each in told)


def _columns(form: Form) -> Iterator[str]:
    assert form.table is not None
    yield "| column | value |"
    yield "| --- | --- |"
    yield from (f"| `{column.name}` | {column.meaning} |" for column in form.table.columns)


def _counts(what: str, numbers: Mapping[str, int]) -> str:
    ordered: Iterable[tuple[str, int]] = sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
    return "\n".join([f"| {what} | number |", "| --- | --- |", *(f"| {name} | {number:,} |" for name, number in ordered)])


def _version() -> str:
    return version("dateline")


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()


def _quoted(text: str) -> str:
    """Return a text as a YAML scalar: JSON strings are."""
    return json.dumps(text, ensure_ascii=False)

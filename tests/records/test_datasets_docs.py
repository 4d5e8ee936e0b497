"""docs/exports.md and the section on data sets in docs/data.md are made from the tables of columns.

Write them anew with ``UPDATE_DOCS=1 pytest tests/records/test_datasets_docs.py``.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from dateline.cli.exporting import _WITHHOLDABLE, FORMS
from dateline.records.datasets import REASONS, WITHHOLDABLE, forms
from dateline.records.datasets.columns import FOLDER, Column, open_table

ROOT = Path(__file__).parent.parent.parent
MARK = "<!-- data sets: made by tests/records/test_datasets_docs.py -->\n"


def shown_values(column: Column) -> str:
    """Return what a cell may hold, in words."""
    parts = [column.kind]
    if column.values:
        parts.append(
            ", ".join(f"`{value}`" for value in column.values) if len(column.values) <= 10 else f"{len(column.values)} values"
        )
    elif column.low is not None and column.high is not None:
        parts.append(f"{column.low:g} to {column.high:g}")
    elif column.low is not None:
        parts.append(f"{column.low:g} or more")
    return "; ".join(parts) + ("; may be blank" if column.blank else "")


def dictionary(name: str, *, tags: bool = False) -> str:
    """Return the dictionary of a table of columns."""
    head = ["column", "holds", *(["HXL tag"] if tags else []), "value"]
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for column in open_table(name).columns:
        cells = [f"`{column.name}`", shown_values(column), *([f"`{column.tag}`"] if tags else []), column.meaning]
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def exports_section() -> str:
    parts = ["## Reasons for which an event is left out\n", "| reason | meaning |", "| --- | --- |"]
    parts += [f"| `{reason}` | {words} |" for reason, words in REASONS.items()]
    parts += ["\n## The data sets\n"]
    for form in forms().values():
        if form.table is None or form.table.name == "flat":
            continue
        table = form.table
        parts += [
            f"### `{form.name}`\n",
            f"{table.title}. Source of the rules: {table.source}. {table.licence}\n",
            f"**Taken**: {table.takes}\n",
        ]
        parts += [*(f"- {rule}" for rule in table.rules), f"\n**What it can bear**: {table.bears}\n"]
        parts += [dictionary(table.name), ""]
    table = open_table("flat")
    parts += [
        "### `xlsx`, `hxl`, `geoparquet`\n",
        f"{table.title}. {table.takes}\n",
        *(f"- {rule}" for rule in table.rules),
        "",
    ]
    parts += [dictionary("flat", tags=True)]
    return "\n".join(parts) + "\n"


def data_section() -> str:
    parts = [
        "\n## Data sets\n",
        "`dateline export FORM` writes the records of a database in these forms; [exports.md](exports.md) has the columns of each.\n",
    ]
    parts += ["| form | what it is | columns |", "| --- | --- | --- |"]
    parts += [
        f"| `{form.name}` | {form.title} | {len(form.table.columns) if form.table else 'see above'} |"
        for form in forms().values()
    ]
    return "\n".join(parts) + "\n"


def check(page: str, section: str) -> None:
    path = ROOT / "docs" / page
    before, mark, _ = path.read_text(encoding="utf-8").partition(MARK)
    assert mark, f"docs/{page} has lost its mark"
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(before + mark + section, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == before + mark + section


def test_page_of_exports_is_made_from_the_tables():
    check("exports.md", exports_section())


def test_page_of_data_lists_the_forms():
    check("data.md", data_section())


def test_command_knows_every_form_and_what_can_be_withheld():
    assert set(FORMS) == set(forms())
    assert _WITHHOLDABLE == WITHHOLDABLE


def test_every_table_is_used_and_every_list_in_it():
    used = {form.table.name for form in forms().values() if form.table}
    files = {path.stem for path in FOLDER.glob("*.toml")} - {"kinds", "companions"}
    assert used == files
    for name in files:
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        named = {column["values"][1:] for column in data["columns"] if isinstance(column.get("values"), str)}
        assert named == set(data.get("lists", {})), name

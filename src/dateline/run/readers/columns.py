"""Which column of a table holds which field of a report, and a row as a record."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dateline.articles.read import TEXT_FIELDS
from dateline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        *(
            "text",
            "body",
            "fulltext",
            "articletext",
            "bodytext",
            "maintext",
            "articlebody",
            "contenttext",
            "content",
            "article",
        ),
        *("story", "storytext", "plaintext", "cleantext", "rawtext", "document", "description", "notes", "sourcetext"),
    ),
    "title": ("title", "headline", "articletitle", "head", "subject", "heading"),
    "published": (
        *(
            "published",
            "publicationdate",
            "publishdate",
            "datepublished",
            "publisheddate",
            "publishedat",
            "pubdate",
            "dateline",
        ),
        *("publishedon", "articledate", "date", "datetime", "timestamp", "day", "sourcedate"),
    ),
    "url": ("url", "link", "articleurl", "sourceurl", "weburl", "permalink", "uri", "href", "address"),
    "publisher": (
        *(
            "publisher",
            "source",
            "outlet",
            "newspaper",
            "sourcename",
            "publication",
            "sitename",
            "media",
            "agency",
            "newsagency",
        ),
        *("journal", "domain", "provider"),
    ),
    "id": ("id", "articleid", "docid", "documentid", "docno", "guid", "uid", "storyid", "newsid"),
}
"""Names that columns of reports go by, the surest first; compared in small letters, without blanks and marks."""
LONG_TEXT = 200
"""Mean characters from which a column of an unknown name is taken for the text where no other may be."""
_UNKNOWN = frozenset({"", "na", "n/a", "nan", "null", "none", "nat"})
_SHOWN = 12


def choose_columns(names: Sequence[str], given: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the column of each field: those given, and guesses for the others.

    Args:
        names: The columns that there are.
        given: Field to column, as the user says; a field given as "" is not read.
        rows: The first rows; with no column named like a text, the one with the longest texts is taken.

    Raises:
        InputError: A given column is not there (``unknown_column``), or none holds the text (``no_text_column``).
    """
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(_key(name), name)
    chosen: dict[str, str] = {}
    for field, column in given.items():
        if column and column not in names and _key(column) not in by_key:
            raise InputError(f"it has no column {column!r}{_nearest(column, names)}; it has {_list(names)}", "unknown_column")
        chosen[field] = column if column in names or not column else by_key[_key(column)]
    taken = set(chosen.values())
    for field, likely in NAMES.items():
        if field not in chosen and (
            found := next((by_key[key] for key in likely if by_key.get(key) not in (None, *taken)), None)
        ):
            chosen[field] = found
            taken.add(found)
    if "text" not in chosen and (longest := _longest(names, rows, taken)) is not None:
        chosen["text"] = longest
    if not chosen.get("text"):
        message = f"no column is known to hold the text; it has {_list(names)}; name it with --columns text=COLUMN"
        raise InputError(message, "no_text_column")
    return {field: chosen[field] for field in TEXT_FIELDS if chosen.get(field)}


def say_guess(chosen: Mapping[str, str], given: Mapping[str, str]) -> str | None:
    """Return in words what was guessed, or None where all was given or has the field's own name."""
    guessed = {field: column for field, column in chosen.items() if field not in given and field != column}
    if not guessed:
        return None
    pairs = ",".join(f"{field}={column}" for field, column in guessed.items())
    return f"columns taken: {pairs} (--columns FIELD=COLUMN says otherwise)"


def record_of(row: Mapping[str, Any], chosen: Mapping[str, str]) -> bytes:
    """Return a row as a JSONL record: the chosen columns under their fields, all others as they are."""
    taken = set(chosen.values())
    record: dict[str, Any] = {}
    for field, column in chosen.items():
        value = row.get(column)
        if field != "text" and isinstance(value, str) and value.strip().lower() in _UNKNOWN:
            continue
        record[field] = value if value is None or field == "id" else _as_text(value)
    for column, value in row.items():
        if column not in taken:
            record[f"{column}_" if column in TEXT_FIELDS else column] = value
    return json_line(record)


def rename(record: Mapping[str, Any], columns: Mapping[str, str]) -> bytes:
    """Return a JSONL record with its fields under the names that Dateline reads; one that is not there is left out."""
    here = {field: column for field, column in columns.items() if column in record}
    rest = {name: value for name, value in record.items() if name not in here.values() and name not in here}
    return json_line({**rest, **{field: record[column] for field, column in here.items()}})


def json_line(record: Mapping[str, Any]) -> bytes:
    """Return a record as one line of JSON, whatever types the values have."""
    return json.dumps(_plain(record), ensure_ascii=False, default=str).encode("utf-8", errors="replace")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _as_text(value: Any) -> Any:
    plain = _plain(value)
    return plain if plain is None or isinstance(plain, str) else str(plain)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _longest(names: Sequence[str], rows: Sequence[Mapping[str, Any]], taken: set[str]) -> str | None:
    lengths = {
        name: sum(len(row[name]) for row in rows if isinstance(row.get(name), str)) / len(rows)
        for name in names
        if rows and name not in taken
    }
    longest = max(lengths, key=lambda name: lengths[name], default=None)
    return longest if longest is not None and lengths[longest] >= LONG_TEXT else None


def _nearest(column: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(column.lower(), [name.lower() for name in names], n=1)
    found = next((name for name in names if near and name.lower() == near[0]), None)
    return f" (did you mean {found!r}?)" if found else ""


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(name if len(name) <= 40 else f"{name[:39]}…" for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")

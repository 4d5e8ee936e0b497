# ruff: noqa: RUF001 (typographic quotes and dashes are what this file is about)
"""Finds text that stands in a report more than once, as scraped pages often have it, so that it is read once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.model import Span

MIN_WORDS = 4
"""Shorter sentences ("Or else.") may well be said twice; they count as copies only inside a paragraph that is one."""
_SAME = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00ad": None, "\u200b": None}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A sentence before copies are put together: where it stands, its words, and its paragraph's number."""

    span: Span
    text: str
    paragraph: int


def fold(text: str) -> str:
    """Return a key under which texts that differ only in case, white space, quotes and dashes are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).casefold().split())


def find_repeats(pieces: Sequence[Piece]) -> list[tuple[Piece, tuple[Span, ...]]]:
    """Return the sentences that are read, in order, each with where it stands again.

    A later sentence is a copy when it has at least four words, or stands in a paragraph (of at least four words) that as a
    whole is a copy, or when it is the title again as the text's first sentence.

    Args:
        pieces: All sentences of a report in reading order, the title (if any) first.
    """
    copied = _copied_paragraphs(pieces)
    first: dict[str, int] = {}
    kept: list[Piece] = []
    repeats: list[list[Span]] = []
    for number, piece in enumerate(pieces):
        key = fold(piece.text)
        after_title = number == 1 and pieces[0].span.field == "title"
        counts = after_title or piece.paragraph in copied or len(key.split()) >= MIN_WORDS
        if counts and key in first:
            repeats[first[key]].append(piece.span)
            continue
        first.setdefault(key, len(kept))
        kept.append(piece)
        repeats.append([])
    return [(piece, tuple(spans)) for piece, spans in zip(kept, repeats, strict=True)]


def _copied_paragraphs(pieces: Sequence[Piece]) -> set[int]:
    """Return the numbers of the paragraphs that stand in the report before."""
    texts: dict[int, list[str]] = {}
    for piece in pieces:
        texts.setdefault(piece.paragraph, []).append(piece.text)
    seen: set[str] = set()
    copied = set()
    for number, sentences in texts.items():
        key = fold(" ".join(sentences))
        if key in seen:
            copied.add(number)
        elif len(key.split()) >= MIN_WORDS:
            seen.add(key)
    return copied

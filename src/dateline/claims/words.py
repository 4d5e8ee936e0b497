"""Words, their shapes, and windows of sentences: what the reader sees, the same in training and at run time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PIECES = 480
"""Word pieces a window may hold, special ones included (the encoder's positions end at 512)."""
CONTEXT_PIECES = 96
"""Word pieces of the text before a window that lead it as context."""

SHAPES = ("pad", "lower", "title", "upper", "letter", "mixed", "digit", "mark", "caps_text")

_WORD = re.compile(r"\w+|[^\w\s]")


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the half-open offsets of the words and marks of a text."""
    return [match.span() for match in _WORD.finditer(text)]


def _shape(word: str) -> str:
    if word.isdigit():
        return "digit"
    if not word[0].isalnum():
        return "mark"
    if word.islower():
        return "lower"
    if len(word) == 1:
        return "letter"
    if word.isupper():
        return "upper"
    return "title" if word[0].isupper() and word[1:].islower() else "mixed"


def word_shapes(words: Sequence[str]) -> list[int]:
    """Return an index into ``SHAPES`` for each word of one sentence.

    Capitals tell nothing in a sentence that is all capitals, so its words get a shape of their own.
    """
    shapes = [_shape(word) for word in words]
    upper = sum(shape == "upper" for shape in shapes)
    lower = sum(shape in ("lower", "title", "mixed") for shape in shapes)
    if upper >= 4 and upper > 4 * lower:
        shapes = ["caps_text" if shape in ("upper", "letter") else shape for shape in shapes]
    return [SHAPES.index(shape) for shape in shapes]


def first_pieces(owners: Sequence[int], words: int) -> list[int]:
    """Return the position of each word's first piece.

    Args:
        owners: The word that each piece belongs to, in order.
        words: How many words there are; one that gave no piece shares its follower's, the last the last one.
    """
    first: list[int] = []
    for position, word in enumerate(owners):
        while len(first) <= word:
            first.append(position)
    return first + [max(0, len(owners) - 1)] * (words - len(first))


def cut_windows(lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """Cut sentences into windows.

    Args:
        lengths: Word pieces of each sentence, its separator included.

    Returns:
        ``(context, start, end)`` sentence indexes of each window: sentences ``start`` to ``end`` are read in it, those from
        ``context`` on lead it as context. Every sentence is read in exactly one window; one that is too long for any is read
        alone and cut at the limit.
    """
    windows: list[tuple[int, int, int]] = []
    start = 0
    while start < len(lengths):
        context, room = start, CONTEXT_PIECES
        while context > 0 and lengths[context - 1] <= room:
            context -= 1
            room -= lengths[context]
        used = 1 + sum(lengths[context:start])
        end = start
        while end < len(lengths) and used + lengths[end] <= MAX_PIECES:
            used += lengths[end]
            end += 1
        if end == start:
            context, end = (context, start + 1) if 1 + lengths[start] <= MAX_PIECES else (start, start + 1)
            while context < start and 1 + sum(lengths[context:end]) > MAX_PIECES:
                context += 1
        windows.append((context, start, end))
        start = end
    return windows


def word_key(word: str) -> str:
    """Return what stands for a word and its inflections: its first six letters, folded ("execut" for "Executes")."""
    return word.casefold()[:6]

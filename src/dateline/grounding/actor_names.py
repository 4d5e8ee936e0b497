"""Words of texts and of names, folded so that spellings of one name meet."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|(?<=\.)[A-Z]\.(?=\s)|[^\W_]+(?:['’ʼ`][^\W_]+)*")  # noqa: RUF001 (quotes found in the wild)
_APOSTROPHES = str.maketrans("", "", "'’ʼ`.")  # noqa: RUF001
_POSSESSIVES = frozenset({"'s", "’s", "'S", "’S"})  # noqa: RUF001


class Token(NamedTuple):
    """A word of a text: folded, where it stands, and whether its letters are capitals."""

    folded: str
    start: int
    end: int
    upper: bool
    title: bool


def fold(text: str) -> str:
    """Return text lower-cased, without diacritics, apostrophes and dots."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.translate(_APOSTROPHES).lower()


def tokenise(text: str) -> list[Token]:
    """Split text into words; hyphens separate, dotted acronyms stay whole, a possessive ``'s`` is a token of its own."""
    tokens = []
    for found in _TOKEN.finditer(text):
        word, start, end = found.group(), found.start(), found.end()
        if word[-2:] in _POSSESSIVES and len(word) > 2:
            tokens.append(_token(word[:-2], start, end - 2))
            tokens.append(Token("'s", end - 2, end, upper=False, title=False))
        else:
            tokens.append(_token(word, start, end))
    return tokens


def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of ``tokenise(text)``, faster."""
    out: list[str] = []
    for word in _TOKEN.findall(text):
        if word.isascii() and word.isalnum():
            out.append(word.lower())
        elif word[-2:] in _POSSESSIVES and len(word) > 2:
            out += (fold(word[:-2]), "'s")
        else:
            out.append(fold(word))
    return tuple(out)


def _token(word: str, start: int, end: int) -> Token:
    folded = word.lower() if word.isascii() and word.isalnum() else fold(word)
    return Token(folded, start, end, upper=word.isupper(), title=word[0].isupper())

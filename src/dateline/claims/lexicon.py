"""Words of people and of toll: what is a person, what befell people, and where a noun phrase ends.

The lists are in ``counts.toml``; the rules use them through these functions.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dateline.claims.numerals import DASHES, Token, vocabulary, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

QUOTES = frozenset("\"'“”‘’«»")  # noqa: RUF001 (the marks that newsrooms use)


@cache
def stops() -> frozenset[str]:
    """Return the words at which a noun phrase ends."""
    names = ("be", "have", "modal", "preposition", "conjunction", "pronoun", "determiner", "adverb", "verb", "after_noun")
    return frozenset().union(*(words_of("grammar", name) for name in names)) | words_of("refused", "months")


@cache
def kinds_of(section: str) -> dict[str, str]:
    """Return word to toll kind for a section of the predicates."""
    return {word: kind for kind, words in vocabulary()["predicates"][section].items() for word in words}


def state_of(word: str) -> str | None:
    """Return the toll kind that a word tells as an adjective or participle ("wounded", "dead"), or None."""
    return kinds_of("state").get(word) or kinds_of("transitive").get(word) or kinds_of("intransitive").get(word)


def is_verbal(word: str) -> bool:
    """Tell whether a word is shaped like a participle."""
    return word.endswith(("ed", "ing"))


@cache
def is_person(word: str) -> bool:
    """Tell whether a lower-case word is a noun for a person or for people."""
    if word in words_of("people", "nouns") or word in words_of("people", "plurals"):
        return True
    if word in words_of("people", "not"):
        return False
    if word.removesuffix("s").endswith(tuple(words_of("people", "trades"))):
        return True
    if len(word) > 4 and word.endswith(("men", "man", "ist", "ists", "ian", "ians", "ean", "eans")):
        return True
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("'s", ""), ("s'", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in words_of("people", "nouns"):
            return True
    return False


def is_demonym(token: Token) -> bool:
    """Tell whether a capitalised word looks like the name of a person of a country ("Nigerien")."""
    return (
        token.capital
        and len(token.text) > 4
        and token.text.endswith(("an", "ien", "ese", "ani", "i", "ine", "ans", "is", "iens"))
    )


def head_of(tokens: Sequence[Token], first: int, last: int) -> str:
    """Return the last word of a noun phrase, with what a hyphen ties to it ("passer-by")."""
    if last <= first:
        return ""
    at = last - 1
    while at - 2 >= first and tokens[at - 1].text in DASHES:
        at -= 2
    return "".join("-" if token.text in DASHES else token.text for token in tokens[at:last])

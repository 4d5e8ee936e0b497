"""Tolls that have not come about: "vowed to behead two", "demanded the release of 17", "would free 20", "have not been freed".

docs/counts.md lists the rules; the words are in ``counts.toml`` (``unreal``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dateline.claims.numerals import Phrases, index_phrases, phrase_before, vocabulary, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.claims.numerals import Token

_REACH = 8  # tokens between a verb of wanting and what is wanted
_BETWEEN = frozenset({"the", "a", "their", "his", "its", "immediate"})
_NOMINAL = 7  # tokens between "demanded" and "the release of"


def is_unreal(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether what a verb or noun tells is only wanted, threatened, planned, attempted or denied.

    Args:
        tokens: The sentence.
        at: Token of the verb or noun.
    """
    if at < 1:
        return False
    at += tokens[at].text == "in"  # "in exchange for"
    word = tokens[at].text if at < len(tokens) else ""
    noun = at + 1 < len(tokens) and tokens[at + 1].text in {"of", "for", "last", "on", "in"}
    if any(token.text == "unless" for token in tokens[max(0, at - _REACH) : at]):
        return True  # "unless India frees nine"
    if noun and word in _words("lettings"):
        return _is_wanted(tokens, at)
    if noun and word in _words("harms"):
        first = next((i for i in range(at, max(at - 3, 0), -1) if tokens[i - 1].text not in _BETWEEN), at)
        return bool(phrase_before(tokens, first, _phrases("calls")))
    return _is_not_done(tokens, at)


def _words(name: str) -> frozenset[str]:
    return words_of("unreal", name)


@cache
def _phrases(name: str) -> Phrases:
    return index_phrases(vocabulary()["unreal"][name])


def _is_wanted(tokens: Sequence[Token], at: int) -> bool:
    """As in "demanded the release of 17", "$2m for the release of", "trying to secure the release of"."""
    for i in range(at, max(at - _NOMINAL, 0), -1):
        word = tokens[i - 1].text
        if word in _words("ends"):
            return False
        if phrase_before(tokens, i, _phrases("wants")):
            return True
        if word in _words("winning"):
            return _is_not_done(tokens, i - 1)
    return False


def _is_not_done(tokens: Sequence[Token], at: int) -> bool:
    """As in "threatened to kill", "would be freed", "are to be executed", "has not been released", "yet to be found"."""
    i, had, negated, bare = at - 1, False, False, False
    while i >= 0 and any(tokens[i].text in words_of("grammar", name) for name in ("be", "have", "adverb")):
        word = tokens[i].text
        had = had or word in words_of("grammar", "have")
        negated = negated or word in {"not", "never"}
        bare = bare or word == "be"
        i -= 1
    if i < 0:
        return False
    word = tokens[i].text
    if negated or word in {"n't", "cannot", "didn't", "hasn't", "haven't", "wasn't", "weren't", "hadn't", "won't"}:
        return True
    if word in _words("modal"):
        return word != "could" or not had
    if word == "to":
        return not had and _is_aim(tokens, i)
    return bare and word not in {"may", "might", "can"}  # "ordered that 17 be set free"


def _is_aim(tokens: Sequence[Token], at: int) -> bool:
    """As in "threatened to", "urged the rebels to", "a plot to", "are to"; not "were feared to"."""
    if at > 0 and tokens[at - 1].text in words_of("grammar", "be"):
        return True
    for i in range(at - 1, max(at - 1 - _REACH, -1), -1):
        word = tokens[i].text
        if word in _words("ends") or word in {"who", "that"}:
            return False
        if word in _words("aims"):
            return True
    return False

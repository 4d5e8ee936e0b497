"""Verbs around counted people: whether they are passive, have an object, or are part of a fixed expression.

Used by ``governors.py`` and ``subjects.py``; the words are in ``counts.toml``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dateline.claims.counted import age_at
from dateline.claims.lexicon import is_verbal, kinds_of, state_of, stops
from dateline.claims.numerals import Phrases, Token, index_phrases, phrase_at, vocabulary, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.claims.counted import Counted

Governor = tuple[str, int]
"""A toll kind and the token that tells it."""


@cache
def expressions(side: str) -> tuple[Phrases, dict[str, str]]:
    """Return the expressions that stand on one side of the people, as a tree of words and with their kinds."""
    pairs = vocabulary()["predicates"]["phrases"][side]
    return index_phrases(words for words, _ in pairs), dict(pairs)


def expression_at(counted: Counted, at: int) -> Governor | None:
    """Return the kind that an expression behind people tells which begins at a token: "lost their lives"."""
    tokens = counted.tokens
    tree, kinds = expressions("right")
    taken = phrase_at(tokens, at, tree)
    if not taken and in_list("harm_verb", tokens[at].text):
        return _harm(tokens, at)
    words = " ".join(token.text for token in tokens[at : at + taken])
    active = taken and (words in expressions("left")[1] or words.endswith("to death"))
    if not taken or kinds[words] == "nothing" or (active and _acts_upon(counted, at, at + taken)):
        return None
    return (kinds[words], at) if not in_list("preposition", tokens[at].text) or _places(tokens, at) else None


def _places(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether "in prison" tells where people are: "23 men in prison", "are in prison", not "chose life in prison"."""
    before = tokens[at - 1].text if at else ""
    return before not in {"life", "years", "months", "days", "year", "sentence", "sentences", "term", "terms", "time", "weeks"}


def _acts_upon(counted: Counted, at: int, last: int) -> bool:
    """Tell whether an expression has an object: "a sniper shot and killed two children", not "were picked up by patrols"."""
    tokens = counted.tokens
    if last >= len(tokens) or passive_before(tokens, at):
        return False
    other = counted.starts.get(last)
    if other is not None and (not other.refused or age_at(tokens, last)):
        return True  # "two officers fatally shot 16-year-old Kimani Gray"
    named = (
        tokens[last].capital
        and not tokens[at].capital
        and tokens[last].text not in stops()
        and tokens[last].text not in words_of("refused", "months")
    )
    return named or (in_list("determiner", tokens[last].text) and has_object(counted, last))


def _harm(tokens: Sequence[Token], at: int) -> Governor | None:
    """As in "sustained minor injuries", "suffered severe burns"."""
    for i in range(at + 1, min(at + 5, len(tokens))):
        if in_list("harm_noun", tokens[i].text):
            return "wounded", i
        if tokens[i].text in stops() - {"a", "an"}:
            return None
    return None


def in_list(name: str, word: str) -> bool:
    """Tell whether a word is on one of the grammar's lists."""
    return word in words_of("grammar", name)


def finite(word: str) -> bool:
    """Tell whether a word is a verb of the lists."""
    return in_list("be", word) or in_list("verb", word)


def is_participle(word: str) -> bool:
    """Tell whether a word is shaped like a past participle."""
    return word == "hit" or word.endswith(("ed", "slain", "hurt", "mown"))


def is_noun(word: str) -> bool:
    """Tell whether a toll word that is no participle is as well a noun: "murder", "arrest"."""
    return not (is_verbal(word) or word in kinds_of("intransitive") or word in kinds_of("state"))


def passive_before(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a participle at a token is passive: "were killed", "had been seriously wounded"."""
    i = at - 1
    while i >= 0 and in_list("adverb", tokens[i].text):
        i -= 1
    return i >= 0 and in_list("be", tokens[i].text)


def has_object(counted: Counted, at: int) -> bool:
    """Tell whether an object follows a verb, which then is active: "two gunmen killed a judge"."""
    tokens = counted.tokens
    if at >= len(tokens):
        return False
    if at in counted.starts and not counted.starts[at].refused:
        return True
    word = tokens[at].text
    if word in {"him", "them", "her", "himself", "themselves", "herself", "me", "us"}:
        return True
    if in_list("determiner", word):
        follow = tokens[at + 1].text if at + 1 < len(tokens) else ""
        return follow not in words_of("refused", "units") and follow not in {
            "same",
            "following",
            "previous",
            "next",
            "past",
            "last",
        }
    if not word[0].isalpha() or in_list("adverb", word) or word in words_of("refused", "months"):
        return False
    return word not in stops() and state_of(word) is None

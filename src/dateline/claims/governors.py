"""Governors: the word that tells what befell counted people ("killed", "the death toll rose to", "were found dead").

:func:`govern` fills in the kind of each group of a sentence. It looks to the left (a verb whose object they are), at measured
tolls, to the right (the verb whose subject they are), inside their phrase, and last at people they are joined to.
docs/counts.md lists the rules.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dateline.claims.counted import (
    QUOTES,
    Counted,
    Group,
    is_person,
    is_verbal,
    kinds_of,
    leads_back,
    outset,
    state_of,
    stops,
)
from dateline.claims.elided import take_over
from dateline.claims.numerals import Form, Token, index_phrases, phrase_at, phrase_before, vocabulary, words_of
from dateline.claims.parts import is_part, names_one, past_aside, speaks

if TYPE_CHECKING:
    from collections.abc import Sequence

_OF_ANYTHING = frozenset({"killed", "wounded", "missing"})
_MAIN_VERB = 12  # tokens that a main verb may stand behind a participle
_REACH = 26  # tokens that a subject may lie before its verb
_HEADINGS = frozenset({"the", "of", "confirmed", "total", "number", "for", "its", "their"})

Governor = tuple[str, int]
"""A toll kind and the token that tells it."""


def govern(counted: Counted) -> None:
    """Find, for each number of a sentence, the kind of toll it tells and the word that tells it."""
    for group in counted.groups:
        if not counted.countable(group) or group.kind is not None or names_one(counted, group):
            continue
        for rule, by_left in _RULES:
            found = rule(counted, group)
            if found is not None and (found[0] in _OF_ANYTHING or group.person or group.alone or rule is _inside):
                group.kind, group.predicate = found
                group.by_left = by_left
                break
    _inherit(counted)


def joined(counted: Counted, before: Group, group: Group) -> bool:
    """Tell whether two counted noun phrases are joined by "and" or a comma, with at most a phrase of place between."""
    between = [token.text for token in counted.tokens[before.last : outset(counted.tokens, group.numeral)]]
    while between and between[-1] in {"his", "her", "their", "the", "its", "also"}:
        between.pop()
    if not between or len(between) > 12 or between[-1] not in {"and", ",", "plus", "&", "with", "including"}:
        return False
    if between[-1] == "," and speaks(counted, group):
        return False
    inner = between[:-1]
    if inner and inner[-1] == ",":
        inner = inner[:-1]
    if not inner:
        return True
    bar = {";", ",", "and", "who", "that"}
    plain = inner[0] in {"of", "from", "in", "at", "as", "together", "along"}
    return plain and not any(_finite(word) or state_of(word) or word in bar for word in inner)


def mixed(counted: Counted, group: Group) -> bool:
    """Tell whether one figure stands for dead and hurt together ("60 killed and injured"), and so for neither."""
    at, tokens = group.predicate, counted.tokens
    if group.kind not in {"killed", "wounded"} or at + 2 >= len(tokens) or at + 2 in counted.starts:
        return False
    other, joint = state_of(tokens[at + 2].text), tokens[at + 1].text
    if at < group.numeral.last:  # "it had killed or wounded 30 soldiers"
        return at > 1 and tokens[at - 1].text == "or" and state_of(tokens[at - 2].text) is not None
    both = {"killed", "wounded"} == {group.kind, other}
    together = both if joint == "and" else joint == "or" and other not in {group.kind, None}
    return together and not _has_object(counted, at + 3)


# --- words --------------------------------------------------------------------------------------------------------------


@cache
def _expressions(side: str) -> tuple[dict[str, Any], dict[str, str]]:
    pairs = vocabulary()["predicates"]["phrases"][side]
    return index_phrases(words for words, _ in pairs), dict(pairs)


def _expression_at(tokens: Sequence[Token], at: int) -> Governor | None:
    tree, kinds = _expressions("right")
    taken = phrase_at(tokens, at, tree)
    if not taken and _in("harm_verb", tokens[at].text):
        return _harm(tokens, at)
    return (kinds[" ".join(token.text for token in tokens[at : at + taken])], at) if taken else None


def _harm(tokens: Sequence[Token], at: int) -> Governor | None:
    """As in "sustained minor injuries", "suffered severe burns"."""
    for i in range(at + 1, min(at + 5, len(tokens))):
        if _in("harm_noun", tokens[i].text):
            return "wounded", i
        if tokens[i].text in stops() - {"a", "an"}:
            return None
    return None


def _in(name: str, word: str) -> bool:
    return word in words_of("grammar", name)


def _finite(word: str) -> bool:
    return _in("be", word) or _in("verb", word)


def _is_participle(word: str) -> bool:
    return word.endswith(("ed", "slain", "hurt", "mown"))


def _is_noun(word: str) -> bool:
    """Tell whether a toll word that is no participle is as well a noun: "murder", "arrest"."""
    return not (is_verbal(word) or word in kinds_of("intransitive") or word in kinds_of("state"))


def _passive_before(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a participle at a token is passive: "were killed", "had been seriously wounded"."""
    i = at - 1
    while i >= 0 and _in("adverb", tokens[i].text):
        i -= 1
    return i >= 0 and _in("be", tokens[i].text)


def _has_object(counted: Counted, at: int) -> bool:
    """Tell whether an object follows a verb, which then is active: "two gunmen killed a judge"."""
    tokens = counted.tokens
    if at >= len(tokens):
        return False
    if at in counted.starts and not counted.starts[at].refused:
        return True
    word = tokens[at].text
    if word in {"him", "them", "her", "himself", "themselves", "herself", "me", "us"}:
        return True
    if _in("determiner", word):
        follow = tokens[at + 1].text if at + 1 < len(tokens) else ""
        return follow not in words_of("refused", "units") and follow not in {
            "same",
            "following",
            "previous",
            "next",
            "past",
            "last",
        }
    if not word[0].isalpha() or _in("adverb", word) or word in words_of("refused", "months"):
        return False
    return word not in stops() and state_of(word) is None


# --- to the left --------------------------------------------------------------------------------------------------------


def _left(counted: Counted, group: Group) -> Governor | None:
    """As in "killed 58 people", "killing at least 13", "the deaths of 12", "claimed the lives of seven"."""
    tokens = counted.tokens
    at = _before_adverbs(tokens, outset(tokens, group.numeral))
    if (found := _around(counted, group, at)) is not None:
        return found
    at = _before_aside(tokens, at)
    tree, kinds = _expressions("left")
    if taken := phrase_before(tokens, at, tree):
        kind = kinds[" ".join(token.text for token in tokens[at - taken : at])]
        if kind != "claimed_lives":
            return kind, at - taken
        return ("killed", at - taken) if not group.alone and tokens[group.last - 1].text in {"lives", "life"} else None
    return _verb_before(tokens, group, at) if at else None


def _verb_before(tokens: Sequence[Token], group: Group, at: int) -> Governor | None:
    """As in "killed 58 people", "lost four soldiers", "killed or wounded 30": the verb that ends before a token."""
    verb = tokens[at - 1].text
    if _in("losing", verb):
        return ("killed", at - 1) if _is_own(tokens, group) else None
    governing = kinds_of("transitive").get(verb)
    passive = _is_participle(verb) and _passive_before(tokens, at - 1)
    if (
        governing == "abducted"
        and verb.startswith("seiz")
        and any(_in("forces", token.text) for token in tokens[max(0, at - 4) : at - 1])
    ):
        governing = "detained"
    things = verb in words_of("strikes", "words") and not (group.person or group.alone)
    if governing is None or passive or things:
        return None
    joined_to_killed = at > 2 and tokens[at - 2].text == "or" and kinds_of("transitive").get(tokens[at - 3].text) == "killed"
    return ("killed" if joined_to_killed else governing), at - 1


def _inverted(counted: Counted, group: Group) -> Governor | None:
    """As in "Wounded in the ambush were two sergeants": a participle that opens the sentence, its subject behind "were"."""
    tokens = counted.tokens
    at = _before_adverbs(tokens, outset(tokens, group.numeral))
    first = 1 if tokens[0].text == "also" else 0
    if not (first + 1 < at <= _MAIN_VERB and _in("be", tokens[at - 1].text) and _is_participle(tokens[first].text)):
        return None
    kind = state_of(tokens[first].text)
    placed = any(_in(name, tokens[first + 1].text) for name in ("be", "preposition", "adverb"))
    return (kind, first) if kind is not None and placed else None


def _before_adverbs(tokens: Sequence[Token], at: int) -> int:
    """Step back over adverbs and opening quotation marks before a number."""
    while at > 0 and (tokens[at - 1].text in QUOTES or (_in("adverb", tokens[at - 1].text) and tokens[at - 1].text != "both")):
        at -= 1
    return at


@cache
def _verbs_around() -> dict[str, list[tuple[dict[str, Any], str]]]:
    verbs: dict[str, list[tuple[dict[str, Any], str]]] = defaultdict(list)
    for before, after, kind in vocabulary()["predicates"]["phrases"]["around"]:
        tree = index_phrases(after)
        for verb in before:
            verbs[verb].append((tree, kind))
    return verbs


def _around(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "took 15 people hostage", "drove 6,000 from the camp", "clubbed 14 to death": a verb and what it takes behind."""
    tokens = counted.tokens
    if at == 0:
        return None
    for tree, kind in _verbs_around().get(tokens[at - 1].text, ()):
        follow = group.last
        while follow < len(tokens) and _in("adverb", tokens[follow].text):
            follow += 1
        inside = not group.alone and phrase_at(tokens, group.last - 1, tree)  # "took 6 prisoner", "took 130 hostages"
        if inside or phrase_at(tokens, follow, tree):
            return kind, at - 1
    return None


def _is_own(tokens: Sequence[Token], group: Group) -> bool:
    """Tell whether lost people are dead: "lost four soldiers", "losing seven of their own"; not "lost 12 members"."""
    follow = [token.text for token in tokens[group.numeral.last : group.numeral.last + 2]]
    if follow[:1] == ["of"] and follow[-1] in {"their", "its", "his", "our"}:
        return True
    return group.person and not group.alone and tokens[group.last - 1].text not in {"members", "supporters"}


def _before_aside(tokens: Sequence[Token], at: int) -> int:
    """Step back over a short aside between verb and object: "killing, the army said, 12 rebels"."""
    if at < 4 or tokens[at - 1].text != ",":
        return at
    for i in range(at - 2, max(at - 9, 0), -1):
        if tokens[i].text == ",":
            spoken = any(token.text in {"said", "says", "according", "reported"} for token in tokens[i + 1 : at - 1])
            return i if spoken and kinds_of("transitive").get(tokens[i - 1].text) else at
    return at


def _measured(counted: Counted, group: Group) -> Governor | None:
    """As in "the death toll rose to 19", "put the dead at 23", "bringing the total to 30", "put it at 26"."""
    tokens = counted.tokens
    at = _before_adverbs(tokens, outset(tokens, group.numeral))
    changed = at > 0 and _in("change", tokens[at - 1].text) and group.numeral.first < group.numeral.core  # "rose above 800"
    if at == 0 or not (changed or _in("measure", tokens[at - 1].text)):
        return None
    if (after := _toll_after(counted, group, at)) is not None:
        return after
    for i in range(at - 2, max(at - 14, -1), -1):
        word = tokens[i].text
        other = i in counted.starts and counted.starts[i].numeral.core == i and tokens[at - 1].text != "to"
        if word in {";", ".", ":"} or other:
            return None
        if word in {"total", "figure", "count", "it"} and tokens[i - 1].text != "death" and tokens[at - 1].text in {"to", "at"}:
            return _same_as_before(counted, group, i)
        if (kind := _measure_of(tokens, i, tokens[at - 1].text)) is not None:
            return kind, i
    return None


def _measure_of(tokens: Sequence[Token], at: int, measure: str) -> str | None:
    """Return the kind of a noun that is measured: "the death toll", "the number of people killed", "army losses"."""
    word, before = tokens[at].text, tokens[at - 1].text if at else ""
    if word == "toll":
        return "wounded" if before in {"wounded", "injury", "injured"} else "killed"
    if (word in {"count", "tally"} and before == "death") or (word == "losses" and measure == "at"):
        return "killed"
    heading = before in _HEADINGS or [token.text for token in tokens[max(0, at - 3) : at - 1]] == ["number", "of"]
    if not heading or at == 0:
        return None
    named = word in {"tolls", "martyrs", "victims", "losses"}
    return "killed" if named else kinds_of("state").get(word) or kinds_of("nouns").get(word)


def _toll_after(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "bringing to 31 the deaths reported", "raised to 12 the number of dead"."""
    tokens = counted.tokens
    if tokens[at - 1].text != "to" or not group.alone or group.last >= len(tokens) or tokens[group.last].text != "the":
        return None
    for i in range(group.last + 1, min(group.last + 6, len(tokens))):
        kind = kinds_of("nouns").get(tokens[i].text) or state_of(tokens[i].text)
        if kind is not None:
            return kind, i
    return None


def _same_as_before(counted: Counted, group: Group, at: int) -> Governor | None:
    """Give a total or a second figure the kind of the count before it in the sentence."""
    if counted.tokens[at].text == "it" and not (at and counted.tokens[at - 1].text in {"put", "puts", "putting"}):
        return None
    before = [other for other in counted.groups if other.numeral.last <= group.numeral.first and other.kind is not None]
    return (before[-1].kind, at) if before and before[-1].kind is not None else None


def _inside(counted: Counted, group: Group) -> Governor | None:
    """As in "12 deaths", "107 bodies", "50 arrests"."""
    word = "" if group.alone else counted.tokens[group.last - 1].text
    kind = kinds_of("nouns").get(word)
    return (kind, group.last - 1) if kind is not None and word in words_of("grammar", "own_kind") else None


def _described(counted: Counted, group: Group) -> Governor | None:
    """As in "24 injured" and "30 dead civilians": people named by what befell them."""
    word = "" if group.alone else counted.tokens[group.last - 1].text
    kind = kinds_of("nouns").get(word)
    if kind is not None and word not in {"lives", "hostages", "refugees", "martyrs", "detainees"}:
        return kind, group.last - 1
    return group.adjective


# --- to the right -------------------------------------------------------------------------------------------------------


def _right(counted: Counted, group: Group) -> Governor | None:
    """Follow the subject to its verb: "58 people in two villages were killed", "12 others wounded", "who died"."""
    return _Walk(counted, group).run()


@dataclass(slots=True)
class _Walk:
    """A walk from a counted noun phrase to the right, to the verb of which it is the subject.

    Attributes:
        relative: Whether the walk is inside a relative clause, whose verb counts only if no main verb is found.
        skipped: Participles passed over that only describe the people ("a man found beside the road").
    """

    counted: Counted
    group: Group
    relative: bool = False
    skipped: int = 0

    def run(self) -> Governor | None:
        tokens = self.counted.tokens
        at = self.group.last + (2 if leads_back(tokens, self.group.last) else 0)
        if at > self.group.last and tokens[at - 1].text in {"those", "these"} and at < len(tokens):
            at += _is_participle(tokens[at].text)  # "20 of those arrested were freed"
        limit = min(len(tokens), at + _REACH)
        while self.group.whole and at < limit and _in("adverb", tokens[at].text):
            at += 1
        limit = min(limit, at + 1) if self.group.whole else limit
        self.relative = self.group.part_of is not None and at < len(tokens) and _is_participle(tokens[at].text)
        kept: Governor | None = None
        aside: Governor | None = None
        while at < limit:
            found = self._predicate(at)
            if found is not None and not self.relative:
                return self._main_verb(found) or found
            if found is not None:
                kept, self.relative = kept or found, False
                at = found[1] + 1
                continue
            aside = aside or self._described_aside(at)
            step = self._step(at)
            if step is None:
                break
            at = step
        return kept or aside

    def _described_aside(self, at: int) -> Governor | None:
        """Read ", kidnapped in Kaduna a week ago,": it counts when the main verb tells nothing."""
        tokens = self.counted.tokens
        if tokens[at].text != "," or at + 1 >= len(tokens) or not self.group.person or past_aside(tokens, at) is None:
            return None
        kind = kinds_of("transitive").get(tokens[at + 1].text)
        return (kind, at + 1) if kind is not None and self._is_passive(at + 1) else None

    def _main_verb(self, found: Governor) -> Governor | None:
        """Return what a main verb tells behind a participle that only describes: "two nurses abducted in June were freed"."""
        tokens = self.counted.tokens
        first = found[1]
        if not _is_participle(tokens[first].text) or _passive_before(tokens, first):
            return None
        for at in range(first + 1, min(first + _MAIN_VERB, len(tokens))):
            word = tokens[at].text
            if not (word[0].isalnum()) or _in("conjunction", word):
                return None
            if _in("be", word):
                return self._passive(at)
        return None

    def _predicate(self, at: int) -> Governor | None:
        counted, word = self.counted, self.counted.tokens[at].text
        if (found := _expression_at(counted.tokens, at)) is not None:
            return found
        if word in kinds_of("intransitive") and not self.group.whole:
            follow = counted.tokens[at + 1].text if at + 1 < len(counted.tokens) else ""
            return None if _in("unhurt", follow) else (kinds_of("intransitive")[word], at)
        if word in kinds_of("state") and not _in("determiner", counted.tokens[at - 1].text):
            coordinate = counted.tokens[at - 1].text in {"and", ",", "then"}
            objects = _has_object(counted, at + 1) if coordinate else self._article_follows(at + 1)
            return None if objects else (kinds_of("state")[word], at)
        if word in kinds_of("transitive") and self._is_passive(at):
            return kinds_of("transitive")[word], at
        linked = _in("be", word) or _in("linking", word)
        return self._passive(at) if linked and not self.group.whole else None

    def _article_follows(self, at: int) -> bool:
        """Tell whether "a" or "an" and a person follow: "a sniper wounded a woman"."""
        other = self.counted.starts.get(at)
        return other is not None and other.numeral.form is Form.ARTICLE and other.person and not other.refused

    def _is_passive(self, at: int) -> bool:
        """Tell whether a verb behind the people is a participle without an object ("12 people killed in the raid")."""
        before, word = self.counted.tokens[at - 1].text, self.counted.tokens[at].text
        return before != "the" and (_is_participle(word) or word == "hit") and not _has_object(self.counted, at + 1)

    def _passive(self, at: int) -> Governor | None:
        """Read "were reported killed", "were among the dead", "were pulled from a bus and shot dead"."""
        tokens = self.counted.tokens
        for i in range(at, min(at + 9, len(tokens))):
            if (found := _expression_at(tokens, i)) is not None:
                return found
            word = tokens[i].text
            kind = kinds_of("state").get(word) or (kinds_of("transitive").get(word) if _is_participle(word) else None)
            if kind is not None:
                return kind, i
            if not any(_in(name, word) for name in ("passive_bridge", "adverb", "be", "linking")):
                return self._second(i)
        return None

    def _second(self, at: int) -> Governor | None:
        """Read a second participle: "were dragged from a bus and killed", "were stabbed or hacked to death"."""
        tokens = self.counted.tokens
        if not tokens[at].text.endswith(("ed", "en", "t", "n")):
            return None
        for i in range(at + 1, min(at + 12, len(tokens) - 1)):
            if tokens[i].text in {";", ".", "when", "while", "after"}:
                return None
            if tokens[i].text not in {"and", "then", "or"}:
                continue
            if (found := _expression_at(tokens, i + 1)) is not None:
                return found
            if _is_participle(tokens[i + 1].text) and not _has_object(self.counted, i + 2):
                kind = kinds_of("transitive").get(tokens[i + 1].text)
                return (kind, i + 1) if kind is not None else None
        return None

    def _step(self, at: int) -> int | None:
        """Return the next token to look at, or None where the subject's clause ends."""
        word = self.counted.tokens[at].text
        if word in {"and", ",", "or", "plus", "(", "–", "—", "-"}:  # noqa: RUF001
            return self._joint(at)
        if word in {"who", "whom", "that", "which", "whose"}:
            again, self.relative = self.relative, True
            return None if again else at + 1
        if _in("have", word) or _in("modal", word):
            return None if _has_object(self.counted, at + 1) else at + 1
        if _in("conjunction", word) or word in {";", ":", ".", "said", "says", "told", "according"}:
            return None
        if _in("be", word) or word in kinds_of("transitive") or _in("verb", word):
            return self._past_verb(at)
        return self._past_ages(at) if word == "aged" else None if self._meets_others(at) else at + 1

    def _past_ages(self, at: int) -> int:
        """Step over "aged 14, 16 and 19"."""
        tokens, last = self.counted.tokens, at + 1
        while last < len(tokens) and (tokens[last].text[0].isdecimal() or _in("between_ages", tokens[last].text)):
            last += 1
        return last

    def _meets_others(self, at: int) -> bool:
        """Tell whether other counted people begin at a token."""
        other = self.counted.starts.get(at)
        if other is None or other is self.group or not self.counted.countable(other):
            return False
        return other.person or other.alone

    def _past_verb(self, at: int) -> int | None:
        """Pass the verb of a relative clause, or one participle that describes the people."""
        word = self.counted.tokens[at].text
        if self.relative:
            self.relative = False
            return at + 1
        describes = is_verbal(word) or word in {"found", "held", "shot", "aboard", "taken", "left"}
        if not describes or self.skipped or _in("be", word) or (word != "aboard" and _has_object(self.counted, at + 1)):
            return None
        self.skipped += 1
        return at + 1

    def _joint(self, at: int) -> int | None:
        """Cross "and" to joined people, or step over an aside between marks."""
        counted, tokens = self.counted, self.counted.tokens
        if at + 1 >= len(tokens):
            return None
        follow = at + 2 if tokens[at + 1].text == "and" and at + 2 < len(tokens) else at + 1
        if follow == at + 2 and self._is_object():
            return None  # "netted nine suspects, and two policemen were wounded"
        while follow + 1 < len(tokens) and tokens[follow].text in {"his", "her", "their", "its", "the"}:
            follow += 1
        other = counted.starts.get(follow)
        taken_up = other is not None and other.part_of is self.group  # "of the 40 hostages, 12 were freed"
        if other is not None and (taken_up or (counted.countable(other) and not is_part(counted, other))):
            return None if taken_up else max(other.last, follow + 1)
        kin = follow == at + 2 and _is_kin(tokens, at + 1)
        if kin or tokens[at].text in {"and", "or", "plus"}:
            return follow + 1 if kin else at + 1 if _nominal(tokens[at + 1].text) else None
        word = tokens[at + 1].text
        if tokens[at].text != "(" and (_in("be", word) or _in("have", word) or word in kinds_of("intransitive")):
            return at + 1
        return past_aside(tokens, at)

    def _is_object(self) -> bool:
        """Tell whether the people are the object of a verb that is not known."""
        before = outset(self.counted.tokens, self.group.numeral) - 1
        word = self.counted.tokens[before].text if before >= 0 else ""
        return is_verbal(word) and not _in("preposition", word) and not _in("adverb", word)


def _is_kin(tokens: Sequence[Token], at: int) -> bool:
    """As in "a woman, her mother and two cousins": people joined without a number."""
    return tokens[at].text in {"his", "her", "their"} and tokens[at + 1].text in words_of("people", "nouns")


def _nominal(word: str) -> bool:
    """Tell whether a word can go on a noun phrase: "of the Maute and Abu Sayyaf groups"."""
    if _in("determiner", word) or is_person(word):
        return True
    return word[0].isalpha() and word not in stops() and state_of(word) is None and not is_verbal(word)


# --- joined people ------------------------------------------------------------------------------------------------------


def _inherit(counted: Counted) -> None:
    """Give joined people and parts the kind of the count they belong to: "killing eight conscripts and three villagers"."""
    for before, group in pairwise(counted.groups):
        if group.kind is not None or not counted.countable(group) or before.kind is None or before.numeral.form is Form.NONE:
            continue
        part = is_part(counted, group)
        if (joined(counted, before, group) and (before.by_left or part)) or (part and group.numeral.first - before.last < 6):
            group.kind, group.predicate, group.by_left = before.kind, before.predicate, before.by_left
    for group in counted.groups:
        if group.kind is None and counted.countable(group):
            _after_unnumbered(counted, group)
    take_over(counted)


_RULES = ((_left, True), (_inverted, True), (_measured, True), (_inside, False), (_right, False), (_described, False))


def _after_unnumbered(counted: Counted, group: Group) -> None:
    """Read "killing its leader and several followers", "was shot dead with three companions"."""
    tokens = counted.tokens
    at = outset(tokens, group.numeral)
    while at > 2 and tokens[at - 1].text in {"his", "her", "their", "its"}:
        at -= 1
    if at < 2 or tokens[at - 1].text not in {"and", "with"}:
        return
    together = tokens[at - 1].text == "with"
    if together and tokens[at - 2].text in words_of("figures", "no_company"):
        return  # "murder in connection with"
    for i in range(at - 2, max(at - 12, -1), -1):
        word = tokens[i].text
        kind = (None if _is_noun(word) else state_of(word)) if together else kinds_of("transitive").get(word)
        if not together and _in("losing", word) and group.person and _is_own(tokens, group):
            kind = "killed"  # "lost a tank and five soldiers"
        if kind is not None:
            passive = _is_participle(word) and _passive_before(tokens, i)
            if together and kinds_of("transitive").get(word) and not passive and _has_object(counted, i + 1):
                return  # "seized a tanker with 21 crew"
            if together or (not passive and _has_object(counted, i + 1)):
                group.kind, group.predicate, group.by_left = kind, i, True
            return
        if word in {";", ":", "who", "that", "when", "said", "."} or (_finite(word) and not together):
            return

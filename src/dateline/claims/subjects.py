"""Counted people as the subject: the walk to the right, to the verb that tells what befell them.

"58 people in two villages were killed", "two nurses abducted in June were freed". docs/counts.md lists the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from dateline.claims.counted import Counted, Group, leads_back, outset
from dateline.claims.frames import as_subject, by_agent, is_shot
from dateline.claims.lexicon import QUOTES, is_person, is_verbal, kinds_of, state_of, stops
from dateline.claims.measured import before_adverbs
from dateline.claims.numerals import DASHES, Form, Token, words_of
from dateline.claims.parts import is_part, past_aside, past_joined
from dateline.claims.verbs import Governor, expression_at, has_object, in_list, is_participle, passive_before

if TYPE_CHECKING:
    from collections.abc import Sequence

MAIN_VERB = 12
"""Tokens that a main verb may stand behind a participle."""
_REACH = 26  # tokens that a subject may lie before its verb


def follow_subject(counted: Counted, group: Group) -> Governor | None:
    """Follow the subject to its verb: "58 people in two villages were killed", "12 others wounded", "who died"."""
    found = _survived(counted, group) or _or_killed(counted, _Walk(counted, group).run()) or _died_at_last(counted, group)
    return by_agent(counted, group, later_died(counted, group, found)) if found is not None else None


def no_subject(counted: Counted, group: Group) -> bool:
    """Tell whether people stand inside the subject of a verb behind them: what befalls a bus is not told of those in it."""
    tokens, at = counted.tokens, outset(counted.tokens, group.numeral)
    follow = tokens[group.last].text if group.last < len(tokens) else ""
    told = follow in kinds_of("state") or (kinds_of("transitive").get(follow) is not None and is_participle(follow))
    if at < 2 or told or follow in {"who", "whom", "whose"}:
        return False
    word, before = tokens[at - 1].text, tokens[at - 2].text
    if (
        group.alone
        and [token.text for token in tokens[group.last : group.last + 2]] == ["of", "them"]
        and _of_things(counted, group)
    ):
        return True
    if word == "with":
        thing = tokens[at - 2 - (before == ",")].text in words_of("refused", "things")
        return thing or (before not in {",", "together", "along"} and _nominal(before))  # "the trawler, with 14 on board,"
    if word == "of":  # "members of the trio", "relatives of the four victims"
        named = tokens[at].text in _ARTICLES and not group.whole and is_person(before) and kinds_of("nouns").get(before) is None
        return named and not any(before in words_of("people", name) for name in ("companies", "bodies", "pronouns"))
    return word in words_of("figures", "carrying") and not in_list("have", before) and (_nominal(before) or before in _RELATIVE)


def _of_things(counted: Counted, group: Group) -> bool:
    """As in "four vehicles, one of them painted in army colours, were seized"."""
    ahead = [one for one in counted.groups if one.last <= group.numeral.first and not one.alone]
    wholes = [one for one in ahead if (one.numeral.value.best or 0) > (group.numeral.value.best or 0)]
    return bool(wholes) and wholes[-1].refused and counted.tokens[wholes[-1].last - 1].text in words_of("refused", "things")


_ARTICLES = words_of("grammar", "determiner") - {"all", "each", "some", "every"}
_RELATIVE = frozenset({"was", "were", "that", "which", "who"})


def _or_killed(counted: Counted, found: Governor | None) -> Governor | None:
    """As in "were wounded or killed": the graver of the two."""
    if found is None or found[0] != "wounded" or found[1] + 2 >= len(counted.tokens):
        return found
    joint, other = counted.tokens[found[1] + 1], counted.tokens[found[1] + 2]
    both = joint.text == "or" or (joint.text == "and" and counted.tokens[found[1]].text == "hit")  # "was hit and killed"
    deadly = both and kinds_of("transitive").get(other.text) == "killed"
    return ("killed", found[1] + 2) if deadly else found


def _died_at_last(counted: Counted, group: Group) -> Governor | None:
    """As in "a monk set himself on fire and later died": a second verb of the same subject."""
    tokens, at = counted.tokens, outset(counted.tokens, group.numeral)
    opens = at == 0 or tokens[at - 1].text in {",", "that", "said", ":", "-", ";", "but", "when"}
    for i in range(group.last, min(group.last + _REACH, len(tokens) - 1) if opens and group.person else 0):
        if tokens[i].text in {";", ".", ":"} or (tokens[i].text == "," and i == group.last):
            return None
        if tokens[i].text in {"and", "but"}:
            verb = i + 1
            while verb < len(tokens) - 1 and in_list("adverb", tokens[verb].text):
                verb += 1
            if tokens[verb].text in {"died", "perished", "succumbed", "drowned"}:
                return "killed", verb
    return None


def _survived(counted: Counted, group: Group) -> Governor | None:
    """As in "neither of the two pilots survived", "none of the four crew survived"."""
    tokens, at = counted.tokens, outset(counted.tokens, group.numeral)
    none = at > 1 and tokens[at - 1].text == "of" and tokens[at - 2].text in {"none", "neither", "nobody"}
    for i in range(group.last, min(group.last + MAIN_VERB, len(tokens)) if none else 0):
        if tokens[i].text in {"survived", "survive", "survives"}:
            return "killed", i
    return None


def later_died(counted: Counted, group: Group, found: Governor) -> Governor:
    """As in "was hit in the neck and died" and "a boy and two women, all of whom later died"."""
    tokens = counted.tokens
    first = max(found[1] + 1, past_joined(counted, group))
    for i in range(first, min(first + _REACH, len(tokens)) if found[0] == "wounded" else 0):
        if tokens[i].text in {";", ".", ":"} or (i in counted.starts and counted.countable(counted.starts[i])):
            break
        if tokens[i].text in {"died", "succumbed", "perished"}:
            before = before_adverbs(tokens, i)
            return ("killed", i) if tokens[before - 1].text in {"and", "who", "whom", "but", "them", "had"} else found
    return found


@dataclass(slots=True)
class _Walk:
    """A walk from a counted noun phrase to the right, to the verb of which it is the subject.

    Attributes:
        relative: Whether the walk is inside a relative clause, whose verb counts only if no main verb is found.
        of_things: Whether the relative clause tells of what they have: "ten fishermen whose boat was seized".
        skipped: Participles passed over that only describe the people ("a man found beside the road").
    """

    counted: Counted
    group: Group
    relative: bool = False
    of_things: bool = False
    skipped: int = 0

    def run(self) -> Governor | None:
        tokens = self.counted.tokens
        at = self.group.last + (2 if leads_back(tokens, self.group.last) else 0)
        if at > self.group.last and tokens[at - 1].text in {"those", "these"} and at < len(tokens):
            past = is_participle(tokens[at].text) or tokens[at].text in {"brought", "taken", "held", "shot"}
            at += past  # "20 of those arrested were freed"
        limit = min(len(tokens), at + _REACH, _bracket_end(tokens, self.group.first))
        while self.group.whole and at < limit and in_list("adverb", tokens[at].text):
            at += 1
        limit = min(limit, at + 1) if self.group.whole else limit
        self.relative = self.group.part_of is not None and at < len(tokens) and is_participle(tokens[at].text)
        kept: Governor | None = None
        aside: Governor | None = None
        while at < limit:
            found = self._predicate(at)
            if found is not None and not self.relative:
                return self._main_verb(found) or found
            if found is not None:
                kept, self.relative = kept or (None if self.of_things else found), False
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
        past = is_participle(tokens[first].text) or tokens[first].text in {"held", "taken", "led", "shot"}
        if self.group.whole or not past or tokens[first].text in kinds_of("intransitive") or passive_before(tokens, first):
            return None
        for at in range(first + 1, min(first + MAIN_VERB, len(tokens))):
            word = tokens[at].text
            if word == "," and at + 1 < len(tokens) and not in_list("determiner", tokens[at + 1].text):
                continue  # "abducted at Sakran, Hub tehsil, were murdered"
            if not (word[0].isalnum()) or in_list("conjunction", word) or self._meets_others(at):
                return None
            if in_list("be", word) and word != "being":
                return self._passive(at)
            if (again := self._later(at, first)) is not None:
                return again
        return None

    def _later(self, at: int, first: int) -> Governor | None:
        """Read what befell people who had been held: "regained their freedom", "have since died", "found dead"."""
        tokens = self.counted.tokens
        framed = as_subject(self.counted, self.group, at, passive=False)
        if framed is not None and framed[0] == "released":
            return framed
        if tokens[at].text in {"died", "perished"} and (at == first + 1 or not is_person(tokens[at - 1].text)):
            return "killed", at
        again = expression_at(self.counted, at)
        return again if again is not None and again[0] == "killed" else None

    def _predicate(self, at: int) -> Governor | None:
        counted, word = self.counted, self.counted.tokens[at].text
        if (found := expression_at(counted, at)) is not None:
            return found
        if word in kinds_of("intransitive") and not self.group.whole:
            follow = counted.tokens[at + 1].text if at + 1 < len(counted.tokens) else ""
            object_of = takewhile(lambda token: not in_list("preposition", token.text), counted.tokens[at + 1 : at + 4])
            ahead = {token.text for token in object_of}
            unhurt = kinds_of("intransitive")[word] == "released" and (
                in_list("unhurt", follow) or ahead & words_of("figures", "penalties")
            )  # "escaped unhurt", "escaped the death penalty"
            return None if unhurt else (kinds_of("intransitive")[word], at)
        if word in kinds_of("state") and not in_list("determiner", counted.tokens[at - 1].text):
            coordinate = counted.tokens[at - 1].text in {"and", ",", "then"}
            objects = has_object(counted, at + 1) if coordinate else self._article_follows(at + 1)
            return None if objects else (kinds_of("state")[word], at)
        if (found := self._framed(at)) is not None:
            return found
        kind = "detained" if word == "held" else kinds_of("transitive").get(word)  # "two colonels held"
        follow = counted.tokens[at + 1].text if at + 1 < len(counted.tokens) else ""
        if word == "held" and follow in words_of("figures", "holding_up"):
            kind = None
        if kind is not None and self._is_passive(at):
            return kind, at
        linked = in_list("be", word) or in_list("linking", word)
        return self._passive(at) if linked and not self.group.whole else None

    def _framed(self, at: int) -> Governor | None:
        """Read a verb with a complement, "lost both legs", "were bundled into a car"; not one with another object."""
        passive = passive_before(self.counted.tokens, at)
        if at + 1 in self.counted.starts and self.counted.starts[at + 1].person:
            return None
        return as_subject(self.counted, self.group, at, passive=passive)

    def _article_follows(self, at: int) -> bool:
        """Tell whether "a" or "an" and a person follow: "a sniper wounded a woman"."""
        other = self.counted.starts.get(at)
        return other is not None and other.numeral.form is Form.ARTICLE and other.person and not other.refused

    def _is_passive(self, at: int) -> bool:
        """Tell whether a verb behind the people is a participle without an object ("12 people killed in the raid")."""
        before, word = self.counted.tokens[at - 1].text, self.counted.tokens[at].text
        past = is_participle(word) or word == "hit" or (word == "held" and not in_list("have", before))
        return before != "the" and past and not has_object(self.counted, at + 1)

    def _passive(self, at: int) -> Governor | None:
        """Read "were reported killed", "were among the dead", "were pulled from a bus and shot dead"."""
        tokens = self.counted.tokens
        for i in range(at, min(at + 9, len(tokens))):
            if _is_day(tokens, i):
                continue
            if (found := expression_at(self.counted, i)) is not None:
                return found
            if (found := self._framed(i)) is not None:
                return found
            word = tokens[i].text
            if word in QUOTES:
                continue
            kind = kinds_of("state").get(word) or (kinds_of("transitive").get(word) if is_participle(word) else None)
            kind = kind or (kinds_of("intransitive").get(word) if i > at + 1 else None)  # "are known to have perished"
            if kind is not None:
                return kind, i
            if not any(in_list(name, word) for name in ("passive_bridge", "adverb", "be", "linking")):
                return self._second(i - 1 if word in {"and", "or"} else i)
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
            if (found := expression_at(self.counted, i + 1)) is not None:
                return found
            found = ("killed", i + 1) if is_shot(tokens, i + 1) else as_subject(self.counted, self.group, i + 1, passive=True)
            if found is not None:
                return found  # "were intercepted and taken to detention centres"
            held = tokens[i + 1].text == "held"
            if (held or is_participle(tokens[i + 1].text)) and not has_object(self.counted, i + 2):
                kind = "detained" if held else kinds_of("transitive").get(tokens[i + 1].text)
                return (kind, i + 1) if kind is not None else None
        return None

    def _step(self, at: int) -> int | None:
        """Return the next token to look at, or None where the subject's clause ends."""
        tokens, word = self.counted.tokens, self.counted.tokens[at].text
        tied = word in DASHES and tokens[at].start == tokens[at - 1].end  # "Canadian-owned"
        if word in {"and", ",", "or", "plus", "(", "–", "—", "-"}:  # noqa: RUF001
            return at + 1 if tied else self._joint(at)
        if word in {"who", "whom", "that", "which", "whose"}:
            return self._into_relative(at)
        if in_list("have", word) or in_list("modal", word):
            goes_on = at + 1 < len(self.counted.tokens) and is_verbal(self.counted.tokens[at + 1].text)
            return at + 1 if goes_on or not has_object(self.counted, at + 1) else None
        if self._ends_clause(at):
            return None
        acts = at + 1 < len(tokens) and tokens[at + 1].text in _ARTICLES and self._may_act(at)  # "upheld a verdict"
        if acts or in_list("be", word) or word in kinds_of("transitive") or in_list("verb", word):
            return at + 1 if self._is_name(at) else self._past_verb(at)
        return None if self._meets_others(at) else self._past_ages(at)

    def _ends_clause(self, at: int) -> bool:
        word = self.counted.tokens[at].text
        if in_list("conjunction", word) or word in {";", ":", ".", "said", "says", "told", "according"}:
            return True
        if word in {"since", "after", "before"}:
            return self._opens_clause(at + 1)
        return word == "as" and self._is_object()  # "raped 54 women as the army fled"

    def _may_act(self, at: int) -> bool:
        token = self.counted.tokens[at]
        return token.text.endswith("ed") or (
            token.text.isalpha()
            and not (token.capital or token.text.endswith("ing"))
            and token.text not in stops()
            and not is_person(token.text)
        )

    def _opens_clause(self, at: int) -> bool:
        """As in "since their lorries were found": a subject of its own with "was", "had" or the like."""
        tokens = self.counted.tokens
        if at >= len(tokens) or not (in_list("determiner", tokens[at].text) or in_list("pronoun", tokens[at].text)):
            return False
        for token in tokens[at + 1 : at + 6]:
            if in_list("be", token.text) or in_list("have", token.text):
                return True
            if token.text in {",", ";"} or in_list("preposition", token.text):
                return False
        return False

    def _is_name(self, at: int) -> bool:
        """Tell whether a verb is part of a name: "the Canadian Armed Forces"."""
        around = self.counted.tokens[max(0, at - 1) : at + 2]
        return all(token.capital for token in around) and not self.counted.text.isupper()

    def _into_relative(self, at: int) -> int | None:
        """Enter a relative clause; not "an officer confirmed that"."""
        again, self.relative = self.relative, True
        follow = self.counted.tokens[at + 1].text if at + 1 < len(self.counted.tokens) else ""
        self.of_things = self.counted.tokens[at].text == "whose" and follow in words_of("refused", "things")
        passed = self.counted.tokens[self.group.last : at] if self.counted.tokens[at].text == "that" else ()
        said = any(token.text in words_of("figures", "said") or in_list("speaks", token.text) for token in passed)
        other = at > self.group.last and self._is_of_others(at)
        return None if again or said or other else at + 1

    def _is_of_others(self, at: int) -> bool:
        """As in "determined that he spend his life in prison" and "a list of those who have not come back"."""
        ahead, follow = self.counted.tokens[at - 1].text, self.counted.tokens[min(at + 1, len(self.counted.tokens) - 1)].text
        return ahead in {"those", "all", "anyone", "everyone"} or (
            self.counted.tokens[at].text == "that" and follow in {"he", "she", "they", "it", "we", "i", "you"}
        )

    def _past_ages(self, at: int) -> int:
        """Step over "aged 14, 16 and 19"."""
        tokens, last = self.counted.tokens, at + 1
        if tokens[at].text != "aged":
            return last
        while last < len(tokens) and (tokens[last].text[0].isdecimal() or in_list("between_ages", tokens[last].text)):
            last += 1
        return last

    def _meets_others(self, at: int) -> bool:
        """Tell whether other counted people begin at a token."""
        other = self.counted.starts.get(at)
        if other is None or other is self.group or not self.counted.countable(other) or is_part(self.counted, other):
            return False
        tokens, follow = self.counted.tokens, self.counted.tokens[min(other.last, len(self.counted.tokens) - 1)].text
        attached = at > 0 and tokens[at - 1].text in {"of", "from", "by"} and other.numeral.form is Form.ARTICLE
        first = outset(tokens, other.numeral) - 1
        attached = attached or (first == self.group.last and tokens[first].text == "of")  # "a member of the trio"
        if attached and state_of(follow) is None:
            return False  # "ten fighters of a militia"
        return other.person or other.alone

    def _past_verb(self, at: int) -> int | None:
        """Pass the verb of a relative clause, or one participle that describes the people."""
        word = self.counted.tokens[at].text
        if self.relative:
            self.relative = False
            return at + 1
        if word.endswith("ing") and at == self.group.last:
            return at + 1  # "a policeman guarding a convoy was killed"
        describes = is_verbal(word) or word in {"found", "held", "shot", "aboard", "taken", "left"}
        if not describes or self.skipped or in_list("be", word) or (word != "aboard" and has_object(self.counted, at + 1)):
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
        if other is not None and other.part_of is self.group:
            return None  # "of the 40 hostages, 12 were freed"
        coordinate = tokens[at].text in {"and", "or", "plus"}
        if other is not None and (self._is_joined(other) or (other.refused and coordinate)):  # "brothers of 8 and 11"
            return max(other.last, follow + 1)
        if coordinate and not (follow == at + 2 and _is_kin(tokens, at + 1)):
            return at + 1 if _nominal(tokens[at + 1].text) or in_list("be", tokens[at + 1].text) else None
        return follow + 1 if follow == at + 2 and _is_kin(tokens, at + 1) else self._past_mark(at)

    def _is_joined(self, other: Group) -> bool:
        return self.counted.countable(other) and not is_part(self.counted, other)

    def _past_mark(self, at: int) -> int | None:
        """Step over a lone noun of a headline, "three men, soldier die", or over an aside."""
        tokens, word = self.counted.tokens, self.counted.tokens[at + 1].text
        if tokens[at].text == "," and at + 2 < len(tokens) and is_person(word) and _dies(tokens[at + 2].text):
            return at + 2
        if tokens[at].text != "(" and self._is_object() and in_list("have", word):
            return None  # "the scandal that toppled a president, has died"
        if tokens[at].text != "(" and (in_list("be", word) or in_list("have", word) or word in kinds_of("intransitive")):
            return at + 1
        past = None if self._is_object(relative=True) else past_aside(tokens, at)
        said = past is not None and any(token.text in words_of("figures", "said") for token in tokens[at:past])
        other = past is not None and past < len(tokens) and tokens[past].text in {"who", "whose", "which"}
        return None if said and other else past  # "an evil man," said Wilhelm, who was detained"

    def _is_object(self, *, relative: bool = False) -> bool:
        """Tell whether the people are the object of a verb that is not known, or of one in a relative clause."""
        tokens, before = self.counted.tokens, outset(self.counted.tokens, self.group.numeral) - 1
        word = tokens[before].text if before >= 0 else ""
        if relative:
            clause = any(token.text in {"who", "which", "that"} for token in tokens[max(0, before - 3) : max(0, before)])
            return clause and word == "shot"
        return is_verbal(word) and not in_list("preposition", word) and not in_list("adverb", word)


def _bracket_end(tokens: Sequence[Token], at: int) -> int:
    """Return the token that closes the bracket a token stands in, else the end of the sentence."""
    for i in range(at - 1, max(at - MAIN_VERB, -1), -1):
        if tokens[i].text == ")":
            break
        if tokens[i].text == "(":
            return next((j for j in range(at, len(tokens)) if tokens[j].text == ")"), len(tokens))
    return len(tokens)


def _dies(word: str) -> bool:
    return word in kinds_of("intransitive") or word in kinds_of("state") or (word in kinds_of("transitive") and is_verbal(word))


def _is_day(tokens: Sequence[Token], at: int) -> bool:
    """As in "were on Saturday freed": words that tell when, between "were" and its participle."""
    if at + 1 >= len(tokens) or tokens[at].text not in {"on", "in", "by", "this", "last"}:
        return False
    return tokens[at + 1].text in words_of("refused", "months") or in_list("adverb", tokens[at + 1].text)


def _is_kin(tokens: Sequence[Token], at: int) -> bool:
    """As in "a woman, her mother and two cousins": people joined without a number."""
    return tokens[at].text in {"his", "her", "their"} and tokens[at + 1].text in words_of("people", "nouns")


def _nominal(word: str) -> bool:
    """Tell whether a word can go on a noun phrase: "of the Maute and Abu Sayyaf groups"."""
    if in_list("determiner", word) or is_person(word):
        return True
    return word[0].isalpha() and word not in stops() and state_of(word) is None and not is_verbal(word)

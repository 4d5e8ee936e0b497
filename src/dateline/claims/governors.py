"""Governors: the word that tells what befell counted people ("killed", "the death toll rose to", "were found dead").

:func:`govern` fills in the kind of each group of a sentence. It looks to the left (a verb whose object they are), at measured
tolls, to the right (the verb whose subject they are), inside their phrase, and last at people they are joined to.
docs/counts.md lists the rules.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any

from dateline.claims.counted import Counted, Group, age_at, leads_back, outset
from dateline.claims.elided import drop_corrected, take_over
from dateline.claims.frames import admitted, as_object, heads, held, is_armed, is_attacker, lost, maimed, named, taken_up
from dateline.claims.lexicon import QUOTES, is_verbal, kinds_of, state_of
from dateline.claims.measured import before_adverbs, measured
from dateline.claims.numerals import Form, Phrases, Token, index_phrases, phrase_at, phrase_before, vocabulary, words_of
from dateline.claims.parts import is_part, is_same_person, joined, names_one, past_aside, past_joined, speaks, whole_of
from dateline.claims.subjects import MAIN_VERB, follow_subject, later_died, no_subject
from dateline.claims.unreal import is_unreal
from dateline.claims.verbs import Governor, expressions, finite, has_object, in_list, is_noun, is_participle, passive_before

if TYPE_CHECKING:
    from collections.abc import Sequence

_POSSESSIVES = frozenset({"his", "her", "their", "its"})
_OPENERS = frozenset({"him", "her", "them", "the", "his", "its", "their", "our", "a", "an"})
_LIVES = 6  # tokens between "claimed" and "the lives of"
_ALL = 20  # tokens between people and "all of them died"
_PAYER = 6  # tokens between "cost" and the people that somebody lost
_OF_ANYTHING = frozenset({"killed", "wounded", "missing"})


def govern(counted: Counted) -> None:
    """Find, for each number of a sentence, the kind of toll it tells and the word that tells it."""
    for before, group in pairwise(counted.groups):
        group.refused = group.refused or is_same_person(counted.tokens, before, group)
    for group in counted.groups:
        if not counted.countable(group) or group.kind is not None or names_one(counted, group):
            continue
        for rule, by_left in _RULES:
            found = None if rule is follow_subject and no_subject(counted, group) else rule(counted, group)
            if found is not None and by_left and _is_only_meant(counted, group, found[1]):
                break  # "police sent to rescue the pair were driven off"
            if rule is follow_subject and found is not None and _is_past_part(counted, group, found[1]):
                _take_from_whole(counted, group)
                break
            if rule is follow_subject and found is not None and _shares_object(counted, group, found[1]):
                break  # "killed an officer and a technician, officials said, offering a reward for an arrest"
            if group.numeral.form is Form.NONE and by_left and found is not None and found[0] not in _OF_ANYTHING:
                continue  # "took no prisoners"
            if found is not None and _holds(counted, group, found, own_kind=rule is _inside):
                group.kind, group.predicate = later_died(counted, group, found) if by_left else found
                group.by_left = by_left
                break
    _inherit(counted)


def _is_only_meant(counted: Counted, group: Group, at: int) -> bool:
    """Tell whether people are the object of a verb that tells what has not come about; a noun may have a verb behind it."""
    noun = at + 1 < len(counted.tokens) and counted.tokens[at + 1].text in {"of", "for"}
    return not noun and group.numeral.form is not Form.NONE and is_unreal(counted.tokens, at)


def _is_past_part(counted: Counted, group: Group, at: int) -> bool:
    """As in "five dead, including two gendarmes, and 300 wounded": the word behind a part is told of others."""
    if not is_part(counted, group):
        return False
    tokens, first = counted.tokens, group.last
    if leads_back(tokens, first):
        first += 2
        if tokens[first].text == ",":
            first = past_aside(tokens, first) or first  # "one of whom, we are told, has been executed"
    return any(tokens[i].text == "," or (tokens[i].text == "and" and i + 1 in counted.starts) for i in range(first, at))


def _take_from_whole(counted: Counted, group: Group) -> None:
    """Give a part the kind of the count that it is taken from."""
    before = counted.groups[: counted.groups.index(group)]
    whole = next((one for one in reversed(before) if one.kind is not None and not is_part(counted, one)), None)
    if whole is not None:
        group.kind, group.predicate, group.by_left = whole.kind, whole.predicate, whole.by_left


def _shares_object(counted: Counted, group: Group, at: int) -> bool:
    """Tell whether people are joined to the object of a verb, and the verb found behind them stands past a comma."""
    if all(token.text != "," for token in counted.tokens[group.last : at]):
        return False
    ahead = [other for other in counted.groups if other.last <= group.numeral.first and not other.refused]
    before = ahead[-1] if ahead else None
    return before is not None and before.by_left and before.kind is not None and joined(counted, before, group)


def _holds(counted: Counted, group: Group, found: Governor, *, own_kind: bool) -> bool:
    """Tell whether people can have a toll of a kind, and whether it has come about."""
    kind, at = found
    if own_kind:
        return True
    if _is_no_such_toll(counted, group, found):
        return False
    anybody = kind in _OF_ANYTHING or counted.tokens[at].text in words_of("figures", "persons_only")
    if not (anybody or group.person or group.alone) or (kind == "displaced" and is_armed(counted, group)):
        return False
    return group.numeral.form is Form.NONE or not is_unreal(counted.tokens, at)


def _is_no_such_toll(counted: Counted, group: Group, found: Governor) -> bool:
    """Tell whether a word tells another thing here: rescued from the sea, evacuated to be treated, escaped from the scene."""
    (kind, at), word = found, counted.tokens[found[1]].text
    if word in words_of("rescues", "words") and any(token.text in words_of("rescues", "perils") for token in counted.tokens):
        return True  # those who are saved from the sea had not been held
    if kind == "displaced" and word.startswith("evacuat") and _is_hurt(counted, group):
        return True
    if group.numeral.form is Form.NONE and kind == "wounded" and counted.tokens[at - 1].text in words_of("figures", "gravely"):
        return True  # "nobody was seriously hurt"
    away = kind in {"released", "displaced"} and word in words_of("figures", "getting_away")
    return away and (is_attacker(counted, group) or _from_scene(counted, group, at))  # gunmen had not been held


def _from_scene(counted: Counted, group: Group, at: int) -> bool:
    """As in "before fleeing in a car", "fled the scene": what doers do after a deed."""
    tokens = counted.tokens
    if tokens[at - 1].text in {"before", "after", "while"} and tokens[at].text.endswith("ing"):
        return True
    if heads(tokens, group.first, group.last) & (named("settled") | {"people", "person"}):
        return False
    return any(
        token.text in words_of("figures", "scene")
        for token in takewhile(lambda token: token.text != ",", tokens[at + 1 : at + 5])
    )


def _is_hurt(counted: Counted, group: Group) -> bool:
    """As in "ten wounded, one of whom was evacuated": taken to be treated, not driven from home."""
    if group.adjective is not None and group.adjective[0] == "wounded":
        return True  # "evacuated 30 wounded people"
    if not group.alone and counted.tokens[group.last - 1].text in {"wounded", "injured", "casualties", "bodies"}:
        return True
    whole = whole_of(counted, group)
    return whole is not None and whole.kind in {"wounded", "killed"} and group.alone


def mixed(counted: Counted, group: Group) -> bool:
    """Tell whether one figure stands for dead and hurt together ("60 killed and injured"), and so for neither."""
    at, tokens = group.predicate, counted.tokens
    if group.kind == "killed" and at > group.numeral.last + 1 and tokens[at - 1].text == "or":
        return state_of(tokens[at - 2].text) == "wounded"  # "were wounded or killed"
    if group.kind == "detained" and at > group.numeral.last and at + 2 < len(tokens) and tokens[at + 1].text == "or":
        return kinds_of("transitive").get(tokens[at + 2].text) == "killed"  # "have been captured or killed"
    if group.kind not in {"killed", "wounded"} or at + 2 >= len(tokens) or at + 2 in counted.starts:
        return False
    other, joint = state_of(tokens[at + 2].text), tokens[at + 1].text
    if at < group.numeral.last:  # "it had killed or wounded 30 soldiers"
        return at > 1 and tokens[at - 1].text == "or" and state_of(tokens[at - 2].text) is not None
    both = {"killed", "wounded"} == {group.kind, other}
    together = both if joint == "and" else joint == "or" and other not in {group.kind, None}
    return together and not has_object(counted, at + 3)


# --- to the left --------------------------------------------------------------------------------------------------------


def _left(counted: Counted, group: Group) -> Governor | None:
    """As in "killed 58 people", "killing at least 13", "the deaths of 12", "claimed the lives of seven"."""
    tokens = counted.tokens
    at = before_adverbs(tokens, outset(tokens, group.numeral))
    for first in (at, _before_refused(counted, at), _before_company(tokens, at)):
        if first is not None and (found := _left_of(counted, group, first)) is not None:
            return found
    return None


def _before_refused(counted: Counted, at: int) -> int | None:
    """Step back over joined things that are not people: "made off with 60 cattle and 17 people"."""
    for other in counted.groups:
        if other.refused and not other.alone and 0 < at - other.last <= 1 and counted.tokens[at - 1].text in {"and", ","}:
            return before_adverbs(counted.tokens, outset(counted.tokens, other.numeral))
    return None


def _before_company(tokens: Sequence[Token], at: int) -> int | None:
    """Step back over the body that people make up: "killed a patrol of 12 soldiers"."""
    if at < 4 or tokens[at - 1].text != "of" or tokens[at - 2].text not in words_of("people", "companies"):
        return None
    return next(
        (
            i
            for i in range(at - 3, max(at - 6, 0), -1)
            if tokens[i].text in {"a", "an", "the", "another", "its", "their", "his"}
        ),
        None,
    )


def _left_of(counted: Counted, group: Group, at: int) -> Governor | None:
    """Read the verb or expression that ends right before a token."""
    tokens = counted.tokens
    past = past_joined(counted, group)
    if (found := _around(counted, group, at, past)) is not None:
        return found
    aside = _before_aside(tokens, at)
    tree, kinds = expressions("left")
    timed = _before_time(tokens, aside)  # "the execution last month of four activists"
    if timed < aside and (kind := kinds.get(f"{tokens[timed - 1].text} of")) is not None:
        return kind, timed - 1
    if taken := phrase_before(tokens, aside, tree):
        kind = kinds[" ".join(token.text for token in tokens[aside - taken : aside])]
        if kind != "claimed_lives":
            return None if kind == "nothing" or not _is_lost(tokens, aside - taken) else (kind, aside - taken)
        if _claims_lives(tokens, group, aside):
            return "killed", aside - taken
    return (
        _verb_before(tokens, group, aside)
        or taken_up(counted, group, at)
        or as_object(counted, group, at, past)
        or held(counted, group, at)
        or lost(counted, group, at)
        or maimed(counted, group, at)
        or admitted(counted, group, at)
        or _to_death(tokens, at, past)
        or _cost(tokens, group, at)
    )


def _is_lost(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether lives are lost: "claimed the lives of seven", not "spared the lives of three", "the life of a thief"."""
    if tokens[at].text not in {"lives", "life"}:
        return True
    ahead = {token.text for token in tokens[max(0, at - _LIVES) : at]}
    return bool(ahead & words_of("figures", "taking_lives")) and not ahead & words_of("figures", "spared")


def _claims_lives(tokens: Sequence[Token], group: Group, at: int) -> bool:
    """As in "took 11 lives" and "the shelling claimed nine civilians"."""
    if not group.alone and tokens[group.last - 1].text in {"lives", "life"}:
        return True
    return group.person and tokens[at - 1].text.startswith("claim") and _is_claimed(tokens, group, at - 1)


def _verb_before(tokens: Sequence[Token], group: Group, at: int) -> Governor | None:
    """As in "killed 58 people", "lost four soldiers", "killed or wounded 30": the verb that ends before a token."""
    if at == 0:
        return None
    verb = tokens[at - 1].text
    if in_list("losing", verb):
        return ("killed", at - 1) if _is_own(tokens, group) else None
    if in_list("measure", verb) and any(
        token.text in {"toll", "count", "tally", "deaths", "dead"} for token in tokens[: at - 1]
    ):
        return None  # "the death toll hits 31"
    if at > 1 and not is_verbal(verb) and is_noun(verb) and in_list("determiner", tokens[at - 2].text):
        return None  # "within two days of the capture, 460 patients"
    governing = kinds_of("transitive").get(verb)
    passive = is_participle(verb) and passive_before(tokens, at - 1)
    if (
        governing == "abducted"
        and verb.startswith("seiz")
        and any(in_list("forces", token.text) for token in tokens[max(0, at - 4) : at - 1])
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
    at = before_adverbs(tokens, outset(tokens, group.numeral))
    first = 1 if tokens[0].text == "also" else 0
    if not (first + 1 < at <= MAIN_VERB and in_list("be", tokens[at - 1].text) and is_participle(tokens[first].text)):
        return None
    kind = state_of(tokens[first].text)
    placed = any(in_list(name, tokens[first + 1].text) for name in ("be", "preposition", "adverb"))
    return (kind, first) if kind is not None and placed else None


def _cost(tokens: Sequence[Token], group: Group, at: int) -> Governor | None:
    """As in "the clash cost India 20 soldiers"."""
    for i in range(at - 1, max(at - _PAYER, -1), -1):
        if tokens[i].text in {"cost", "costs", "costing"}:
            return ("killed", i) if i < at - 1 and group.person and not group.alone else None
        if not (tokens[i].capital or tokens[i].text in {"the", "army", "rebels", "side", "force", "guerrillas", "militia"}):
            return None
    return None


def _is_claimed(tokens: Sequence[Token], group: Group, at: int) -> bool:
    """As in "the shelling claimed nine civilians", not "the army claimed 12 rebels had died"."""
    follow = tokens[group.last].text if group.last < len(tokens) else "."
    ends = follow in {".", ",", ";"} or in_list("preposition", follow)
    return ends and any(token.text in words_of("figures", "claimers") for token in tokens[:at])


def _to_death(tokens: Sequence[Token], at: int, past: int) -> Governor | None:
    """As in "speared 14 herders to death": any verb will do but one of judging."""
    deadly = [token.text for token in tokens[past : past + 2]] == ["to", "death"]
    verb = tokens[at - 1].text if at else ""
    return ("killed", at - 1) if deadly and is_verbal(verb) and verb not in words_of("figures", "judged") else None


@cache
def _verbs_around() -> dict[str, list[tuple[dict[str, Any], str]]]:
    verbs: dict[str, list[tuple[dict[str, Any], str]]] = defaultdict(list)
    for before, after, kind in vocabulary()["predicates"]["phrases"]["around"]:
        tree = index_phrases(after)
        for verb in before:
            verbs[verb].append((tree, kind))
    return verbs


def _around(counted: Counted, group: Group, at: int, past: int) -> Governor | None:
    """As in "took 15 people hostage", "drove 6,000 from the camp", "clubbed 14 to death": a verb and what it takes behind."""
    tokens = counted.tokens
    if at == 0:
        return None
    for tree, kind in _verbs_around().get(tokens[at - 1].text, ()):
        follow = past
        while follow < len(tokens) and in_list("adverb", tokens[follow].text):
            follow += 1
        inside = not group.alone and phrase_at(tokens, group.last - 1, tree)  # "took 6 prisoner", "took 130 hostages"
        if inside or phrase_at(tokens, follow, tree):
            return kind, at - 1
    return None


def _before_time(tokens: Sequence[Token], at: int) -> int:
    """Step back over "last month of", "on Monday of": a time between a noun and whom it befell."""
    i = at - 1
    if i < 2 or tokens[i].text != "of":
        return at
    while i > 0 and (
        tokens[i - 1].text in words_of("figures", "times")
        or tokens[i - 1].text in words_of("refused", "months")
        or tokens[i - 1].text in QUOTES
        or in_list("adverb", tokens[i - 1].text)
    ):
        i -= 1
    return i if i < at - 1 else at


def _is_own(tokens: Sequence[Token], group: Group) -> bool:
    """Tell whether lost people are dead: "lost four soldiers", "losing seven of their own"; not "lost 12 members"."""
    follow = [token.text for token in tokens[group.numeral.last : group.numeral.last + 2]]
    if any(token.text in words_of("figures", "matches") for token in tokens[group.numeral.last : group.numeral.last + 6]):
        return False
    if follow[:1] == ["of"] and follow[-1] in {"their", "its", "his", "our"}:
        return True
    return (
        group.person
        and not group.alone
        and tokens[group.last - 1].text not in {"members", "supporters", "players", "fans", "subscribers"}
    )


def _before_aside(tokens: Sequence[Token], at: int) -> int:
    """Step back over a short aside between verb and object: "killing, the army said, 12 rebels"."""
    if at < 4 or tokens[at - 1].text != ",":
        return at
    for i in range(at - 2, max(at - 9, 0), -1):
        if tokens[i].text == ",":
            inside = {token.text for token in tokens[i + 1 : at - 1]}
            spoken = inside & {"said", "says", "according", "reported"} and not inside & QUOTES
            return i if spoken and kinds_of("transitive").get(tokens[i - 1].text) else at
    return at


def _inside(counted: Counted, group: Group) -> Governor | None:
    """As in "12 deaths", "107 bodies", "50 arrests"."""
    word = "" if group.alone else counted.tokens[group.last - 1].text
    kind = kinds_of("nouns").get(word)
    if kind is None or word not in words_of("grammar", "own_kind"):
        return None
    blamed = phrase_before(counted.tokens, outset(counted.tokens, group.numeral), _blamed())
    return None if blamed else (kind, group.last - 1)


@cache
def _blamed() -> Phrases:
    return index_phrases(vocabulary()["figures"]["blamed"])


def _fatally(counted: Counted, group: Group) -> Governor | None:
    """As in "stabbed two officers, one fatally" and "two of them fatally"."""
    at = group.numeral.last + (2 if leads_back(counted.tokens, group.numeral.last) else 0)
    fatal = at < len(counted.tokens) and counted.tokens[at].text in words_of("figures", "fatal")
    return ("killed", at) if fatal and group.numeral.first > 0 and counted.tokens[group.numeral.first - 1].text == "," else None


def _all_died(counted: Counted, group: Group) -> Governor | None:
    """As in "the plane was carrying 224 people, and all of them died", "with 62 on board crashed, killing everyone aboard"."""
    tokens = counted.tokens
    counts = group.numeral.form is Form.FIGURE and not group.whole
    for i in range(group.last, min(group.last + _ALL, len(tokens)) if counts else 0):
        taken = phrase_at(tokens, i, _everyone())
        if tokens[i].text in {";", "."} or (i in counted.starts and counted.starts[i].person and not taken):
            return None
        if not taken:
            continue
        verb = i + taken
        while verb < len(tokens) and any(in_list(name, tokens[verb].text) for name in ("be", "have", "adverb")):
            verb += 1
        if tokens[i - 1].text == "killing" or (verb < len(tokens) and state_of(tokens[verb].text) == "killed"):
            return "killed", (i - 1 if tokens[i - 1].text == "killing" else verb)
    return None


@cache
def _everyone() -> Phrases:
    return index_phrases(vocabulary()["figures"]["everyone"])


def _headed(counted: Counted, group: Group) -> Governor | None:
    """As in "Casualties: 14 killed" and "Fatalities: 7": a heading before a colon."""
    tokens, at = counted.tokens, outset(counted.tokens, group.numeral)
    if at < 2 or tokens[at - 1].text != ":" or (at > 2 and tokens[at - 3].text[0].isalnum() and tokens[at - 3].text != "the"):
        return None
    word = tokens[at - 2].text
    kind = kinds_of("nouns").get(word) or (state_of(word) if is_verbal(word) or word in kinds_of("state") else None)
    return (kind, at - 2) if kind is not None else None


def _described(counted: Counted, group: Group) -> Governor | None:
    """As in "24 injured" and "30 dead civilians": people named by what befell them."""
    if group.whole:
        return None
    word = "" if group.alone else counted.tokens[group.last - 1].text
    kind = kinds_of("nouns").get(word)
    if kind is not None and word not in words_of("grammar", "own_kind") | {
        "lives",
        "hostages",
        "refugees",
        "martyrs",
        "detainees",
    }:
        return kind, group.last - 1
    return group.adjective


# --- joined people ------------------------------------------------------------------------------------------------------


def _inherit(counted: Counted) -> None:
    """Give joined people and parts the kind of the count they belong to: "killing eight conscripts and three villagers"."""
    _join(counted)
    for group in counted.groups:
        if group.kind is None and counted.countable(group):
            _after_unnumbered(counted, group)
    _join(counted)
    take_over(counted)
    drop_corrected(counted)


def _join(counted: Counted) -> None:
    for before, group in pairwise(counted.groups):
        if group.kind is not None or not counted.countable(group) or before.kind is None or before.numeral.form is Form.NONE:
            continue
        part = is_part(counted, group)
        follow = counted.tokens[group.last].text if group.last < len(counted.tokens) else ""
        if not part and counted.tokens[before.last].text != "and" and (finite(follow) or in_list("have", follow)):
            continue  # "captured two commanders, and a third gave himself up"
        if (joined(counted, before, group) and (before.by_left or part)) or (part and group.numeral.first - before.last < 6):
            group.kind, group.predicate, group.by_left = before.kind, before.predicate, before.by_left


_RULES = (
    (_inside, False),
    (_fatally, False),
    (_headed, True),
    (_left, True),
    (_inverted, True),
    (measured, True),
    (_all_died, False),
    (follow_subject, False),
    (_described, False),
)


def _after_unnumbered(counted: Counted, group: Group) -> None:
    """Read "killing its leader and several followers", "was shot dead with three companions"."""
    tokens = counted.tokens
    at = outset(tokens, group.numeral)
    while at > 2 and tokens[at - 1].text in _POSSESSIVES:
        at -= 1
    follow = tokens[group.last].text if group.last < len(tokens) else ""
    others = not group.alone and tokens[group.last - 1].text in {"others", "other"}  # "kill priest's mother, 15 others"
    known = (
        at > 1 and tokens[at - 2].capital and group.person and not speaks(counted, group)
    )  # "kidnapped Father Paul, two boys"
    joints = {"and", "with", ","} if others or known or tokens[at].text in _POSSESSIVES else {"and", "with"}
    acts = finite(follow) or in_list("have", follow)  # "captured two commanders, and a third gave himself up"
    if at < 2 or tokens[at - 1].text not in joints or acts:
        return
    together = tokens[at - 1].text == "with"
    if together and tokens[at - 2].text in words_of("figures", "no_company"):
        return  # "murder in connection with"
    for i in range(at - 2, max(at - 12, -1), -1):
        word = tokens[i].text
        found = _together(counted, i) if together else _with_others(counted, group, i)
        if found is not None:
            group.kind, group.predicate, group.by_left = (*found, True) if found[0] else (None, -1, False)
            return
        if word in {";", ":", "who", "that", "when", "said", "."} or (finite(word) and not together):
            return


def _together(counted: Counted, at: int) -> tuple[str | None, int] | None:
    """As in "was shot dead with three companions"; no kind where the verb has an object: "seized a tanker with 21 crew"."""
    word = counted.tokens[at].text
    kind = None if is_noun(word) else state_of(word)
    if kind is None:
        return None
    passive = is_participle(word) and passive_before(counted.tokens, at)
    active = kinds_of("transitive").get(word) and not passive and has_object(counted, at + 1)
    return (None if active else kind), at


def _with_others(counted: Counted, group: Group, at: int) -> tuple[str | None, int] | None:
    """As in "killing its leader and several followers", "lost a tank and five soldiers", "holding the crew and 89 others"."""
    tokens, word = counted.tokens, counted.tokens[at].text
    kind = kinds_of("transitive").get(word)
    if in_list("losing", word) and group.person and _is_own(tokens, group):
        kind = "killed"
    if kind is not None:
        passive = is_participle(word) and passive_before(tokens, at)
        objects = has_object(counted, at + 1) or age_at(tokens, at + 1)
        return (kind if objects and not passive else None), at
    found = _left_of(counted, group, at + 1) if tokens[at + 1].text in _OPENERS else None
    return found if found is None or not is_unreal(tokens, found[1]) else (None, at)

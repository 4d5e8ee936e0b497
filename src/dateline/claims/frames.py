"""Verbs that tell a toll only together with what they take: "rushed 12 to hospital", "were bundled into a van", "lost a leg".

The frames are data (``frames.toml``): verbs, the words that join them to a complement, how the complement ends, and whether the
counted people are the object or the subject. docs/counts.md lists the rules.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.claims.lexicon import QUOTES, kinds_of, state_of
from dateline.claims.numerals import DASHES, Form, Phrases, index_phrases, phrase_at, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dateline.claims.counted import Counted, Group
    from dateline.claims.numerals import Token
    from dateline.claims.verbs import Governor

_DATA = Path(__file__).with_name("frames.toml")
_REACH = 9  # tokens between a verb or its object and the word that joins the complement
_LENGTH = 7  # tokens of a complement before the word that ends it
_AGENT = 8  # tokens between a passive verb and "by"
_NEAR = 4  # tokens between a passive verb and its complement
_PAST_OBJECT = 16  # tokens between people and a verb that takes them up as "them"

_NO_PEOPLE = frozenset({"lives", "life", "head"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A kind of toll told by a verb and its complement.

    Attributes:
        kind: Toll kind; "taken" is detained where forces of the state do it, else abducted.
        subject: Whether the people are the verb's subject; else they are its object, or the subject of its passive.
        joints: Phrases that open the complement; a frame whose verb takes it directly has an empty one.
        ends: Phrases one of which the complement must hold; anything will do where there are none.
        who: Name of the list of people that the frame is limited to, or "".
        bare: Whether the participle alone tells the passive ("three men bundled into a van").
        unless: Name of the list of words with one of which a sentence tells something else, or "".
        near: Whether the complement follows the people at once.
    """

    kind: str
    subject: bool
    joints: Mapping[str, Any]
    direct: bool
    ends: Mapping[str, Any]
    who: str
    bare: bool
    unless: str = ""
    near: bool = False


_AWAY = _Frame(kind="taken", subject=False, joints={}, direct=True, ends={}, who="", bare=True)  # "hauled off 36 men"


@cache
def _data() -> dict[str, Any]:
    with _DATA.open("rb") as file:
        return tomllib.load(file)


@cache
def _frames() -> dict[str, list[_Frame]]:
    frames: dict[str, list[_Frame]] = defaultdict(list)
    for entry in _data()["frame"]:
        frame = _Frame(
            kind=entry["kind"],
            subject=entry.get("subject", False),
            joints=index_phrases(joint for joint in entry["joints"] if joint),
            direct="" in entry["joints"],
            ends=index_phrases(phrase for name in entry["ends"] for phrase in _data()["ends"][name]) if entry["ends"] else {},
            who=entry.get("who", ""),
            bare=entry.get("bare", False),
            unless=entry.get("unless", ""),
            near=entry.get("near", False),
        )
        for verb in entry["verbs"]:
            frames[verb].append(frame)
    return frames


@cache
def named(name: str) -> frozenset[str]:
    """Return one list of people of the frames: "captors", "settled", "armed"."""
    return frozenset(_data()["people"][name])


def heads(tokens: Sequence[Token], first: int, last: int) -> set[str]:
    """Return the last word of a noun phrase, as it stands and in the singular."""
    if last <= first:
        return set()
    word = tokens[last - 1].text
    return {word, word.removesuffix("s"), word.removesuffix("ies") + "y"}


# --- complements --------------------------------------------------------------------------------------------------------


def as_object(counted: Counted, group: Group, at: int, past: int) -> Governor | None:
    """Read people who are the object of a verb with a complement: "took 12 to hospital".

    Args:
        counted: The sentence.
        group: The people.
        at: Token after the verb, before all that introduces the number.
        past: Token after the people and those joined to them.
    """
    if at == 0:
        return None
    tokens, verb = counted.tokens, at - 1
    if tokens[verb].text == "of" and verb > 0:
        verb -= 1  # "the recovery of three victims"
    if tokens[verb].text in _data()["verbs"]["particles"] and verb > 0:
        verb -= 1
        if tokens[verb].text in _data()["verbs"].get(tokens[verb + 1].text, ()) and _fits(counted, group, _AWAY):
            return _resolved(tokens, "taken", verb), verb
    for frame in _frames().get(tokens[verb].text, ()):
        if not frame.subject and _fits(counted, group, frame) and _complement(tokens, past, frame):
            return _resolved(tokens, frame.kind, verb), verb
    return None


def as_subject(counted: Counted, group: Group, at: int, *, passive: bool) -> Governor | None:
    """Read people who are the subject of a verb with a complement: "were bundled into a car", "lost both legs".

    Args:
        counted: The sentence.
        group: The people.
        at: Token of the verb.
        passive: Whether a form of "be" stands before the verb.
    """
    tokens, near = counted.tokens, _NEAR if passive else 1
    while not passive and at + near < len(tokens) and tokens[at + near].text in words_of("grammar", "adverb"):
        near += 1  # behind a bare participle the complement follows at once: not "removed his bag from the room"
    if at + near < len(tokens) and tokens[at + near].text == "by":
        near += _NEAR
    for frame in _frames().get(tokens[at].text, ()):
        fits = _voiced(tokens, at, frame, passive=passive) and _fits(counted, group, frame)
        if fits and _complement(tokens, at + 1, frame, near=0 if frame.subject else near):
            return _fate(tokens, frame.kind, at) or (_resolved(tokens, frame.kind, at), at)
    return None


def _fate(tokens: Sequence[Token], kind: str, at: int) -> Governor | None:
    """As in "were marched into the scrub and shot": what befell people who had been taken away."""
    for i in range(at + 1, min(at + _PAST_OBJECT, len(tokens) - 1) if kind == "taken" else 0):
        if tokens[i].text in {";", ".", ","}:
            return None
        if tokens[i].text in {"and", "then"}:
            dead = is_shot(tokens, i + 1) or kinds_of("transitive").get(tokens[i + 1].text) == "killed"
            return ("killed", i + 1) if dead else None
    return None


def is_shot(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a second participle tells of death: "were lined up and shot", not "and shot in the leg"."""
    follow = tokens[at + 1].text if at + 1 < len(tokens) else "."
    gunned = [token.text for token in tokens[at : at + 3]] == ["machine", "-", "gunned"]
    return gunned or (tokens[at].text in _data()["verbs"]["shoot"] and follow not in {"in", "at", "and"})


def _voiced(tokens: Sequence[Token], at: int, frame: _Frame, *, passive: bool) -> bool:
    """Tell whether a verb is active or passive as a frame wants it."""
    if frame.subject:
        return not passive or frame.bare
    follow = tokens[at + 1].text if at + 1 < len(tokens) else ""
    before = at - 1
    while before >= 0 and tokens[before].text in words_of("grammar", "adverb"):
        before -= 1
    has = before >= 0 and tokens[before].text in words_of("grammar", "have")
    acts = has or follow in words_of("grammar", "determiner") or follow in {"him", "her", "them", "it", "us", "me"}
    return passive or (frame.bare and not acts and tokens[at].text not in _data()["verbs"]["active"])


def _fits(counted: Counted, group: Group, frame: _Frame) -> bool:
    if not (group.person or group.alone) or (group.numeral.form is Form.NONE and frame.kind in {"displaced", "released"}):
        return False
    if group.alone and group.numeral.form is Form.ARTICLE and frame.kind == "displaced":
        return False  # "another that was thrown into a church"
    if frame.unless and any(token.text in _data()["unless"][frame.unless] for token in counted.tokens):
        return False
    if (
        group.alone
        and group.last < len(counted.tokens)
        and counted.tokens[group.last].text in words_of("grammar", "determiner")
    ):
        return False  # "take off both his legs"
    if group.alone or not frame.who:
        return frame.who not in {"settled", "refugees", "fighting", "captive", "suspect", "victim"} and not _NO_PEOPLE & heads(
            counted.tokens, group.first, group.last
        )
    return bool(heads(counted.tokens, group.first, group.last) & named(frame.who))


def _complement(tokens: Sequence[Token], at: int, frame: _Frame, *, near: int = 0) -> bool:
    """Tell whether a complement of a frame begins at a token, or at most so many tokens after it."""
    if frame.direct and (_ends(tokens, at, frame) if not frame.near else phrase_at(tokens, at, frame.ends)):
        return True
    reach = near or (1 if frame.near else _REACH)
    for i in range(at, min(at + reach, len(tokens))):
        if (taken := phrase_at(tokens, i, frame.joints)) and _ends(tokens, i + taken, frame):
            return True
        if _bars(tokens[i]) or (frame.kind == "displaced" and tokens[i].text in {"back", "home"}):
            return False
    return False


def _ends(tokens: Sequence[Token], at: int, frame: _Frame) -> bool:
    if not frame.ends:
        return at < len(tokens)
    for i in range(at, min(at + _LENGTH, len(tokens))):
        if phrase_at(tokens, i, frame.ends):
            return True
        joint = frame.kind == "wounded" and tokens[i].text in {"and", "or"} and i > at  # "with bullet and shrapnel wounds"
        if _bars(tokens[i]) and not joint:
            return False
    return False


@cache
def _barriers() -> frozenset[str]:
    return frozenset().union(*(words_of("grammar", name) for name in ("conjunction", "be", "have", "modal"))) - {"'s"}


def _bars(token: Token) -> bool:
    word = token.text
    return word in _barriers() or not (word[0].isalnum() or word in DASHES or word in QUOTES)


# --- who does it --------------------------------------------------------------------------------------------------------


def _resolved(tokens: Sequence[Token], kind: str, at: int) -> str:
    """Give people who are taken away their kind: detained where forces of the state take them, else abducted."""
    if kind != "taken":
        return kind
    agent = doer(tokens, at)
    return "detained" if agent == "forces" or (agent is None and _jailed(tokens, at)) else "abducted"


def _jailed(tokens: Sequence[Token], at: int) -> bool:
    """As in "bundled into vans and hauled off to jail": a place of custody is told behind the verb."""
    custody = _custody()
    return any(phrase_at(tokens, i, custody) for i in range(at + 1, min(at + 2 * _AGENT, len(tokens))))


@cache
def _custody() -> Phrases:
    return index_phrases(_data()["ends"]["custody"])


def doer(tokens: Sequence[Token], at: int) -> str | None:
    """Return who takes people, "forces" or "captors": the agent behind "by", else the nearest before the verb."""
    for i in range(at + 1, min(at + _AGENT, len(tokens))):
        if tokens[i].text == "by" or (tokens[i].text == "of" and tokens[i - 1].text in {"hands", "custody"}):
            return next((sort for token in tokens[i + 1 : i + 6] if (sort := _sort(token.text))), None)
        if tokens[i].text in {";", ".", "and", "who"}:
            break
    first = next((i + 1 for i in range(at - 1, -1, -1) if tokens[i].text in _data()["verbs"]["bounds"]), 0)
    return _first_doer(tokens, first, at) or _first_doer(tokens, 0, first)


def _first_doer(tokens: Sequence[Token], first: int, last: int) -> str | None:
    """Return the sort of the first doer in a stretch of words: the subject comes before whom it attacks."""
    for i in range(first, last):
        if (sort := _sort(tokens[i].text)) is not None:
            named_so = tokens[i].capital and i > 0 and tokens[i - 1].text in _data()["verbs"]["rebel_armies"]
            return "captors" if named_so else sort
    return None


def _sort(word: str) -> str | None:
    if word in words_of("grammar", "forces") or word in named("custodians"):
        return "forces"
    return "captors" if word in named("captors") else None


def by_agent(counted: Counted, group: Group, found: Governor) -> Governor:
    """Correct the kind of people who are held or seized by those whom "by" names: "were led away by gunmen"."""
    (kind, at), tokens = found, counted.tokens
    if kind not in {"detained", "abducted"} or tokens[at].text not in _data()["verbs"]["either"]:
        return found
    if "held" in {token.text for token in tokens[at : at + 3]} and any(
        token.text in _data()["verbs"]["ransoming"] for token in tokens
    ):
        return "abducted", at
    for i in range(at + 1, min(at + _AGENT, len(tokens))):
        if tokens[i].text == "by":
            sort = next((sort for token in tokens[i + 1 : i + 6] if (sort := _sort(token.text))), None)
            return ({"forces": "detained", "captors": "abducted"}[sort], at) if sort else found
        if tokens[i].text in {";", ".", ",", "and"}:
            break
    return (_led_away(counted, group, at), at) if kind == "detained" else found


def _led_away(counted: Counted, group: Group, at: int) -> str:
    """As in "when the raiders struck, 24 were led away": raiders told of before in the sentence abduct."""
    tokens = counted.tokens
    away = at + 1 < len(tokens) and tokens[at].text in _data()["verbs"]["away"] and tokens[at + 1].text in {"away", "off"}
    raided = away and any(token.text in named("raiding") for token in tokens[: group.numeral.first])
    return "abducted" if raided and not is_attacker(counted, group) and not _jailed(tokens, at) else "detained"


def held(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "the gang is holding 17 missionaries" and "police hold 468": who holds them tells the kind."""
    tokens = counted.tokens
    if at == 0 or tokens[at - 1].text not in _data()["verbs"]["hold"] or not (group.person or group.alone):
        return None
    subject = tokens[max(0, at - 2 - (tokens[at - 2].text in {"that", "which"}))].text
    if _sort(subject) is None and subject in words_of("refused", "things"):
        return None  # "a bus that held about 70"
    sort = doer(tokens, at - 1)
    return ({"forces": "detained", "captors": "abducted"}[sort], at - 1) if sort else None


def lost(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "the whereabouts of five activists are unknown"."""
    tokens, words = counted.tokens, _data()["lost"]
    if at < 2 or tokens[at - 1].text != "of" or tokens[at - 2].text not in words["nouns"]:
        return None
    unknown = any(token.text in words["unknown"] for token in tokens)
    return ("missing", at - 2) if unknown and (group.person or group.alone) else None


def maimed(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "amputated the legs of three miners" and "emptied the town of its 30,000 inhabitants"."""
    tokens, words = counted.tokens, _data()["maiming"]
    of = at - 1 if at > 0 and tokens[at - 1].text == "of" else at - 2
    if of < 2 or tokens[of].text != "of" or not (group.person or group.alone):
        return None
    limb = tokens[of - 1].text in _data()["ends"]["limb"]
    for i in range(of - 1, max(of - _LENGTH, -1), -1):
        if limb and tokens[i].text in words["verbs"]:
            return "wounded", i
        if not limb and tokens[i].text in words["emptying"] and tokens[of + 1].text in words_of("grammar", "determiner"):
            return "displaced", i
    return None


def admitted(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "the hospital has admitted 312 people": who is taken in there is hurt."""
    tokens, words = counted.tokens, _data()["hospitals"]
    if at < 1 or tokens[at - 1].text not in words["verbs"] or not (group.person or group.alone):
        return None
    follow = tokens[group.last].text if group.last < len(tokens) else ""
    if state_of(follow) is not None or (not group.alone and kinds_of("nouns").get(tokens[group.last - 1].text)):
        return None  # "received six dead"
    return ("wounded", at - 1) if any(token.text in words["words"] for token in tokens[: at - 1]) else None


# --- people taken up by a pronoun ---------------------------------------------------------------------------------------


def taken_up(counted: Counted, group: Group, at: int) -> Governor | None:
    """As in "lined up 11 men and shot them", "dragged two from a van and beat them to death".

    Args:
        counted: The sentence.
        group: The people, the object of a verb.
        at: Token before all that introduces the number, one after the verb.
    """
    tokens = counted.tokens
    if at < 2 or not (group.person or group.alone) or not _may_act(tokens[at - 1].text):
        return None
    for i in range(group.last, min(group.last + _PAST_OBJECT, len(tokens) - 2)):
        if tokens[i].text in {";", "."} or (
            i in counted.starts and counted.starts[i] is not group and counted.starts[i].person
        ):
            return None
        if tokens[i].text in {"and", "then", "before", ","} and (found := _upon_them(tokens, i + 1)) is not None:
            return found
    return None


def _may_act(word: str) -> bool:
    plain = any(word in words_of("grammar", name) for name in ("preposition", "determiner", "conjunction", "be"))
    return word in _data()["verbs"]["particles"] or (word[0].isalpha() and not plain)


def _upon_them(tokens: Sequence[Token], at: int) -> Governor | None:
    for verb in range(at, min(at + 4, len(tokens) - 1)):
        if tokens[verb].text in _data()["verbs"]["slit"] and phrase_at(tokens, verb + 1, _throats()):
            return "killed", verb
        if tokens[verb + 1].text not in {"them", "him", "her"}:
            continue
        word = tokens[verb].text
        down = (
            word in _data()["verbs"]["down"] and verb + 2 < len(tokens) and tokens[verb + 2].text == "down"
        )  # "cut them down"
        if word in _data()["verbs"]["shoot"] or down:
            return "killed", verb
        kind = kinds_of("transitive").get(word)
        if kind is not None:
            return kind, verb
        return next(
            ((_resolved(tokens, frame.kind, verb), verb) for frame in _frames().get(word, ()) if _takes(tokens, verb, frame)),
            None,
        )
    return None


@cache
def _throats() -> Phrases:
    return index_phrases(_data()["verbs"]["throats"])


def _takes(tokens: Sequence[Token], verb: int, frame: _Frame) -> bool:
    return not frame.subject and _complement(tokens, verb + 2, frame, near=_NEAR)


def is_armed(counted: Counted, group: Group) -> bool:
    """Tell whether people are armed, so that moving does not make them displaced."""
    return not group.alone and bool(heads(counted.tokens, group.first, group.last) & named("armed"))


def is_attacker(counted: Counted, group: Group) -> bool:
    """Tell whether people are named as attackers: "two gunmen", "one of the gunmen was killed and the other two escaped"."""
    ahead = [one for one in counted.groups if one.last <= group.numeral.first and not one.refused and not one.alone]
    if group.alone and ahead and group.last > 0:
        group = ahead[-1]
    return not group.alone and bool(heads(counted.tokens, group.first, group.last) & (named("assailant") - {"man", "men"}))

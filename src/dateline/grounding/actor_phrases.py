"""The anatomy of a party phrase: its head noun, the names beside it, and what they say of each other.

"one of ISIS's commanders" is about a commander whom ISIS has; "Iraqi government forces" about forces that Iraq has; "civilians
fleeing ISIS" about civilians. The vocabulary is ``packs/actor_words.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dateline import knowledge
from dateline.grounding.actor_names import Token, fold, folded_words
from dateline.model import ActorKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateline.grounding.registry import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class NounClass:
    """What a class of nouns says of the people it names; the families are described in ``packs/actor_words.toml``."""

    name: str
    family: str
    kind: ActorKind
    kind_as_agent: ActorKind
    points_back: bool = False
    otherwise: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The vocabulary of parties."""

    nouns: dict[str, NounClass]
    classes: dict[str, NounClass]
    modifiers: dict[str, str]
    shared: frozenset[str]
    worldwide: frozenset[str]
    homonyms: dict[str, frozenset[str]]
    name_words: dict[str, ActorKind]
    peoples: dict[str, str | None]
    grammar: dict[str, frozenset[str]]
    group_nouns: frozenset[str]
    person_endings: tuple[str, ...]

    def noun(self, tokens: Sequence[Token], last: int, first: int = 0) -> tuple[NounClass, int] | None:
        """Return the class of the longest known noun that ends before token ``last``, and where it starts."""
        for start in range(max(first, last - 4), last):
            found = self.nouns.get(" ".join(token.folded for token in tokens[start:last]))
            if found:
                return found, start
        return None


@dataclass(slots=True, kw_only=True)
class Anatomy:
    """A phrase taken apart. Positions are token indexes.

    Attributes:
        tokens: All its words.
        start: Where its first word stands that is no article, number or hedge.
        end: Where its head ends: at the first preposition, participle or relative pronoun.
        head: The class of the head noun, or None.
        head_first: Where the head noun starts.
        head_hit: The name that is the head itself ("the Islamic State"), or None.
        beside: Names before the head ("ISIS" in "ISIS fighters") and after "of", "from", "loyal to" ….
        loosely: Names that only qualify ("US-backed", "al-Qaeda-linked").
        before: Words before the head noun.
        people: A people or faith named before the head, or that is the head ("Fulani herders").
        definite: It has a definite article or the like, or an owner.
        owned: It has an owner that is a pronoun ("its fighters").
        counted: It starts with a number.
        hedged: It is "suspected" or "alleged".
        named: A personal name follows the head ("Colonel X").
    """

    tokens: list[Token]
    start: int = 0
    end: int = 0
    head: NounClass | None = None
    head_first: int = 0
    head_hit: Hit | None = None
    beside: list[Hit]
    loosely: list[Hit]
    before: list[str]
    people: str | None = None
    definite: bool = False
    owned: bool = False
    counted: bool = False
    hedged: bool = False
    named: bool = False

    @property
    def bare(self) -> bool:
        """Whether it has neither article nor number ("rebels")."""
        return not (self.definite or self.counted) and self.start == 0


def plural(noun: str) -> str:
    """Return the regular plural of a noun's last word."""
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun[:-1] + "ies"
    if noun.endswith("man") and not noun.endswith(("human", "german")):
        return noun[:-3] + "men"
    return noun + "s"


@cache
def words() -> Words:
    """Return the shipped vocabulary."""
    with knowledge.pack_file("actor_words.toml").open("rb") as file:
        table = tomllib.load(file)
    nouns: dict[str, NounClass] = {}
    plurals: dict[str, NounClass] = {}  # a listed form goes before a regular plural
    classes: dict[str, NounClass] = {}
    for name, values in table.items():
        if "family" not in values:
            continue
        kind = ActorKind(values["kind"])
        classes[name] = NounClass(
            name=name,
            family=values["family"],
            kind=kind,
            kind_as_agent=ActorKind(values.get("kind_as_agent", kind)),
            points_back=values.get("points_back", False),
            otherwise=values.get("otherwise", "unknown"),
        )
        for noun in values["nouns"]:
            nouns.setdefault(" ".join(folded_words(noun)), classes[name])
            plurals.setdefault(" ".join(folded_words(plural(noun))), classes[name])
    peoples: dict[str, str | None] = {}
    for people, country in table["peoples"]["names"].items():
        for form in (people, people + "s"):
            peoples[fold(form)] = country or None
    grammar = {name: frozenset(values) for name, values in table["grammar"].items() if name != "person_endings"}
    return Words(
        nouns=plurals | nouns,
        shared=frozenset(table["shared"]["nouns"]),
        worldwide=frozenset(table["worldwide"]["names"]),
        homonyms={name + end: frozenset(homes) for name, homes in table["homonyms"].items() for end in ("", "s")},
        classes=classes,
        modifiers={word: name for name, listed in table["modifiers"].items() for word in listed},
        name_words={word: ActorKind(kind) for kind, listed in table["names"].items() for word in listed},
        peoples=peoples,
        grammar=grammar,
        group_nouns=frozenset(word for word, noun in (plurals | nouns).items() if noun.family == "group"),
        person_endings=tuple(table["grammar"]["person_endings"]),
    )


def dissect(text: str, tokens: list[Token], hits: Sequence[Hit]) -> Anatomy:
    """Take a phrase apart.

    Args:
        text: The phrase.
        tokens: Its words.
        hits: The names in it, in reading order, not overlapping.
    """
    vocabulary = words()
    anatomy = Anatomy(tokens=tokens, beside=[], loosely=[], before=[])
    starts = {hit.first: hit for hit in hits}
    _open(anatomy, starts, vocabulary)
    _find_end(anatomy, text, starts, vocabulary)
    _find_head(anatomy, hits, vocabulary)
    _find_beside(anatomy, hits, vocabulary)
    return anatomy


def _open(anatomy: Anatomy, starts: dict[int, Hit], vocabulary: Words) -> None:
    """Pass over articles, numbers and hedges."""
    grammar = vocabulary.grammar
    for at, token in enumerate(anatomy.tokens):
        word, anatomy.start = token.folded, at
        if at in starts or not (word in grammar["determiners"] or word in grammar["hedges"] or word[0].isdigit()):
            return
        anatomy.definite |= word in grammar["definite"]
        anatomy.owned |= word in grammar["owners"]
        anatomy.counted |= word in grammar["numbers"] or word[0].isdigit()
        anatomy.hedged |= word in grammar["hedges"]
    anatomy.start = len(anatomy.tokens)


def _find_end(anatomy: Anatomy, text: str, starts: dict[int, Hit], vocabulary: Words) -> None:
    at, tokens = anatomy.start, anatomy.tokens
    shouted = all(token.upper or not token.title for token in tokens)
    ending = {hit.last: hit for hit in starts.values()}  # "German and Egyptian passengers" share their noun
    while at < len(tokens):
        if at > anatomy.start and any(mark in text[tokens[at - 1].end : tokens[at].start] for mark in ",;(:"):
            break
        if at in starts:
            at = starts[at].last
            continue
        word, before = tokens[at].folded, ending.get(at)
        shared = word in ("and", "or") and before is not None and before.land is not None and before.land.form == "adjective"
        breaks = word in vocabulary.grammar["breaks"] and (at > anatomy.start or word == "of")
        breaks |= (
            word.endswith(("ing", "ed")) and at > anatomy.start and _plural(tokens[at - 1].folded, vocabulary)
        )  # "guests staying"
        breaks &= not tokens[at].title or shouted or at == len(tokens) - 1  # "Captain Said Combo" says nothing
        breaks &= word != "armed" or _follows(tokens, at, vocabulary)  # "heavily armed men", "provincial armed forces"
        fixed = (
            word == "of" and " ".join(token.folded for token in tokens[at - 1 : at + 2]) in vocabulary.nouns
        )  # "head of state"
        if breaks and not shared and not fixed and not _compound(anatomy, text, at):
            break
        at += 1
    anatomy.end = at - (at == len(tokens) and at > anatomy.start + 1 and tokens[at - 1].folded == "'s")


def _follows(tokens: Sequence[Token], at: int, vocabulary: Words) -> bool:
    """Whether a participle says more of the noun before it ("men armed with knives"), and does not begin a noun of its own."""
    after = tokens[at + 1].folded if at + 1 < len(tokens) else "with"
    return after in vocabulary.grammar["breaks"] or not any(
        token.folded in vocabulary.nouns for token in tokens[at + 1 : at + 4]
    )


def _plural(word: str, vocabulary: Words) -> bool:
    return word in vocabulary.nouns and word.endswith(("s", "people", "men", "women", "children", "police"))


def _compound(anatomy: Anatomy, text: str, at: int) -> bool:
    """Whether a participle belongs to a compound before the noun: "US-backed rebels"."""
    tokens = anatomy.tokens
    return at > 0 and text[tokens[at - 1].end : tokens[at].start] == "-"


def _find_head(anatomy: Anatomy, hits: Sequence[Hit], vocabulary: Words) -> None:
    tokens, end = anatomy.tokens, anatomy.end
    ending = next((hit for hit in hits if hit.last == end and hit.first >= anatomy.start), None)
    if ending is not None and end > 0:
        anatomy.head_hit, anatomy.head_first = ending, ending.first
        if ending.first > anatomy.start and ending.land and ending.land.form != "people":
            anatomy.head_hit = None if vocabulary.noun(tokens, ending.first, anatomy.start) else ending
        if anatomy.head_hit:
            return
    covered = {at for hit in hits for at in range(hit.first, hit.last)}
    last = end
    while last > anatomy.start:
        found = vocabulary.noun(tokens, last, anatomy.start) if last - 1 not in covered else None
        if found and not covered & set(range(found[1], last)):
            anatomy.head, anatomy.head_first = found
            anatomy.named = last < end
            return
        token = tokens[last - 1]
        if token.folded == "'s" or not (
            token.title or token.folded[0].isdigit() or token.folded in vocabulary.grammar["particles"]
        ):
            break
        if last - 1 in covered and last != end:
            break
        last -= 1
    anatomy.head_first = end


def _find_beside(anatomy: Anatomy, hits: Sequence[Hit], vocabulary: Words) -> None:
    tokens = anatomy.tokens
    joined = False
    for hit in hits:
        if hit is anatomy.head_hit:
            continue
        if hit.last <= anatomy.head_first and hit.first >= anatomy.start:
            after = tokens[hit.last].folded if hit.last < len(tokens) else ""
            (anatomy.loosely if after in vocabulary.grammar["loosely"] else anatomy.beside).append(hit)
        elif hit.first >= anatomy.end and not joined and _joined(anatomy, hit, vocabulary):
            after = tokens[hit.last].folded if hit.last < len(tokens) else ""
            joined = after not in vocabulary.grammar["loosely"]
            (anatomy.beside if joined else anatomy.loosely).append(hit)
    covered = {at for hit in hits for at in range(hit.first, hit.last)}
    anatomy.before = [tokens[at].folded for at in range(anatomy.start, anatomy.head_first) if at not in covered]
    for word in [*anatomy.before, tokens[anatomy.end - 1].folded if anatomy.end else ""]:
        if word in vocabulary.peoples:
            anatomy.people = word


def _joined(anatomy: Anatomy, hit: Hit, vocabulary: Words) -> bool:
    """Whether only joining words stand between the head and a name: "fighters loyal to the X", "police of Iraq"."""
    between = [token.folded for token in anatomy.tokens[anatomy.end : hit.first]]
    if not between or between[0] not in vocabulary.grammar["joins"]:
        return False
    if between[0] in ("in", "as", "with", "for") and not (hit.land is not None and between[0] == "in"):
        return False
    passed = {"the", "to", "a", "an", "by", "local", "so", "called", "branch", "armed", "wing", "militant"}
    easy = vocabulary.grammar["joins"] | vocabulary.grammar["loosely"] | passed
    loose = {word for hit in anatomy.loosely for word in folded_words(hit.alias)}
    return all(word in easy or word in loose or word in vocabulary.nouns for word in between)

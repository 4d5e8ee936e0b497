"""Measures the reader on the MUC-4 development reports: five roles a report, and whole templates.

    python evals/muc.py [--shared DIR] [--half dev|train] [--limit N] [--weights DIR] [--errors N]

The events are taken as they are and put into the forms of MUC-4 by fixed rules (the tables below); nothing is learned from the
answers. The texts are in CAPITALS and are read so. The answers are read by path, never copied.

Roles: PerpInd, PerpOrg, Target, Victim (named people only) and Weapon of a report, each a set of clusters of words, scored by
CEAF-REE as in Du, Rush and Cardie 2021 (GRIT, arXiv:2008.09249): words are lower-cased without punctuation and articles, a
cluster is right when it is a subset of one of the answers, one to one, micro-averaged over the reports. ``all spans`` are the
spans of a party as the events have them; ``one span`` keeps the fullest of each, as that paper's own systems give one only.

Templates: which reports tell of an incident; events aligned one to one with the answers by type and by the words, days and
places that they share; and of the aligned, how many are right in type, stage, organisation, toll, day and place. An optional
template (or filler) counts neither when missed nor when found.

Exit: 0, also when the reports are absent (said loudly); 2 for a folder of weights that is not one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import string
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.articles import make_article
from dateline.config import Config
from dateline.errors import PackError
from dateline.grounding.actor_phrases import words as actor_words
from dateline.grounding.place_words import place_words, plain_words
from dateline.grounding.registry import Registry, fold, folded_words, tokenise
from dateline.model import ActorKind, EventType, Status, TollKind
from dateline.pipeline import Coder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dateline.model import Account, Event, Evidence, Who

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROLES = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")
Clusters = dict[str, list[frozenset[str]]]
Parties = dict[str, dict[str, list[str]]]
Slots = dict[str, list[dict[str, Any]]]

# --- the forms of MUC-4 --------------------------------------------------------------------------------------------------

_TYPES = {
    "ATTACK": "clash airstrike shelling chemical armed_attack assassination execution torture sexual_violence threat destruction",
    "BOMBING": "bombing suicide_bombing grenade",  # grenades: by far the commoner of the two in the training half
    "KIDNAPPING": "abduction",
}
TYPES = {EventType(code): kind for kind, codes in _TYPES.items() for code in codes.split()}
TYPES_BY_WORD = (
    (re.compile(r"\b(?:burn|fire|arson|torch|ablaze|incendi)", re.IGNORECASE), "ARSON"),
    (re.compile(r"\b(?:loot|robb|steal|stole|theft|plunder)", re.IGNORECASE), "ROBBERY"),
    (re.compile(r"\b(?:blew|blow|dynamit|bomb|explo)", re.IGNORECASE), "BOMBING"),
)
"""What the word of a destruction or a seizure says of the incident; a seizure with no such word is no incident."""

STAGES = {Status.FOILED: "ATTEMPTED", Status.PLANNED: "THREATENED"}  # the others ACCOMPLISHED, what is alleged too
WARFARE = frozenset({EventType.CLASH, EventType.AIRSTRIKE, EventType.SHELLING})
FIGHTERS = frozenset({ActorKind.STATE_FORCES, ActorKind.EXTERNAL_FORCES, ActorKind.REBEL_GROUP, ActorKind.MILITIA})
BODY = re.compile(
    r"arm(?:y|ies)|forces?|military|government|regime|police|guards?|cartels?|mafias?|front|movement|command|organizations?|"
    r"battalion|brigade|corps|alliance|party|staff|services?|navy|agency"
)
"""The last word of a phrase that names an organisation; the others name the people who acted."""
TITLES = frozenset({"elect", "monsignor", "msgr", "fr", "sr", "comrade", "compatriot"})
WEAPONS = re.compile(
    r"(?:[a-z]+[ -])?(?:bombs?|dynamite|grenades?|mines?|explosives?|rockets?|mortars?|missiles?|device|devices)", re.IGNORECASE
)
"""An anchor that is itself the weapon ("a CAR BOMB exploded")."""

KILLS = re.compile(r"kill|murder|assassin|execut|massacr|slain|slay|death|dead|died|shot dead", re.IGNORECASE)
KILLING = frozenset({EventType.ASSASSINATION, EventType.EXECUTION})
PRONOUN = re.compile(r"he|she|it|they|him|her|them|we|us|i|his|its|their|you|me|who|those|these|this|that")
ALIGN_AT = 3
EFFECTS = {"DEATH": TollKind.KILLED, "INJURY": TollKind.WOUNDED}


def incident_type(event: Event) -> str | None:
    """Return the MUC-4 type of an event; None for no incident, such as warfare in which only fighters are hit, no things."""
    if event.type in (EventType.DESTRUCTION, EventType.SEIZURE):
        said = " ".join(anchor.quote for anchor in event.anchors)
        by_word = next((kind for pattern, kind in TYPES_BY_WORD if pattern.search(said)), None)
        return by_word or TYPES.get(event.type)
    if event.type in WARFARE and not event.objects and all(who.kind in FIGHTERS for who in event.targets):
        return None
    return TYPES.get(event.type)


def normalise(words: str) -> str:
    """Return words as the scorer of GRIT compares them: lower case, no punctuation, no articles, single blanks."""
    bare = "".join(letter for letter in words.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", bare).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Tells organisations, named people and things apart by their words; ``places`` are the report's place words."""

    registry: Registry
    places: frozenset[str] = frozenset()

    def known(self, text: str) -> list[tuple[str, str]]:
        """Return id and words of the registry's actors that a text names."""
        tokens = tokenise(text)
        hits = [hit for hit in self.registry.find(tokens) if hit.entries]
        return [(hit.entries[0].id, text[tokens[hit.first].start : tokens[hit.last - 1].end]) for hit in hits]

    def organisations(self, phrase: str) -> list[str]:
        """Return the words of a phrase that name an organisation: known names, and what ends in a word for a body."""
        names = [words for _, words in self.known(phrase)]
        parts = re.split(r"\b(?:of|from|by)\b|[\[(,]", phrase, flags=re.IGNORECASE)
        bodies = [part.strip() for part in parts if BODY.fullmatch(_head(part))]
        return [*names, *(part for part in bodies if not any(_head(part) in fold(name) for name in names))]

    def is_organisation(self, phrase: str) -> bool:
        """Whether the head of a phrase is an organisation ("THE ARMY"), not the people of one ("MEMBERS OF THE ARMY")."""
        head = _head(phrase, "of|from|in|who")
        return bool(BODY.fullmatch(head)) or any(head in folded_words(words) for _, words in self.known(phrase))

    def person(self, phrase: str) -> str | None:
        """Return the name in a phrase that names a person ("COLONEL X Y": "X Y"), else None.

        It is what follows the last everyday word; a name goes without an article, unless an office stands between. Inside a
        name, a word that may also be a name counts as one ("X LOPEZ Y").
        """
        tokens = tokenise(re.split(r"[,(\[]", phrase)[0])
        plain, perhaps = _everyday()
        at = 0
        for index, token in enumerate(tokens):
            inside = at < index < len(tokens) - 1
            if token.folded in plain or token.folded[0].isdigit() or (token.folded in perhaps and not inside):
                at = index + 1
        while at < len(tokens) and tokens[at].folded in place_words().connectors:
            at += 1
        name = tokens[at:]
        grammar = actor_words().grammar
        if not name or (at and tokens[at - 1].folded in grammar["determiners"] | grammar["hedges"]):
            return None
        words = phrase[name[0].start : name[-1].end]
        known = any(True for _ in self.registry.find(name)) or fold(words) in self.places
        return None if known or (len(name) == 1 and not at and words.lower().endswith(("s", "ed", "ing"))) else words


@cache
def _everyday() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that are no part of a person's name, and those that may be one."""
    vocabulary, places = actor_words(), place_words()
    nouns = (word for noun in vocabulary.nouns for word in noun.split())
    grammar = frozenset().union(*vocabulary.grammar.values()) - places.connectors
    return grammar.union(nouns, vocabulary.modifiers, vocabulary.peoples, places.titles, TITLES), plain_words()


def _head(phrase: str, ends: str = "of") -> str:
    """Return the last word before a bracket, a comma or one of the words that end a head."""
    tokens = tokenise(re.split(rf"\b(?:{ends})\b|[\[(,]", phrase, flags=re.IGNORECASE)[0])
    return tokens[-1].folded if tokens else ""


def add(found: Parties, role: str, party: str, words: str) -> None:
    """Add a span of a party to a role, without the acronym in brackets that ends it; pronouns are left out."""
    words = re.sub(r"\s*[\[(][^\])]*[\])]?$", "", words)
    if normalise(words) and not PRONOUN.fullmatch(normalise(words)):
        found[role].setdefault(party, []).append(words)


def clusters(found: Parties, *, one: bool) -> Clusters:
    """Return the normalised clusters; parties that share a span are one. ``one``: only the fullest span of each."""
    result: Clusters = {}
    for role, parties in found.items():
        merged: list[set[str]] = []
        for spans in parties.values():
            new = {normalise(span) for span in spans}
            merged = [*(old for old in merged if not old & new), new.union(*(old for old in merged if old & new))]
        fullest = one or role == "Victim"  # MUC-4 asks for the fullest form of a person's name
        result[role] = [frozenset({max(sorted(c), key=len)}) if fullest else frozenset(c) for c in merged]
    return result


def fill_roles(account: Account, registry: Registry) -> Parties:
    """Put the events of one report into the five roles: each role's parties, each party's spans."""
    found: Parties = {role: {} for role in ROLES}
    phrases = Phrases(registry=registry, places=_places(account.events))
    names = [pair for sentence in account.article.sentences for pair in phrases.known(sentence.text)]
    for event in account.events:
        kind = incident_type(event)
        if kind is None:
            continue
        for who in event.agents:
            _add_agent(found, phrases, who, names)
        for evidence in (evidence for who in event.targets for evidence in who.evidence):
            _add_target(found, phrases, evidence.quote, kind)
        for name, evidence in ((thing.name, evidence) for thing in event.objects for evidence in thing.evidence):
            add(found, "Target", normalise(name), evidence.quote)
        for evidence in weapons(event):
            add(found, "Weapon", normalise(evidence.quote), evidence.quote)
    victims = found["Victim"]
    for short in sorted(victims, key=len):  # "Y" and "X Y" are one
        longer = [other for other in victims if other != short and f" {short} " in f" {other} "]
        if longer:
            victims[max(longer, key=len)] += victims.pop(short)
    return found


def _add_agent(found: Parties, phrases: Phrases, who: Who, names: list[tuple[str, str]]) -> None:
    party = who.actor_id or fold(who.name)
    organisations = [words for ident, words in names if ident == who.actor_id]
    for words in (evidence.quote for evidence in who.evidence):
        if not phrases.is_organisation(words):
            add(found, "PerpInd", party, phrases.person(words) or words)
        organisations = [*organisations, *phrases.organisations(words)]
    for name in organisations:
        add(found, "PerpOrg", party, name)


def _add_target(found: Parties, phrases: Phrases, words: str, kind: str) -> None:
    if name := phrases.person(words):
        add(found, "Victim", normalise(name), name)
    elif _head(words, "of|in|at") in place_words().venues or (kind != "ATTACK" and phrases.is_organisation(words)):
        add(found, "Target", normalise(words), words)


def _places(events: Iterable[Event]) -> frozenset[str]:
    places = [event.place for event in events if event.place]
    named = {part for place in places for part in (place.name, place.admin1, place.country) if part}
    return frozenset(fold(name) for name in named | {e.quote for place in places for e in place.evidence})


def weapons(event: Event) -> Iterator[Evidence]:
    """Yield the words for an event's weapons: its instruments, and anchors that are weapons."""
    for thing in event.instruments:
        yield from thing.evidence
    yield from (anchor for anchor in event.anchors if WEAPONS.fullmatch(anchor.quote))


# --- scores --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are right, of those given and of those asked for."""

    right: int = 0
    given: int = 0
    asked: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Return the sum of two tallies."""
        return Tally(self.right + other.right, self.given + other.given, self.asked + other.asked)

    @property
    def shares(self) -> tuple[float, float, float]:
        """Precision (right of given), recall (right of asked) and their harmonic mean, in per cent."""
        precision, recall = 100 * self.right / max(1, self.given), 100 * self.right / max(1, self.asked)
        return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the one-to-one pairs (row, column) of greatest total weight; pairs of weight 0 are left out.

    The Hungarian method by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987), rows not more than columns.
    """
    if not weights or not weights[0]:
        return []
    if len(weights) > len(weights[0]):
        return sorted((row, column) for column, row in assign(list(zip(*weights, strict=True))))
    rows, columns = len(weights), len(weights[0])
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)  # row of each column, from 1; column 0 holds the row that is being placed
    for row in range(1, rows + 1):
        owner[0], at = row, 0
        nearest, came_from, done = [float("inf")] * (columns + 1), [0] * (columns + 1), {0}
        while owner[at]:
            here = owner[at]
            for column in set(range(1, columns + 1)) - done:
                cost = -weights[here - 1][column - 1] - row_price[here] - column_price[column]
                if cost < nearest[column]:
                    nearest[column], came_from[column] = cost, at
            following = min(set(range(1, columns + 1)) - done, key=lambda column: nearest[column])
            step = nearest[following]
            for column in done:
                row_price[owner[column]] += step
                column_price[column] -= step
            nearest = [value if column in done else value - step for column, value in enumerate(nearest)]
            done, at = done | {following}, following
        while at:
            owner[at], at = owner[came_from[at]], came_from[at]
    pairs = ((owner[column] - 1, column - 1) for column in range(1, columns + 1) if owner[column])
    return sorted(pair for pair in pairs if weights[pair[0]][pair[1]] > 0)


def score_role(given: Sequence[frozenset[str]], answers: Sequence[frozenset[str]]) -> Tally:
    """Score one role of one report by CEAF-REE: a given cluster fits an answer of which it is a subset."""
    return Tally(len(match(given, answers)), len(given), len(answers))


def match(given: Sequence[frozenset[str]], answers: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Return the most one-to-one pairs in which a given cluster is a subset of an answer."""
    return assign([[float(one <= answer) for answer in answers] for one in given])


def read_answers(record: dict[str, Any]) -> Clusters:
    """Return the normalised clusters of a record's ``extracts``; those without words are left out."""
    extracts = record["extracts"]
    clusters = {role: [frozenset(normalise(words) for words, _ in cluster) for cluster in extracts[role]] for role in ROLES}
    return {role: [kept for cluster in found if (kept := cluster - {""})] for role, found in clusters.items()}


# --- templates -----------------------------------------------------------------------------------------------------------


def alternatives(slots: Slots, name: str) -> set[str]:
    """Return the right answers of a slot's fillers that are not optional."""
    return {words for filler in slots.get(name, ()) if not filler.get("opt") for words in filler["alts"]}


def kinship(event: Event, slots: Slots) -> float:
    """Return how much an event and a template share: people and things hit 3, perpetrators 2, type 2, weapon, place, day 1."""

    def shared(names: str, evidence: Iterable[Evidence]) -> bool:
        spans = [s for name in names.split() for filler in slots.get(name, ()) for found in filler["spans"] for s in found]
        return any(e.span.start < end and start < e.span.end for e in evidence for start, end in spans)

    hit = (e for party in (*event.targets, *event.objects) for e in party.evidence)
    agents = (e for who in event.agents for e in who.evidence)
    return (
        3 * shared("hum_name hum_desc phys_id", hit)
        + 2 * shared("perp_individual perp_org", agents)
        + 2 * (incident_type(event) in alternatives(slots, "type"))
        + shared("instrument_id", weapons(event))
        + bool(judge_place(event, slots))
        + bool(judge_date(event, slots))
    )


def align(events: Sequence[Event], templates: Sequence[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return the one-to-one pairs of event and template that share most in all; no pair shares less than ``ALIGN_AT``."""
    weights = [[kinship(event, template["slots"]) for template in templates] for event in events]
    return assign([[weight if weight >= ALIGN_AT else 0 for weight in row] for row in weights])


def judge_organisation(event: Event, slots: Slots) -> bool | None:
    """Judge the perpetrators' organisation: its words, or the actor of the registry that they name."""
    registry, wanted = Registry.open(), alternatives(slots, "perp_org")
    said = {n for who in event.agents for e in who.evidence for n in Phrases(registry=registry).organisations(e.quote)}
    known = {who.actor_id for who in event.agents if who.actor_id}
    ids = {entry.id for name in wanted for entry in registry.lookup(name)[:1]}
    right = {normalise(name) for name in said} & {normalise(name) for name in wanted} or ids & known
    return bool(right) if said or known else None


def bounds_of(number: str) -> tuple[int, float]:
    """Return the bounds of a number of MUC-4: "6", "~100" (a tenth either way), "23 -" (or more), "- 15", "PLURAL" (from 2)."""
    figures = [int(figure) for figure in re.findall(r"\d+", number)] or [2]
    if number.startswith("~"):
        return round(figures[0] * 0.9), round(figures[-1] * 1.1)
    return (0 if number.startswith("-") else figures[0]), (figures[-1] if number.strip()[-1].isdigit() else float("inf"))


def people_hit(slots: Slots, effect: str) -> list[tuple[int, float]]:
    """Return the bounds of how many people of each target had an effect (``DEATH``, ``INJURY``), and of all together."""
    numbers = {tuple(filler["ref"]): filler["alts"] for filler in slots.get("hum_number", ()) if not filler.get("opt")}
    effects = [f for f in slots.get("hum_effect", ()) if effect in f["alts"] and not f.get("opt")]
    refs = {tuple(filler.get("ref", ())) for filler in effects}
    each = [[bounds_of(alternative) for alternative in numbers[ref]] for ref in refs if ref in numbers]
    bounds = [(min(low for low, _ in one), max(high for _, high in one)) for one in each]
    return [*bounds, (sum(low for low, _ in bounds), sum(high for _, high in bounds))] if bounds else []


def counted(event: Event, kind: TollKind) -> int | None:
    """Return how many an event killed or wounded: the outlet's own figure first; where it has none, its named targets."""
    tolls = sorted((toll.speaker or "", toll.best) for toll in event.tolls if toll.kind is kind and toll.best is not None)
    if tolls or kind is not TollKind.KILLED or not kills(event):
        return tolls[0][1] if tolls else None
    phrases = Phrases(registry=Registry.open(), places=_places([event]))
    named = {name for who in event.targets for e in who.evidence if (name := phrases.person(e.quote))}
    return len({normalise(name).split()[-1] for name in named}) or None


def kills(event: Event) -> bool:
    """Whether an event killed, by its type or the words that name it."""
    done = event.status in (Status.HAPPENED, Status.POSSIBLE)
    return done and (event.type in KILLING or any(KILLS.search(anchor.quote) for anchor in event.anchors))


def judge_effect(event: Event, slots: Slots) -> bool | None:
    """Judge whether people were killed, and whether they were wounded."""
    told = {toll.kind for toll in event.tolls if toll.best != 0 and toll.kind in EFFECTS.values()}
    told |= {TollKind.KILLED} if kills(event) else set()
    return told == {kind for word, kind in EFFECTS.items() if word in alternatives(slots, "hum_effect")} if told else None


def judge_number(event: Event, slots: Slots, effect: str) -> bool | None:
    """Judge how many were killed or wounded: the number of all targets that were, or of one of them."""
    told = counted(event, EFFECTS[effect])
    return None if told is None else any(low <= told <= high for low, high in people_hit(slots, effect))


def judge_date(event: Event, slots: Slots) -> bool | None:
    """Judge the day: inside one of the ranges that are right (a side without a day is open)."""
    if event.time is None or event.time.first is None or event.time.last is None:
        return None
    first, last = event.time.first.isoformat(), event.time.last.isoformat()
    ranges = [iso for filler in slots.get("date", ()) for iso in filler["iso"]]
    return any((iso["start"] or "") <= first and last <= (iso["end"] or "9") for iso in ranges)


def judge_place(event: Event, slots: Slots, *, country: bool = False) -> bool | None:
    """Judge the country, or the place: a part below the country, by its name or by the words that the place rests on."""
    place, wanted = event.place, parts_of(slots, country=country)
    if place is None:
        return None
    names = (place.country,) if country else (place.name, place.admin2, place.admin1)
    told = {fold(name) for name in names if name}
    quoted = () if country else place.evidence
    return bool(told & wanted) or any(part in fold(evidence.quote) for part in wanted for evidence in quoted)


def parts_of(slots: Slots, *, country: bool = False) -> set[str]:
    """Return the folded names of a template's countries, or of its places below the country."""
    parts = (part for filler in slots.get("location", ()) for alternative in filler["parts"] for part in alternative)
    kept = (part["name"] for part in parts if (part["kind"] == "COUNTRY") is country)
    return {fold(name.strip("(").split(" (")[0]) for name in kept}  # the data holds slips such as "LIMA (CITY"


def judge(event: Event, slots: Slots) -> dict[str, bool | None]:
    """Judge each field that a template asks for: right, wrong, or None where the event does not say."""
    stage = "THREATENED" if event.type is EventType.THREAT else STAGES.get(event.status, "ACCOMPLISHED")
    asked = {
        "type": ("type" in slots, lambda: incident_type(event) in alternatives(slots, "type")),
        "stage": ("stage" in slots, lambda: stage in alternatives(slots, "stage")),
        "organisation": (alternatives(slots, "perp_org"), lambda: judge_organisation(event, slots)),
        "effect": (EFFECTS.keys() & alternatives(slots, "hum_effect"), lambda: judge_effect(event, slots)),
        "number killed": (people_hit(slots, "DEATH"), lambda: judge_number(event, slots, "DEATH")),
        "number wounded": (people_hit(slots, "INJURY"), lambda: judge_number(event, slots, "INJURY")),
        "date": ("date" in slots, lambda: judge_date(event, slots)),
        "country": (parts_of(slots, country=True), lambda: judge_place(event, slots, country=True)),
        "place": (parts_of(slots), lambda: judge_place(event, slots)),
    }
    return {name: verdict() for name, (asks, verdict) in asked.items() if asks}


# --- the run -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Sheet:
    """The scores of a run, and its errors by cause."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def score_roles(self, record: dict[str, Any], account: Account, registry: Registry) -> None:
        """Add the roles of one report."""
        answers, found = read_answers(record), fill_roles(account, registry)
        for name, given in (("all spans", clusters(found, one=False)), ("one span", clusters(found, one=True))):
            for role in ROLES:
                self.tallies[f"{name} {role}"] += score_role(given[role], answers[role])
            self.tallies[f"{name} all"] += sum((score_role(given[role], answers[role]) for role in ROLES), Tally())
        for role in ROLES:
            pairs = match(given[role], answers[role])
            for number, answer in enumerate(answers[role]):
                if number not in {column for _, column in pairs}:
                    cause = _cause(role, answer, given) or _whereabouts(answer, account)
                    self.errors[f"{role} missed: {cause}"].append(f"{record['id']} {sorted(answer)}")
            for number, one in enumerate(given[role]):
                if number not in {row for row, _ in pairs}:
                    cause = _cause(role, one, answers) or "not an answer" if any(answers.values()) else "no role has answers"
                    right = [*map(sorted, answers[role])]
                    self.errors[f"{role} wrong: {cause}"].append(f"{record['id']} {sorted(one)} of {right}")

    def score_templates(self, record: dict[str, Any], account: Account) -> None:
        """Add the templates of one report; an optional one counts only by its fields."""
        events, templates, ident = [e for e in account.events if incident_type(e)], record["templates"], record["id"]
        pairs = align(events, templates)
        needed = {number for number, template in enumerate(templates) if not template["optional"]}
        right = len(needed & {column for _, column in pairs})
        self.tallies["relevant report"] += Tally(bool(events and record["relevant"]), bool(events), record["relevant"])
        self.tallies["template"] += Tally(right, len(events) - len(pairs) + right, len(needed))
        for row, column in pairs:
            for name, verdict in judge(events[row], templates[column]["slots"]).items():
                self.tallies[f"field {name}"] += Tally(verdict is True, verdict is not None, 1)
                if not verdict:
                    cause = f"field {name}: {'not said' if verdict is None else 'wrong'}"
                    self.errors[cause].append(f"{ident} {_told(events[row])} FOR {_asked(templates[column])}")
        for number in needed - {column for _, column in pairs}:
            cause = "events, none alike" if events else "no event"
            self.errors[f"template missed: {cause}"].append(f"{ident} {_asked(templates[number])}")
        for number in set(range(len(events))) - {row for row, _ in pairs}:
            cause = "beside the templates" if record["relevant"] else "report without an incident"
            self.errors[f"template wrong: {events[number].type}, {cause}"].append(f"{ident} {_told(events[number])}")


def _cause(role: str, cluster: frozenset[str], others: Clusters) -> str:
    """Tell what else of the other side's clusters a cluster without a partner meets; empty when nothing."""
    if any(cluster & other for other in others[role]):
        return "right words joined with others, or twice"
    if any(cluster & other for clusters_ in others.values() for other in clusters_):
        return "another role"
    tails = {words.split()[-1] for words in cluster}
    return "other words around the head" if any(w.split()[-1] in tails for other in others[role] for w in other) else ""


def _whereabouts(answer: frozenset[str], account: Account) -> str:
    """Tell where the words of a missed answer stand."""
    spans = {True: "", False: ""}
    for event in account.events:
        parties = (*event.agents, *event.targets, *event.objects, *event.instruments)
        quotes = [e.quote for e in event.anchors] + [e.quote for party in parties for e in party.evidence]
        spans[incident_type(event) is not None] += " | ".join(["", *map(normalise, quotes)])
    if any(words in spans[True] for words in answer):
        return "part of other words of an incident"
    return "in an event of another type" if any(words in spans[False] for words in answer) else "in no event"


def _told(event: Event) -> str:
    who = [who.name for who in event.agents]
    tolls = ", ".join(f"{toll.kind} {toll.best}" for toll in event.tolls)
    where = event.place and f"{event.place.name}, {event.place.country}"
    when = event.time and f"{event.time.first}..{event.time.last}"
    return f"{event.type} {event.status} {[a.quote for a in event.anchors[:3]]} by {who} at {where} on {when} ({tolls})"


def _asked(template: dict[str, Any]) -> str:
    names = ("type", "stage", "date", "location", "perp_org", "hum_name", "hum_desc", "hum_number", "hum_effect")
    slots = template["slots"]
    return "; ".join(f"{name} {'+'.join('|'.join(f['alts'][:2]) for f in slots[name])}" for name in names if name in slots)


def code(records: Iterable[dict[str, Any]], coder: Coder) -> dict[str, Account]:
    """Code reports in capitals, each with the day of its dateline; return their accounts by id."""
    days = {record["id"]: (record.get("dateline") or {}).get("date_iso") for record in records}
    articles = [make_article(r["text"], published=days[r["id"]], given_id=r["id"]) for r in records]
    return dict(zip(days, coder.code(articles), strict=True))


def table(sheet: Sheet, examples: int) -> str:
    """Return the scores as a table, then the errors by cause, the commonest first, each with some examples."""
    lines = [f"{'':20}      P      R      F   right  given  asked"]
    for name, tally in sheet.tallies.items():
        shares = " ".join(f"{share:6.1f}" for share in tally.shares)
        lines.append(f"{name:20} {shares}  {tally.right:6} {tally.given:6} {tally.asked:6}")
    lines.append("errors by cause (roles: one span a party)")
    for cause, found in sorted(sheet.errors.items(), key=lambda one: -len(one[1])):
        shown = found[:: max(1, len(found) // examples)][:examples] if examples else []
        lines += [f"{len(found):5} {cause}", *(f"        {example}" for example in shown)]
    return "\n".join(lines)


def main() -> int:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder that holds data/reader")
    parser.add_argument("--half", choices=("dev", "train"), default="dev", help="rules are chosen on train, measured on dev")
    parser.add_argument("--limit", type=int, help="only so many reports")
    parser.add_argument("--weights", type=Path, help="folder of the reader's weights; the shipped ones if not given")
    parser.add_argument("--errors", type=int, default=0, help="examples of each cause of error")
    args = parser.parse_args()
    paths = [args.shared / "data" / "reader" / f"muc4_{kind}{args.half}.jsonl.gz" for kind in ("", "roles_")]
    if missing := [path for path in paths if not path.is_file()]:
        print(f"MUC-4 NOT MEASURED: {missing[0]} is missing; give the folder of data/reader with --shared", file=sys.stderr)
        return 0
    try:
        coder = Coder(Config(weights=args.weights, codebooks=()))
    except PackError as error:
        print(f"evals/muc.py: {error}", file=sys.stderr)
        return 2
    read = [[json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()] for path in paths]
    records, roles = read[0][: args.limit], read[1]
    start = time.perf_counter()
    accounts = code(records, coder)
    print(f"{len(records)} reports of muc4_{args.half} in {time.perf_counter() - start:.0f} s, weights {coder.info.weights}")
    sheet, registry = Sheet(), Registry.open()
    for record in roles:
        if record["id"] in accounts:
            sheet.score_roles(record, accounts[record["id"]], registry)
    for record in records:
        sheet.score_templates(record, accounts[record["id"]])
    print(table(sheet, args.errors))
    return 0


if __name__ == "__main__":
    sys.exit(main())

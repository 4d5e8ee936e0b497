"""The rules that turn one phrase into a party, in the light of what its report names (``ReportActors``).

Each answer says in ``basis`` which registry name or rule gave it. Where a noun's family asks for a country or a group and none
stands beside it, the report is asked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from dateline.grounding.actor_entries import Entry
from dateline.grounding.actor_names import Token, fold, tokenise
from dateline.grounding.actor_phrases import Anatomy, NounClass, dissect, words
from dateline.grounding.actor_states import is_branch, state_actor_id
from dateline.grounding.registry import Hit
from dateline.model import ActorKind, Who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dateline.grounding.actors import ReportActors

ARMED = frozenset({ActorKind.REBEL_GROUP, ActorKind.MILITIA, ActorKind.COMMUNAL_GROUP, ActorKind.CRIMINAL_GROUP})
"""Kinds of armed groups that are no state's."""
STATE = frozenset({ActorKind.STATE_FORCES, ActorKind.POLICE, ActorKind.GOVERNMENT})
"""Kinds that belong to a state."""
_WHAT = {"forces": "military", "police": "police", "government": "government", "office": "government"}
# Kinds that a definite noun of a class may point back to ("the rebels" are no gang); others point to any armed group.
_FITTING = {
    "rebels": frozenset({ActorKind.REBEL_GROUP}),
    "militia": frozenset({ActorKind.MILITIA, ActorKind.COMMUNAL_GROUP, ActorKind.CRIMINAL_GROUP}),
    "criminals": frozenset({ActorKind.CRIMINAL_GROUP}),
}
_ARTICLE = re.compile(r"^(?:the|a|an|this|these|those)\s+", re.IGNORECASE)


class Resolver:
    """Reads one phrase."""

    def __init__(self, report: ReportActors, phrase: str, sentence: int, role: str) -> None:
        """Take a phrase, the sentence it stands in and the role it plays there."""
        self.report = report
        self.phrase = phrase
        self.sentence = sentence
        self.role = role
        self.tokens = tokenise(phrase)
        self.words = words()

    def party(self) -> Who:
        """Return who the phrase means."""
        if not self.tokens:
            return Who(name=self.phrase.strip())
        a = dissect(self.phrase, self.tokens, list(self._hits()))
        for rule in (self._partitive, self._pronoun_or_number, self._named, self._former, self._unknown_body):
            if (who := rule(a)) is not None:
                return who
        return self._no_noun(a) if a.head is None else self._by_family(a, a.head, a.head.family)

    # --- the phrase as a whole -------------------------------------------------------------------------------------------

    def _hits(self) -> Iterator[Hit]:
        """Yield the names of the phrase, each with the one entry that it means in this report."""
        covered: set[int] = set()
        for hit in self.report.registry.find(self.tokens):
            entry = self.report.entry_of(hit, self.tokens)
            if self.report.home in self.words.homonyms.get(hit.alias, ()):
                continue
            if entry or hit.land:
                covered.update(range(hit.first, hit.last))
                yield hit._replace(entries=(entry,) if entry else ())
        for at, token in enumerate(self.tokens):
            local = self.report.acronyms.get(token.folded) if at not in covered and token.title else None
            if local:
                yield Hit(at, at + 1, self.phrase[token.start : token.end], (local,))

    def _partitive(self, a: Anatomy) -> Who | None:
        """Read "one of ISIS's commanders", "hundreds of protesters": the words after "of" say who."""
        if a.end >= len(self.tokens) or self.tokens[a.end].folded != "of":
            return None
        last = self.tokens[a.end - 1].folded if a.end else ""
        if last not in self.words.grammar["partitives"] and a.end != a.start:
            return None
        rest = self.phrase[self.tokens[a.end].end :].strip()
        whole = Resolver(self.report, rest, self.sentence, self.role).party()
        if whole.actor_id and whole.name != clean(rest):
            return whole
        return replace(whole, name=self._name(), basis=whole.basis + ", a part of them")

    def _pronoun_or_number(self, a: Anatomy) -> Who | None:
        last = self.tokens[a.start].folded if len(self.tokens) - a.start == 1 else ""
        if a.start < len(self.tokens) and last not in self.words.grammar["pronouns"]:
            return None
        if last in self.words.grammar["group_pronouns"] and (body := self.report.sole_body_near(self.sentence)) is not None:
            return self._who(body, f"rule: '{last}' is the only body named in this sentence and the one before")
        if a.counted and self.role == "target":
            return self._plain(a, ActorKind.CIVILIANS, "rule: persons, nothing else said")
        return self._plain(a, ActorKind.UNKNOWN, "phrase")

    def _named(self, a: Anatomy) -> Who | None:
        """The head is a name itself."""
        hit = a.head_hit
        if hit is None:
            return None
        if hit.land is None:
            return self._entry(hit.entries[0], hit, a)
        single = self.tokens[0].folded in ("a", "an", "another") or a.counted or a.people is not None
        if hit.land.form == "people" or (hit.land.form == "adjective" and single):
            return self._plain(a, ActorKind.CIVILIANS, "rule: people of a country", hit.land.code)
        return self._state("government", hit.land.code, f"rule: a state named as a party ({hit.alias})")

    def _former(self, a: Anatomy) -> Who | None:
        if self.words.modifiers.get(a.before[0] if a.before else "") != "former":
            return None
        return self._plain(a, self._either(ActorKind.UNKNOWN, ActorKind.CIVILIANS), "rule: former members")

    def _unknown_body(self, a: Anatomy) -> Who | None:
        """Read a name that no registry knows, of which a word tells what it is ("Tawhid Brigade")."""
        passed = self.words.grammar["joins"] | {"the", "and", "'s"}
        content = [token for token in self.tokens[a.start :] if token.folded not in passed]
        if len(content) < 2 or not all(token.title for token in content) or all(token.upper for token in content):
            return None
        last = self.words.nouns.get(content[-1].folded)
        kinds = [self.words.name_words[token.folded] for token in content if token.folded in self.words.name_words]
        if a.beside or a.loosely or a.named or not kinds or (last is not None and last.family == "people"):
            return None
        if a.head is not None and a.head_first == a.start and a.head.family in _WHAT:
            return None  # "the National Guard", "the Supreme Court" are the country's
        name = self.phrase[content[0].start : content[-1].end]
        return replace(self._plain(a, kinds[-1], "rule: kind from a word of its name"), name=name)

    def _no_noun(self, a: Anatomy) -> Who:
        """Read a phrase without a known noun: a person, a people, a name with an unknown word, or nothing."""
        person = self.report.person(self._name())
        if person is not None:
            return Who(name=self._name(), kind=person.kind, country=person.country, basis="rule: described in the report")
        if a.people:
            kind = self._either(ActorKind.COMMUNAL_GROUP, ActorKind.CIVILIANS)
            return self._plain(a, kind, "rule: a people or community", self.words.peoples[a.people])
        last = self.tokens[a.end - 1]
        persons = last.folded.endswith(self.words.person_endings) and not last.title
        entry, hit = self._entry_beside(a)
        if entry is not None:
            return self._entry(entry, hit, a)
        if persons:
            kind = self._either(ActorKind.UNKNOWN, ActorKind.CIVILIANS)
            return self._plain(a, kind, "rule: persons, by the word's ending", self._land(a))
        return self._plain(a, ActorKind.UNKNOWN, "phrase", self._land(a))

    # --- nouns -----------------------------------------------------------------------------------------------------------

    def _by_family(self, a: Anatomy, noun: NounClass, family: str) -> Who:
        handlers: dict[str, Callable[[Anatomy, NounClass], Who]] = {
            "forces": self._forces,
            "police": self._forces,
            "government": self._forces,
            "office": self._office,
            "armed": self._armed,
            "group": self._armed,
            "people": self._people,
            "weak": self._weak,
            "affiliate": self._affiliate,
            "post": self._post,
            "body": self._body,
        }
        return handlers[family](a, noun)

    def _forces(self, a: Anatomy, noun: NounClass) -> Who:
        """Forces, police and governments belong to a country."""
        what = _WHAT[noun.family if noun.family in _WHAT else noun.otherwise]
        entry, hit = self._entry_beside(a)
        if entry is not None:
            return self._forces_of(a, what, noun, entry, hit)
        if code := self._land(a):
            return self._of_country(
                a, what, noun.kind, code, "rule: forces of a country" if what != "government" else "rule: a state"
            )
        return self._forces_of_others(a, what) or self._forces_unnamed(a, what, noun.kind)

    def _forces_of(self, a: Anatomy, what: str, noun: NounClass, entry: Entry, hit: Hit | None) -> Who:
        """Forces beside a name: "UN troops", "Peshmerga forces", "Taliban government"."""
        if entry.kind is ActorKind.IGO and what == "military":
            who = self._plain(a, ActorKind.EXTERNAL_FORCES, f"rule: forces of {entry.name}", entry.country)
            return replace(who, actor_id=entry.id or None)
        if entry.kind is ActorKind.IGO and what == "police":  # "U.N. investigators" are no police, and not the whole body
            return replace(self._plain(a, entry.kind, f"rule: people of {entry.name}"), actor_id=entry.id or None)
        if self._made(entry) and entry.kind is not noun.kind and entry.country:
            return self._state(what, entry.country, "rule: forces of a country")
        return self._entry(entry, hit, a)

    def _forces_of_others(self, a: Anatomy, what: str) -> Who | None:
        """Forces that are no state's: "rebel soldiers", "forces loyal to" a person, "Kurdish forces", "its troops"."""
        if self._modifier(a) == "rebels":
            return self._armed(a, self.words.classes["rebels"])
        if self._modifier(a) == "enemy":
            return self._plain(a, ActorKind.UNKNOWN, "rule: the enemy of who speaks")
        if what == "military" and self._follows_person(a):
            return self._plain(a, ActorKind.MILITIA, "rule: forces loyal to a person")
        if a.people and what == "military":
            return self._plain(a, ActorKind.REBEL_GROUP, "rule: forces of a people", self.words.peoples[a.people])
        return self._owner(a)

    def _forces_unnamed(self, a: Anatomy, what: str, kind: ActorKind) -> Who:
        owner = self.report.owner_before(self.sentence) if a.owned else None
        institution = (
            " ".join(token.folded for token in self.tokens[a.head_first : a.end]) in self.words.grammar["institutions"]
        )
        pointing = a.definite and what == "military" and not a.named and not (institution and self.report.stated_home)
        before = self.report.forces_before(self.sentence) if pointing else None
        if isinstance(owner, str):
            return self._of_country(a, what, kind, owner, "rule: its owner is the country last named")
        if before is not None:
            return self._of_country(a, what, kind, before, "rule: forces last named")
        if self.report.home is not None:
            return self._of_country(a, what, kind, self.report.home, f"rule: {what} of the report's country")
        return self._plain(a, kind, "rule: forces of a country that is not named")

    def _of_country(self, a: Anatomy, what: str, kind: ActorKind, code: str, basis: str) -> Who:
        whole = self._state(what, code, basis)
        branch = self._branch(a, what, code) if what != "government" else None
        if branch is not None:
            whole = self._who(branch, basis + f"; {branch.name.split(' of ')[0].lower()}")
        if a.named:  # "Colonel X" acts for the force, but is not it
            return replace(whole, name=self._name(), basis=basis + ", by title")
        return whole if whole.kind is not ActorKind.UNKNOWN else replace(whole, kind=kind)

    def _branch(self, a: Anatomy, what: str, code: str) -> Entry | None:
        """Return the branch of a country's forces that the phrase names, or that alone the report names ("the army")."""
        stop = max([a.end, *(hit.last + 2 for hit in a.beside if hit.first >= a.end)])
        tokens = [token.folded for token in self.tokens[a.start : stop]]
        pairs = [f"{first} {second}" for first, second in pairwise(tokens)]
        entry = self.report.registry.branch([*reversed(pairs), *reversed(tokens)], code)
        general = any(word in self.words.grammar["whole_forces"] for word in (*tokens, *pairs))
        ground = any(word in self.words.grammar["ground_troops"] for word in tokens)
        if entry is None and what == "military" and ground and not general and self._land(a) is None:
            entry = self.report.sole_branch(code)
        return entry

    def _office(self, a: Anatomy, noun: NounClass) -> Who:
        """An office or its holder keeps its own name; the government it belongs to gives the id."""
        entry, _ = self._entry_beside(a)
        if entry is not None and entry.kind not in STATE:
            kind = entry.kind if entry.kind in ARMED or entry.kind is ActorKind.IGO else noun.kind
            basis = f"rule: office in {entry.name}"
            return Who(name=self._name(), actor_id=entry.id or None, kind=kind, country=entry.country, basis=basis)
        code = entry.country if entry else self._land(a)
        if code is not None:
            return replace(self._state("government", code, "rule: office of a country"), name=self._office_name(a, code))
        home = self.report.home if noun.name != "foreign_office" else None
        if home is None or noun.name != "office":
            return self._plain(a, noun.kind, "rule: office of state", home)
        return replace(self._state("government", home, "rule: office of the report's country"), name=self._office_name(a, home))

    def _office_name(self, a: Anatomy, code: str) -> str:
        """Return "foreign minister of Turkey" for "the Turkish foreign minister"; people and long phrases keep their words."""
        country = self.report.registry.countries.get(code)
        rest = [token for token in self.tokens[a.end :] if token.folded != "'s"]
        if country is None or a.named or rest or a.counted or a.loosely or any(not hit.land for hit in a.beside):
            return self._name()
        first = max([0, *(hit.last for hit in a.beside)])
        first += first < len(self.tokens) and self.tokens[first].folded == "'s"
        own = self.tokens[first : a.end]
        if not own or a.owned or any(token.folded == "'s" for token in own):
            return self._name()
        return f"{clean(self.phrase[self.tokens[first].start :])} of {country.spoken}"

    def _armed(self, a: Anatomy, noun: NounClass) -> Who:
        """Fighters and groups: of a group named beside them, or of one named before."""
        entry, hit = self._entry_beside(a)
        if entry is not None and (not self._made(entry) or noun.kind in (ActorKind.MILITIA, ActorKind.UNKNOWN)):
            return self._entry(entry, hit, a)
        if (body := self._named_body(a, noun)) is not None:
            return body
        code = self._land(a) or (entry.country if entry else None)
        if code or a.loosely or a.people:
            return self._armed_of(a, noun, code)
        if noun.family == "armed" and (body := self._group_of(a)) is not None:
            return body
        deciding = self._deciding(a) if noun.family == "group" else None
        if deciding is not None and deciding.family in ("armed", "people"):
            noun = replace(deciding, points_back=noun.points_back)
        basis = "rule: unidentified armed group" if noun.family == "armed" else "phrase"
        return self._pointing_back(a, noun) or self._plain(a, noun.kind, basis)

    def _armed_of(self, a: Anatomy, noun: NounClass, code: str | None) -> Who:
        """Fighters of a country or a people, or backed by somebody: the one such group of the report, else the phrase."""
        only = self._only_group(a, noun, code)
        if only is not None and (code or a.loosely or only.kind is ActorKind.REBEL_GROUP):
            return only
        if code or a.loosely:
            basis = "rule: armed group of a country" if code else "rule: unidentified armed group"
            return self._plain(a, noun.kind, basis, code)
        kind = ActorKind.COMMUNAL_GROUP if noun.kind in (ActorKind.MILITIA, ActorKind.UNKNOWN) else noun.kind
        return self._plain(a, kind, "rule: armed group of a people", self.words.peoples[a.people or ""])

    def _named_body(self, a: Anatomy, noun: NounClass) -> Who | None:
        """Read the name beside its noun: "the splinter group Saor Uladh", "a militia called the Soldiers of the Promise"."""
        at = next((at for at, token in enumerate(self.tokens) if token.folded in self.words.grammar["named_bodies"]), None)
        if at is None or all(token.upper for token in self.tokens) or at < a.head_first:
            return None
        begin, passed = at + 1, self.words.grammar["particles"] | {"of", "the", "and", "for"}
        while begin < len(self.tokens) and self.tokens[begin].folded in ("called", "known", "named", "as", "the", "itself"):
            begin += 1
        own = list(takewhile(lambda t: t.title or t.folded in passed, self.tokens[begin:]))
        while own and not own[-1].title:
            own.pop()
        if len(own) < 2 or not own[0].title:
            return None
        name = self.phrase[own[0].start : own[-1].end]
        kinds = [self.words.name_words[token.folded] for token in own if token.folded in self.words.name_words]
        kind = noun.kind if noun.kind is not ActorKind.UNKNOWN or not kinds else kinds[-1]
        return Who(name=name, kind=kind, basis="rule: a name beside its noun")

    def _pointing_back(self, a: Anatomy, noun: NounClass) -> Who | None:
        """Find the named body that "the group", "its fighters" or, in a headline, "rebels" means."""
        word = self.tokens[a.end - 1].folded
        if word in self.words.shared:
            if a.counted or self.tokens[0].folded in self.words.grammar["pairs"]:
                return None
            entry = self.report.body_before(self.sentence, lambda e: any(word in fold(name) for name in (e.name, *e.aliases)))
            return self._who(entry, f"rule: points back to the body last named ('{self.phrase}')") if entry else None
        if noun.family == "armed" and (owner := self._owner(a)) is not None:
            return owner
        headline = self.sentence == 0 and a.bare and not a.counted and self.tokens[-1].folded.endswith("s")
        if noun.family in ("group", "weak") and any(
            token.folded in self.words.grammar["pairs"] for token in self.tokens[: a.end]
        ):
            return None  # "both sides" are two
        if not noun.points_back or a.hedged or not (a.definite or headline):
            return self._only_group(a, noun)
        fitting = _FITTING.get(noun.name, ARMED)
        group = self.report.body_before(self.sentence, lambda e: e.kind_on(self.report.day) in fitting, word)
        return self._who(group, f"rule: points back to the group last named ('{self.phrase}')") if group else None

    def _only_group(self, a: Anatomy, noun: NounClass, code: str | None = None) -> Who | None:
        """Find whom "militants" or "the attackers" means where a report names but one armed group.

        "Gunmen" are nobody's unless the group stands in their own sentence, even where it claims another act of the report.
        """
        if a.hedged or any(token.folded in self.words.grammar["unidentified"] for token in self.tokens):
            return None
        named = any(token.title for token in self.tokens[a.end :]) and not all(token.upper for token in self.tokens)
        besides = {entry.name for hit in a.loosely for entry in hit.entries}
        group = self.report.sole_group(_FITTING.get(noun.name, ARMED), besides)
        if group is None or noun.family != "armed" or named or (code and group.country != code):
            return None
        nameless = noun.name not in _FITTING
        tied = a.definite or self.report.names_in(self.sentence, group)
        if nameless and not tied:
            return None
        if nameless and self.role != "agent":
            return None
        return self._who(group, f"rule: the only armed group that the report names ('{self.phrase}')")

    def _people(self, a: Anatomy, noun: NounClass) -> Who:
        kind = noun.kind_as_agent if self.role == "agent" else noun.kind
        basis = f"rule: {noun.name.replace('_', ' ')}"
        code = self._land(a) or (self.words.peoples[a.people] if a.people else None)
        if a.people and self.role == "agent" and kind is ActorKind.CIVILIANS:
            kind, basis = ActorKind.COMMUNAL_GROUP, "rule: members of a people acting together"
        elif kind is ActorKind.CIVILIANS and self._modifier(a) == "protesting":
            kind, basis = ActorKind.PROTESTERS, "rule: people who protest"
        elif kind is ActorKind.CIVILIANS and self._modifier(a) == "armed":
            kind, basis = ActorKind.COMMUNAL_GROUP, "rule: armed people of a place or trade"
        return self._plain(a, kind, basis, code)

    def _weak(self, a: Anatomy, noun: NounClass) -> Who:
        """Read a noun that says nothing by itself ("men", "unit"): names and words beside it decide."""
        deciding = self._deciding(a)
        if deciding is not None:
            return self._by_family(a, deciding, deciding.family)
        entry, hit = self._entry_beside(a)
        if entry is not None:
            states = self._made(entry) or (entry.kind is ActorKind.IGO and noun.otherwise == "forces")
            return self._forces(a, noun) if states and noun.otherwise in _WHAT else self._entry(entry, hit, a)
        if noun.name in ("weak", "armies", "parts") and (owner := self._owner(a)) is not None:
            return owner
        if noun.otherwise in _WHAT or noun.otherwise == "group":
            return self._armed(a, noun) if noun.otherwise == "group" else self._forces(a, noun)
        kind = self._either(ActorKind.COMMUNAL_GROUP if a.people else ActorKind.UNKNOWN, ActorKind.CIVILIANS)
        if a.people:
            return self._plain(a, kind, "rule: a people or community", self.words.peoples[a.people])
        return self._plain(a, kind, "rule: persons, nothing else said", self._land(a))

    def _affiliate(self, a: Anatomy, noun: NounClass) -> Who:
        """A leader, spokesman or aide: the name stays, the party gives id and kind."""
        entry, _ = self._entry_beside(a)
        if entry is not None:
            return replace(self._who(entry, f"rule: {self.tokens[a.head_first].folded} of {entry.name}"), name=self._name())
        owner = self._owner(a) or self._group_of(a)
        if owner is not None:
            return replace(owner, name=self._name(), basis=owner.basis + ", by one of its people")
        deciding = self._deciding(a)
        if deciding is not None:
            who = self._by_family(a, deciding, deciding.family)
            return replace(who, name=self._name(), basis=who.basis + ", by one of its people")
        if code := self._land(a):
            return replace(self._state("government", code, "rule: leader of a country"), name=self._name())
        return self._plain(a, noun.kind, "phrase")

    def _group_of(self, a: Anatomy) -> Who | None:
        """Find the group of "the group's spokesman" and "a spokesman for the group"."""
        groups = self.words.group_nouns
        after = [token.folded for token in self.tokens[a.end : a.end + 3]]
        behind = (
            len(after) == 3
            and after[0] in self.words.grammar["joins"]
            and after[1] in ("the", "that", "this")
            and after[2] in groups
        )
        if not behind and not groups.intersection(a.before):
            return None
        entry = self.report.body_before(self.sentence, lambda one: one.kind_on(self.report.day) in ARMED)
        return self._who(entry, f"rule: points back to the group last named ('{self.phrase}')") if entry else None

    def _post(self, a: Anatomy, noun: NounClass) -> Who:
        """What a party holds stands for it: "ISIS positions", "army convoy", "Syrian base"."""
        entry, hit = self._entry_beside(a)
        if entry is not None:
            return self._entry(entry, hit, a)
        deciding = self._deciding(a)
        if deciding is not None and deciding.family in ("forces", "police", "armed", "government", "body"):
            return self._by_family(a, deciding, deciding.family)
        if code := self._land(a):
            return self._of_country(a, "military", ActorKind.STATE_FORCES, code, "rule: post of a country's forces")
        return self._plain(a, noun.kind, "phrase")

    def _body(self, a: Anatomy, noun: NounClass) -> Who:
        entry, hit = self._entry_beside(a)
        if entry is not None and (entry.kind in (noun.kind, ActorKind.IGO) or entry.kind in ARMED):
            return self._entry(entry, hit, a)
        return self._plain(a, noun.kind, f"rule: {noun.name}", self._land(a))

    # --- what stands beside ------------------------------------------------------------------------------------------------

    @staticmethod
    def _entry_beside(a: Anatomy) -> tuple[Entry | None, Hit | None]:
        hit = next((hit for hit in reversed(a.beside) if hit.entries), None)
        return (hit.entries[0], hit) if hit else (None, None)

    @staticmethod
    def _land(a: Anatomy) -> str | None:
        return next((hit.land.code for hit in reversed(a.beside) if hit.land), None)

    @staticmethod
    def _made(entry: Entry) -> bool:
        """Whether an entry is a country's own military, police or government."""
        return entry.kind in STATE and (is_branch(entry) or entry.id.split("-of-")[0] in _WHAT.values())

    def _owner(self, a: Anatomy) -> Who | None:
        owner = self.report.owner_before(self.sentence) if a.owned else None
        return self._who(owner, "rule: its owner is the group last named") if isinstance(owner, Entry) else None

    def _follows_person(self, a: Anatomy) -> bool:
        """Whether forces are "loyal to" somebody who holds no office of state."""
        after = [token.folded for token in self.tokens[a.end :]]
        families = {self.words.nouns[word].family for word in after if word in self.words.nouns}
        return bool(after) and after[0] == "loyal" and not families & {"government", "office"}

    def _modifier(self, a: Anatomy) -> str | None:
        return next((self.words.modifiers[word] for word in reversed(_said(a.before)) if word in self.words.modifiers), None)

    def _deciding(self, a: Anatomy) -> NounClass | None:
        """Return the class that a word before the head gives: "army" of "army convoy", "armed" of "armed men"."""
        for word in reversed(_said(a.before)):
            noun = self.words.nouns.get(word)
            if noun is not None and noun.family not in ("weak", "post", "group", "affiliate"):
                return noun
            name = self.words.modifiers.get(word)
            if name in ("armed", "forces", "rebels"):
                return self.words.classes["gunmen" if name == "armed" else name]
        return None

    def _either(self, agent: ActorKind, other: ActorKind) -> ActorKind:
        return agent if self.role == "agent" else other

    # --- answers -----------------------------------------------------------------------------------------------------------

    def _name(self) -> str:
        return clean(self.phrase)

    def _plain(self, a: Anatomy, kind: ActorKind, basis: str, country: str | None = None) -> Who:
        return Who(name=self._name(), kind=kind, country=country, basis=basis + (" (suspected)" if a.hedged else ""))

    def _entry(self, entry: Entry, hit: Hit | None, a: Anatomy) -> Who:
        said = f"registry: alias '{hit.alias}'" if hit and entry.id else "rule: a name that the report introduces"
        return self._who(entry, said + (" (suspected)" if a.hedged else ""))

    def _who(self, entry: Entry, basis: str) -> Who:
        kind = entry.kind_on(self.report.day)
        home = self.report.home if self.report.stated_home else None
        if kind is ActorKind.STATE_FORCES and entry.country and home and entry.country != home:
            kind, basis = ActorKind.EXTERNAL_FORCES, basis + "; outside its own country"
        return Who(name=entry.name, actor_id=entry.id or None, kind=kind, country=entry.country, basis=basis)

    def _state(self, what: str, code: str, basis: str) -> Who:
        country = self.report.registry.countries.get(code)
        entry = self.report.registry.entries.get(state_actor_id(what, country)) if country else None
        return self._who(entry, basis) if entry else Who(name=self._name(), country=code, basis=basis)


def _said(before: Sequence[str]) -> list[str]:
    """Return the words before a head without what they are against: "anti-terrorist detectives" are no terrorists."""
    against = {at + 1 for at, word in enumerate(before) if word in ("anti", "counter")}
    return [word for at, word in enumerate(before) if at not in against]


def clean(phrase: str) -> str:
    """Return a phrase without its article and outer punctuation, in lower case where it starts with an everyday noun."""
    name = _ARTICLE.sub("", " ".join(phrase.split()).strip(" ,;:.\"“”'’‘()[]–—-"))  # noqa: RUF001 (marks found in the wild)
    if not name:
        return phrase.strip()
    tokens = tokenise(name)
    vocabulary = words()
    everyday = [token.folded in vocabulary.nouns or token.folded in vocabulary.grammar["determiners"] for token in tokens]
    if name.isupper() and all(everyday):
        return name.lower()
    proper = len(tokens) > 1 and tokens[1].title
    return name[0].lower() + name[1:] if everyday and everyday[0] and not proper else name


def capitals(tokens: Sequence[Token]) -> bool:
    """Whether most words have capitals, as in a headline."""
    return sum(token.title for token in tokens) > len(tokens) / 2

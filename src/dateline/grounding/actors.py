"""Turns the phrases of a report into parties: registry actors, the forces of a country, or the plain phrase with its kind.

``ReportActors.read`` goes over the whole report once and remembers what it names; ``resolve`` then reads one phrase in that
light. Every answer says in ``basis`` which registry name or rule gave it. Private persons get no identity: a named person is
the phrase itself, with the kind of the office or body that the words give.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dateline.grounding.actor_entries import Entry
from dateline.grounding.actor_names import Token, fold, tokenise
from dateline.grounding.actor_phrases import words
from dateline.grounding.actor_rules import ARMED, STATE, Resolver, capitals, clean
from dateline.model import ActorKind, Who

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Sequence

    from dateline.grounding.registry import Hit, Registry

_INTRODUCED = re.compile(
    r"((?:[A-Z][\w’'-]*|\d+)(?:[ -](?:(?:of|for|the|and|in|to|de|del|la|des|du|et|al|ul|a|e|y|on)[ -])*(?:[A-Z][\w’'-]*))*)"  # noqa: RUF001
    r"(?:,? (?:\(|or |known as |\(known as |\(or )(?:the )?[\"“]?)([A-Z][A-Za-z0-9/]{0,4}[A-Z0-9][A-Za-z0-9/-]{0,6})[\"”)]?"
)
_BODY = re.compile(r"[A-Z][\w’'-]+(?: (?:of|for|the|al|ul) (?:the )?[A-Z][\w’'-]+| [A-Z][\w’'-]+)+")  # noqa: RUF001
_APPOSED = re.compile(
    r"((?:[A-Z][\w’'-]+ ){1,3}[A-Z][\w’'-]+), (?:\d{1,3}, )?(?:who is |who was )?((?:an?|the|its|their|his|her) [^,.;:]{3,60})"  # noqa: RUF001
)


# What ``basis`` says where a party was not named by the phrase, but found in the report.
_INFERRED = (
    "points back",
    "only armed group",
    "last named",
    "of the report's country",
    "only body named",
    "its owner",
    "owner of",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    """A named actor where the report names it; ``entry.id`` is empty for a body that no registry knows."""

    sentence: int
    entry: Entry


@dataclass(slots=True, kw_only=True)
class ReportActors:
    """What one report names: its groups, its acronyms, the country it is about.

    Attributes:
        registry: The known actors.
        home: The country the report is about, alpha-3, or None.
        stated_home: Whether that was given, not only guessed from the countries it names.
        day: The day the report speaks from, or None.
    """

    registry: Registry
    home: str | None = None
    stated_home: bool = False
    day: dt.date | None = None
    _mentions: list[_Mention] = field(default_factory=list)
    _lands: Counter[str] = field(default_factory=Counter)
    _forces: list[tuple[int, str]] = field(default_factory=list)
    _states: list[tuple[int, str]] = field(default_factory=list)
    acronyms: dict[str, Entry] = field(default_factory=dict)
    _persons: dict[str, Who] = field(default_factory=dict)
    _branches: dict[str, dict[str, Entry]] = field(default_factory=dict)
    _pending: list[tuple[int, str, str]] = field(default_factory=list)

    @classmethod
    def read(
        cls, sentences: Sequence[str], registry: Registry, *, country: str | None = None, day: dt.date | None = None
    ) -> ReportActors:
        """Read a report's sentences and remember what they name.

        Args:
            sentences: In reading order; their positions are the ``sentence`` of ``resolve``.
            registry: The known actors.
            country: The country the report is about, alpha-3, if known.
            day: The day it speaks from, if known.
        """
        report = cls(registry=registry, home=country, stated_home=country is not None, day=day)
        tokens = [tokenise(sentence) for sentence in sentences]
        hits = [list(registry.find(words_)) for words_ in tokens]
        for found in hits:
            report._lands.update(hit.land.code for hit in found if hit.land)
            states = (entry for hit in found if not hit.acronym for entry in hit.entries[:1] if entry.kind in STATE)
            report._lands.update(entry.country for entry in states if entry.country)
        if report.home is None and report._lands:
            report.home = report._lands.most_common(1)[0][0]
        for index, sentence in enumerate(sentences):
            report._introduce(sentence)
            report._remember(index, sentence, tokens[index], hits[index])
        return report

    def resolve(self, phrase: str, *, sentence: int, role: str = "agent") -> Who:
        """Return who a phrase means; ``evidence`` is left empty.

        Args:
            phrase: A noun phrase of the report.
            sentence: Index of the sentence it stands in.
            role: ``agent``, ``target``, ``support`` or ``source``.
        """
        return Resolver(self, phrase, sentence, role).party()

    def resolve_all(self, phrase: str, *, sentence: int, role: str = "agent") -> tuple[Who, ...]:
        """Return the parties of a phrase that may join several ("Iraqi troops and the Peshmerga"), in reading order."""
        whole = self.resolve(phrase, sentence=sentence, role=role)
        parts = self._parts(phrase)
        if len(parts) < 2:
            return (whole,)
        parties = [self.resolve(part, sentence=sentence, role=role) for part in parts]
        distinct = {party.actor_id or party.kind for party in parties}
        known = all(party.actor_id or party.kind is not ActorKind.UNKNOWN for party in parties)
        return tuple(parties) if known and len(distinct) == len(parties) else (whole,)

    def owner_of(self, phrase: str, *, sentence: int) -> Who | None:
        """Return the armed group whose thing a phrase names ("ISIL heavy weapons", "the Taliban's base"), or None."""
        tokens = tokenise(phrase)
        leading = words().grammar["determiners"]
        begin = next((at for at, token in enumerate(tokens) if token.folded not in leading), 0)
        for hit in self.registry.find(tokens):
            entry = self.entry_of(hit, tokens) if hit.first <= begin and hit.last < len(tokens) else None
            if entry is not None and entry.kind_on(self.day) in ARMED:
                name = phrase[tokens[hit.first].start : tokens[hit.last - 1].end]
                who = self.resolve(name, sentence=sentence, role="target")
                return replace(who, basis=f"{who.basis}; owner of what was hit, taken or destroyed")
        return None

    # --- reading ---------------------------------------------------------------------------------------------------------

    def _introduce(self, sentence: str) -> None:
        """Learn acronyms that the report itself explains: "the Patriotic Front for X (PFX)"."""
        if "(" not in sentence and " or " not in sentence and "known as" not in sentence:
            return
        for found in _INTRODUCED.finditer(sentence):
            long, short = found.group(1), found.group(2)
            starts = [word.start() for word in re.finditer(r"\b[A-Z0-9]", long)]
            known = next((entries for start in starts if (entries := self.registry.lookup(long[start:]))), [])
            fitting = next(
                (long[start:] for start in starts if long[start] == short[0] and _abbreviates(short, long[start:])), ""
            )
            name = fitting or (long if _abbreviates(short, long) else "")
            if known or name:
                self.acronyms[fold(short)] = self._choose(known) or _ad_hoc(name, (short,))

    def _remember(self, index: int, sentence: str, tokens: list[Token], hits: list[Hit]) -> None:
        for hit in hits:
            entry = self.entry_of(hit, tokens)
            if entry is not None:
                self._mentions.append(_Mention(sentence=index, entry=entry))
            code = hit.land.code if hit.land else entry.country if entry and entry.kind in STATE else None
            if code:
                self._states.append((index, code))
                if entry or self._precedes_forces(tokens, hit):
                    self._forces.append((index, code))
        self._mentions += (_Mention(sentence=index, entry=entry) for entry in self._introduced(sentence, tokens))
        self._remember_branches(tokens, hits)
        self._pending += ((index, found.group(1), found.group(2)) for found in _APPOSED.finditer(sentence))

    def _remember_branches(self, tokens: Sequence[Token], hits: Sequence[Hit]) -> None:
        """Remember which branches of whose forces a sentence names ("the Nigerian army", "the navy")."""
        lands = {hit.last: hit.land.code for hit in hits if hit.land}
        for at, token in enumerate(tokens):
            pair = f"{token.folded} {tokens[at + 1].folded}" if at + 1 < len(tokens) else token.folded
            code = lands.get(at) or lands.get(at - 1) or self.home
            entry = self.registry.branch((pair, token.folded), code) if code else None
            if entry is not None and entry.parent and entry.parent.startswith("military"):
                self._branches.setdefault(code or "", {})[entry.id] = entry

    def _introduced(self, sentence: str, tokens: list[Token]) -> Iterator[Entry]:
        """Yield the bodies of a sentence that no registry knows: by an acronym that the report explained, or by their words."""
        for token in tokens:
            entry = self.acronyms.get(token.folded) if token.title else None
            if entry is not None:
                yield entry
        if not capitals(tokens):
            for name in _BODY.findall(sentence):
                entry = _ad_hoc(name)
                if entry.kind in ARMED and not self.registry.lookup(name):
                    yield entry

    @staticmethod
    def _precedes_forces(tokens: Sequence[Token], hit: Hit) -> bool:
        nouns = words().nouns
        return any(
            (noun := nouns.get(token.folded)) and (noun.family == "forces" or noun.name == "armies")
            for token in tokens[hit.last : hit.last + 3]
        )

    def entry_of(self, hit: Hit, tokens: Sequence[Token]) -> Entry | None:
        """Return the entry that a name means in this report, or None for a country or a name that does not fit."""
        if hit.last - hit.first > 1 and hit.first and self._goes_on(hit, tokens):
            return None
        if hit.last - hit.first == 1 and (local := self.acronyms.get(tokens[hit.first].folded)):
            return local
        entry = self._choose(hit.entries)
        if entry is None or not (entry.country and self.home) or entry.country in (self.home, *self._lands):
            return entry
        # Far from its country a short acronym or a mere description ("Maoist guerrillas") is likely to be another's.
        vocabulary, first, last = words(), tokens[hit.first].folded, tokens[hit.last - 1].folded
        described = last in vocabulary.nouns and (first in vocabulary.modifiers or first in vocabulary.nouns)
        short = hit.acronym and len(hit.alias) <= 4 and hit.alias not in vocabulary.worldwide
        return None if described or short else entry

    def _goes_on(self, hit: Hit, tokens: Sequence[Token]) -> bool:
        """Whether a known name is but the end of an unknown one: "Eritrean People's Liberation Army" is not China's."""
        before, known = tokens[hit.first - 1], words()
        if not before.title or all(token.upper for token in tokens):
            return False
        land = next((found.land for found in self.registry.find([before]) if found.land), None)
        if land is not None:
            return land.form == "adjective" and all(entry.country not in (None, land.code) for entry in hit.entries)
        everyday = known.grammar["determiners"] | known.grammar["hedges"] | known.grammar["breaks"] | known.modifiers.keys()
        if before.upper or before.folded in everyday or before.folded in known.nouns or before.folded in known.peoples:
            return False
        return tokens[hit.first].folded in known.name_words or tokens[hit.first].folded in ("people", "national")

    def _choose(self, entries: Sequence[Entry]) -> Entry | None:
        """Choose among the entries of one name: that of the report's country, of a country it names, of its year."""
        if len(entries) <= 1:
            return entries[0] if entries else None

        def fit(entry: Entry) -> tuple[bool, bool, bool]:
            timely = self.day is None or entry.known_in(self.day.year)
            return entry.country is not None and entry.country == self.home, entry.country in self._lands, timely

        return max(entries, key=fit)

    def _parts(self, phrase: str) -> list[str]:
        """Split a phrase at "and" and commas outside names; an adjective alone borrows the last part's noun."""
        tokens = tokenise(phrase)
        covered = {at for hit in self.registry.find(tokens) for at in range(hit.first, hit.last)}
        if not any(t.folded == "and" and at not in covered for at, t in enumerate(tokens)):
            return [phrase]
        parts, start = [], 0
        for at, token in enumerate(tokens):
            between = phrase[tokens[at - 1].end : token.start] if at else ""
            if at in covered and at - 1 in covered:
                continue
            if token.folded == "and" or "," in between:
                parts.append(phrase[start : tokens[at - 1].end if at else 0])
                start = token.end if token.folded == "and" else token.start
        parts = [part.strip(" ,") for part in [*parts, phrase[start:]] if part.strip(" ,")]
        last = tokenise(parts[-1]) if parts else []
        for index, part in enumerate(parts[:-1]):
            own = tokenise(part)
            hit = next(self.registry.find(own), None)
            if hit and hit.land and hit.land.form == "adjective" and hit.last == len(own) and last:
                parts[index] = f"{part} {parts[-1][last[-1].start :]}"
        return parts

    def person(self, phrase: str) -> Who | None:
        """Return what the report says a named person is ("Omar Haddad, a farmer"): a kind, never an identity."""
        while self._pending:
            sentence, name, described = self._pending.pop()
            who = self.resolve(described, sentence=sentence)
            self._persons.setdefault(fold(name), who)
            self._persons.setdefault(fold(name.split()[-1]), who)
        return self._persons.get(fold(phrase))

    # --- what the report names alone -----------------------------------------------------------------------------------------

    def sole_group(self, kinds: frozenset[ActorKind], besides: Collection[str] = ()) -> Entry | None:
        """Return the one armed group that the report names, besides those of these names, if its kind is among these."""
        armed = (m.entry for m in self._mentions if m.entry.kind_on(self.day) in ARMED)
        groups = {entry.name: entry for entry in armed if entry.name not in besides}
        only = next(iter(groups.values())) if len(groups) == 1 else None
        return only if only is not None and only.kind_on(self.day) in kinds else None

    def names_in(self, sentence: int, entry: Entry) -> bool:
        """Say whether a sentence names an entry."""
        return any(m.sentence == sentence and m.entry.name == entry.name for m in self._mentions)

    def sole_body_near(self, sentence: int) -> Entry | None:
        """Return the armed group that is the only body named in a sentence and the one before."""
        near = {m.entry.name: m.entry for m in self._mentions if sentence - 1 <= m.sentence <= sentence}
        only = next(iter(near.values())) if len(near) == 1 else None
        return only if only is not None and only.kind_on(self.day) in ARMED else None

    def sole_branch(self, code: str) -> Entry | None:
        """Return a country's army, if it is the only branch of its forces that the report names: whose soldiers are those?"""
        found = self._branches.get(code, {})
        only = next(iter(found.values())) if len(found) == 1 else None
        return only if only is not None and only.id.startswith("army-of-") else None

    # --- pointing back -----------------------------------------------------------------------------------------------------

    def body_before(self, sentence: int, fits: Callable[[Entry], bool], word: str = "") -> Entry | None:
        """Return the group that a definite phrase points back to: the last that fits up to this sentence, or the first later.

        Among those of the nearest sentence, one whose name holds ``word`` goes first, then the one most often named.
        """
        fitting = [mention for mention in self._mentions if fits(mention.entry)]
        earlier = [mention for mention in fitting if mention.sentence <= sentence]
        nearest = max((m.sentence for m in earlier), default=None)
        if nearest is None:
            nearest = min((m.sentence for m in fitting), default=None)
        near = [mention.entry for mention in fitting if mention.sentence == nearest]
        often = Counter(mention.entry.name for mention in fitting)
        holding = [mention.entry for mention in earlier if word and word in fold(mention.entry.name)]
        return max(holding or near, key=lambda entry: often[entry.name], default=None)

    def owner_before(self, sentence: int) -> Entry | str | None:
        """Return whom "its fighters" belong to: the armed group or the country that was named last up to a sentence."""
        state = next(((index, code) for index, code in reversed(self._states) if index <= sentence), None)
        armed = (m for m in reversed(self._mentions) if m.sentence <= sentence and m.entry.kind_on(self.day) in ARMED)
        group = next(armed, None)
        if group is not None and (state is None or group.sentence >= state[0]):
            return group.entry
        return state[1] if state else None

    def forces_before(self, sentence: int) -> str | None:
        """Return the country whose forces were last named up to a sentence."""
        return next((code for index, code in reversed(self._forces) if index <= sentence), None)


def tell_apart(agents: Sequence[Who], targets: Sequence[Who]) -> tuple[tuple[Who, ...], tuple[Who, ...]]:
    """Return the sides of one act without a party that a rule alone has put on both.

    Nobody is said to fight itself because "the soldiers" and "troops" are both taken for the army: where a party stands on both
    sides, the side that is named keeps it and the other is the plain phrase again; of two that are inferred the agent keeps it.
    """
    ours = {who.actor_id: who for who in agents if who.actor_id}
    theirs = {who.actor_id: who for who in targets if who.actor_id}
    both = ours.keys() & theirs.keys()
    from_targets = {key for key in both if _inferred(theirs[key])}
    from_agents = {key for key in both - from_targets if _inferred(ours[key])}
    return (
        tuple(_as_phrase(who) if who.actor_id in from_agents else who for who in agents),
        tuple(_as_phrase(who) if who.actor_id in from_targets else who for who in targets),
    )


def _inferred(who: Who) -> bool:
    return any(words_ in who.basis for words_ in _INFERRED)


def _as_phrase(who: Who) -> Who:
    name = clean(who.evidence[0].quote) if who.evidence else who.name
    return replace(who, name=name, actor_id=None, basis=f"phrase; the other side is {who.name}")


def _abbreviates(short: str, long: str) -> bool:
    """Whether an acronym's letters are initials of a name, in order, all but one."""
    initials = "".join(word[0] for word in re.findall(r"\w+", long)).upper()
    at, missed = 0, 0
    for letter in re.sub(r"[^A-Za-z]", "", short).upper():
        found = initials.find(letter, at)
        if found < 0:
            missed += 1
        else:
            at = found + 1
    return len(initials) >= 2 and missed <= (1 if len(short) > 3 else 0)


def _ad_hoc(name: str, aliases: tuple[str, ...] = ()) -> Entry:
    """Make an entry, without an id, for a body that the report introduces."""
    table = words().name_words
    kinds = [table[token.folded] for token in tokenise(name) if token.folded in table]
    return Entry(id="", name=clean(name), kind=kinds[-1] if kinds else ActorKind.UNKNOWN, aliases=aliases)

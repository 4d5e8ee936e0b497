"""The best value of each field of an incident, by stated rules, with every account's value kept where they differ.

- One source is one voice: copies of a text, reports of one publisher, and what a report took over from another's publisher
  count once.
- Specific goes before vague: a day before a month, a town before a province, a suicide bombing before an attack.
- Later goes before earlier for tolls, as long as they settle; among figures of one day, what more sources say, then what a
  named speaker says.
- Nothing is thrown away: ``disputes`` holds all accounts of a field that differ, ``timeline`` all figures in their order.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dateline.incidents.event_places import INHERITED
from dateline.incidents.grades import Grading, Standing, read_grading
from dateline.incidents.nearness import days_between, km_between
from dateline.model import (
    Aggregate,
    Certainty,
    Dispute,
    EventType,
    Incident,
    Saying,
    Side,
    SpeakerKind,
    Status,
    TimeBasis,
    TimePrecision,
    Toll,
    TollKind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from dateline.model import Attribution, Evidence, Telling, Thing, When, Where, Who

SETTLE_DAYS = 30
"""Within so many days of the first report a later toll takes the place of an earlier; a look back years later does not."""
SPECIFIC_SHARE = 1 / 3
"""Share of the sources that must give the more specific type."""
SAME_PLACE_KM = 5.0

_SPEAKER_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            SpeakerKind.HOSPITAL,
            SpeakerKind.OFFICIAL,
            SpeakerKind.NGO,
            SpeakerKind.WITNESS,
            SpeakerKind.AGENCY,
            SpeakerKind.MEDIA,
            SpeakerKind.BELLIGERENT,
            SpeakerKind.UNKNOWN,
            SpeakerKind.ANONYMOUS,
        )
    )
}
_CERTAINTIES = (Certainty.ASSERTED, Certainty.ATTRIBUTED, Certainty.SUSPECTED)
_H = TypeVar("_H", bound="Hashable")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """A telling and the source it belongs to."""

    telling: Telling
    source: str


def incident_id(first_event_id: str) -> str:
    """Return ``inc_`` and 16 hex digits of the hash of the id of the event that was published first."""
    return "inc_" + hashlib.sha256(first_event_id.encode()).hexdigest()[:16]


def reconcile(tellings: Sequence[Telling], summary: str | None = None, grading: Grading | None = None) -> Incident:
    """Make one incident of the events that tell of it.

    Args:
        tellings: At least one, in the order of publication; the first gives the incident its id.
        summary: The words by which it is a sum over several happenings, or None.
        grading: Other rules of grading than those that ship.
    """
    accounts = _with_sources(tellings)
    reasons: dict[str, str] = {}
    type_ = _best_type(accounts, reasons)
    status = _best_status(accounts, reasons)
    tolls, timeline = _best_tolls(accounts, reasons)
    time = _best_time(accounts, reasons)
    place = _best_place(accounts, reasons)
    incident = Incident(
        id=incident_id(tellings[0].event.id),
        event_ids=tuple(telling.event.id for telling in tellings),
        article_ids=tuple(dict.fromkeys(telling.event.article_id for telling in tellings)),
        type=type_,
        status=status,
        agents=_best_agents(accounts, reasons),
        targets=_merged(accounts, lambda telling: telling.event.targets, _identity),
        supporters=_merged(accounts, lambda telling: telling.event.supporters, _identity),
        objects=_merged(accounts, lambda telling: telling.event.objects, _name),
        instruments=_merged(accounts, lambda telling: telling.event.instruments, _name),
        place=place,
        time=time,
        tolls=tolls,
        claims=_all_claims(tellings),
        certainty=_best_certainty(accounts),
        codes=_best_codes(accounts, type_),
        confidence=max(telling.event.confidence for telling in tellings),
        sources=tuple(sorted({account.source for account in accounts})),
        timeline=timeline,
        aggregate=None if summary is None else Aggregate(basis=summary, tolls=tolls),
        reasons=reasons,
    )
    incident = replace(incident, disputes=_disputes(incident, accounts))
    standing = _standing(incident, accounts)
    reasons["grade"] = f"{standing.sources} source(s), {standing.agreeing} agreeing; {len(standing.disputed)} field(s) differ"
    return replace(incident, grade=(grading or read_grading()).grade(standing))


# --- sources -------------------------------------------------------------------------------------------------------------


def _with_sources(tellings: Sequence[Telling]) -> list[_Account]:
    """Give each telling its source: the publisher, or where that is not known the text's first article.

    Copies of one text, and reports that pass on what another's publisher said, belong to the source they repeat.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    def join(first: str, second: str) -> None:
        one, other = root(first), root(second)
        if one != other:
            parent[max(one, other)] = min(one, other)

    names = [telling.publisher or telling.origin for telling in tellings]
    folded = {name.casefold() for name in names}
    for telling, name in zip(tellings, names, strict=True):
        join(name.casefold(), f"text {telling.origin}")
        for carrier in _carriers(telling) & folded:
            join(name.casefold(), carrier)
    label: dict[str, str] = {}
    for name in names:  # the first published gives its name
        label.setdefault(root(name.casefold()), name)
    return [_Account(telling=t, source=label[root(n.casefold())]) for t, n in zip(tellings, names, strict=True)]


def _carriers(telling: Telling) -> set[str]:
    """Those whom a telling took its account over from: agencies and media that all of its speakers came through."""
    found: set[str] = set()
    for claim in telling.event.claims:
        through = set(map(str.casefold, claim.via))
        if claim.speaker and claim.speaker_kind in {SpeakerKind.AGENCY, SpeakerKind.MEDIA}:
            through.add(claim.speaker.casefold())
        if not through:
            return set()
        found |= through
    return found


def _support(accounts: Sequence[_Account], value_of: Callable[[Telling], _H | None]) -> dict[_H, set[str]]:
    """Return each value with the sources that give it, in the order of first telling."""
    found: dict[_H, set[str]] = {}
    for account in accounts:
        value = value_of(account.telling)
        if value is not None:
            found.setdefault(value, set()).add(account.source)
    return found


# --- type, status, certainty, codes --------------------------------------------------------------------------------------


@cache
def _specific() -> dict[EventType, frozenset[EventType]]:
    with Path(__file__).with_name("link.toml").open("rb") as file:
        told = tomllib.load(file)["specific"]
    return {EventType(name): frozenset(map(EventType, vaguer)) for name, vaguer in told.items()}


def _best_type(accounts: Sequence[_Account], reasons: dict[str, str]) -> EventType:
    weight: dict[EventType, dict[str, float]] = defaultdict(dict)
    for account in accounts:
        event = account.telling.event
        known = weight[event.type].get(account.source, 0.0)
        weight[event.type][account.source] = max(known, event.confidence)
    votes = {type_: sum(voices.values()) for type_, voices in weight.items()}
    best = max(votes, key=lambda type_: votes[type_])
    sources = len({account.source for account in accounts})
    reasons["type"] = f"{best}: {len(weight[best])} of {sources} source(s)"
    for type_ in sorted(votes, key=lambda each: -votes[each]):
        if best in _specific().get(type_, ()) and len(weight[type_]) >= SPECIFIC_SHARE * sources:
            reasons["type"] = f"{type_}: {len(weight[type_])} of {sources} source(s), more specific than {best}"
            best = type_
    return best


def _best_status(accounts: Sequence[_Account], reasons: dict[str, str]) -> Status:
    support = _support(accounts, lambda telling: telling.event.status)
    latest: dict[Status, dt.date] = {}
    for account in accounts:
        status, day = account.telling.event.status, account.telling.published or dt.date.min
        latest[status] = max(latest.get(status, dt.date.min), day)
    # A plan that was carried out is told as such later; of as many voices the later counts.
    best = max(support, key=lambda status: (len(support[status]), latest[status], -list(Status).index(status)))
    if Status.HAPPENED in support and best in {Status.PLANNED, Status.POSSIBLE} and latest[Status.HAPPENED] >= latest[best]:
        best = Status.HAPPENED
    reasons["status"] = f"{best}: {len(support[best])} source(s)"
    return best


def _best_certainty(accounts: Sequence[_Account]) -> Certainty:
    support = _support(accounts, lambda telling: telling.event.certainty)
    if Certainty.DISPUTED in support or len({a.telling.event.status is Status.DENIED for a in accounts}) > 1:
        return Certainty.DISPUTED
    return max(_CERTAINTIES, key=lambda certainty: (len(support.get(certainty, ())), -_CERTAINTIES.index(certainty)))


def _best_codes(accounts: Sequence[_Account], type_: EventType) -> dict[str, Any]:
    """Each codebook's codes that most sources' events of the incident's type have."""
    right = [account for account in accounts if account.telling.event.type is type_] or list(accounts)
    names = dict.fromkeys(name for account in right for name in account.telling.event.codes)
    codes: dict[str, Any] = {}
    for name in names:
        support = _support(right, lambda telling, name=name: json.dumps(telling.event.codes.get(name), sort_keys=True))  # type: ignore[misc]
        codes[name] = json.loads(max(support, key=lambda code: (code != "null", len(support[code]))))
    return codes


# --- time and place ------------------------------------------------------------------------------------------------------


def _best_time(accounts: Sequence[_Account], reasons: dict[str, str]) -> When | None:
    support = _support(accounts, lambda telling: _days(telling.event.time))
    times = [account.telling.event.time for account in accounts if account.telling.event.time is not None]
    if not times:
        return None
    bases = list(TimeBasis)

    def rank(when: When) -> tuple[int, int, int, int]:
        vague = list(TimePrecision).index(when.precision)
        return (when.basis is TimeBasis.REPORT_DATE, vague, -len(support[_days_of(when)]), bases.index(when.basis))

    best = min(times, key=rank)
    reasons["time"] = f"the most exact told; {len(support[_days_of(best)])} source(s) say so"
    same = [when for when in times if _days_of(when) == _days_of(best)]
    return replace(best, evidence=_evidence(when.evidence for when in same))


def _days_of(when: When) -> tuple[object, ...]:
    return (when.first, when.last, when.partial)


def _days(when: When | None) -> tuple[object, ...] | None:
    return None if when is None else _days_of(when)


def _best_place(accounts: Sequence[_Account], reasons: dict[str, str]) -> Where | None:
    support = _support(accounts, lambda telling: _place_key(telling.event.place))
    places = [account.telling.event.place for account in accounts if account.telling.event.place is not None]
    if not places:
        return None

    def rank(place: Where) -> tuple[object, ...]:
        own = place.basis != INHERITED
        return (not (own and place.precision.fine), not own, -len(support[_key_of(place)]), place.precision.rank, -place.score)

    best = min(places, key=rank)
    reasons["place"] = f"the most exact told; {len(support[_key_of(best)])} source(s) say so"
    same = [place for place in places if _key_of(place) == _key_of(best)]
    return replace(best, evidence=_evidence(place.evidence for place in same))


def _key_of(place: Where) -> tuple[object, ...]:
    return (place.geoname_id or (place.name, place.country_code), place.precision)


def _place_key(place: Where | None) -> tuple[object, ...] | None:
    return None if place is None else _key_of(place)


# --- tolls ---------------------------------------------------------------------------------------------------------------


def _best_tolls(accounts: Sequence[_Account], reasons: dict[str, str]) -> tuple[tuple[Toll, ...], tuple[Saying, ...]]:
    """Return the best toll of each kind, of agents apart from all others, and all figures in the order of their reports."""
    told: dict[tuple[TollKind, bool], list[tuple[Saying, str]]] = defaultdict(list)
    for account in accounts:
        for toll in account.telling.event.tolls:
            told[toll.kind, toll.side is Side.AGENTS].append((_toll_saying(account.telling, toll), account.source))
    best: list[Toll] = []
    timeline: list[Saying] = []
    for kind, of_agents in sorted(told, key=lambda key: (list(TollKind).index(key[0]), key[1])):
        sayings = told[kind, of_agents]
        chosen, why = _best_figure(sayings)
        assert chosen.toll is not None
        same = [saying for saying, _ in sayings if _figure(saying) == _figure(chosen)]
        best.append(replace(chosen.toll, evidence=_evidence(saying.evidence for saying in same)))
        reasons.setdefault(f"tolls.{kind}", why)
        timeline += sorted((saying for saying, _ in sayings), key=_report_order)
    return tuple(best), tuple(timeline)


def _toll_saying(telling: Telling, toll: Toll) -> Saying:
    kinds = {claim.speaker: claim.speaker_kind for claim in telling.event.claims}
    return Saying(
        value=figure_text(toll),
        event_id=telling.event.id,
        article_id=telling.event.article_id,
        publisher=telling.publisher,
        published=telling.published,
        speaker=toll.speaker,
        speaker_kind=kinds.get(toll.speaker, SpeakerKind.UNKNOWN),
        toll=toll,
        evidence=toll.evidence,
    )


def figure_text(toll: Toll) -> str:
    """Return a toll's figures in short: ``12``, ``12+``, ``10-20``."""
    if toll.low is not None and toll.high is not None and toll.low != toll.high:
        return f"{toll.low}-{toll.high}"
    best = toll.best if toll.best is not None else toll.low if toll.low is not None else toll.high
    if best is None:
        return "some"
    return f"{best}+" if toll.high is None and toll.low is not None else f"{best}"


def _figure(saying: Saying) -> int | None:
    toll = saying.toll
    if toll is None:
        return None
    return toll.best if toll.best is not None else toll.low if toll.low is not None else toll.high


def _report_order(saying: Saying) -> tuple[dt.date, str, int]:
    return (saying.published or dt.date.max, saying.event_id, _figure(saying) or 0)


def _best_figure(sayings: Sequence[tuple[Saying, str]]) -> tuple[Saying, str]:
    """Choose among figures: the last day's, then what more sources say, then the better speaker, then the higher figure."""
    exact = [pair for pair in sayings if _figure(pair[0]) is not None] or list(sayings)
    current = _current([saying for saying, _ in exact])
    voices: dict[int | None, set[str]] = defaultdict(set)
    for saying, source in exact:
        voices[_figure(saying)].add(source)

    def rank(saying: Saying) -> tuple[object, ...]:
        figure = _figure(saying)
        return (-len(voices[figure]), _SPEAKER_RANK[saying.speaker_kind], -(figure or 0), saying.event_id)

    best = min(current, key=rank)
    others = len({_figure(saying) for saying, _ in exact}) - 1
    why = f"{best.value}: {len(voices[_figure(best)])} source(s), last told {best.published or 'on an unknown day'}"
    return best, why + (f"; {others} other figure(s) told" if others else "")


def _current(sayings: Sequence[Saying]) -> list[Saying]:
    """Return the figures that no later report replaced: those of the last day on which the toll was still settling."""
    days = sorted(saying.published for saying in sayings if saying.published is not None)
    if not days:
        return list(sayings)
    last = max(day for day in days if (day - days[0]).days <= SETTLE_DAYS)
    return [saying for saying in sayings if saying.published == last]


def acled_figure(incident: Incident, kind: TollKind = TollKind.KILLED) -> int | None:
    """Return the figure by ACLED's rule: of conflicting reports the lowest; an older figure that was replaced is none."""
    figures = [_lowest(saying.toll) for saying in _current(_of_kind(incident, kind)) if saying.toll is not None]
    return min((figure for figure in figures if figure is not None), default=None)


def ged_figures(incident: Incident, kind: TollKind = TollKind.KILLED) -> tuple[int, int, int] | None:
    """Return low, best and high by UCDP GED's rule: the extremes of the reports that were not replaced, and the best."""
    current = [saying.toll for saying in _current(_of_kind(incident, kind)) if saying.toll is not None]
    tolls = [toll for toll in incident.tolls if toll.kind is kind]
    best = next((figure for toll in tolls if (figure := _middle(toll)) is not None), None)
    if best is None:
        return None
    lows = [low for toll in current if (low := _lowest(toll)) is not None]
    highs = [high for toll in current for high in (toll.high, toll.best) if high is not None]
    return min([*lows, best]), best, max([*highs, best])


def _of_kind(incident: Incident, kind: TollKind) -> list[Saying]:
    return [saying for saying in incident.timeline if saying.toll is not None and saying.toll.kind is kind]


def _lowest(toll: Toll) -> int | None:
    return next((figure for figure in (toll.low, toll.best, toll.high) if figure is not None), None)


def _middle(toll: Toll) -> int | None:
    return next((figure for figure in (toll.best, toll.low, toll.high) if figure is not None), None)


# --- parties, things, speakers -------------------------------------------------------------------------------------------


def _identity(who: Who) -> str:
    return who.actor_id or who.name.casefold()


def _name(thing: Thing) -> str:
    return thing.name.casefold()


def _merged(
    accounts: Sequence[_Account], of: Callable[[Telling], tuple[Any, ...]], key: Callable[[Any], str]
) -> tuple[Any, ...]:
    """Put equal values of all accounts together, those that more sources give first."""
    merged: dict[str, Any] = {}
    sources: dict[str, set[str]] = defaultdict(set)
    for account in accounts:
        for each in of(account.telling):
            name = key(each)
            known = merged.get(name)
            merged[name] = each if known is None else replace(known, evidence=_evidence((known.evidence, each.evidence)))
            sources[name].add(account.source)
    return tuple(merged[name] for name in sorted(merged, key=lambda name: -len(sources[name])))


def _best_agents(accounts: Sequence[_Account], reasons: dict[str, str]) -> tuple[Who, ...]:
    """Named before vague: where an account names a known actor, "gunmen" says no more."""
    agents: tuple[Who, ...] = _merged(accounts, lambda telling: telling.event.agents, _identity)
    known = tuple(who for who in agents if who.actor_id)
    if known and len(known) < len(agents):
        reasons["agents"] = f"known actors before phrases ({', '.join(who.name for who in agents if not who.actor_id)})"
    return known or agents


def _all_claims(tellings: Sequence[Telling]) -> tuple[Attribution, ...]:
    """Every account's speakers; one chain told in several reports is one, with all its evidence."""
    chains: dict[tuple[object, ...], Attribution] = {}
    for telling in tellings:
        for chain in telling.event.claims:
            key = (chain.speaker, chain.speaker_kind, chain.via, chain.cue, chain.hedges)
            known = chains.get(key)
            chains[key] = chain if known is None else replace(known, evidence=_evidence((known.evidence, chain.evidence)))
    return tuple(chains.values())


def _evidence(groups: Iterable[tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))


# --- where accounts differ -----------------------------------------------------------------------------------------------


def _disputes(incident: Incident, accounts: Sequence[_Account]) -> tuple[Dispute, ...]:
    """Return each field of which accounts differ, with every account's value; the best value's first."""
    tellings = [account.telling for account in accounts]
    found = [
        _dispute("type", tellings, lambda t: (str(t.event.type), t.event.anchors), str(incident.type)),
        _dispute("status", tellings, lambda t: (str(t.event.status), t.event.anchors), str(incident.status)),
    ]
    if incident.time is not None:
        best = incident.time
        found.append(_dispute("time", tellings, _time_saying, _time_text(best), lambda t: _other_time(t.event.time, best)))
    if incident.place is not None:
        where = incident.place
        found.append(_dispute("place", tellings, _place_saying, where.name, lambda t: _other_place(t.event.place, where)))
    named = "; ".join(who.name for who in incident.agents if who.actor_id)
    found.append(_dispute("agents", tellings, _agents_saying, named, lambda t: _other_agents(t, incident.agents)))
    for kind in dict.fromkeys(toll.kind for toll in incident.tolls):
        sayings = _of_kind(incident, kind)
        if len({(saying.toll.side is Side.AGENTS, _figure(saying)) for saying in sayings if saying.toll}) > len(
            {saying.toll.side is Side.AGENTS for saying in sayings if saying.toll}
        ):
            best_value = next(figure_text(toll) for toll in incident.tolls if toll.kind is kind)
            found.append(Dispute(field=str(kind), sayings=tuple(sorted(sayings, key=lambda s: s.value != best_value))))
    return tuple(dispute for dispute in found if dispute is not None)


def _dispute(
    field: str,
    tellings: Sequence[Telling],
    of: Callable[[Telling], tuple[str, tuple[Evidence, ...]] | None],
    best: str,
    differs: Callable[[Telling], bool] | None = None,
) -> Dispute | None:
    values = [(telling, told) for telling in tellings if (told := of(telling)) is not None]
    other = [differs(telling) if differs else told[0] != best for telling, told in values]
    if not any(other):
        return None
    sayings = [_saying(telling, value, evidence) for telling, (value, evidence) in values]
    ordered = sorted(zip(other, sayings, strict=True), key=lambda pair: (pair[1].value != best, pair[0]))
    return Dispute(field=field, sayings=tuple(saying for _, saying in ordered))


def _saying(telling: Telling, value: str, evidence: tuple[Evidence, ...]) -> Saying:
    speaker = next((claim for claim in telling.event.claims if claim.speaker), None)
    return Saying(
        value=value,
        event_id=telling.event.id,
        article_id=telling.event.article_id,
        publisher=telling.publisher,
        published=telling.published,
        speaker=speaker.speaker if speaker else None,
        speaker_kind=speaker.speaker_kind if speaker else SpeakerKind.UNKNOWN,
        evidence=evidence,
    )


def _time_text(when: When) -> str:
    if when.first is None:
        return when.partial or "unknown"
    return f"{when.first}" if when.last in {None, when.first} else f"{when.first}..{when.last}"


def _time_saying(telling: Telling) -> tuple[str, tuple[Evidence, ...]] | None:
    when = telling.event.time
    return None if when is None or when.basis is TimeBasis.REPORT_DATE else (_time_text(when), when.evidence)


def _other_time(when: When | None, best: When) -> bool:
    return when is not None and (days_between(when, best) or 0) > 0


def _place_saying(telling: Telling) -> tuple[str, tuple[Evidence, ...]] | None:
    place = telling.event.place
    return None if place is None or place.basis == INHERITED else (place.name, place.evidence)


def _other_place(place: Where | None, best: Where) -> bool:
    """Whether two places exclude each other: a province does not differ from a town in it."""
    return place is not None and _key_of(place)[0] != _key_of(best)[0] and (km_between(place, best) or 0.0) > SAME_PLACE_KM


def _agents_saying(telling: Telling) -> tuple[str, tuple[Evidence, ...]] | None:
    known = [who for who in telling.event.agents if who.actor_id]
    return ("; ".join(who.name for who in known), _evidence(who.evidence for who in known)) if known else None


def _other_agents(telling: Telling, best: Sequence[Who]) -> bool:
    """Whether an account names known actors of which none is the one that most sources name."""
    own = {who.actor_id for who in telling.event.agents if who.actor_id}
    return bool(own) and next((who.actor_id for who in best if who.actor_id), None) not in own


def _standing(incident: Incident, accounts: Sequence[_Account]) -> Standing:
    source_of = {account.telling.event.id: account.source for account in accounts}
    differing: set[str] = set()
    for dispute in incident.disputes:
        best = dispute.sayings[0].value
        live = _current(dispute.sayings) if dispute.field in set(TollKind) else dispute.sayings
        differing |= {source_of[saying.event_id] for saying in live if saying.value != best}
    figures = [figure for saying in _current(_of_kind(incident, TollKind.KILLED)) if (figure := _figure(saying))]
    kinds = Counter(claim.speaker_kind for claim in incident.claims if claim.speaker)
    return Standing(
        sources=len(incident.sources),
        agreeing=len(set(incident.sources) - differing),
        kinds=frozenset(kinds),
        disputed=frozenset(dispute.field for dispute in incident.disputes),
        status=incident.status,
        toll_ratio=max(figures) / min(figures) if figures else 1.0,
    )

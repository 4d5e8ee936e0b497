"""The types that flow through Dateline, in the order in which they are made.

    bytes -> Article, Sentence            (articles)
          -> Claim, Mention, Count, Link  (claims: the text's own words; ``Reading`` holds one article's)
          -> When, Where, Who             (grounding: the world; ``GroundedClaim``)
          -> Event                        (incidents: one article's account of one happening; ``Account``)
          -> Incident                     (incidents: one happening as all reports tell it)
          -> record                       (records: what is written)

Everything is frozen and keyword-only. Unknown is ``None`` or an empty tuple, never a made-up value. Offsets are half-open and
count Unicode code points. Every value that comes from a text carries ``Evidence``, whose quote stands letter for letter at
its span.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class EventType(StrEnum):
    """Ontology-neutral event types; the annotation guide (docs/codebook.md) defines each."""

    CLASH = "clash"
    TAKEOVER = "takeover"
    AIRSTRIKE = "airstrike"
    SHELLING = "shelling"
    BOMBING = "bombing"
    SUICIDE_BOMBING = "suicide_bombing"
    GRENADE = "grenade"
    CHEMICAL = "chemical"
    ARMED_ATTACK = "armed_attack"
    ASSASSINATION = "assassination"
    EXECUTION = "execution"
    ABDUCTION = "abduction"
    SEXUAL_VIOLENCE = "sexual_violence"
    TORTURE = "torture"
    PROTEST = "protest"
    RIOT = "riot"
    CRACKDOWN = "crackdown"
    ARREST = "arrest"
    RAID = "raid"
    SEIZURE = "seizure"
    TRIAL = "trial"
    DESTRUCTION = "destruction"
    DEPLOYMENT = "deployment"
    WITHDRAWAL = "withdrawal"
    DISPLACEMENT = "displacement"
    MUTINY = "mutiny"
    AGREEMENT = "agreement"
    TALKS = "talks"
    RELEASE = "release"
    THREAT = "threat"
    CLAIM = "claim"
    ACCUSATION = "accusation"
    AID = "aid"
    RESTRICTION = "restriction"
    BASE = "base"


class Status(StrEnum):
    """Whether the event took place, as the report tells it."""

    HAPPENED = "happened"
    PLANNED = "planned"
    FOILED = "foiled"
    DENIED = "denied"
    POSSIBLE = "possible"

    @property
    def undone(self) -> bool:
        """Whether the event has not taken place."""
        return self in (Status.PLANNED, Status.FOILED, Status.DENIED)


class Role(StrEnum):
    """What a mention is to an event."""

    AGENT = "agent"
    TARGET = "target"
    SUPPORT = "support"
    OBJECT = "object"
    INSTRUMENT = "instrument"
    PLACE = "place"
    TIME = "time"
    SOURCE = "source"
    CUE = "cue"


class TollKind(StrEnum):
    """What befell the people who are counted."""

    KILLED = "killed"
    WOUNDED = "wounded"
    DETAINED = "detained"
    ABDUCTED = "abducted"
    MISSING = "missing"
    DISPLACED = "displaced"
    RELEASED = "released"


class Side(StrEnum):
    """Whose people a toll counts."""

    AGENTS = "agents"
    TARGETS = "targets"
    CIVILIANS = "civilians"
    UNKNOWN = "unknown"


class ActorKind(StrEnum):
    """What sort of actor a party is."""

    STATE_FORCES = "state_forces"
    POLICE = "police"
    GOVERNMENT = "government"
    REBEL_GROUP = "rebel_group"
    MILITIA = "militia"
    COMMUNAL_GROUP = "communal_group"
    CRIMINAL_GROUP = "criminal_group"
    RIOTERS = "rioters"
    PROTESTERS = "protesters"
    CIVILIANS = "civilians"
    EXTERNAL_FORCES = "external_forces"
    MEDIA = "media"
    NGO = "ngo"
    IGO = "igo"
    UNKNOWN = "unknown"


class SpeakerKind(StrEnum):
    """What sort of source a speaker is."""

    WITNESS = "witness"
    OFFICIAL = "official"
    BELLIGERENT = "belligerent"
    NGO = "ngo"
    HOSPITAL = "hospital"
    AGENCY = "agency"
    MEDIA = "media"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How surely the report tells an event."""

    ASSERTED = "asserted"
    ATTRIBUTED = "attributed"
    SUSPECTED = "suspected"
    DISPUTED = "disputed"


class PlacePrecision(StrEnum):
    """How exactly a place is known, finest first."""

    POINT = "point"
    TOWN = "town"
    NEAR = "near"
    DISTRICT = "district"
    PROVINCE = "province"
    COUNTRY = "country"
    REGION = "region"

    @property
    def rank(self) -> int:
        """Its place in the order, 0 the finest."""
        return list(PlacePrecision).index(self)

    @property
    def fine(self) -> bool:
        """Whether it is a town or finer, or near one."""
        return self.rank <= PlacePrecision.NEAR.rank


class TimePrecision(StrEnum):
    """The grain of a time, finest first."""

    DAY = "day"
    DAYS = "days"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    LONGER = "longer"

    @property
    def coarse(self) -> bool:
        """Whether it is coarser than a week."""
        return self in (TimePrecision.MONTH, TimePrecision.YEAR, TimePrecision.LONGER)


class TimeBasis(StrEnum):
    """What a time rests on."""

    STATED = "stated"
    RELATIVE = "relative"
    REPORT_DATE = "report_date"


TextField = Literal["text", "title"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Half-open character offsets ``[start, end)`` into one field of an article (its ``text``, or its separate ``title``)."""

    start: int
    end: int
    field: TextField = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words of an article: ``article.quote(evidence.span) == evidence.quote``, always."""

    article_id: str
    span: Span
    quote: str


# --- articles ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """Bytes as they came in, before anything is known of them.

    Attributes:
        name: The file, URL or ``-``; with ``:LINE`` for a record of a JSONL file. Messages name it.
        data: The bytes; one line of the file for a JSONL record.
        kind: ``text``, ``html``, ``jsonl`` (one record), or ``auto`` (find out from the bytes).
        url: Where it was fetched from, if it was.
    """

    name: str
    data: bytes
    kind: Literal["auto", "text", "html", "jsonl"] = "auto"
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who published an article and where it was read from."""

    publisher: str | None = None
    url: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """The opening of a wire report: ``MOSUL, Iraq, Oct 14 (Reuters) -``.

    Attributes:
        span: The whole dateline, dash included.
        place: The place words, or None.
        date: The date words, or None (resolved by grounding).
        agency: The agency's name, or None.
    """

    span: Span
    place: Evidence | None = None
    date: Evidence | None = None
    agency: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of an article.

    Attributes:
        index: Position in reading order, the title (if any) first, from 0.
        span: Where it stands; ``text`` is the article's words there.
        paragraph: Number of the paragraph it stands in, from 0 (the title is a paragraph of its own).
        repeats: Where the same sentence stands again in the same article; it is read once.
    """

    index: int
    span: Span
    text: str
    paragraph: int = 0
    repeats: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One report as it was read.

    Attributes:
        id: ``art_`` and a hash of title and text.
        given_id: The id that the input gave, or None.
        title: Its title when that is kept apart from the text, else None.
        text: The text that offsets refer to.
        published: Day of publication, or None when unknown.
        published_text: The publication date as given (ISO date or date-time), or None.
        published_basis: Where ``published`` is from: ``given``, ``metadata``, ``dateline``, ``option`` or None.
        language: ISO 639-1 code found by the language check, or None when the text is too short to tell.
        extra: Fields of the input record that Dateline does not use, kept as they were.
    """

    id: str
    given_id: str | None = None
    title: str | None = None
    text: str
    source: Source = Source()
    published: dt.date | None = None
    published_text: str | None = None
    published_basis: str | None = None
    language: str | None = None
    dateline: Dateline | None = None
    sentences: tuple[Sentence, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def quote(self, span: Span) -> str:
        """Return the article's words at a span."""
        text = (self.title or "") if span.field == "title" else self.text
        return text[span.start : span.end]

    def evidence(self, span: Span) -> Evidence:
        """Return the evidence for a span of this article."""
        return Evidence(article_id=self.id, span=span, quote=self.quote(span))


# --- claims: words and spans only ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A phrase that plays a role in a claim.

    Attributes:
        sentence: Index of the sentence it stands in.
        score: The reader's probability (0 to 1) that it plays this role.
    """

    evidence: Evidence
    role: Role
    sentence: int
    score: float = 1.0

    @property
    def text(self) -> str:
        """The phrase itself."""
        return self.evidence.quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of people as a text gives it, by the rules of docs/codebook.md.

    Attributes:
        low, best, high: Bounds and best value; None where the words give none. "at least 13" is 13, 13, None.
        who: The counted people in the text's words ("policemen"), or None.
        subgroup: Whether it is a part of another count ("including four children") and must not be added.
        aggregate: Whether the sentence counts over a war, a campaign or months ("since January"), not over one act.
    """

    kind: TollKind
    low: int | None
    best: int | None
    high: int | None
    evidence: Evidence
    who: str | None = None
    subgroup: bool = False
    aggregate: bool = False
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who says so: one speaker chain of a claim.

    Attributes:
        speaker: The nearest to the facts ("residents"), or None when only hedged ("reportedly").
        via: Those who passed it on, nearest first ("Reuters").
        cue: The word of saying ("said"), or None.
        hedges: Words that weaken the claim ("reportedly", "alleged").
    """

    speaker: str | None
    speaker_kind: SpeakerKind = SpeakerKind.UNKNOWN
    via: tuple[str, ...] = ()
    cue: str | None = None
    hedges: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of one event in one sentence, in the text's own words.

    Attributes:
        index: Position among the article's claims, in reading order, from 0.
        sentence: Index of the sentence that holds the anchor.
        confidence: Probability (0 to 1) that the anchor names an event.
        weak: Whether that is too unsure to make an event by itself; a weak claim only adds to one that others make.
        type_scores: Probability of each type that got more than 1 in 100.
        type_weight: How much the anchor's word by itself says of the type (0 to 1): "executed" more than "killed".
    """

    index: int
    sentence: int
    anchor: Evidence
    type: EventType
    status: Status = Status.HAPPENED
    confidence: float = 1.0
    weak: bool = False
    type_scores: Mapping[EventType, float] = field(default_factory=dict)
    type_weight: float = 1.0
    status_scores: Mapping[Status, float] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    counts: tuple[Count, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    certainty: Certainty = Certainty.ASSERTED

    def having(self, role: Role) -> tuple[Mention, ...]:
        """Return the mentions with a role, in reading order."""
        return tuple(m for m in self.mentions if m.role is role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How likely (0 to 1) two claims of one article tell of the same happening; ``first < second`` are claim indexes."""

    first: int
    second: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader found in one article."""

    article: Article
    claims: tuple[Claim, ...] = ()
    links: tuple[Link, ...] = ()


# --- grounding: the world ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A span of days, both ends included.

    Attributes:
        first, last: The days, or None where the year is not known.
        partial: What is known when the year is not, as ISO 8601 truncated form (``--10-04``, ``--06``), else None.
        evidence: The time words; empty when the basis is the report's date.
    """

    first: dt.date | None
    last: dt.date | None
    precision: TimePrecision
    basis: TimeBasis
    partial: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another place that the same words may mean, with its score (0 to 1)."""

    name: str
    country_code: str | None
    lat: float
    lon: float
    geoname_id: int | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in the world.

    Attributes:
        country_code: ISO 3166-1 alpha-3.
        lat, lon: Degrees, WGS 84.
        uncertainty_km: Radius in kilometres within which the event's true place is expected to lie.
        score: 0 to 1, how sure the choice among the alternatives is.
        basis: How it was chosen ("named", "contained in Baghdad", "inherited from the report's place", ...).
    """

    name: str
    admin2: str | None = None
    admin1: str | None = None
    country: str | None = None
    country_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    geoname_id: int | None = None
    precision: PlacePrecision
    uncertainty_km: float | None = None
    score: float = 1.0
    basis: str = "named"
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A party to an event.

    Attributes:
        name: A registry name ("Islamic State") or the plain phrase ("gunmen").
        actor_id: Registry id, or None.
        country: ISO 3166-1 alpha-3, or None.
        basis: The registry entry or rule that gave it ("registry: alias 'ISIS'", "rule: forces of a country").
    """

    name: str
    actor_id: str | None = None
    kind: ActorKind = ActorKind.UNKNOWN
    country: str | None = None
    basis: str = "phrase"
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundedClaim:
    """A claim with its words turned into days, places and actors.

    Attributes:
        where: The place that its words name, or None.
        focus: The place that the report is at where the claim stands, for claims that name none.
        leaning: Whether the words of its time depend on a day told before ("that night", "dawn").
        saying: Whether they tell when it was said, and none when it happened.
        apart: Whether its sentence tells the time of another act only, before or after it ("held on Thursday over the murder").
    """

    claim: Claim
    when: When | None = None
    leaning: bool = False
    saying: bool = False
    apart: bool = False
    where: Where | None = None
    focus: Where | None = None
    agents: tuple[Who, ...] = ()
    targets: tuple[Who, ...] = ()
    supporters: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundedReading:
    """One article's claims, grounded; ``links`` are the reader's.

    Attributes:
        report_day: The day the report speaks from (publication or dateline), or None.
    """

    article: Article
    claims: tuple[GroundedClaim, ...] = ()
    links: tuple[Link, ...] = ()
    report_day: dt.date | None = None


# --- incidents -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An object or instrument of an event, in the text's words."""

    name: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """How many people an event killed, wounded, … according to one speaker (None is the outlet's own voice)."""

    kind: TollKind
    low: int | None
    best: int | None
    high: int | None
    who: str | None = None
    side: Side = Side.UNKNOWN
    speaker: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One article's account of one happening: its claims put together.

    Attributes:
        id: ``evt_`` and a hash of the article's id, the type and the anchors' offsets.
        anchors: The words that name it, in reading order.
        confidence: 0 to 1, calibrated on development reports.
        codes: Codebook name to its codes (see docs/codebooks.md), or to None where no rule applies.
        reasons: Field name to how its value was reached, for ``dateline explain``.
    """

    id: str
    article_id: str
    type: EventType
    status: Status
    anchors: tuple[Evidence, ...]
    agents: tuple[Who, ...] = ()
    targets: tuple[Who, ...] = ()
    supporters: tuple[Who, ...] = ()
    objects: tuple[Thing, ...] = ()
    instruments: tuple[Thing, ...] = ()
    place: Where | None = None
    time: When | None = None
    tolls: tuple[Toll, ...] = ()
    claims: tuple[Attribution, ...] = ()
    certainty: Certainty = Certainty.ASSERTED
    codes: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One article and its events, in reading order."""

    article: Article
    events: tuple[Event, ...] = ()


# --- incidents across reports --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An event with what it takes of its article to weigh it against the events of others.

    Attributes:
        origin: Id of the first article of its cluster of copies; its own article's where it repeats none.
        passages: The sentences that its anchors stand in; ``details`` the others that it rests on; ``text`` is all of the
            article, the title first.
    """

    event: Event
    origin: str
    published: dt.date | None = None
    publisher: str | None = None
    passages: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One account's value of a field, by whom and when.

    Attributes:
        speaker: Who is quoted for it; None is the outlet's own voice.
        toll: The figures, where the field is a kind of toll.
    """

    value: str
    event_id: str
    article_id: str
    publisher: str | None = None
    published: dt.date | None = None
    speaker: str | None = None
    speaker_kind: SpeakerKind = SpeakerKind.UNKNOWN
    toll: Toll | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A field of which accounts differ: every account's value, the best first."""

    field: str
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """What a report sums up over several happenings.

    Attributes:
        basis: The words or the length of time by which it was recognised.
        tolls: The figures as told; the incident's own ``tolls`` are what its parts leave of them.
        parts: Ids of the incidents that it sums up, as far as they are known.
    """

    basis: str
    tolls: tuple[Toll, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One happening as all reports tell it: the best value of each field, and every account that differs.

    Attributes:
        id: ``inc_`` and a hash of the event that was published first.
        tolls: The best of each kind that may be added to those of other incidents; what parts hold is not in it.
        sources: Independent publishers or origins; copies of one text are one.
        timeline: The figures in the order in which they were reported.
        grade: A letter for the sources and a figure for the agreement (docs/incidents.md).
        part_of: Ids of the aggregates that sum it up.
        reasons: Field name to the rule by which its value was chosen.
    """

    id: str
    event_ids: tuple[str, ...]
    article_ids: tuple[str, ...]
    type: EventType
    status: Status
    agents: tuple[Who, ...] = ()
    targets: tuple[Who, ...] = ()
    supporters: tuple[Who, ...] = ()
    objects: tuple[Thing, ...] = ()
    instruments: tuple[Thing, ...] = ()
    place: Where | None = None
    time: When | None = None
    tolls: tuple[Toll, ...] = ()
    claims: tuple[Attribution, ...] = ()
    certainty: Certainty = Certainty.ASSERTED
    codes: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    sources: tuple[str, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    timeline: tuple[Saying, ...] = ()
    grade: str | None = None
    aggregate: Aggregate | None = None
    part_of: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


# --- what did not get through --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """An input that was left out on purpose, with the reason.

    Attributes:
        name: The file, URL or ``-``, with ``:LINE`` for a record of a JSONL file.
        reason: Short code: ``language``, ``empty``, ``no_article``, ``too_long``, ``not_text``.
        message: What was wrong and what to do, for people.
    """

    name: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that could not be read or coded.

    Attributes:
        name: The file, URL or ``-``, with ``:LINE`` for a record of a JSONL file.
        stage: ``read``, ``code`` or ``write``.
        reason: Short code, such as ``not_found``, ``not_json``, ``no_text``, ``bad_date``, ``timeout``.
        message: What was wrong and what to do, for people.
    """

    name: str
    stage: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderInfo:
    """What made a record: the version of Dateline, of the reader's weights and of the packs."""

    version: str
    weights: str
    packs: str

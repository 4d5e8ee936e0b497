"""Which of the times that a report tells is an event's own.

A claim comes with the time words that the reader gave it, each with a score. They are read where they stand, with the words
that they go on in ("six weeks" in "six weeks after"), and the event's own is chosen: one in the claim's sentence before one in
another; one that tells when it was said ("police said on Tuesday") after all others; none that the reader is much less sure
of; one that no other event's word parts from the claim's; and of those that are left the finest. Lengths tell when something
began ("in four days of fighting", "for a third day"), counted back from the day told beside them or last.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from dateline.grounding.date_grammar import grammar
from dateline.grounding.dates import TimeExpression, find_times, resolve_length, resolve_time
from dateline.model import Article, Claim, EventType, Evidence, Mention, Role, Status, TimeBasis, TimePrecision, When

if TYPE_CHECKING:
    from collections.abc import Sequence

SURER = 0.2
"""A time that the reader finds so much less likely than the likeliest is not the event's (0.1 to 0.3 do alike)."""
_UNLIKELY = 0.5  # a time is rather not the event's, by the reader's own measure
TOLD_SENTENCES = 3
"""How many sentences back "at noon" and "the next day" look for their day where no event before has one."""

_VIOLENT = frozenset(
    {
        EventType.ARMED_ATTACK, EventType.ASSASSINATION, EventType.EXECUTION, EventType.BOMBING, EventType.SUICIDE_BOMBING,
        EventType.GRENADE, EventType.AIRSTRIKE, EventType.SHELLING, EventType.CHEMICAL, EventType.CLASH, EventType.RIOT,
    }
)  # fmt: skip
_GRAINS = list(TimePrecision)
_OPENING = 30  # an "after" that begins this early introduces what goes before the comma, not what follows it
_WEEK_DAYS = 7
_ANY_DAY = dt.date(2000, 1, 1)
_HISTORY_SENTENCES = 3
"""Sentences that tell a year, from which on an undated report is read as a history."""
_OFFSET = re.compile(r"(?P<length>.+?)\s+(?P<side>after|before)\b", re.IGNORECASE)
_SAID = re.compile(  # what may stand between a word of saying and its time: "told the newspaper in an interview late on"
    r"(?:\s+(?:to\s+)?(?:the\s+)?\w+)?(?:\s+in\s+an?\s+\w+)?(?:\s+(?:on|late|early|later|earlier))*\s+", re.IGNORECASE
)
_FOR = re.compile(r"\bfor\s+$", re.IGNORECASE)
_CLAUSE = re.compile(r"\s+(?!that\b|this\b)\w", re.IGNORECASE)  # "before that" and "before," introduce nothing
_CLAUSES = re.compile(r"[;:]|, (?:and|but|after)\b")
_NTH_DAY = re.compile(r"(?:st|nd|rd|th)\b.*\b(?:day|night|week)|straight|consecutive", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Option:
    """A time that may be the event's.

    Attributes:
        saying: Whether it tells when somebody spoke.
        leaning: Whether its days depend on the time told of before.
        parted: Whether another event's word stands between it and the claim's.
    """

    when: When
    mention: Mention
    saying: bool
    leaning: bool
    parted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTime:
    """The time of a claim.

    Attributes:
        when: The days, or None where its words give none.
        leaning: Whether they depend on a time told of before ("that night", "dawn").
        saying: Whether they tell when it was said, for want of better.
        apart: Whether its sentence tells the time of another act only ("held on Thursday over the murder").
    """

    when: When | None = None
    leaning: bool = False
    saying: bool = False
    apart: bool = False


def choose_times(article: Article, claims: Sequence[Claim], day: dt.date | None, country: str | None = None) -> list[ClaimTime]:
    """Return the time of each claim.

    Args:
        article: The report.
        claims: Its claims, in reading order.
        day: The day that the report speaks from, or None.
        country: The country that the report is about (ISO 3166-1 alpha-3), or None.
    """
    report = _ReportTimes(article, claims, day, country)
    times: list[ClaimTime] = []
    previous: When | None = None
    for claim in claims:
        time = report.choose(claim, previous)
        when = time.when
        times.append(time)
        if when is not None and when.first is not None and when.precision is TimePrecision.DAY:
            previous = when
    return times


class _ReportTimes:
    """The time expressions and anchors of one report."""

    def __init__(self, article: Article, claims: Sequence[Claim], day: dt.date | None, country: str | None) -> None:
        self._article, self._day, self._country = article, day, country
        self._found: dict[int, list[TimeExpression]] = {}
        self._anchors: dict[int, list[int]] = defaultdict(list)
        self._violent: dict[tuple[int, int], bool] = {}
        self._score: dict[Evidence, float] = {}
        self._times: dict[int, list[Mention]] = defaultdict(list)
        for claim in claims:
            start = self._start(claim.anchor, claim.sentence)
            self._anchors[claim.sentence].append(start)
            self._violent[claim.sentence, start] = claim.type in _VIOLENT
            for mention in claim.having(Role.TIME):
                self._score[mention.evidence] = max(mention.score, self._score.get(mention.evidence, 0.0))
                self._times[mention.sentence].append(mention)

    def choose(self, claim: Claim, previous: When | None) -> ClaimTime:
        """Return the claim's time; ``previous`` is the day last told of before it."""
        found = (self._option(claim, mention, previous) for mention in claim.having(Role.TIME))
        best = _best(claim, [option for option in found if option is not None])
        lasting = None if claim.status is Status.PLANNED else self._lasting(claim, best, previous)
        if lasting is not None:
            return ClaimTime(when=lasting, leaning=best is None)
        if best is not None:
            return ClaimTime(
                when=replace(best.when, evidence=(best.mention.evidence,)), leaning=best.leaning, saying=best.saying
            )
        return ClaimTime(apart=self._is_apart(claim))

    def _is_apart(self, claim: Claim) -> bool:
        """Tell whether a claim's sentence tells the time of an act that it sets apart from the claim's."""
        return any(self._set_apart(claim, mention) for mention in self._times[claim.sentence])

    # --- the readings of one time ----------------------------------------------------------------------------------------

    def _option(self, claim: Claim, mention: Mention, previous: When | None) -> _Option | None:
        words = self._whole(mention)
        offset = _OFFSET.match(words)
        if offset and not _FOR.search(self._before(mention)) and resolve_length(offset["length"], until=_ANY_DAY):
            when = self._counted(claim, mention, offset, previous)
            return _Option(when, mention, saying=False, leaning=True) if when else None
        told = self._told_before(mention, previous)
        when = self._resolve(claim, mention, words, told)
        parted = self._parted(claim, mention)
        if when is None or (parted and self._anothers(mention)) or self._set_apart(claim, mention):
            return None
        leaning = told is not None and self._resolve(claim, mention, words, None) != when
        return _Option(when, mention, saying=self._says(claim, mention), leaning=leaning, parted=parted)

    def _resolve(self, claim: Claim, mention: Mention, words: str, previous: When | None) -> When | None:
        year = self._years[claim.sentence] if self._day is None else None
        past = not self._ahead(claim, mention)
        return resolve_time(words, report_day=self._day, previous=previous, past=past, year=year, country=self._country)

    def _counted(self, claim: Claim, mention: Mention, offset: re.Match[str], previous: When | None) -> When | None:
        """Read "six weeks after": of the event that it introduces so long before the rest, of any other so long after it."""
        introduced = self._introduced(claim, mention, offset)
        later = (offset["side"].lower() == "after") is not introduced
        if introduced:
            base = self._told_beside(mention) or previous or _on(self._day)
        else:
            base = previous if later else self._told_before(mention, previous)
        words = f"{offset['length']} {'later' if later else 'earlier'}"
        return self._resolve(claim, mention, words, base) if base else None

    def _introduced(self, claim: Claim, mention: Mention, offset: re.Match[str]) -> bool:
        """Tell whether a claim is what "after" or "before" introduces, up to the comma where the sentence begins so."""
        if mention.sentence != claim.sentence or len(mention.text) > offset.end():
            return False
        text, start, own = (
            self._text(mention),
            self._start(mention.evidence, mention.sentence),
            self._start(claim.anchor, claim.sentence),
        )
        end = start + offset.end()
        return own >= end and bool(_CLAUSE.match(text, end)) and (start > _OPENING or "," not in text[end:own])

    def _lasting(self, claim: Claim, best: _Option | None, previous: When | None) -> When | None:
        """Read how long something has lasted, back from the day told beside it, else from the last one told."""
        if best and (best.when.precision is not TimePrecision.DAY or best.when.first is None):
            return None
        for mention in claim.having(Role.TIME):
            words = self._whole(mention)
            if mention.sentence != claim.sentence or (best and not _NTH_DAY.search(words)):
                continue
            if best and mention.score < best.mention.score - SURER:
                continue
            told = best.when if best else self._told_before(mention, previous)
            until = min((day for day in (told.first if told else None, self._day) if day), default=None)
            if until and (when := resolve_length(words, until=until)):
                return replace(when, evidence=(mention.evidence,))
        return None

    # --- the words about a time ------------------------------------------------------------------------------------------

    def _says(self, claim: Claim, mention: Mention) -> bool:
        """Tell whether a time follows a word of saying that is not the event itself."""
        text, start = self._text(mention), self._start(mention.evidence, mention.sentence)
        for cue in claim.having(Role.CUE):
            at = self._start(cue.evidence, cue.sentence)
            end = at + len(cue.text)
            anchored = any(at <= anchor < start for anchor in self._anchors[cue.sentence])
            if cue.sentence == mention.sentence and end < start and not anchored and _SAID.fullmatch(text, end, start):
                return True
        return False

    def _parted(self, claim: Claim, mention: Mention) -> bool:
        """Tell whether another event's word stands between ("captured it in May, shelled it on Monday")."""
        if mention.sentence != claim.sentence:
            return False
        low, high = sorted((self._start(mention.evidence, claim.sentence), self._start(claim.anchor, claim.sentence)))
        return any(low < anchor < high for anchor in self._anchors[claim.sentence])

    def _anothers(self, mention: Mention) -> bool:
        """Tell whether a time is much more likely that of another event than of this one."""
        return mention.score < _UNLIKELY and self._score[mention.evidence] > mention.score + SURER

    def _set_apart(self, claim: Claim, mention: Mention) -> bool:
        """Tell whether a time is that of an act which the sentence sets apart in time from this one.

        "Detained on Thursday over the murder": not the murder's day. "Agreed on a truce after clashes on Thursday": not the
        truce's. Where one act of force follows another ("killed after gunmen attacked on Monday") both are one happening.
        """
        if mention.sentence != claim.sentence:
            return False
        own, time = self._start(claim.anchor, claim.sentence), self._start(mention.evidence, mention.sentence)
        others = [at for at in self._anchors[claim.sentence] if at != own]
        low, high = sorted((own, time))
        for name in ("behind", "backward"):
            for cue in _either(name).finditer(self._text(mention), low, high):
                if name == "behind":
                    return True
                between = [at for at in others if (cue.end() <= at if own < time else at < cue.start())]
                nearest = min(between, key=lambda at: abs(at - time), default=None)
                if nearest is None or abs(nearest - time) > abs(own - time):
                    continue
                if not (self._violent[claim.sentence, own] and self._violent[claim.sentence, nearest]):
                    return True
        return False

    def _ahead(self, claim: Claim, mention: Mention) -> bool:
        """Tell whether a time is one to come: of a plan, of what "will" be and has not happened, or a far deadline."""
        if claim.status is Status.PLANNED:
            return True
        before = self._before(mention)
        if claim.status is not Status.HAPPENED and _either("ahead").search(_CLAUSES.split(before)[-1]):
            return True
        deadline = re.search(r"\w+\s+$", before)
        return bool(deadline and _either("deadline").match(deadline[0])) and self._comes_sooner(mention.text)

    def _comes_sooner(self, words: str) -> bool:
        """Tell whether a day without a year is nearer as one to come than as one gone by; a weekday never is."""
        gone, coming = (resolve_time(words, report_day=self._day, past=past) for past in (True, False))
        if not (gone and coming and gone.first and coming.first and self._day):
            return False
        return (coming.first - gone.first).days > _WEEK_DAYS and coming.first - self._day < self._day - gone.first

    def _whole(self, mention: Mention) -> str:
        """The words of a time, with those that they go on in where they need them."""
        start = self._start(mention.evidence, mention.sentence)
        end = start + len(mention.text)
        for one in self._expressions(mention.sentence):
            if one.start <= start and end <= one.end and one.end - one.start > end - start:
                goes_on = one.start == start and _OFFSET.match(one.text) and not _OFFSET.match(mention.text)
                return one.text if goes_on or self._is_finer(one.text, mention.text) else mention.text
        return mention.text

    def _is_finer(self, words: str, part: str) -> bool:
        """Tell whether words give a time more exactly than a part of them does ("June 12", "June")."""
        whole, cut = self._dated(words), self._dated(part)
        return cut is None or (whole is not None and _GRAINS.index(whole.precision) < _GRAINS.index(cut.precision))

    # --- what is told about it -------------------------------------------------------------------------------------------

    def _told_before(self, mention: Mention, previous: When | None) -> When | None:
        """The time that stands before one in its sentence, else the day of the event before, else the day last named."""
        start = self._start(mention.evidence, mention.sentence)
        here = [w for one in self._expressions(mention.sentence) if one.end <= start and (w := self._dated(one.text))]
        if here or previous:
            return here[-1] if here else previous
        for sentence in range(mention.sentence - 1, max(mention.sentence - TOLD_SENTENCES - 1, -1), -1):
            named = [w for one in self._expressions(sentence) if (w := self._dated(one.text))]
            days = [when for when in named if when.precision is TimePrecision.DAY]
            if days:
                return days[-1]
        return None

    def _told_beside(self, mention: Mention) -> When | None:
        """The time that stands nearest to one in its sentence."""
        start = self._start(mention.evidence, mention.sentence)
        others = [
            one for one in self._expressions(mention.sentence) if one.end <= start or one.start >= start + len(mention.text)
        ]
        others.sort(key=lambda one: min(abs(one.start - start), abs(one.end - start)))
        return next((when for one in others if (when := self._dated(one.text))), None)

    def _dated(self, words: str) -> When | None:
        when = resolve_time(words, report_day=self._day, country=self._country)
        return when if when and when.first else None

    @cached_property
    def _years(self) -> list[int | None]:
        """The year that each sentence of an undated report speaks of: that of the full date last told, else the first told.

        That holds for a history, which tells a full date or years in several sentences. In other reports a year, most often of
        some background, reaches no further than the next sentence, and a later "October 4" is of a year that is not known.
        """
        told: list[int | None] = []
        whole = False
        for sentence in self._article.sentences:
            year = None
            for expression in self._expressions(sentence.index):
                when = resolve_time(expression.text, report_day=None)
                if when is not None and when.first and when.last and when.first.year == when.last.year:
                    year = when.first.year
                    whole = whole or when.first == when.last
            told.append(year)
        history = whole or sum(year is not None for year in told) >= _HISTORY_SENTENCES
        years: list[int | None] = []
        for number, year in enumerate(told):
            before = (years[-1] if history else told[number - 1]) if number else None
            years.append(year if year is not None else before)
        first = next((year for year in years if year is not None), None) if history else None
        return [first if year is None else year for year in years]

    def _expressions(self, sentence: int) -> list[TimeExpression]:
        if sentence not in self._found:
            self._found[sentence] = find_times(self._article.sentences[sentence].text)
        return self._found[sentence]

    def _start(self, evidence: Evidence, sentence: int) -> int:
        return evidence.span.start - self._article.sentences[sentence].span.start

    def _text(self, mention: Mention) -> str:
        return self._article.sentences[mention.sentence].text

    def _before(self, mention: Mention) -> str:
        return self._text(mention)[: self._start(mention.evidence, mention.sentence)]


def _best(claim: Claim, options: Sequence[_Option]) -> _Option | None:
    if not options:
        return None
    nearest = min(abs(one.mention.sentence - claim.sentence) for one in options)
    near = [one for one in options if abs(one.mention.sentence - claim.sentence) == nearest]
    own = [one for one in near if not one.saying] or near
    surest = max(one.mention.score for one in own)
    sure = [one for one in own if one.mention.score >= surest - SURER]
    return min(sure, key=lambda one: (one.leaning, one.parted, _GRAINS.index(one.when.precision), -one.mention.score))


def _on(day: dt.date | None) -> When | None:
    return When(first=day, last=day, precision=TimePrecision.DAY, basis=TimeBasis.REPORT_DATE) if day else None


@cache
def _either(name: str) -> re.Pattern[str]:
    """Return a pattern for any of the words under ``[about]`` in ``packs/dates.toml``."""
    words = sorted(grammar().about[name], key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)

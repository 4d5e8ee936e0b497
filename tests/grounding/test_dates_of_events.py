"""Which of the times in a report is an event's own: hand-made claims, whose words stand in invented sentences."""

from __future__ import annotations

import datetime as dt

import pytest
from builders import make_article, words

from dateline.grounding.date_choice import choose_times
from dateline.model import Claim, EventType, Mention, Role, Status

DAY = dt.date(2016, 10, 14)  # a Friday


def claim(article, anchor, sentence, times, *, cues=(), status="happened"):
    """Return a claim whose times are words with a score, or words alone for 0.9; its sentence is given by number."""
    scored = [(time, 0.9) if isinstance(time, str) else time for time in times]
    mentions = [
        Mention(evidence=words(article, quote)[0], role=Role.TIME, sentence=_sentence_of(article, quote), score=score)
        for quote, score in scored
    ]
    mentions += [Mention(evidence=words(article, cue)[0], role=Role.CUE, sentence=sentence) for cue in cues]
    return Claim(
        index=0,
        sentence=sentence,
        anchor=words(article, anchor)[0],
        type=EventType.ARMED_ATTACK,
        status=Status(status),
        mentions=tuple(mentions),
    )


def _sentence_of(article, quote):
    at = words(article, quote)[0].span.start
    return next(one.index for one in article.sentences if one.span.start <= at < one.span.end)


def days(text, *claims, day=DAY, country=None):
    """Return first and last day of each claim, given as ``(anchor, times, options)`` of the one sentence."""
    article = make_article(None, (text,), published=day)
    made = [claim(article, anchor, 0, times, **options) for anchor, times, options in claims]
    return [one.when and (str(one.when.first), str(one.when.last)) for one in choose_times(article, made, day, country)]


def one(text, anchor, times, **options):
    return days(text, (anchor, times, options))[0]


def on(first, last=None):
    return (first, last or first)


@pytest.mark.parametrize(
    "text, anchor, times, cues, wanted",
    [
        ("Gunmen killed five men on Monday, police said on Tuesday.", "killed", ["Monday", "Tuesday"], ["said"], on("2016-10-10")),
        ("The army said on Tuesday that it killed two men on Monday.", "killed", ["Tuesday", "Monday"], ["said"], on("2016-10-10")),
        ("The army told reporters late on Tuesday that it killed two.", "killed", ["Tuesday"], ["told"], on("2016-10-11")),
        ("It said on Thursday that it killed a man in May.", "killed", [("Thursday", 0.9), ("May", 0.8)], ["said"],
         on("2016-05-01", "2016-05-31")),
    ],
)  # fmt: skip
def test_the_time_of_saying_gives_way(text, anchor, times, cues, wanted):
    assert one(text, anchor, times, cues=cues) == wanted


def test_a_time_that_the_reader_hardly_believes_gives_way():
    text = "A bomb on Tuesday killed 30 in the town that the group left in August."
    assert one(text, "left", [("Tuesday", 0.4), ("August", 0.7)]) == on("2016-08-01", "2016-08-31")


def test_another_event_between_parts_a_time_from_its_event():
    text = "The rebels, who captured the port last month, shelled the city on Wednesday."
    both = ["last month", "Wednesday"]
    assert days(text, ("captured", both, {}), ("shelled", both, {})) == [on("2016-09-01", "2016-09-30"), on("2016-10-12")]


def test_after_is_so_long_before_the_rest_for_what_it_introduces():
    text = "Army jets hit the camp on Thursday, three days after rebels seized the post."
    assert days(text, ("hit", ["Thursday"], {}), ("seized", ["three days"], {})) == [on("2016-10-13"), on("2016-10-10")]


def test_after_at_the_head_of_a_sentence_introduces_up_to_the_comma():
    text = "Two days after rebels seized the post, army jets hit it on Thursday."
    found = days(text, ("seized", ["Two days"], {}), ("hit", ["Thursday"], {}))
    assert found == [on("2016-10-11"), on("2016-10-13")]


def test_after_is_so_long_after_the_time_told_before_for_all_else():
    article = make_article(
        None, ("A blast killed two on 4 May.", "Police arrested a man nine days after the blast."), published=DAY
    )
    claims = [claim(article, "killed", 0, ["4 May"]), claim(article, "arrested", 1, ["nine days after the blast"])]
    assert [one.when.first for one in choose_times(article, claims, DAY)] == [dt.date(2016, 5, 4), dt.date(2016, 5, 13)]


def test_the_previous_day_is_counted_from_the_time_before_it_in_the_sentence():
    text = "The army declared on Wednesday that it had retaken the town the previous day."
    assert one(text, "retaken", ["the previous day"]) == on("2016-10-11")


def test_the_previous_day_is_found_sentences_back():
    article = make_article(None, ("The talks closed on 4 May.", "Guards shot two men the next day."), published=DAY)
    assert choose_times(article, [claim(article, "shot", 1, ["the next day"])], DAY)[0].when.first == dt.date(2016, 5, 5)


@pytest.mark.parametrize(
    "text, anchor, times, wanted",
    [
        ("At least 40 died in four days of fighting.", "fighting", ["four days"], on("2016-10-10", "2016-10-14")),
        (
            "Fighting raged for a third day on Thursday.",
            "Fighting",
            ["a third day", "Thursday"],
            on("2016-10-11", "2016-10-13"),
        ),
        ("Police held him for two days on Monday.", "held", ["two days", "Monday"], on("2016-10-10")),
        ("Five judges were killed in two months.", "killed", ["two months"], on("2016-08-01", "2016-10-14")),
    ],
)
def test_lengths_tell_when_it_began(text, anchor, times, wanted):
    assert one(text, anchor, times) == wanted


@pytest.mark.parametrize(
    "text, anchor, times, status, wanted",
    [
        ("They will march on Saturday.", "march", ["Saturday"], "planned", on("2016-10-15")),
        ("Police foiled a plot to bomb the fair on New Year's Eve.", "bomb", ["New Year's Eve"], "foiled", on("2016-12-31")),
        ("Police foiled an attack on Tuesday.", "attack", ["Tuesday"], "foiled", on("2016-10-11")),
        ("The rulers agreed to leave by November 30.", "leave", ["November 30"], "happened", on("2016-11-30")),
        ("The camp had been emptied by September 30.", "emptied", ["September 30"], "happened", on("2016-09-30")),
    ],
)
def test_times_to_come_are_told_by_status_and_words(text, anchor, times, status, wanted):
    assert one(text, anchor, times, status=status) == wanted


def test_a_time_of_its_own_sentence_comes_before_one_of_another():
    article = make_article(None, ("On 3 May shells fell.", "Two men were killed in June."), published=DAY)
    assert choose_times(article, [claim(article, "killed", 1, ["3 May", "June"])], DAY)[0].when.first == dt.date(2016, 6, 1)


def test_days_of_the_country_are_read_for_the_report():
    assert days("Gunmen fired on the Independence Day parade.", ("fired", ["Independence Day"], {}), country="KEN") == [
        on("2015-12-12")
    ]
    assert days("Gunmen fired on the Independence Day parade.", ("fired", ["Independence Day"], {})) == [None]


def test_evidence_is_the_words_that_the_reader_gave():
    article = make_article(None, ("Jets hit the camp, three days after rebels seized it.",), published=DAY)
    (time,) = choose_times(article, [claim(article, "seized", 0, ["three days"])], DAY)
    assert [evidence.quote for evidence in time.when.evidence] == ["three days"]


def test_no_words_no_time():
    assert one("Gunmen killed five men.", "killed", []) is None


@pytest.mark.parametrize(
    "text, anchor, other, time",
    [
        (
            "Detectives detained two men on Thursday in connection with the murder of a priest.",
            "murder",
            "detained",
            "Thursday",
        ),
        (
            "On Thursday a court remanded the driver suspected of taking part in the kidnapping.",
            "kidnapping",
            "remanded",
            "Thursday",
        ),
    ],
)
def test_the_day_of_what_followed_an_act_is_not_the_acts(text, anchor, other, time):
    article = make_article(None, (text,), published=DAY)
    made = [claim(article, other, 0, [time]), claim(article, anchor, 0, [(time, 0.4)])]
    first, second = choose_times(article, made, DAY)
    assert first.when is not None
    assert (second.when, second.apart) == (None, True)


def test_a_day_told_by_its_number_reaches_back_from_the_day_beside_it():
    text = "Marchers filled the square for a third day on Monday."
    assert one(text, "filled", ["a third day on Monday"]) == on("2016-10-08", "2016-10-10")


def test_a_month_that_a_day_was_cut_off_is_read_with_it():
    assert one("A curfew has been in force since June 12.", "curfew", ["June"]) == on("2016-06-12")


def test_a_time_says_how_its_words_lean():
    text = "The army said on Tuesday that shells had fallen at dawn."
    article = make_article(None, (text,), published=DAY)
    (dawn,) = choose_times(article, [claim(article, "fallen", 0, ["dawn"])], DAY)
    (said,) = choose_times(article, [claim(article, "fallen", 0, ["Tuesday"], cues=["said"])], DAY)
    assert (dawn.leaning, dawn.saying) == (True, False)
    assert (said.leaning, said.saying) == (False, True)

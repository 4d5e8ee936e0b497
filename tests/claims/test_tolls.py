"""Which tolls belong to which claim, on hand-made claims."""

import importlib.util
import json
from pathlib import Path

import pytest

from dateline.articles import make_article
from dateline.claims.tolls import ArticleTolls, NumberPhrase
from dateline.model import Claim, EventType, Span, Status, TollKind

CASES = [
    json.loads(line) for line in (Path(__file__).parents[1] / "cases" / "tolls.jsonl").read_text(encoding="utf-8").splitlines()
]


def load_eval():
    spec = importlib.util.spec_from_file_location("evals_counts", Path(__file__).parents[2] / "evals" / "counts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EVAL = load_eval()


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.xfail(strict=True) if case.get("gap") else ()) for case in CASES],
    ids=lambda case: case["text"],
)
def test_case(case):
    right, read = EVAL.judge_case(case)
    assert right, (case.get("tolls", case.get("events")), read)


def test_many_cases_are_held_back():
    held = sum(case.get("held_back", False) for case in CASES)
    assert len(CASES) >= 450
    assert held >= 450


@pytest.mark.parametrize(
    ("wanted", "found", "right"),
    [
        (["killed 3 men"], [("killed 3", "armed men")], True),
        (["killed 3 men"], [("killed 3", "women")], False),
        (["killed 3"], [("killed 3+", None)], False),
        (["killed 3"], [("killed 3", None), ("wounded 2", None)], False),
        ([], [], True),
    ],
)
def test_the_judge_of_the_cases_tells_right_from_wrong(wanted, found, right):
    assert EVAL.same_tolls(wanted, found) is right


def article_of(*sentences):
    return make_article("\n".join(sentences))


def claim(article, index, sentence, word, type_, **fields):
    at = article.sentences[sentence].text.index(word)
    start = article.sentences[sentence].span.start + at
    return Claim(
        index=index, sentence=sentence, anchor=article.evidence(Span(start=start, end=start + len(word))), type=type_, **fields
    )


def phrase(article, sentence, words, kind, score=0.9):
    start = article.sentences[sentence].text.index(words)
    return NumberPhrase(sentence=sentence, start=start, end=start + len(words), kind=kind, score=score)


def told(counts):
    return [(str(count.kind), count.best) for count in counts]


@pytest.mark.parametrize(
    ("words", "kind", "expected"),
    [
        ("nine", TollKind.WOUNDED, [("killed", 9)]),  # the rules know the kind better than the reader
        ("21", TollKind.KILLED, [("wounded", 21)]),
    ],
)
def test_the_rules_settle_the_kind(words, kind, expected):
    article = article_of("The blast killed nine people and wounded 21 in the port of Bosaso.")
    assert told(ArticleTolls(article).read(EventType.BOMBING, [phrase(article, 0, words, kind)])) == expected


def test_a_type_has_only_the_tolls_it_can_have():
    article = article_of("Police arrested 34 people over the plot against the governor of Bari.")
    tolls = ArticleTolls(article)
    number = [phrase(article, 0, "34", TollKind.KILLED)]
    assert told(tolls.read(EventType.ASSASSINATION, number)) == []
    assert told(tolls.read(EventType.ARREST, number)) == [("detained", 34)]


def test_ages_are_no_tolls():
    article = article_of("A bomb wounded a 14-year-old schoolboy in Qardho.")
    assert told(ArticleTolls(article).read(EventType.BOMBING, [phrase(article, 0, "14", TollKind.WOUNDED)])) == []


def test_a_toll_goes_to_the_claim_whose_word_governs_it():
    article = article_of("Rebels killed 24 soldiers near Bossembele, and the army answered with airstrikes.")
    tolls = ArticleTolls(article)
    counts = tuple(tolls.read(EventType.CLASH, [phrase(article, 0, "24", TollKind.KILLED, score=0.6)]))
    surer = tuple(tolls.read(EventType.AIRSTRIKE, [phrase(article, 0, "24", TollKind.KILLED, score=0.9)]))
    clash = claim(article, 0, 0, "killed", EventType.CLASH, counts=counts)
    strike = claim(article, 1, 0, "airstrikes", EventType.AIRSTRIKE, counts=surer)
    assert [told(one.counts) for one in tolls.share_out([clash, strike])] == [[("killed", 24)], []]


def test_a_missed_toll_goes_to_a_claim_of_its_own_sentence():
    article = article_of(
        "Soldiers opened fire on mourners in Harasta on Sunday and killed nine.", "Four people were killed in Douma."
    )
    shooting = claim(article, 0, 0, "opened fire", EventType.CRACKDOWN)
    missed = ArticleTolls(article).find_missed([shooting])
    assert told(missed[0]) == [("killed", 9)]
    (count,) = missed[0]
    assert article.quote(count.evidence.span) == count.evidence.quote == "nine"


@pytest.mark.parametrize(
    "sentence",
    [
        "The bomb went off in a town where 300 people have been killed since January.",
        "The blast came in a war that has killed 40,000 people.",
        "The attack was the latest of many; 120 soldiers were killed in the past two years.",
        "The raid brings the dead to 60 killed in three weeks of fighting.",
    ],
)
def test_the_figure_of_a_campaign_is_no_toll_of_one_act(sentence):
    article = article_of(sentence)
    word = next(word for word in ("bomb", "blast", "attack", "raid") if word in sentence)
    assert not ArticleTolls(article).find_missed([claim(article, 0, 0, word, EventType.BOMBING)])


def test_the_readers_word_on_a_campaign_stands_and_is_marked():
    article = article_of("Clashes since January have killed 300 people in Sool.")
    (count,) = ArticleTolls(article).read(EventType.CLASH, [phrase(article, 0, "300", TollKind.KILLED)])
    assert (count.best, count.aggregate) == (300, True)


def test_a_toll_in_a_sentence_of_its_own_goes_to_the_act_told_before():
    article = article_of("A bomb went off at a bank in Herat.", "The death toll rose to 23.", "Forty others were wounded.")
    missed = ArticleTolls(article).find_missed([claim(article, 0, 0, "bomb", EventType.BOMBING)])
    assert told(missed[0]) == [("killed", 23), ("wounded", 40)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Four people were killed in Douma.",  # another place
        "Last month, four people were killed by a mine.",
        "In 2014, 130 people were killed at a school.",
        "The war has killed 40,000 people.",
    ],
)
def test_what_is_told_of_another_act_is_not_carried_over(sentence):
    article = article_of("A bomb went off at a bank in Herat.", sentence)
    assert not ArticleTolls(article).find_missed([claim(article, 0, 0, "bomb", EventType.BOMBING)])


def test_a_bare_figure_takes_the_kind_told_before():
    article = article_of("The blast wounded nine people in the port.", "Residents put the figure at 14.")
    missed = ArticleTolls(article).find_missed([claim(article, 0, 0, "blast", EventType.BOMBING)])
    assert told(missed[0]) == [("wounded", 9), ("wounded", 14)]


def test_a_planned_act_takes_no_toll_from_the_next_sentence():
    article = article_of("The rebels threatened to bomb the port.", "Nine people were killed.")
    planned = claim(article, 0, 0, "bomb", EventType.BOMBING, status=Status.PLANNED)
    assert not ArticleTolls(article).find_missed([planned])


def test_what_the_reader_has_is_not_found_again():
    article = article_of("The blast killed nine people in the port of Bosaso.")
    tolls = ArticleTolls(article)
    counts = tuple(tolls.read(EventType.BOMBING, [phrase(article, 0, "nine", TollKind.KILLED)]))
    assert not tolls.find_missed([claim(article, 0, 0, "blast", EventType.BOMBING, counts=counts)])

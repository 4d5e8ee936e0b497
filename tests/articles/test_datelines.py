import datetime as dt
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.articles import make_article
from dateline.articles.datelines import find_dateline, read_day

CASES = [
    json.loads(line) for line in (Path(__file__).parents[1] / "cases/datelines.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["note"] or case["dateline"], marks=pytest.mark.xfail(strict=True) if case.get("gap") else ())
        for case in CASES
    ],
)
def test_case(case):
    article = make_article(case["text"])
    found = article.dateline
    quotes = {"dateline": found and article.quote(found.span)}
    for part in ("place", "date", "agency"):
        evidence = found and getattr(found, part)
        quotes[part] = evidence and evidence.quote
        assert evidence is None or article.quote(evidence.span) == evidence.quote
    assert quotes == {name: case[name] for name in quotes}
    assert article.published == (dt.date.fromisoformat(case["day"]) if case["day"] else None)
    assert article.published_basis == ("dateline" if case["day"] else None)


def test_the_dateline_stays_in_the_sentence():
    article = make_article("KABUL, Oct 14 (AFP) - A bomb killed two men. Nobody claimed it.")
    assert [sentence.text for sentence in article.sentences] == [
        "KABUL, Oct 14 (AFP) - A bomb killed two men.",
        "Nobody claimed it.",
    ]


def test_only_the_first_lines_are_read():
    assert find_dateline("A line of text.\n" * 10 + "KABUL, Oct 14 (AFP) - A bomb killed two men.") is None


@pytest.mark.parametrize(
    "words,day",
    [
        ("14 October 2016", dt.date(2016, 10, 14)),
        ("Oct. 14, 2016", dt.date(2016, 10, 14)),
        ("3 JAN 90", dt.date(1990, 1, 3)),
        ("3 Jan 05", dt.date(2005, 1, 3)),
        ("Sept 3rd 2005", dt.date(2005, 9, 3)),
        ("October 14", None),
        ("31 February 2016", None),
        ("Friday", None),
    ],
)
def test_read_day(words, day):
    assert read_day(words) == day


@given(st.text(max_size=300))
def test_parts_lie_in_the_dateline(text):
    found = find_dateline(text)
    if found is not None:
        for part in (found.place, found.date, found.agency):
            assert part is None or found.span[0] <= part[0] < part[1] <= found.span[1]


@pytest.mark.parametrize("piece", ["Aaa Bbb ", "AAA BBB ", "AAA, Bbb Ccc, ", "A.", "AAA (Bbb) ", "AAA, January 1, ", "Aa-"])
def test_no_text_takes_long(piece):
    text = (piece * 60 + "\n") * 6
    find_dateline(text)
    start = time.perf_counter()
    find_dateline(text)
    assert time.perf_counter() - start < 1.0

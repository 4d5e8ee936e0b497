"""Number words, counted people and tolls: the rules of docs/counts.md, as cases and as invariants."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.claims.counts import (
    NumberValue,
    complete_count,
    counted_people,
    find_counts,
    is_subgroup,
    merge_counts,
    read_number,
)
from dateline.model import TollKind

CASES = [
    json.loads(line) for line in (Path(__file__).parents[1] / "cases" / "counts.jsonl").read_text(encoding="utf-8").splitlines()
]
FRAMES = Path(__file__).parents[2] / "src" / "dateline" / "claims" / "frames.toml"
SHARED = Path(__file__).parents[3] / "shared" / "corpus"

WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        """
    at least more than up to about between and or 13 40 1,200 a an one two dozen hundreds of people soldiers children were
    killed wounded including among them no nobody - , . ; ( ) % km October 4 2014 year old half million the toll rose from
    dead who said on in
    """,
    )
)
SENTENCES = st.lists(WORDS, max_size=25).map(" ".join)


def as_list(value):
    return None if value is None else [value.low, value.best, value.high]


def marked(text):
    """Part a text into the plain sentence and the characters between the marks."""
    start, end = text.index("«"), text.index("»") - 1
    return text.replace("«", "").replace("»", ""), start, end


def answer(rule, text):
    if rule == "number":
        return as_list(read_number(text))
    if rule == "find":
        return [[c.kind.value, text[c.start : c.end], c.number.best, c.subgroup] for c in find_counts(text)]
    if rule == "merge":
        return {kind.value: as_list(value) for kind, value in merge_counts(find_counts(text)).items()}
    sentence, start, end = marked(text)
    if rule == "complete":
        span = complete_count(sentence, start, end)
        return sentence[slice(*span)] if span else None
    return {"counted": counted_people, "subgroup": is_subgroup}[rule](sentence, start, end)


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.xfail(strict=True) if case.get("gap") else ()) for case in CASES],
    ids=lambda case: f"{case['rule']}: {case['text']}",
)
def test_case(case):
    assert answer(case["rule"], case["text"]) == case["expect"], case.get("note")


def test_every_rule_has_cases():
    assert {case["rule"] for case in CASES} == {"number", "complete", "counted", "subgroup", "find", "merge"}


@given(st.integers(min_value=0, max_value=10**7))
def test_figures_are_read_as_they_stand(number):
    exact = NumberValue(low=number, best=number, high=number)
    assert read_number(f"{number}") == exact
    assert read_number(f"{number:,}") == exact
    assert read_number(f"{number:,} people") == exact


@given(st.integers(min_value=0, max_value=1000), st.integers(min_value=1, max_value=1000))
def test_a_range_has_its_middle_as_best(low, width):
    value = read_number(f"between {low} and {low + width}")
    assert value == NumberValue(low=low, best=(low + low + width) // 2, high=low + width)


@given(SENTENCES)
def test_found_counts_lie_in_the_sentence_and_keep_order(sentence):
    found = find_counts(sentence)
    for count in found:
        assert 0 <= count.start < count.end <= len(sentence)
        assert 0 <= count.predicate_start < len(sentence)
        assert count.who is None or count.who in sentence
        assert count.kind in TollKind
        number = count.number
        bounds = [bound for bound in (number.low, number.best, number.high) if bound is not None]
        assert bounds == sorted(bounds)


@given(SENTENCES, st.data())
def test_a_completed_count_holds_the_words_it_was_given_and_is_stable(sentence, data):
    start = data.draw(st.integers(min_value=0, max_value=len(sentence)))
    end = data.draw(st.integers(min_value=start, max_value=len(sentence)))
    span = complete_count(sentence, start, end)
    if span is not None:
        assert span[0] < end
        assert start < span[1]
        assert complete_count(sentence, *span) == span
        if not re.search(r"\b(?:19|20)\d\d\b", sentence[slice(*span)]):  # only the words around tell such a number from a year
            assert read_number(sentence[slice(*span)]) is not None


@given(st.text(max_size=120))
def test_any_text_is_read_without_an_error(text):
    read_number(text)
    find_counts(text)
    complete_count(text, 0, len(text))


@given(SENTENCES)
def test_subgroups_never_change_a_sum(sentence):
    found = find_counts(sentence)
    assert merge_counts(found) == merge_counts([count for count in found if not count.subgroup])


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"annotated reports are not at {SHARED}; the measured floor was not checked")
def test_numbers_of_the_annotated_reports_keep_their_floor():
    """The share measured was 0.98 with the corpus's own unevenness; a fall below 0.97 is a broken rule."""
    hits = total = 0
    for path in sorted((SHARED / "train").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for event in json.loads(line)["events"]:
                for toll in event.get("toll", []):
                    if toll.get("at"):
                        value = read_number(toll["at"][1].partition("#")[0])
                        hits += (value.best if value else None) == toll.get("best")
                        total += 1
    assert total > 4000
    assert hits / total > 0.97


def test_frames_name_lists_that_exist():
    data = tomllib.loads(FRAMES.read_text(encoding="utf-8"))
    kinds = {kind.value for kind in TollKind} | {"taken"}
    for frame in data["frame"]:
        assert frame["kind"] in kinds
        assert frame["verbs"], frame
        assert frame["joints"], frame
        assert set(frame["ends"]) <= set(data["ends"]), frame
        assert frame.get("who", "settled") in data["people"], frame
    assert set(data["ends"]) <= {end for frame in data["frame"] for end in frame["ends"]}


@pytest.mark.parametrize("text", [line["text"] for line in CASES if line["rule"] == "find"])
def test_a_toll_points_at_its_words(text):
    for found in find_counts(text):
        assert 0 <= found.start < found.end <= len(text)
        assert 0 <= found.predicate_start < len(text)

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.articles import split_sentences
from dateline.articles.sentences import MAX_CHARACTERS, find_paragraphs

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
CASES = [json.loads(line) for line in (ROOT / "tests/cases/sentences.jsonl").read_text(encoding="utf-8").splitlines()]
PIECES = st.sampled_from(
    [
        "a",
        "B",
        "The",
        "U.S",
        "Gen",
        "No",
        "12",
        ".",
        ". ",
        "...",
        "!",
        "?",
        '"',
        "“",
        "”",
        "’",
        "(",
        ")",
        "[2]",
        "[END]",
        " ",
        "\n",
        "\r\n",
        "\n\n",
        "-",
        "• ",
        "==",
        "/",
        "\u2028",
        "\u00a0",
        "word",
        ", ",
        "; ",
    ]
)


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case["note"], marks=pytest.mark.xfail(strict=True) if case.get("gap") else ()) for case in CASES],
)
def test_case(case):
    text = case["text"]
    assert [text[start:end] for start, end in split_sentences(text)] == case["sentences"]


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=120).map("".join)))
@settings(max_examples=250, deadline=None)
def test_every_character_belongs_to_one_trimmed_sentence(text):
    spans = split_sentences(text)
    covered = [0] * len(text)
    last = 0
    for start, end in spans:
        assert last <= start < end
        assert text[start:end] == text[start:end].strip()
        covered[start:end] = [count + 1 for count in covered[start:end]]
        last = end
    assert all(count == 1 for count, character in zip(covered, text, strict=True) if not character.isspace())
    assert all(count <= 1 for count in covered)


@given(st.lists(st.sampled_from(["word", "x" * 40, ",", ";", "1,200", "a"]), min_size=300, max_size=900).map(" ".join))
@settings(max_examples=10, deadline=None)
def test_long_sentences_are_cut(text):
    spans = split_sentences(text)
    assert len(spans) > 1 or len(text) <= MAX_CHARACTERS
    assert all(end - start <= MAX_CHARACTERS for start, end in spans)


def test_a_long_run_without_spaces_is_cut_at_the_limit():
    assert split_sentences("a" * 4_000) == [(0, 1_500), (1_500, 3_000), (3_000, 4_000)]


def test_a_cut_prefers_a_semicolon_then_a_comma_followed_by_a_space():
    text = "w " * 500 + "end; " + "v, " * 100 + "u " * 400
    assert text[: split_sentences(text)[0][1]].endswith("end;")
    text = "w " * 500 + "1,200 v, " + "u " * 400
    assert text[: split_sentences(text)[0][1]].endswith("v,")


@pytest.mark.parametrize("text", ["", " ", "\n\r\n\t\u2028"])
def test_no_sentences_in_blank_text(text):
    assert split_sentences(text) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_every_kind_of_line_end_parts_paragraphs(end):
    text = f"Army foils plot{end}Two men were held on Monday.{end}{end}Nobody was hurt, a spokesman for the army said."
    assert [text[start:stop] for start, stop in find_paragraphs(text)] == [line for line in text.split(end) if line]


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        ".",
        ". ",
        '"',
        'Abc.Def"',
        " ",
        "abc\n",
        "\n",
        ". [",
        ".]",
        "! ",
        "\n \t",
        ".[end ",
        "(a",
        "the quick brown fox runs on until the line is full and\n",
    ],
)
def test_time_is_linear(piece):
    def seconds(size):
        text = piece * (size // len(piece)) + "x"
        start = time.perf_counter()
        split_sentences(text)
        return time.perf_counter() - start

    seconds(10_000)
    small, large = min(seconds(10_000) for _ in range(3)), min(seconds(80_000) for _ in range(2))
    assert large < 40 * small + 0.1  # quadratic time would be 64 times as long


def test_annotated_reports_are_split_where_people_split_them():
    path = CORPUS / "gold" / "dev.jsonl"
    if not path.is_file():
        pytest.skip(f"the annotated reports are not here ({path})")
    right = found = wanted = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        sentences = [sentence.strip() for sentence in json.loads(line)["sentences"]]
        text = "\n".join(sentences)
        ends = {len("\n".join(sentences[: number + 1])) for number in range(len(sentences))}
        have = {end for _, end in split_sentences(text)}
        right, found, wanted = right + len(ends & have), found + len(have), wanted + len(ends)
    assert 2 * right / (found + wanted) > 0.97

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.articles import make_article
from dateline.articles.copies import fold

ONE = "Soldiers seized nine rifles in Kandal on Monday."
TWO = "A “local official” said two men were held."
MOSUL = Path(__file__).parents[3] / "shared" / "corpus" / "mosul_plot.txt"


def texts(article):
    return [sentence.text for sentence in article.sentences]


def test_a_sentence_that_stands_again_is_read_once():
    article = make_article(f'{ONE} {TWO}\n{ONE.upper()}\nA  "local official" said two men were held.')
    assert texts(article) == [ONE, TWO]
    assert [[article.quote(span) for span in sentence.repeats] for sentence in article.sentences] == [
        [ONE.upper()],
        ['A  "local official" said two men were held.'],
    ]


def test_short_sentences_may_be_said_twice():
    assert texts(make_article(f"Or else. {ONE} Or else.")) == ["Or else.", ONE, "Or else."]


def test_in_a_repeated_paragraph_short_sentences_are_copies_too():
    paragraph = f"{ONE} Or else."
    article = make_article(f"{paragraph}\n{TWO}\n{paragraph}")
    assert texts(article) == [ONE, "Or else.", TWO]
    assert [len(sentence.repeats) for sentence in article.sentences] == [1, 1, 0]


def test_the_title_as_first_line_is_read_once():
    article = make_article(f"Kandal raid\n{ONE}", title="KANDAL RAID")
    assert texts(article) == ["KANDAL RAID", ONE]
    assert article.sentences[0].span.field == "title"
    assert [article.quote(span) for span in article.sentences[0].repeats] == ["Kandal raid"]
    assert [sentence.index for sentence in article.sentences] == [0, 1]


def test_other_sentences_than_copies_stay():
    article = make_article(f"{ONE}\nSoldiers seized ten rifles in Kandal on Monday.")
    assert len(article.sentences) == 2
    assert not any(sentence.repeats for sentence in article.sentences)


@given(
    st.lists(st.sampled_from([ONE, TWO, "Or else.", "Nobody was hurt in the raid."]), min_size=1, max_size=12), st.booleans()
)
def test_sentences_and_their_repeats_cover_the_text(parts, titled):
    text = "\n".join(parts)
    article = make_article(text, title=parts[0] if titled else None)
    spans = [span for sentence in article.sentences for span in (sentence.span, *sentence.repeats) if span.field == "text"]
    covered = sorted((span.start, span.end) for span in spans)
    assert "".join(text[start:end] for start, end in covered) == text.replace("\n", "")
    assert [sentence.index for sentence in article.sentences] == list(range(len(article.sentences)))
    assert all(fold(article.quote(span)) == fold(s.text) for s in article.sentences for span in s.repeats)


def test_the_starting_report():
    if not MOSUL.is_file():
        pytest.skip(f"the starting report is not here ({MOSUL})")
    article = make_article(MOSUL.read_text(encoding="utf-8"))
    annotated = json.loads(MOSUL.with_suffix(".jsonl").read_text(encoding="utf-8"))["sentences"]
    assert texts(article) == annotated
    assert [len(sentence.repeats) for sentence in article.sentences] == [0, 0, 1, 1, 1, 1, 1, 1, 1]

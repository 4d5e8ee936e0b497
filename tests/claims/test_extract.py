"""Decoding: spans of mentions from scores, against a search of all paths."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dateline.articles import make_article
from dateline.claims.extract import _trimmed, find_spans
from dateline.model import Role


def best_path_by_search(scores, fresh):
    best, path = -np.inf, None
    for tags in itertools.product(range(3), repeat=len(scores)):
        legal = all(tag != 2 or (not fresh[i] and i > 0 and tags[i - 1] != 0) for i, tag in enumerate(tags))
        total = sum(scores[i][tag] for i, tag in enumerate(tags))
        if legal and total > best + 1e-9:
            best, path = total, tags
    return best, path


@given(arrays(np.float32, (6, 1, 3), elements=st.floats(-4, 0, width=16)), st.integers(1, 5), st.floats(0, 2, width=16))
def test_spans_are_the_best_path(tags, border, bias):
    sentence = np.array([0] * border + [1] * (6 - border))
    spans = [span for _, span in find_spans(tags, sentence, bias)]
    fresh = [i in (0, border) for i in range(6)]
    scores = tags[:, 0].copy()
    scores[:, 0] -= bias
    best, _ = best_path_by_search(scores, fresh)
    decoded = [0] * 6
    for first, last, score in spans:
        assert sentence[first] == sentence[last]
        assert 0 <= score <= 1.000001
        decoded[first] = 1
        decoded[first + 1 : last + 1] = [2] * (last - first)
    assert sum(scores[i][tag] for i, tag in enumerate(decoded)) == pytest.approx(best, abs=1e-3)


def test_a_claim_rests_on_the_words_of_the_report(coder):
    text = (
        "MAIDUGURI, Nigeria, May 6 (AFP) - Gunmen on motorbikes killed 12 farmers near Gashua on Monday, police said.\n"
        "Soldiers later arrested four suspects in the town, according to residents."
    )
    article = make_article(text, published="2024-05-07")
    reading = coder.read([article])[0]
    assert reading.claims
    for claim in reading.claims:
        evidence = [claim.anchor, *(m.evidence for m in claim.mentions), *(c.evidence for c in claim.counts)]
        evidence += [e for chain in claim.attributions for e in chain.evidence]
        for one in evidence:
            assert article.quote(one.span) == one.quote
    killed = next(claim for claim in reading.claims if claim.anchor.quote == "killed")
    assert next(mention.text for mention in killed.having(Role.AGENT)).startswith("Gunmen")
    assert [count.best for count in killed.counts] == [12]


def test_reading_again_gives_the_same(coder):
    article = make_article(
        "Rebels shelled the port of Hodeidah on Friday, killing three dockers. The government denied the attack."
    )
    assert coder.read([article]) == coder.read([article])


def test_an_article_without_events_has_none(coder):
    article = make_article("The bakery on the corner has a new oven. Its bread is said to be the best in the street.")
    assert coder.read([article])[0].claims == ()


def test_witnesses_in_the_sentence_after_speak_of_the_event(coder):
    text = "Gunmen killed 12 farmers near Gashua on Monday, the army said.\nResidents who were hiding nearby said the men had come on foot."
    article = make_article(text, published="2024-05-07")
    killed = next(claim for claim in coder.read([article])[0].claims if claim.anchor.quote == "killed")
    assert [chain.speaker_kind for chain in killed.attributions][-1] == "witness"
    for chain in killed.attributions:
        for one in chain.evidence:
            assert article.quote(one.span) == one.quote


@pytest.mark.parametrize(
    ("phrase", "kept"),
    [
        ("convoy of", "convoy"),
        ("the", ""),
        (", and gunmen", "gunmen"),
        ("the army", "the army"),
        ("residents who", "residents"),
    ],
)
def test_phrases_lose_what_no_noun_phrase_ends_with(phrase, kept):
    words = phrase.replace(",", ", ").split()
    first, last = _trimmed(words, 0, len(words) - 1)
    assert " ".join(words[first : last + 1]) == kept


def test_scoring_so_many_at_a_time_changes_nothing(coder, monkeypatch):
    text = "\n".join(
        f"Gunmen killed {n} farmers near Gashua on Monday, and soldiers arrested {n + 3} suspects in Nguru, police said."
        for n in range(2, 9)
    )
    article = make_article(text, published="2024-05-07")
    at_once = coder.read([article])
    monkeypatch.setattr("dateline.claims.network.PAIRS_AT_ONCE", 5)
    monkeypatch.setattr("dateline.claims.extract.ANCHORS_AT_ONCE", 3)
    in_parts = coder.read([article])
    assert len(at_once[0].claims) > 8
    assert [[m.text for m in claim.mentions] for claim in in_parts[0].claims] == [
        [m.text for m in claim.mentions] for claim in at_once[0].claims
    ]
    assert [(link.first, link.second) for link in in_parts[0].links] == [(link.first, link.second) for link in at_once[0].links]

"""Speakers, chains and certainty: the rules of docs/counts.md ("Who says so"), as cases and as invariants."""

import itertools
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.claims.stance import Chain, build_attributions, certainty, find_speakers, speaker_kind
from dateline.model import SpeakerKind, Status

CASES = [
    json.loads(line) for line in (Path(__file__).parents[1] / "cases" / "stance.jsonl").read_text(encoding="utf-8").splitlines()
]

WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        """
    police said told Reuters reported citing according to the rebels denied , ; . residents and a hospital official that
    who killed 12 people reportedly suspected quoted as saying by but while in Mosul on Monday he it ( RSF ) put at
    """,
    )
)
SENTENCES = st.lists(WORDS, max_size=25).map(" ".join)


def unmark(text):
    """Part a text into the plain sentence, the places of the sources and those of the cues, each kind in marks of its own."""
    plain, places, opened = "", {"«": [], "‹": []}, 0
    for mark in re.split(r"([«»‹›])", text):
        if mark in {"«", "‹"}:
            opened = len(plain)
        elif mark in {"»", "›"}:
            places["«" if mark == "»" else "‹"].append((opened, len(plain)))
        else:
            plain += mark
    return plain, places["«"], places["‹"]


def answer(case):
    text = case["text"]
    if case["rule"] == "kind":
        return speaker_kind(text).value
    if case["rule"] == "find":
        return [[text[start:end] for start, end in places] for places in find_speakers(text)]
    if case["rule"] == "certainty":
        chains = [Chain(speaker=speaker, cue=cue, hedges=tuple(hedges)) for speaker, cue, hedges in case["chains"]]
        return certainty(chains, Status(case["status"])).value
    chains = build_attributions(*unmark(text))
    return [[chain.speaker, chain.speaker_kind.value, list(chain.via), chain.cue, list(chain.hedges)] for chain in chains]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.xfail(strict=True) if case.get("gap") else ()) for case in CASES],
    ids=lambda case: f"{case['rule']}: {case['text']}",
)
def test_case(case):
    assert answer(case) == case["expect"], case.get("note")


def test_every_kind_of_speaker_has_cases():
    assert {case["expect"] for case in CASES if case["rule"] == "kind"} == {kind.value for kind in SpeakerKind}


@given(SENTENCES)
def test_speakers_found_lie_in_the_sentence_without_overlap(sentence):
    for places in find_speakers(sentence):
        assert all(0 <= start < end <= len(sentence) for start, end in places)
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(places))


@given(SENTENCES)
def test_every_speaker_given_stands_in_some_chain(sentence):
    sources, cues = find_speakers(sentence)
    chains = build_attributions(sentence, sources, cues)
    named = {name for chain in chains for name in (chain.speaker, *chain.via)}
    spans = {span for chain in chains for span in chain.spans}
    for start, end in sources:
        assert sentence[start:end] in named
        assert (start, end) in spans
    for chain in chains:
        assert list(chain.spans) == sorted(set(chain.spans))
        assert chain.speaker is None or chain.speaker in sentence


@given(st.text(max_size=120))
def test_any_text_is_read_without_an_error(text):
    sources, cues = find_speakers(text)
    build_attributions(text, sources, cues)
    speaker_kind(text)


def test_the_same_spans_in_any_order_make_the_same_chains():
    text, sources, cues = unmark("«Police» ‹said› the ‹suspected› gunmen fled; «the rebels» ‹said› they won.")
    assert build_attributions(text, sources[::-1], cues[::-1]) == build_attributions(text, sources, cues)

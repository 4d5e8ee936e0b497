"""The report that the project starts from, coded from its raw text with its repeated paragraphs. Read by path, never copied."""

from pathlib import Path

import pytest

from dateline.articles import make_article

REPORT = Path(__file__).parents[2] / "shared" / "corpus" / "mosul_plot.txt"

pytestmark = pytest.mark.skipif(
    not REPORT.is_file(), reason=f"SKIPPED: {REPORT} is absent, so the starting report is not tested"
)


@pytest.fixture(scope="module")
def events(coder):
    text = REPORT.read_text(encoding="utf-8")
    coded = coder.code([make_article(text, published="2016-10-14")])[0].events
    for event in coded:
        for anchor in event.anchors:
            assert text[anchor.span.start : anchor.span.end] == anchor.quote
    return coded


def only(events, type_, status):
    found = [event for event in events if (event.type, event.status) == (type_, status)]
    assert len(found) == 1, [(str(event.type), str(event.status), [a.quote for a in event.anchors]) for event in events]
    return found[0]


def names(parties):
    return " | ".join(who.name for who in parties)


def test_there_are_six_events(events):
    assert len(events) == 6


def test_the_mutiny_is_foiled(events):
    event = only(events, "mutiny", "foiled")
    assert event.place.name == "Mosul"
    assert len(event.anchors) >= 4


def test_58_were_executed_as_residents_told_reuters(events):
    event = only(events, "execution", "happened")
    assert names(event.agents) == "Islamic State"
    assert [(toll.kind, toll.low, toll.best, toll.high) for toll in event.tolls] == [("killed", 58, 58, 58)]
    assert event.place.name == "Mosul"
    assert any("Residents" in (claim.speaker or "") and "Reuters" in claim.via for claim in event.claims)


@pytest.mark.xfail(strict=True, reason="gap: the reader does not see that 'drowned' tells of the execution")
def test_the_drowning_is_the_execution(events):
    assert "drowned" in [anchor.quote for anchor in only(events, "execution", "happened").anchors]


@pytest.mark.parametrize("type_", ["raid", "seizure"])
def test_raid_and_seizure_are_dated(events, type_):
    event = only(events, type_, "happened")
    assert names(event.agents) == "Islamic State"
    assert event.objects
    assert event.time.first.isoformat() == event.time.last.isoformat() == "2016-10-04"
    assert event.place.country_code == "IRQ"


def test_the_takeover_was_two_years_back(events):
    event = only(events, "takeover", "happened")
    assert event.time.first.isoformat() == "2014-06-01"
    assert event.time.precision == "month"
    assert event.place.name == "Mosul"


def test_the_offensive_is_still_to_come(events):
    event = only(events, "takeover", "planned")
    assert event.place.name == "Mosul"
    assert {"Peshmerga"} & {who.name for who in event.supporters}


def test_the_offensive_is_the_iraqi_militarys(events):
    assert "Iraq" in names(only(events, "takeover", "planned").agents)


def test_repeated_paragraphs_are_read_once(events):
    offsets = [anchor.span.start for event in events for anchor in event.anchors]
    text = REPORT.read_text(encoding="utf-8")
    second = text.index("Reuters reported", text.index("Reuters reported") + 1)
    assert all(offset < second for offset in offsets)

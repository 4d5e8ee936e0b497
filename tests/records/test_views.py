"""What a person sees."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from builders import INFO, make_account, make_article
from hypothesis import given
from hypothesis import strategies as st

from dateline.model import Status
from dateline.records import views
from dateline.records.exports import record_of
from dateline.records.views import CodedReport, Mark, Shown, shown_of


def shown(account=None) -> list[Shown]:
    account = account or make_account()
    return [shown_of(event, account.article, INFO, number) for number, event in enumerate(account.events, start=1)]


def text_of(account=None) -> str:
    account = account or make_account()
    return views.plain(views.view_report(account, shown(account)))


def test_view_of_a_report_tells_all_there_is():
    text = text_of()
    for words in (
        "Rebels shell market in Karmel, killing at least 12",
        "Radio Sahra · published 2020-03-05T08:30:00Z · https://news.example/7 · wire-7",
        "shelling  happened · attributed · confidence 0.88 · evt_aaaa",
        "Northern Front, gunmen (backed by a neighbour state) → traders",
        "a crowded market; by mortars",
        "Karmel, Karmel District, Sahra, Kandara  (town, within 5 km, -12.5000 33.2500)",
        "2020-03-03  (day, counted from the report's day)",
        "killed 12+ traders (says Radio Sahra); killed 20",
        'residents (witness) via Radio Sahra: "reported", "reportedly"',
        "acled: Political violence / Battles / Armed clash · cameo: 190",
        "withdrawal  DENIED, said not to have happened",
        "--10-04  (day, stated in the report, year not known)",
    ):
        assert words in text


def test_events_are_numbered_in_reading_order():
    assert re.findall(r"^(\d+) ", text_of(), re.MULTILINE) == ["1", "2"]


@pytest.mark.parametrize("status", Status)
def test_only_what_happened_looks_as_if_it_had(status):
    account = make_account()
    account = replace(account, events=(replace(account.events[0], status=status),))
    (head,) = [line for line in views.view_event(shown(account)[0]) if line.label == "1"]
    mark = Mark.HAPPENED if status is Status.HAPPENED else Mark.NOT_HAPPENED
    assert [piece.mark for piece in head.pieces if piece.mark in {Mark.HAPPENED, Mark.NOT_HAPPENED}] == [mark]
    assert (status.upper() in head.text) == (status is not Status.HAPPENED)


def test_sentences_have_their_evidence_marked():
    passages = [line for line in views.view_event(shown()[0]) if line.label.strip() == "│"]
    title, first = passages
    assert [(piece.text, piece.mark) for piece in title.pieces] == [
        ("Rebels ", Mark.PLAIN),
        ("shell", Mark.ANCHOR),
        (" market in Karmel, killing at least 12", Mark.PLAIN),
    ]
    marked = {piece.text: piece.mark for piece in first.pieces}
    assert marked["Rebel fighters"] is Mark.AGENT
    assert marked["shelled"] is Mark.ANCHOR
    assert marked["a crowded market"] is Mark.THING
    assert marked["Karmel"] is Mark.PLACE
    assert marked["Tuesday"] is Mark.TIME
    assert marked[" traders"] is Mark.TARGET, "the figure lies inside the target and is seen over it"
    assert marked["Radio Sahra"] is Mark.SPEAKER


def test_sentences_without_evidence_are_not_shown():
    assert "Residents said" not in text_of()


def test_repeats_are_noted():
    once, twice = (make_account(make_article(repeats={1: count})) for count in (1, 2))
    assert "stands once more in the report" in text_of(once)
    assert "stands 2 more times in the report" in text_of(twice)
    assert "in the report)" not in "".join(line for line in text_of().splitlines() if "│" in line)


def test_report_without_title_or_events():
    account = replace(make_account(make_article(title=None, published=None, published_text=None), full=False), events=())
    text = text_of(account)
    assert text.startswith("Rebel fighters shelled a crowded market")
    assert "publication date not known" in text
    assert "no event of political violence found" in text


def test_publication_day_that_was_not_given_says_where_it_is_from():
    article = make_article(published_basis="dateline")
    assert "published 2020-03-05T08:30:00Z (from the dateline)" in text_of(make_account(article))


@given(st.text(max_size=40), st.text(min_size=1, max_size=80))
def test_no_text_of_a_report_reaches_the_screen_as_a_control_character(title, sentence):
    account = make_account(make_article(title=title, sentences=(sentence,)), full=False)
    text = text_of(account)
    lines = [views.table_line(each) for each in shown(account)]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text + "".join(lines))


def test_table_line_stands_under_its_heading():
    heading, line = views.table_heading(), views.table_line(shown()[0])
    for name, value in {
        "N": "1",
        "TYPE": "shelling",
        "STATUS": "happened",
        "WHEN": "2020-03-03",
        "WHERE": "Karmel, Kandara",
    }.items():
        assert line[re.search(rf"\b{name}\b", heading).start() :].startswith(value)
    assert line.endswith('"shell", "shelled"  wire-7  evt_aaaa')
    assert "\n" not in line


def test_shown_survives_json_and_a_bare_record_is_enough():
    first = shown()[0]
    assert Shown.from_json(json.loads(json.dumps(first.as_json())), 9) == first
    bare = Shown.from_json(first.record, 3)
    assert (bare.number, bare.record, bare.passages, bare.reasons) == (3, first.record, (), {})
    with pytest.raises(KeyError):
        Shown.from_json({"id": "x"}, 1)


# --- explain -------------------------------------------------------------------------------------------------------------


def test_reasons_name_every_field_with_its_words_and_why():
    text = views.plain(views.view_reasons(shown()[0]))
    for words in (
        'anchors     ["shell"] [title 7-12], ["shelled"] [15-22]',
        "why: the reader gave shelling 0.88",
        "Northern Front  (rebel_group, XKA, northern_front, registry: alias 'Northern Front')  from \"Rebel fighters\" [0-14]",
        "gunmen  (unknown, phrase)",
        'Karmel, Karmel District, Sahra, Kandara  (town, within 5 km, -12.5000 33.2500), from "Karmel"',
        "or Karmel, XZZ (1.5000 2.5000), score 0.12",
        "why: one place has this name",
        'killed 12+ traders (says Radio Sahra)  (low 12, best 12, high not told; side: targets)  from "at least 12"',
        "why: rule fight",
        "dateline 0.1.0, weights w-123456789abc, packs p-abcdef123456",
    ):
        assert words in text
    for name in shown()[0].record:
        if name not in {"id", "article_id", "article", "codes", "coder"}:
            assert re.search(rf"^  {name}\b", text, re.MULTILINE), name


def test_reasons_of_fields_that_are_no_record_fields_are_kept():
    first = replace(shown()[0], reasons={"link": "claims 1 and 3 share their place"})
    assert "claims 1 and 3 share their place" in views.plain(views.view_reasons(first))


def test_unknown_fields_are_said_to_be_unknown():
    text = views.plain(views.view_reasons(shown()[1]))
    assert re.search(r"^  place +not told$", text, re.MULTILINE)
    assert re.search(r"^  claims +the outlet's own voice$", text, re.MULTILINE)
    assert "reasons are not in a file of records" in text


# --- in a program and a notebook -----------------------------------------------------------------------------------------


def test_coded_report_is_a_sequence_of_events():
    account = make_account()
    report = CodedReport(account, INFO)
    assert len(report) == 2
    assert report[0] is account.events[0]
    assert report[-1] is account.events[1]
    assert report[:1] == account.events[:1]
    assert list(report) == list(account.events)
    assert report.article is account.article
    assert report.to_records() == [record_of(event, account.article, INFO) for event in account.events]


def test_coded_report_shows_itself():
    report = CodedReport(make_account(), INFO)
    assert repr(report) == text_of()
    assert "why: rule fight" in report.explain(1)
    with pytest.raises(IndexError, match="2 events; there is no event 3"):
        report.explain(3)


def test_html_is_escaped_and_marked():
    article = make_article(title="<script>alert(1)</script> & shell")
    page = CodedReport(make_account(article), INFO)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in page
    assert '<mark class="anchor" title="anchor">shelled</mark>' in page
    assert '<span class="agent" title="agent">Rebel fighters</span>' in page
    assert page.count("<div") == page.count("</div>")


def test_every_mark_has_a_style():
    page = views.html([])
    for mark in Mark:
        assert mark is Mark.PLAIN or f".dateline .{mark}{{" in page

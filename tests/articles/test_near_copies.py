"""Copies among reports: what is one and what is not, whatever the order and however few are looked at at a time."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from builders import INFO
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.articles import make_article
from dateline.articles.near_copies import Text, find_copies, sketch
from dateline.model import Account
from dateline.records.store import Entry, Store
from dateline.run.copying import last_finished_run, mark_copies

pytest.importorskip("rensa")

WORDS = [
    "army",
    "police",
    "town",
    "village",
    "road",
    "bridge",
    "market",
    "school",
    "convoy",
    "soldiers",
    "rebels",
    "fighters",
    "officials",
    "witnesses",
    "governor",
    "minister",
    "hospital",
    "border",
    "river",
    "camp",
    "attack",
    "clash",
    "raid",
    "patrol",
    "checkpoint",
    "rifle",
    "mortar",
    "truck",
    "house",
    "family",
    "night",
    "morning",
    "talks",
    "truce",
    "aid",
    "report",
    "statement",
]


def story(seed, sentences=14):
    """Return an invented report: sentences of random words, the same for the same seed."""
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randrange(12, 22))).capitalize() + "." for _ in range(sentences)]


def copies_of(texts, **days):
    made = [
        Text(id=name, text="\n".join(text) if isinstance(text, list) else text, day=days.get(name))
        for name, text in texts.items()
    ]
    return find_copies(sketch(made))


ONE = story(1)


@pytest.mark.parametrize(
    "copy",
    [
        ONE[:5],
        ONE[:2] + ONE[4:],
        ["Another headline for it", *ONE],
        [ONE[0], *reversed(ONE[1:])],
        ["GENEVA, Oct 14 (Agency) - " + ONE[0], *ONE[1:], "Reporting by the agency's desk."],
        ["The toll rose overnight, the governor told reporters on Friday.", *ONE, *story(99, 3)],
        [sentence.upper().replace(" ", "  ") for sentence in ONE],
    ],
    ids=["lead", "cut", "title", "order", "agency", "update", "print"],
)
def test_a_changed_copy_is_found(copy):
    assert set(copies_of({"a": ONE, "b": copy, **{f"o{n}": story(n) for n in range(2, 40)}})) | {"a", "b"} == {"a", "b"}
    assert len(copies_of({"a": ONE, "b": copy})) == 1


@pytest.mark.parametrize(
    "other",
    [
        story(2),
        story(2)[:7] + ONE[:1] + story(3)[:7],
        [ONE[0], *story(2)],
        [*story(5), *ONE[3:6], *story(6)],
    ],
    ids=["other", "quotes", "opening", "passage"],
)
def test_another_report_is_no_copy(other):
    assert copies_of({"a": ONE, "b": other}) == {}


def test_a_round_up_joins_none_of_the_reports_it_repeats():
    stories = {f"s{n}": story(n, 8) for n in range(4)}
    digest = ["Our daily round-up follows.", *(sentence for text in stories.values() for sentence in text)]
    assert set(copies_of({**stories, "digest": digest})) | {"s0", "digest"} == {"s0", "digest"}


def test_bulletins_with_one_opening_are_no_copies():
    opening = story(50, 4)
    assert copies_of({f"b{n}": [*opening, *story(n, 14)] for n in range(10)}) == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("No comment.", "no comment", True),
        ("No comment.", "No comment!?", True),
        ("Shots were heard.", "Shots were fired.", False),
    ],
)
def test_short_texts_must_be_the_same(one, other, same):
    assert bool(copies_of({"a": one, "b": other})) is same


def test_reports_far_apart_in_time_are_not_compared():
    texts = {"a": ONE, "b": ONE, "c": ONE}
    assert copies_of(texts, a="2016-01-01", b="2016-01-31") == {"b": "a", "c": "a"}
    assert copies_of({"a": ONE, "b": ONE}, a="2016-01-01", b="2016-02-01") == {}


def test_the_first_of_a_cluster_is_the_one_published_first_then_the_longest():
    texts = {"a": ONE, "b": ONE[:9], "c": [*ONE, "More of it."], "d": ONE}
    assert copies_of(texts, b="2016-10-02", c="2016-10-02", d="2016-10-05") == dict.fromkeys("abd", "c")
    assert copies_of(texts, b="2016-10-01", c="2016-10-02") == dict.fromkeys("acd", "b")


def test_nothing_gives_nothing():
    assert find_copies(sketch([])) == {}
    assert copies_of({"a": "", "b": " "}) in ({}, {"b": "a"}, {"a": "b"})


def collection(seed, size=24):
    """Return reports of which many are copies of others, on days near and far."""
    chance = random.Random(seed)
    texts = []
    for number in range(size):
        text = story(chance.randrange(size // 3), 8)
        way = chance.randrange(4)
        text = (
            text[: chance.randrange(3, 9)]
            if way == 0
            else [text[0], *reversed(text[1:])]
            if way == 1
            else [*text, *story(100 + number, 2)]
            if way == 2
            else text
        )
        day = f"2016-{chance.randrange(1, 7):02}-{chance.randrange(1, 28):02}" if chance.random() < 0.85 else None
        texts.append(Text(id=f"art_{chance.randrange(10**6):06}{number:02}", text="\n".join(text), day=day))
    return texts


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(seed, shuffler):
    texts = collection(seed)
    expected = find_copies(sketch(texts))
    assert expected
    shuffler.shuffle(texts)
    assert find_copies(sketch(texts)) == expected


@settings(max_examples=4)
@given(st.integers(0, 10**6), st.integers(3, 12))
def test_bit_by_bit_gives_what_all_at_once_gives(tmp_path_factory, seed, size):
    texts = collection(seed)
    with Store(tmp_path_factory.mktemp("copies") / "events.db", create=True) as store:
        for start in range(0, len(texts), size):
            since = last_finished_run(store)
            run_id = store.begin_run(INFO, {})
            accounts = [account_of(text) for text in texts[start : start + size]]
            store.add([Entry(key=f"doc_{account.article.id}", outcome=account) for account in accounts], run_id, INFO)
            store.end_run(run_id)
            mark_copies(store, since)
        little = {row["id"]: row["copy_of"] for row in store.rows("articles")}
        _, changed = mark_copies(store)
        assert changed == 0
        assert {copy: first for copy, first in little.items() if first} == find_copies(sketch(texts))


def account_of(text):
    article = replace(make_article(text.text, published=text.day), id=text.id)
    return Account(article=article, events=())


def test_a_run_that_was_stopped_is_looked_at_by_the_next(tmp_path):
    with Store(tmp_path / "events.db", create=True) as store:
        for number, (text, state) in enumerate([(ONE, "interrupted"), (ONE[:6], "interrupted"), (story(9), "finished")]):
            since = last_finished_run(store)
            run_id = store.begin_run(INFO, {})
            account = account_of(Text(id=f"art_{number}", text="\n".join(text), day="2016-10-14"))
            store.add([Entry(key=f"doc_{number}", outcome=account)], run_id, INFO)
            store.end_run(run_id, state)
            if state == "finished":
                assert mark_copies(store, since) == (3, 1)
        assert [row["copy_of"] for row in store.rows("articles")] == [None, "art_0", None]
        assert mark_copies(store, last_finished_run(store)) == (0, 0)

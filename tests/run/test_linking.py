"""Incidents in a database: the same whatever the steps, with their history, and the commands that show and compare them."""

import csv
import io
import json
import tempfile
from pathlib import Path

import pytest
from builders import INFO
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tellings import accounts_of, telling, toll, town

from dateline.cli import cli
from dateline.errors import InputError
from dateline.incidents import find_incidents
from dateline.model import PlacePrecision
from dateline.records.exports import record_of
from dateline.records.incident_records import event_of, incident_record
from dateline.records.store import Entry, Store
from dateline.run.linking import build_incidents, compare, find_incident, incidents_after, read_tellings

BOMB = "A car bomb exploded in the crowded Hafiz market of Karmel, killing 14 traders."


def market(name, **other):
    given_ = {
        "tolls": (toll(14),),
        "publisher": f"Paper {name}",
        "anchor": "exploded",
        "speakers": [("police", "official")],
    } | other
    return telling(name, BOMB, **given_)


TOLD = [
    market("a"),
    market("b", tolls=(toll(19),), published="2020-03-06"),
    telling("c", "Gunmen abducted a judge on the road to Osht.", type="abduction", anchor="abducted", place="Osht"),
    market("d", time="2020-03-25", published="2020-03-26", tolls=(toll(2),)),
    telling("e", "Three days of clashes and bombings in Sahra killed 60 people.", type="bombing", anchor="bombings", tolls=(toll(60),),
            place=town("Sahra", PlacePrecision.PROVINCE, uncertainty_km=90.0, geoname_id=50), time="2020-03-02..2020-03-04"),
]  # fmt: skip


def add(store, tellings):
    run = store.begin_run(INFO, {})
    store.add([Entry(key=f"doc_{account.article.id}", outcome=account) for account in accounts_of(tellings)], run, INFO)
    store.end_run(run)


def state(store):
    """Return all incidents but for what only history tells."""
    hidden = {"revision", "split_from"}
    return {record["id"]: {k: v for k, v in record.items() if k not in hidden} for record in store.incident_records()}


@pytest.fixture
def db(tmp_path):
    path = str(tmp_path / "events.db")
    with Store(path, create=True) as store:
        add(store, TOLD)
        build_incidents(store, INFO)
    return path


def test_an_event_comes_back_from_its_record_whole(account):
    for event in account.events:
        record = record_of(event, account.article, INFO)
        assert record_of(event_of(record), account.article, INFO) == record


def test_the_database_holds_what_the_same_events_give_in_memory(place):
    with Store(place, create=True) as store:
        add(store, TOLD)
        done = build_incidents(store, INFO)
        expected = {
            each.id: json.loads(json.dumps(incident_record(each))) for each in find_incidents(list(read_tellings(store)))
        }
        assert state(store) == expected
        assert (done.events, done.incidents, done.aggregates) == (5, 4, 1)
        assert store.count("incidents") == 4


@settings(max_examples=12)
@given(st.permutations(TOLD), st.lists(st.integers(1, 4), max_size=3))
def test_steps_and_order_change_nothing(told, cuts):
    with tempfile.TemporaryDirectory() as folder:
        with Store(str(Path(folder, "steps.db")), create=True) as store:
            for first, last in zip([0, *sorted(cuts)], [*sorted(cuts), len(told)], strict=True):
                add(store, told[first:last])
                build_incidents(store, INFO)
            by_steps = state(store)
        with Store(str(Path(folder, "once.db")), create=True) as store:
            add(store, TOLD)
            build_incidents(store, INFO)
            assert state(store) == by_steps


def test_building_again_changes_nothing(db):
    with Store(db) as store:
        before = list(store.incident_records())
        done = build_incidents(store, INFO)
        assert done.changed == done.retired == 0
        assert list(store.incident_records()) == before


def test_an_earlier_report_takes_the_incident_over_and_the_old_id_leads_to_it(db):
    with Store(db) as store:
        old = store.incident_of([TOLD[0].event.id])[TOLD[0].event.id]
        earlier = market("early", published="2020-03-03", tolls=(toll(3),))
        add(store, [earlier])
        done = build_incidents(store, INFO)
        new = store.incident_of([earlier.event.id])[earlier.event.id]
        assert new != old
        assert done.retired == 1
        assert store.incident_history(old)[-1]["merged_into"] == new
        record, trail = find_incident(store, old)
        assert (record["id"], trail) == (new, [old])
        assert len(record["event_ids"]) == 3


def test_an_incident_that_comes_out_of_another_says_so(tmp_path, monkeypatch):
    from dateline.run import linking

    path = str(tmp_path / "events.db")
    with Store(path, create=True) as store:
        add(store, TOLD[:2])
        build_incidents(store, INFO)
        (old,) = (record["id"] for record in store.incident_records())
        link = linking.link_sketches
        monkeypatch.setattr(linking, "link_sketches", lambda sketches: [[each] for group in link(sketches) for each in group])
        build_incidents(store, INFO)
        came = {record["id"]: record["split_from"] for record in store.incident_records()}
        assert len(came) == 2
        assert came.pop(old) is None
        assert set(came.values()) == {old}
        build_incidents(store, INFO)
        assert old in {record["split_from"] for record in store.incident_records()}


def test_copies_of_one_text_are_one_source(db):
    with Store(db) as store:
        store.set_copies({"art_b": "art_a"})
        build_incidents(store, INFO)
        (record, _) = find_incident(store, TOLD[0].event.id)
        assert record["sources"] == ["Paper a"]
        assert record["article_ids"] == ["art_a", "art_b"]


def test_runs_are_compared_by_their_states(db):
    with Store(db) as store:
        first = store.status(1).runs[0]["id"]
        add(store, [market("f", tolls=(toll(23),), published="2020-03-08")])
        second = build_incidents(store, INFO).run_id
        changes = compare(incidents_after(store, first), incidents_after(store, second))
        assert [change.kind for change in changes if "event_ids" in change.fields] == ["changed"]
        changed = next(change for change in changes if "event_ids" in change.fields)
        assert {"tolls", "timeline", "sources"} <= set(changed.fields)
        assert compare(incidents_after(store, second), incidents_after(store, second)) == []


def test_an_incident_with_another_id_is_found_again_by_its_articles(db):
    with Store(db) as store:
        before = {record["id"]: record for record in store.incident_records()}
    after = {
        f"{each}x": record | {"id": f"{each}x", "event_ids": [f"{e}x" for e in record["event_ids"]]}
        for each, record in before.items()
    }
    assert {change.kind for change in compare(before, after)} == {"changed"}


# --- commands ------------------------------------------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(cli, list(arguments), catch_exceptions=False)


def test_incidents_are_written_in_every_format(db, tmp_path):
    lines = [json.loads(line) for line in run("incidents", "--db", db, "--no-update").stdout.splitlines()]
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
    rows = list(csv.DictReader(io.StringIO(run("incidents", "--db", db, "--no-update", "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == [line["id"] for line in lines]
    assert {row["killed_best"] for row in rows} >= {"19", "2"}
    out = tmp_path / "incidents.geojson"
    assert run("incidents", "--db", db, "--output", str(out)).exit_code == 0
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert len(features) == len(lines)
    table = run("incidents", "--db", db, "--no-update", "--format", "table").stdout.splitlines()
    assert table[0].split()[:3] == ["ID", "TYPE", "GRADE"]
    assert len(table) == len(lines) + 1


def test_where_chooses_what_is_written(db):
    lines = run("incidents", "--db", db, "--no-update", "--where", "type=abduction").stdout.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["abduction"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--where", "colour=red"), 2, "there is no field 'colour'"),
        (("--output", "x.parquet"), 2, "incidents are not written as .parquet"),
    ],
)
def test_mistakes_are_told_in_one_line(db, arguments, code, told):
    result = run("incidents", "--db", db, *arguments)
    assert result.exit_code == code
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_show_tells_the_story(db):
    text = run("show", TOLD[0].event.id, "--db", db).stdout
    assert text.splitlines()[0].startswith("BOMBING  in Karmel, Sahra, Kandara  on 2020-03-03  killed 19")
    assert "14 (2020-03-05) → 19 (2020-03-06)" in text
    assert "19 (Paper b)" in text
    assert text.count(BOMB) == 2
    assert "2 independent sources" in text


def test_show_of_a_sum_names_its_parts(db):
    with Store(db) as store:
        (whole,) = (record for record in store.incident_records() if record["aggregate"])
    text = run("show", whole["id"][:12], "--db", db).stdout
    assert whole["aggregate"]["parts"]
    assert all(part in text for part in whole["aggregate"]["parts"])
    assert "killed 41 beyond what these have" in text


@pytest.mark.parametrize("incident", ["inc_nothing", 'inc_"x', "evt_nothing"])
def test_show_of_nothing_says_so(db, incident):
    result = run("show", incident, "--db", db)
    assert result.exit_code == InputError.exit_code
    assert f"has no incident {incident}" in result.stderr


def test_diff_lists_what_two_databases_differ_in(db, tmp_path):
    other = str(tmp_path / "other.db")
    with Store(other, create=True) as store:
        add(store, [*TOLD[:1], *TOLD[3:]])
        build_incidents(store, INFO)
    text = run("diff", other, db).stdout
    assert text.splitlines()[-1].startswith("1 gained, 0 lost, ")
    assert "+ inc_" in text
    records = [json.loads(line) for line in run("diff", db, other, "--json").stdout.splitlines()]
    assert [record["kind"] for record in records].count("lost") == 1


def test_diff_of_a_run_that_is_not_there(db):
    assert "has no run 99" in run("diff", "1", "99", "--db", db).stderr
    assert run("diff", "1", "2").exit_code == 2

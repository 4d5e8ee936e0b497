"""Opening a database: new, old, newer, foreign, damaged and forbidden ones; and frames."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from builders import INFO, make_account

import dateline
from dateline.errors import FilterError, MissingExtraError, StoreError
from dateline.records import database, tables
from dateline.records.store import Entry, Store

SECOND = '''"""A later step."""

import sqlalchemy as sa
from alembic import op

revision = "dateline_0002"
down_revision = "dateline_0001"


def upgrade() -> None:
    """Add a column."""
    op.add_column("articles", sa.Column("grade", sa.Text))
    {then}
'''


def filled(place):
    with Store(place, create=True) as store:
        store.add([Entry(key="doc_1", outcome=make_account())], store.begin_run(INFO, {}), INFO)
    return place


def columns_of(place, table="articles"):
    with Store(place) as store:
        return {column["name"] for column in sa.inspect(store._database._engine).get_columns(table)}


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Return a function that makes this Dateline a later one, whose tables have one more step."""

    def make(then="pass"):
        shutil.copytree(database.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / "migrations" / "versions" / "0002_later.py").write_text(SECOND.format(then=then))
        monkeypatch.setattr(database, "MIGRATIONS", tmp_path / "migrations")
        monkeypatch.setattr(tables, "VERSION", "dateline_0002")

    return make


# --- steps ---------------------------------------------------------------------------------------------------------------


def test_the_steps_end_in_the_tables_of_the_code(place):
    with Store(place, create=True) as store, store._database._engine.connect() as connection:
        settings = {"version_table": tables.VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=settings), tables.metadata) == []


def test_the_newest_step_is_the_version_of_the_code():
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.VERSION
    assert tables.VERSION in database._known_versions()


def test_an_old_database_is_brought_up_to_date_and_keeps_what_it_has(place, later, tmp_path):
    filled(place)
    later()
    assert "grade" in columns_of(place)
    with Store(place) as store:
        assert store.count("events") == 2
    copy = tmp_path / "events.db.dateline_0001.backup"
    if not place.startswith("postgresql"):
        with closing(sqlite3.connect(copy)) as before:
            assert before.execute("SELECT count(*) FROM events").fetchone() == (2,)
            assert before.execute(f"SELECT version_num FROM {tables.VERSION_TABLE}").fetchone() == ("dateline_0001",)


def test_a_step_that_fails_leaves_all_as_it_was(place, later, monkeypatch):
    filled(place)
    with monkeypatch.context():
        later(then='op.execute("no such statement")')
        with pytest.raises(StoreError, match="syntax error"):
            Store(place)
    monkeypatch.undo()
    assert "grade" not in columns_of(place)
    with Store(place) as store:
        assert store.count("events") == 2


def test_an_old_database_is_not_changed_by_reading(place, later):
    filled(place)
    later()
    with pytest.raises(StoreError, match=r"old tables .*dateline status --db"):
        Store(place, readonly=True)


def test_a_newer_database_is_refused(place):
    with Store(filled(place)) as store, store._database.writing() as connection:
        connection.execute(sa.text(f"UPDATE {tables.VERSION_TABLE} SET version_num = 'dateline_9999'"))
    with pytest.raises(StoreError, match=r"made by a newer version of Dateline .*pip install --upgrade"):
        Store(place, create=True)


def test_two_processes_may_make_a_database_at_once(place):
    code = "import sys; from dateline.records.store import Store; Store(sys.argv[1], create=True).close()"
    started = [subprocess.Popen([sys.executable, "-c", code, place], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [("", 0)] * 3
    with Store(place) as store:
        assert store.count("events") == 0


# --- files that are none -------------------------------------------------------------------------------------------------


def test_a_file_is_made_only_where_asked(tmp_path):
    with pytest.raises(StoreError, match=r"there is no database .*check the spelling"):
        Store(tmp_path / "events.db")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="there is no folder"):
        Store(tmp_path / "nowhere" / "events.db", create=True)
    with pytest.raises(StoreError, match="is a folder"):
        Store(tmp_path, create=True)


def test_other_files_are_left_alone(tmp_path):
    text, foreign, empty, broken = (tmp_path / name for name in ("text", "foreign", "empty", "broken"))
    text.write_text("Gunmen killed five policemen.")
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE songs (name)")
        connection.commit()
    empty.touch()
    broken.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    before = {path: path.read_bytes() for path in (text, foreign, broken)}
    for path, told in ((text, "no database"), (foreign, "another program .*songs"), (broken, "damaged|no database")):
        with pytest.raises(StoreError, match=told) as caught:
            Store(path, create=True)
        assert "\n" not in str(caught.value)
        assert path.read_bytes() == before[path]
    with pytest.raises(StoreError, match="holds no records of Dateline yet"):
        Store(empty)
    Store(empty, create=True).close()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("mysql://host/db", "no database that Dateline can use"),
        ("postgresql://user:secret@127.0.0.1:1/db", "the server cannot be reached"),
        ("postgresql://host:port/db", "no address of a database"),
    ],
)
def test_other_addresses_are_told(address, told):
    with pytest.raises(StoreError, match=told) as caught:
        Store(address, create=True)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_the_server_does_not_have(postgres_place):
    with pytest.raises(StoreError, match="no such database; make it first with: createdb"):
        Store(postgres_place.rpartition("/")[0] + "/nowhere", create=True)


def as_nobody(*words):
    """Open a database in a process that has given up the rights of root."""
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: another user can be had by root only")
    return subprocess.run([sys.executable, "-c", OPEN, *words], cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture
def readonly_folder():
    with tempfile.TemporaryDirectory() as folder:
        yield folder
        Path(folder).chmod(0o755)


OPEN = """
import os, sys
import alembic.command
from dateline.errors import StoreError
from dateline.records.store import Store
os.setegid(65534)
os.seteuid(65534)
try:
    with Store(sys.argv[1], create=sys.argv[2] == "create", readonly=sys.argv[2] == "read") as store:
        print(store.count("events"))
        if sys.argv[2] != "read":
            store.save_source("https://a.example")
except StoreError as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written(readonly_folder):
    place = f"{readonly_folder}/events.db"
    filled(place)
    Path(place).chmod(0o444)
    Path(readonly_folder).chmod(0o555)
    assert as_nobody(place, "read").stdout == "2\n"
    for words in ((place, "write"), (f"{readonly_folder}/new.db", "create")):
        done = as_nobody(*words)
        assert "may write" in done.stdout, done.stderr
        assert done.stdout.count("\n") == 1


def test_reading_only_writes_nothing(place):
    filled(place)
    with Store(place, readonly=True) as store:
        assert store.count("events") == 2
        with pytest.raises(StoreError, match="reading only"):
            store.begin_run(INFO, {})


def test_a_missing_library_is_told():
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\nfrom dateline.errors import MissingExtraError\n"
        "try:\n    import dateline.records.store\nexcept MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "a database needs SQLAlchemy; install it with: pip install 'dateline[collections]'\n"


# --- frames --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_frames_have_typed_columns(place, frame):
    pytest.importorskip(frame, reason=f"NOT TESTED: {frame} is not installed")
    found = dateline.read_database(filled(place), frame=frame)
    assert list(found["id"]) == ["evt_aaaa", "evt_bbbb"]
    assert "record" not in found.columns
    day, killed, lat = (list(found[name]) for name in ("first_day", "killed_best", "lat"))
    assert (day[0].date() if frame == "pandas" else day[0]) == dt.date(2020, 3, 3)
    assert (killed[0], lat[0]) == (12, -12.5)
    missing = found["killed_best"].isna() if frame == "pandas" else found["killed_best"].is_null()
    assert list(missing) == [False, True]
    assert [str(found[name].dtype) for name in ("killed_best", "lat")] == [
        "Int64",
        "float64" if frame == "pandas" else "Float64",
    ]


@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_frames_of_other_tables_and_of_nothing(tmp_path, frame):
    pytest.importorskip(frame, reason=f"NOT TESTED: {frame} is not installed")
    place = filled(tmp_path / "events.db")
    assert list(dateline.read_database(place, "articles", columns=["id", "text"], frame=frame).columns) == ["id", "text"]
    assert len(dateline.read_database(place, "claims", where="field=killed", frame=frame)) == 2
    empty, full = dateline.read_database(place, where="type=aid", frame=frame), dateline.read_database(place, frame=frame)
    assert len(empty) == 0
    assert list(empty.dtypes) == list(full.dtypes)


def test_what_is_wrong_with_a_frame_is_told(tmp_path, monkeypatch):
    place = filled(tmp_path / "events.db")
    with pytest.raises(FilterError, match="no column 'colour'; its columns are: id, article_id"):
        dateline.read_database(place, columns=["colour"])
    with pytest.raises(FilterError, match="no table 'runs'"):
        dateline.read_database(place, "runs")
    with pytest.raises(FilterError, match="one of: pandas, polars"):
        dateline.read_database(place, frame="numpy")
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtraError, match="pip install polars"):
        dateline.read_database(place, frame="polars")


# --- the page ------------------------------------------------------------------------------------------------------------


def test_the_page_tells_every_column():
    page = (Path(__file__).parent.parent.parent / "docs" / "database.md").read_text(encoding="utf-8")
    told = page.split("\n## Tables\n")[1]
    sections = {heading: text for heading, _, text in (part.partition("\n") for part in told.split("\n### ")[1:])}
    for name, table in tables.metadata.tables.items():
        (text,) = (text for heading, text in sections.items() if f"`{name}`" in heading)
        missing = [column.name for column in table.c if f"`{column.name}`" not in text]
        assert not missing, f"docs/database.md does not tell of {name}: {missing}"

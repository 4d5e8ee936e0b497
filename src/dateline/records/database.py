"""Opens a database, an SQLite file or a PostgreSQL address, and says in one line what goes wrong with it.

A new database is made, and an old one brought up to date, by the scripts in ``migrations`` (Alembic), in one transaction and
only by one process at a time. Before an old SQLite file is changed a copy is written beside it.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.errors import MissingExtraError, StoreError
from dateline.records import tables

import sqlalchemy as sa  # isort: skip - after tables, which says how to install it
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, make_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())  # what goes wrong is told once, by the errors raised here

BUSY_S = 60
"""Seconds that a process waits for another that writes to the same SQLite file."""
MIGRATIONS = Path(__file__).parent / "migrations"
_ALLOWED = "name a file (events.db) or an address (postgresql://USER:PASSWORD@HOST/DATABASE)"
_MIGRATING = 0x646C_6E65  # any number that other programs will not take for their advisory lock
_KEPT = "what was committed is kept; run the same command again to go on"


class Database:
    """An open database: gives connections that read, and transactions that write.

    Args:
        place: File or address.
        create: Make it where it is not there.
        readonly: Open it for reading only; an old one is then not brought up to date but refused.

    Raises:
        StoreError: It cannot be opened, is none of Dateline's, or was made by a newer Dateline.
        MissingExtraError: The library for its kind is not installed.
    """

    def __init__(self, place: str | Path, *, create: bool = False, readonly: bool = False) -> None:
        self.url = _url_of(place)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.name = str(self.url.database) if self.is_sqlite else self.url.set(drivername="postgresql").render_as_string()
        self.readonly = readonly
        if self.is_sqlite:
            _check_file(Path(self.name), create=create and not readonly)
        self._engine = self._open_engine()
        try:
            with self.told():
                self._bring_up_to_date(create=create)
                if self.is_sqlite and not readonly:
                    self._let_read_while_written()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of all connections; a database that is gone is no error here."""
        with contextlib.suppress(exc.SQLAlchemyError, OSError):
            self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees the database as it is now, whatever is written meanwhile."""
        with self.told(), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction: all that is written in it is kept, or nothing."""
        if self.readonly:
            raise StoreError(f"{self.name} is open for reading only")
        with self.told(), self._engine.execution_options(writing=True).begin() as connection:
            yield connection

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the database library raises into one line that says what to do."""
        try:
            yield
        except (exc.DBAPIError, sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.name}: {_told(error)}") from error

    # --- opening ---------------------------------------------------------------------------------------------------------

    def _open_engine(self) -> Engine:
        if not self.is_sqlite:
            try:
                return sa.create_engine(self.url, pool_pre_ping=True, pool_size=2)
            except ImportError as error:
                message = "PostgreSQL needs pg8000; install it with: pip install 'dateline[postgres]'"
                raise MissingExtraError(message) from error
        engine = sa.create_engine("sqlite://", creator=self._connect_sqlite, poolclass=sa.pool.QueuePool, pool_size=2)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _connect_sqlite(self) -> sqlite3.Connection:
        uri = Path(self.name).absolute().as_uri()
        if not self.readonly:
            return _set_up(sqlite3.connect(uri + "?mode=rw", uri=True, timeout=BUSY_S, check_same_thread=False))
        try:
            return _set_up(sqlite3.connect(uri + "?mode=ro", uri=True, timeout=BUSY_S, check_same_thread=False))
        except sqlite3.OperationalError:
            if _has_content(Path(self.name + "-wal")):
                raise
            # A file in a folder that may not be written: SQLite cannot make its index of the log, and there is no log.
            return _set_up(sqlite3.connect(uri + "?immutable=1", uri=True, check_same_thread=False))

    def _bring_up_to_date(self, *, create: bool) -> None:
        with self._engine.connect() as connection:
            version = self._version(connection)
        if version == tables.VERSION:
            return
        if version is None and not create:
            raise StoreError(
                f"{self.name} holds no records of Dateline yet; fill it with: dateline ingest SOURCE --db {self.name}"
            )
        if version is not None and version not in _known_versions():
            raise StoreError(
                f"{self.name} was made by a newer version of Dateline (tables {version}, this one knows {tables.VERSION}); "
                "use that version, or update with: pip install --upgrade dateline"
            )
        if self.readonly:
            raise StoreError(
                f"{self.name} has old tables ({version}) and is opened for reading only; bring it up to date with: "
                f"dateline status --db {self.name}"
            )
        if version is not None and self.is_sqlite:
            _back_up(Path(self.name), version)
        self._migrate()

    def _let_read_while_written(self) -> None:
        """Switch an SQLite file to a log of writes (WAL), for good; who finds another in the way leaves it to the next."""
        with contextlib.closing(self._connect_sqlite()) as connection, contextlib.suppress(sqlite3.OperationalError):
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")

    def _version(self, connection: Connection) -> str | None:
        """Return the version of the tables, or None where there are none yet."""
        names = set(sa.inspect(connection).get_table_names())
        if tables.VERSION_TABLE in names:
            found = connection.execute(sa.text(f"SELECT version_num FROM {tables.VERSION_TABLE}")).scalar()  # noqa: S608
            return None if found is None else str(found)
        clashes = names if self.is_sqlite else names & set(tables.metadata.tables)
        if clashes:
            raise StoreError(f"{self.name} is a database of another program (it has a table {min(clashes)}); name another --db")
        return None

    def _migrate(self) -> None:
        from alembic import command  # noqa: PLC0415 - heavy, and needed only when tables change
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.writing() as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
            config.attributes["connection"] = connection
            if self._version(connection) != tables.VERSION:
                command.upgrade(config, "head")


# --- addresses and files -------------------------------------------------------------------------------------------------


def _url_of(place: str | Path) -> URL:
    words = str(place)
    if "://" not in words:
        return URL.create("sqlite", database=words)
    try:
        url = make_url(words)
    except (exc.ArgumentError, ValueError) as error:
        raise StoreError(f"{words.partition('://')[0]}://… is no address of a database; {_ALLOWED}") from error
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+pg8000")
    if url.get_backend_name() not in {"postgresql", "sqlite"} or not url.database:
        raise StoreError(f"{url.render_as_string()} is no database that Dateline can use; {_ALLOWED}")
    return url


def _check_file(path: Path, *, create: bool) -> None:
    """Refuse what can be no SQLite file, and make an empty one where one is wanted."""
    try:
        if path.is_dir():
            raise StoreError(f"{path} is a folder; name a file inside it")
        if path.exists():
            with path.open("rb") as file:
                head = file.read(16)
            if head and head != b"SQLite format 3\0":
                raise StoreError(f"{path} is no database; name another file for --db")
        elif not create:
            raise StoreError(
                f"there is no database {path}; check the spelling, or make it with: dateline ingest SOURCE --db {path}"
            )
        elif not path.absolute().parent.is_dir():
            raise StoreError(f"{path} cannot be made: there is no folder {path.absolute().parent}; make it first")
        else:
            path.touch()
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or error
        raise StoreError(f"{path} cannot be opened ({words}); name a file in a folder that you may write") from error


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _set_up(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.isolation_level = None  # transactions are begun below, so that tables can be changed in one
        connection.execute("PRAGMA synchronous = FULL")  # what was committed outlives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction; one that writes takes its turn at once, so that it never fails half way for another's sake."""
    writes = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _back_up(path: Path, version: str) -> Path:
    """Write a copy of an SQLite file beside it, whole or not at all."""
    copy = path.with_name(f"{path.name}.{version}.backup")
    draft = path.with_name(f".{copy.name}.tmp")
    try:
        with contextlib.closing(sqlite3.connect(path)) as ours, contextlib.closing(sqlite3.connect(draft)) as theirs:
            ours.backup(theirs)
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)
    return copy


def _known_versions() -> set[str]:
    return {f"dateline_{path.stem.partition('_')[0]}" for path in (MIGRATIONS / "versions").glob("*.py")}


# --- what goes wrong -----------------------------------------------------------------------------------------------------

_FAULTS = (
    ("database or disk is full", f"the disk is full; free space. {_KEPT[0].upper()}{_KEPT[1:]}"),
    ("disk i/o error", f"the disk cannot be written or read (full, or a network drive?); {_KEPT}"),
    ("no space left on device", f"the disk is full; free space. {_KEPT[0].upper()}{_KEPT[1:]}"),
    ("could not extend file", f"the server's disk is full; free space. {_KEPT[0].upper()}{_KEPT[1:]}"),
    ("database is locked", f"another program has been writing to it for {BUSY_S} s; let it end, then run the command again"),
    ("readonly database", "it cannot be written; change its rights or name a file in a folder that you may write"),
    ("unable to open database file", "it cannot be opened; is its folder there, and may you write there?"),
    ("not a database", "it is no database, or damaged; name another file"),
    ("malformed", "the file is damaged; restore it from a copy, or run: sqlite3 FILE .recover"),
    ("password authentication failed", "the server does not accept this user and password; check both in the address"),
    ("no pg_hba.conf entry", "the server does not let this user in from here; ask who runs it"),
    ("permission denied", "this user may not make or change tables there; ask who runs the server for the right to"),
)
_GONE = f"the server cannot be reached, or went away; is it running? {_KEPT[0].upper()}{_KEPT[1:]}"
_LOST = ("connect", "network", "closed", "terminating", "shutting down", "starting up", "reset by peer", "broken pipe", "eof")


def _told(error: Exception) -> str:
    """Return in one line what went wrong and what to do."""
    cause: Any = error.orig if isinstance(error, exc.DBAPIError) and error.orig else error
    details = cause.args[0] if cause.args else ""
    words = str(details.get("M", details) if isinstance(details, dict) else cause)
    code = str(details.get("C", "")) if isinstance(details, dict) else ""
    if code == "3D000":
        return "the server has no such database; make it first with: createdb NAME"
    for sign, message in _FAULTS:
        if sign in words.lower():
            return message
    lost = getattr(error, "connection_invalidated", False) or code.startswith(("08", "57P"))
    if lost or isinstance(cause, OSError) or any(sign in words.lower() for sign in _LOST):
        return f"{_GONE} ({' '.join(words.split())})"
    return f"{' '.join(words.split())}; {_KEPT}"

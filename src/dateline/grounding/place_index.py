"""Builds the index of places: one SQLite file that is opened, not loaded.

From the shipped pack (``packs/places.tsv.xz`` and the hand-made tables beside it), or from a whole GeoNames dump.
"""

from __future__ import annotations

import contextlib
import itertools
import lzma
import os
import re
import sqlite3
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, NamedTuple

from dateline import knowledge
from dateline.errors import InputError, PackError
from dateline.grounding.place_names import PlaceKind, fold, read_countries, sound, split_names, table_rows, without_article

Progress = Callable[[int, int], None]
"""Called now and then with the steps done and the steps in all."""

FORMAT = 5
"""Version of the index; a change of its tables or of ``fold`` or ``sound`` raises it."""

PACK = "places.tsv.xz"
TABLES = ("countries.tsv", "regions.toml", "quarters.tsv", "divisions.tsv")

# --- building ------------------------------------------------------------------------------------------------------------

KINDS = tuple(PlaceKind)
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_ARAB = frozenset(
    "ARE BHR DZA EGY IRQ ISR JOR KWT LBN LBY MAR MRT OMN PSE QAT SAU SDN SYR TUN YEM".split()  # noqa: SIM905 (a list of codes)
)
"""Countries whose names come with and without the Arabic article: "al-Qaim", "Qaim"."""
_HEARD_BY_ALL = 20_000
"""Places of more people than this are found by the sound of all their names."""
_SCHEMA = """
CREATE TABLE meta (field TEXT PRIMARY KEY, value TEXT);
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT, kind INTEGER, country TEXT, admin1 INTEGER, admin2 INTEGER, lat REAL,
                    lon REAL, population INTEGER, radius REAL, seat INTEGER, city TEXT, countries TEXT);
CREATE TABLE name (key TEXT, place INTEGER, match INTEGER, PRIMARY KEY (key, place)) WITHOUT ROWID;
"""


class _Entry(NamedTuple):
    """One place on its way into the index (a tuple, for there are many).

    ``admin1`` and ``admin2`` are ids of entries, ``keys`` folded names, the ``main_keys`` best ones first.
    """

    id: int
    name: str
    kind: PlaceKind
    country: str
    lat: float
    lon: float
    keys: tuple[str, ...]
    main_keys: int = 1
    admin1: int | None = None
    admin2: int | None = None
    population: int = 0
    radius: float = 3.0
    seat: int = 0
    city: str | None = None
    countries: tuple[str, ...] = ()

    def row(self) -> tuple[Any, ...]:
        where = (self.country, self.admin1, self.admin2, self.lat, self.lon)
        what = (self.population, self.radius, self.seat, self.city, ";".join(self.countries))
        return (self.id, self.name, _KIND_NUMBERS[self.kind], *where, *what)

    def names(self) -> list[tuple[str, int, int]]:
        """Return key, id and how good a match it is; sound keys of a small town only for its main names."""
        found: dict[str, int] = {}
        for i, key in enumerate(self.keys):
            if key and key not in found:
                found[key] = int(i >= self.main_keys)
        if self.country in _ARAB:
            found = {bare: 1 for key in found if (bare := without_article(key))} | found
        heard = found if self.population > _HEARD_BY_ALL else self.keys[: self.main_keys]
        names = [(key, self.id, match) for key, match in found.items()]
        names += [(f"~{key}", self.id, 2) for key in {sound(key) for key in heard} if key]
        return names


def town_radius_km(population: int) -> float:
    """Return how far a town reaches from its point.

    A town of a million people covers about 10 km around its middle; the area grows about in proportion to the people. Villages
    and towns of unknown size: 2 km.
    """
    return min(25.0, max(1.5, 10.0 * (population / 1e6) ** 0.5)) if population else 2.0


def _write_index(entries: Iterable[_Entry], output: Path, total: int, progress: Progress | None) -> None:
    """Write an index under another name and move it into place: no reader ever sees a half-made one."""
    output.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{output.name}.", suffix=".part", dir=output.parent)
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as database:
            database.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA page_size=8192;" + _SCHEMA
            )
            database.execute("BEGIN")
            names = _insert_places(database, entries, total, progress)
            for part in names:
                database.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", part)
            database.execute("CREATE INDEX seat ON place (admin1) WHERE seat BETWEEN 1 AND 2")
            database.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
            database.execute("COMMIT")
        Path(temporary).replace(output)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if progress:
        progress(total, total)


_BATCH = 20_000
_SORTED_AT_ONCE = 4_000_000


def _insert_places(
    database: sqlite3.Connection, entries: Iterable[_Entry], total: int, progress: Progress | None
) -> Iterator[Any]:
    """Insert the entries and yield their names in sorted runs: names that arrive in order are written several times faster."""
    done = 0
    names: list[tuple[str, int, int]] = []
    entries = iter(entries)
    while batch := list(itertools.islice(entries, _BATCH)):
        database.executemany(
            "INSERT OR REPLACE INTO place VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", (entry.row() for entry in batch)
        )
        for entry in batch:
            names.extend(entry.names())
        done += len(batch)
        if progress:
            progress(min(done, total - 1), total)
        if len(names) > _SORTED_AT_ONCE:
            names.sort(key=itemgetter(0))
            yield names
            names = []
    names.sort(key=itemgetter(0))
    yield names


def _pack_entries(pack: Path) -> Iterator[_Entry]:
    """Read the shipped pack and the small tables into entries."""
    shown = {row["code"]: row for row in table_rows("divisions.tsv")}
    codes = {country.code2: country.code for country in read_countries().values()}
    divisions: dict[str, int] = {}
    with lzma.open(pack, "rt", encoding="utf-8") as lines:
        for line in lines:
            field = line.rstrip("\n").split("\t")
            if field[0] == "D":
                yield _division(field, shown, codes, divisions)
            elif field[0] == "P":
                yield _town(field, codes, divisions)
    yield from _country_entries()
    yield from _hand_made()


def _division(field: list[str], shown: dict[str, dict[str, str]], codes: dict[str, str], divisions: dict[str, int]) -> _Entry:
    _, code, identity, name, lat, lon, radius, population, keys = field
    divisions[code] = int(identity)
    parts = code.split(".")
    row = shown.get(code)
    main = (fold(row["name"]),) if row else ()
    other = tuple(fold(text) for text in split_names(row["names"])) if row else ()
    first = len(parts) == 2
    return _Entry(
        id=int(identity),
        name=row["name"] if row else name,
        kind=PlaceKind.ADMIN1 if first else PlaceKind.ADMIN2,
        country=codes.get(parts[0], ""),
        admin1=None if first else divisions.get(f"{parts[0]}.{parts[1]}"),
        lat=float(lat),
        lon=float(lon),
        radius=float(radius),
        population=int(population),
        keys=main + other + tuple(keys.split(";")),
        main_keys=len(main) + len(other) + 1,
    )


_SEATS = {"C": 1, "1": 2, "2": 3, "3": 4, "4": 4}


def _town(field: list[str], codes: dict[str, str], divisions: dict[str, int]) -> _Entry:
    _, number, name, lat, lon, country, admin1, admin2, feature, people, keys = field
    identity, population = int(number), int(people or 0)
    return _Entry(
        id=identity,
        name=name,
        kind=PlaceKind.QUARTER if feature == "X" else PlaceKind.PLACE,
        country=codes.get(country, ""),
        admin1=divisions.get(f"{country}.{admin1}"),
        admin2=divisions.get(f"{country}.{admin1}.{admin2}") if admin2 else None,
        lat=float(lat),
        lon=float(lon),
        population=population,
        radius=town_radius_km(population),
        seat=_SEATS.get(feature, 0),
        keys=tuple(keys.split(";")),
    )


def _country_entries() -> Iterator[_Entry]:
    for country in read_countries().values():
        names = (country.name, *country.names, f"Republic of {country.name}")
        yield _Entry(
            id=country.geoname_id,
            name=country.name,
            kind=PlaceKind.COUNTRY,
            country=country.code,
            lat=country.lat,
            lon=country.lon,
            radius=country.radius_km,
            keys=tuple(fold(name) for name in names),
            main_keys=len(names),
        )


_NATURAL_KINDS = frozenset({"river", "island", "mountain", "lake", "valley", "forest"})


def _hand_made() -> Iterator[_Entry]:
    """Regions and quarters; they are not from GeoNames and get negative ids."""
    numbers = itertools.count(-1, -1)
    with knowledge.pack_file("regions.toml").open("rb") as file:
        regions = tomllib.load(file)["region"]
    for region in regions:
        names = (region["name"], *region.get("names", ()))
        countries = tuple(region["countries"])
        yield _Entry(
            id=next(numbers),
            name=region["name"],
            kind=PlaceKind.REGION,
            country=countries[0] if len(countries) == 1 else "",
            countries=countries,
            lat=region["point"][0],
            lon=region["point"][1],
            radius=float(region["radius_km"]),
            keys=tuple(fold(name) for name in names),
            main_keys=len(names),
        )
    for row in table_rows("quarters.tsv"):
        names = (row["name"], *split_names(row["names"]))
        kind = (
            PlaceKind.PLACE
            if row["kind"] == "town"
            else PlaceKind.REGION
            if row["kind"] in _NATURAL_KINDS
            else PlaceKind.QUARTER
        )
        yield _Entry(
            id=next(numbers),
            name=row["name"],
            kind=kind,
            country=row["a3"],
            countries=(row["a3"],),
            city=row["city"] or None,
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            radius=float(row["radius_km"]),
            keys=tuple(fold(name) for name in names),
            main_keys=len(names),
        )


_PACK_ROWS = 290_000
"""About how many entries the shipped pack holds; only the progress bar uses it."""


def build_index(output: Path, progress: Progress | None = None) -> None:
    """Build the index of the shipped places.

    Args:
        output: The file to write; it appears complete or not at all.
        progress: Called with the entries done and the entries in all.

    Raises:
        PackError: The pack is missing or damaged.
    """
    pack = knowledge.pack_file(PACK)
    try:
        _write_index(_pack_entries(pack), output, _PACK_ROWS, progress)
    except (lzma.LZMAError, EOFError, ValueError, KeyError, UnicodeDecodeError) as error:
        raise PackError(
            f"{pack} or a table beside it is damaged ({error}); reinstall with: pip install --force-reinstall dateline"
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise PackError(
            f"place index {output} cannot be written ({error}); set DATELINE_CACHE to a folder you may write"
        ) from error


# --- the whole of GeoNames -----------------------------------------------------------------------------------------------

_FEATURE_SEATS = {"PPLC": 1, "PPLG": 1, "PPLA": 2, "PPLA2": 3, "PPLA3": 4, "PPLA4": 4}
_ADMIN = {
    "ADM1": (PlaceKind.ADMIN1, 100.0),
    "ADM2": (PlaceKind.ADMIN2, 35.0),
    "ADM3": (PlaceKind.ADMIN2, 15.0),
    "ADM4": (PlaceKind.ADMIN2, 8.0),
}
_NATURAL = {"T": 15.0, "H": 20.0, "L": 25.0, "V": 15.0}
_SITES = frozenset(
    "AIRB AIRF AIRP BDG CH CMP CMPRF DAM FT HSP INSM MKT MN MNQ MSQE OILF OILR PRN PS PSN UNIV".split()  # noqa: SIM905 (a list of codes)
)


def build_from_geonames_dump(source: Path, output: Path, progress: Progress | None = None) -> int:
    """Build an index from a GeoNames dump, for ``--gazetteer``.

    Populated places, divisions, natural features and the sites that news of violence names (airports, bases, camps, dams, ...)
    are taken; Dateline's own countries, regions and quarters are added.

    Args:
        source: ``allCountries.zip``, one country's ``XX.zip``, or the text file in it: 19 tab-separated columns.
        output: The index to write.
        progress: Called with the entries done and about how many there are.

    Returns:
        How many places were taken.

    Raises:
        InputError: The source cannot be read or is no GeoNames dump.
    """
    try:
        divisions = _dump_divisions(source)
        taken = itertools.count()
        entries = itertools.chain(_dump_entries(source, divisions, taken), _country_entries(), _hand_made())
        _write_index(entries, output, max(1, source.stat().st_size // 30), progress)
        return next(taken)
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise InputError(f"{source}: cannot be read as a GeoNames dump ({error}); give allCountries.zip or its .txt") from error
    except sqlite3.Error as error:
        raise PackError(f"place index {output} cannot be written ({error})") from error


@contextlib.contextmanager
def _dump_lines(source: Path) -> Iterator[IO[str]]:
    if not zipfile.is_zipfile(source):
        with source.open(encoding="utf-8", newline="\n") as file:
            yield file
        return
    with zipfile.ZipFile(source) as archive:
        texts = [name for name in archive.namelist() if name.endswith(".txt") and "readme" not in name.lower()]
        if not texts:
            raise InputError(f"{source}: holds no .txt file; give allCountries.zip as GeoNames offers it")
        with archive.open(texts[0]) as raw, TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
            yield file


def _dump_rows(source: Path) -> Iterator[list[str]]:
    with _dump_lines(source) as lines:
        for number, line in enumerate(lines, start=1):
            field = line.rstrip("\r\n").split("\t")
            if len(field) != 19:
                raise InputError(
                    f"{source}, line {number}: {len(field)} columns instead of GeoNames' 19; give allCountries.zip or its .txt"
                )
            yield field


def _dump_divisions(source: Path) -> dict[str, int]:
    found = {}
    for field in _dump_rows(source):
        if field[7] == "ADM1":
            found[f"{field[8]}.{field[10]}"] = int(field[0])
        elif field[7] == "ADM2":
            found[f"{field[8]}.{field[10]}.{field[11]}"] = int(field[0])
    return found


def _dump_kind(field: list[str]) -> tuple[PlaceKind, float] | None:
    """Return kind and radius of a dump row, or None where Dateline has no use for it."""
    group, feature, population = field[6], field[7], int(field[14] or 0)
    if group == "P":
        return (PlaceKind.QUARTER if feature == "PPLX" else PlaceKind.PLACE), town_radius_km(population)
    if group == "A":
        return _ADMIN.get(feature)
    if group == "S":
        return (PlaceKind.QUARTER, 3.0) if feature in _SITES else None
    return (PlaceKind.REGION, _NATURAL[group]) if group in _NATURAL else None


def _shipped_divisions() -> dict[int, tuple[float, float, float]]:
    """Return point and radius of the shipped divisions, by id: a dump has points, often of their seats, and no sizes."""
    with lzma.open(knowledge.pack_file(PACK), "rt", encoding="utf-8") as lines:
        rows = (line.split("\t", 7) for line in lines if line.startswith("D\t"))
        return {int(row[2]): (float(row[4]), float(row[5]), float(row[6])) for row in rows}


def _dump_entries(source: Path, divisions: dict[str, int], taken: Iterator[int]) -> Iterator[_Entry]:
    codes = {country.code2: country.code for country in read_countries().values()}
    shown = {row["code"]: row for row in table_rows("divisions.tsv")}
    measured = _shipped_divisions()
    for field in _dump_rows(source):
        found = _dump_kind(field)
        if found is None or field[8] not in codes:
            continue
        next(taken)
        kind, radius = found
        lat, lon, radius = measured.get(int(field[0]), (float(field[4]), float(field[5]), radius))
        row = shown.get(f"{field[8]}.{field[10]}") if field[7] == "ADM1" else None
        main = [row["name"], *split_names(row["names"])] if row else []
        names = [*main, field[1], field[2], plain_division(field[1]) if field[6] == "A" else field[1]]
        own = divisions.get(f"{field[8]}.{field[10]}")
        yield _Entry(
            id=int(field[0]),
            name=row["name"] if row else (plain_division(field[1]) if field[6] == "A" else field[1]),
            kind=kind,
            country=codes[field[8]],
            countries=(codes[field[8]],) if kind is PlaceKind.REGION else (),
            admin1=own if own != int(field[0]) else None,
            admin2=divisions.get(f"{field[8]}.{field[10]}.{field[11]}")
            if kind in (PlaceKind.PLACE, PlaceKind.QUARTER)
            else None,
            lat=lat,
            lon=lon,
            population=int(field[14] or 0),
            radius=radius,
            seat=_FEATURE_SEATS.get(field[7], 0),
            keys=tuple(fold(name) for name in names) + useful_keys(field[3].split(",")),
            main_keys=len(names),
        )


GENERIC = re.compile(
    r"^(?:province of|provincia de|opština|qaḑā\u2019|qada|qeza-[iî]|municipality of|muhafazat|region de|région de|city of)\s+"
    r"|\s+(?:province|region|governorate|department|state|county|oblast['\u2019]?|krai|kray|oblisi|division|district|prefecture"
    r"|republic|municipality|voivodeship|county borough|raion|rayon|parish|area|autonomous region|sahari)$",
    re.IGNORECASE,
)


_NO_NAMES = frozenset(
    "capital central east eastern federal free lower metro north northern south southern upper west western".split()  # noqa: SIM905
)


def plain_division(name: str) -> str:
    """Return a division's name without its generic word: "Kursk Oblast" is "Kursk", "Province of Basilan" is "Basilan".

    A word that is no name by itself stays: "Free State", "Eastern Province".
    """
    plain = GENERIC.sub("", name)
    return name if not plain or plain.lower() in _NO_NAMES else plain


def useful_keys(names: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of alternative names that a news report may use, without repeats.

    Left out are names in other scripts, machine transliterations (GeoNames writes them in lower case), codes (``IEV``) and
    names of one or two letters.
    """
    keys: dict[str, None] = {}
    for name in names:
        if not name or name[0].islower() or (len(name) <= 4 and name.isupper()) or not _latin(name):
            continue
        key = fold(name)
        if len(key) >= 3 and not any(c.isdigit() for c in key):
            keys.setdefault(key)
    return tuple(keys)


def _latin(name: str) -> bool:
    return name.isascii() or all(ord(c) < 0x250 or 0x2B0 <= ord(c) < 0x370 or 0x1E00 <= ord(c) < 0x2070 for c in name)

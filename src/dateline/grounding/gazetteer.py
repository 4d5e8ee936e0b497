"""The gazetteer: every place that Dateline knows by name, in an index that is opened, not loaded.

The places ship as a compressed table (``packs/places.tsv.xz``, from GeoNames) with small hand-made tables beside it: countries,
regions, quarters and the common names of divisions. On first use they become one SQLite file in the user's cache directory,
named by the fingerprint of the tables; later runs only open it. An index of the whole of GeoNames can be built with
``build_from_geonames_dump`` and opened by its path.
"""

from __future__ import annotations

import sqlite3
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Self

from dateline import knowledge
from dateline.errors import PackError
from dateline.grounding.place_index import FORMAT, KINDS, PACK, TABLES, Progress, build_from_geonames_dump, build_index
from dateline.grounding.place_names import Candidate, Country, Match, PlaceKind, fold, read_countries, sound, without_article

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "FORMAT",
    "Candidate",
    "Country",
    "Gazetteer",
    "Match",
    "PlaceKind",
    "Progress",
    "build_from_geonames_dump",
    "build_index",
    "fold",
    "shipped_index",
]

_FIELDS = """
SELECT p.name, p.kind, p.country, a1.name, COALESCE(p.city, a2.name), p.lat, p.lon, p.population, p.id, p.radius, p.seat,
       p.countries"""
_ABOVE = "LEFT JOIN place a1 ON a1.id = p.admin1 LEFT JOIN place a2 ON a2.id = p.admin2"
_LOOKUP = f"{_FIELDS}, n.match FROM name n JOIN place p ON p.id = n.place {_ABOVE} WHERE n.key = ?"
_SEAT = (
    f"{_FIELDS}, 0 FROM place p {_ABOVE} WHERE p.admin1 = ? AND p.seat BETWEEN 1 AND 2 ORDER BY p.seat DESC, p.population DESC"
)
_MATCHES = tuple(Match)
_MOST = 300


class Gazetteer:
    """An opened place index.

    It holds no places in memory; SQLite reads the pages it needs. Use one per process.
    """

    def __init__(self, database: sqlite3.Connection, path: Path, *, shipped: bool) -> None:
        self._database = database
        self._path = path
        self._shipped = shipped
        self.countries = read_countries()
        self._demonyms = _read_demonyms()
        self.candidates = lru_cache(maxsize=20_000)(self._candidates)
        self.known = lru_cache(maxsize=50_000)(self._known)

    @classmethod
    def open(cls, path: Path | None = None, progress: Progress | None = None) -> Self:
        """Open an index; the shipped one is built first where it is not there yet or is damaged.

        Args:
            path: An index made by ``build_from_geonames_dump``; None is the shipped places.
            progress: Called while the index is built with the entries done and the entries in all.

        Raises:
            PackError: The pack or the given index is missing or damaged.
        """
        if path is not None:
            if not path.is_file():
                raise PackError(
                    f"{path} is not there; make a place index with: dateline gazetteer build allCountries.zip -o {path}"
                )
            database = _connect(path)
            if database is None:
                raise PackError(f"{path} is no place index of this version; build it anew from a GeoNames dump")
            return cls(database, path, shipped=False)
        index = shipped_index()
        database = _connect(index)
        if database is None:
            build_index(index, progress)
            database = _connect(index)
        if database is None:
            raise PackError(
                f"place index {index} cannot be opened after it was built; set DATELINE_CACHE to a folder you may write"
            )
        return cls(database, index, shipped=True)

    def close(self) -> None:
        """Close the index."""
        self._database.close()

    def seat_of(self, division: Candidate) -> Candidate | None:
        """Return the seat of a first-level division, or None where the index knows none."""
        rows = self._rows(_SEAT, division.geoname_id) if division.geoname_id is not None else []
        return self._candidate(rows[0], rows[0][0]) if rows else None

    def _rows(self, query: str, key: str | int) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, (key,)).fetchall()
        except sqlite3.DatabaseError as error:
            if not self._shipped:
                raise PackError(f"place index {self._path} is damaged ({error}); build it anew from a GeoNames dump") from error
        self._database.close()
        build_index(self._path)
        database = _connect(self._path)
        if database is None:
            raise PackError(
                f"place index {self._path} is damaged and cannot be replaced; set DATELINE_CACHE to a folder you may write"
            )
        self._database = database
        return self._database.execute(query, (key,)).fetchall()

    def _known(self, key: str) -> bool:
        """Whether a folded name is some place's name or alias (sound keys do not count)."""
        return bool(self._rows("SELECT 1 FROM name WHERE key = ? LIMIT 1", key))

    def _candidates(self, name: str) -> tuple[Candidate, ...]:
        """Return the places that a name may mean: those that bear it, or else those that sound like it; the largest first.

        Args:
            name: A name as a report writes it; case, accents and hyphens do not matter.
        """
        key = fold(name)
        rows = self._rows(_LOOKUP, key) if key else []
        if not rows and (bare := without_article(key)):
            rows = self._rows(_LOOKUP, bare)
        if not rows and (heard := sound(key)):
            rows = self._rows(_LOOKUP, f"~{heard}")
        found = [self._candidate(row, name) for row in rows]
        found.sort(key=lambda c: (KINDS.index(c.kind) < 4, -c.population, c.geoname_id or 0))
        return tuple(found[:_MOST])

    def _candidate(self, row: tuple[Any, ...], written: str) -> Candidate:
        name, kind, code, admin1, admin2, lat, lon, population, identity, radius, seat, countries, match = row
        country = self.countries.get(code)
        return Candidate(
            name=name,
            kind=KINDS[kind],
            country_code=code,
            country=country.name if country else None,
            admin1=admin1,
            admin2=admin2,
            lat=lat,
            lon=lon,
            population=population,
            geoname_id=identity if identity > 0 else None,
            radius_km=radius,
            seat=seat,
            countries=tuple(countries.split(";")) if countries else ((code,) if code else ()),
            match=_MATCHES[match],
            written=written,
        )

    def countries_of(self, word: str) -> tuple[str, ...]:
        """Return the countries (alpha-3) that a demonym tells of: "Iraqi" is ("IRQ",), "Congolese" both Congos."""
        key = fold(word)
        return self._demonyms.get(key) or self._demonyms.get(key.removesuffix("s")) or ()


@cache
def _read_demonyms() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for country in read_countries().values():
        for word in country.demonyms:
            found[fold(word)] = (*found.get(fold(word), ()), country.code)
    return found


def shipped_index() -> Path:
    """Return where the index of the shipped places is or will be: in the cache directory, named by what it is made from."""
    parts = [knowledge.fingerprint(knowledge.pack_file(name)) for name in (PACK, *TABLES)]
    name = "".join(part[:4] for part in parts)
    return knowledge.cache_directory() / f"places-{FORMAT}-{name}.sqlite"


def _connect(path: Path) -> sqlite3.Connection | None:
    """Open an index read-only; None where it is missing, cut short, or of another version."""
    if not path.is_file():
        return None
    database: sqlite3.Connection | None = None
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        pages, size = (database.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        row = database.execute("SELECT value FROM meta WHERE field = 'format'").fetchone()
        whole = path.stat().st_size == pages * size
    except (sqlite3.Error, OSError):
        row, whole = None, False
    if row and row[0] == str(FORMAT) and whole:
        return database
    if database is not None:
        database.close()
    return None

"""Place names and what they may mean: the types of the gazetteer, the keys of names, and the hand-made tables of countries.

Names are looked up by a *key* (``fold``: case, accents, apostrophes, hyphens do not count) and, where no key fits, by a *sound
key* (``sound``: the common ways to write one Arabic, Persian or Slavic name in Latin letters fall together).
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dateline import knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator


class PlaceKind(StrEnum):
    """What sort of place a gazetteer entry is."""

    QUARTER = "quarter"
    PLACE = "place"
    ADMIN2 = "admin2"
    ADMIN1 = "admin1"
    REGION = "region"
    COUNTRY = "country"


class Match(StrEnum):
    """How a name fits an entry, best first; ``unlisted`` is a name without an entry, placed by what the report says."""

    NAME = "name"
    ALIAS = "alias"
    SOUND = "sound"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that a name may mean.

    Attributes:
        name: The name to show: the common English one where known, else GeoNames' main name.
        country_code: ISO 3166-1 alpha-3; empty for seas and parts of the world.
        countries: All countries that a region lies in.
        admin2: Second-level division, or the city of a quarter.
        lat, lon: Degrees, WGS 84.
        population: 0 when unknown.
        geoname_id: None for entries that are not from GeoNames.
        radius_km: How far the place reaches from its point.
        seat: 1 for a country's capital, 2 for a first-level division's seat, 3 and 4 for lower seats, else 0.
        match: How the looked-up name fits.
        written: The looked-up name, as the report writes it.
    """

    name: str
    kind: PlaceKind
    country_code: str
    country: str | None
    admin1: str | None
    admin2: str | None
    lat: float
    lon: float
    population: int
    geoname_id: int | None
    radius_km: float
    seat: int = 0
    countries: tuple[str, ...] = ()
    match: Match = Match.NAME
    written: str = ""

    @property
    def wide(self) -> bool:
        """Whether it is a country, a first-level division, or a region that news names; no hill or stream of GeoNames."""
        return self.kind in _WIDE or (self.kind is PlaceKind.REGION and self.geoname_id is None)


_WIDE = frozenset({PlaceKind.COUNTRY, PlaceKind.ADMIN1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country of ``packs/countries.tsv``.

    Attributes:
        code, code2: ISO 3166-1 alpha-3 and alpha-2.
        capital: The city that news calls its capital.
        neighbours: Alpha-3 codes.
        demonyms: "Iraqi", ...
        names: Other names ("Britain", "UK").
    """

    code: str
    code2: str
    name: str
    lat: float
    lon: float
    area_km2: float
    geoname_id: int
    capital: str
    neighbours: tuple[str, ...]
    demonyms: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def radius_km(self) -> float:
        """Radius of the circle with the country's area."""
        return max(3.0, math.sqrt(self.area_km2 / 3.14159))


# --- keys ----------------------------------------------------------------------------------------------------------------

_SILENT = str.maketrans(dict.fromkeys("'’‘ʻʼʿʾ`´′.·\"“”ʹ") | {"_": " "})  # noqa: RUF001 (marks found in names)
_LETTERS = str.maketrans(  # letters that Unicode does not take apart
    {
        "\u0131": "i",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ø": "o",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ə": "a",
        "ǝ": "a",
        "ħ": "h",
    }
)
_GAPS = re.compile(r"[^a-z0-9]+")
_SAINTS = re.compile(r"\b(?:saint|sainte)\b")
ARTICLES = frozenset(("al", "el", "ul", "ar", "as", "ash", "ad", "adh", "az", "an", "at", "ath", "the"))


@lru_cache(maxsize=100_000)
def fold(name: str) -> str:
    """Return the key of a name: lower case, plain letters, single spaces; apostrophes and full stops do not count.

    Names in another script than Latin fold to what is Latin in them, often nothing.
    """
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        name = name.lower().translate(_LETTERS)
    key = _GAPS.sub(" ", name.lower().translate(_SILENT)).strip()
    return _SAINTS.sub("st", key) if "saint" in key else key


_SPELLINGS = "tch:c dzh:j dj:j sch:s sh:s ch:s kh:h gh:g dh:d th:t zh:j ph:f ck:k x:ks oo:o ou:o ee:y iya:y ia:y"
_PAIRS = tuple(re.findall(r"(\w+):(\w+)", _SPELLINGS))
_EVEN = str.maketrans("qcwvoyea", "kkuuuiaa")
_REPEATS = re.compile(r"(.)\1+")


def sound(key: str) -> str:
    """Return the sound key of a folded name, or an empty string where it would be too short to tell anything.

    It drops Arabic articles, evens out transliteration pairs (ou/u, q/k, kh/h, gh/g, e/a, o/u, y/i, w/v), double letters and
    the vowel (with or without h) at the end.
    """
    words = key.split()
    text = "".join([word for word in words if word not in ARTICLES]) if len(words) > 1 else key
    for pair in _PAIRS:
        if pair[0] in text:
            text = text.replace(*pair)
    text = _REPEATS.sub(r"\1", text.translate(_EVEN)).removesuffix("h").rstrip("aiu")
    return text if len(text) >= 4 else ""


# --- the small tables ----------------------------------------------------------------------------------------------------


def table_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated table among the packs."""
    path = knowledge.pack_file(name)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def split_names(text: str) -> tuple[str, ...]:
    """Return the names of a ``;``-separated cell."""
    return tuple(part for part in text.split(";") if part)


@cache
def read_countries() -> dict[str, Country]:
    """Return the countries by alpha-3 code."""
    return {
        row["a3"]: Country(
            code=row["a3"],
            code2=row["a2"],
            name=row["name"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            area_km2=float(row["area_km2"]),
            geoname_id=int(row["geoname_id"]),
            capital=row["capital"],
            neighbours=split_names(row["neighbours"]),
            demonyms=split_names(row["demonyms"]),
            names=split_names(row["names"]),
        )
        for row in table_rows("countries.tsv")
    }


@cache
def read_borders() -> dict[tuple[str, str], tuple[float, float, float]]:
    """Return the land borders by alpha-3 codes, both ways: their middle (degrees) and a radius (km) that holds nine tenths."""
    found = {}
    for row in table_rows("borders.tsv"):
        point = float(row["lat"]), float(row["lon"]), float(row["radius_km"])
        found[row["a"], row["b"]] = found[row["b"], row["a"]] = point
    return found


def without_article(key: str) -> str:
    """Return a folded name without its Arabic article, or an empty string where it has none."""
    first, _, rest = key.partition(" ")
    return rest if first in ARTICLES and len(rest) > 2 else ""

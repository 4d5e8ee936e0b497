"""The gazetteer: keys of names, the index, what is looked up in it."""

from __future__ import annotations

import lzma
import shutil
import sqlite3
import threading
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import knowledge
from dateline.errors import InputError, PackError
from dateline.grounding import place_index
from dateline.grounding.gazetteer import Gazetteer, Match, PlaceKind, build_from_geonames_dump, fold, shipped_index
from dateline.grounding.place_context import distance_km
from dateline.grounding.place_index import plain_division, town_radius_km, useful_keys
from dateline.grounding.place_names import read_borders, read_countries, sound, split_names, table_rows


@pytest.fixture(scope="module")
def gazetteer(cache_directory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATELINE_CACHE", str(cache_directory))
        yield Gazetteer.open()


@pytest.fixture
def small_pack(tmp_path, monkeypatch):
    """Stand a small pack in for the shipped one, so that building takes no time."""
    packs = tmp_path / "packs"
    packs.mkdir()
    for name in (*place_index.TABLES, "place_words.toml", "ordinary_words.txt"):
        shutil.copy(knowledge.PACKS / name, packs / name)
    lines = [
        "D\tIQ.15\t99067\tNineveh\t36.000\t42.500\t90\t4000000\tnineveh",
        "P\t99072\tMosul\t36.335\t43.119\tIQ\t15\t\t1\t1683000\tmosul;mossul",
        "P\t1\tHīt\t33.640\t42.830\tIQ\t01\t\t2\t31901\thit",
    ]
    (packs / place_index.PACK).write_bytes(lzma.compress(("\n".join(lines) + "\n").encode()))
    monkeypatch.setattr(knowledge, "PACKS", packs)
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    return packs


# --- keys ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Al-Ḩasakah", "al hasakah"),
        ("Ta‘izz", "Taizz"),
        ("U.S.", "US"),
        ("Diyarbakır", "diyarbakir"),
        ("Łódź", "Lodz"),
        ("Saint-Marc", "St. Marc"),
        ("Tucumán", "TUCUMAN"),
    ],
)
def test_spellings_fold_together(first, second):
    assert fold(first) == fold(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Hodeidah", "Al Hudaydah"),
        ("Kandahar", "Qandahar"),
        ("Mossoul", "Mosul"),
        ("Falluja", "Al Fallujah"),
        ("Tal Afar", "Tall Afar"),
        ("Ghazaliya", "Gazaliyah"),
        ("Khartoum", "Hartum"),
    ],
)
def test_transliterations_sound_alike(first, second):
    assert sound(fold(first)) == sound(fold(second)) != ""


def test_short_names_have_no_sound():
    assert sound("hit") == ""


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(name):
    assert fold(fold(name)) == fold(name)


@given(st.sampled_from("bfmnr"), st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_sound_ignores_a_doubled_letter(letter, name):
    assert sound(letter + letter + name) == sound(letter + name)


def test_useful_names_are_latin_names():
    assert useful_keys(["Al Mawşil", "almwsl", "الموصل", "OSM", "Мосул", "Ko", "Mossoul"]) == ("al mawsil", "mossoul")


def test_generic_words_of_divisions_go_unless_the_name_would_be_none():
    assert [plain_division(name) for name in ("Kursk Oblast", "Province of Basilan", "Free State", "Eastern Province")] == [
        "Kursk", "Basilan", "Free State", "Eastern Province",
    ]  # fmt: skip


@given(st.integers(0, 40_000_000), st.integers(0, 40_000_000))
def test_larger_towns_reach_farther(small, large):
    small, large = sorted((small, large))
    assert 1.5 <= town_radius_km(large) <= 25
    assert not small or town_radius_km(small) <= town_radius_km(large)


# --- what is in the pack -------------------------------------------------------------------------------------------------


def test_countries_are_whole():
    countries = read_countries()
    assert len(countries) >= 240
    for country in countries.values():
        assert -90 <= country.lat <= 90
        assert -180 <= country.lon <= 180
        assert set(country.neighbours) <= set(countries) | {"SCG"}, country.code


def test_regions_and_quarters_are_many_and_theirs_are_known_countries(gazetteer):
    import tomllib

    regions = tomllib.loads((knowledge.PACKS / "regions.toml").read_text(encoding="utf-8"))["region"]
    assert len(regions) >= 120
    assert {code for region in regions for code in region["countries"]} <= set(read_countries())
    quarters = list(table_rows("quarters.tsv"))
    assert len(quarters) >= 100
    for row in quarters:
        for name in (row["name"], *split_names(row["names"])):
            assert any(c.country_code == row["a3"] for c in gazetteer.candidates(name)), name


def test_quarters_lie_near_their_city(gazetteer):
    for row in table_rows("quarters.tsv"):
        cities = (
            [c for c in gazetteer.candidates(row["city"]) if c.country_code == row["a3"] and c.geoname_id]
            if row["city"]
            else []
        )
        away = [distance_km((c.lat, c.lon), (float(row["lat"]), float(row["lon"]))) for c in cities]
        assert not away or min(away) < 130, row


def test_names_of_divisions_are_those_of_the_pack(gazetteer):
    for row in table_rows("divisions.tsv"):
        country = next(c for c in read_countries().values() if c.code2 == row["code"].split(".")[0])
        found = gazetteer.candidates(row["name"])
        assert any(c.kind is PlaceKind.ADMIN1 and c.country_code == country.code and c.name == row["name"] for c in found), row


def test_pack_is_small_and_says_where_it_is_from():
    assert (knowledge.PACKS / place_index.PACK).stat().st_size < 8e6
    notice = (knowledge.PACKS / "LICENSE-places").read_text(encoding="utf-8")
    assert "geonames.org" in notice
    assert "creativecommons.org/licenses/by/4.0" in notice


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("Mosul", PlaceKind.PLACE, "IRQ"),
        ("Aleppo", PlaceKind.PLACE, "SYR"),
        ("Kyiv", PlaceKind.PLACE, "UKR"),
        ("Kiev", PlaceKind.PLACE, "UKR"),
        ("Helmand", PlaceKind.ADMIN1, "AFG"),
        ("Basilan", PlaceKind.ADMIN2, "PHL"),
        ("Ivory Coast", PlaceKind.COUNTRY, "CIV"),
        ("Britain", PlaceKind.COUNTRY, "GBR"),
        ("Gaza Strip", PlaceKind.ADMIN1, "PSE"),
        ("Chechnya", PlaceKind.ADMIN1, "RUS"),
        ("Sadr City", PlaceKind.PLACE, "IRQ"),
        ("Jobar", PlaceKind.QUARTER, "SYR"),
        ("Sahel", PlaceKind.REGION, ""),
    ],
)
def test_well_known_names(name, kind, country, gazetteer):
    assert any(c.kind is kind and c.country_code == country for c in gazetteer.candidates(name))


def test_candidate_tells_where_it_is(gazetteer):
    mosul = next(c for c in gazetteer.candidates("MOSUL") if c.kind is PlaceKind.PLACE)
    assert (mosul.country, mosul.admin1, mosul.seat, mosul.geoname_id, mosul.match) == ("Iraq", "Nineveh", 2, 99072, Match.NAME)
    assert (round(mosul.lat, 1), round(mosul.lon, 1)) == (36.3, 43.1)
    assert mosul.population > 1_000_000


def test_a_division_has_a_seat(gazetteer):
    zamfara = next(c for c in gazetteer.candidates("Zamfara") if c.kind is PlaceKind.ADMIN1)
    assert gazetteer.seat_of(zamfara).name == "Gusau"


def test_borders_lie_between_their_countries():
    countries, borders = read_countries(), read_borders()
    assert {(code, other) for code in ("IRQ", "SDN", "COL", "THA") for other in countries[code].neighbours} <= set(borders)
    for (first, second), (lat, lon, radius) in borders.items():
        for code in (first, second):
            away = distance_km((lat, lon), (countries[code].lat, countries[code].lon))
            assert away < 8 * countries[code].radius_km + radius, (first, second)


def test_sound_is_tried_only_when_no_name_fits(gazetteer):
    assert {c.match for c in gazetteer.candidates("Mossul")} == {Match.ALIAS}
    assert {c.match for c in gazetteer.candidates("Mohsulh")} <= {Match.SOUND}
    assert gazetteer.candidates("Xqzzkwvt") == ()


def test_demonyms_name_countries(gazetteer):
    assert gazetteer.countries_of("Iraqi") == ("IRQ",)
    assert gazetteer.countries_of("Iraqis") == ("IRQ",)
    assert set(gazetteer.countries_of("Congolese")) == {"COD", "COG"}
    assert gazetteer.countries_of("Martian") == ()


# --- the index -----------------------------------------------------------------------------------------------------------


def test_index_is_built_once_with_progress(small_pack):
    steps = []
    Gazetteer.open(progress=lambda done, total: steps.append((done, total))).close()
    assert steps
    assert steps[-1][0] == steps[-1][1]
    assert all(0 < done <= total for done, total in steps)
    steps.clear()
    Gazetteer.open(progress=lambda done, total: steps.append((done, total))).close()
    assert steps == []
    assert [path.name for path in shipped_index().parent.iterdir()] == [shipped_index().name]


def test_another_pack_gets_another_index(small_pack):
    first = shipped_index()
    knowledge.fingerprint.cache_clear()
    (small_pack / place_index.PACK).write_bytes(lzma.compress(b"P\t2\tHit\t33.6\t42.8\tIQ\t01\t\t\t\thit\n"))
    assert shipped_index() != first
    knowledge.fingerprint.cache_clear()


def test_package_folder_may_be_read_only(small_pack):
    small_pack.chmod(0o555)
    try:
        assert Gazetteer.open().candidates("Mosul")[0].geoname_id == 99072
    finally:
        small_pack.chmod(0o755)


def test_racing_builders_are_fine(small_pack):
    failures = []

    def build():
        try:
            gazetteer = Gazetteer.open()
            assert gazetteer.candidates("Mosul")
            gazetteer.close()
        except Exception as error:  # noqa: BLE001  # told below
            failures.append(error)

    threads = [threading.Thread(target=build) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert not list(shipped_index().parent.glob("*.part"))


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"x" * len(data)])
def test_damaged_index_is_built_anew(small_pack, damage):
    Gazetteer.open().close()
    index = shipped_index()
    index.write_bytes(damage(index.read_bytes()))
    gazetteer = Gazetteer.open()
    assert gazetteer.candidates("Mosul")[0].geoname_id == 99072


def test_index_damaged_inside_is_built_anew_when_read(small_pack):
    Gazetteer.open().close()
    index = shipped_index()
    data = bytearray(index.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    index.write_bytes(data)
    gazetteer = Gazetteer.open()
    assert gazetteer.candidates("Mosul")[0].geoname_id == 99072


@pytest.mark.parametrize(
    "data", [b"no xz", lzma.compress(b"P\tnot\tenough\n"), lzma.compress(b"P\t1\tX\tnorth\t1\tIQ\t\t\t\t\tx\n")]
)
def test_damaged_pack_is_told(small_pack, data):
    (small_pack / place_index.PACK).write_bytes(data)
    knowledge.fingerprint.cache_clear()
    with pytest.raises(PackError, match=r"places\.tsv\.xz.*damaged.*reinstall"):
        Gazetteer.open()
    assert not list(knowledge.cache_directory().iterdir())
    knowledge.fingerprint.cache_clear()


def test_missing_pack_is_told(small_pack):
    (small_pack / place_index.PACK).unlink()
    with pytest.raises(PackError, match="missing"):
        Gazetteer.open()


def test_a_file_that_is_no_index_is_told(tmp_path):
    (tmp_path / "notes.txt").write_text("no index")
    with pytest.raises(PackError, match=r"notes\.txt is no place index"):
        Gazetteer.open(tmp_path / "notes.txt")
    with pytest.raises(PackError, match=r"none\.sqlite is not there"):
        Gazetteer.open(tmp_path / "none.sqlite")


def test_lookups_are_fast(gazetteer):
    database = sqlite3.connect(shipped_path(gazetteer))
    names = [row[0] for row in database.execute("SELECT key FROM name WHERE match < 2 LIMIT 3000")]
    database.close()
    begun = time.process_time()
    for name in names:
        gazetteer.candidates(name)
    assert len(names) / (time.process_time() - begun) > 5_000  # aim 20,000 on a free machine


def shipped_path(gazetteer):
    return gazetteer._path


# --- the whole of GeoNames -----------------------------------------------------------------------------------------------


def dump_row(identity, name, lat, lon, feature, country="IQ", **more):
    group, code = feature.split(".")
    field = [str(identity), name, fold(name).title(), more.get("names", ""), str(lat), str(lon), group, code, country, "",
             more.get("admin1", ""), more.get("admin2", ""), "", "", str(more.get("population", 0)), "", "", "Asia/Baghdad", "2024-01-01"]  # fmt: skip
    return "\t".join(field)


@pytest.fixture
def dump(tmp_path):
    rows = [
        dump_row(92877, "Nineveh", 36, 42, "A.ADM1", admin1="15"),
        dump_row(99071, "Sinjar District", 36.3, 41.8, "A.ADM2", admin1="15", admin2="5"),
        dump_row(11, "Kocho", 36.15, 41.75, "P.PPL", admin1="15", admin2="5", names="Kojo,Kucho,كوجو", population=1700),
        dump_row(12, "Jabal Sinjār", 36.37, 41.7, "T.MTS", admin1="15"),
        dump_row(13, "Qayyarah Airfield West", 35.77, 43.12, "S.AIRB", admin1="15"),
        dump_row(14, "Some Well", 36.1, 41.7, "H.WLL", admin1="15"),
        dump_row(15, "Some School", 36.1, 41.7, "S.SCH", admin1="15"),
        dump_row(16, "No Country", 0, 0, "P.PPL", country=""),
    ]
    path = tmp_path / "IQ.txt"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_dump_becomes_an_index(dump, tmp_path, zipped):
    source = dump
    if zipped:
        source = tmp_path / "IQ.zip"
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("readme.txt", "not this")
            archive.write(dump, "IQ.txt")
    steps = []
    taken = build_from_geonames_dump(source, tmp_path / "iq.sqlite", lambda done, total: steps.append((done, total)))
    assert taken == 6
    assert steps[-1][0] == steps[-1][1]
    gazetteer = Gazetteer.open(tmp_path / "iq.sqlite")
    (kocho,) = gazetteer.candidates("Kojo")
    assert (kocho.name, kocho.admin1, kocho.admin2, kocho.country_code) == ("Kocho", "Nineveh", "Sinjar", "IRQ")
    assert gazetteer.candidates("Sinjar District")[0].kind is PlaceKind.ADMIN2
    assert {c.kind for c in gazetteer.candidates("Jabal Sinjar")} == {PlaceKind.REGION}
    assert gazetteer.candidates("Qayyarah Airfield West")[0].kind is PlaceKind.QUARTER
    assert not gazetteer.candidates("Some School")
    assert gazetteer.candidates("Iraq")[0].kind is PlaceKind.COUNTRY
    nineveh = next(c for c in gazetteer.candidates("Nineveh") if c.kind is PlaceKind.ADMIN1)
    assert (nineveh.lat, nineveh.radius_km) != (36, 100)  # the shipped pack has measured it
    gazetteer.close()


def test_reports_are_grounded_in_an_index_of_a_dump(dump, tmp_path):
    from dateline.grounding.places import ReportPlaces

    build_from_geonames_dump(dump, tmp_path / "iq.sqlite")
    gazetteer = Gazetteer.open(tmp_path / "iq.sqlite")
    places = ReportPlaces.read(["Militants killed 80 men in Kucho in Iraq.", "Bodies lay near Jabal Sinjar."], None, gazetteer)
    village, hills = places.resolve("Kucho", sentence=0), places.resolve("Jabal Sinjar", sentence=1)
    assert (village.geoname_id, village.admin1, village.admin2) == (11, "Nineveh", "Sinjar")
    assert hills.geoname_id == 12
    gazetteer.close()


def test_a_made_up_dump_of_thousands_of_rows_is_served(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import places as benchmark

    benchmark.write_dump(tmp_path / "some.txt", 3_000, seed=3)
    taken = build_from_geonames_dump(tmp_path / "some.txt", tmp_path / "some.sqlite")
    assert 2_000 < taken < 3_000
    gazetteer = Gazetteer.open(tmp_path / "some.sqlite")
    names = benchmark.some_names(tmp_path / "some.sqlite", 200, seed=3)
    assert all(gazetteer.candidates(name) for name in names)
    gazetteer.close()


def test_dump_of_another_shape_is_told_with_its_line(dump, tmp_path):
    dump.write_text(dump.read_text(encoding="utf-8") + "1\tonly three\tcolumns\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"IQ\.txt, line 9: 3 columns instead of GeoNames' 19"):
        build_from_geonames_dump(dump, tmp_path / "iq.sqlite")
    assert not (tmp_path / "iq.sqlite").exists()


def test_dump_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match=r"none\.zip"):
        build_from_geonames_dump(tmp_path / "none.zip", tmp_path / "x.sqlite")

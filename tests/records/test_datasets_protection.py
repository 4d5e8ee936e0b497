"""What is withheld leaves no trace: not in a row of any form, not in a record beside it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_datasets import REGISTRY, happening_of, happenings, made_up_names

from dateline.model import ActorKind, PlacePrecision, Who
from dateline.records.datasets import Protection, forms
from dateline.records.datasets.crosswalk import countries

if TYPE_CHECKING:
    from dateline.records.datasets.happenings import Happening

COARSENED = [Protection(coarsen="admin1"), Protection(coarsen="country")]
WITHHELD = [Protection(withhold=frozenset(words)) for words in (["names"], ["speakers"], ["names", "speakers"])]
BOTH = [Protection(coarsen=level, withhold=frozenset(["names", "speakers"])) for level in ("admin1", "country")]


@dataclass
class Known:
    """A registry in which a group bears the name of a town, and a gazetteer that knows every province."""

    names: dict[str, str] = field(default_factory=lambda: dict(REGISTRY))

    def division_point(self, country_code: str, admin1: str) -> tuple[float, float] | None:
        return (1.25, 2.5) if admin1 == "Nineveh" else None

    def actor(self, actor_id: str, day: Any) -> tuple[str, dict[str, str | int]] | None:
        return (self.names[actor_id], {"plover": "REB"}) if actor_id in self.names else None


def plain(text: str) -> str:
    """Return a text as a reader would search it: small letters, no marks, blanks for all between words."""
    text = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " " + " ".join("".join(each if each.isalnum() else " " for each in text).split()) + " "


def everything(happening: Happening, protection: Protection, known: Known) -> str:
    """Return all that any form would write of a happening, its record beside it included."""
    protected = protection.apply(happening, known)
    told: list[Any] = [protected.record]
    for form in forms().values():
        if form.refuse(happening) is None:
            told += form.rows(protected, known, {})
    return plain(json.dumps(told, ensure_ascii=False, default=str))


def texts_in(value: Any) -> set[str]:
    """Return every text in a record."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in texts_in(each)}
    if isinstance(value, list | tuple):
        return {text for each in value for text in texts_in(each)}
    return {value} if isinstance(value, str) else set()


@settings(max_examples=120)
@given(happenings(made_up_names), st.sampled_from([*WITHHELD, *BOTH]))
def test_no_made_up_name_is_left_when_names_are_withheld(happening, protection):
    """All names in these records are made up: persons, speakers, titles, addresses, phrases, things, quotations."""
    assume("names" in protection.withhold)
    # Places stay when only names are withheld, and publishers are no persons.
    place = happening.record["place"] or {}
    kept = {place.get("name"), place.get("admin2"), happening.record["article"]["publisher"]}
    told = everything(happening, protection, Known())
    names = {text for text in texts_in(happening.record) if text.startswith("Q") and text not in kept}
    assert not [name for name in names if plain(name) in told]


@settings(max_examples=120)
@given(happenings(made_up_names), st.sampled_from([p for p in [*WITHHELD, *BOTH] if "speakers" in p.withhold]))
def test_no_speaker_is_left_when_speakers_are_withheld(happening, protection):
    record = happening.record
    speakers = {claim["speaker"] for claim in record["claims"]} | {toll["speaker"] for toll in record["tolls"]}
    speakers |= {via for claim in record["claims"] for via in claim["via"]}
    told = everything(happening, protection, Known())
    assert not [speaker for speaker in speakers - {None} if plain(speaker) in told]


@settings(max_examples=200)
@given(happenings(made_up_names), st.sampled_from([*COARSENED, *BOTH]), st.booleans())
def test_no_finer_place_is_left_when_places_are_coarsened(happening, protection, shared):
    place = happening.record["place"]
    assume(place is not None)
    known = Known()
    if shared:  # the place's name also stands in that of a group and of a paper
        known.names["northern-front"] = f"{place['name']} Republican Council"
    told = everything(happening, protection, known)
    finer = {place["name"], place["admin2"], *(other["name"] for other in place["alternatives"])}
    finer |= {span["text"] for span in place["spans"]}
    coarse = {place["country"]} | ({place["admin1"]} if protection.coarsen == "admin1" else set())
    if protection.coarsen == "admin1" and place["precision"] == PlacePrecision.PROVINCE and place["country_code"]:
        coarse.add(place["admin1"] or place["name"])
        finer -= {place["admin1"] or place["name"]}
    elif protection.coarsen == "country" and place["admin1"]:
        finer.add(place["admin1"])
    assert not [name for name in finer - {None} - coarse if plain(name) in told]
    protected = protection.apply(happening, known).record["place"]
    if protected is not None:
        country = countries()[place["country_code"]]
        assert (protected["lat"], protected["lon"]) in {(country.lat, country.lon), (1.25, 2.5)}
        assert protected["precision"] in {"province", "country"}
        assert protected["geoname_id"] is None


@given(happenings(made_up_names), st.sampled_from([*COARSENED, *WITHHELD, *BOTH]))
def test_what_is_protected_keeps_types_days_and_figures(happening, protection):
    before, after = happening.record, protection.apply(happening, Known()).record
    for name in ("id", "type", "status", "confidence", "codes"):
        assert after[name] == before[name]
    assert [(toll["kind"], toll["low"], toll["best"], toll["high"], toll["side"]) for toll in after["tolls"]] == [
        (toll["kind"], toll["low"], toll["best"], toll["high"], toll["side"]) for toll in before["tolls"]
    ]
    assert (after["time"] or {}).get("first") == (before["time"] or {}).get("first")
    assert set(after) >= set(before)


@given(happenings())
def test_without_protection_a_record_is_not_touched(happening):
    assert Protection().apply(happening, Known()) is happening


@pytest.mark.parametrize("protection", [*COARSENED, *WITHHELD, *BOTH], ids=str)
@settings(max_examples=40)
@given(happening=happenings(made_up_names))
def test_rows_of_protected_records_keep_to_their_columns(protection, happening):
    protected = protection.apply(happening, Known())
    for name, form in forms().items():
        if form.table is not None and form.refuse(happening) is None:
            for row in form.rows(protected, Known(), {}):
                assert not list(form.table.faults(row[: len(form.table.columns)])), name


def test_a_person_who_stands_for_a_government_is_not_named():
    leader = Who(name="President Qarko Vuz", actor_id="government-of-iraq", kind=ActorKind.GOVERNMENT, country="IRQ")
    record = Protection(withhold=frozenset(["names"])).apply(happening_of(agents=(leader,)), Known()).record
    assert record["agents"][0]["name"] == "Government of Iraq"
    assert "Qarko" not in json.dumps(record)


def test_coarse_codes_follow_the_coarse_place():
    happening = happening_of()
    for level, precision in (("admin1", 4), ("country", 6)):
        protected = Protection(coarsen=level).apply(happening, Known())
        row = dict(zip(forms()["ged"].table.names, forms()["ged"].rows(protected, Known(), {})[0], strict=True))
        assert row["where_prec"] == precision
        assert row["adm_2"] == ""
        assert "Mosul" not in json.dumps(row)

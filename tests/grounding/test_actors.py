from __future__ import annotations

import datetime as dt
import json
import pickle
import re
import time
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.errors import RegistryError
from dateline.grounding.actor_files import PLOVER_SECTORS
from dateline.grounding.actor_names import fold, folded_words, tokenise
from dateline.grounding.actors import ReportActors
from dateline.grounding.registry import Registry
from dateline.model import ActorKind

CASES = [json.loads(line) for line in (Path(__file__).parents[1] / "cases" / "actors.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.open()


def marked(case: dict) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=case["note"])] if case.get("gap") else []
    return pytest.param(case, marks=marks, id=f"{case['text']}-{case['note']}")


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_cases(case: dict, registry: Registry) -> None:
    day = dt.date.fromisoformat(case["day"]) if "day" in case else None
    report = ReportActors.read([case["text"] + "."], registry, country=case.get("home"), day=day)
    who = report.resolve(case["text"], sentence=0, role=case.get("role", "agent"))
    have = {"name": who.name, "id": who.actor_id, "kind": who.kind, "country": who.country}
    want = {key: case[key] for key in have if key in case}
    assert {key: have[key] for key in want} == want, who.basis


REPORT = [
    "Rebels storm barracks in border town",
    "Fighters of the Patriotic Front for Danakil (PFD) stormed a barracks near the town, the army said.",
    "The rebels burned vehicles and the PFD said its fighters had taken ten soldiers.",
    "Ethiopian troops crossed the border on Monday. Residents fled.",
    "The soldiers shelled two villages. Tesfaye Adane, a 40-year-old shepherd, was killed.",
    "Two gunmen were arrested.",
]


def test_a_report_explains_its_acronyms(registry: Registry) -> None:
    report = ReportActors.read(REPORT, registry, country="ERI")
    who = report.resolve("the PFD", sentence=2)
    assert (who.name, who.actor_id, who.kind) == ("Patriotic Front for Danakil", None, ActorKind.REBEL_GROUP)
    assert "introduces" in who.basis


@pytest.mark.parametrize(("phrase", "sentence"), [("The rebels", 2), ("its fighters", 2), ("Rebels", 0)])
def test_definite_phrases_point_back(registry: Registry, phrase: str, sentence: int) -> None:
    who = ReportActors.read(REPORT, registry, country="ERI").resolve(phrase, sentence=sentence)
    assert who.name == "Patriotic Front for Danakil"
    assert "rule:" in who.basis


def test_indefinite_gunmen_stay_unidentified(registry: Registry) -> None:
    who = ReportActors.read(REPORT, registry, country="ERI").resolve("Two gunmen", sentence=5)
    assert (who.name, who.actor_id, who.kind) == ("two gunmen", None, ActorKind.MILITIA)


def test_the_soldiers_are_those_last_named(registry: Registry) -> None:
    report = ReportActors.read(REPORT, registry, country="ERI")
    who = report.resolve("The soldiers", sentence=4)
    assert (who.actor_id, who.kind, who.country) == ("military-of-ethiopia", ActorKind.EXTERNAL_FORCES, "ETH")


def test_soldiers_are_of_the_army_where_the_report_names_no_other_branch(registry: Registry) -> None:
    named = ReportActors.read(REPORT, registry, country="ERI").resolve("ten soldiers", sentence=2)
    assert (named.actor_id, named.basis) == ("army-of-eritrea", "rule: military of the report's country; army")
    unnamed = ReportActors.read(["Ten soldiers died."], registry, country="ERI").resolve("Ten soldiers", sentence=0)
    assert unnamed.actor_id == "military-of-eritrea"
    navy = ReportActors.read(["The navy said ten soldiers died."], registry, country="ERI").resolve("ten soldiers", sentence=0)
    assert navy.actor_id == "military-of-eritrea"


def test_private_persons_get_no_identity(registry: Registry) -> None:
    report = ReportActors.read(REPORT, registry, country="ERI")
    who = report.resolve("Tesfaye Adane", sentence=4, role="target")
    assert (who.name, who.actor_id, who.kind) == ("Tesfaye Adane", None, ActorKind.CIVILIANS)


def test_an_acronym_far_from_its_country_is_not_read(registry: Registry) -> None:
    abroad = ReportActors.read(["The NRA held its convention."], registry, country="USA").resolve("the NRA", sentence=0)
    at_home = ReportActors.read(["The NRA took Kampala."], registry, country="UGA").resolve("the NRA", sentence=0)
    assert (abroad.actor_id, at_home.actor_id) == (None, "nra-uganda")


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("Iraqi troops and the Peshmerga", ["Military of Iraq", "Peshmerga"]),
        ("Iraqi and Turkish forces", ["Military of Iraq", "Military of Turkey"]),
        ("Russia and Ukraine", ["Government of Russia", "Government of Ukraine"]),
        ("women and children", ["women and children"]),
        ("Bosnia and Herzegovina", ["Government of Bosnia and Herzegovina"]),
        ("the Islamic State", ["Islamic State"]),
    ],
)
def test_joined_parties_are_told_apart(registry: Registry, phrase: str, names: list[str]) -> None:
    report = ReportActors.read([phrase], registry)
    assert [who.name for who in report.resolve_all(phrase, sentence=0, role="target")] == names


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("the Daesh group", "islamic-state"),
        ("Farabundo Marti National Liberation Front", "fmln"),
        ("AL SHABAAB MILITANTS", "al-shabaab"),
        ("U.N.", "united-nations"),
        ("Iraqi army", "army-of-iraq"),
        ("Iraqi military", "military-of-iraq"),
        ("Navy of the Philippines", "navy-of-philippines"),
        ("Armed Forces of Iraq", "military-of-iraq"),
        ("Police of the Philippines", "police-of-philippines"),
        ("Peoples War Group", "peoples-war-group"),
    ],
)
def test_lookup_folds(registry: Registry, name: str, ident: str) -> None:
    assert registry.lookup(name)[0].id == ident


@pytest.mark.parametrize("name", ["", "the", "Order of the Purple Teapot", "group", "Iraqi"])
def test_lookup_of_the_unknown_is_empty(registry: Registry, name: str) -> None:
    assert registry.lookup(name) == []


def test_the_shipped_registry_is_sound(registry: Registry) -> None:
    named = [entry for entry in registry.entries.values() if not re.match(r"[a-z-]+-of-", entry.id)]
    assert len(named) >= 1500
    for entry in registry.entries.values():
        assert entry.country is None or entry.country in registry.countries, entry.id
        assert entry.first_year is None or entry.last_year is None or entry.first_year <= entry.last_year, entry.id
        assert 1500 <= (entry.first_year or 1900) <= 2030, entry.id
        assert 1900 <= (entry.last_year or 1970) <= 2030, entry.id
        assert [day for day, _ in entry.then] == sorted(day for day, _ in entry.then), entry.id
        assert entry in registry.lookup(entry.name), entry.id
        assert all(folded_words(alias) for alias in entry.aliases), entry.id
        assert entry.wikidata is None or re.fullmatch(r"Q[1-9]\d*", entry.wikidata), entry.id
    for country in registry.countries.values():
        for what in ("military", "police", "government"):
            assert any(entry.country == country.code and entry.id.startswith(what) for entry in registry.entries.values())


def test_parents_are_entries_and_lead_to_an_end(registry: Registry) -> None:
    for entry in registry.entries.values():
        line, at = [entry.id], entry
        while at.parent is not None:
            assert at.parent in registry.entries, at.id
            at = registry.entries[at.parent]
            assert at.id not in line, line
            line.append(at.id)


def test_a_name_of_two_actors_is_told_apart_by_country_or_years(registry: Registry) -> None:
    for name in registry._names.values():
        for first, second in combinations([registry.entries[key] for key in name.ids], 2):
            elsewhere = first.country and second.country and first.country != second.country
            then = (first.last_year or 9999) < (second.first_year or 0) or (second.last_year or 9999) < (first.first_year or 0)
            assert elsewhere or then, (name.written, first.id, second.id)


def test_codes_are_of_the_schemes_vocabularies(registry: Registry) -> None:
    for entry in registry.entries.values():
        codes = entry.codes_on(None)
        assert entry.kind is ActorKind.UNKNOWN or codes["acled"] in range(1, 9), entry.id
        assert entry.kind is ActorKind.UNKNOWN or codes["plover"] in PLOVER_SECTORS, entry.id
        assert re.fullmatch(r"(?:[A-Z]{3}){1,5}", str(codes.get("cameo", "IGO"))), entry.id


@pytest.mark.parametrize(
    ("ident", "day", "name"),
    [
        ("military-of-iraq", "2016-10-14", "Military Forces of Iraq (2014-2018)"),
        ("military-of-iraq", "2014-09-07", "Military Forces of Iraq (2006-2014)"),
        ("military-of-iraq", "2024-01-01", "Military Forces of Iraq (2022-)"),
        ("police-of-colombia", "1989-11-27", "Police Forces of Colombia (1986-1990)"),
        ("government-of-mali", "2021-06-01", "Government of Mali (2021-)"),
        ("air-force-of-syria", "2015-01-01", "Military Forces of Syria (2000-2024) Air Force"),
        ("gendarmerie-of-france", "2020-01-01", "Police Forces of France (2017-) Gendarmerie"),
        ("military-of-iraq", None, "Military Forces of Iraq"),
        ("military-of-iraq", "1950-01-01", "Military Forces of Iraq"),  # no government is made up
        ("military-of-monaco", "2016-10-14", "Military Forces of Monaco"),
        ("islamic-state", "2016-10-14", None),
        ("atlacatl-battalion", "1989-11-27", None),
    ],
)
def test_state_forces_have_dated_names(registry: Registry, ident: str, day: str | None, name: str | None) -> None:
    assert registry.dated_name(registry.entries[ident], dt.date.fromisoformat(day) if day else None) == name


def test_governments_follow_each_other(registry: Registry) -> None:
    from dateline.grounding.actor_states import _governments

    for code, starts in _governments().items():
        days = [dt.date.fromisoformat(day) for day in starts]
        assert code in registry.countries
        assert days == sorted(days), code


@pytest.mark.parametrize(("ident", "kind"), [("fmln", "rebel_group"), ("taliban", "government"), ("sandinistas", "government")])
def test_kinds_without_a_day(registry: Registry, ident: str, kind: str) -> None:
    assert registry.entries[ident].kind_on(None) == kind


def test_codes_follow_the_kind_on_the_day(registry: Registry) -> None:
    rsf = registry.entries["rsf"]
    assert rsf.codes_on(dt.date(2022, 1, 1))["acled"] == 1
    assert rsf.codes_on(dt.date(2023, 6, 1))["acled"] == 2
    assert registry.entries["military-of-iraq"].codes_on(None) == {"acled": 1, "plover": "MIL", "cameo": "IRQMIL"}
    assert registry.entries["boko-haram"].codes_on(None) == {"acled": 2, "plover": "REB", "cameo": "NGAREB"}
    assert registry.entries["islamic-state"].codes_on(None)["acled"] == 2


def test_opening_and_reading_are_fast(registry: Registry) -> None:
    from dateline.grounding import registry as module

    def least(work) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    def read() -> None:
        report = ReportActors.read(REPORT * 6, registry, country="ERI")
        for index in range(20):
            report.resolve("the rebels", sentence=index)

    assert least(module._shipped.__wrapped__) < 0.3  # half of that in practice
    assert least(read) < 0.015


# --- a user's own file ---


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_entries_go_before_shipped_ones(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'teapot-order = {name = "Order of the Teapot", kind = "militia", country = "GBR", aliases = ["OTT", "ISIS"]}\n',
    )
    registry = Registry.open([path])
    assert [entry.id for entry in registry.lookup("ISIS")] == ["teapot-order", "islamic-state"]
    who = ReportActors.read(["The Order of the Teapot rose."], registry).resolve("the Order of the Teapot", sentence=0)
    assert (who.actor_id, who.country) == ("teapot-order", "GBR")


def test_an_own_entry_replaces_a_shipped_one_of_its_id(tmp_path: Path) -> None:
    registry = Registry.open([write(tmp_path, '[hamas]\nname = "Hamas (own)"\nkind = "government"\ncountry = "PSE"\n')])
    assert registry.entries["hamas"].name == "Hamas (own)"
    assert registry.lookup("Islamic Resistance Movement") == []


MISTAKES = """\
# my actors
good = {name = "Good", kind = "militia"}
Bad_Id = {name = "Bad", kind = "militia"}
no-kind = {name = "No kind"}
odd-kind = {name = "Odd", kind = "rebels", country = "Iraq"}
late = {name = "Late", kind = "militia", from = 2010, to = 2000, parent = "nobody"}

[long-form]
name = "Long form"
kind = "militia"
colour = "red"
aliases = ["fine", ""]
wikidata = "2429253"
codes = {acled = 9, plover = "XYZ", cameo = "Iraq"}
then = {"sometime" = "government"}
"""


def test_all_mistakes_are_listed_with_their_lines(tmp_path: Path) -> None:
    path = write(tmp_path, MISTAKES)
    with pytest.raises(RegistryError) as caught:
        Registry.open([path])
    lines = str(caught.value).splitlines()
    wanted = [
        (3, "id must be"),
        (4, "'kind' is missing"),
        (5, "kind 'rebels' is none of"),
        (5, "country 'Iraq'"),
        (6, "parent 'nobody'"),
        (6, "is after 'to'"),
        (11, "unknown field 'colour'"),
        (12, "'aliases' must be"),
        (13, "wikidata"),
        (14, "acled code 9"),
        (14, "plover code 'XYZ'"),
        (14, "cameo code 'Iraq'"),
        (15, "no day of the form"),
    ]
    for number, words in wanted:
        assert any(line.startswith(f"{path}:{number}: ") and words in line for line in lines), (number, words, lines)
    assert len(lines) == len(wanted)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a = {name = ", "is not TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"name = 3", "must be a table"),
        (b'a = {name = 3, kind = "militia", codes = {cameo = true}}', "'name' must be a text"),
    ],
)
def test_files_that_are_none_are_refused_by_name(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(data)
    with pytest.raises(RegistryError, match=words) as caught:
        Registry.open([path, tmp_path / "absent.toml"])
    assert str(path) in str(caught.value)
    assert "absent.toml: cannot be read" in str(caught.value)


# --- what always holds ---

PIECES = (
    "the|a|ISIS|Iraqi|army|of|and|fighters|'s|U.N.|suspected|58|men|who|—|Colonel|Omar|al-Shabaab|rebels|police|Kurdish|leader|its|in|"
    "Mosul|-backed|(PFX)|,|é|IS|group|former|Taliban|killed|'|Russia|convoy|forces|loyal|to"
)
WORDS = st.lists(st.sampled_from(PIECES.split("|")), max_size=9).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(
    WORDS | st.text(max_size=40),
    st.sampled_from(["agent", "target", "support", "source"]),
    st.sampled_from(["IRQ", "ZZZ", None]),
)
def test_every_phrase_gets_an_answer(phrase: str, role: str, home: str | None) -> None:
    registry = Registry.open()
    report = ReportActors.read([phrase, "The army said so."], registry, country=home)
    who = report.resolve(phrase, sentence=0, role=role)
    assert who == report.resolve(phrase, sentence=0, role=role)
    assert who.name.strip() or not phrase.strip()
    assert who.actor_id is None or who.actor_id in registry.entries
    assert who.basis
    assert who.evidence == ()
    assert report.resolve_all(phrase, sentence=0, role=role)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_tokens_stand_in_the_text(text: str) -> None:
    tokens = tokenise(text)
    assert tuple(token.folded for token in tokens) == folded_words(text)
    assert all(0 <= before.end <= after.start for before, after in pairwise(tokens))
    assert all(fold(text[token.start : token.end]) == token.folded or token.folded == "'s" for token in tokens)


@pytest.mark.parametrize(
    ("phrase", "owner"),
    [
        ("ISIL heavy weapons", "Islamic State"),
        ("an ISIL fighting position", "Islamic State"),
        ("the Taliban's base", "Taliban"),
        ("the base of ISIL", None),  # the words behind "of" may name a place, a claim or a side
        ("ISIL", None),  # the group itself is no thing of its own
        ("the army's barracks", None),
        ("a convoy", None),
    ],
)
def test_things_have_owners(registry: Registry, phrase: str, owner: str | None) -> None:
    report = ReportActors.read([f"Aircraft destroyed {phrase} near the town."], registry, day=dt.date(2015, 6, 1))
    who = report.owner_of(phrase, sentence=0)
    assert (who.name if who else None) == owner
    assert who is None or who.actor_id

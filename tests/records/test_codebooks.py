"""Codebooks: what the shipped ones say, that they are whole, and how mistakes in one's own are told."""

import csv
import gzip
import importlib.util
import itertools
import json
import pickle
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import knowledge
from dateline.config import CODEBOOKS
from dateline.errors import CodebookError
from dateline.model import (
    ActorKind,
    Event,
    EventType,
    Evidence,
    PlacePrecision,
    Span,
    Status,
    Thing,
    Toll,
    TollKind,
    Where,
    Who,
)
from dateline.records.codebooks import CONDITIONS, code_event, code_events, example_event, open_codebook, read_facts
from dateline.records.toml_lines import Places

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "codebooks.md"
TABLES = ROOT.parent / "shared" / "facts" / "tables"
BOOKS = {name: open_codebook(name) for name in CODEBOOKS}
CASES = [json.loads(line) for line in (ROOT / "tests/cases/codebook_conditions.jsonl").read_text(encoding="utf-8").splitlines()]
RULES = [pytest.param(name, rule, id=f"{name}-{rule.id}") for name, book in BOOKS.items() for rule in book.rules]


def table(name):
    path = TABLES / name
    if not path.exists():
        pytest.skip(f"the schemes' own tables are not here ({path})")
    return path


def event(**facts):
    return example_event({"text": "", **facts})


def codes(**facts):
    return code_events([event(**facts)], list(BOOKS.values()))[0].codes


# --- the shipped codebooks ---------------------------------------------------------------------------------------------------


def test_folder_of_data_does_not_hide_the_module():
    assert importlib.util.find_spec("dateline.records.codebooks").origin.endswith("codebooks.py")
    assert knowledge.CODEBOOKS.is_dir()
    assert not list(knowledge.CODEBOOKS.glob("*.py"))
    assert {path.stem for path in knowledge.CODEBOOKS.glob("*.toml")} == {*CODEBOOKS, "lists"}


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_rule_codes_its_examples(name, rule):
    for example in rule.examples:
        made = example_event(example)
        assert BOOKS[name].find_rule(read_facts(made)) is rule
        assert code_event(made, BOOKS[name]) == (rule.code.value if rule.code else None)
        for words in [e.quote for e in made.anchors] + [t.name for t in made.objects + made.instruments]:
            assert words in example["text"]


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_rule_says_what_it_rests_on(name, rule):
    assert rule.note
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert BOOKS[name].path.read_text(encoding="utf-8").splitlines()[rule.line - 1] == "[[rule]]"


KINDS = ["none", "state_forces", "rebel_group", "rioters", "civilians"]


@pytest.mark.parametrize("name", CODEBOOKS)
@pytest.mark.parametrize("kind", EventType)
def test_every_type_and_status_has_a_code_or_a_reason_for_none(name, kind):
    for status, agent, target, killed in itertools.product(Status, KINDS, KINDS, (None, 5)):
        toll = {} if killed is None else {"killed": killed}
        made = event(type=kind, status=status, agent_kind=agent, target_kind=target, **toll)
        assert BOOKS[name].find_rule(read_facts(made)), (kind, status, agent, target, killed)


def test_every_list_is_used():
    text = "".join(book.path.read_text(encoding="utf-8") for book in BOOKS.values())
    lists = tomllib.loads((knowledge.CODEBOOKS / "lists.toml").read_text(encoding="utf-8"))["lists"]
    assert [name for name in lists if f'"@{name}"' not in text] == []


def test_acled_codes_are_those_of_the_scheme():
    with table("acled_event_types.csv").open(newline="") as file:
        rows = [{k: v for k, v in row.items() if k != "hierarchy_rank"} for row in csv.DictReader(file)]
    assert list(BOOKS["acled"].codes) == [
        {name: row[name] for name in ("disorder_type", "event_type", "sub_event_type")} for row in rows
    ]
    used = {rule.code.value["sub_event_type"] for rule in BOOKS["acled"].rules if rule.code}
    assert used == {row["sub_event_type"] for row in rows}


def test_plover_codes_are_those_of_the_manual():
    events = json.loads(table("plover.json").read_text())["events"]
    known = {(name, mode) for name, e in events.items() for mode in (None, *e["modes"])}
    assert {(code["event"], code.get("mode")) for code in BOOKS["plover"].codes} == known


def test_cameo_codes_quads_and_scores_are_those_of_the_scheme():
    with table("cameo_codes.csv").open(newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    used = {rule.code.value for rule in BOOKS["cameo"].rules if rule.code}
    assert used == {code["code"] for code in BOOKS["cameo"].codes}
    for code in BOOKS["cameo"].codes:
        row = rows[code["code"]]
        assert code["quad_class"] == int(row["quad_gdelt_inferred"])
        assert code["goldstein"] == float(row["goldstein_icews"] or rows[code["code"][:3]]["goldstein_icews"])


def test_the_mosul_report():
    """The report that Dateline started from, by the facts of its events."""
    is_, people = {"agent_kind": "rebel_group"}, {"target_kind": "unknown"}
    execution = codes(type="execution", anchor="executes", killed=58, **is_, **people)
    assert execution["acled"] == {
        "disorder_type": "Political violence",
        "event_type": "Violence against civilians",
        "sub_event_type": "Attack",
    }
    assert execution["ged"] == {"type_of_violence": 3}
    assert execution["plover"] == {"event": "ASSAULT", "mode": "targeted"}
    assert (execution["cameo"], execution["quad_class"], execution["goldstein"]) == ("202", 4, -10.0)

    seizure = codes(type="seizure", anchor="seized", object="those weapons", **is_)
    assert seizure["acled"]["sub_event_type"] == "Disrupted weapons use"
    assert seizure["ged"] is None
    assert seizure["plover"] == {"event": "COERCE", "mode": "seize"}
    assert seizure["cameo"] == "1711"

    nothing = {"acled": None, "ged": None, "plover": None, "cameo": None, "quad_class": None, "goldstein": None}
    assert codes(type="mutiny", status="foiled", anchor=["revolt", "mutiny", "plot"], target_kind="rebel_group") == nothing
    assert codes(type="takeover", status="planned", agent_kind="state_forces", target_kind="rebel_group") == nothing

    takeover = codes(type="takeover", anchor="takeover", object="Mosul", **is_)
    assert takeover["acled"]["event_type"] == "Battles"
    assert takeover["acled"]["sub_event_type"] == "Non-state actor overtakes territory"
    assert takeover["cameo"] == "192"


@pytest.mark.parametrize(
    ("agent", "target", "expected"),
    [
        ("state_forces", "rebel_group", 1),
        ("rebel_group", "police", 1),
        ("unknown", "state_forces", 1),
        ("militia", "rebel_group", 2),
        ("communal_group", "communal_group", 2),
        ("rebel_group", "civilians", 3),
        ("state_forces", "civilians", 3),
        ("none", "civilians", 3),
        ("rioters", "civilians", None),
        ("none", "none", None),
        ("none", "militia", None),
    ],
)
def test_ged_type_follows_from_the_sides(agent, target, expected):
    code = codes(type="clash", agent_kind=agent, target_kind=target, killed=3)["ged"]
    assert code == (None if expected is None else {"type_of_violence": expected})


def test_ged_needs_a_death_in_low_best_or_high():
    def with_killed(low, best, high):
        toll = Toll(kind=TollKind.KILLED, low=low, best=best, high=high)
        made = event(type="clash", agent_kind="rebel_group", target_kind="state_forces")
        return code_event(Event(**{f: getattr(made, f) for f in made.__slots__} | {"tolls": (toll,)}), BOOKS["ged"])

    assert with_killed(0, 0, 2) == {"type_of_violence": 1}
    assert with_killed(0, 0, 0) is None
    assert with_killed(None, None, None) is None


# Names of the 2016 draft, in which the examples are coded, in the manual's.
EVENTS_2016 = {"FIGHT": "ASSAULT", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "DEMAND": "REQUEST"}
MODES_2016 = {
    "demo-org": "demo",
    "demo-spon": "demo",
    "strike-gen": "strike",
    "strike-hun": "hunger",
    "riot-spon": "riot",
    "assassinate": "targeted",
    "confiscate": "seize",
    "ban": "restrict",
    "host": "visit",
    "curfew": "restrict",
    "martial-law": "restrict",
}
TYPES_2016 = {
    ("ASSAULT", "explosives"): "bombing",
    ("ASSAULT", "suicide-attack"): "suicide_bombing",
    ("ASSAULT", "torture"): "torture",
    ("ASSAULT", "beat"): "torture",
    ("ASSAULT", "sexual"): "sexual_violence",
    ("ASSAULT", "assassinate"): "assassination",
    ("ASSAULT", "primitive"): "armed_attack",
    ("COERCE", "arrest"): "arrest",
    ("COERCE", "ban"): "restriction",
    ("COERCE", "confiscate"): "seizure",
    ("COERCE", "deport"): "displacement",
    ("COERCE", "destroy"): "destruction",
    ("COERCE", "restrict"): "restriction",
    ("FIGHT", "firearms"): "clash",
    ("FIGHT", "explosives"): "bombing",
    ("FIGHT", "heavy-weapons"): "clash",
    ("MOBILIZE", "troops"): "deployment",
    ("MOBILIZE", "police"): "deployment",
    ("MOBILIZE", "weapons"): "deployment",
    ("PROTEST", "demo-org"): "protest",
    ("PROTEST", "demo-spon"): "protest",
    ("PROTEST", "obstruct"): "protest",
    ("PROTEST", "strike-gen"): "protest",
    ("PROTEST", "strike-hun"): "protest",
    ("PROTEST", "riot-spon"): "riot",
    "AID": "aid",
    "CONSULT": "talks",
    "THREATEN": "threat",
}


def test_plover_agrees_with_the_manuals_examples(record_testsuite_property):
    path = ROOT.parent / "shared" / "data" / "reader" / "plover_examples.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the PLOVER manual's examples are not here ({path})")
    tally = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for given_ in map(json.loads, lines):
            name, mode = given_["event"], given_.get("mode")
            kind = TYPES_2016.get((name, mode)) or TYPES_2016.get(name)
            if kind:
                code = code_event(event(type=kind, anchor=given_["eventText"]), BOOKS["plover"]) or {}
                same_event = code.get("event") == EVENTS_2016.get(name, name)
                tally["examples"] += 1
                tally["event"] += same_event
                if mode:
                    tally["with_mode"] += 1
                    tally["mode"] += same_event and code["mode"] == MODES_2016.get(mode, mode)
    for key, value in tally.items():
        record_testsuite_property(f"plover_{key}", value)
    assert tally["event"] >= 117, tally
    assert tally["mode"] >= 79, tally
    page = PAGE.read_text(encoding="utf-8")
    assert f"agrees in {tally['event']} of {tally['examples']}, the mode in {tally['mode']} of the {tally['with_mode']}" in page


# --- any event ---------------------------------------------------------------------------------------------------------------

QUOTES = st.sampled_from(["killed", "drone strike", "hunger strike", "those weapons", "plot", "curfew", "Tear gas", "x", ""])
COUNTRIES = st.sampled_from([None, "IRQ", "SYR"])
PARTY = st.builds(Who, name=QUOTES, kind=st.sampled_from(ActorKind), country=COUNTRIES)
THING = st.builds(Thing, name=QUOTES)
ANCHOR = QUOTES.map(lambda quote: Evidence(article_id="art_1", span=Span(start=0, end=len(quote)), quote=quote))
NUMBER = st.none() | st.integers(0, 400)
ANY_EVENT = st.builds(
    Event,
    id=st.just("evt_1"),
    article_id=st.just("art_1"),
    type=st.sampled_from(EventType),
    status=st.sampled_from(Status),
    anchors=st.lists(ANCHOR, max_size=3).map(tuple),
    agents=st.lists(PARTY, max_size=2).map(tuple),
    targets=st.lists(PARTY, max_size=2).map(tuple),
    objects=st.lists(THING, max_size=2).map(tuple),
    instruments=st.lists(THING, max_size=2).map(tuple),
    place=st.none() | st.builds(Where, name=st.just("M"), precision=st.sampled_from(PlacePrecision), country_code=COUNTRIES),
    tolls=st.lists(st.builds(Toll, kind=st.sampled_from(TollKind), low=NUMBER, best=NUMBER, high=NUMBER), max_size=2).map(
        tuple
    ),
)


@given(ANY_EVENT)
def test_any_event_gets_declared_values_only(made):
    [coded] = code_events([made], list(BOOKS.values()))
    assert list(coded.codes) == ["acled", "ged", "plover", "cameo", "quad_class", "goldstein"]
    for name, book in BOOKS.items():
        code = coded.codes[name]
        assert code == code_event(made, book)
        assert coded.reasons[f"codes.{name}"].startswith("rule ")
        if code is None:
            assert all(coded.codes[beside] is None for beside in book.companions)
        elif book.plain:
            row = {book.plain: code, **{beside: coded.codes[beside] for beside in book.companions}}
            assert row in book.codes
        else:
            assert list(code) == list(book.fields)
            assert {field: value for field, value in code.items() if value is not None} in book.codes


@given(ANY_EVENT)
def test_coding_changes_nothing_else(made):
    [coded] = code_events([made], [BOOKS["acled"]])
    assert {f: getattr(coded, f) for f in made.__slots__} | {"codes": made.codes, "reasons": made.reasons} == {
        f: getattr(made, f) for f in made.__slots__
    }


def test_two_codebooks_may_not_write_under_one_name():
    with pytest.raises(CodebookError, match="writes codes under 'acled'"):
        code_events([], [BOOKS["acled"], BOOKS["acled"]])


def test_opened_codebook_can_be_pickled():
    made = event(type="airstrike")
    assert code_event(made, pickle.loads(pickle.dumps(BOOKS["acled"]))) == code_event(made, BOOKS["acled"])


# --- one's own codebook ------------------------------------------------------------------------------------------------------

HEAD = """name = "mine"
title = "Mine"
[values]
level = ["low", "high"]
"""
RULE = """[[rule]]
id = "one"
when = { type = ["clash"] }
code = { level = "high" }
examples = [{ text = "They fought.", type = "clash" }]
"""


def write(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder, text):
    path = write(folder, text)
    with pytest.raises(CodebookError) as told:
        open_codebook(path)
    lines = str(told.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [(int(n), message) for n, message in (line.removeprefix(f"{path}:").split(": ", 1) for line in lines)]


def test_own_codebook_opens_from_a_path(tmp_path):
    book = open_codebook(write(tmp_path, HEAD + RULE))
    assert (book.name, book.fields) == ("mine", {"level": ("low", "high")})
    assert code_event(event(type="clash"), book) == {"level": "high"}
    assert code_event(event(type="talks"), book) is None
    [coded] = code_events([event(type="talks")], [book])
    assert (coded.codes, coded.reasons) == ({"mine": None}, {"codes.mine": "no rule applies"})


def rule(**parts):
    """A rule of one line a part, with some parts replaced or (None) left out."""
    whole = {
        "id": '"one"',
        "when": '{ type = ["clash"] }',
        "code": '{ level = "high" }',
        "examples": '[{ text = "They fought.", type = "clash" }]',
    } | parts
    return "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in whole.items() if value is not None)


MISTAKES = [
    (rule(when='{ type = ["clahs"] }'), 7, "unknown type 'clahs'; did you mean 'clash'?"),
    (rule(when='{ status = ["happend"] }'), 7, "unknown status 'happend'; did you mean 'happened'?"),
    (rule(when='{ agent_kind = ["army"] }'), 7, "unknown agent kind 'army'; allowed: state_forces, police,"),
    (rule(when='{ typ = ["clash"] }'), 7, "unknown key 'typ'; did you mean 'type'?"),
    (rule(when='{ anchor_words = ["@guns"] }'), 7, "unknown list '@guns'"),
    (rule(when='{ anchor_words = ["*"] }'), 7, "'*' is no word"),
    (rule(when='{ killed_min = "ten" }'), 7, "killed_min must be a whole number"),
    (rule(when="{ killed_min = true }"), 7, "killed_min must be a whole number"),
    (rule(when='{ agent_abroad = "yes" }'), 7, "agent_abroad must be true or false"),
    (rule(when='{ place_country = ["Iraq"] }'), 7, "country 'Iraq' must be an ISO 3166 code"),
    (rule(when="{}"), 7, "when must be a table of conditions"),
    (rule(code='{ level = "hihg" }'), 8, "'hihg' is no value of level; did you mean 'high'?"),
    (rule(code='{ leval = "high" }'), 8, "unknown field 'leval'; did you mean 'level'?"),
    (rule(id=None), 5, "rule without an id"),
    (rule(code=None), 5, "must have either code = {…} or none = true"),
    (rule(none="true"), 5, "must have either code = {…} or none = true"),
    (rule(examples=None), 5, "rule 'one' has no example"),
    (rule(examples="[]"), 9, "rule 'one' has no example"),
    (rule(examples='[{ text = "They fought." }]'), 9, "an example needs text"),
    (rule(examples='[\n  { text = "They fought.", type = "clash" },\n  { text = "So.", type = "war" },\n]'), 11, "unknown type 'war'"),
    (rule(examples='[{ text = "They fought.", type = "clash", dead = 3 }]'), 9, "unknown key 'dead'"),
    (rule(examples='[{ text = "They talked.", type = "talks" }]'), 9, "the example of rule 'one' is coded by no rule"),
    (rule(notes='"x"'), 10, "unknown key 'notes'; did you mean 'note'?"),
    (rule() + rule(when='{ type = ["talks"] }', examples='[{ text = "They met.", type = "talks" }]'), 11, "rule id 'one' stands twice, first at line 5"),
    (rule() + rule(id='"two"', when='{ type = ["clash"], killed_min = 3 }'), 10, "rule 'two' can never apply: rule 'one' (line 5) covers it"),
    (rule(id='"two"', when="{ killed_min = 2 }", examples='[{ text = "Two fell.", type = "clash", killed = 2 }]') + rule(when='{ type = ["clash"], killed_min = 3 }'), 10, "rule 'one' can never apply"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "line", "message"), MISTAKES, ids=[m[2][:40] for m in MISTAKES])
def test_mistake_in_a_rule_is_told_with_its_line(tmp_path, rules, line, message):
    [(told_line, told)] = mistakes(tmp_path, HEAD + rules)
    assert told.startswith(message) or message in told
    assert told_line == line


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('title = "Mine"\n[values]\nlevel = ["high"]\n' + RULE, 1, "name is missing"),
        ('title = "Mine"\nname = "two words"\n[values]\nlevel = ["high"]\n' + RULE, 2, "name 'two words' must be one word"),
        ('name = "mine"\ntitle = 3\n[values]\nlevel = ["high"]\n' + RULE, 2, "title must be text"),
        (HEAD, 1, "has no rules"),
        (HEAD.replace("[values]", 'autor = "me"\n[values]') + RULE, 3, "unknown key 'autor'"),
        (HEAD + 'grade = "A"\n' + RULE, 5, "values of 'grade' must be a list"),
        (HEAD + "[lists]\nguns = 3\n" + RULE, 6, "list 'guns' must be a list of texts"),
        (HEAD.replace("[values]", 'plain = "levle"\n[values]') + RULE, 3, "plain names 'levle', which is no field"),
        (HEAD.replace("[values]", 'companions = [\n  "score",\n]\n[values]') + RULE, 4, "companions names 'score'"),
    ],
)
def test_mistake_outside_the_rules_is_told_with_its_line(tmp_path, text, line, message):
    told = mistakes(tmp_path, text)
    assert any(at == line and message in words for at, words in told), told


CODES = """name = "mine"
title = "Mine"
codes = [
  { kind = "war", part = "land" },
  { kind = "war", part = "air" },
  { kind = "peace" },
]
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('{ part = "air" }', {"kind": "war", "part": "air"}),
        ('{ kind = "peace" }', {"kind": "peace", "part": None}),
        ('{ kind = "war", part = "land" }', {"kind": "war", "part": "land"}),
    ],
)
def test_code_names_as_few_fields_as_tell_it(tmp_path, code, expected):
    book = open_codebook(write(tmp_path, CODES + rule(code=code)))
    assert code_event(event(type="clash"), book) == expected


@pytest.mark.parametrize("code", ['{ kind = "war" }', '{ kind = "peace", part = "air" }'])
def test_code_that_is_no_one_combination_is_a_mistake(tmp_path, code):
    [(line, told)] = mistakes(tmp_path, CODES + rule(code=code))
    assert line == 11
    assert "fits no code or several" in told


def test_code_that_stands_twice_is_a_mistake(tmp_path):
    [(line, told)] = mistakes(
        tmp_path, CODES.replace('{ kind = "peace" }', '{ kind = "war", part = "air" }') + rule(code='{ part = "land" }')
    )
    assert (line, "stands twice" in told) == (6, True)


def test_code_without_the_plain_field_is_a_mistake(tmp_path):
    [(line, told)] = mistakes(tmp_path, CODES.replace("codes", 'plain = "part"\ncodes', 1) + rule(code='{ kind = "peace" }'))
    assert (line, "leaves out part" in told) == (12, True)


def test_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + RULE).replace("\n", "\r\n").encode())
    assert open_codebook(path).rules[0].line == 5


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = (
        HEAD
        + rule(when='{ type = ["clahs"], agent_kind = ["army"] }')
        + rule(id='"two"', code='{ level = "x" }', examples=None)
    )
    assert [line for line, _ in mistakes(tmp_path, text)] == [7, 7, 10, 13]


@pytest.mark.parametrize(
    "wrong", ["3", "true", "[]", "{}", '"x"', "[[1]]", "[{ a = [1] }]", "{ a = {} }", "1979-05-27", "[1, 'x']"]
)
def test_value_of_a_wrong_sort_is_a_mistake_and_never_a_crash(tmp_path, wrong):
    good = (CODES + 'plain = "kind"\ncompanions = ["part"]\n[lists]\nguns = ["gun"]\n') + rule(
        code='{ part = "air" }', when='{ type = ["clash"], killed_min = 1, agent_abroad = true }', unless='{ place_country = ["IRQ"] }',
        examples='[{ text = "They fought.", type = "clash", killed = 2, agent_country = "USA", place_country = "SYR" }]',
    )  # fmt: skip
    assert open_codebook(write(tmp_path, good)).plain == "kind"
    value = r"(\[[^\n]*\]|\{[^\n]*\}|\[\n[^\]]*\]|\"[^\"\n]*\"|\d+|true)"
    for at in re.finditer(rf"(?<= = ){value}", good):
        text = good[: at.start()] + wrong + good[at.end() :]
        try:
            open_codebook(write(tmp_path, text))
        except CodebookError as error:
            assert all(re.match(r".*mine\.toml:\d+: ", line) for line in str(error).splitlines())  # noqa: PT017


def test_not_toml_is_told_with_its_line(tmp_path):
    [(line, told)] = mistakes(tmp_path, HEAD + '[[rule]]\nid = "one\n')
    assert (line, told.startswith("not TOML: ")) == (6, True)


def test_not_utf8_is_told_with_its_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b'name = "mine"\ntitle = "caf\xe9"\n')
    with pytest.raises(CodebookError, match=r":2: not UTF-8"):
        open_codebook(path)


def test_unknown_codebook_names_those_that_ship(tmp_path):
    with pytest.raises(CodebookError, match=r"'acleed'.*acled, ged, plover, cameo"):
        open_codebook("acleed")
    with pytest.raises(CodebookError, match="cannot be read"):
        open_codebook(tmp_path)


def test_lines_are_found_behind_comments_strings_and_tables():
    text = "# [[rule]] in a comment\nnote = \"\"\"\n[[rule]]\nwhen = { type = [\"x\"] }\"\"\"\n[[rule]]  # the first\nid = \"when = 3\"\nwhen.type = [\n  \"clash\",\n  'talks',\n]\n  [[rule]]\n  [rule.when]\n  status = [\"planned\"]\n  [[rule.examples]]\n  text = \"a\"\n  [[rule.examples]]\n  text = \"b\"\n[lists]\nguns = [\"gun\"]"  # fmt: skip
    tomllib.loads(text)
    places = Places(text)
    assert places.line(0) == 5
    assert places.line(0, "id") == 6
    assert places.line(0, "when") == 7
    assert places.line(0, "when", "type", value="talks") == 9
    assert places.line(1) == 11
    assert places.line(1, "when", "status") == 13
    assert places.line(1, "examples", 1, "text") == 17
    assert places.line(None, "lists", "guns") == 19
    assert places.line(None, "note") == 2
    assert places.line(7, "when") in (7, 12)


# --- conditions --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[f"{case['condition']}-{case['holds']}" for case in CASES])
def test_condition(tmp_path, monkeypatch, case):
    monkeypatch.setattr("dateline.records.codebooks._Reader._check_examples", lambda *_: None)
    book = open_codebook(write(tmp_path, HEAD + rule(when=f"{{ {case['condition']} }}")))
    made = event(**{"type": "clash", **case["facts"]})
    assert book.rules[0].holds(read_facts(made)) is case["holds"]


def test_unless_stops_a_rule_when_any_of_it_holds(tmp_path):
    book = open_codebook(write(tmp_path, HEAD + rule(unless='{ agent_kind = ["police"], killed_min = 5 }')))
    assert code_event(event(type="clash"), book) == {"level": "high"}
    assert code_event(event(type="clash", agent_kind="police"), book) is None
    assert code_event(event(type="clash", killed=5), book) is None


def test_own_list_takes_the_place_of_a_shipped_one(tmp_path):
    book = open_codebook(
        write(
            tmp_path,
            HEAD
            + '[lists]\nweapons = ["arme*"]\n'
            + rule(
                when='{ object_words = ["@weapons"] }', examples='[{ text = "Les armes.", type = "seizure", object = "armes" }]'
            ),
        )
    )
    assert code_event(event(type="seizure", object="rifles"), book) is None


# --- the page about it -------------------------------------------------------------------------------------------------------


def test_page_tells_every_condition_and_every_key():
    text = PAGE.read_text(encoding="utf-8")
    numbers = {f"{kind}_{end}" for kind in TollKind for end in ("min", "max")}
    missing = [key for key in CONDITIONS if key not in numbers and f"`{key}`" not in text]
    assert missing == []
    assert all(f"`{kind}`" in text for kind in TollKind)
    for key in ("name", "title", "version", "source", "licence", "codes", "values", "plain", "companions", "lists", "rule",
                "id", "when", "unless", "code", "none", "note", "examples", "label"):  # fmt: skip
        assert f"`{key}`" in text, key


def test_page_tells_every_field_of_every_shipped_codebook():
    text = PAGE.read_text(encoding="utf-8")
    assert [f for book in BOOKS.values() for f in (*book.fields, book.name) if f"`{f}`" not in text] == []


def test_example_on_the_page_works(tmp_path):
    [toml] = re.findall(r"```toml\n(name = .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    book = open_codebook(write(tmp_path, toml))
    assert code_event(event(type="bombing", target_kind="civilians", killed=12), book) == {"level": "red", "desk": "security"}
    assert code_event(event(type="abduction", target_kind="media"), book) == {"level": "orange", "desk": "press"}
    assert code_event(event(type="bombing", status="planned"), book) is None

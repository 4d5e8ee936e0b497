"""Who the words of a report mean in the light of all that it names."""

from __future__ import annotations

import pytest

from dateline.grounding.actors import ReportActors, tell_apart
from dateline.grounding.registry import Registry
from dateline.model import ActorKind, Evidence, Span, Who


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.open()


ONE_GROUP = [
    "Boko Haram said it had burned the market.",
    "They left before dawn, traders said.",
    "Militants killed two herders on the road.",
    "The attackers came on motorcycles.",
    "Gunmen robbed a bank in another state.",
    "Unidentified attackers shot a judge.",
    "A spokesman for the group spoke of revenge.",
    "Suspected militants were seen near the lake.",
]


@pytest.mark.parametrize(
    ("phrase", "sentence", "ident"),
    [
        ("it", 0, "boko-haram"),
        ("They", 1, "boko-haram"),
        ("Militants", 2, "boko-haram"),
        ("The attackers", 3, "boko-haram"),
        ("Gunmen", 4, None),  # could be anybody
        ("Unidentified attackers", 5, None),
        ("A spokesman for the group", 6, "boko-haram"),
        ("Suspected militants", 7, None),
        ("they", 4, None),  # too far from where the group is named
    ],
)
def test_a_report_on_one_group(registry: Registry, phrase: str, sentence: int, ident: str | None) -> None:
    who = ReportActors.read(ONE_GROUP, registry, country="NGA").resolve(phrase, sentence=sentence)
    assert who.actor_id == ident, who.basis
    assert "rule" in who.basis or ident is None


def test_militants_of_two_groups_are_not_told_apart(registry: Registry) -> None:
    sentences = ["Boko Haram and Ansaru are rivals.", "Residents fled.", "Militants killed two herders."]
    who = ReportActors.read(sentences, registry, country="NGA").resolve("Militants", sentence=2)
    assert (who.name, who.actor_id) == ("militants", None)


def test_an_acronym_may_stand_before_its_long_form(registry: Registry) -> None:
    sentences = ["The PFD claimed the raid.", "The Patriotic Front for Danakil (PFD) has fought since May."]
    report = ReportActors.read(sentences, registry, country="ERI")
    assert report.resolve("The PFD", sentence=0).name == "Patriotic Front for Danakil"


@pytest.mark.parametrize(
    ("phrase", "name", "kind"),
    [
        ("the splinter group Dawn of Faith", "Dawn of Faith", ActorKind.UNKNOWN),
        ("a militia called the Sons of the River", "Sons of the River", ActorKind.MILITIA),
        ("Rebel general Idris Mbeki", "rebel general Idris Mbeki", ActorKind.REBEL_GROUP),  # a person is no group
    ],
)
def test_a_name_beside_its_noun(registry: Registry, phrase: str, name: str, kind: ActorKind) -> None:
    who = ReportActors.read([phrase + " attacked the town."], registry, country="TCD").resolve(phrase, sentence=0)
    assert (who.name, who.kind, who.actor_id) == (name, kind, None)


@pytest.mark.parametrize("phrase", ["both sides", "the two sides", "the three groups"])
def test_two_sides_are_no_one_group(registry: Registry, phrase: str) -> None:
    report = ReportActors.read(["The PKK and the army fought.", f"Later {phrase} met."], registry, country="TUR")
    assert report.resolve(phrase, sentence=1).actor_id is None


def test_the_army_is_the_home_countrys_whoever_was_named_last(registry: Registry) -> None:
    sentences = ["Kenyan troops crossed the border.", "The army said nothing."]
    who = ReportActors.read(sentences, registry, country="SOM").resolve("The army", sentence=1)
    assert who.country == "SOM"


def side(name: str, basis: str, quote: str) -> Who:
    evidence = Evidence(article_id="art_1", span=Span(start=0, end=len(quote)), quote=quote)
    return Who(name=name, actor_id=name.lower(), kind=ActorKind.REBEL_GROUP, basis=basis, evidence=(evidence,))


NAMED, GUESSED = "registry: alias 'Taliban'", "rule: the only armed group that the report names ('militants')"


@pytest.mark.parametrize(
    ("agent", "target", "ids"),
    [
        (NAMED, GUESSED, ("taliban", None)),
        (GUESSED, NAMED, (None, "taliban")),
        (GUESSED, GUESSED, ("taliban", None)),
        (NAMED, NAMED, ("taliban", "taliban")),  # a feud that the report itself tells
    ],
)
def test_no_rule_puts_a_party_on_both_sides(agent: str, target: str, ids: tuple[str | None, str | None]) -> None:
    agents, targets = tell_apart([side("Taliban", agent, "the rebels")], [side("Taliban", target, "The militants")])
    assert (agents[0].actor_id, targets[0].actor_id) == ids
    for who in (*agents, *targets):
        assert who.actor_id or who.name in ("rebels", "militants")
        assert who.evidence


def test_a_private_person_stays_a_phrase(registry: Registry) -> None:
    report = ReportActors.read(["Nadia Karimova was shot dead in the market."], registry, country="TJK")
    who = report.resolve("Nadia Karimova", sentence=0, role="target")
    assert (who.name, who.actor_id, who.country) == ("Nadia Karimova", None, None)

"""Whose words a claim is in, where its own sentence does not say; on hand-made claims."""

import pytest

from dateline.articles import make_article
from dateline.claims.speakers import may_mean
from dateline.claims.stance import build_attributions
from dateline.claims.voices import attribution, give_voices, is_said, subjects_of
from dateline.model import Claim, EventType, Span


def claims_of(article, *anchors):
    """Make a claim of each (sentence, word), with no attribution."""
    claims = []
    for index, (number, word) in enumerate(anchors):
        sentence = article.sentences[number]
        start = sentence.span.start + sentence.text.index(word)
        anchor = article.evidence(Span(start=start, end=start + len(word)))
        claims.append(Claim(index=index, sentence=number, anchor=anchor, type=EventType.CLASH))
    return claims


def voiced(sentences, number, word):
    article = make_article("\n".join(sentences))
    (claim,) = give_voices(article, claims_of(article, (number, word)))
    for one in claim.attributions:
        for evidence in one.evidence:
            assert article.quote(evidence.span) == evidence.quote
    return [one.speaker for one in claim.attributions]


@pytest.mark.parametrize(
    ("sentences", "number", "speakers"),
    [
        # a quotation that an earlier sentence opened
        (["The mayor said: “We heard the first shots at dawn.", "The attack lasted an hour.”"], 1, ["The mayor"]),
        (['The mayor said: "We heard shots at dawn.', 'The attack lasted an hour."'], 1, ["The mayor"]),
        (["“They came at dawn,” said the mayor.", "“The attack lasted an hour.”"], 1, ["the mayor"]),
        (["The mayor said:", "The attack began at dawn."], 1, ["The mayor"]),
        # and what is no quotation, or is closed
        (["The mayor said: “We heard shots.”", "The attack lasted an hour."], 1, []),
        (["The mayor said the town was calm.", "The attack lasted an hour."], 1, []),
        (["The mayor said:", "All is well.", "The attack lasted an hour."], 2, []),
    ],
)
def test_a_quotation_that_goes_on_keeps_its_speaker(sentences, number, speakers):
    assert voiced(sentences, number, "attack") == speakers


def test_a_quotation_is_not_followed_for_ever():
    rest = [f"Nothing more was seen of the {number} carts." for number in ("two", "four", "five", "six", "seven", "nine")]
    assert voiced(["The mayor said: “They came at dawn.", *rest, "The attack was over."], 7, "attack") == []


@pytest.mark.parametrize(
    ("before", "sentence", "speaker"),
    [
        ("Police commander Adel Haris said the road was open.", "He said the attack was over.", "Police commander Adel Haris"),
        ("The army said the road was open.", "It said the attack was over.", "The army"),
        ("Residents said the road was open.", "They said the attack was over.", "Residents"),
        ("Early today Mr Hartley gave an interview.", "He said the attack was over.", "Mr Hartley"),
        ("The army said the road was open.", "He said the attack was over.", "He"),  # no army is a he
        ("Reuters said the road was open.", "It said the attack was over.", "It"),  # who passes on is left out
    ],
)
def test_a_pronoun_gets_the_name_of_the_last_speaker_whom_it_may_mean(before, sentence, speaker):
    article = make_article(f"{before}\n{sentence}")
    pronoun = sentence.split()[0]
    (chain,) = build_attributions(sentence, [(0, len(pronoun))], [(len(pronoun) + 1, len(pronoun) + 5)])
    (claim,) = claims_of(article, (1, "attack"))
    spoken = Claim(
        index=0,
        sentence=1,
        anchor=claim.anchor,
        type=claim.type,
        attributions=(attribution(article, article.sentences[1], chain),),
    )
    (given,) = give_voices(article, [spoken])
    (one,) = given.attributions
    assert one.speaker == speaker
    assert {pronoun, speaker} <= {evidence.quote for evidence in one.evidence}
    assert all(article.quote(evidence.span) == evidence.quote for evidence in one.evidence)


@pytest.mark.parametrize(
    ("pronoun", "phrase", "may"),
    [
        ("he", "a hospital official", True),
        ("he", "the charge sheet", False),
        ("he", "residents", False),
        ("they", "residents", True),
        ("they", "police", True),
        ("they", "the governor", False),
        ("it", "the ministry", True),
        ("it", "the minister", False),
        ("he", "he", False),
    ],
)
def test_whom_a_pronoun_may_mean(pronoun, phrase, may):
    assert may_mean(pronoun, phrase) is may


@pytest.mark.parametrize(
    ("sentence", "cue", "speakers"),
    [
        ("Moscow announced the fall of Vedeno on Monday.", "announced", ["Moscow"]),
        ("Twelve people died, residents and local media said.", "said", ["residents and local media"]),
        ("The unions maintain that the strike goes on.", "maintain", ["The unions"]),
        ("A statement after an emergency meeting, said that the raid was over.", "said", ["A statement"]),
        ("They served a warrant on an alleged bomb-maker.", "alleged", []),
        ("The rebels called for a general strike.", "called", []),
        ("A man accused of the bombing was held.", "accused", []),
    ],
)
def test_the_subject_of_a_plain_word_of_saying_speaks(sentence, cue, speakers):
    start = sentence.index(cue)
    assert [sentence[slice(*place)] for place in subjects_of(sentence, [(start, start + len(cue))])] == speakers


def test_a_name_without_any_word_of_saying_is_no_speaker():
    (chain,) = build_attributions("The ministry offered no theory on the attack.", [(0, 12)], [])
    assert not is_said("The ministry offered no theory on the attack.", chain)
    (heading,) = build_attributions("RADIO VOICE: GUNMEN ATTACKED A BANK.", [(0, 11)], [])
    assert is_said("RADIO VOICE: GUNMEN ATTACKED A BANK.", heading)


def test_a_witness_heard_right_after_an_event_speaks_of_it():
    assert voiced(["Gunmen stormed a bank.", "Residents said the bodies lay in the street."], 0, "stormed") == ["Residents"]

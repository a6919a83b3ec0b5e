"""Articles of law: whatever the service cites is described in both languages, with address and marks; nothing else is."""

import re
from datetime import date
from pathlib import Path

import pytest

from core.languages import in_both
from referrals.conflicts_of_interest import actions as conflicts_of_interest
from referrals.justice import letter
from referrals.models import MeasureType
from referrals.policy.definitions import SETTINGS
from referrals.staffing import standins
from referrals.vocabulary.law.article import Checked, Code
from referrals.vocabulary.law.citations import ARTICLES, citation_lines, cited, found_in
from referrals.workflow.deadlines import DEADLINES
from referrals.workflow.step import steps
from tests.repository.test_languages import APPS, english

ROOT = Path(__file__).resolve().parents[3]
#: What looks like an article in a sentence.
NUMBER = re.compile(
    r"\b[LRD]\.? ?\d{3}-\d+(?:-\d+)*|(?:\bC[CP]C?|RGPD|[Cc]ode \w+|art\.|[Aa]rticles?),? (?:art\. )?\d[\d-]*"
)
#: Sentences that name the article before its code, and the article that they name.
THE_OTHER_WAY_ROUND = {
    "Prostitution – art. 13 loi du 4 mars 2002": "LOI-2002-305-13",
    "Article L226-4 du code de l'action sociale et des familles.": "CASF-L226-4",
}


def declared():
    yield from (step.law for step in steps.all())
    yield from (facts.law for facts in DEADLINES.values())
    yield from (setting.law for setting in SETTINGS.values())
    yield from (conflicts_of_interest.LAW, standins.LAW)
    yield from MeasureType.objects.values_list("basis", flat=True)


def said():
    """Yield the sentences for people, in both languages; the texts of the articles too."""
    for app in APPS:
        for french, words in english(app).items():
            yield from (french.rpartition("\x04")[2], words)
    yield from re.findall(r"<p>(.*?)</p>", (ROOT / "referrals/justice/letter.html").read_text())


def grounds():
    return {one.article.key for law in letter.LAW.values() for one in found_in(law, Code.CASF)}


@pytest.mark.django_db
def test_every_article_cited_is_described_and_none_is_described_for_nothing():
    in_declarations = {one.article.key for law in declared() for one in cited(law)}
    in_sentences = {one.article.key for sentence in said() for one in found_in(sentence)}

    assert {*in_declarations, *in_sentences, *grounds(), *THE_OTHER_WAY_ROUND.values()} == set(ARTICLES)


def test_every_ground_of_the_letter_to_the_prosecutor_is_a_known_article():
    for law in letter.LAW.values():
        assert list(found_in(law, Code.CASF)), law


def test_no_sentence_cites_an_article_that_the_reader_can_not_look_up():
    unknown = {
        sentence
        for sentence in said()
        for found in NUMBER.finditer(sentence)
        if not any(one.start <= found.end() - 1 < one.end for one in found_in(sentence))
    }

    assert unknown - set(THE_OTHER_WAY_ROUND) == set()


@pytest.mark.parametrize("article", ARTICLES.values(), ids=list(ARTICLES))
def test_each_article_has_two_sentences_in_each_language_an_address_and_its_marks(article):
    says = in_both(article.says)

    assert says["fr"] != says["en"]
    assert [len(re.findall(r"\.(?: |$)", text)) for text in says.values()] == [2, 2], says
    assert re.match(r"https://(www\.legifrance\.gouv\.fr|eur-lex\.europa\.eu)/", article.address)
    assert (article.read_in is None) is (article.checked is Checked.NOT)
    assert article.since is None or article.since < (article.read_in or date.max)


@pytest.mark.parametrize(
    ("law", "articles"),
    [
        ("", []),
        ("CJPM", ["CJPM"]),
        ("CASF L226-3, D226-2-3", ["CASF L226-3", "CASF D226-2-3"]),
        ("CASF L221-3, R221-5 à R221-8", ["CASF L221-3", "CASF R221-5", "CASF R221-8"]),
        ("CASF L226-4 I d; loi 2002-305 art. 13", ["CASF L226-4 I d", "loi 2002-305 art. 13"]),
        ("CASF L226-5 al. 2, D226-2-8", ["CASF L226-5 al. 2", "CASF D226-2-8"]),
        ("CASF L222-5 1°", ["CASF L222-5 1°"]),
        ("RGPD art. 5, 32", ["RGPD art. 5", "RGPD art. 32"]),
        ("CP 227-23; CPP art. 40", ["CP 227-23", "CPP art. 40"]),
        ("Code du patrimoine L212-2, R212-14", ["Code du patrimoine L212-2", "Code du patrimoine R212-14"]),
    ],
)
def test_a_citation_is_read_article_by_article(law, articles):
    assert [one["text"] for one in citation_lines(law)] == articles


@pytest.mark.parametrize(
    "law", ["CASF L226-99", "CASF", "L226-4", "CASF L226-4 (?)", "CC 375; D226-2-4", "CASF L226-4,"]
)
def test_a_declaration_that_cites_what_nobody_described_stops_the_start(law):
    with pytest.raises(ValueError, match="declared nowhere"):
        cited(law)


def test_a_sentence_has_other_numbers_too():
    sentence = "Sous 72 heures, 3 mois, le 24/11/2026 (CASF L226-4), 72 fois ; Code civil 375-5."

    assert [one.text for one in found_in(sentence)] == ["CASF L226-4", "CC 375-5"]
    assert [sentence[one.start : one.end] for one in found_in(sentence)] == [
        "CASF L226-4",
        "Code civil 375-5",
    ]

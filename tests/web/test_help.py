"""The procedure, the words and the law: told from the declarations, whole, in both languages, with the place of a case."""

import html
import re

import pytest

from core import french
from core.languages import in_language
from referrals.vocabulary.law.article import Checked
from referrals.vocabulary.law.citations import ARTICLES, cited
from referrals.vocabulary.states import Machine, State
from referrals.workflow.step import SAME, steps
from tests.factories.concerns import concern
from tests.web.visiting import Visitor, links, text
from web.help.lexicon import TERMS
from web.help.procedure import FEW, PARTS


@pytest.fixture
def teacher(world):
    return Visitor(world, "filer")


def unlinked(page):
    """Return a page without the marks of its links, which stand within sentences."""
    return re.sub(r"</?a\b[^>]*>", "", page)


def test_every_state_has_its_place_on_the_line():
    placed = [state for _, states in PARTS for state in states]

    assert sorted(placed) == sorted(State)


def test_every_step_of_the_procedure_is_told_with_its_law(teacher):
    """Each where it starts from; one that starts nearly everywhere once."""
    page = html.unescape(teacher.get("/procedure").content.decode())

    for step in steps.of(Machine.REFERRAL):
        if not step.source:
            continue
        told = re.findall(rf"<li><strong>{re.escape(str(step.label))}</strong>.*?</li>", page, re.DOTALL)
        once = step.target == (SAME,) or len(step.source) > FEW
        assert len(told) >= (1 if once else len(step.source)), step.name
        assert all(step.law in unlinked(one) for one in told), step.name
        assert all(f'href="/textes#{one.article.key}"' in told[0] for one in cited(step.law)), step.name
        for state in step.target:
            assert state == SAME or f'href="#{state}"' in told[0], step.name


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_pages_speak_both_languages(teacher, language):
    teacher.post("/langue", {"language": language})
    procedure = text(teacher.get("/procedure"))
    lexicon = html.unescape(unlinked(teacher.get("/lexique").content.decode()))

    english = language == "en"
    for state in State:
        assert state.labels_by_language[language] in procedure
    for term in TERMS:
        with french.for_page():
            assert in_language(term.word, language) in lexicon
            assert in_language(term.means, language) in lexicon
        assert in_language(term.means, "en") != in_language(term.means, "fr")
    assert ("Le service" in procedure) is not english


def test_a_case_leads_to_its_place_and_the_address_names_no_case(world, teacher):
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key="for-the-help")
    pk = filed.json()["id"]
    cell = Visitor(world, "crip_coordinator")
    (onwards,) = links(cell.get(f"/dossiers/{pk}"), "/procedure?")

    assert onwards == "/procedure?state=acknowledged#acknowledged"
    shown = cell.get(onwards.partition("#")[0]).content.decode()
    assert shown.count('aria-current="step"') == 1
    assert re.search(r'<li id="acknowledged"[^>]*aria-current="step"', shown)
    assert 'aria-current="step"' not in teacher.get("/procedure").content.decode()


def test_an_unknown_place_is_refused(teacher):
    assert teacher.get("/procedure", state="nowhere").status_code == 400
    assert teacher.get("/procedure", case="1").status_code == 400


@pytest.mark.parametrize(("language", "official", "unread"), [
    ("fr", "Texte officiel", "le texte n'a pas encore été lu"),
    ("en", "Official text", "the text hasn't been read yet"),
])  # fmt: skip
def test_the_law_is_told_article_by_article_with_how_far_it_was_read(teacher, language, official, unread):
    teacher.post("/langue", {"language": language})
    page = html.unescape(unlinked(teacher.get("/textes").content.decode()))
    entries = dict(re.findall(r'<div id="([^"]+)">(.*?)</div>', page, re.DOTALL))

    assert set(entries) == set(ARTICLES)
    for key, entry in entries.items():
        article = ARTICLES[key]
        assert article.name in entry
        with french.for_page():
            assert in_language(article.says, language) in entry
        assert official in entry
        assert (unread in entry) is (article.checked is Checked.NOT), key
    assert "06/03/2007" in entries["CASF-L223-2"]
    assert "11/2026" in entries["CASF-L223-2"]


def test_each_article_leads_to_its_official_text(teacher):
    page = teacher.get("/textes").content.decode()

    for article in ARTICLES.values():
        entry = page.partition(f'<div id="{article.key}">')[2].partition("</div>")[0]
        assert f'href="{article.address}"' in entry, article.key


def test_a_word_and_the_step_of_a_case_lead_to_the_articles_that_they_cite(world, teacher):
    """No case is in the address: it names an article alone."""
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key="for-the-law")
    cell = Visitor(world, "crip_coordinator")
    step = cell.get(f"/dossiers/{filed.json()['id']}/etape/referral/send_judicial")

    assert {"/textes#CASF-L226-4", "/textes#LOI-2002-305-13"} <= set(links(step))
    assert (
        '<a href="/textes#CASF-L226-4" target="_blank" rel="noopener">CASF L226-4 I<' in step.content.decode()
    )
    assert "/textes#CC-375-5" in links(teacher.get("/lexique"))

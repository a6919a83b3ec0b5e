"""The procedure and the words: told from the declarations, whole, in both languages, with the place where a case is."""

import html
import re

import pytest

from core.languages import in_language
from referrals.vocabulary.states import Machine, State
from referrals.workflow.step import SAME, steps
from tests.factories.concerns import concern
from tests.web.visiting import Visitor, links, text
from web.help.lexicon import TERMS
from web.help.procedure import FEW, PARTS


@pytest.fixture
def teacher(world):
    return Visitor(world, "filer")


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
        assert all(step.law in one for one in told), step.name
        for state in step.target:
            assert state == SAME or f'href="#{state}"' in told[0], step.name


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_pages_speak_both_languages(teacher, language):
    teacher.post("/langue", {"language": language})
    procedure, lexicon = text(teacher.get("/procedure")), text(teacher.get("/lexique"))

    english = language == "en"
    for state in State:
        assert state.labels_by_language[language] in procedure
    for term in TERMS:
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

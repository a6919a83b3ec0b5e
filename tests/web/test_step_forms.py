"""The form of a step asks for what applies, filled in with what is known, beside the facts that the step rests on."""

import re

import pytest
from django.http import QueryDict

from accounts.models import Organisation
from core.inputs import When
from referrals.decisions.inputs import DecideChild, RefusalOfCase
from referrals.models import Referral
from referrals.parents.inputs import Informing
from referrals.triage.inputs import SearchProof
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.security.procedure import Case, assessed, contact, filed, play, reported, triaged
from tests.shared_fixtures import shared_fixture
from tests.web.test_steps import at, declared
from tests.web.visiting import Visitor, form_in, text
from web import forms
from web.cases.stepforms import ask_of
from web.forms import members, nested


@shared_fixture
def case(world):
    made = Case(world, "{}.".format)
    play(world, filed(made, concern()))
    play(world, triaged(made))
    return made


@shared_fixture
def delivered(world, case):
    """The report lies before whoever decides."""
    for walk in (assessed(case), one(contact(case)), reported(case, {0: "no_danger"})):
        play(world, walk)


def one(move):
    yield move


def asks(takes):
    return forms.as_called(
        takes, [ask_of(takes, name) for name in members(takes) if name not in nested(takes)]
    )


def sent(**said):
    found = QueryDict(mutable=True)
    for name, value in said.items():
        found.setlist(name, value if isinstance(value, list) else [value])
    return forms.Sent(found)


def inputs():
    """Return the inputs of all steps with those nested in them."""
    found = []
    for step in declared():
        found += [step.takes, *(type(getattr(one, "child", one)) for one in nested(step.takes).values())]
    return list(dict.fromkeys(found))


# --- What applies -------------------------------------------------------------------------------------


def test_a_condition_names_members_and_answers_that_there_are_and_what_it_holds_back_is_never_required():
    conditions = [(takes, name, when) for takes in inputs() for name, when in takes.needed_when.items()]
    assert len(conditions) > 40
    for takes, name, when in conditions:
        driver = members(takes)[when.member]
        codes = [str(code) for code in getattr(driver, "choices", {})]
        assert set(when.answers) <= {*codes, "true"} or when.member == "type", (takes, name)
        assert not members(takes)[name].required, (takes, name)
    assert {name for takes in inputs() for name in takes.needed_if} <= {
        name for takes in inputs() for name in members(takes)
    }


@pytest.mark.parametrize(
    ("when", "answer", "met"),
    [
        (When("x", ("a", "b")), "b", True),
        (When("x", ("a",)), "b", False),
        (When("x", ("a",)), ["b", "a"], True),
        (When("x", ("true",)), True, True),
        (When("x", ("true",)), False, False),
        (When("x", unless=True), False, True),
        (When("x", unless=True), True, False),
        (When("x"), [], False),
        (When("x"), ["anything"], True),
        (When("x"), None, False),
    ],
)
def test_a_condition_is_met_by_its_answers(when, answer, met):
    assert when.met_by(answer) is met


def test_an_answer_to_what_is_not_asked_for_is_left_out_of_what_is_sent():
    typed = {"outcome": "deferred", "told_on": "2026-11-20", "means": "courrier", "reason": "prosecutor",
             "review_on": "2026-12-20", "reason_text": "Précision."}  # fmt: skip
    body = forms.body_of(Informing, asks(Informing), sent(**typed))
    assert (body["told_on"], body["means"]) == (None, "")
    assert (body["reason"], body["review_on"], body["reason_text"]) == (
        "prosecutor",
        "2026-12-20",
        "Précision.",
    )

    body = forms.body_of(SearchProof, asks(SearchProof), sent(method="index", where="Registre", found="no"))
    assert (body["where"], body["found"]) == ("", "")
    assert SearchProof(data=body).is_valid()

    body = forms.body_of(RefusalOfCase, asks(RefusalOfCase), sent(grounds=["5"], document="Un texte."))
    assert (body["danger_persists"], body["grounds"], body["document"]) == (False, [], "")


def test_the_page_ties_a_question_to_the_answers_that_call_for_it():
    fields = forms.fields_of(Informing, asks(Informing), {})
    outcome = next(one for one in fields if one.name == "outcome")

    under = {branch.number: [one.name for one in branch.fields] for branch in outcome.branches}
    marks = {option.value: option.marks.split() for option in outcome.options}

    assert under == {1: ["told_on", "means"], 2: ["reason", "review_on"], 3: ["reason_text"]}
    assert marks["done"] == ["opens-1"]
    assert marks["deferred"] == ["opens-2", "opens-3"]
    assert marks["not_applicable"] == ["opens-3"]
    assert not {"told_on", "reason"} & {one.name for one in fields}


def test_a_list_of_rows_is_held_back_too(world, case, delivered):
    inspector = Visitor(world, "ase_inspector")
    page = inspector.get(at(case, "decide_child")).content.decode()
    assert re.search(r'follows-\d">\s*<fieldset class="group" id="g-measures"', page)

    typed = {"measures-0-child": case.children[0], "measures-0-type": "aed", "measures-0-aim": "Un but.",
             "measures-0-duration_months": "6"}  # fmt: skip
    answer = inspector.post(
        at(case, "decide_child"),
        form_in(inspector.get(at(case, "decide_child"))) | typed | {"decision": "close", "ground": "no_danger",
                                                                    "heard": "not_heard", "not_heard": "declined",
                                                                    "motivation": "Rien ne le fonde."},
    )  # fmt: skip
    assert answer.status_code == 303, text(answer)[:900]
    see_all()
    assert not Referral.objects.get(pk=case.pk).measures.exists()
    assert DecideChild.needed_when["measures"].met_by("admin")


def test_what_a_case_does_not_call_for_is_not_asked(world, case):
    coordinator = Visitor(world, "crip_coordinator")
    assert "Recherche d'un dossier antérieur" not in text(coordinator.get(at(case, "qualify")))
    assert "Pourquoi des rubriques restent à compléter" not in text(coordinator.get(at(case, "qualify")))
    see_all()
    Referral.objects.filter(pk=case.pk).update(left_open=True)
    assert "Pourquoi des rubriques restent à compléter" in text(coordinator.get(at(case, "qualify")))


def test_only_services_that_execute_measures_are_offered_for_one(world, case, delivered):
    school = Organisation.objects.create(
        name="Collège Exemple", kind="school", authority=world.authorities["93"]
    )
    page = Visitor(world, "ase_inspector").get(at(case, "decide_admin")).content.decode()

    assert case.service in page
    assert str(school.pk) not in page


# --- What is known ------------------------------------------------------------------------------------


def test_what_the_case_knows_is_filled_in(world, case):
    coordinator = Visitor(world, "crip_coordinator")
    see_all()
    Referral.objects.filter(pk=case.pk).update(urgency="U1")

    qualified = form_in(coordinator.get(at(case, "qualify")))
    status = form_in(coordinator.get(at(case, "set_exploitation_status")))

    assert (qualified["urgency"], qualified["unit"]) == ("U1", str(world.units["93"].pk))
    assert status["child"] == case.children[0]
    assert "value" not in status, "nothing is decided beforehand"


def test_the_present_instant_is_filled_in_where_it_is_most_often_right(world, case):
    play(world, assessed(case))
    begun = form_in(Visitor(world, "assessor").get(at(case, "record_contact")))

    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", begun["at"])


# --- Who signs ----------------------------------------------------------------------------------------


def test_a_second_signer_is_asked_for_where_two_must_sign_and_else_it_is_said_when(world, case):
    coordinator = Visitor(world, "crip_coordinator")
    coordinator.fills(
        at(case, "exclude"), user=str(world.user("assessor_2").pk), reason="Un lien de famille."
    )

    always = text(coordinator.get(at(case, "lift_exclusion")))
    sometimes = text(coordinator.get(at(case, "inform_holders")))

    assert "Lever une exclusion demande une seconde signature. Choisissez une autre personne" in always
    assert "Seulement s'il le faut :" not in always
    assert "Seulement s'il le faut :" in sometimes
    assert "seconde signature (facultatif)" not in always + sometimes


# --- What is in view ----------------------------------------------------------------------------------


def test_the_facts_stand_beside_the_form_also_after_a_refusal(world, case):
    coordinator = Visitor(world, "crip_coordinator")
    coordinator.fills(
        at(case, "flag_immediate_danger"), what="Une menace.", where="Ici.", since="Hier.", called="Le 17."
    )

    for page in (coordinator.get(at(case, "qualify")), coordinator.fills(at(case, "qualify"))):
        shown = text(page)
        assert "Le dossier en bref" in shown
        assert "Lou Exemple" in shown
        assert "Danger immédiat : sans délai" in shown


def test_a_decision_is_taken_with_the_report_in_view_and_a_refusal_opens_nothing(world, case, delivered):
    inspector = Visitor(world, "ase_inspector")

    shown = inspector.get(at(case, "decide_close"))
    refused = inspector.post(at(case, "decide_close"), form_in(shown) | {"motivation": "", "feedback": ""})

    assert all(case.say(said) in text(shown) for said in ("report", "conclusion", "holder_opinions"))
    assert all(case.say(said) in text(shown) for said in ("needs", "understanding", "earlier_concerns"))
    beside = text(shown).partition("Le rapport")[2]
    assert "En risque (pré-prostitutionnel)" in beside
    assert re.search(r"Ce qu'il dit des besoins de l'enfant \((Père|Mère|Titulaire|\w+ Exemple)", beside), (
        beside[-900:]
    )
    assert 'id="report"' in shown.content.decode()
    assert refused.status_code == 400
    assert 'id="report"' not in refused.content.decode()
    assert f'href="/dossiers/{case.pk}/evaluation" target="_blank"' in refused.content.decode()
    assert 'id="report"' not in inspector.get(at(case, "inform_holders")).content.decode()

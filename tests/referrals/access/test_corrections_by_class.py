"""Who corrects which class after submission (T42), and who writes in the assessment (domain.md §1.3, §2.2).

A coordinator corrects all of B to G; everybody else what they brought in themselves; a filer nothing. What the old
value was stays, sealed, with the reason.
"""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from audit.disclosure import disclosure
from audit.events import Purpose
from audit.journal import subject
from referrals.assessment import actions as assessment_actions
from referrals.composition import row_signatures, sealed_cells
from referrals.errors import NotAllowed, NotVisible
from referrals.models import Child, Concern
from tests.expected import access as table
from tests.expected.vocabulary import AUTHORS
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.rules import BODY, RIGHT

pytestmark = pytest.mark.both_databases("the rule of access in SQL")

#: One field of each class of the form: part, field, new value. Of class A there is only where a child lives, which
#: stands on the shell while only the département is known; it is an answer like those of B.
FIELDS = {
    "A": ("children", "residence_department", "75"),
    "B": ("children", "last_name", "Corrigé"),
    "C": ("concern", "filer_org", "Lycée"),
    "D": ("concern", "child_words", "« Autrement dit »"),
    "E": ("concern", "health_facts", "Suivi repris"),
    "F": ("concern", "other_victims_text", "Une amie"),
    "G": ("concern", "money_flow", "Espèces"),
    "I": ("concern", "direct_report_document", "Copie lisible"),
}
OTHERS = [role for role in AUTHORS if role not in ("crip_coordinator", "on_call")]


def held_case(world, who, *, filed_by="filer"):
    kit = Kit(world, "protected_admin", who=who, filed_by=filed_by)
    kit.put(prostitution_status="at_risk")
    kit.measure("active")
    if who == "assessor":
        kit.assign(who, field="health")
    return kit


def mistake(child):
    return {"wrong_person": child, "reason": "Erreur sur la personne."}


def correction(kit, letter):
    part, name, value = FIELDS[letter]
    row = kit.child.pk if part == "children" else Concern.objects.get(referral=kit.case).pk
    return {"corrections": [{"part": part, "row": row, "field": name, "value": value}], "reason": "Erreur."}


@pytest.mark.sec("SEC-AZ7")
@pytest.mark.parametrize("letter", FIELDS)
def test_a_coordinator_corrects_what_the_form_asked_and_no_more(world, letter):
    kit = held_case(world, "crip_coordinator")
    before = kit.now()

    refused_by = kit.refusal("referral", "rectify", correction(kit, letter))

    if letter in table.WRITES["crip_coordinator"]["territory"] and letter in "ABCDEFG":
        assert refused_by == ""
        assert kit.case.rectifications.get().access_class == letter
    else:
        assert refused_by == RIGHT
        assert kit.now() == before


@pytest.mark.sec("SEC-AZ7")
@pytest.mark.parametrize("who", OTHERS)
def test_others_correct_nothing_that_somebody_else_brought_in(world, who):
    kit = held_case(world, who)
    before = kit.now()

    assert {kit.refusal("referral", "rectify", correction(kit, letter)) for letter in FIELDS} == {RIGHT}
    assert kit.refusal("referral", "rectify", mistake(kit.child.pk)) == RIGHT, (
        "nor takes a child out of search"
    )
    assert kit.now() == before
    assert kit.case.rectifications.count() == 0


@pytest.mark.sec("SEC-AZ21")
@pytest.mark.parametrize("who", [role for role in OTHERS if role != "intake_agent"])
def test_who_filed_as_a_filer_brings_no_right_from_there_to_another_role(world, who):
    """The coarse line of the own filing and the steps of a service don't make up the right to correct the filing."""
    kit = held_case(world, who, filed_by=who)

    assert {kit.refusal("referral", "rectify", correction(kit, letter)) for letter in FIELDS} == {RIGHT}
    assert kit.case.rectifications.count() == 0


@pytest.mark.parametrize("letter", "BCDEFG")
def test_intake_corrects_a_filing_that_it_typed(world, letter):
    kit = Kit(world, "triage", who="intake_agent", filed_by="intake_agent")

    assert kit.refusal("referral", "rectify", correction(kit, letter)) == ""


def test_an_assessor_corrects_a_child_that_the_assessor_added_and_no_other(world):
    kit = Kit(world, "in_assessment", who="assessor")
    kit.assign("assessor", field="health")
    said = {
        "kind": "household",
        "reason": "Fratrie.",
        "identity_known": "known",
        "sex": "boy",
        "last_name": "Frère",
    }
    added = kit.ask("referral", "add_child", said).made
    body = correction(kit, "B")

    assert kit.refusal("referral", "rectify", body) == RIGHT
    body["corrections"][0]["row"] = added
    assert kit.refusal("referral", "rectify", body) == ""
    assert kit.refusal("referral", "rectify", mistake(kit.child.pk)) == RIGHT
    assert kit.refusal("referral", "rectify", mistake(added)) == ""


@pytest.mark.sec("SEC-IN13")
def test_a_child_is_taken_back_once_and_of_its_own_case_alone(world):
    kit, other = held_case(world, "crip_coordinator"), held_case(world, "crip_coordinator")
    before = kit.now()

    assert kit.refusal("referral", "rectify", mistake(other.child.pk)) == BODY
    assert kit.now() == before
    both = correction(kit, "B") | mistake(kit.child.pk)
    assert kit.refusal("referral", "rectify", both) == ""
    child = Child.objects.get(pk=kit.child.pk)
    assert (child.wrong_person, Child.objects.get(pk=other.child.pk).wrong_person) == (True, False)
    assert kit.refusal("referral", "rectify", mistake(kit.child.pk)) == BODY
    at = datetime.now(UTC)
    assert (sealed_cells.look(at), row_signatures.check(at)) == (0, 0), "signed as they are now"


@pytest.mark.sec("SEC-AZ9")
def test_a_filer_corrects_nothing(world):
    kit = Kit(world, "triage", who="filer")

    assert kit.refusal("referral", "rectify", correction(kit, "D")) == RIGHT


def test_the_old_value_stays_sealed_with_the_reason(world):
    kit = held_case(world, "crip_coordinator")
    kit.ask("referral", "rectify", correction(kit, "B"))
    row = kit.case.rectifications.get()
    actor = world.actor("crip_coordinator", at=AT)

    with (
        transaction.atomic(),
        disclosure(actor=actor, purpose=Purpose.HANDLING, at=AT, objects=[subject(kit.case.pk)],
                   tenant=kit.case.authority_id) as scope,
    ):  # fmt: skip
        assert row.old_value.open(scope) == {"value": "canary child.last_name"}
        assert row.reason.open(scope) == "Erreur."


@pytest.mark.parametrize(
    "name", ["prostitution_status", "child_met", "decision", "restricted", "age_band", "immediate_danger", "id",
             "referral", "no_such_field"],
)  # fmt: skip
def test_what_has_a_step_of_its_own_or_is_derived_is_not_corrected(world, name):
    kit = held_case(world, "crip_coordinator")
    body = correction(kit, "B")
    body["corrections"][0]["field"] = name
    before = kit.now()

    assert kit.refusal("referral", "rectify", body) == BODY
    assert kit.now() == before


# --- Class H by PATCH ----------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ7")
@pytest.mark.parametrize(
    "who",
    ["crip_coordinator", "assessment_lead", "ase_inspector", "case_referent", "measure_service", "supervisor",
     "intake_agent"],
)  # fmt: skip
def test_who_is_not_of_the_team_writes_nothing_in_the_assessment(world, who):
    kit = Kit(world, "in_assessment", who=who)
    kit.measure("active")
    kit.assessment("ongoing")
    before = kit.now()

    with pytest.raises(NotAllowed):
        edit(kit)
    assert kit.now() == before


@pytest.mark.sec("SEC-AZ7")
def test_a_lead_corrects_what_the_lead_wrote_of_the_assessment_and_no_more(world):
    """§1.3 gives the lead W on H: by T42, on own entries; the writing itself is the team's (§2.6)."""
    kit = Kit(world, "in_assessment", who="assessment_lead")
    kit.assessment("ongoing")
    met = {"kind": "attempt", "at": AT, "who": "Seule", "where": "Domicile", "text": "Porte close."}
    kit.ask("referral", "record_contact", met | {"children": [{"child": kit.child.pk, "seen": "no"}]})
    mine = kit.case.steps.get(step="record_contact")
    kit.record("referral", "record_contact")
    theirs = kit.case.steps.exclude(pk=mine.pk).get(step="record_contact")

    asked = [
        {"part": "steps", "row": row.pk, "field": "data", "value": {"text": "Corrigé."}}
        for row in (mine, theirs)
    ]

    assert kit.refusal("referral", "rectify", {"corrections": asked[1:], "reason": "Erreur."}) == RIGHT
    assert kit.refusal("referral", "rectify", {"corrections": asked[:1], "reason": "Erreur."}) == ""


def test_a_member_of_the_team_writes_in_the_assessment(world):
    kit = Kit(world, "in_assessment", who="assessor")
    kit.assessment("ongoing")
    with pytest.raises(NotVisible):
        edit(kit)

    kit.assign("assessor", field="health")

    assert edit(kit).referral.version == 2


def edit(kit):
    actor = kit.world.actor(kit.who, at=AT)
    with transaction.atomic():
        return assessment_actions.edit(kit.case.pk, {"notes": "Entretien."}, version=1, actor=actor, at=AT)

"""What is out of somebody's sight is neither named in a body, nor told by timeline, form or conflict (SEC-AZ20, SEC-AZ21)."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import F
from rest_framework import serializers

from accounts.roles import Role
from core.inputs import Id, OptionalId
from outbox.models import Notice
from referrals.access.matrix import Relation, reads_by
from referrals.attachments import keeping
from referrals.attachments.upload import Arrived
from referrals.errors import InvalidInput
from referrals.models import (
    Child,
    Clock,
    FeedbackTask,
    InformationRequest,
    JudicialReferral,
    Measure,
    Referral,
    StepRecord,
)
from referrals.workflow.context import for_record
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.referrals.workflow.kit import AT, TODAY
from tests.web.visiting import Visitor, form_in, text
from web.cases import display

pytestmark = pytest.mark.sec("SEC-AZ20")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DANGER = dict.fromkeys(("what", "where", "since", "called"), "Recueilli.")
TO_JUSTICE = {
    "grounds": ["1"],
    "actions_led": "Fait.",
    "recipient": "Parquet",
    "sending_proof": "LRAR",
    "document": "Écrit.",
}


def do(family, who, path, body):
    """Post to the case as somebody; return status and answer without its ids."""
    answer = family.post(who, path, body)
    return answer.status_code, ID.sub("", answer.content.decode())


def question(family, *names):
    """Return the question to the filer about these children alone."""
    about = [str(family.children[name].pk) for name in names]
    return family.kit.case.information_requests.get(children=about, recipient="filer").pk


# --- Bodies of steps ----------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ21")
@pytest.mark.parametrize("step", ["flag_immediate_danger", "set_exploitation_status"])
def test_a_service_names_no_sibling_of_its_child(family, step):
    said = DANGER if step == "flag_immediate_danger" else {"value": "suspected", "reasons": "Vu."}

    def asked(child):
        return do(family, "measure_service", step, {"child": str(child)} | said)

    assert asked(family.children["other"].pk) == asked(uuid4())
    assert asked(family.children["open"].pk)[0] == 200


@pytest.mark.parametrize(
    ("who", "state", "step", "row"),
    [
        ("crip_coordinator", "in_assessment", "name_service", "measure"),
        ("ase_inspector", "admin_offer", "record_agreement", "measure"),
        ("crip_coordinator", "in_assessment", "info_expired", "request"),
        ("ase_inspector", "in_assessment", "send_judicial", "judicial_referral"),
    ],
)
def test_a_step_names_no_row_of_a_hidden_child(family, who, state, step, row):
    """It is answered as for a row that isn't there; the same row of another child is taken."""
    see_all()
    Referral.objects.filter(pk=family.pk).update(state=state, version=F("version") + 1)
    Measure.objects.update(state="proposed" if step == "record_agreement" else "agreed", service=None)
    service = str(family.services["open"].pk)
    bodies = {
        "name_service": {"service": service, "extract": "Extrait."},
        "record_agreement": {
            "agreed_on": "2026-11-24", "signed_by": "Parent", "agreement": "Oui.", "child_opinion": "Oui.",
        },
        "info_expired": {"reason": "Sans suite."},
        "send_judicial": TO_JUSTICE | {"children": [str(family.children["open"].pk)]},
    }  # fmt: skip

    def named(name):
        if row == "measure":
            return family.measures[name].pk
        if row == "request":
            return question(family, name)
        prepared = family.marked(JudicialReferral, name, state="prepared", prepared_at=AT, letter=None)
        prepared.children.add(family.children[name])
        return prepared.pk

    def asked(pk):
        return do(family, who, step, {row: str(pk)} | bodies[step])

    assert asked(named("kept")) == asked(uuid4())
    status, told = asked(named("open"))
    assert status == 200, told


def test_a_prepared_referral_to_justice_is_sent_by_who_knows_of_each_of_its_children(family):
    """It would be pointed at the others alone, and what was written about the hidden child read with it."""
    see_all()
    row = family.marked(JudicialReferral, "all", state="prepared", prepared_at=AT, letter=None)
    row.children.set([family.children["open"], family.children["kept"]])
    body = TO_JUSTICE | {"children": [str(family.children["open"].pk)], "judicial_referral": str(row.pk)}

    assert do(family, "crip_coordinator", "send_judicial", body)[0] == 409
    family.name_on_list("crip_coordinator")
    status, told = do(family, "crip_coordinator", "send_judicial", body)
    assert status == 200, told


@pytest.mark.sec("SEC-AZ21")
def test_a_service_sends_no_file_about_a_sibling_of_its_child(world, family):
    actor, arrived = (
        world.actor("measure_service", at=AT),
        Arrived(name="note.pdf", media="pdf", digest="0" * 64, original_digest="0" * 64),
    )

    def sent(child):
        return keeping.add(
            family.pk, arrived, kind="letter", evidence=False, children=[child], actor=actor, at=AT
        )

    for child in (family.children["other"].pk, family.children["kept"].pk, uuid4()):
        with pytest.raises(InvalidInput):
            sent(child)
        see_all()
    assert sent(family.children["open"].pk).made


# --- The timeline and notices -------------------------------------------------------------------------


def timeline(family, who):
    """Return the timeline as somebody reads it, as text."""
    text = family.kit.world.as_(who).get(f"referrals/{family.pk}/timeline").content.decode()
    see_all()
    return text


@pytest.mark.sec("SEC-AZ21")
@pytest.mark.parametrize("whole", [True, False])
def test_the_timeline_tells_no_step_that_names_a_measure_out_of_sight(family, whole):
    """Nor where the record itself names no child, as those do that were written before."""
    see_all()
    family.name_on_list("ase_inspector")
    for name in ("kept", "other", "open"):
        Measure.objects.filter(pk=family.measures[name].pk).update(state="agreed", service=None)
        body = {
            "measure": str(family.measures[name].pk),
            "service": str(family.services["open"].pk),
            "extract": "X.",
        }
        assert do(family, "ase_inspector", "name_service", body)[0] == 200
    Measure.objects.exclude(pk=family.measures["open"].pk).update(service=None)
    named = StepRecord.objects.filter(step="name_service")
    assert set(named.values_list("child", flat=True)) == {child.pk for child in family.children.values()}
    if not whole:
        named.update(child=None)

    for who, seen in (("crip_coordinator", {"open", "other"}), ("measure_service", {"open"})):
        told = timeline(family, who)
        assert {name for name, row in family.measures.items() if str(row.pk) in told} == seen, who


def test_an_answer_about_a_hidden_child_is_told_to_the_list_alone(world, family):
    """The question names it; the answer names the question."""
    see_all()
    for who in ("ase_inspector", "assessor", "supervisor"):
        family.name_on_list(who)
    about = [str(family.children["kept"].pk)]
    question = {
        "children": about,
        "questions": "Q.",
        "recipient": "partner",
        "partner": str(world.user("assessor").pk),
    }
    assert do(family, "ase_inspector", "request_info", question)[0] == 200
    asked = InformationRequest.objects.latest("position")
    assert Clock.objects.get(part=asked.pk).child == family.children["kept"].pk
    Notice.objects.all().delete()

    assert do(family, "assessor", "provide_info", {"request": str(asked.pk), "text": "ANSWER"})[0] == 200

    told = set(Notice.objects.filter(user_id__isnull=False).values_list("user_id", flat=True))
    assert world.user("ase_inspector").pk in told
    assert world.user("crip_coordinator").pk not in told
    assert "ANSWER" in timeline(family, "ase_inspector")
    for child in (family.children["kept"].pk, None):
        StepRecord.objects.filter(step="provide_info").update(child=child)
        found = timeline(family, "crip_coordinator")
        assert "ANSWER" not in found
        assert str(asked.pk) not in found


def test_what_names_a_row_about_a_hidden_child_and_another_is_told_without_its_words(world, family):
    see_all()
    about = [str(family.children[name].pk) for name in ("kept", "open")]
    InformationRequest.objects.filter(pk=question(family, "kept")).update(children=about)
    row = family.kit.case.information_requests.get(children=about)
    assert (
        do(
            family,
            "crip_coordinator",
            "provide_info",
            {"request": str(row.pk), "text": "ANSWER", "came_by": "phone"},
        )[0]
        == 200
    )

    told = timeline(family, "crip_coordinator")

    assert "provide_info" in told
    assert "ANSWER" not in told


def test_a_file_about_a_hidden_child_that_is_set_aside_is_told_to_the_list_alone(family):
    see_all()
    family.name_on_list("ase_inspector")
    about = [str(family.children["kept"].pk)]
    file = next(row for row in family.kit.case.attachments.all() if row.children == about)
    assert do(family, "ase_inspector", "bar_file", {"file": str(file.pk), "reason": "not_of_case"})[0] == 200

    assert str(file.pk) in timeline(family, "ase_inspector")
    assert "bar_file" not in timeline(family, "crip_coordinator")
    StepRecord.objects.filter(step="bar_file").update(child=None)
    assert "bar_file" not in timeline(family, "crip_coordinator")


# --- Classes of what steps said (SEC-AZ7) -------------------------------------------------------------


#: Members that share their name with a row's field of another class, and are something else.
SAME_NAME = {
    *((step, "reason") for step in ("cancel", "end_followup", "lift", "not_executed", "suspend", "transfer")),
    *((step, "where") for step in ("flag_immediate_danger", "qualify", "record_found", "start_triage")),
    ("agree", "own"), ("log_contact", "means"), ("record_agreement", "own"), ("restrict", "review_on"),
    ("set_exploitation_status", "reasons"), ("situation_report", "report"), ("transfer_request", "reason_text"),
    ("inform_holders", "outcome"), ("transfer_request", "outcome"),
    # What a person of 17 was told and chose is part of the measure (J), beside the child's voice (D).
    ("choose_at_majority", "words"), ("majority_interview", "told"), ("majority_interview", "outcome"),
    # Why a service refused, and why an orientation was withdrawn, are part of it (J).
    ("withdraw", "reason"), ("refuse", "reason"),
}  # fmt: skip


def members(form, path=()):
    """Yield the members of an input, those of its lists included, as paths of names; ids tell nothing but which row."""
    for name, field in form.fields.items():
        inner = getattr(field, "child", field)
        if isinstance(inner, serializers.BaseSerializer):
            yield from members(inner, (*path, name))
        elif not isinstance(inner, Id | OptionalId):
            yield (*path, name)


def kept_in_record(step, path):
    said = "x"
    for name in reversed(path):
        said = {name: [said] if isinstance(said, dict) else said}
    return path[-1] in json.dumps(for_record(said, step.takes))


def read_along(shown, also):
    """Tell whether whoever reads one class reads the other."""
    each = [reads_by(role, relation) for role in Role for relation in Relation]
    return all(also in reads for reads in each if shown in reads)


@pytest.mark.sec("SEC-AZ7")
def test_no_record_keeps_what_a_row_holds_under_a_class_that_its_readers_lack():
    classes = {}
    for model in apps.get_app_config("referrals").get_models():
        for field in model._meta.concrete_fields:
            classes.setdefault(field.name, set()).add(getattr(field, "access_class", "A"))

    found = {
        (step.name, path[-1])
        for step in steps.all() if step.recorded and MACHINES[step.machine].of_case
        for path in members(step.takes())
        if path[-1] in classes and kept_in_record(step, path)
        # What is said with a step of the shell is read with D.
        if not any(read_along(step.data_class.replace("A", "D"), held) for held in classes[path[-1]])
    }  # fmt: skip

    assert found == SAME_NAME


def corrected(family):
    see_all()
    Child.objects.filter(referral=family.pk).update(prostitution_status="suspected", status_ever="suspected")
    Referral.objects.filter(pk=family.pk).update(prostitution_status="suspected")
    rows = [
        {"part": "concern", "field": "filer_name", "value": "SAID"},
        {"part": "children", "row": str(family.children["open"].pk), "field": "last_name", "value": "SAID"},
    ]
    return do(family, "crip_coordinator", "rectify", {"corrections": rows, "reason": "Erreur."})


def refused(family):
    see_all()
    Referral.objects.filter(pk=family.pk).update(state="admin_offer", version=F("version") + 1)
    body = dict.fromkeys(("actions_led", "recipient", "document", "sending_proof"), "SAID")
    body |= {
        "child": str(family.children["open"].pk),
        "grounds": ["2"],
        "attempts": "Deux.",
        "danger_persists": True,
    }
    found = do(family, "ase_inspector", "record_refusal", body)
    Measure.objects.filter(pk=family.measures["open"].pk).update(
        state="active"
    )  # its service goes on reading
    return found


def reoriented(family):
    see_all()
    # The answer is owed, so that its text is laid there; else it stays on record for readers of C (E03).
    family.marked(
        FeedbackTask, "all", owed_to="professional", opened_at=AT, prepared=None, text=None, reason_text=None
    )
    Referral.objects.filter(pk=family.pk).update(state="triage", version=F("version") + 1)
    JudicialReferral.objects.update(state="closed")
    Measure.objects.update(state="cancelled")
    body = {"reason": "Autre.", "target": "pmi", "target_name": "Service.", "feedback": "SAID"}
    return do(family, "crip_coordinator", "reorient", body)


def acknowledged(family):
    see_all()
    Referral.objects.filter(pk=family.pk).update(state="submitted", version=F("version") + 1)
    return do(family, "crip_coordinator", "acknowledge", {"note": "SAID"})


@pytest.mark.sec("SEC-AZ7")
@pytest.mark.parametrize(
    ("act", "step", "readers"),
    [
        (corrected, "rectify", ["exploitation_lead", "case_referent", "crip_coordinator"]),
        (refused, "record_refusal", ["measure_service", "supervisor", "ase_inspector"]),
        (reoriented, "reorient", ["case_referent", "assessor"]),
        (acknowledged, "acknowledge", ["supervisor", "measure_service"]),
    ],
)
def test_the_timeline_tells_a_step_without_what_its_reader_may_not_read(family, act, step, readers):
    """What was corrected, asked of justice, answered to the filer or noted at the receipt has its own readers."""
    status, told = act(family)
    assert status == 200, told
    for who in readers:
        found = timeline(family, who)
        assert f'"{step}"' in found, who
        assert "SAID" not in found, who


# --- Forms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "step"),
    [
        *(
            ("ase_inspector", step)
            for step in ("name_service", "send_judicial", "info_expired", "provide_info")
        ),
        ("measure_service", "provide_info"),
    ],
)
def test_the_form_of_a_step_offers_what_the_step_may_name(family, who, step):
    see_all()
    for name in ("kept", "open"):
        row = family.marked(JudicialReferral, name, state="prepared", prepared_at=AT, letter=None)
        row.children.add(family.children[name])
        family.ids[name].add(str(row.pk))
    if step == "name_service":
        Measure.objects.update(state="agreed", service=None)  # one that waits for its service

    told = family.told_of(
        Visitor(family.kit.world, who).get(f"/dossiers/{family.pk}/etape/referral/{step}").content.decode()
    )

    assert told == ({"open", "other"} if who == "ase_inspector" else {"open"})


@pytest.mark.sec("SEC-AZ21")
def test_what_was_done_meanwhile_is_told_as_the_timeline_tells_it(world, family):
    see_all()
    for order, name in enumerate(("open", "other")):
        StepRecord.objects.create(
            referral=family.kit.case, machine="measure", step="suspend" if name == "open" else "not_executed",
            number="M", at=AT + timedelta(minutes=1), order=9_000 + order, role="ase_inspector", access_class="J",
            part=family.measures[name].pk,
        )  # fmt: skip
    visitor = Visitor(world, "measure_service")
    path = f"/dossiers/{family.pk}/etape/measure/{family.measures['open'].pk}/start"

    sent = form_in(visitor.get(path)) | {"started_on": str(TODAY), "seen": "2020", "version": "0"}
    found = text(visitor.post(path, sent))

    assert display.step_words("measure", "suspend") in found
    assert display.step_words("measure", "not_executed") not in found


def test_what_is_said_of_the_whole_case_is_not_for_a_service(world, family):
    """Why a case was decided so speaks of all the children; the service has a measure of one (SEC-AZ21)."""
    see_all()
    field = StepRecord._meta.get_field("data")
    for order, letter in enumerate("AJ", start=5_000):
        step = StepRecord(referral=family.kit.case, machine="referral", step="decide_admin", number="T23", at=AT, order=order,
                          role="ase_inspector", access_class=letter)  # fmt: skip
        step.data = family.kit.fill.keys["case"].seal(field, step.pk, {"motivation": "MARQUE-all motivation"})
        step.save(force_insert=True)

    def told(who):
        answer = world.as_(who).get(f"referrals/{family.pk}/timeline")
        see_all()
        return answer.content.decode().count("MARQUE-all motivation")

    assert (told("measure_service"), told("crip_coordinator")) == (0, 2)

"""Each stored field of a case: its access class, how it is stored, and what follows from that alone.

The hand-typed table (tests/expected/fields.py) is by the paper's names; ``OURS`` says how the service calls them.
"""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from encryption.fields import SealedField
from referrals.corrections import actions as corrections_actions
from referrals.filing import form
from referrals.models import PARTS, Child, Concern, Holder, Referral, ReferralUserObjectPermission
from referrals.models.fields import CRITICAL
from tests.expected import fields as table

CASES = apps.get_app_config("referrals")
MODELS = [model for model in CASES.get_models() if model is not ReferralUserObjectPermission]
LETTERS = set("ABCDEFGHIJKLM")
WHERE = {
    "child": Child,
    "holder": Holder,
    "household": Concern,
    "fact": PARTS["facts"],
    "sign": PARTS["signs"],
    "health_sign": PARTS["health_signs"],
    "concern": Concern,
    "third_party": PARTS["third_parties"],
    "digital_trace": PARTS["digital_traces"],
    "filer": Concern,
    "receipt": Referral,
}
OURS = {
    "holder.holder_implicated": (Concern, "holder_implicated"),
    "holder.holder_implicated_detail": (Concern, "holder_implicated_text"),
    "holder.parental_authority": (Concern, "parental_authority"),
    "household.parents_informed_date": (Concern, "parents_informed_on"),
    "household.not_informed_detail": (Concern, "not_informed_text"),
    "household.siblings_present": (Concern, "has_household_minors"),
    # Each other minor of the home is a child of the case (§4.2).
    "sibling.name": (Child, "last_name"),
    "sibling.birth_date": (Child, "birth_date"),
    "sibling.age": (Child, "age_estimated_min"),
    "fact.date": (PARTS["facts"], "on"),
    "sign.date": (PARTS["signs"], "on"),
    "health_sign.date": (PARTS["health_signs"], "on"),
    "digital_trace.date": (PARTS["digital_traces"], "on"),
    "concern.danger_now_what": (Concern, "danger_what"),
    "concern.prior_reports_detail": (Concern, "prior_reports_text"),
    "concern.other_victims_detail": (Concern, "other_victims_text"),
    # One column holds a name or the alias by which somebody is known.
    "third_party.alias": (PARTS["third_parties"], "name"),
    "third_party.minor": (PARTS["third_parties"], "is_minor"),
    "filer.feedback_safe_way": (Concern, "feedback_contact"),
}
#: Stored otherwise than the paper's row, with the reason.
OTHERWISE = {
    # "Oui / Non / NSP" is a code that the form's completeness asks for; sealed it could not be asked.
    "household.siblings_present": "C",
}
ROWS = [(part, row) for part, rows in table.FIELDS.items() for row in rows]


def our_field(part, row):
    model, name = OURS.get(f"{part}.{row.code}", (WHERE.get(part), row.code))
    return model._meta.get_field(name)


def fields_of(model):
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


@pytest.mark.parametrize(("part", "row"), ROWS, ids=[f"{part}.{row.code}" for part, row in ROWS])
def test_a_field_of_the_form_has_the_class_and_storage_of_the_paper(part, row):
    field = our_field(part, row)
    storage = "C"
    if isinstance(field, SealedField):
        storage = "EI" if field.indexed else "E"

    assert field.access_class == row.access_class
    assert storage == OTHERWISE.get(f"{part}.{row.code}", row.sealing)


def test_what_is_stored_otherwise_than_the_paper_says_is_still_so():
    for name in OTHERWISE:
        part, code = name.split(".")
        assert next(row for row in table.FIELDS[part] if row.code == code).sealing != OTHERWISE[name]


def test_each_field_of_the_form_has_its_row_in_the_paper():
    """Beside these: rows of §2.1 (variant copy_of_direct_report), §4.5 (reason of a late receipt)."""
    told = {(our_field(part, row).model, our_field(part, row).name) for part, row in ROWS}
    beside = {
        (Concern, name)
        for name in ("extra", "received_late_reason", "direct_report_recipient", "direct_report_sent_on",
                     "direct_report_document")
    } | {(Holder, "implicated"), (Child, "kind")}  # fmt: skip
    asked = {(model, f.name) for model in (Concern, *PARTS.values()) for f in form.form_fields(model)}

    assert asked - told - beside == set()


@pytest.mark.sec("SEC-DC1")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_who_may_read_it(model):
    for field in fields_of(model):
        declared = getattr(field, "access_class", None)
        assert declared in LETTERS, f"{model.__name__}.{field.name}"


@pytest.mark.sec("SEC-DC1")
def test_only_guardians_row_says_nothing_of_its_fields():
    assert set(CASES.get_models()) - set(MODELS) == {ReferralUserObjectPermission}
    assert not any(isinstance(f, SealedField) for f in fields_of(ReferralUserObjectPermission))


@pytest.mark.sec("SEC-DC2")
def test_the_class_alone_decides_how_a_sealed_field_is_guarded():
    """Class C under the filer's key; C, E and K are P4; so are where a child is, what the police wrote, files."""
    critical = {
        "child.whereabouts",
        "child.whereabouts_detail",
        "child.police_report_ref",
        "child.last_seen_place",
        # Any attachment may be an image (P4): each is guarded as one.
        "attachment.name",
        "attachment.digest",
        "attachment.original_digest",
        "attachment.key",
        # Who is close to whom, of people who are no case at all.
        "declared_tie.said",
        # Names of many children in one place.
        "case_export.content",
        "case_export.reason",
    }
    for model in MODELS:
        for field in fields_of(model):
            if isinstance(field, SealedField):
                assert field.key == ("filer" if field.access_class == "C" else "case"), field.label
                wanted = "P4" if field.access_class in CRITICAL or field.label in critical else "P3"
                assert field.security_class == wanted, field.label


@pytest.mark.sec("SEC-DC2")
def test_every_critical_field_of_the_paper_is_of_the_critical_class():
    for name in table.CRITICAL:
        part, code = name.split(".")
        row = next(row for row in table.FIELDS[part] if row.code == code)
        assert our_field(part, row).security_class == "P4", name


@pytest.mark.sec("SEC-DC2")
def test_the_filers_key_seals_what_the_paper_says_and_nothing_of_the_case():
    ours = {our_field(*_row(name)).label for name in table.UNDER_FILER_KEY}
    ours |= {
        CASES.get_model(model)._meta.get_field(name).label
        for kind, access_class, _ in table.STEP_DATA
        for model, name in STEP_FIELDS.get(kind, ())
        if access_class == "C"
    }
    sealed = {
        f.label for m in MODELS for f in fields_of(m) if isinstance(f, SealedField) and f.key == "filer"
    }

    assert sealed == ours


def _row(name):
    part, code = name.split(".")
    return part, next(row for row in table.FIELDS[part] if row.code == code)


@pytest.mark.parametrize(("kind", "access_class", "sealing"), table.STEP_DATA)
def test_data_of_steps_have_the_class_and_storage_of_the_paper(kind, access_class, sealing):
    """domain.md §4.8; what a step tells is one sealed record whose row says the class (``Step.data_class``)."""
    found = STEP_FIELDS.get(kind)
    if found is None:
        assert kind in LATER or kind in IN_RECORDS
        return
    for model, name in found:
        field = CASES.get_model(model)._meta.get_field(name)
        assert field.access_class == access_class, f"{model}.{name}"
        assert isinstance(field, SealedField) is (sealing != "C"), f"{model}.{name}"


#: Objects that come with a later issue.
LATER = {"break_glass.reason", "restriction.list", "runaway.places",
         "runaway.emergency_sheet"}  # fmt: skip
#: Told in a step's record, of the step's class.
IN_RECORDS = {"opinion", "reason", "contact", "restriction.reason", "measure.plan", "measure.reports"}
STEP_FIELDS = {
    "state": [("referral", "state")],
    "received_at": [("referral", "received_at")],
    "urgency": [("referral", "urgency")],
    "legal_hold": [("referral", "legal_hold")],
    "info_requested": [("referral", "info_requested")],
    "transfer_request.coarse_code": [("transferrequest", "state"), ("transferrequest", "ground"),
                                     ("transferrequest", "channel"), ("transferdocument", "kind")],
    "question": [("informationrequest", "questions")],
    "answer": [("complement", "text")],
    "feedback.text": [("feedbacktask", "text"), ("feedbacktask", "prepared"), ("feedbacktask", "reason_text")],
    "message.text": [("filermessage", "text")],
    "child.prostitution_status": [("child", "prostitution_status"), ("referral", "prostitution_status"),
                                  ("child", "status_ever"), ("referral", "status_ever")],
    "child.immediate_danger": [("child", "immediate_danger"), ("referral", "immediate_danger")],
    "child.child_met": [("child", "child_met")],
    "child.danger_categories": [("child", "danger_categories"), ("child", "danger_level")],
    "approval.reason": [("approval", "reason"), ("approval", "given")],
    "closure_review.reason": [("closurereview", "reason")],
    "holder_information.state": [("holderinformation", "state")],
    "holder_information.reason_code": [("holderinformation", "reason")],
    "holder_information.reason_text": [("holderinformation", "reason_text")],
    "contact_attempt": [("visit", "text"), ("visit", "who"), ("visit", "where")],
    "assessment.notes": [("assessment", "notes")],
    "assessment.conclusion": [("conclusion", "text")],
    "assessment.report": [("assessment", "report")],
    "assessment.danger": [("childdanger", name) for name in ("hold", "debt", "third_parties", "digital", "tonight")],
    "assessment.inquiry_considered": [("inquiryconsidered", "consideration")],
    "assessment.opinion": [
        ("holderopinion", name) for name in ("needs", "difficulties", "understanding", "proposals", "not_met_text")
    ],
    "assessment.finding": [("finding", name) for name in ("finding", "observed", "reported", "text")],
    "assessment.health_finding": [("finding", f"health_{name}") for name in ("observed", "reported", "text")],
    "voice": [("voice", name) for name in ("words", "wants", "told", "heard_by", "not_heard_text")],
    "decision.code": [("decision", "code"), ("child", "decision")],
    "decision.date": [("decision", "at")],
    "decision.motivation": [("decision", "motivation")],
    "judicial_referral.state": [("judicialreferral", "state")],
    "judicial_referral.grounds": [("judicialreferral", "grounds")],
    "judicial_referral.outcome_types": [("judicialoutcome", "type")],
    "judicial_referral.dates": [("judicialreferral", "sent_at"), ("judicialoutcome", "on")],
    "judicial_referral.documents": [("judicialreferral", "document"), ("judicialoutcome", "copy")],
    "judicial_referral.recipients": [("judicialreferral", "recipient")],
    "judicial_referral.orders": [("measure", "order_copy"), ("measure", "ordered_by")],
    "measure.type": [("measure", "type")],
    "measure.state": [("measure", "state")],
    "measure.dates": [("measure", "started_on"), ("measure", "term_on"), ("measure", "over_on")],
    "measure.aim": [("measure", "aim")],
    "measure.agreement": [("measure", "agreement")],
    "letter": [("letter", name) for name in ("additions", "page", "note")],
    "letter.justice": [("letter", "page_i")],
    "letter.filer": [("letter", "page_c"), ("letter", "note_c")],
    "place_of_care": [("measure", "place")],
}  # fmt: skip


def test_no_kind_of_step_data_is_forgotten():
    kinds = {kind for kind, _, _ in table.STEP_DATA}

    assert kinds == set(STEP_FIELDS) | LATER | IN_RECORDS


# --- What may be corrected (T42) -----------------------------------------------------------------------


def test_what_moves_by_a_step_or_is_derived_is_never_corrected():
    """Status, danger, met, decision, restriction have steps of their own; age band and flags are derived."""
    moved = {"prostitution_status", "status_ever", "immediate_danger", "danger_ever", "child_met", "restricted",
             "decision", "wrong_person", "danger_categories", "danger_level"}  # fmt: skip
    derived = {
        "age_band",
        "under_2",
        "under_15",
        "majority_near",
        "next_change",
        "birth_year_month",
        "runaway",
        "emancipated",
    }

    assert moved | derived | {"id", "referral", "position"} <= corrections_actions.UNTOUCHED


def test_untouched_names_fields_that_exist():
    for name in corrections_actions.UNTOUCHED:
        assert any(_has(model, name) for model in (Concern, *PARTS.values())), name


def _has(model, name):
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False

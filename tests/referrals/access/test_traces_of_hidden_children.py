"""What is said beside a case of what is hidden from a reader: files of joined filings, corrections, faults (SEC-AZ20)."""

import json
import re
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from encryption.fields import SealedField
from outbox.models import Notice
from referrals.assessment import actions as assessment_actions
from referrals.break_glass import queries as break_glass_queries
from referrals.errors import IncompleteFiling
from referrals.execution import perform
from referrals.execution.preconditions import StepRequest
from referrals.models import (
    Approval,
    Assessment,
    Attachment,
    Child,
    FeedbackTask,
    Joining,
    JudicialReferral,
    Measure,
    Rectification,
    Referral,
    Sighting,
    StepRecord,
    Visit,
)
from referrals.reading import counts
from referrals.triage import guards as triage_checks
from referrals.vocabulary.states import Machine
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.journeys import bodies
from tests.night import some
from tests.referrals.access.test_steps_on_restricted_children import joined
from tests.referrals.workflow.kit import AT
from tests.web.visiting import Visitor

pytestmark = pytest.mark.sec("SEC-AZ20")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read(family, who, part):
    text = family.kit.world.as_(who).get(f"referrals/{family.pk}/{part}").content.decode()
    see_all()
    return text


# --- Files of filings that were joined (X10 to X12) ----------------------------------------------------


#: By what somebody may not know of a file of a joined filing: the names of the twins there, and whom the file names.
HIDDEN_BY = {
    "the child that it names": (("kept", "open"), [0]),
    "all children of its filing": (("kept",), []),
    "a restriction of the filing": (("open",), []),
    "a restriction of a child of the filing": (("open", "other"), [0]),
    "an exclusion from the filing": (("open",), []),
}


def filed_beside(family, how):
    """Return a file of a filing that is joined to the case, which the coordinator may not know of and the inspector may."""
    see_all()
    for name in ("ase_inspector", "supervisor"):
        family.name_on_list(name)
    twins, named = HIDDEN_BY[how]
    filing = joined(family.kit.world, family, *twins)
    for name in ("ase_inspector", "supervisor") if "restriction" in how else ():
        filing.name(name)
    if how == "a restriction of the filing":
        Referral.objects.filter(pk=filing.case.pk).update(restricted=True)
    if how == "a restriction of a child of the filing":
        Child.objects.filter(pk=filing.twins[0].pk).update(restricted=True)
    if how == "an exclusion from the filing":
        filing.exclude("crip_coordinator")
    return filing.fill.row(
        Attachment, kind="letter", access_class="G", media="pdf", scan="clean", at=AT, role="filer", size=1,
        original_size=1, object=uuid4(), children=[str(filing.twins[n].pk) for n in named],
    )  # fmt: skip


@pytest.mark.parametrize("how", HIDDEN_BY)
def test_a_file_of_a_joined_filing_is_set_aside_unseen_by_whom_it_is_hidden_from(family, how):
    file = filed_beside(family, how)
    told = [str(file.pk), "bar_file", "destroy_file"]
    Notice.objects.all().delete()

    assert (
        family.post("ase_inspector", "bar_file", {"file": str(file.pk), "reason": "not_of_case"}).status_code
        == 200
    )

    asked = {"file": str(file.pk), "reason": "Vu à deux.", "authorities_told": True}
    unfit = family.post(
        "ase_inspector",
        "destroy_file",
        asked | {"approver": str(family.kit.user("crip_coordinator"))},
    )
    assert unfit.status_code == 409, unfit.content
    proposed = family.post(
        "ase_inspector", "destroy_file", asked | {"approver": str(family.kit.user("supervisor"))}
    )
    assert proposed.status_code == 202, proposed.content
    approval = proposed.json()["approval"]
    if how.endswith(("names", "of its filing")):
        assert approval not in read(family, "crip_coordinator", "approvals")
        users = set(Notice.objects.filter(user_id__isnull=False).values_list("user_id", flat=True))
        assert users == {family.kit.user("supervisor")}
    signed = family.post("supervisor", f"approvals/{approval}/sign", {})
    assert signed.status_code == 200, signed.content

    for one in told:
        assert one in read(family, "ase_inspector", "timeline")
        assert one not in read(family, "crip_coordinator", "timeline")


def test_a_file_of_a_filing_that_was_parted_again_is_not_told_of(family):
    file = filed_beside(family, "the child that it names")
    Child.objects.update(restricted=False)
    assert (
        family.post("ase_inspector", "bar_file", {"file": str(file.pk), "reason": "not_of_case"}).status_code
        == 200
    )
    assert str(file.pk) in read(family, "crip_coordinator", "timeline")

    Joining.objects.update(undone_at=AT)

    assert "bar_file" not in read(family, "crip_coordinator", "timeline")


# --- What a refusal names --------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["qualify", "reorient"])
def test_what_is_missing_is_told_of_the_children_that_are_seen_and_counted_among_them(family, step):
    """Else the refusal tells that there is one child more, where it stands, and what is known of it."""
    see_all()
    Referral.objects.filter(pk=family.pk).update(state="triage", left_open=True, urgency="U0", version=2)
    Measure.objects.filter(referral=family.pk).update(state="cancelled")
    JudicialReferral.objects.filter(referral=family.pk).update(state="closed")
    children = family.kit.case.children
    children.update(sex="girl", prostitution_status="none", immediate_danger=False, position=9)
    hidden = children.filter(pk=family.children["kept"].pk)
    hidden.update(position=0)
    open_ = children.filter(pk=family.children["open"].pk)
    open_.update(position=1, sex="")
    body = {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."}

    def asked():
        seen = children.exclude(pk=hidden.get().pk).values_list("pk", flat=True)
        answer = family.post(
            "crip_coordinator", step, bodies.qualification(seen) if step == "qualify" else body
        )
        return answer.status_code, ID.sub("", answer.content.decode())

    told = []
    for sex in ("", "girl"):
        hidden.update(sex=sex)
        told.append(asked())
    assert told[0] == told[1]
    assert told[0][0] == 400
    assert "children.0.sex" in told[0][1]
    family.name_on_list("crip_coordinator")
    hidden.update(sex="")
    assert {"children.0.sex", "children.1.sex"} <= {
        item["field"] for item in json.loads(asked()[1])["errors"]
    }


def test_what_is_missing_of_a_hidden_child_alone_is_named_to_nobody_else(family):
    """Whoever may not know of it is told that it isn't possible now, and no more."""
    see_all()
    case = Referral.objects.get(pk=family.pk)
    case.left_open = True
    hidden = frozenset([family.children["kept"].pk])
    looked = Case(case, actor=family.kit.world.actor("crip_coordinator", at=AT), at=AT)

    def refused():
        try:
            return triage_checks.items_left_are_settled(looked, StepInput())
        except IncompleteFiling as named:
            return {item["field"] for item in named.extra["missing"]}

    looked.hidden = hidden
    whole = len(looked.recorded)
    for name in refused():
        assert not name.startswith(f"children.{whole - 1}."), "counted among those that are seen"
    looked.hidden = frozenset(child.pk for child in looked.recorded)
    assert not [name for name in refused() if name.startswith("children.")]
    assert [child.pk for child in case.children.all()] == [child.pk for child in looked.recorded]


# --- What is corrected of a step (T42) -------------------------------------------------------------------


def corrected(family, who, record, **value):
    rows = [{"part": "steps", "row": str(record), "field": "data", "value": value}]
    return family.post(who, "rectify", {"corrections": rows, "reason": "FAULT"})


def noted(family, who, *names):
    """Record a contact with some of the children; return its record."""
    type(family.assessment).objects.filter(pk=family.assessment.pk).update(state="ongoing")
    met = {
        "kind": "attempt",
        "at": "2026-11-24T08:00:00Z",
        "who": "Seules",
        "where": "Domicile",
        "text": "SAID",
    }
    seen = [{"child": str(family.children[name].pk), "seen": "no"} for name in names]
    answer = family.post(who, "record_contact", met | {"children": seen})
    assert answer.status_code == 200, answer.content
    return StepRecord.objects.filter(step="record_contact").latest("order").pk


def test_who_corrects_a_step_changes_its_texts_and_not_whom_it_is_about(family):
    """Its record would be read by all, once it names nobody any more."""
    see_all()
    family.name_on_list("assessor")
    record = noted(family, "assessor", "kept", "other")

    for said in (
        {"children": "Personne"},
        {"kind": "interview"},
        {"place": "Foyer"},
        {"unknown": "x"},
        "text",
        None,
    ):
        rows = [{"part": "steps", "row": str(record), "field": "data", "value": said}]
        answer = family.post("assessor", "rectify", {"corrections": rows, "reason": "Erreur."})
        assert answer.status_code == 400, said
    assert corrected(family, "assessor", record, text="CORRECTED").status_code == 200

    mine = read(family, "assessor", "timeline")
    assert "CORRECTED" in mine
    assert "SAID" not in mine
    assert str(family.children["kept"].pk) in mine
    assert "CORRECTED" not in read(family, "crip_coordinator", "timeline")
    old = Rectification.objects.latest("at")
    assert (old.model, old.row, old.field) == ("steps", record, "data")


def test_a_correction_of_what_is_not_told_is_not_told_either(family):
    see_all()
    family.name_on_list("assessor")
    record = noted(family, "assessor", "kept")
    assert corrected(family, "assessor", record, text="CORRECTED").status_code == 200

    assert "FAULT" in read(family, "assessor", "timeline")
    for child in (family.children["kept"].pk, None):
        StepRecord.objects.filter(pk=record).update(child=child)
        told = read(family, "crip_coordinator", "timeline")
        assert "FAULT" not in told
        assert str(record) not in told


def test_what_a_hidden_record_says_is_corrected_by_nobody_who_does_not_see_it(family):
    """Not even by who wrote it before the child was restricted: the answer is that of an unknown record."""
    see_all()
    Child.objects.filter(pk=family.children["kept"].pk).update(restricted=False)
    record = noted(family, "assessor", "kept")
    StepRecord.objects.filter(pk=record).update(child=family.children["kept"].pk)
    Child.objects.filter(pk=family.children["kept"].pk).update(restricted=True)

    def asked(pk):
        answer = corrected(family, "assessor", pk, text="CORRECTED")
        return answer.status_code, ID.sub("", answer.content.decode())

    assert asked(record) == asked(uuid4())


@contextmanager
def lifted_by_hand():
    """Attack: every restriction of a child is lifted by SQL, for a while (SEC-AZ22)."""
    restricted = Child._base_manager.filter(restricted=True)
    keys = list(restricted.values_list("pk", flat=True))
    restricted.update(restricted=False)
    yield
    Child._base_manager.filter(pk__in=keys).update(restricted=True)


@pytest.mark.sec("SEC-AZ22")
def test_a_list_of_clocks_tells_nothing_of_a_child_whose_restriction_was_lifted_by_hand(world, family):
    see_all()
    hidden = family.children["kept"].pk

    def told():
        return str(hidden) in world.as_("crip_coordinator").get("clocks").content.decode()

    assert not told()
    with lifted_by_hand():
        assert not told()
    see_all()
    Child.objects.filter(pk=hidden).update(restricted=False)
    assert told()


@pytest.mark.sec("SEC-AZ22")
def test_who_is_to_sign_sees_no_step_of_a_child_whose_restriction_was_lifted_by_hand(world, family):
    see_all()
    actor = world.actor("crip_coordinator", at=AT)
    of_hidden = Approval.objects.get(part=family.measures["kept"].pk).pk

    def told():
        return of_hidden in {row.pk for row in counts.awaiting_signature(actor, at=AT)}

    assert not told()
    with lifted_by_hand():
        assert not told()
    Child.objects.filter(pk=family.children["kept"].pk).update(restricted=False)
    assert told()


# --- Emergency openings (§1.3 rule 7) --------------------------------------------------------------------


@pytest.mark.parametrize("who", ["dpo", "measure_service", "supervisor", "on_call"])
def test_a_page_offers_an_emergency_opening_whether_or_not_there_is_a_hidden_child(world, family, who):
    """Others than those for whom it opens cells could make one where something is restricted alone."""
    page = Visitor(world, who)

    def offered():
        return "/etape/glass/open" in page.get(f"/dossiers/{family.pk}").content.decode()

    before = offered()
    Child.objects.update(restricted=False)
    assert offered() is before
    assert before is (who in ("supervisor", "on_call"))


@pytest.mark.parametrize("who", some(["intake_agent", "dpo"], "opening"))
def test_an_opening_that_was_for_a_hidden_child_is_told_of_to_those_named(world, family, who):
    """Whoever reads the case anyway opens nothing but what is restricted."""
    see_all()
    for name in ("supervisor", "assessor"):
        family.name_on_list(name)
    Notice.objects.all().delete()
    actor = world.actor(who, at=AT)
    done = break_glass_queries.open_by_reference(family.kit.case.reference, "GLASS", actor=actor, at=AT)
    see_all()
    perform.perform(
        StepRequest(step=steps.get(Machine.GLASS, "give_back"), referral_id=family.pk, part_id=done.made,
              version=Referral.objects.get(pk=family.pk).version),
        actor=actor, at=AT,
    )  # fmt: skip
    see_all()

    def told(reader):
        found = [read(family, reader, part) for part in ("", "timeline", "break-glass")]
        pages = Visitor(world, reader)
        paths = ("historique", "signatures")
        found += [pages.get(f"/dossiers/{family.pk}/{path}").content.decode() for path in paths]
        found.append(world.as_(reader).get("break-glass").content.decode())
        see_all()
        return [
            n for n, text in enumerate(found) if str(done.made) in text or "GLASS" in text or "G01" in text
        ]

    assert told("crip_coordinator") == []
    assert told("case_referent") == []
    with lifted_by_hand():
        assert told("crip_coordinator") == []
    assert {1, 2, 5} <= set(told("supervisor"))
    assert {1, 2} <= set(told("assessor"))
    users = set(
        Notice.objects.filter(user_id__isnull=False, template="glass.broken").values_list(
            "user_id", flat=True
        )
    )
    assert users == {world.user("supervisor").pk}
    Notice.objects.all().delete()
    break_glass_queries.watch(AT + timedelta(days=9))
    see_all()
    late = Notice.objects.filter(user_id__isnull=False, template="glass.overdue", subject_id=family.pk)
    assert set(late.values_list("user_id", flat=True)) == {world.user("supervisor").pk}
    for name in ("supervisor_2", "crip_coordinator"):
        assert family.post(name, f"break-glass/{done.made}/approve", {}).status_code == 404, name
        family.kit.let_in(name)
        assert family.post(name, f"break-glass/{done.made}/approve", {}).status_code == 409, name
    assert family.post("supervisor", f"break-glass/{done.made}/approve", {}).status_code == 200


def test_an_opening_by_whom_it_opens_the_facts_is_told_of_as_always(world, family):
    see_all()
    done = break_glass_queries.open_by_reference(
        family.kit.case.reference, "GLASS", actor=world.actor("on_call", at=AT), at=AT
    )
    see_all()

    assert str(done.made) in read(family, "crip_coordinator", "break-glass")
    assert Notice.objects.filter(user_id=world.user("crip_coordinator").pk, template="glass.broken").exists()


# --- Changes of a list (T46) -----------------------------------------------------------------------------


def test_what_is_done_with_a_list_is_told_to_it_alone(world, family):
    """A child is restricted already: one more is, by the list, and somebody is let in."""
    see_all()
    listed = ("crip_coordinator", "supervisor")
    for name in listed:
        family.name_on_list(name)
    Notice.objects.all().delete()
    more = {
        "named": [str(world.user(name).pk) for name in listed],
        "reason": "REASON",
        "review_on": "2027-01-05",
    }
    child = str(family.children["other"].pk)
    assert family.post("crip_coordinator", "restrict", more | {"child": child}).status_code == 200
    add = {
        "add": [str(world.user("assessor").pk)],
        "reason": "REASON",
        "approver": str(world.user("supervisor").pk),
    }
    asked = family.post("crip_coordinator", "unrestrict", add)
    assert family.post("supervisor", f"approvals/{asked.json()['approval']}/sign", {}).status_code == 200

    for who in ("crip_coordinator_2", "ase_inspector", "case_referent"):
        page = Visitor(world, who).get(f"/dossiers/{family.pk}/historique").content.decode()
        text = page + "".join(read(family, who, part) for part in ("timeline", "approvals"))
        assert [one for one in ("REASON", "T46", child) if one in text] == [], who
    told = set(Notice.objects.filter(user_id__isnull=False).values_list("user_id", flat=True))
    assert told <= {world.user(name).pk for name in (*listed, "assessor")}
    assert world.user("assessor").pk in told
    for who in ("crip_coordinator", "assessor"):
        assert "REASON" in read(family, who, "timeline"), who


# --- What is written and suggested for all the children --------------------------------------------------


@pytest.mark.parametrize("name", some(sorted(assessment_actions.TEXTS), "text", 2))
def test_nobody_replaces_a_text_about_all_the_children_that_they_can_not_read(family, name):
    """It may be about the hidden one; what somebody of the list wrote would be gone."""
    see_all()
    type(family.assessment).objects.filter(pk=family.assessment.pk).update(state="draft_report")

    def written(said):
        version = Referral.objects.get(pk=family.pk).version
        answer = family.kit.world.as_("assessor").patch(
            f"referrals/{family.pk}/assessment", said, version=version
        )
        see_all()
        return answer.status_code

    assert written({name: "SAID"}) == 409
    assert written({"framework_version": "HAS 2021"}) == 200
    family.name_on_list("assessor")
    assert written({name: "SAID"}) == 200
    assert "SAID" in read(family, "assessor", "assessment")


def test_nor_what_a_holder_says_of_all_of_them(family):
    see_all()
    type(family.assessment).objects.filter(pk=family.assessment.pk).update(state="draft_report")
    said = {"opinions": [{"holder": str(family.kit.holder.pk), "met": "met", "needs": "SAID"}]}

    def written():
        version = Referral.objects.get(pk=family.pk).version
        place = f"referrals/{family.pk}/assessment"
        answer = family.kit.world.as_("assessor").patch(place, said, version=version)
        see_all()
        return answer.status_code

    assert written() == 409
    family.name_on_list("assessor")
    assert written() == 200
    assert "SAID" in read(family, "assessor", "assessment")


def test_every_text_of_an_assessment_is_one_about_all_the_children():
    sealed = {one.name for one in Assessment._meta.concrete_fields if isinstance(one, SealedField)}

    assert {
        name for name in assessment_actions.ReportForm().fields if name in sealed
    } == assessment_actions.TEXTS


def test_what_may_be_told_to_whoever_filed_follows_from_the_children_that_are_seen(world, family):
    see_all()
    family.marked(
        FeedbackTask, "all", owed_to="professional", opened_at=AT, state="due", text=None, reason_text=None
    )
    Referral.objects.filter(pk=family.pk).update(state="protected_admin", version=2)
    Child.objects.filter(referral=family.pk).update(decision="continue")
    Child.objects.filter(pk=family.children["kept"].pk).update(decision="admin")

    def suggested():
        found = json.loads(read(family, "crip_coordinator", "feedbacks"))["results"]
        return [line["suggestion"]["code"] for line in found]

    assert suggested() == ["followed"]
    family.name_on_list("crip_coordinator")
    assert suggested() == ["support"]


@pytest.mark.parametrize("who", ["crip_coordinator", "assessor"])
def test_a_visit_to_a_hidden_child_alone_is_neither_told_of_nor_counted(family, who):
    see_all()
    kept_alone = Sighting.objects.get(child=family.children["kept"]).visit_id
    others = Visit.objects.filter(referral=family.pk).exclude(pk=kept_alone)

    def shown():
        return str(kept_alone) in read(family, who, "assessment")

    def met():
        case = Case(Referral.objects.get(pk=family.pk), actor=family.kit.world.actor(who, at=AT), at=AT)
        case.hidden = frozenset([family.children["kept"].pk])
        with case.as_seen():
            return kept_alone in {visit.pk for visit in case.visits()}, case.visits().count()

    assert (shown(), met()) == (False, (False, others.count()))
    Sighting.objects.filter(visit__in=others).update(visit=kept_alone)
    assert (shown(), met()) == (True, (True, others.count() + 1))

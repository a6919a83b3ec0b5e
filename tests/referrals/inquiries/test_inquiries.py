"""Inquiries: why a question isn't asked or answered, who is told when it is urgent, and what the holders know (§2.7)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from outbox.models import Notice
from referrals.models import Child, Holder, HolderInformation, Inquiry
from tests.conftest import see_all
from tests.faults.writes import ANSWERED, QUESTION
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

ASKED = "75"
BOY = {"last_name": "Durandal", "first_names": "Noé", "birth_date": "2014-05-06"}
UNKNOWN = {"searched": True, "known": False}


@shared_fixture
def kit(world):
    """A case about a boy whose holder was told that another département is asked."""
    kit = Kit(world, "triage")
    names(kit, kit.child)
    kit.informed = kit.fill.row(HolderInformation, holder=kit.holder, occasion="inquiry", state="done")
    return kit


def names(kit, child):
    for name, value in BOY.items():
        field = Child._meta.get_field(name)
        setattr(child, name, kit.fill.keys[field.key].seal(field, child.pk, value))
    child.save()


def ask(kit, who="crip_coordinator", **said):
    body = QUESTION | {"asked": str(kit.world.authorities[ASKED].pk), "child": str(kit.child.pk)} | said
    answer = kit.world.as_(who).post(f"referrals/{kit.case.pk}/inquiries", body, key=uuid4().hex)
    see_all()
    return answer


def does(kit, step, body, *, side="asker", who="crip_coordinator"):
    row = Inquiry.objects.get(side=side)
    answer = kit.world.as_(who, row.authority.code).post(f"inquiries/{row.pk}/{step}", body, key=uuid4().hex)
    see_all()
    return answer


def told(template):
    return {row.user_id for row in Notice.objects.filter(template=template)}


def people(kit, *whom, code=ASKED):
    return {kit.user(name, code) for name in whom}


# --- Asking (IQ1) -------------------------------------------------------------------------------------


def closed(kit):
    kit.put(state="closed_no_action")


def nameless(kit):
    kit.set_child(last_name=None)


def birthless(kit):
    kit.set_child(birth_date=None, birth_year_month=None)


def recorded_by_mistake(kit):
    kit.set_child(wrong_person=True)


def vital(kit):
    kit.put(urgency="U3")


def untold(kit):
    HolderInformation.objects.filter(pk=kit.informed.pk).delete()


def pending(kit):
    HolderInformation.objects.filter(pk=kit.informed.pk).update(state="pending", told_on=None)


def told_of_something_else(kit):
    HolderInformation.objects.filter(pk=kit.informed.pk).update(occasion="transmission")


def another_holder(kit):
    kit.fill.row(Holder, position=1)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (closed, "case_is_opened"), (nameless, "child_is_known"), (birthless, "child_is_known"),
        (recorded_by_mistake, "child_is_known"), (vital, "vital_urgency_is_called"), (untold, "holders_are_seen_to"),
        (pending, "holders_are_seen_to"), (told_of_something_else, "holders_are_seen_to"),
        (another_holder, "holders_are_seen_to"),
    ],
)  # fmt: skip
def test_why_a_question_is_not_asked(kit, spoil, rule):
    spoil(kit)

    answer = ask(kit)

    assert (answer.status_code, answer.json()["rule"]) == (409, rule)
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize(
    ("state", "known"), [("done", "told"), ("deferred", "deferred"), ("not_applicable", "not_applicable")]
)
def test_the_question_says_what_was_recorded_of_the_holders(kit, state, known):
    """A deferral has its review day: who follows it is told on that day, supervisors too (R-holders)."""
    HolderInformation.objects.filter(pk=kit.informed.pk).update(state=state, review_on=AT.date())

    assert ask(kit).json()["holders"]["code"] == known
    assert {row.holders for row in Inquiry.objects.all()} == {known}, "at both"


def test_one_holder_of_two_who_is_not_told_yet_defers_it(kit):
    other = kit.fill.row(Holder, position=1)
    kit.fill.row(
        HolderInformation,
        holder=other,
        occasion="inquiry",
        state="deferred",
        review_on=AT.date(),
        told_on=None,
    )

    assert ask(kit).json()["holders"]["code"] == "deferred"


def test_of_a_person_of_age_no_holder_is_told(kit):
    untold(kit)
    kit.set_child(age_band="18+")

    assert ask(kit).json()["holders"]["code"] == "not_applicable"


def test_another_child_of_the_home_may_be_asked_about(kit):
    kit.set_child(kind="household")

    assert ask(kit).status_code == 201


@pytest.mark.parametrize(("urgency", "days"), [("U0", 10), ("U1", 10), ("U2", 2), ("U3", 2)])
def test_from_u2_on_the_answer_has_two_days_and_at_u3_the_officer_on_call_is_told(kit, urgency, days):
    kit.put(urgency=urgency)

    answer = ask(kit, who="on_call" if urgency == "U3" else "crip_coordinator", called="Astreinte, 10 h 05")

    assert answer.status_code == 201, answer.content
    assert {row.due_at - row.asked_at for row in Inquiry.objects.all()} == {timedelta(days=days)}
    cell = people(kit, "crip_coordinator", "crip_coordinator_2")
    assert told("inquiry.received") == cell | (people(kit, "on_call") if urgency == "U3" else set())


# --- What follows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["crip_coordinator", "on_call"])
def test_a_question_is_taken_back_by_hand_with_a_reason(kit, who):
    ask(kit)
    assert does(kit, "withdraw", {}, who=who).status_code == 400

    done = does(kit, "withdraw", {"reason": "L'enfant est retrouvé."}, who=who)

    assert done.status_code == 200, done.content
    assert {(row.state, row.due_at) for row in Inquiry.objects.all()} == {("withdrawn", None)}
    assert told("inquiry.moved") == people(kit, "crip_coordinator", "crip_coordinator_2")
    assert does(kit, "answer", UNKNOWN, side="asked").status_code == 409
    assert ask(kit).status_code == 201, "it may be asked anew"


def test_of_an_unknown_child_no_documents_are_asked(kit):
    ask(kit)
    does(kit, "answer", UNKNOWN, side="asked")

    answer = does(kit, "ask_documents", {"documents": ["plan"], "for_plan": "Évaluer."})

    assert (answer.status_code, answer.json()["rule"]) == (409, "child_is_known_there")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"documents": ["plan"]}, "for_plan"),
        ({"documents": ["plan", "decisions"], "for_plan": "Évaluer."}, "for_decisions"),
        ({"documents": ["plan"], "for_plan": "Évaluer.", "for_decisions": "Aussi."}, "documents"),
    ],
)
def test_of_each_document_one_says_what_it_is_for(kit, said, field):
    ask(kit)
    does(kit, "answer", ANSWERED, side="asked")

    answer = does(kit, "ask_documents", said)

    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, [field])


def test_a_document_that_no_file_holds_is_not_sent(kit):
    """An older register alone knows the child: there is nothing to copy."""
    ask(kit)
    does(kit, "answer", ANSWERED, side="asked")
    does(kit, "ask_documents", {"documents": ["plan"], "for_plan": "Évaluer."})

    answer = does(kit, "send_documents", {"documents": ["plan"], "reread": True}, side="asked")

    assert (answer.status_code, answer.json()["rule"]) == (409, "documents_are_there")

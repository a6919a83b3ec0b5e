"""Two persons: nothing moves at proposing, and only the named other one, in a signing role, carries it out.

Source: domain.md §2.2 (2S, 2S?), §2.5, §2.7 (Approval). Every step that the tables let ask for a second
signature is here, in a case in which it does.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from referrals.errors import (
    ApprovalClosed,
    ApproverRefused,
    GuardRefused,
    InvalidInput,
    NotAllowed,
    NotVisible,
    WrongState,
)
from referrals.execution import approvals
from referrals.models import (
    Approval,
    Child,
    Clock,
    Grant,
    HolderInformation,
    Referral,
)
from tests.audit.owner import written
from tests.expected.part_steps import JUDICIAL
from tests.expected.steps import ADDITIONS, REFERRAL
from tests.journeys import bodies
from tests.night import some
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations import SITUATIONS
from tests.referrals.workflow.situations.saying import ON

SOUND = {(s.machine, s.step): s.sound for s in SITUATIONS}


@dataclass(frozen=True)
class Signed:
    """One step in a case in which it asks for a second signature: what calls for it, and who may give it."""

    machine: str
    step: str
    calls: Any
    signers: tuple[str, ...] = ("supervisor", "ase_inspector_2")
    sound: Any = None

    def make(self, world):
        kit, body = (self.sound or SOUND[self.machine, self.step])(world)
        self.calls(kit, body)
        body.pop("approver", None)
        return kit, body


def once_at_risk(kit, body):
    kit.set_child(status_ever="at_risk")


def once_urgent(kit, body):
    kit.put(urgency_ever="U2")


def suspected(kit, body):
    kit.set_child(prostitution_status="suspected", status_ever="suspected")


def refuting(kit, body):
    suspected(kit, body)
    body["value"] = "refuted"


def closing_after_a_danger(kit, body):
    kit.set_child(danger_ever=True)
    kit.case.conclusions.update(danger_level="no_danger")
    body.update(decision="close", measures=[])


def carrying_a_closing(kit, body):
    other = kit.another_child()
    Child.objects.filter(pk=other.pk).update(status_ever="at_risk")
    conclusion = kit.case.conclusions.get()
    kit.fill.row(type(conclusion), assessment=conclusion.assessment, child=other, danger_level="no_danger",
                 proposal="classement")  # fmt: skip
    body["decisions"].append(bodies.decision(other.pk, "close"))


def lapsed(kit, body):
    """The last reminder to the prosecutor is over (C7)."""
    since = AT - timedelta(days=31)
    Clock.objects.create(
        referral=kit.case, code="C7", access_class="I", part=kit.case.judicial_referrals.get().pk, started_at=since,
        warn_at=since, due_at=AT - timedelta(minutes=1), statutory=False,
    )  # fmt: skip
    body["outcomes"] = [bodies.outcome(kit.child.pk, "lapsed", on=ON)]


def long_deferral(kit, body):
    kit.fill.row(
        HolderInformation, holder=kit.holder, occasion="transmission", state="deferred",
        deferred_since=TODAY - timedelta(days=40), review_on=TODAY,
    )  # fmt: skip
    body.update(outcome="deferred", reason="prosecutor", review_on=ON)


def nothing_more(kit, body):
    pass


def restricted(world):
    kit = Kit(world, "triage")
    restrict(kit)
    return kit, {"lift": True, "reason": "Plus lieu d'être."}


def restrict(kit):
    kit.put(restricted=True)
    for name in ("crip_coordinator", "supervisor", "ase_inspector_2"):
        kit.name(name)


def naming_one_more(kit, body):
    restrict(kit)
    body["named"] = [*body["named"], kit.user("assessor")]


STEPS = [
    Signed("referral", "qualify", lambda kit, body: kit.set_child(prostitution_status="at_risk"),
           ("crip_coordinator_2", "supervisor", "ase_inspector_2")),
    Signed("referral", "reorient", once_at_risk),
    Signed("referral", "reorient", once_urgent),
    Signed("referral", "attach_existing", once_at_risk),
    Signed("referral", "inform_holders", long_deferral),
    Signed("referral", "extend_assessment", nothing_more, ("supervisor",)),
    Signed("referral", "decide_close", once_urgent),
    Signed("referral", "decide_close", carrying_a_closing),
    Signed("referral", "decide_admin", suspected, ("supervisor",)),
    Signed("referral", "decide_admin", carrying_a_closing),
    Signed("referral", "decide_judicial", carrying_a_closing),
    Signed("referral", "decide_continue", suspected, ("supervisor",)),
    Signed("referral", "judicial_outcome", lapsed),
    Signed("referral", "end_followup", once_at_risk),
    Signed("referral", "decide_child", closing_after_a_danger),
    Signed("referral", "decide_child", suspected, ("supervisor",)),
    Signed("referral", "set_exploitation_status", refuting),
    Signed("referral", "restrict", naming_one_more),
    Signed("referral", "unrestrict", nothing_more, sound=restricted),
    Signed("referral", "lift_exclusion", nothing_more),
    Signed("referral", "lift_excluded_resource", nothing_more),
    Signed("referral", "unbar_file", nothing_more),
    Signed("referral", "destroy_file", nothing_more),
    Signed("judicial", "record_outcome", lapsed),
]  # fmt: skip
IDS = [f"{s.machine}.{s.step}.{s.calls.__name__.strip('<>')}.{n}" for n, s in enumerate(STEPS)]
ALWAYS = (
    "extend_assessment",
    "unrestrict",
    "lift_exclusion",
    "lift_excluded_resource",
    "unbar_file",
    "destroy_file",
)
NAMED = [pytest.param(step, id=name) for step, name in zip(STEPS, IDS, strict=True)]
every_step = pytest.mark.parametrize("signed", some(NAMED, "signed", len(STEPS) // 6))
TWO = ("reorient", "set_exploitation_status")
some_step = pytest.mark.parametrize(
    "signed",
    [next(signed for signed in STEPS if signed.step == step) for step in TWO],
    ids=["reorient", "refute"],
)


def propose(signed, kit, body, approver=None, *, at=AT):
    said = body | {"approver": kit.user(approver or signed.signers[0])}
    return kit.ask(signed.machine, signed.step, said, at=at)


def sign(kit, approval, who, *, at=AT, version=None):
    version = Referral.objects.get(pk=kit.case.pk).version if version is None else version
    return approvals.sign(kit.case.pk, approval, actor=kit.world.actor(who, at=at), at=at, version=version)


def attempt(kit, approval, who, *, at=AT):
    with transaction.atomic():
        return sign(kit, approval, who, at=at)


def test_every_step_that_may_ask_for_a_second_signature_is_here():
    rows = {("referral", n): r for n, r in (REFERRAL | ADDITIONS).items()} | {
        ("judicial", n): r for n, r in JUDICIAL.items()
    }

    assert {(s.machine, s.step) for s in STEPS} == {key for key, row in rows.items() if row.signed != "never"}


@pytest.mark.sec("SEC-AZ12")
@every_step
def test_nothing_moves_when_a_step_is_proposed(world, signed):
    kit, body = signed.make(world)
    before = kit.now()

    done = propose(signed, kit, body)

    approval = Approval.objects.get(pk=done.approval)
    assert kit.now() == (*before[:4], before[4] + 1)
    assert (approval.state, approval.step, str(approval.approver_id)) == (
        "requested", signed.step, str(kit.user(signed.signers[0])),
    )  # fmt: skip
    assert len(written(act="approval:requested")) == 1


@pytest.mark.sec("SEC-AZ12")
@every_step
def test_each_named_signer_carries_it_out_and_both_names_stand(world, signed):
    kit, body = signed.make(world)
    for signer in signed.signers:
        with transaction.atomic():
            done = propose(signed, kit, body, signer)
            before = kit.now()
            sign(kit, done.approval, signer)
            assert kit.now()[1] == before[1] + 1
            row = kit.case.steps.get(machine=signed.machine, step=signed.step, at=AT, signed_by=kit.user(signer),
                                     from_state__isnull=False, by=kit.user(kit.who), role__gt="")  # fmt: skip
            assert row.by == kit.user(kit.who)
            assert Approval.objects.get(pk=done.approval).state == "approved"
            transaction.set_rollback(True)


@pytest.mark.sec("SEC-AZ12")
@every_step
def test_who_may_not_sign_is_refused_at_proposing(world, signed):
    """Nobody named, oneself, a wrong role, another authority, somebody excluded."""
    kit, body = signed.make(world)
    kit.exclude("supervisor_2")
    before = kit.now()
    wrong = [None, (kit.who, "93"), ("assessor_2", "93"), ("intake_agent", "93"), ("supervisor", "75")]
    wrong += [(who, "93") for who in ("supervisor_2", "ase_inspector_2", "crip_coordinator_2")
              if who not in signed.signers]  # fmt: skip
    for who in wrong:
        said = body | ({"approver": kit.user(*who)} if who else {})
        assert kit.refusal(signed.machine, signed.step, said) == "<approver>", who
    assert kit.now() == before


@pytest.mark.sec("SEC-AZ12")
@every_step
def test_only_the_named_person_signs(world, signed):
    kit, body = signed.make(world)
    named, *others = signed.signers
    done = propose(signed, kit, body, named)
    before = kit.now()
    for who in {kit.who, "crip_coordinator_2", "intake_agent", *others, "ase_inspector"} - {named}:
        with pytest.raises(NotVisible):
            attempt(kit, done.approval, who)
    assert kit.now() == before


@pytest.mark.parametrize("signed", some([s for s in STEPS if s.step not in ALWAYS], "one is enough", 6))
def test_without_what_calls_for_it_one_person_is_enough(world, signed):
    kit, body = (signed.sound or SOUND[signed.machine, signed.step])(world)

    assert kit.refusal(signed.machine, signed.step, body) == ""
    assert kit.now()[4] == 0


# --- A decision signed once (§2.5) ---------------------------------------------------------------------


def decided(world, step):
    """Decide *admin* or *continue* for the suspected child of a case (T43), signed by the supervisor."""
    kit, body = SOUND["referral", step](world)
    suspected(kit, body)
    (carried,) = body.pop("decisions")
    done = kit.ask("referral", "decide_child", carried | {"approver": kit.user("supervisor")})
    sign(kit, done.approval, "supervisor")
    return kit, body


@pytest.mark.parametrize("step", ["decide_admin", "decide_continue"])
def test_a_decision_that_two_have_signed_is_not_signed_again_when_the_case_moves(world, step):
    """T23, T27: what §2.5 asks for is one decision by two persons, not the move of the case as well."""
    kit, body = decided(world, step)

    assert kit.refusal("referral", step, body) == ""
    assert kit.now()[0] in ("admin_offer", "protected_admin")


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("step", ["decide_admin", "decide_continue"])
def test_a_decision_of_one_person_is_signed_once_the_child_is_suspected(world, step):
    kit, body = SOUND["referral", step](world)
    (carried,) = body.pop("decisions")
    kit.ask("referral", "decide_child", carried)
    raised = {"child": kit.child.pk, "value": "suspected", "reasons": "Révélations."}
    kit.ask("referral", "set_exploitation_status", raised)
    before = kit.now()

    assert kit.refusal("referral", step, body) == "<approver>"
    assert kit.now() == before
    assert kit.ask("referral", step, body | {"approver": kit.user("supervisor")}).approval is not None


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("since", ["status", "correction"])
def test_what_changed_since_the_signature_is_signed_anew(world, since):
    """A status set since, or a correction: the signature was for the case as it was then."""
    kit, body = decided(world, "decide_admin")
    if since == "status":
        raised = {"child": kit.child.pk, "value": "established", "reasons": "Révélations."}
        kit.ask("referral", "set_exploitation_status", raised)
        kit.set_child(prostitution_status="suspected")
    else:
        correction = {"part": "holders", "row": kit.holder.pk, "field": "phone", "value": "0100000002"}
        kit.ask(
            "referral", "rectify", {"corrections": [correction], "reason": "Erreur."}, who="crip_coordinator"
        )

    assert kit.refusal("referral", "decide_admin", body) == "<approver>"


@pytest.mark.sec("SEC-AZ12")
def test_the_database_keeps_the_proposer_from_signing(world):
    kit, _ = STEPS[1].make(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(
            referral=kit.case, step="reorient", machine="referral", proposer_id=kit.user("supervisor"),
            proposer_role="supervisor", approver_id=kit.user("supervisor"), asked_state="triage", requested_at=AT,
            expires_at=AT + timedelta(days=5),
        )  # fmt: skip


# --- What happens between proposing and signing --------------------------------------------------------


@some_step
def test_a_request_lives_five_days(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    last = AT + timedelta(days=5)

    with pytest.raises(ApprovalClosed):
        attempt(kit, done.approval, "supervisor", at=last)
    assert sign(kit, done.approval, "supervisor", at=last - timedelta(seconds=1)).status == 200


@some_step
def test_guards_are_asked_again_when_it_is_signed(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    kit.set_child(prostitution_status="suspected" if signed.step == "reorient" else "none")
    before = kit.now()

    with pytest.raises(GuardRefused):
        attempt(kit, done.approval, "supervisor")
    assert kit.now() == before


def test_a_state_that_moved_on_lapses_the_request(world):
    signed = STEPS[1]
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    kit.set_child(status_ever="none")
    kit.ask("referral", "qualify", bodies.qualification([kit.child.pk]))

    assert Approval.objects.get(pk=done.approval).state == "lapsed"
    assert len(written(act="approval:lapsed")) == 1
    with pytest.raises(ApprovalClosed):
        attempt(kit, done.approval, "supervisor")


@some_step
def test_a_state_that_no_longer_fits_refuses_the_signature(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    kit.put(state="closed_no_action")
    before = kit.now()

    with pytest.raises(WrongState):
        attempt(kit, done.approval, "supervisor")
    assert kit.now() == before


@pytest.mark.sec("SEC-AZ12")
@some_step
def test_a_role_lost_by_the_proposer_ends_it(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    Membership.objects.filter(user=kit.user(kit.who)).update(valid_to=AT)
    before = kit.now()

    with pytest.raises(NotAllowed):
        attempt(kit, done.approval, "supervisor")
    assert kit.now() == before


@pytest.mark.sec("SEC-AZ12")
@some_step
def test_a_role_lost_by_the_signer_ends_it(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    Membership.objects.filter(user=kit.user("supervisor")).update(role="assessor")
    before = kit.now()

    with pytest.raises((NotVisible, ApproverRefused)):
        attempt(kit, done.approval, "supervisor")
    assert kit.now() == before


@pytest.mark.sec("SEC-AZ4")
@some_step
def test_an_exclusion_of_the_signer_ends_it(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    kit.exclude("supervisor")
    before = kit.now()

    with pytest.raises(NotVisible):
        attempt(kit, done.approval, "supervisor")
    assert kit.now() == before


@some_step
def test_a_refusal_moves_nothing_and_closes_the_request(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    before = kit.now()

    approvals.refuse(kit.case.pk, done.approval, actor=world.actor("supervisor", at=AT), at=AT, reason="Non.")

    assert kit.now() == before
    assert Approval.objects.get(pk=done.approval).state == "refused"
    with pytest.raises(ApprovalClosed):
        attempt(kit, done.approval, "supervisor")


@some_step
def test_only_the_named_refuses_and_only_the_proposer_takes_back(world, signed):
    kit, body = signed.make(world)
    done = propose(signed, kit, body)
    with pytest.raises(NotVisible):
        approvals.refuse(kit.case.pk, done.approval, actor=world.actor(kit.who, at=AT), at=AT, reason="Non.")
    with pytest.raises(NotVisible):
        approvals.withdraw_proposal(kit.case.pk, done.approval, actor=world.actor("supervisor", at=AT), at=AT)

    approvals.withdraw_proposal(kit.case.pk, done.approval, actor=world.actor(kit.who, at=AT), at=AT)

    assert Approval.objects.get(pk=done.approval).state == "lapsed"


def test_on_a_restricted_case_the_signer_is_on_the_list(world):
    signed = next(s for s in STEPS if s.step == "unrestrict")
    kit, body = signed.make(world)
    Grant.objects.filter(referral=kit.case, user=kit.user("ase_inspector_2")).update(ended_at=AT)

    assert (
        kit.refusal("referral", "unrestrict", body | {"approver": kit.user("ase_inspector_2")})
        == "<approver>"
    )


def test_a_referral_that_lapses_by_majority_needs_one_person(world):
    """Only silence is for two (§2.6 ``lapsed``)."""
    signed = next(s for s in STEPS if s.machine == "judicial")
    kit, body = signed.make(world)
    kit.set_child(age_band="18+")

    assert kit.refusal("judicial", "record_outcome", body) == ""
    assert kit.now()[4] == 0


def test_a_referral_sent_for_another_child_is_not_this_childs(world):
    """T26: ``already_sent`` stands for a referral of each child referred, sent and not answered."""
    kit, body = SOUND["referral", "decide_judicial"](world)
    other = kit.another_child()
    conclusion = kit.case.conclusions.get()
    kit.fill.row(type(conclusion), assessment=conclusion.assessment, child=other, danger_level="risk",
                 proposal="classement")  # fmt: skip
    body["decisions"].append(bodies.decision(other.pk, "admin"))
    said = body | {"already_sent": True, "grounds": [], "document": "", "children": []}
    row = kit.judicial("sent", child=other)

    assert kit.refusal("referral", "decide_judicial", said) == "referral_is_argued"
    row.children.set([kit.child])
    assert kit.refusal("referral", "decide_judicial", said) == ""


@pytest.mark.sec("SEC-AZ12")
def test_nobody_names_themself_where_one_signature_is_enough(world):
    """It would read as if two had signed; who names another, where none is called for, isn't refused."""
    kit, body = SOUND["referral", "reorient"](world)
    own, other = kit.user("crip_coordinator"), kit.user("supervisor")

    with pytest.raises(InvalidInput):
        kit.ask("referral", "reorient", body | {"approver": str(own)})
    assert Referral.objects.get(pk=kit.case.pk).state == kit.case.state

    kit.ask("referral", "reorient", body | {"approver": str(other)})
    assert not Approval.objects.filter(referral=kit.case).exists()

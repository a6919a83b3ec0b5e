"""Second signatures on rows of an authority (domain.md 2S, SEC-AZ12): who is asked, who signs, when it lapses.

Tried on a step of the batches of files to be destroyed, to which the test gives a second signature.
"""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from rest_framework import serializers

from accounts.models import Membership
from accounts.roles import Role
from audit import pseudonyms
from core.clock import instant
from core.inputs import StrictSerializer
from encryption import keys
from outbox.models import Notice
from referrals.errors import ApprovalClosed, ApproverRefused, NotAllowed, NotVisible
from referrals.execution import row_approvals, row_machine
from referrals.models import RetentionBatch, RowApproval, StandIn
from referrals.retention import batches
from referrals.vocabulary.states import Machine
from referrals.workflow.rules import two_sign
from referrals.workflow.step import steps
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.world import LONG_AGO
from tests.referrals.retention.archived_cases import batch
from tests.web.visiting import Visitor, links, text

pytestmark = [pytest.mark.sec("SEC-AZ12"), pytest.mark.both_databases("constraints and locks of proposals")]
STEP = (Machine.BATCH, "waive_visa")
SECRET = "Verveine-7Q"


class Signed(StrictSerializer):
    """A note, and who is asked to sign."""

    note = serializers.CharField()
    approver = serializers.UUIDField(required=False)


@two_sign("Deux personnes signent.")
def always(sheet, step_input):
    """Two sign."""
    return True


@pytest.fixture
def made(world, monkeypatch):
    signed = replace(
        steps.get(*STEP),
        signed_when=always,
        second_signers=(Role.SUPERVISOR, Role.DPO),
        guards=(),
        takes=Signed,
    )
    monkeypatch.setitem(steps._all, STEP, signed)
    monkeypatch.setitem(row_machine.RUNNERS, Machine.BATCH, batches.runner)
    return batch(world)


def ask(world, made, approver="supervisor", *, by="dpo"):
    at = instant()
    body = {"note": SECRET} | ({"approver": str(world.user(approver).pk)} if approver else {})
    batches.runner.perform(steps.get(*STEP), made.pk, body, actor=world.actor(by, at=at), at=at)
    see_all()
    return RowApproval.objects.get(target=made.pk, state="requested")


def sign(world, asked, who="supervisor", *, at=None):
    at = at or instant()
    done = row_approvals.sign(asked.pk, actor=world.actor(who, at=at), at=at)
    see_all()
    return done


def state(row):
    return str(type(row).objects.get(pk=row.pk).state)


def test_nothing_moves_until_the_other_person_signs_and_then_both_names_stand(world, made):
    asked = ask(world, made)

    assert (state(made), asked.proposer_role, asked.asked_state) == ("proposed", "dpo", "proposed")
    told = Notice.objects.filter(template="signature.row")
    assert set(told.values_list("user_id", flat=True)) == {world.user("supervisor").pk}

    sign(world, asked)

    assert (state(made), state(asked)) == ("visa_granted", "approved")
    assert RetentionBatch.objects.get(pk=made.pk).visa_by_id == world.user("dpo").pk
    (entry,) = written(act="batch:waive_visa")
    body = json.loads(bytes(entry.body))
    dpo, supervisor = (pseudonyms.actor(world.user(name).pk) for name in ("dpo", "supervisor"))
    assert (body["actor"], body["obo"], body["rule"]) == (str(supervisor), str(dpo), "two-signatures")
    with pytest.raises(ApprovalClosed):
        sign(world, asked)


@pytest.mark.parametrize("approver", ["", "dpo", "assessor", "auditor"])
def test_another_person_in_a_signing_role_is_named(world, made, approver):
    """Nobody, oneself, or a role that signs nothing here."""
    with pytest.raises(ApproverRefused):
        ask(world, made, approver)
    assert not RowApproval.objects.exists()


def test_one_person_in_two_roles_is_one(world, made):
    Membership.objects.create(
        user=world.user("dpo"), role="supervisor", authority=world.authorities["93"], valid_from=LONG_AGO
    )
    with pytest.raises(ApproverRefused):
        ask(world, made, "dpo")


def stand_in(world, made):
    StandIn.objects.create(
        role="assessor", authority=world.authorities["93"], absent=world.user("dpo"), stand_in=world.user("supervisor"),
        since_at=LONG_AGO, until_at=instant() + timedelta(days=9), named_at=LONG_AGO,
        named_by=world.user("supervisor_2").pk,
    )  # fmt: skip


def lost_role(world, made):
    Membership.objects.filter(user=world.user("supervisor")).update(valid_to=instant())


def proposer_left(world, made):
    Membership.objects.filter(user=world.user("dpo")).update(valid_to=instant())


def moved(world, made):
    RetentionBatch.objects.filter(pk=made.pk).update(state="visa_requested")


@pytest.mark.sec("SEC-AZ10")
@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (stand_in, ApproverRefused), (lost_role, (NotVisible, ApproverRefused)), (proposer_left, NotAllowed),
        (moved, ApprovalClosed),
    ],
)  # fmt: skip
def test_what_changed_since_the_proposal_counts_at_the_signing(world, made, spoil, error):
    asked = ask(world, made)
    spoil(world, made)
    before = state(made)

    with pytest.raises(error):
        sign(world, asked)
    assert (state(made), state(asked)) == (before, "requested")


def test_nobody_but_the_two_knows_of_it(world, made):
    asked = ask(world, made)

    for who in ("supervisor_2", "auditor", "crip_coordinator", "territory_admin"):
        caller = world.as_(who)
        assert caller.get(f"approvals/{asked.pk}").status_code == 404
        assert caller.post(f"approvals/{asked.pk}/sign", {}, key=uuid4().hex).status_code == 404
        assert SECRET not in caller.get("approvals").content.decode()
    assert world.as_("supervisor", "75").get(f"approvals/{asked.pk}").status_code == 404
    assert world.as_("dpo").post(f"approvals/{asked.pk}/sign", {}, key=uuid4().hex).status_code == 404
    assert world.as_("supervisor_2").get("approvals").json()["results"] == []


def test_over_http_one_reads_and_refuses_with_a_reason(world, made):
    asked, mine, theirs = ask(world, made), world.as_("dpo"), world.as_("supervisor")

    (line,) = theirs.get("approvals").json()["results"]
    assert (line["id"], line["step"], "given" in line) == (str(asked.pk), "waive_visa", False)
    assert theirs.get(f"approvals/{asked.pk}").json()["given"]["note"] == SECRET
    refused = theirs.post(f"approvals/{asked.pk}/refuse", {"reason": " "}, key=uuid4().hex)
    assert refused.status_code == 400
    key = uuid4().hex
    for _ in range(2):
        done = theirs.post(f"approvals/{asked.pk}/refuse", {"reason": "Incomplet."}, key=key)
        assert (done.status_code, done.json()["state"]["code"]) == (200, "refused")
    assert mine.get(f"approvals/{asked.pk}").json()["reason"] == "Incomplet."
    again = theirs.post(f"approvals/{asked.pk}/sign", {}, key=uuid4().hex)
    assert (again.status_code, again.json()["code"]) == (409, "approval-closed")
    assert state(made) == "proposed"


def test_it_is_taken_back_replaced_and_lapses_with_the_state(world, made):
    first, second = ask(world, made), ask(world, made, "supervisor_2")
    assert (state(first), state(second)) == ("lapsed", "requested")
    done = world.as_("dpo").post(f"approvals/{second.pk}/withdraw", {}, key=uuid4().hex)
    see_all()
    assert done.json()["state"]["code"] == "lapsed"

    third, at = ask(world, made), instant()
    body = {"letter": "AD93/1", "on": at.date().isoformat()}
    step = steps.get(Machine.BATCH, "request_visa")
    batches.runner.perform(step, made.pk, body, actor=world.actor("dpo", at=at), at=at)
    see_all()
    assert state(third) == "lapsed"


def test_it_expires_and_what_it_said_is_destroyed(world, made):
    asked = ask(world, made)
    over = asked.expires_at
    with pytest.raises(ApprovalClosed):
        sign(world, asked, at=over)

    assert row_approvals.sweep(over - timedelta(minutes=1)) == 0
    assert row_approvals.sweep(over) == 1
    see_all()
    assert (state(asked), asked.key in keys.all_data_keys()) == ("lapsed", True)
    assert row_approvals.sweep(over + timedelta(days=365)) == 1
    see_all()
    ended = RowApproval.objects.get(pk=asked.pk)
    assert (ended.given, ended.key, bool(ended.ended_at)) == (None, None, True)


@pytest.mark.parametrize("said", [{"state": "approved"}, {"approver_id": "proposer"}, {"key": None}])
def test_the_database_says_so_too(world, made, said):
    asked = ask(world, made)
    values = {name: getattr(asked, f"{one}_id") if one == "proposer" else one for name, one in said.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        RowApproval._base_manager.filter(pk=asked.pk).update(**values)


@pytest.mark.sec("SEC-AZ22")
def test_a_request_changed_by_hand_is_nobodys(world, made):
    asked = ask(world, made)
    RowApproval._base_manager.filter(pk=asked.pk).update(approver=world.user("supervisor_2"))

    with pytest.raises(NotVisible):
        sign(world, asked, "supervisor_2")


def test_on_pages_a_signer_finds_reads_and_signs(world, made):
    asked = ask(world, made)
    place, signer = f"/signatures/{asked.pk}", Visitor(world, "supervisor")

    assert "1 à signer" in text(signer.get("/aujourdhui"))
    page = signer.get("/signatures")
    assert place in links(page)
    assert SECRET not in text(page), "a list opens nothing"
    assert SECRET in text(signer.get(place))
    assert Visitor(world, "supervisor_2").get(place).status_code == 404
    assert signer.fills(place, what="refuse", reason="").status_code == 400
    assert signer.fills(place, what="sign").status_code == 303
    assert (state(made), state(asked)) == ("visa_granted", "approved")
    assert "Accordée" in text(signer.get(place))
    assert (
        signer.fills(
            "/signatures/" + str(ask(world, batch(world, month=LONG_AGO.date())).pk),
            what="refuse",
            reason="Non.",
        ).status_code
        == 303
    )

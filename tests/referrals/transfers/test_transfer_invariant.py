"""Invariant 9 of domain.md §2.8 over the runner: one active authority, an acceptance before any transfer, and never two
authorities that write.

A machine files a concern and lets people of two authorities ask for, answer, settle and give up transfers, in any
order, while the case moves on. Whoever has just been given the case may send it back. After each act exactly one row
of it is worked on, and only there does any act succeed.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import (
    connection,  # noqa: F401 - named in a mark
    transaction,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from rest_framework.exceptions import ValidationError

from referrals.access import visibility
from referrals.cases.api import NewConcern
from referrals.errors import ReferralError
from referrals.execution import perform
from referrals.execution.preconditions import StepRequest
from referrals.filing import actions as filing_actions
from referrals.models import Referral, StepRecord, TransferRequest
from referrals.vocabulary.states import ACTIVE, KEPT_HERE, Machine
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.night import walks

pytestmark = pytest.mark.both_databases("row-level security on the way from one authority to another")

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
HERE, THERE = "93", "75"
OTHER = {HERE: THERE, THERE: HERE}
MOVES = (
    "asks", "asks", "answers", "answers", "answers", "refuses", "refuses", "sends_again", "settles", "settles",
    "gives_up", "works", "works",
)  # fmt: skip
WORK = {
    "set_urgency": {"value": "U2", "reason": "Fait nouveau."},
    "message_professionals": {"text": "À relire."},
    "reorient": {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."},
    "start_triage": bodies.SEARCHED,
}


class Moving(RuleBasedStateMachine):
    """One concern, two cells, and what must hold."""

    def __init__(self):
        super().__init__()
        self.now, self.accepted = START, 0
        self._undo = transaction.atomic()
        self._undo.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @initialize()
    def files(self):
        body = NewConcern(data=concern())
        body.is_valid(raise_exception=True)
        said = {
            name: value for name, value in body.validated_data.items() if name not in ("submit", "urgent")
        }
        self.filed = filing_actions.file_at_once(
            said, urgent=False, actor=self.actor("filer", HERE), at=self.now
        ).referral.pk
        self.first = Referral.objects.get(pk=self.filed)
        self.seen = visibility.cases_meant_by(self.actor("filer", HERE), self.filed, at=self.now).count()

    # --- What people do -------------------------------------------------------------------------------

    @rule(data=st.data())
    def somebody_acts(self, data):
        self.now += timedelta(minutes=1)
        case = data.draw(st.sampled_from(self.rows()), label="on")
        getattr(self, data.draw(st.sampled_from(MOVES), label="does"))(case, data)

    def asks(self, case, data):
        target = self.world.authorities[OTHER[case.authority.code]]
        self.tries(case, "crip_coordinator", case.authority.code, "transfer_request",
                   bodies.transfer(target, bodies.formality(on=self.now.date())))  # fmt: skip

    def answering(self, case, data):
        """Return who answers: mostly the authority that is asked, else no walk comes to a transfer."""
        code = case.authority.code
        return data.draw(st.sampled_from([OTHER[code], OTHER[code], OTHER[code], code]))

    def answers(self, case, data):
        code = self.answering(case, data)
        who = data.draw(st.sampled_from(["crip_coordinator", "crip_coordinator_2", "supervisor"]))
        self.accepted += bool(self.tries(case, who, code, "transfer_accept", {"receipt": "Reçu."}))

    def refuses(self, case, data):
        code = self.answering(case, data)
        self.tries(case, "crip_coordinator_2", code, "transfer_refuse", {"motive": "Adresse non établie."})

    def sends_again(self, case, data):
        self.on_request(case, "crip_coordinator", case.authority.code, "send", {"note": "Bail joint."})

    def settles(self, case, data):
        code = data.draw(st.sampled_from([HERE, THERE]))
        says = data.draw(st.sampled_from(["transfer", "transfer", "keep"]))
        self.on_request(case, "supervisor", code, "arbitrate", {"says": says, "reason": "Avis."})

    def gives_up(self, case, data):
        self.on_request(
            case, "crip_coordinator", case.authority.code, "give_up", {"reason": "La famille reste."}
        )

    def works(self, case, data):
        step = data.draw(st.sampled_from(sorted(WORK)))
        code = data.draw(st.sampled_from([HERE, THERE]))
        self.tries(case, "crip_coordinator", code, step, WORK[step])

    def on_request(self, case, who, code, step, body):
        request = case.transfer_requests.order_by("-position").first()
        if request is not None:
            self.tries(case, who, code, step, body, machine=Machine.TRANSFER, part=request.pk)

    def tries(self, case, who, code, step, body, *, machine=Machine.REFERRAL, part=None):
        """Try a step of people of an authority; only the one that has the case does any, save to answer it."""
        sent = json.loads(json.dumps(body, cls=DjangoJSONEncoder))
        asked = StepRequest(
            step=steps.get(machine, step), referral_id=case.pk, part_id=part, body=sent, version=case.version
        )
        before = self.picture()
        try:
            with transaction.atomic():
                done = perform.perform(asked, actor=self.actor(who, code), at=self.now)
        except (ReferralError, ValidationError):
            assert self.picture() == before, "a refusal leaves nothing behind"
            return None
        open_to = (
            (*ACTIVE, *KEPT_HERE) if step == "message_professionals" else ACTIVE
        )  # E02 goes on after a closing
        assert case.state in open_to, "nobody writes on a stub, nor on what is closed"
        answered = step in ("transfer_accept", "transfer_refuse")
        assert (
            (code == OTHER[case.authority.code])
            if answered
            else (step == "arbitrate" or code == case.authority.code)
        )
        return done

    # --- What must hold -------------------------------------------------------------------------------

    @invariant()
    def one_authority_is_active(self):
        """At most one row is worked on; all that went are stubs, each with its acceptance."""
        rows = self.rows()
        stubs = [row for row in rows if row.state == "transferred"]
        assert len(rows) == len(stubs) + 1 == self.accepted + 1
        for stub in stubs:
            accepted = StepRecord.objects.get(referral=stub, step="transfer_accept")
            assert stub.authority_id != next(r for r in rows if r.pk == stub.goes_on_as).authority_id
            assert accepted.by in {
                self.world.user(w, OTHER[stub.authority.code]).pk
                for w in ("crip_coordinator", "crip_coordinator_2")
            }
            assert not stub.clocks.filter(stopped_at=None).exclude(code="C20").exists()
            assert stub.transfer_requests.filter(state="integrated").count() == 1

    @invariant()
    def receipt_and_legal_date_never_move(self):
        """No. 1."""
        for row in self.rows():
            assert (row.received_at, row.statutory_due_at) == (
                self.first.received_at,
                self.first.statutory_due_at,
            )

    @invariant()
    def a_request_is_open_once_and_shown(self):
        for row in self.rows():
            open_ = TransferRequest.objects.filter(
                referral=row, state__in=["prepared", "sent", "refused", "arbitration"]
            ).count()
            assert open_ <= 1
            assert row.transfer_open is bool(open_)

    @invariant()
    def the_filer_has_one_filing(self):
        filer = self.actor("filer", HERE)
        (own,) = visibility.visible_to(filer, at=self.now)
        assert own.known_to_filer_as == (self.filed, self.first.reference)
        assert visibility.cases_meant_by(filer, self.filed, at=self.now).get() == own

    def rows(self):
        return list(Referral.objects.select_related("authority").order_by("created_at", "pk"))

    def picture(self):
        rows = Referral.objects.order_by("pk").values_list("pk", "state", "version", "transfer_open")
        requests = TransferRequest.objects.order_by("pk").values_list("pk", "state", "refusals")
        return list(rows), list(requests), StepRecord.objects.count()

    def actor(self, who, code):
        return self.world.actor(who, code, at=self.now)


FEW = settings(
    max_examples=walks(4), stateful_step_count=22, derandomize=True, deadline=None,
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip


@pytest.mark.slow("walks that Hypothesis chooses")
def test_one_authority_has_a_case_at_any_time(world):
    """domain.md §2.8 no. 9."""
    see_all()
    walks = []

    def walk():
        machine = Moving()
        machine.world = world
        walks.append(machine)
        return machine

    run_state_machine_as_test(walk, settings=FEW)

    assert sum(machine.accepted for machine in walks), "some walk comes to a transfer"

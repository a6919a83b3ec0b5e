"""What holds whatever people do, in whatever order: the invariants of domain.md §2.8, over the runner.

A machine files a concern, lets people of every role try steps with well-formed bodies at moments that wander over
years, breaks some of them off at any statement, joins a second filing about the same child and parts it again, lets
the service do what the passing of time brings, and after each of these compares the case with what the machine itself
remembers. Told here: nos. 1 to 8 (6: the entries; those of refusals stand in tests/security and tests/faults), 11 to
14. Transfers (9) and purge (10) have walks of their own.

The number of walks follows the profile: few and fixed ones by default, ``--hypothesis-profile=night`` for many new
ones each night (a failing one prints how to run it again).
"""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from django.core.serializers.json import DjangoJSONEncoder
from django.db import (
    DatabaseError,
    connection,  # noqa: F401 - named in a mark
    transaction,
)
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from rest_framework.serializers import ValidationError

from accounts.actor import SYSTEM, Actor
from audit import journal, writer
from audit.disclosure import disclosure
from audit.errors import JournalUnavailable
from audit.events import Purpose
from audit.models import Entry
from encryption.errors import KeysUnavailable
from outbox.models import Notice
from referrals.access import case_ties, child_sight, visibility
from referrals.assessment import actions as assessment_actions
from referrals.cases.api import NewConcern
from referrals.coming_of_age import tasks as coming_of_age_tasks
from referrals.errors import ReferralError
from referrals.execution import approvals, perform
from referrals.execution.preconditions import StepRequest
from referrals.filing import actions as filing_actions
from referrals.letters import actions as letters_actions
from referrals.letters import queries as letters_queries
from referrals.models import Approval, Child, Clock, Decision, Referral, StepRecord
from referrals.reminders import expiry
from referrals.reminders import tasks as reminders_tasks
from referrals.vocabulary.states import (
    ACTIVE,
    AFTER_DECISION,
    ALIVE,
    CLOSED,
    DECIDING,
    EXPLOITED,
    GRAVITY,
    Exploitation,
    Machine,
)
from referrals.workflow import deadlines
from referrals.workflow.step import steps
from tests.audit.owner import as_owner
from tests.factories.concerns import child, concern, urgent
from tests.factories.world import World
from tests.faults.crash import crashing
from tests.journeys import bodies
from tests.night import NIGHT, walks
from tests.shared_fixtures import forget, see_all

pytestmark = pytest.mark.both_databases("triggers and constraints of a case")

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 24, 9, tzinfo=UTC)
BLIND = ("auditor", "territory_admin", "platform_admin", "statistician", "directory_editor")
PEOPLE = (
    "crip_coordinator", "crip_coordinator_2", "intake_agent", "assessor", "assessor_2", "assessment_lead",
    "ase_inspector", "on_call", "supervisor", "filer", "case_referent", "measure_service", "exploitation_lead", "dpo",
    "filer_2", *BLIND,
)  # fmt: skip
STRONGEST = ("close", "continue", "admin", "judicial")
#: Where the strongest decision may lead from the report (domain.md §2.2 Decisions).
LEADS_TO = {
    "close": {"closed_no_action"},
    "continue": {"protected_admin", "protected_judicial"},
    "admin": {"admin_offer", "protected_admin", "protected_judicial"},
    "judicial": {"judicial_pending"},
}
AT_RISK = GRAVITY.index(Exploitation.AT_RISK)

COORDINATES, INSPECTS, ASSESSES, LEADS = "crip_coordinator", "ase_inspector", "assessor", "assessment_lead"
SERVES = "measure_service"
R, J, A, M, V = Machine.REFERRAL, Machine.JUDICIAL, Machine.ASSESSMENT, Machine.MEASURE, Machine.REVIEW
D = Machine.DUPLICATE
#: What happens to a measure from its offer to its end.
GOES_ON: list[tuple[str, Machine, str]] = [
    (INSPECTS, M, "cancel"), (INSPECTS, M, "hand_over"), (INSPECTS, M, "renew"), (INSPECTS, M, "transfer"),
    (INSPECTS, M, "sign_plan"), (SERVES, M, "situation_report"), (SERVES, M, "suspend"), (SERVES, M, "resume"),
]  # fmt: skip
#: Who usually does what, by state: so that a walk gets somewhere.
MOVES: dict[str, list[tuple[str, Machine, str]]] = {
    "submitted": [("intake_agent", R, "acknowledge"), ("filer", R, "withdraw")],
    "withdrawn": [(COORDINATES, V, "confirm"), (COORDINATES, R, "reopen")],
    "not_qualified": [("supervisor", V, "confirm"), ("supervisor", R, "reopen")],
    "closed_no_action": [("supervisor", V, "confirm"), ("supervisor", R, "reopen")],
    "ended": [("supervisor", V, "confirm"), ("supervisor", R, "reopen")],
    "acknowledged": [("intake_agent", R, "start_triage")],
    "triage": [(COORDINATES, R, "qualify"), (COORDINATES, R, "reorient"), (COORDINATES, M, "order"),
               (INSPECTS, R, "decide_continue")],
    "qualified": [(COORDINATES, R, "assign")],
    "in_assessment": [(ASSESSES, R, "record_contact"), (ASSESSES, A, "start"), (ASSESSES, A, "write"),
                      (ASSESSES, A, "hand_in"), (LEADS, R, "submit_report"), (INSPECTS, R, "child_unreachable"),
                      (LEADS, A, "send_back")],
    "report_submitted": [(INSPECTS, R, "decide_child"), (INSPECTS, R, "decide_close"), (INSPECTS, R, "decide_admin"),
                         (INSPECTS, R, "decide_judicial"), (INSPECTS, R, "decide_continue"),
                         (INSPECTS, R, "ask_supplement"), (INSPECTS, M, "propose"), (INSPECTS, M, "agree"),
                         (INSPECTS, M, "cancel")],
    "admin_offer": [(INSPECTS, M, "agree"), (INSPECTS, R, "record_agreement"), (INSPECTS, R, "record_refusal"),
                    (INSPECTS, M, "refuse"), (INSPECTS, M, "cancel"), (INSPECTS, R, "decide_child"),
                    (COORDINATES, M, "order")],
    "judicial_pending": [(INSPECTS, R, "judicial_outcome"), (COORDINATES, J, "record_outcome"),
                         (INSPECTS, M, "agree"), (INSPECTS, M, "cancel"), (INSPECTS, R, "decide_child")],
    "protected_admin": [(INSPECTS, M, "cancel"), (INSPECTS, M, "start"), (INSPECTS, M, "end"), (INSPECTS, R, "end_followup"),
                        (INSPECTS, R, "record_refusal"), (INSPECTS, R, "decide_judicial"), (COORDINATES, M, "order"),
                        (INSPECTS, R, "decide_child"), (INSPECTS, M, "lift"), (INSPECTS, M, "agree"),
                        (INSPECTS, M, "not_executed"), (INSPECTS, M, "choose_at_majority"), *GOES_ON],
    "protected_judicial": [(INSPECTS, M, "start"), (INSPECTS, M, "lift"), (INSPECTS, M, "ruling"),
                           (INSPECTS, M, "end"), (INSPECTS, R, "end_followup"), (INSPECTS, R, "decide_child"),
                           (INSPECTS, M, "inform_judge"), (INSPECTS, M, "not_executed"),
                           (INSPECTS, M, "majority_interview"), (INSPECTS, M, "choose_at_majority"), *GOES_ON],
}  # fmt: skip
ANYTIME = [
    (R, "set_exploitation_status"), (R, "set_urgency"), (R, "flag_immediate_danger"), (R, "inform_holders"),
    (R, "add_child"), (R, "log_contact"), (R, "send_judicial"), (R, "name_decider"), (R, "rectify"),
    (R, "request_info"), (R, "record_runaway"), (R, "record_found"), (R, "shelter_72h"),
    (J, "prepare"), (J, "confirm_receipt"), (J, "close"), (J, "discard"), (J, "record_outcome"),
]  # fmt: skip
STAGES = (
    "submitted", "triage", "triage", "in_assessment", "in_assessment", "report_submitted", "admin_offer",
    "judicial_pending", "protected_admin", "protected_admin", "protected_judicial",
)  # fmt: skip
#: Where the first filing takes in a second one (T12).
TAKES_IN = ("triage", "in_assessment")
#: What happens in a walk, as often as it stands here.
HAPPENS = [
    *["somebody_goes_on"] * 9, *["the_second_person_answers"] * 3, *["somebody_does_what_may_be_done_at_any_time"] * 5,
    *["something_breaks_off"] * 3, "anybody_tries_anything", "anybody_tries_anything", "the_team_writes",
    "time_goes_by", "time_goes_by", "somebody_protects", "somebody_is_barred",
    *["two_filings_are_joined_or_parted"] * 3,
]  # fmt: skip
#: 17 years and 9 months a week after the walks begin, and 16 and 9.
NEARLY_OF_AGE = ("2009-03-01", "2010-03-01")
BORN = ("2011-03-02", *NEARLY_OF_AGE)
#: Nobody knows the birth date of some: the youngest estimated age counts.
OF_UNKNOWN_BIRTH = {"identity_known": "partial", "birth_date": None, "age_source": "Son récit"}
ESTIMATED = (OF_UNKNOWN_BIRTH | {"age_estimated_min": 16, "age_estimated_max": 18},
             OF_UNKNOWN_BIRTH | {"age_estimated_min": 17, "age_estimated_max": 20})  # fmt: skip
#: What a statement that fails may end in: the act is undone as a whole.
BROKEN_OFF = (DatabaseError, JournalUnavailable, KeysUnavailable)
#: Words of the two filings that no notice may hold (no. 7).
FACTS = ("Exemple", "Lou", "Absences", "Essai", "Confidence")
#: Steps of a referral to justice, and its sending beside the procedure, that never move the case (no. 5).
BESIDE = {"prepare", "confirm_receipt", "close", "discard", "send_judicial"}


def as_sent(body: Any) -> Any:
    """Return a body as it arrives: JSON."""
    return json.loads(json.dumps(body, cls=DjangoJSONEncoder))


class Procedure(RuleBasedStateMachine):
    """One case, everybody, and what must hold."""

    world: World
    actors: dict[str, Actor]
    #: How often each step was done, and something broke off, in all walks together.
    met: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # What a process remembers saves statements: a walk that is played again must break off at the same ones.
        forget()
        writer._writers.clear()
        self.now = START
        self.excluded: set[str] = set()
        self.status_ever: dict[UUID, int] = {}
        self.last_status: dict[UUID, str] = {}
        self.refuting: set[UUID] = set()
        self.asked: list[UUID] = []
        self.births: dict[Any, date] = {}
        self.read: Referral | None = None
        self.urgency_ever = "U0"
        self.second: UUID | None = None
        self.second_dates: tuple[Any, Any] | None = None
        self.parted = False
        self.said: dict[UUID, Any] = {}
        self.ruled_out: dict[UUID, int] = {}
        self.ending: dict[str, Any] = {}
        # Of ``default`` alone: in the key store each row commits by itself, and the index key is made once.
        self._undo = transaction.atomic()
        self._undo.__enter__()

    def teardown(self) -> None:
        self.no_notice_tells_of_anything()
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    # --- What people do -------------------------------------------------------------------------------

    @initialize(data=st.data())
    def files(self, data):
        urgently = data.draw(st.booleans())
        status = data.draw(st.sampled_from(["none", "none", "at_risk", "suspected", "established"]))
        children = [
            child(**data.draw(st.sampled_from([*({"birth_date": day} for day in BORN), *ESTIMATED]))),
            *data.draw(st.sampled_from([[], [child(kind="household", birth_date="2025-10-01")]])),
        ]
        said = concern(children=children, has_household_minors="yes" if len(children) > 1 else "no",
                       prostitution_status_filer=status)  # fmt: skip
        body = NewConcern(
            data=as_sent(
                urgent(**said) | {"danger_now": "yes", "danger_what": "Menaces"} if urgently else said
            )
        )
        body.is_valid(raise_exception=True)
        given = {
            name: value for name, value in body.validated_data.items() if name not in ("submit", "urgent")
        }
        actor = self.actor("filer")
        self.pk = filing_actions.file_at_once(given, urgent=urgently, actor=actor, at=self.now).referral.pk
        self.dates = (self.row.received_at, self.row.statutory_due_at)
        self.remembers()
        stage = data.draw(st.sampled_from(STAGES))
        self.carried_to(stage, data)
        if stage in TAKES_IN or data.draw(st.booleans()):
            self.another_files_of_the_same_child()

    def another_files_of_the_same_child(self):
        """File once more by another account; somebody confirms that the child is the same."""
        said = concern(facts=[{"text": "Confidence à une seconde personne.", "source": "heard_from_child"}],
                       prostitution_status_filer="at_risk")  # fmt: skip
        body = NewConcern(data=as_sent(said))
        body.is_valid(raise_exception=True)
        given = {
            name: value for name, value in body.validated_data.items() if name not in ("submit", "urgent")
        }
        self.now += timedelta(hours=1)
        done = filing_actions.file_at_once(given, urgent=False, actor=self.actor("filer_2"), at=self.now)
        self.second = done.referral.pk
        self.second_dates = (done.referral.received_at, done.referral.statutory_due_at)
        self.on_second("intake_agent", R, "acknowledge", {})
        self.on_second("intake_agent", R, "start_triage", bodies.SEARCHED)
        pair = self.on_second(COORDINATES, D, "suggest", {"other": self.pk, "reasons": ["name"]})
        if pair is not None:
            self.on_second(COORDINATES, D, "confirm", {"kind": "same"}, part=pair.made)
            self.joined_or_parted()

    def on_second(self, who, machine, name, body, *, part=None):
        """Do a step on the second filing, signed where it asks for that; None where it is refused."""
        row = Referral.objects.get(pk=self.second)
        asked = StepRequest(step=steps.get(machine, name), referral_id=row.pk, part_id=part, body=as_sent(body),
                      version=row.version)  # fmt: skip
        self.read = None
        try:
            with transaction.atomic():
                done = perform.perform(asked, actor=self.actor(who), at=self.now)
                if done.approval:
                    signer = self.actor("supervisor")
                    approvals.sign(row.pk, done.approval, actor=signer, at=self.now, version=row.version)
        except (ReferralError, ValidationError):
            return None
        self.met[name] += 1
        return done

    def carried_to(self, stage, data):
        """Let the usual people bring the case to where the walk begins."""
        if stage == "submitted":
            return
        self.done("intake_agent", R, "acknowledge", {})
        self.done("intake_agent", R, "start_triage", bodies.SEARCHED)
        if stage == "triage":
            return
        self.done(COORDINATES, R, "qualify", self.qualification())
        self.done(COORDINATES, R, "assign", self.team())
        self.done(COORDINATES, R, "name_decider", {"user": self.user(INSPECTS)})
        if stage == "in_assessment":
            return
        seen = self.children
        if stage == "report_submitted":
            seen = self.children[: data.draw(st.integers(0, len(self.children)))]
        self.done(
            ASSESSES, R, "record_contact", bodies.contact(dict.fromkeys(seen, "alone"), at=self.stamp())
        )
        self.done(ASSESSES, A, "write", {"framework_version": "HAS"})
        levels = ["no_danger", "risk", "danger"] if stage == "report_submitted" else ["risk", "danger"]
        self.writes([data.draw(st.sampled_from(levels)) for _ in self.children])
        self.done(ASSESSES, A, "hand_in", {})
        self.done(LEADS, R, "submit_report", {"no_visit_reason": "" if seen else "Refus"})
        self.decided_for(stage, data)

    def decided_for(self, stage, data):
        """Let the inspector try a decision for each child, offer all an AED, or refer all to justice."""
        if stage == "report_submitted":
            for pk in self.children:
                tried = bodies.decision(pk, data.draw(st.sampled_from(STRONGEST)), ground="risk_left")
                self.attempt(INSPECTS, R, "decide_child", tried | {"approver": self.user("supervisor")})
        if stage == "protected_admin":
            self.continued_for(data)
        if stage == "admin_offer":
            decisions = [bodies.decision(pk, "admin") for pk in self.children]
            body = {
                "decisions": decisions,
                "measures": [bodies.offer(pk) for pk in self.children],
                "motivation": "AED",
            }
            done = self.attempt(INSPECTS, R, "decide_admin", body | {"approver": self.user("supervisor")})
            if done and done.approval:
                self.sign(Approval.objects.get(pk=done.approval))
        if stage in ("judicial_pending", "protected_judicial"):
            decisions = [bodies.decision(pk, "judicial") for pk in self.children]
            body = bodies.to_justice(*self.children, grounds=("5", "6"))
            self.done(
                INSPECTS, R, "decide_judicial", body | {"decisions": decisions, "motivation": "Danger."}
            )

        if stage == "protected_judicial":
            on, kids = self.now.astimezone(PARIS).date(), self.children
            answer = {
                "judicial_referral": self.row.judicial_referrals.get().pk,
                "outcomes": [bodies.outcome(pk, "judge_measure", on=on) for pk in kids],
                "orders": [bodies.order(pk, "aemo", on=on) for pk in kids],
            }
            self.done(COORDINATES, R, "judicial_outcome", answer)

    def continued_for(self, data):
        """Let the inspector offer each child an AED, the family agree or not, and go on with it (T27)."""
        on = self.now.astimezone(PARIS).date()
        for pk in self.children:
            offered = self.attempt(INSPECTS, M, "propose", bodies.offer(pk), must=True)
            if data.draw(st.booleans()):
                self.attempt(INSPECTS, M, "agree", bodies.agreement(on=on), part=offered.made)
        decisions = [bodies.decision(pk, "continue") for pk in self.children]
        body = {"decisions": decisions, "motivation": "AED", "approver": self.user("supervisor")}
        done = self.attempt(INSPECTS, R, "decide_continue", body)
        if done and done.approval:
            self.sign(Approval.objects.get(pk=done.approval))

    def done(self, who, machine, name, body):
        """Do a step that must succeed, signed by a second person where it asks for one."""
        done = self.attempt(who, machine, name, body, must=True)
        if done.approval:
            self.sign(Approval.objects.get(pk=done.approval))

    def attempt(self, who, machine, name, body, *, part=None, must=False, fail_at=0):
        """Try a step; a refusal leaves nothing, success leaves what no. 6 says. Return what was done, or None.

        ``fail_at``: the statement that fails in the midst of it, if it comes so far; then nothing is left either.
        """
        step = steps.get(machine, name)
        asked = StepRequest(
            step=step, referral_id=self.pk, part_id=part, body=as_sent(body), version=self.row.version
        )
        before = self.seen()
        actor = self.actor(who)
        try:
            with crashing(at=fail_at), transaction.atomic():
                self.read = None
                done = perform.perform(asked, actor=actor, at=self.now)
        except (ReferralError, ValidationError):
            assert not must, (who, name, self.row.state)
            assert self.seen() == before, "a refusal leaves nothing behind"
            return None
        except BROKEN_OFF:
            assert fail_at
            self.met["broken off"] += 1
            assert self.seen() == before, "what breaks off leaves nothing behind"
            return None
        if done.approval:
            self.asked.append(done.approval)
            self.said[done.approval] = (part, body)
            assert self.row.state == before["state"]
            assert self.row.version == before["version"]
        else:
            self.rules_out(step, part, body)
            self.holds_after(step, before)
        return done

    def sign(self, approval):
        before, step = self.seen(), steps.get(Machine(approval.machine), approval.step)
        name = next(n for (code, n), user in self.world.users.items() if user.pk == approval.approver_id)
        try:
            with transaction.atomic():
                version, self.read = self.row.version, None
                approvals.sign(self.pk, approval.pk, actor=self.actor(name), at=self.now, version=version)
        except (ReferralError, ValidationError):
            assert self.seen() == before
            return
        self.rules_out(step, *self.said.get(approval.pk, (None, {})))
        self.holds_after(step, before)
        last = StepRecord.objects.filter(referral=self.pk, step=step.name).last()
        assert last is not None
        assert last.signed_by == approval.approver_id
        assert last.by == approval.proposer_id != approval.approver_id

    def rules_out(self, step, part, body):
        """Remember for whom a measure ended without danger, and how many decisions there were by then."""
        self.ending = body if step.name == "end_followup" else {}
        if step.machine is M and body.get("danger_remains") == "no":
            kid = self.row.measures.get(pk=part).child_id
            self.ruled_out[kid] = Decision.objects.filter(child=kid).count()

    def writes(self, levels):
        body, version = (
            bodies.report(
                dict(zip(self.children, levels, strict=True)), [row.pk for row in self.row.holders.all()]
            ),
            self.row.version,
        )
        self.read = None
        try:
            with transaction.atomic():
                assessment_actions.edit(
                    self.pk, as_sent(body), version=version, actor=self.actor(ASSESSES), at=self.now
                )
        except ReferralError:
            return

    @rule(data=st.data())
    def something_happens(self, data):
        """One rule with weights of its own: hypothesis would leave whole rules out of a walk."""
        getattr(self, data.draw(st.sampled_from(HAPPENS)))(data)

    def somebody_goes_on(self, data):
        if self.row.state in MOVES:
            who, machine, name = data.draw(st.sampled_from(MOVES[self.row.state]))
            self.tries(who, machine, name, data)

    def somebody_does_what_may_be_done_at_any_time(self, data):
        machine, name = data.draw(st.sampled_from(ANYTIME))
        roles = [str(role) for role in steps.get(machine, name).roles]
        usual = [who for who in (COORDINATES, INSPECTS) if who in roles] * 3
        self.tries(data.draw(st.sampled_from([*usual, *roles])), machine, name, data)

    def something_breaks_off(self, data):
        """SEC-FT: a statement of a usual step fails, wherever; done again, it is as if nothing had been."""
        if self.row.state in MOVES:
            who, machine, name = data.draw(st.sampled_from(MOVES[self.row.state]))
            part, body = self.part_of(machine, name, data), self.body_of(machine, name, data)
            self.attempt(who, machine, name, body, part=part, fail_at=data.draw(st.integers(1, 80)))
            self.attempt(who, machine, name, body, part=part)

    def two_filings_are_joined_or_parted(self, data):
        """T12, T35: the second filing goes to the first, with two signatures, or comes back."""
        if self.second is not None and data.draw(st.booleans()):
            self.joined_or_parted()

    def joined_or_parted(self):
        row = Referral.objects.get(pk=self.second)
        if row.state == "merged":
            if self.on_second("supervisor", R, "unmerge", {"reason": "Cousines"}):
                self.parted = True
        else:
            same = next(iter(self.children))
            body = {
                "target": self.pk, "link": "new_facts", "approver": self.user("supervisor"),
                "children": [{"child": kid.pk, "same_as": same if n == 0 else None}
                             for n, kid in enumerate(row.children.all())],
                "holders": [{"holder": one.pk, "same_as": None} for one in row.holders.all()],
            }  # fmt: skip
            self.on_second(COORDINATES, R, "attach_existing", body)
        self.remembers()

    def anybody_tries_anything(self, data):
        machine, name = data.draw(
            st.sampled_from([*ANYTIME, *((m, n) for moves in MOVES.values() for _, m, n in moves)])
        )
        self.tries(data.draw(st.sampled_from(PEOPLE)), machine, name, data)

    def tries(self, who, machine, name, data):
        part = self.part_of(machine, name, data)
        self.attempt(who, machine, name, self.body_of(machine, name, data), part=part)

    def the_team_writes(self, data):
        levels = data.draw(st.lists(st.sampled_from(["no_danger", "risk", "danger"]), min_size=len(self.children),
                                    max_size=len(self.children)))  # fmt: skip
        self.writes(levels)

    def the_second_person_answers(self, data):
        requested = Approval.objects.filter(state="requested").in_bulk(self.asked)
        waiting = [requested[pk] for pk in self.asked if pk in requested]  # in the order of asking
        if waiting:
            self.sign(data.draw(st.sampled_from(waiting)))

    def time_goes_by(self, data):
        hours = data.draw(st.sampled_from([1, 5, 30, 24 * 9, 24 * 40, 24 * 400]))
        if self.now < START + timedelta(days=900):
            self.now += timedelta(hours=hours)
        self.read = None
        # Each child is looked at, as if each night had come.
        Child.objects.update(next_change=None)
        for work in (
            expiry.expire_requests, expiry.mark_overdue, coming_of_age_tasks.grow_up, reminders_tasks.remind,
        ):  # fmt: skip
            work(self.now)
        see_all()  # the service's own work ends by seeing nothing

    def somebody_protects(self, data):
        """No. 11: no breach, no missing signature, no open question bars an act that protects."""
        if self.row.state not in ACTIVE:
            return
        target = data.draw(st.sampled_from(self.children))
        self.attempt(COORDINATES, R, "flag_immediate_danger", self.danger(target), must=True)
        self.attempt(
            COORDINATES, R, "send_judicial", bodies.to_justice(target, grounds=("5", "6")), must=True
        )

    def somebody_is_barred(self, data):
        if "crip_coordinator_2" in self.excluded:
            return
        body = {"user": self.user("crip_coordinator_2"), "reason": "Lien déclaré"}
        if self.attempt("supervisor", R, "exclude", body):
            self.excluded.add("crip_coordinator_2")

    # --- Bodies ---------------------------------------------------------------------------------------

    def body_of(self, machine, name, data):
        def pick(options):
            return data.draw(st.sampled_from(list(options)))

        kids, on = self.children, self.now.astimezone(PARIS).date()
        kid = pick(kids)
        second = {"approver": pick([None, self.user("supervisor"), self.user("crip_coordinator_2")])}
        usual = pick(STRONGEST)
        codes = [pick([usual, usual, *STRONGEST]) for _ in kids]
        carried = [
            bodies.decision(pk, code, ground=pick(["", "no_danger", "risk_left"]))
            for pk, code in zip(kids, codes, strict=True)
        ]
        carry = {"decisions": pick([[], carried]), "motivation": "Motivation."}
        justice = bodies.to_justice(kid, grounds=pick([("2",), ("5", "6"), ("3", "6")]))
        ground_only = {name: value for name, value in justice.items() if name != "children"}
        order = bodies.order(kid, pick(["aemo", "opp_prosecutor", "placement_ase"]), on=on)
        measures = [row.pk for row in self.row.measures.all()] or [self.pk]
        holders = [row.pk for row in self.row.holders.all()]
        answer = {"outcomes": [bodies.outcome(kid, pick(["opp", "judge_measure", "returned", "no_further",
                                                         "judge_seized", "criminal_inquiry"]), on=on)],
                  "orders": pick([[], [order]])}  # fmt: skip
        sent = [row.pk for row in self.row.judicial_referrals.all()] or [self.pk]
        made = {
            "acknowledge": dict, "withdraw": lambda: {"reason": "Erreur"}, "start_triage": lambda: bodies.SEARCHED,
            "qualify": lambda: self.qualification() | second,
            "reorient": lambda: {"reason": "Sans danger", "target": "no_object", "feedback": "Suite"} | second,
            "assign": lambda: self.team(), "start": lambda: {"on": on, "started_on": on},
            "record_contact": lambda: bodies.contact({kid: pick(["no", "with_holder", "alone"])}, at=self.stamp(),
                                             kind=pick(["home_visit", "meeting", "attempt"])),
            "write": lambda: {"framework_version": "HAS"}, "hand_in": dict, "send_back": lambda: {"reason": "Revoir"}, "submit_report": lambda: {"no_visit_reason": pick(["", "Refus"])},
            "child_unreachable": lambda: bodies.for_all(("4", "6")),
            "ask_supplement": lambda: {"questions": "Fratrie ?", "due_on": on},
            "decide_child": lambda: bodies.decision(kid, pick(STRONGEST), ground=pick(["", "risk_left"])) | second
                            | {"measures": pick([[], [bodies.offer(kid)]])},
            "decide_close": lambda: carry | {"feedback": "Suite."} | second,
            "decide_admin": lambda: carry | {"measures": pick([[], [bodies.offer(kid)]])} | second,
            "decide_continue": lambda: carry | second,
            "decide_judicial": lambda: carry | justice,
            "propose": lambda: bodies.offer(kid), "agree": lambda: bodies.agreement(on=on),
            "record_agreement": lambda: bodies.agreement(on=on) | {"measure": pick(measures)},
            "record_refusal": lambda: {"child": kid, "attempts": "Appels", "danger_persists": pick([True, False])} | ground_only,
            "refuse": lambda: {"attempts": "Appels"},
            "judicial_outcome": lambda: answer | {"judicial_referral": pick(sent)}, "record_outcome": lambda: answer,
            "order": lambda: order, "end": lambda: bodies.end(on=on, danger_remains=pick(["yes", "no"])),
            "lift": lambda: {"on": on, "reason": "10", "decision": "Jugement.", "danger_remains": pick(["yes", "no"])},
            "not_executed": lambda: bodies.not_executed(danger_remains=pick(["yes", "no"])) | second,
            "inform_judge": lambda: bodies.judge_informed(on=on),
            "cancel": lambda: {"reason": "Erreur"}, "transfer": lambda: {"reason": "Déménagement"},
            "hand_over": lambda: {"service": self.world.services["93"].pk},
            "suspend": lambda: {"on": on, "reason": "Fugue", "judge_told": True}, "resume": lambda: {"on": on},
            "renew": lambda: {"term_on": on + timedelta(days=pick([90, 330])), "basis": "Accord renouvelé."},
            "sign_plan": lambda: {"on": on, "signed_by": "Tous"},
            "situation_report": lambda: {"report": "Situation.", "shown_on": on},
            "majority_interview": lambda: bodies.interview(on=on),
            "choose_at_majority": lambda: bodies.choice(
                pick(["agrees", "young_adult", "declines"]), on=on, aim="Logement",
                term_on=on + timedelta(days=360),
            ),
            "ruling": lambda: {"on": on, "effect": "kept", "copy": "Jugement."},
            "end_followup": lambda: {
                "reason": pick(["term", "10"]), "end_report": "Fin.", "danger_remains": pick(["", "yes", "no", "no"]),
                "voices": bodies.silent(kids),
            } | second,
            "set_exploitation_status": lambda: {"child": kid, "value": pick(Exploitation.values), "reasons": "Motifs"} | second,
            "set_urgency": lambda: {"value": pick(["U0", "U1", "U2", "U3"]), "reason": "Motif", "done": "Mise à l'abri",
                            "clear_danger": pick([[], [kid]])},
            "flag_immediate_danger": lambda: self.danger(kid),
            "inform_holders": lambda: pick([
                bodies.deferred(pick(holders), "transmission", review_on=on + timedelta(days=pick([0, 7, 8, 40]))),
                bodies.told(pick(holders), "decision", on=on),
            ]) | second,
            "add_child": lambda: {"kind": "household", "reason": "Au domicile", "identity_known": "known", "sex": "boy"},
            "log_contact": lambda: {"kind": "family", "with_whom": "Mère", "means": "Appel", "at": self.stamp(), "text": "Échange"},
            "send_judicial": lambda: justice, "name_decider": lambda: {"user": self.user(INSPECTS)},
            "rectify": lambda: {"reason": "Erreur", "corrections": [
                {"part": "children", "row": kid} | pick([
                    {"field": "birth_date", "value": "2010-01-02"}, {"field": "birth_date", "value": "2025-02-03"},
                    {"field": "age_estimated_min", "value": 16},
                    {"field": "emancipated_on", "value": self.now.astimezone(PARIS).date().isoformat()},
                ])
            ]},
            "request_info": lambda: {"questions": "Depuis quand ?", "recipient": "filer"},
            "record_runaway": lambda: {
                "child": kid, "since": self.stamp(), "last_seen_place": "Foyer", "on_wanted_file": "no",
                "police_report_ref": "PV 1", "sheet": {"description": "x", "danger": "x", "whom_to_call": "x"},
            },
            "record_found": lambda: {"child": kid, "found_at": self.stamp(), "where": "Gare", "condition": "Bien"},
            "shelter_72h": lambda: {
                "child": kid, "since": self.stamp(), "place": "Foyer", "service": self.world.services["93"].pk,
                "prosecutor_told_at": self.stamp(), "holders_told": pick(["yes", "no"]), "holders_reason": "Danger",
            },
            "prepare": lambda: {"children": [kid]}, "confirm_receipt": lambda: {"confirmed_at": self.stamp(), "by": "Greffe"},
            "confirm": lambda: {"note": "Vu"},
            "reopen": lambda: pick([{"ground": "error"}, {"ground": "new_fact", "learnt_at": self.stamp()},
                                    {"ground": "withdrawal"}]) | {"reason": "Motif"},
            "close": dict, "discard": lambda: {"reason": "Sans objet"},
        }[name]  # fmt: skip
        if name == "start":
            return {"started_on": on} if machine is M else {"on": on}
        return made()

    def part_of(self, machine, name, data):
        rows = {J: self.row.judicial_referrals, M: self.row.measures, V: self.row.closure_reviews}.get(
            machine
        )
        if rows is None or not steps.get(machine, name).source:
            return None
        found = [row.pk for row in rows.all()]
        return data.draw(st.sampled_from(found)) if found else self.pk

    def qualification(self):
        said = bodies.qualification(
            self.children, urgency=max(self.row.urgency, "U1"), urgency_reason="Urgence"
        )
        return said | {"approver": self.user("crip_coordinator_2")}

    def team(self):
        return bodies.team(self.world.user("assessor"), self.world.user("assessor_2"))

    def danger(self, target):
        return {"child": target, "what": "Menaces", "where": "Rue", "since": "Hier", "called": "17"}

    def actor(self, name):
        """Return a person with the rights that nothing here changes."""
        if name not in self.actors:
            self.actors[name] = self.world.actor(name, at=START)
        return self.actors[name]

    def user(self, name):
        return self.world.user(name).pk

    def stamp(self):
        return self.now.isoformat().replace("+00:00", "Z")

    # --- What there is --------------------------------------------------------------------------------

    @property
    def row(self) -> Referral:
        """Return the case as it was left by the last thing done."""
        if self.read is None:
            self.read = Referral.objects.get(pk=self.pk)
        return self.read

    @property
    def children(self) -> list[UUID]:
        return list(Child.objects.filter(referral=self.pk).values_list("pk", flat=True))

    def entries(self) -> Any:
        """Return the entries about the case, unread."""
        return Entry.objects.filter(subject=journal.subject(self.pk))

    def read_since(self, count: int) -> list[dict[str, Any]]:
        """Return what was written after the first ``count`` entries."""
        with as_owner():
            read = [json.loads(bytes(body)) for body in self.entries().values_list("body", flat=True)]
        return sorted(read, key=lambda body: (body["ts"], body["mono"]))[count:]

    def seen(self) -> dict[str, Any]:
        """Return what a refusal may not change, and what a success is measured against."""
        row = self.row
        kids = Child.objects.filter(referral=self.pk)
        with as_owner():
            entries = self.entries().count()
        return {
            "state": row.state, "version": row.version, "urgency": row.urgency,
            "children": sorted(kids.values_list("pk", "prostitution_status", "decision", "child_met", "immediate_danger")),
            "steps": row.steps.count(), "decisions": row.decisions.count(), "approvals": row.approvals.count(),
            "clocks": sorted(row.clocks.filter(stopped_at=None).values_list("pk", flat=True)),
            "entries": entries,
        }  # fmt: skip

    def was_met(self, kid: UUID) -> bool:
        """Say it in the paper's words (domain.md §2.2 Met), apart from the service."""
        row = self.row
        if row.children.get(pk=kid).child_met != "never":
            return True
        begun = max((a.opened_at for a in row.assessments.all()), default=row.created_at)
        for sent in row.judicial_referrals.filter(children=kid, sent_at__gte=begun):
            if sent.outcomes.filter(child=kid, type__in=DECIDING).exists():
                return True
        return False

    # --- What holds after a step ----------------------------------------------------------------------

    def holds_after(self, step, before):
        row = self.row
        self.met[step.name] += 1
        assert row.version == before["version"] + 1
        self.one_entry_each(step, before)
        self.beside_the_procedure(step, before)
        self.unmet_goes_to_justice(before)
        self.leaves_the_report_decided(step, before)
        self.closes_lawfully(step, before)
        self.remembers()
        if step.name in WRITTEN_AFTER:
            self.letters_are_written()

    def letters_are_written(self):
        """Whoever signs letters writes some of what is due now; those to holders are signed at once."""
        for who in (COORDINATES, INSPECTS):
            actor = self.actor(who)
            row = visibility.one_case(actor, self.pk, at=self.now)
            if row is None:
                continue
            ties = case_ties.ties_of(row, actor)
            sight = child_sight.sight_of(row, ties, actor)
            for one in letters_queries.due(row, ties, sight, actor, at=self.now)[:2]:
                said = {name: one[name] for name in ("part", "children", "holder") if one[name]}
                try:
                    with transaction.atomic():
                        made = letters_actions.prepare(
                            self.pk, said | {"kind": one["kind"]["code"]}, actor=actor, at=self.now
                        )
                        self.met["letter"] += 1
                        if made.holder is not None:
                            draft = letters_queries.one(made, actor, at=self.now)["draft"]
                            sign = steps.get(Machine.LETTER, "sign")
                            letters_actions.runner.perform(
                                sign, made.pk, {"draft": draft}, actor=actor, at=self.now
                            )
                            self.met["letter to a holder"] += 1
                except ReferralError:
                    continue

    def one_entry_each(self, step, before):
        """No. 6: one transition entry for the step and for each one that it fired, and no other."""
        records = list(self.row.steps.all())[before["steps"] :]
        written = [body for body in self.read_since(before["entries"]) if body["act"] in EVENTS]
        told = sorted(
            (steps.get(Machine(r.machine), r.step).event, r.from_state, r.to_state) for r in records
        )
        assert sorted((b["act"], b["from"] or "", b["to"] or "") for b in written) == told
        assert [(record.machine, record.step) for record in records].count((step.machine, step.name)) == 1

    def beside_the_procedure(self, step, before):
        """No. 5: a referral to justice moves the case only as its outcome or by its answer."""
        if step.name in BESIDE:
            assert self.row.state == before["state"]
        if step.name == "record_outcome" and before["state"] != "judicial_pending":
            assert self.row.state == before["state"]

    def unmet_goes_to_justice(self, before):
        """No. 3: for a child whom nobody met, and of whom justice said nothing, only justice may be decided."""
        for made in list(Decision.objects.filter(referral=self.pk).order_by("position"))[
            before["decisions"] :
        ]:
            grown = made.child.age_band == "18+"  # §2.5 and *met* no longer bind
            assert made.code == "judicial" or grown or self.was_met(made.child_id)

    def leaves_the_report_decided(self, step, before):
        """No. 8: each child concluded on; from the report each is decided, and the strongest decision leads."""
        row = self.row
        kids = row.children.all()
        if step.name == "submit_report":
            delivered = row.assessments.get(state="delivered")
            assert {c.child_id for c in delivered.conclusions.all()} == {kid.pk for kid in kids}
        if before["state"] == "report_submitted" != row.state and step.name != "ask_supplement":
            decided = [kid.decision for kid in kids]
            assert "undecided" not in decided
            assert row.state in LEADS_TO[max(decided, key=STRONGEST.index)]

    def closes_lawfully(self, step, before):
        """No. 2: nobody suspected is closed over; who ever was at risk, or U2, is closed over by two."""
        row = self.row
        if row.state not in CLOSED or before["state"] in CLOSED or row.state == "withdrawn":
            return
        if row.state in ("closed_no_action", "not_qualified"):
            assert not {kid.prostitution_status for kid in row.children.all()} & set(EXPLOITED)
        if max(self.status_ever.values()) >= AT_RISK or self.urgency_ever >= "U2":
            assert row.steps.filter(step=step.name).last().signed_by is not None
        if row.state == "ended":
            self.ends_by_two_what_never_began()
        for record in row.steps.filter(step="set_exploitation_status", child__isnull=False):
            if record.pk in self.refuting:
                assert record.signed_by is not None

    def ends_by_two_what_never_began(self):
        """No. 13: a measure that was never begun is ended over by two, and never as at its term, but by a later one."""
        rows = list(self.row.measures.exclude(state="cancelled").order_by("position"))
        never = [one for one in rows if one.state == "not_executed"]
        record = self.row.steps.filter(step="end_followup").last()
        assert not never or record.signed_by is not None
        last = {one.child_id: one for one in rows}
        for kid in Child.objects.filter(referral=self.pk).exclude(age_band="18+"):
            if last.get(kid.pk) in never:
                assert (self.ending.get("danger_remains"), self.ending.get("reason")) == ("no", "10")

    def remembers(self):
        """Keep the gravest of what was ever seen, apart from the service's own memory of it."""
        for kid in Child.objects.filter(referral=self.pk):
            now = GRAVITY.index(Exploitation(kid.prostitution_status))
            if kid.prostitution_status == "refuted" and self.last_status.get(kid.pk) in EXPLOITED:
                self.refuting.add(
                    StepRecord.objects.filter(referral=self.pk, step="set_exploitation_status").last().pk
                )
            self.last_status[kid.pk] = kid.prostitution_status
            self.status_ever[kid.pk] = max(self.status_ever.get(kid.pk, 0), now)
        self.urgency_ever = max(self.urgency_ever, self.row.urgency)

    # --- What holds at any time -----------------------------------------------------------------------

    @invariant()
    def the_receipt_never_moves(self):
        """No. 1."""
        row = self.row
        assert (row.received_at, row.statutory_due_at) == self.dates
        assert row.statutory_due_at == deadlines.statutory_due(row.received_at, PARIS)
        due = deadlines.statutory_due(row.counts_from, PARIS) if row.counts_from else row.statutory_due_at
        assert row.target_due_at <= due
        assert row.counts_from is None or row.steps.filter(step__in=["reopen", "take_in"]).exists()
        if self.second is not None:
            second = Referral.objects.get(pk=self.second)
            assert (second.received_at, second.statutory_due_at) == self.second_dates

    @invariant()
    def no_closing_by_one_stands_unseen(self):
        """No. 2: a closing has two signatures, or it is on a review list, or somebody else confirmed it."""
        row = self.row
        if row.state not in CLOSED:
            assert not row.closure_reviews.filter(state="due").exists()
            return
        closing = (
            row.steps.filter(machine="referral", to_state=row.state).exclude(from_state=row.state).last()
        )
        reviews = list(row.closure_reviews.filter(opened_at__gte=closing.at).exclude(state="reopened"))
        assert closing.signed_by or [review.state for review in reviews] in (["due"], ["confirmed"])
        assert all(review.decided_by != closing.by for review in reviews if review.state == "confirmed")

    @invariant()
    def a_status_goes_down_by_refutation_alone(self):
        for kid in Child.objects.filter(referral=self.pk):
            if self.status_ever[kid.pk] > AT_RISK and not self.parted:
                assert kid.prostitution_status not in ("none", "at_risk") or self.refuting

    @invariant()
    def a_deferral_has_its_review_date(self):
        """No. 4."""
        for row in self.row.holder_informations.filter(state="deferred"):
            assert row.review_on is not None
            assert isinstance(row.review_on, date)
            assert row.told_on is None

    @invariant()
    def letters_go_to_whom_the_paper_says(self):
        """Nos. 4 and 17: none is there for a holder whose information waits; each is for a holder of the case, or names
        a child of it; what is no page yet goes to nobody."""
        row = self.row
        waiting = set(row.holder_informations.filter(state="deferred").values_list("holder", flat=True))
        holders = set(row.holders.values_list("pk", flat=True))
        for letter in row.letters.all():
            under_way = letter.state in ("prepared", "signed")
            assert not (under_way and letter.holder in waiting)
            assert (letter.holder is not None) <= (letter.kind in TO_HOLDERS)
            assert letter.holder is None or letter.holder in holders or not under_way
            assert {UUID(pk) for pk in letter.children} <= set(self.children) or not under_way
            assert bool(letter.digest) or letter.page is letter.page_i is letter.page_c is None
            assert letter.digest == "" or letter.state != "prepared"

    @invariant()
    def a_judicial_measure_alive_shows(self):
        """No. 8."""
        row = self.row
        alive = row.measures.filter(state__in=ALIVE, judicial=True).exists()
        if row.state in ("admin_offer", "protected_admin"):
            assert not alive

    @invariant()
    def what_is_not_begun_is_awaited(self):
        """No. 13: somebody is to be told while an agreed or ordered measure isn't begun."""
        waiting = self.row.measures.filter(state__in=["agreed", "ordered", "awaiting_start"])
        running = self.row.clocks.filter(code="C24", stopped_at=None).values_list("part", flat=True)
        assert set(waiting.exclude(type__execution="").values_list("pk", flat=True)) <= set(running)

    @invariant()
    def no_term_lies_beyond_majority(self):
        """No. 14: none is told or kept but by the own word, or as a young adult; and no clear column tells the day."""
        for kid in Child.objects.filter(referral=self.pk, wrong_person=False):
            rows = [row for row in kid.measures.all() if row.state in ALIVE]
            majority = self.majority_of(kid) if rows else None
            if majority is None:  # no measure, or nothing says how old the child is
                continue
            estimated = kid.birth_date is None
            for row in rows:
                clocks = list(Clock.objects.filter(part=row.pk, stopped_at=None))
                told = [row.term_on, *(day for c in clocks for day in (c.started_at, c.warn_at, c.due_at))]
                assert estimated or majority not in [
                    day.astimezone(PARIS).date() if isinstance(day, datetime) else day for day in told
                ]
                if row.own_agreement or row.type_id in ("young_adult", "shelter_72h"):  # hours, no term
                    continue
                assert row.term_on is None or row.term_on <= majority
                terms = [clock for clock in clocks if clock.code in ("C10", "C15")]
                assert estimated or not row.until_majority or all(clock.on_birthday for clock in terms)
                assert all(c.on_birthday or c.due_at.astimezone(PARIS).date() <= majority for c in terms)
                if kid.age_band == "18+" or kid.emancipated:
                    # One that began on the day of a correction began at noon.
                    assert all(clock.due_at <= max(self.now, clock.started_at) for clock in terms)

    def majority_of(self, kid):
        """Say the 18th birthday, apart from the service; where it is unknown, by the youngest age when it was estimated."""
        sealed = kid.birth_date or kid.age_estimated_min
        if sealed is None:
            return None
        if sealed not in self.births:
            scope = disclosure(actor=SYSTEM, purpose=Purpose.MAINTENANCE, at=self.now,
                               objects=[self.row.pseudonym], tenant=self.row.authority_id)  # fmt: skip
            with scope as opened:
                self.births[sealed] = sealed.open(opened)
        if kid.birth_date is not None:
            born = date.fromisoformat(str(self.births[sealed]))
            return born.replace(year=born.year + 18)
        corrected = self.row.rectifications.filter(row=kid.pk, field="age_estimated_min")
        said = max([self.row.received_at, *corrected.values_list("at", flat=True)]).astimezone(PARIS).date()
        return said + relativedelta(years=18 - self.births[sealed])

    @invariant()
    def a_child_undecided_again_is_waited_for(self):
        """No. 13: in a case that stands by its decisions, one that must be taken again has its delay."""
        row = self.row
        if row.state in AFTER_DECISION and row.children.filter(decision="undecided").exists():
            assert row.clocks.filter(code="C8", stopped_at=None).exists()

    @invariant()
    def nobody_in_danger_waits_for_nothing(self):
        """No. 13: who is to be protected has a measure, an answer of justice to come, or no danger any more.

        And whoever has a measure has a deadline of it that runs, so that somebody is told.
        """
        row = self.row
        if row.state not in ("protected_admin", "protected_judicial"):
            return
        for kid in row.children.exclude(decision__in=["undecided", "close"]).exclude(age_band="18+"):
            alive = list(kid.measures.filter(state__in=ALIVE))
            timed = Clock.objects.filter(stopped_at=None, part__in=[one.pk for one in alive])
            untimed = [one for one in alive if not one.type.execution and one.state == "ordered"]
            decided = Decision.objects.filter(child=kid).count()
            assert (
                timed.exists()
                or untimed
                or kid.measures.filter(state="transferred").exists()
                or row.judicial_referrals.filter(children=kid, state__in=["sent", "received"]).exists()
                or self.ruled_out.get(kid.pk) == decided
            ), (kid.decision, [one.state for one in kid.measures.all()])

    @invariant()
    def a_closed_case_owes_no_more_than_feedback_and_answers(self):
        row = self.row
        if row.state in CLOSED:
            running = set(row.clocks.filter(stopped_at=None).values_list("code", flat=True))
            assert running <= {"C5", "C5b", "C7", "C20"}
            assert not row.measures.filter(state__in=ALIVE).exists()

    @invariant()
    def urgency_keeps_its_floor(self):
        row = self.row
        if row.state in ACTIVE:
            kids = row.children.all()
            assert row.urgency == "U3" or not any(kid.immediate_danger for kid in kids)
            assert row.urgency >= "U2" or not any(kid.prostitution_status in EXPLOITED for kid in kids)

    @invariant()
    def strangers_see_nothing_and_the_filer_the_coarse_word(self):
        """Nos. 7 and 12."""
        for who in (*BLIND, *self.excluded):
            assert not visibility.visible_to(self.actor(who), at=self.now).filter(pk=self.pk).exists()
        for who, own in (("filer", self.pk), ("filer_2", self.second)):
            filer = self.actor(who)
            seen = list(visibility.visible_to(filer, at=self.now))
            assert [row.pk for row in seen] == ([own] if own else []), (
                "an own filing, and no other's, joined or not"
            )
            for row in seen:
                ties = case_ties.ties_of(row, filer)
                assert (ties.coarse, ties.reads, ties.partial) == (True, frozenset(), {})

    def no_notice_tells_of_anything(self):
        """No. 7: a notice holds a reference and a template, never a name or a fact."""
        told = repr(list(Notice.objects.filter(subject_id__in=[self.pk, self.second]).values()))
        assert [word for word in FACTS if word in told] == []


#: Of the steps that leave a record in their case; letters leave none (``referrals/letters/``).
EVENTS = {step.event for step in steps.all() if step.machine is not Machine.LETTER}
#: After these a letter may be due.
WRITTEN_AFTER = (
    "assign", "send_judicial", "decide_child", "decide_close", "decide_admin", "decide_continue", "renew", "order",
    "inform_judge", "majority_interview", "inform_holders",
)  # fmt: skip
#: To whom each letter of the walks goes: a holder, or a child; nobody else is named on it (§4.9).
TO_HOLDERS = {"holders_assessment", "holders_referral", "decision_holders", "holders_transfer", "convocation"}
WALKS = settings(
    max_examples=walks(5), stateful_step_count=60 if NIGHT else 20,
    derandomize=not NIGHT, deadline=None, suppress_health_check=list(HealthCheck), print_blob=NIGHT,
)  # fmt: skip


@pytest.mark.slow("walks that Hypothesis chooses")
def test_whatever_people_do_the_invariants_hold(world, keys_stay):
    """domain.md §2.8."""
    see_all()

    actors: dict[str, Actor] = {}

    def walk():
        machine = Procedure()
        machine.world, machine.actors = world, actors
        return machine

    Procedure.met.clear()
    # By day the walks of a seed by which few get somewhere.
    run_state_machine_as_test(walk if NIGHT else seed(6)(walk), settings=WALKS)

    assert len(Procedure.met) > 30, "the walks get somewhere"
    assert {"broken off", "attach_existing", "unmerge", "letter to a holder"} <= set(Procedure.met)


OPTIONAL = [name for name in concern() if name not in urgent()]


@pytest.mark.parametrize("lane", ["urgent"])
@given(st.sets(st.sampled_from(OPTIONAL)))
@settings(
    max_examples=15 if NIGHT else 6,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_missing_optional_field_blocks_the_urgent_lane(world, lane, said):
    """No. 11: who, where, what; the rest may be there or not."""
    body = NewConcern(data=as_sent(urgent(**{name: concern()[name] for name in said})))
    body.is_valid(raise_exception=True)
    given_ = {name: value for name, value in body.validated_data.items() if name not in ("submit", "urgent")}

    with transaction.atomic():
        done = filing_actions.file_at_once(
            given_, urgent=True, actor=world.actor("filer", at=START), at=START
        )

    assert (done.referral.state, done.referral.urgency) == ("submitted", "U3")

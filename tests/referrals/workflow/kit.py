"""One case put straight into any situation, and a way to ask for a step of it through the runner."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import Permission
from django.db.models import Count, OuterRef, Subquery, UUIDField
from django.db.models.functions import Coalesce
from rest_framework.exceptions import ValidationError

from audit import journal
from core.compiled_queries import CompiledQuery, Given
from encryption import keys
from referrals.access import relations
from referrals.errors import (
    ApproverRefused,
    GuardRefused,
    IncompleteFiling,
    InvalidInput,
    NotAllowed,
    ReferralError,
)
from referrals.execution import perform, preconditions
from referrals.models import (
    Approval,
    Assessment,
    Assignment,
    Child,
    ChildDanger,
    Clock,
    Concern,
    Conclusion,
    Exclusion,
    Finding,
    Grant,
    Holder,
    HolderOpinion,
    JudicialOutcome,
    JudicialReferral,
    Measure,
    Referral,
    ReferralUserObjectPermission,
    Sighting,
    StepRecord,
    Visit,
    Voice,
)
from referrals.vocabulary.states import Machine
from referrals.workflow.context import as_json
from referrals.workflow.step import steps
from tests.factories.world import FAR, World
from tests.journeys import bodies
from tests.journeys.story import columns
from tests.referrals.workflow.filled import Filling
from tests.referrals.workflow.rules import BODY, FORM, RIGHT

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = AT.date()


def _of_case(model: Any) -> Coalesce:
    """Return how many rows of a model a case has."""
    rows = model.objects.filter(referral=OuterRef("pk")).order_by().values("referral")
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), 0)


#: State and version of a case, and how many records and signatures asked for it has.
_NOW = CompiledQuery[Any](
    lambda: Referral.objects.filter(pk=Given("pk", UUIDField())).values_list(
        "state", "version", _of_case(StepRecord), _of_case(Approval)
    )
)


class Kit:
    """A case of authority 93 with one known child and one holder; ``who`` asks for the steps."""

    #: The authority of who asks.
    code = "93"

    def __init__(
        self, world: World, state: str, *, who: str = "crip_coordinator", filed_by: str = "filer"
    ) -> None:
        self.world, self.who, self.part = world, who, None
        #: Another case, where the situation has two.
        self.beside: Any = None
        authority, pk = world.authorities["93"], uuid4()
        made = keys.create_data_keys(pk, authority.pk)
        self.case = Referral.objects.create(
            id=pk, reference=pk.hex[:16], state=state, version=1, authority=authority, unit=world.units["93"],
            department="93", created_at=AT, received_at=AT, submitted_at=AT, statutory_due_at=AT, urgency="U1",
            filed_by=relations.filed_by(world.user(filed_by).pk), case_key=made["case"].id, filer_key=made["filer"].id,
        )  # fmt: skip
        journal.new_subject(pk, at=AT)
        self.fill = Filling(self.case, at=AT)
        self.fill.row(Concern, filer_profession="teacher")
        self.child = self.another_child()
        self.holder = self.fill.row(Holder)
        for role in ("ase_inspector", "case_referent"):
            self.assign(role)

    # --- Rows -----------------------------------------------------------------------------------------

    def user(self, name: str, code: str = "93") -> UUID:
        return self.world.user(name, code).pk

    def put(self, **values: Any) -> None:
        """Change the case itself; a state moves with the version, as the database asks."""
        if "state" in values:
            values["version"] = Referral.objects.get(pk=self.case.pk).version + 1
        Referral.objects.filter(pk=self.case.pk).update(**values)

    def set_restricted(self) -> None:
        """Restrict the case to who asks, and to no one else."""
        self.put(restricted=True)
        self.name(self.who)

    def name(self, name: str) -> None:
        """Put somebody on the list of a restriction."""
        self._grant(name, "named")

    def let_in(self, name: str) -> None:
        """Let somebody in by a broken glass, without a row of its opening."""
        self._grant(name, "glass")

    def _grant(self, name: str, kind: str) -> None:
        user = self.world.user(name)
        right = ReferralUserObjectPermission.objects.create(
            user=user,
            permission=Permission.objects.get(
                codename=f"{kind}_referral", content_type__app_label="referrals"
            ),
            content_object=self.case,
        )
        self.fill.row(Grant, user=user, permission=right, kind=kind, by=user.pk, since_at=AT, expires_at=FAR)

    def set_child(self, **values: Any) -> None:
        Child.objects.filter(pk=self.child.pk).update(**values)

    def another_child(self) -> Any:
        number = Child.objects.filter(referral=self.case).count()
        return self.fill.row(Child, child_met="alone", position=number, age_band="11-15")

    def assign(self, role: str, name: str = "", field: str = "") -> Any:
        return Assignment.objects.create(
            referral=self.case, user=self.world.user(name or role), role=role, field=field, since_at=AT
        )

    def exclude(self, name: str) -> Any:
        return Exclusion.objects.create(
            referral=self.case, user=self.world.user(name), by=self.user("supervisor"), since_at=AT
        )

    def assessment(self, state: str, *, level: str = "", **values: Any) -> Any:
        said = {
            "earlier_concerns_considered": True,
            "framework_version": "HAS 2021",
            "opened_at": AT,
        } | values
        row = self.fill.row(Assessment, state=state, **said)
        if level:
            self.fill.row(
                Conclusion, assessment=row, child=self.child, danger_level=level, proposal="classement"
            )
            for dimension in bodies.DIMENSIONS:
                self.fill.row(Finding, assessment=row, child=self.child, dimension=dimension, complete=True)
            self.fill.row(Voice, assessment=row, child=self.child, heard="alone", complete=True)
            dangers = {"danger_categories": ["security"], "exploitation": "none"}
            self.fill.row(ChildDanger, assessment=row, child=self.child, complete=True, **dangers)
            for holder in self.case.holders.all():
                self.fill.row(HolderOpinion, assessment=row, holder=holder, met="met", complete=True)
        return row

    def visit(self, kind: str, seen: str = "") -> Any:
        row = self.fill.row(
            Visit, assessment=self.case.assessments.get(), kind=kind, at=AT, by=self.world.user("assessor")
        )
        if seen:
            self.fill.row(Sighting, visit=row, child=self.child, seen=seen)
        return row

    def measure(self, state: str, **values: Any) -> Any:
        said = {"type_id": "aed", "judicial": False, "service": self.world.services["93"]} | values
        return self.fill.row(Measure, child=self.child, state=state, proposed_at=AT, **said)

    def judicial(self, state: str, outcome: str = "", child: Any = None) -> Any:
        row = self.fill.row(JudicialReferral, state=state, prepared_at=AT, sent_at=AT)
        row.children.add(child or self.child)
        if outcome:
            self.fill.row(JudicialOutcome, judicial_referral=row, child=self.child, type=outcome, on=TODAY)
        return row

    def propose_to(self, name: str, *, step: str = "reorient") -> Any:
        """Name a person for a second signature, so that they read the case."""
        return self.fill.row(
            Approval, step=step, machine="referral", proposer=self.world.user("crip_coordinator"),
            proposer_role="crip_coordinator", approver=self.world.user(name), asked_state=self.case.state,
            requested_at=AT, expires_at=AT + timedelta(days=5), given=None,
        )  # fmt: skip

    def clock(self, code: str) -> Any:
        """Let a clock of the case run."""
        return Clock.objects.create(
            referral=self.case, code=code, access_class="A", started_at=AT, warn_at=AT, due_at=FAR, statutory=True
        )  # fmt: skip

    def record(self, machine: str, step: str, part: Any = None) -> None:
        order = StepRecord.objects.filter(referral=self.case).count() + 100
        StepRecord.objects.create(
            referral=self.case, machine=machine, step=step, number="T00", at=AT, order=order, role="system",
            access_class="A", part=part.pk if part else None,
        )  # fmt: skip

    # --- Steps ----------------------------------------------------------------------------------------

    def now(self) -> tuple[Any, ...]:
        """Return what a refusal must leave as it is."""
        part = columns(type(self.part), "state").rows(pk=self.part.pk)[0] if self.part is not None else ("",)
        (state, version, steps_done, approvals_asked) = _NOW.rows(pk=self.case.pk)[0]
        return state, version, *part, steps_done, approvals_asked

    def ask(self, machine: str, step: str, body: Any, *, who: str = "", at: datetime = AT) -> Any:
        """Ask for a step, as ``who``, on the present version."""
        asked = preconditions.StepRequest(
            step=steps.get(Machine(machine), step),
            referral_id=self.case.pk,
            part_id=self.part.pk if self.part is not None else None,
            body=as_json(body),
            version=columns(Referral, "version").rows(pk=self.case.pk)[0][0],
        )
        return perform.perform(asked, actor=self.world.actor(who or self.who, self.code, at=at), at=at)

    def refusal(self, machine: str, step: str, body: Any, *, who: str = "", at: datetime = AT) -> str:
        """Ask for a step, and return what refused it: a rule, or the kind of fault; empty if it was done."""
        try:
            self.ask(machine, step, body, who=who, at=at)
        except GuardRefused as refused:
            return (
                str(refused.extra["rule"])
                if is_declared(machine, step, refused)
                else f"undeclared: {refused}"
            )
        except IncompleteFiling:
            return FORM
        except (InvalidInput, ValidationError):
            return BODY
        except NotAllowed:
            return RIGHT
        except ApproverRefused:
            return "<approver>"
        return ""


def is_declared(machine: str, step: str, refused: GuardRefused) -> bool:
    """Tell whether a refusal is said in a sentence that its rule declares; a withheld one in that of the service."""
    declared = steps.get(Machine(machine), step)
    rules = [rule for rule in (*declared.guards, *declared.checks) if rule.__name__ == refused.extra["rule"]]
    sentences = (
        {str(preconditions.NOT_NOW)} if not rules else {str(one) for rule in rules for one in rule.sentences}
    )
    return any(re.fullmatch(re.sub(r"\\{\w+\\}", r"\\d+", re.escape(one)), str(refused)) for one in sentences)


def refusal_on_row(runner, machine, name, row, actor, *, at):
    """Return the kind of refusal of a step on a row of no case, asked for with a body that none takes."""
    try:
        runner.perform(steps.get(machine, name), row.pk, {"no_such": 1}, actor=actor, at=at)
    except (ReferralError, ValidationError) as refused:
        return type(refused)
    raise AssertionError(name)

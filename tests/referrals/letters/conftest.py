"""A case in which every kind of letter is due at once, with a canary in every sealed field of every row."""

from datetime import timedelta

from referrals.letters.registry import letter_types
from referrals.models import (
    Child,
    Clock,
    Concern,
    Decision,
    DigitalTrace,
    Fact,
    FeedbackTask,
    HealthSign,
    Holder,
    Measure,
    StepRecord,
    ThirdParty,
    TransferDocument,
    TransferRequest,
)
from referrals.vocabulary.states import Machine
from tests.factories.world import FAR
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.shared_fixtures import shared_fixture

#: What M19 recorded: who of the staff saw the child is never told to the judge.
SAID_OF_WAITING = {
    "judge": "canary m19 judge", "reason": "no_place", "service_asked": "canary m19 service", "asked_since": "2026-10-01",
    "meanwhile": "canary m19 meanwhile", "danger_remains": "yes", "last_seen_on": "2026-11-20",
    "last_seen_by": "canary m19 staff", "foreseen_on": "2026-12-20", "sending_proof": "canary m19 proof",
}  # fmt: skip
FORMALITIES = [
    {"kind": "holders_informed", "outcome": "done", "on": "2026-11-20", "how": "canary formality how"},
    {
        "kind": "relinquishment",
        "outcome": "deferred",
        "reason": "child_interest",
        "reason_text": "canary formality why",
    },
]


class Full(Kit):
    """All that letters are made from, put straight into one case; ``girl`` and ``boy``, and two holders."""

    def __init__(self, world):
        super().__init__(world, "in_assessment")
        self.girl, self.boy = self.child, self.another_child()
        self.mother, self.father = self.holder, self.fill.row(Holder, position=1)
        for name in ("assessor", "assessor_2"):
            self.assign("assessor", name, field="health")
        self.assign("assessment_lead")
        self.fill.child, self.fill.holder = self.girl, self.mother
        for model in (Fact, HealthSign, ThirdParty, DigitalTrace):
            self.fill.row(model)
        self.fill.procedure(other=world.user("auditor"), service=world.services["93"])
        self.fill.exchanges(other=world.user("auditor"))
        # An earlier assessment has its report; another one goes on.
        self.going_on = self.assessment("ongoing", opened_at=AT + timedelta(minutes=1))
        self.case.holder_informations.all().delete()
        Holder.objects.filter(referral=self.case).update(implicated="")
        Concern.objects.filter(referral=self.case).update(holder_implicated="no")
        read = {record for letter in letter_types().values() for record in letter.records}
        for step in sorted(step for machine, step in read if machine == Machine.REFERRAL):
            self.recorded(Machine.REFERRAL, step)
        self.case.decisions.all().delete()
        self.decided = self.fill.row(Decision, child=self.girl, code="admin", at=AT, position=50)
        self.closed = self.fill.row(Decision, child=self.boy, code="close", at=AT, position=51)
        service = world.services["93"]
        self.offered = self.fill.row(
            Measure, child=self.girl, state="agreed", type_id="aed", judicial=False, service=service, proposed_at=AT,
            agreed_on=TODAY, term_on=TODAY + timedelta(days=180), duration_months=6,
        )  # fmt: skip
        self.ordered = self.fill.row(
            Measure, child=self.girl, state="awaiting_start", type_id="aemo", judicial=True, service=service,
            proposed_at=AT, ordered_on=TODAY - timedelta(days=40), started_on=None,
        )  # fmt: skip
        self.recorded("measure", "inform_judge", self.ordered, SAID_OF_WAITING)
        self.recorded("measure", "majority_interview", self.offered, {"resources": "canary interview"})
        self.recorded("measure", "renew", self.offered)
        Clock.objects.create(
            referral=self.case, code="C24", access_class="J", started_at=AT, warn_at=AT, due_at=FAR, statutory=False,
            part=self.ordered.pk,
        )  # fmt: skip
        self.seized = self.judicial("sent")
        self.case.feedback_tasks.all().delete()
        self.owed = self.fill.row(FeedbackTask, owed_to="professional", opened_at=AT, due_at=FAR)
        self.moving = self.transfer(world)

    def transfer(self, world, formalities=FORMALITIES):
        made = TransferRequest(
            referral=self.case, state="sent", reference=self.case.reference, authority=self.case.authority,
            target=world.authorities["75"], ground="moved", channel="electronic", asked_by=self.user("crip_coordinator"),
            asked_at=AT, sent_at=AT,
        )  # fmt: skip
        for name in ("note", "motive", "receipt"):
            field = TransferRequest._meta.get_field(name)
            setattr(made, name, self.fill.keys["case"].seal(field, made.pk, f"canary {field.label}"))
        field = TransferRequest._meta.get_field("formalities")
        made.formalities = self.fill.keys["case"].seal(field, made.pk, formalities)
        made.save(force_insert=True)
        self.fill.row(TransferDocument, request=made, kind="concern", made_at=AT)
        self.put(transfer_open=True)
        return made

    def say_formalities(self, formalities):
        field = TransferRequest._meta.get_field("formalities")
        self.moving.formalities = self.fill.keys["case"].seal(field, self.moving.pk, formalities)
        self.moving.save()

    def recorded(self, machine, step, part=None, data=None):
        """Put the record of a step, with what it said."""
        order = StepRecord.objects.filter(referral=self.case).count() + 100
        made = StepRecord(
            referral=self.case, machine=machine, step=step, number="T00", at=AT, order=order, role="system",
            access_class="J", part=part.pk if part else None,
        )  # fmt: skip
        if data is not None:
            field = StepRecord._meta.get_field("data")
            made.data = self.fill.keys["case"].seal(field, made.pk, data)
        made.save(force_insert=True)
        return made

    def grow(self, child, birth):
        field = Child._meta.get_field("birth_date")
        child.birth_date = self.fill.keys["case"].seal(field, child.pk, birth)
        child.save()


@shared_fixture
def full(world):
    return Full(world)

"""Steps of a destruction batch: proposed, submitted to the archives, destroyed (domain.md §2.7, §7.3).

A batch lists archived files whose retention has ended. The service proposes one a month for each authority; the data
protection officer asks the departmental archives for their visa and records it; another person, a supervisor, executes
the batch, and the service then destroys the files still in it (T41). Where the authority needs no visa two persons
decide all the same (SEC-AZ12).
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.models import RetentionBatch
from referrals.retention import batch_guards
from referrals.retention.batches import Paper
from referrals.vocabulary.oversight import DropReason
from referrals.vocabulary.states import BatchState, Machine
from referrals.workflow.inputs import Nothing
from referrals.workflow.step import StepDecorator

step = StepDecorator(
    Machine.BATCH,
    RetentionBatch,
    law="Code du patrimoine L212-2, R212-14",
    roles=batch_guards.DPO,
    data_class="A",
)


def leave_out_the_unseen(paper: Paper) -> None:
    """Take out the files that this person may not know of: they put forward, or destroy, no file unseen.

    A restricted case, or one from which the person is excluded, stays in the archive until people who may see it
    take it through, and shows in no list or count meanwhile.
    """
    unseen = paper.row.lines.filter(dropped_at=None).exclude(referral__in=paper.seen.values("pk"))
    unseen.update(dropped_at=paper.at, dropped_for=DropReason.UNSEEN)


@step(
    "propose",
    number="B01",
    label=_("Proposer"),
    internal=True,
    creates=True,
    source=[],
    target=BatchState.PROPOSED,
    roles=[],
    takes=Nothing,
    tells=["dpo"],
)
def propose(batch: RetentionBatch, step_input: Nothing, paper: Paper) -> None:
    """List the archived files whose time is over (monthly, by the service)."""


@step(
    "request_visa",
    number="B02",
    label=_("Demander le visa"),
    source=[BatchState.PROPOSED],
    target=BatchState.VISA_REQUESTED,
    checks=[batch_guards.day_is_not_ahead],
    effects=[leave_out_the_unseen],
    takes=batch_guards.VisaRequest,
)
def request_visa(batch: RetentionBatch, step_input: batch_guards.VisaRequest, paper: Paper) -> None:
    """Put the list before the departmental archives."""
    batch.asked_at, batch.asked_by_id = paper.at, paper.actor.user_id
    batch.letter, batch.letter_on = step_input.letter, step_input.on


@step(
    "grant_visa",
    number="B03",
    label=_("Enregistrer le visa"),
    source=[BatchState.VISA_REQUESTED, BatchState.VISA_GRANTED],
    target=BatchState.VISA_GRANTED,
    checks=[batch_guards.day_is_not_ahead],
    effects=[leave_out_the_unseen],
    takes=batch_guards.Visa,
    tells=["supervisors"],
)
def grant_visa(batch: RetentionBatch, step_input: batch_guards.Visa, paper: Paper) -> None:
    """Record that the archives agree; again, where who recorded it has left."""
    batch.visa_number, batch.visa_on, batch.visa_by_id = step_input.number, step_input.on, paper.actor.user_id


@step(
    "refuse_visa",
    number="B04",
    label=_("Enregistrer le refus"),
    source=[BatchState.VISA_REQUESTED],
    target=BatchState.REFUSED,
    checks=[batch_guards.day_is_not_ahead],
    takes=batch_guards.RefusedVisa,
)
def refuse_visa(batch: RetentionBatch, step_input: batch_guards.RefusedVisa, paper: Paper) -> None:
    """Record that the archives refuse: the files stay, and are proposed again after the authority's delay."""
    batch.refusal, batch.refused_on = step_input.reason, step_input.on


@step(
    "execute",
    number="B05",
    label=pgettext_lazy("step of a batch", "Éliminer"),
    grave=True,
    source=[BatchState.VISA_GRANTED],
    target=BatchState.EXECUTED,
    roles=[Role.SUPERVISOR],
    guards=[
        batch_guards.another_person_recorded_it,
        batch_guards.recorder_is_in_office,
        batch_guards.visa_is_recorded,
    ],
    effects=[leave_out_the_unseen],
    takes=Nothing,
    tells=["dpo"],
)
def execute(batch: RetentionBatch, step_input: Nothing, paper: Paper) -> None:
    """Have the files destroyed that still stand in the batch (⇒ T41 each, by the service)."""
    batch.executed_at, batch.executed_by_id = paper.at, paper.actor.user_id


@step(
    "waive_visa",
    number="B06",
    label=_("Passer outre le visa"),
    source=[BatchState.PROPOSED, BatchState.VISA_GRANTED],
    target=BatchState.VISA_GRANTED,
    guards=[batch_guards.visa_is_left_out],
    effects=[leave_out_the_unseen],
    takes=Nothing,
    tells=["supervisors"],
)
def waive_visa(batch: RetentionBatch, step_input: Nothing, paper: Paper) -> None:
    """Let a batch go without a visa, where the authority's protocol says so; a second person still executes it."""
    batch.visa_by_id = paper.actor.user_id

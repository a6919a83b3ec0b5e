"""Steps of a destruction batch: proposed, submitted to the archives, destroyed (domain.md §2.7, §7.3).

A batch lists archived files whose retention has ended. The service proposes one a month for each authority; the data
protection officer asks the departmental archives for their visa and records it; another person, a supervisor, executes
the batch, and the service then destroys the files still in it (T41). Where the authority needs no visa two persons
decide all the same (SEC-AZ12).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.models import Membership
from accounts.roles import Role
from core.inputs import Code, Day, StrictSerializer, Text
from referrals.execution.row_machine import RowContext
from referrals.models import RetentionBatch
from referrals.vocabulary.retention import DropReason, VisaRefusal
from referrals.vocabulary.states import BatchState, Machine
from referrals.workflow.inputs import Nothing
from referrals.workflow.step import StepDecorator

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from referrals.models import Referral, RetentionBatch

step = StepDecorator(Machine.BATCH, RetentionBatch)
LAW: Final = "Code du patrimoine L212-2, R212-14"
DPO: Final = (Role.DPO,)


@dataclass
class Paper(RowContext[RetentionBatch]):
    """A batch in the hands of one person at one instant.

    ``seen`` gives the cases that this person may know of: nobody puts forward, or destroys, what they can't see.
    """

    seen: "QuerySet[Referral]"


# --- Inputs -------------------------------------------------------------------------------------------


class VisaRequest(StrictSerializer):
    """B02: the letter by which the visa is asked for."""

    letter = Text(max_length=60)
    on = Day()


class Visa(StrictSerializer):
    """B03: the visa as the archives gave it."""

    number = Text(max_length=60)
    on = Day()


class RefusedVisa(StrictSerializer):
    """B04: the archives' refusal; a code, for words would name somebody."""

    reason = Code(VisaRefusal.choices)
    on = Day()


# --- Guards -------------------------------------------------------------------------------------------


def day_is_not_ahead(paper: Paper, given: Any) -> str | None:
    """What is recorded of a letter happened today at the latest."""
    if given is not None and given.on > paper.today:
        return "La date ne peut pas être à venir."
    return None


def visa_is_left_out(paper: Paper, given: Any) -> str | None:
    """A batch goes without a visa only where the authority's protocol needs none (VISA_REQUIRED)."""
    if paper.protocol.visa_required:
        return "Le protocole de l'autorité exige le visa des archives."
    return None


def visa_is_recorded(paper: Paper, given: Any) -> str | None:
    """Nothing is destroyed without the number of its visa, where one is needed (§2.8 no. 10)."""
    if paper.protocol.visa_required and not paper.row.visa_number:
        return "Le numéro du visa des archives n'est pas enregistré."
    return None


def another_person_recorded_it(paper: Paper, given: Any) -> str | None:
    """Whoever recorded the visa, or did without it, doesn't execute the batch (SEC-AZ12)."""
    if paper.row.visa_by_id in (None, paper.actor.user_id):
        return "Le bordereau est exécuté par une autre personne que celle qui a enregistré le visa."
    return None


def recorder_is_in_office(paper: Paper, given: Any) -> str | None:
    """Whoever recorded the visa still holds the office; else another records it again (SEC-AZ12)."""
    held = Membership.objects.in_force(paper.at).filter(
        authority=paper.row.authority_id, role__in=DPO, user=paper.row.visa_by_id
    )
    if not held.exists():
        return "La personne qui a enregistré le visa n'exerce plus cette fonction : il doit être enregistré à nouveau."
    return None


# --- Effects ------------------------------------------------------------------------------------------


def leave_out_the_unseen(paper: Paper) -> None:
    """Take out the files that this person may not know of: they put forward, or destroy, no file unseen.

    A restricted case, or one from which the person is excluded, stays in the archive until people who may see it
    take it through, and shows in no list or count meanwhile.
    """
    unseen = paper.row.lines.filter(dropped_at=None).exclude(referral__in=paper.seen.values("pk"))
    unseen.update(dropped_at=paper.at, dropped_for=DropReason.UNSEEN)


# --- Steps --------------------------------------------------------------------------------------------


@step(
    "propose",
    number="B01",
    label="Proposer",
    en="Propose",
    internal=True,
    creates=True,
    source=[],
    target=BatchState.PROPOSED,
    roles=[],
    takes=Nothing,
    tells=["dpo"],
    law=LAW,
    data_class="A",
)
def propose(batch: RetentionBatch, given: Any, paper: Paper) -> None:
    """List the archived files whose time is over (monthly, by the service)."""


@step(
    "request_visa",
    number="B02",
    label="Demander le visa",
    en="Ask for the visa",
    source=[BatchState.PROPOSED],
    target=BatchState.VISA_REQUESTED,
    roles=DPO,
    checks=[day_is_not_ahead],
    effects=[leave_out_the_unseen],
    takes=VisaRequest,
    law=LAW,
    data_class="A",
)
def request_visa(batch: RetentionBatch, given: Any, paper: Paper) -> None:
    """Put the list before the departmental archives."""
    batch.asked_at, batch.asked_by_id = paper.at, paper.actor.user_id
    batch.letter, batch.letter_on = given.letter, given.on


@step(
    "grant_visa",
    number="B03",
    label="Enregistrer le visa",
    en="Record the visa",
    source=[BatchState.VISA_REQUESTED, BatchState.VISA_GRANTED],
    target=BatchState.VISA_GRANTED,
    roles=DPO,
    checks=[day_is_not_ahead],
    effects=[leave_out_the_unseen],
    takes=Visa,
    tells=["supervisors"],
    law=LAW,
    data_class="A",
)
def grant_visa(batch: RetentionBatch, given: Any, paper: Paper) -> None:
    """Record that the archives agree; again, where who recorded it has left."""
    batch.visa_number, batch.visa_on, batch.visa_by_id = given.number, given.on, paper.actor.user_id


@step(
    "refuse_visa",
    number="B04",
    label="Enregistrer le refus",
    en="Record the refusal",
    source=[BatchState.VISA_REQUESTED],
    target=BatchState.REFUSED,
    roles=DPO,
    checks=[day_is_not_ahead],
    takes=RefusedVisa,
    law=LAW,
    data_class="A",
)
def refuse_visa(batch: RetentionBatch, given: Any, paper: Paper) -> None:
    """Record that the archives refuse: the files stay, and are proposed again after the authority's delay."""
    batch.refusal, batch.refused_on = given.reason, given.on


@step(
    "execute",
    number="B05",
    label="Éliminer",
    en="Execute",
    grave=True,
    source=[BatchState.VISA_GRANTED],
    target=BatchState.EXECUTED,
    roles=[Role.SUPERVISOR],
    guards=[another_person_recorded_it, recorder_is_in_office, visa_is_recorded],
    effects=[leave_out_the_unseen],
    takes=Nothing,
    tells=["dpo"],
    law=LAW,
    data_class="A",
)
def execute(batch: RetentionBatch, given: Any, paper: Paper) -> None:
    """Have the files destroyed that still stand in the batch (⇒ T41 each, by the service)."""
    batch.executed_at, batch.executed_by_id = paper.at, paper.actor.user_id


@step(
    "waive_visa",
    number="B06",
    label="Passer outre le visa",
    en="Go without the visa",
    source=[BatchState.PROPOSED, BatchState.VISA_GRANTED],
    target=BatchState.VISA_GRANTED,
    roles=DPO,
    guards=[visa_is_left_out],
    effects=[leave_out_the_unseen],
    takes=Nothing,
    tells=["supervisors"],
    law=LAW,
    data_class="A",
)
def waive_visa(batch: RetentionBatch, given: Any, paper: Paper) -> None:
    """Let a batch go without a visa, where the authority's protocol says so; a second person still executes it."""
    batch.visa_by_id = paper.actor.user_id

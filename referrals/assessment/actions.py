"""Writings of the assessment team: what it found and concludes of each child, the report (domain.md §2.6, H by PATCH).

Only the team writes. The matrix gives W on H to the lead too (§1.3): that is T42, on the lead's own entries; the person
who validates a report doesn't write in it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from core.inputs import StrictSerializer
from referrals.access import child_sight
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.assessment import guards
from referrals.assessment.inputs import FEARED, DangerForm, OpinionForm, ReportForm
from referrals.assessment.steps import WRITABLE
from referrals.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible, WrongState
from referrals.execution.preconditions import (
    NOT_EXPECTED,
    WITHHELD,
    lock_case,
    require_version,
    resolve_input,
)
from referrals.execution.runner import StepResult, refresh_shell
from referrals.vocabulary.assessment_answers import Dimension, FindingCode, HolderMet, HolderNotMet
from referrals.vocabulary.states import Machine
from referrals.workflow import own_words
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext, StepInput, step_input_of
from referrals.workflow.step import steps

if TYPE_CHECKING:
    from referrals.models import Assessment

EDITED: Final = "assessment:edited"
#: By what an assessor writes: named on the team, or standing in for whoever is.
WRITING: Final = (Relation.ASSIGNED, Relation.STANDING_IN)
register(EDITED)


#: What the team writes about all the children together.
TEXTS: Final = frozenset(
    {
        "notes",
        "report",
        "child_opinions",
        "holder_opinions",
        "entourage_opinions",
        "earlier_concerns",
    }
)
#: What it writes in rows of theirs: what each holder says, how each answer of another authority is considered.
LISTS: Final = frozenset({"opinions", "considered"})


def may_write(ties: CaseAccess) -> bool:
    return bool({(Role.ASSESSOR, relation) for relation in WRITING} & ties.pairs)


def edit(referral_id: UUID, body: object, *, version: object, actor: Actor, at: datetime) -> StepResult:
    """Change notes, opinions, conclusions or report while the team writes."""
    referral, ties = lock_case(referral_id, actor=actor, at=at)
    require_version(referral, NOT_EXPECTED if ties.coarse else version)
    if not may_write(ties):
        raise NotAllowed("assessment:edit")
    acting = actor.acting_as(Role.ASSESSOR, obo=ties.in_name_of(Role.ASSESSOR))
    case = Case(referral, actor=acting, at=at)
    row = case.open_assessment
    if row is None:
        raise NotVisible
    if row.state not in WRITABLE:
        raise WrongState("edit", state=str(row.state), version=referral.version)
    form = ReportForm.read(body)
    step, sight = steps.get(Machine.ASSESSMENT, "write"), child_sight.sight_of(referral, ties, actor)
    step_input: StepInput = resolve_input(step, step_input_of(form), referral, sight)
    if sight.unread("H", partly=True) and (TEXTS | LISTS) & step_input.keys():
        raise GuardRefused("edit", *WITHHELD)
    _write(StepContext(step, case, step_input, actor=case.actor, at=at), row)
    referral.version += 1
    refresh_shell(case)
    referral.save()
    journal.record(
        EDITED,
        actor=case.actor,
        at=at,
        objects=[case.pseudonym],
        tenant=referral.authority_id,
        purpose=Purpose.ASSESSMENT,
        version=referral.version,
    )
    return StepResult(referral=referral)


def _write(act: StepContext, row: "Assessment") -> None:
    for number, item in enumerate(act.step_input.get("voices") or []):
        own_words.require_past(item, act.case.today, path=f"voices.{number}.")
    values = {name: value for name, value in act.step_input.items() if name not in (*OF_CHILDREN, *LISTS)}
    if values:
        act.change(row, **values)
    children = {child.pk: child for child in act.case.children}
    for name, worded in OF_CHILDREN.items():
        _write_each(act, row, name, worded, about="child", of=children)
    holders = {holder.pk: holder for holder in act.case.holders}
    _write_each(act, row, "opinions", _opinion, about="holder", of=holders)
    inquiries = {pk: pk for pk in guards.answered_inquiries(act.case)}
    _write_each(
        act,
        row,
        "considered",
        lambda item: {"consideration": item.consideration},
        about="inquiry",
        of=inquiries,
    )


def _write_each(
    act: StepContext,
    row: "Assessment",
    name: str,
    worded: Callable[[Any], dict[str, Any]],
    *,
    about: str,
    of: Mapping[UUID, Any],
) -> None:
    """Write the rows of one list, each about a child or a holder: one that is there already is changed."""
    items = act.step_input.get(name) or []
    rows_by_about = (
        {_key(one, one.serializable_value(about)): one for one in getattr(row, name).all()} if items else {}
    )
    for item in items:
        if item[about] not in of:
            raise InvalidInput(name)
        wording, key = worded(item), _key(item, item[about])
        if key in rows_by_about:
            act.change(rows_by_about[key], **wording)
        else:
            rows_by_about[key] = act.new(name, assessment=row, **{about: of[item[about]]}, **wording)


def _key(row: Any, about: UUID) -> tuple[UUID, str]:
    """Return what tells a row of a child or holder from the others of it: the dimension, where there is one."""
    return about, str(getattr(row, "dimension", ""))


def _conclusion(item: Any) -> dict[str, Any]:
    return {"danger_level": item.danger_level, "proposal": item.proposal, "text": item.text}


def _finding(item: Any) -> dict[str, Any]:
    """Return the columns of a finding; what is said of health has its own."""
    texts = {name: item[name] for name in ("observed", "reported", "text")}
    if item.dimension == Dimension.HEALTH:
        texts = {f"health_{name}": value for name, value in texts.items()}
    complete = bool(item.text) or item.finding == FindingCode.SATISFIED
    return {"dimension": item.dimension, "finding": item.finding, "complete": complete} | texts


def _danger(item: Any) -> dict[str, Any]:
    """Return the columns of a child's dangers: of exploitation what goes with the answer."""
    more = _called_for(DangerForm, item)
    needed = ("hold", "debt", "tonight") if item.exploitation in FEARED else ()
    complete = bool(item.exploitation) and all(more[name] for name in needed)
    plain = {name: item[name] for name in ("danger_categories", "maltreatment", "exploitation")}
    return plain | more | {"complete": complete}


def _opinion(item: Any) -> dict[str, Any]:
    """Return the columns of a holder's opinion: what goes with whether it said something."""
    opinion = _called_for(OpinionForm, item)
    if item.met == HolderMet.MET:
        needed = ["needs", "difficulties", "understanding", "proposals"]
    else:
        needed = ["not_met", *(["not_met_text"] if item.not_met == HolderNotMet.OTHER else [])]
    return opinion | {"met": item.met, "complete": all(opinion[name] for name in needed)}


def _called_for(form: type[StrictSerializer], item: Any) -> dict[str, Any]:
    """Return the members that other answers call for; those that aren't called for are empty."""
    return {
        name: item[name] if when.met_by(item[when.member]) else "" for name, when in form.needed_when.items()
    }


#: What the team writes of each child: the relation of the assessment, and what a row of it says.
OF_CHILDREN: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "conclusions": _conclusion,
    "dangers": _danger,
    "findings": _finding,
    "voices": own_words.columns,
}

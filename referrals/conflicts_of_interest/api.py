"""``/ties``: a member of staff's declared ties; ``/exclusions``: whom the service barred from a case for one."""

from typing import Any
from uuid import UUID

from accounts.api.once import do_once, done_before, keep_done
from core.inputs import Flag
from core.paging import page_of
from core.query import PagedQuery
from referrals.conflicts_of_interest import actions, declarations
from referrals.conflicts_of_interest.actions import TieInput
from referrals.models import DeclaredTie, Exclusion
from referrals.reading.disclosures import record_listed
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.vocabulary.formats import moment
from referrals.workflow.inputs import Nothing, Reasoned

CREATED, GONE = 201, 204


class ExclusionQuery(PagedQuery):
    """Filters of the list of those whom the service barred."""

    awaiting = Flag(in_query=True, required=False)


class Ties(CaseView):
    """To whom the caller is tied, as the caller said."""

    step_up = frozenset({"POST"})

    @case_operation("ties_list", schema.Ties)
    def get(self) -> dict[str, Any]:
        """List the own ties; nobody else ever reads them."""
        return {"results": declarations.read(self.actor, at=self.at)}

    @case_operation("ties_declare", schema.DeclaredTie, takes=TieInput, status=CREATED, once=True)
    def post(self) -> dict[str, str]:
        """Declare a tie. The answer says nothing of any case."""
        actor, at = self.actor, self.at

        def declare() -> DeclaredTie:
            tie = declarations.Tie(**TieInput.read(self.request.data))
            return declarations.declare(tie, actor=actor, at=at)

        return _line(do_once(self.request, declarations.own(actor), declare, status=CREATED))


class CorrectTie(CaseView):
    """A tie in the place of another."""

    step_up = frozenset({"POST"})

    @case_operation("ties_correct", schema.DeclaredTie, takes=TieInput, once=True)
    def post(self, pk: UUID) -> dict[str, str]:
        """Correct what was said: it becomes a tie of its own, under another id."""
        actor, at = self.actor, self.at

        def correct() -> DeclaredTie:
            declarations.own_row(pk, actor)
            tie = declarations.Tie(**TieInput.read(self.request.data))
            return declarations.correct(pk, tie, actor=actor, at=at)

        return _line(do_once(self.request, declarations.own(actor), correct))


class RemoveTie(CaseView):
    """A tie that is taken back."""

    step_up = frozenset({"POST"})

    @case_operation("ties_remove", None, takes=Nothing, status=GONE, once=True)
    def post(self, pk: UUID) -> None:
        """Take a tie back: what was said is destroyed. No exclusion ends by it."""
        actor, at = self.actor, self.at
        if done_before(self.request, declarations.ever_own(actor)) is None:
            declarations.own_row(pk, actor)
            Nothing.read(self.request.data)
            declarations.remove(pk, actor=actor, at=at)
            keep_done(self.request, pk, status=GONE)


class Exclusions(CaseView):
    """Whom the service barred from a case."""

    @case_operation("exclusions_list", schema.Exclusions, query=ExclusionQuery)
    def get(self) -> dict[str, Any]:
        """List them over the cases that the caller sees as a coordinator or supervisor; ``awaiting``: to be decided."""
        awaiting = self.filters.pop("awaiting", None)
        rows = actions.visible_to(self.actor, at=self.at)
        if awaiting is not None:
            waiting = actions.awaiting(rows).values("pk")
            rows = rows.filter(pk__in=waiting) if awaiting else rows.exclude(pk__in=waiting)
        page = page_of(rows, order=("-since_at", "id"), bound_to=f"exclusions/{awaiting}", **self.filters)
        record_listed(page.items, actor=self.actor, at=self.at)
        return listed([actions.line(row) for row in page.items], page.next)


class ConfirmExclusion(CaseView):
    """An exclusion that awaits a decision."""

    step_up = frozenset({"POST"})

    @case_operation("exclusions_confirm", schema.Exclusion, takes=Reasoned, once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Confirm, with a reason, that somebody whose name is like one of the case stays barred from it."""
        actor, at = self.actor, self.at
        actions.require_decider(actor)

        def confirm() -> Exclusion:
            actions.visible_row(pk, actor=actor, at=at)
            actions.confirm(pk, Reasoned.read(self.request.data)["reason"], actor=actor, at=at)
            return actions.visible_row(pk, actor=actor, at=at)

        return actions.line(do_once(self.request, actions.visible_to(actor, at=at), confirm))


def _line(row: DeclaredTie) -> dict[str, str]:
    return {"id": str(row.pk), "declared_at": moment(row.declared_at) or ""}

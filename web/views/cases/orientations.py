"""From a need of a case to a service of the directory: an explained list, then the proposal.

What is looked for is sent by POST and stands in no address; the list is shown in the answer (field.md A.10.6).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse

from accounts.request import ServiceRequest
from directory.codes import Need
from referrals.access import child_sight
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.execution import preconditions
from referrals.execution.preconditions import StepRequest
from referrals.models import Referral
from referrals.orientations import actions, matching_facts
from referrals.orientations.actions import Found
from referrals.orientations.inputs import ServiceSearch
from referrals.reading import names
from referrals.reading.disclosures import opened, seen
from referrals.reading.names import Names
from referrals.vocabulary.states import Machine, Urgency
from referrals.workflow.step import steps
from web.cases import words
from web.cases.base import heading
from web.cases.choices import numbered
from web.cases.hints import hint
from web.cases.parts.orientations import contacts, prosecutors
from web.forms import Ask, Pairs
from web.generic import InputPage
from web.views.cases.steps import StepPage

PROPOSE: Final = steps.get(Machine.ORIENTATION, "propose")


def _ask(name: str, **how: Any) -> Ask:
    return Ask(name, words.of(name, "ServiceSearch"), hint(name, "ServiceSearch"), **how)


ASKS: Final = (
    _ask("need", width="half"),
    _ask("danger_departments", width="half", attributes={"spellcheck": "false"}),
    _ask("situations", inline=True),
    _ask("removed"),
    _ask("named", width="half", optional=True),
)
CHILD: Final = _ask("child", kind="select", width="half")


class FindService(InputPage):
    takes = ServiceSearch
    asks: Sequence[Ask] = ASKS
    template = "web/orientations/find.html"
    _children: Pairs = ()

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show the form; where a child needs a place tonight, what was found for that already."""
        referral, ties = seen(request, pk)
        sight = child_sight.sight_of(referral, ties, self.actor)
        request.back = pk
        wanted = StepRequest(step=PROPOSE, referral_id=pk)
        # First of all: how urgent a case is isn't told to whoever orients nobody (SEC-AZ4).
        case = preconditions.case_for(wanted, referral, sight, actor=self.actor, at=self.at, beforehand=True)
        if needs_place_tonight(referral):
            return self._found(pk, {"need": Need.TONIGHT_SHELTER.value, "child": _alone(referral, sight)})
        called, situations = opened(
            referral,
            ties,
            lambda scope: (
                names.names(referral, ties, scope, actor=self.actor),
                matching_facts.situations_shown(case, sight, scope),
            ),
            actor=self.actor,
            at=self.at,
        )
        self._about(called)
        return self.show(self.page_context(referral, ties) | self.filled({"situations": sorted(situations)}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        self.asks = (*ASKS, CHILD)
        return self._found(pk, self.body(), self.typed())

    def _found(
        self, pk: UUID, body: Mapping[str, Any], typed: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the rules say of each service, and the form as it was ``typed``, else filled with the search."""
        offers = actions.match(self.request, pk, body)
        self._about(offers.called)
        situations = sorted(offers.situations)
        carried = [(name, body.get(name) or "") for name in ("need", "child", "danger_departments")]
        carried += [("situations", one) for one in situations]
        context = self.page_context(offers.referral, offers.ties) | self.filled(
            dict(body if typed is None else typed) | {"situations": situations}
        )
        return self.show(
            context
            | {
                "found": offers,
                "need": Need(body["need"]).label,
                "carried": carried,
                "found_named": bool(body.get("named")),
            }
            | _in_words(offers)
        )

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show the form as it was sent, with what is wrong with it; no name is opened for it."""
        referral, ties = seen(self.request, pk)
        self._about(names.names(referral, ties, None, actor=self.actor))
        return self.show(self.page_context(referral, ties) | self.again(problem))

    def choices(self) -> Mapping[str, Pairs]:
        return {"child": self._children}

    def _about(self, called: Names) -> None:
        """Ask for which child, a single one too: of a restricted one the list tells only where it is chosen."""
        self._children = numbered(called.children)
        self.asks = (*ASKS[:1], CHILD, *ASKS[1:]) if self._children else ASKS

    def page_context(self, referral: Referral, ties: CaseAccess) -> dict[str, Any]:
        urgent = referral.urgency == Urgency.U3
        return heading(referral, ties) | {
            "urgent": urgent,
            "prosecutors": prosecutors(referral, at=self.at) if urgent else [],
        }


def needs_place_tonight(referral: Referral) -> bool:
    """Tell whether a place is looked for tonight before anything else: in a grave danger, and for a runaway."""
    return referral.urgency == Urgency.U3 or referral.runaway


def _alone(referral: Referral, sight: Sight) -> str | None:
    """Return the child for whom a place is looked for: the only one, or the only one in danger now; None for all."""
    children = [
        child for child in referral.children.all() if child.pk not in sight.hidden and not child.wrong_person
    ]
    if len(children) > 1:
        children = [child for child in children if child.immediate_danger and sight.reads("D", child.pk)]
    return str(children[0].pk) if len(children) == 1 else None


def _in_words(found: Found) -> dict[str, Any]:
    return {
        "offered": [contacts(line) for line in found.offered],
        "removed": [contacts(line) for line in found.removed],
        "named": [contacts(line) for line in found.named],
    }


class ProposeOrientation(StepPage):
    """GET, POST /dossiers/{id}/etape/orientation/propose: the form of a step, for a service that was chosen before."""

    def get(
        self,
        request: ServiceRequest,
        pk: UUID,
        machine: str,
        step: str,
        part: UUID | None = None,
    ) -> HttpResponse:
        shown: Any = FindService.as_view()(request, pk=pk)
        response: HttpResponse = shown
        return response

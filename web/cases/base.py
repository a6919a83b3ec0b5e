"""Base classes of the pages of one case: which case, its heading, and idempotent writes."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseRedirect
from django.urls import reverse

from accounts.replays import Once
from accounts.request import ServiceRequest
from core.query import Query
from referrals.access import visibility
from referrals.access.relations import CaseAccess
from referrals.execution.runner import ASKED, StepResult
from referrals.models import Referral
from referrals.reading.disclosures import seen
from referrals.visits.queries import Contents
from referrals.vocabulary.states import State, Urgency
from web.cases import confirmation
from web.cases.tabs import tabs_for
from web.page import FormPage, go_to


class BlanksLeftOut(Query):
    """Parameters of a form of filters: a field left open is one that wasn't sent."""

    @classmethod
    def of(cls, params: Any) -> dict[str, Any]:
        """Return the parameters that were given; see ``Query.of``."""
        filled = params.copy()
        for name, values in params.lists():
            if values == [""]:
                del filled[name]
        return super().of(filled)


def zone_of(referral: Referral) -> ZoneInfo:
    """Return the zone in which the case's authority tells its times."""
    return ZoneInfo(referral.authority.timezone) if referral.authority_id else ZoneInfo("Europe/Paris")


def heading(referral: Referral, ties: CaseAccess, contents: Contents | None = None) -> dict[str, Any]:
    """Return what stands above every page of a case: its shell in words, and the pages that the reader has.

    ``contents``: how much is on these pages, where the page asked for it.
    """
    state, urgency = State(referral.state), Urgency(referral.urgency)
    if (
        ties.receiving and "A" not in ties.reads
    ):  # an arbitration: the request is known, and nothing of the case
        authority = referral.authority.name if referral.authority_id else ""
        return {"pk": referral.pk, "reference": referral.reference, "authority": authority, "tabs": []}
    return {
        "pk": referral.pk,
        "reference": referral.reference,
        "state": str(state.label),
        "state_code": str(state),
        "urgency": str(urgency.label),
        "urgency_code": str(urgency),
        "restricted": referral.restricted,
        "runaway": referral.runaway,
        "hold": referral.legal_hold,
        "glass": ties.glass,
        "authority": referral.authority.name if referral.authority_id else "",
        "tabs": tabs_for(ties, contents),
    }


def once(
    page: FormPage,
    pk: UUID,
    body: Mapping[str, Any],
    act: Callable[[], StepResult],
    *,
    see: Callable[[ServiceRequest, UUID], Any] = seen,
) -> tuple[StepResult | None, bool]:
    """Do a write on a case that the reader may know of, once under the form's key.

    Returns what was done, None where the same form had been sent before, and whether a second signature is awaited.

    Raises:
        NotVisible: absent, or not for this reader; and whatever ``act`` raises.
    """
    request, actor = page.request, page.actor
    see(request, pk)
    key = page.sent.once
    if not key:
        done = act()
        return done, done.status == ASKED
    wanted = Once.of(key, f"POST {request.path}", dict(body))
    wanted.wait(actor)
    if (past := wanted.honoured(actor)) is not None:
        return None, past.status == ASKED
    done = act()
    wanted.keep(
        actor,
        status=done.status,
        thing=done.referral.pk,
        part=done.approval or done.made,
        version=done.referral.version,
        at=page.at,
    )
    return done, done.status == ASKED


def onwards(
    page: FormPage, pk: UUID, step: str, *, awaits: bool = False, tab: str = "case"
) -> HttpResponseRedirect:
    """Go back to the case, or to the queue where the act took the case out of the reader's sight."""
    visible = visibility.visible_to(page.actor, at=page.at).filter(pk=pk).exists()
    where = reverse(tab, args=[pk]) if visible else reverse("cases")
    return go_to(where + confirmation.query_of(page.actor, step, awaits=awaits and visible))

"""Throttled addresses: which addresses of cases wait after too many refusals, and which never do (SEC-AZ23).

``referrals/access/refusal_limits.py`` counts. Danger comes first: whatever an account was refused, it may always file,
use the urgent lane, break the glass and answer an urgent call.
"""

from typing import Any, Final

from django.http import HttpResponse

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from referrals.access import refusal_limits
from referrals.access.row_level_security import NOTHING, Question
from referrals.errors import CasesDelayed
from referrals.vocabulary.states import Machine

#: The first part of an address at which a case is named, by its id or its reference: of the API, then of the pages.
CASES: Final = frozenset(
    {
        "referrals",
        "transfers",
        "emergency-sheets",
        "exclusions",
        "break-glass",
        "dossiers",
        "transmissions",
        "transferts",
        "deports",
        "ouvertures",
    }
)
#: Of these all that is sent or shown: pages of a filing, and both doors of an emergency opening.
_NEVER_WAIT: Final = frozenset({"transmissions", "break-glass", "ouvertures"})
_MAY_WAIT: Final = CASES - _NEVER_WAIT
#: Steps that wait for nothing, by machine and name.
_STEPS: Final = frozenset(
    {
        (Machine.REFERRAL, "submit"),
        (Machine.REFERRAL, "submit_urgent"),
        (Machine.ALERT, "acknowledge"),
        (Machine.GLASS, "open"),
    }
)
#: What makes a filing, by verb and what follows ``referrals``.
_FILING: Final = frozenset({("POST", ""), ("PATCH", "/<uuid:pk>"), ("POST", "/<uuid:pk>/attachments")})
_REFUSED: Final = (403, 404)


def question_of(request: ServiceRequest, actor: Actor) -> Question:
    """Return what is asked for ``wait_of`` where the address may be one of cases; its route isn't known yet."""
    first = request.path_info.removeprefix("/api/v1").removeprefix("/").partition("/")[0]
    return refusal_limits.question(actor, at=request.at) if first in _MAY_WAIT else NOTHING


def is_of_cases(request: ServiceRequest) -> bool:
    """Tell whether the address is one of cases."""
    return _first_of(request) in CASES


def wait_of(request: ServiceRequest) -> CasesDelayed | None:
    """Return the refusal of whoever has to wait here, or None."""
    actor = getattr(request, "actor", None)
    if actor is None or not is_of_cases(request) or _never_waits(request):
        return None
    wait = refusal_limits.wait_of(actor, request.refusals, at=request.at)
    return CasesDelayed(wait) if wait else None


def note(request: ServiceRequest, response: HttpResponse, code: str) -> int | None:
    """Count a refused request; return for how many its entry stands, see ``referrals.access.refusal_limits.note``."""
    waited = code == CasesDelayed.code
    if not waited and (response.status_code not in _REFUSED or not is_of_cases(request)):
        return None
    return refusal_limits.note(actor_in(request), refused=not waited, at=request.at)


def _route_of(request: ServiceRequest) -> str:
    """Return the address as the table of addresses has it, of the API without its beginning."""
    match = request.resolver_match
    return match.route.removeprefix("api/v1/") if match is not None else ""


def _first_of(request: ServiceRequest) -> str:
    return _route_of(request).partition("/")[0]


def _never_waits(request: ServiceRequest) -> bool:
    route, first = _route_of(request), _first_of(request)
    match: Any = request.resolver_match
    step = getattr(getattr(match.func, "cls", None), "step", None)
    named = (step.machine, step.name) if step else (match.kwargs.get("machine"), match.kwargs.get("step"))
    filing = first == "referrals" and (request.method, route.removeprefix("referrals")) in _FILING
    return first in _NEVER_WAIT or named in _STEPS or filing

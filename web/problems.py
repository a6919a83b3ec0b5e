"""Error pages: the fixed sentences of the problem document, and where to go from here.

``config/errors.py`` makes the document and asks here whether a person reads it. A refused form is shown again with its
errors; everything else has one page, which is the same for every reader (SEC-AZ5).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.errors import StepUpRequired
from accounts.request import ServiceRequest
from web.credentials import sign_in_form
from web.page import left, made, own_address

#: What a form can be sent again after: its fields, its version, or a condition is to blame.
OF_A_FORM: Final = (400, 401, 409, 412, 413, 422, 428, 429)
#: Files that can't be taken at this moment: the form that brought one may be sent again as it is. Or a provider that
#: doesn't answer: one signs in by the form.
LATER: Final = ("uploads-busy", "parser-unavailable", "store-unavailable", "provider-unavailable")
OUR_FAULT: Final = 500
#: What isn't possible now, of something that the reader may know of.
CONFLICT: Final = 409


def is_read_by_a_person(request: HttpRequest) -> bool:
    """Tell whether the answer goes to a browser that asked for a page; the API speaks to programs, always.

    So does a host with a table of addresses of its own: no page is there.
    """
    if getattr(request, "urlconf", None) is not None:
        return False
    return not request.path_info.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def is_leaving(request: HttpRequest) -> bool:
    """Tell whether somebody wants to be gone: they are, though the session's end can't be written; its cookie goes."""
    return request.method == "POST" and request.path_info == reverse("leave")


def page(request: ServiceRequest, problem: Mapping[str, Any]) -> HttpResponse:
    """Return the page of a refusal, in the present language."""
    status: int = problem["status"]
    if status >= OUR_FAULT and is_leaving(request):
        return left(request, status=status)
    redisplay = getattr(request, "redisplay", None)
    if redisplay is not None and (status in OF_A_FORM or problem["code"] in LATER):
        response: HttpResponse = redisplay(problem)
        response.status_code = status
        return response
    if problem["code"] == StepUpRequired.code:
        # A page goes on to itself, an act by a button to the page of that button.
        onward = request.get_full_path() if request.method == "GET" else getattr(request, "onward", "/")
        context: dict[str, Any] = {"onward": own_address(onward), "wholly": problem.get("wholly")}
        return made(request, "web/factors/stepup.html", context, status=status)
    if status == 401:
        # Whoever brings the cookie of a session that is none had one: it ended meanwhile (SEC-AU5).
        ended = settings.SESSION_COOKIE_NAME in request.COOKIES
        context = {"next": own_address(request.get_full_path()), "asked": not ended, "ended": ended}
        return made(request, "web/sign_in/sign_in.html", context | sign_in_form(), status=status)
    back = getattr(request, "back", None) if status == CONFLICT else None
    return made(request, "web/problem.html", {"problem": problem, "bare": True, "back": back}, status=status)

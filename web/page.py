"""Base classes of all pages: access, language, rendering and protection.

A page translates what a browser sends into the call that the API makes too, and the outcome into HTML. An error is
raised and not caught: ``config/errors.py`` turns it into the same document as for a program, and ``web/problems.py``
shows that document, beside the fields of the form if there is one (``FormPage.redisplay``). The page of a refusal opens
nothing sealed, because a reading in a request that is rolled back would leave no entry.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, NoReturn
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request, gettext
from django.views import View
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated

from accounts import stepup
from accounts.actor import Actor
from accounts.errors import NotAllowed
from accounts.oidc import providers
from accounts.replays import Once
from accounts.request import ServiceRequest, actor_in
from accounts.signin import SESSION
from core import french
from core.query import Query
from referrals.conflicts_of_interest.declarations import STAFF
from web import navigation
from web.forms import ZONE, Ask, Field, Sent

#: Nothing inline, nothing of anybody else's; a script sends to this service alone.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: What a browser forgets when somebody leaves (SEC-AU8, SEC-AU10).
FORGET: Final = '"cache", "cookies", "storage"'
SEE_OTHER: Final = 303
#: What a form says that is saved while one writes, and not left.
DRAFT: Final = "draft"
#: From how many characters on a value is shown as a text; ids and codes are shorter.
LONG: Final = 40


class Page(View):
    """A page of its own; ``public`` opens it to strangers."""

    http_method_names = ["get", "head", "post"]
    public: ClassVar[bool] = False
    #: The methods that are a grave act, which asks for a fresh proof of the second factor (SEC-AU6).
    step_up: ClassVar[frozenset[str]] = frozenset()
    #: Whether it asks for all factors.
    wholly: ClassVar[bool] = False
    #: The page to which somebody goes back who had to prove it first.
    comes_back: ClassVar[str] = "start"
    #: What the address may ask for; ``asked`` holds it.
    query: ClassVar[type[Query]] = Query
    asked: dict[str, Any]
    #: A page may choose another one for an answer.
    template: str = ""
    request: ServiceRequest

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Answer in the language of the reader.

        Raises:
            NotAuthenticated: the page is for people who have signed in.
            NotAllowed: the caller came with a token, which is for programs.
            StepUpRequired: the last proof of the second factor is too old for this.
        """
        with translation.override(get_language_from_request(request)), french.for_page():
            self.require_person()
            self.asked = self.query.of(request.GET)
            return super().dispatch(request, *args, **kwargs)

    def around(self) -> dict[str, Any]:
        """Return what stands around what the page shows, also where a form is shown again."""
        return {}

    def http_method_not_allowed(self, request: HttpRequest, *_: object, **__: object) -> NoReturn:
        """Refuse as everywhere.

        Raises:
            MethodNotAllowed: always.
        """
        raise MethodNotAllowed(request.method or "")

    def require_person(self) -> None:
        """Ask for somebody who has signed in, unless strangers are welcome."""
        actor = self.request.actor
        if actor is not None and actor.origin.auth != SESSION:
            raise NotAllowed(rule="session-only")
        if actor is None and not self.public:
            raise NotAuthenticated
        if actor is not None:
            self.request.onward = reverse(self.comes_back)  # for web/problems.py
            stepup.require_where(self.step_up, self.request.method, actor, at=self.at, wholly=self.wholly)

    @property
    def actor(self) -> Actor:
        """Return who asks; only on pages that ask for somebody."""
        return actor_in(self.request)

    @property
    def pk(self) -> UUID:
        """Return the id in the address."""
        pk: UUID = self.kwargs["pk"]
        return pk

    @property
    def at(self) -> datetime:
        """Return the instant of the request."""
        return self.request.at

    @property
    def sent(self) -> Sent:
        """Return what a form sent."""
        return Sent.of(self.request)

    def while_out(self) -> HttpResponse | None:
        """Return what the page can show while databases, keys or sessions are out (SEC-FT17): most can't, None."""
        return None

    def show(self, context: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """Return the page, made now: within the transaction in which all that it shows was read."""
        return made(self.request, self.template, context or {}, status=status)


def page(
    route: str, view: type[Page], name: str, *, of: dict[str, Any] | None = None, **initial: Any
) -> URLPattern:
    """Return the address of a page; ``of``: arguments that stand in no address, ``initial``: attributes of the view."""
    return path(route, view.as_view(**initial), of, name=name)


class StandingPage(Page):
    """A page for everybody that needs no database, key or session, and is there while those are out."""

    public = True

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Show it."""
        raise NotImplementedError

    def while_out(self) -> HttpResponse | None:
        """Return the page as ever."""
        return self.get(self.request) if self.request.method in ("GET", "HEAD") else None


class FormPage(Page):
    """A page with a form, which a refusal shows again with the faults beside the fields."""

    #: Whether the form comes back as itself while nothing can be saved; it must need no more than was sent.
    holds: ClassVar[bool] = False
    #: Whether what was typed comes back at least, on a page that can send it again; never a secret, nor a file.
    keeps: ClassVar[bool] = False

    def post(self, request: ServiceRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Do what the form asks for."""
        request.redisplay = lambda problem: self.redisplay(problem, *args, **kwargs)
        return self.act(request, *args, **kwargs)

    def act(self, request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Call the act once, and say where to go on."""
        raise NotImplementedError

    def redisplay(self, problem: Mapping[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the form as it was sent, with what is wrong with it; nothing sealed may be opened here."""
        raise NotImplementedError

    def while_out(self) -> HttpResponse | None:
        """Return what was typed: the form as it was sent, or its texts; ``components/faults.html`` says the rest."""
        if self.request.method != "POST" or not (self.holds or self.keeps):
            return None
        problem = {"status": 503, "code": "unavailable"}
        if self.holds:
            response = self.redisplay(problem, *self.args, **self.kwargs)
        else:
            context = {"problem": problem, "action": self.request.get_full_path()}
            response = made(self.request, "web/kept.html", context | sent_pairs(self.sent))
        response.status_code = 503
        return response

    def once(self, body: Mapping[str, Any], act: Callable[[], UUID]) -> UUID:
        """Do a write once under the form's key, however often the form is sent.

        Returns what it was done to, as ``act`` does.
        """
        key = self.sent.once
        if not key:
            return act()
        wanted = Once.of(key, f"POST {self.request.path}", dict(body))
        wanted.wait(self.actor)
        if (past := wanted.honoured(self.actor)) is not None:
            return past.thing
        thing = act()
        wanted.keep(self.actor, status=200, thing=thing, at=self.at)
        return thing

    @property
    def saves_draft(self) -> bool:
        """Tell whether the form is saved while one writes in it: nothing is shown again, and the page stays."""
        return self.sent.text("then") == DRAFT

    def draft_saved(self, version: int, *, whole: bool = True, zone: ZoneInfo = ZONE) -> JsonResponse:
        """Return what the page needs to go on writing: the version and key of its form, and when it was saved in words.

        Not ``whole``: something that was typed could not be saved as it is.
        """
        at = self.at.astimezone(zone)
        time = {"hour": f"{at:%H}", "minute": f"{at:%M}"}
        words = (
            gettext("Enregistré à %(hour)s h %(minute)s.")
            if whole
            else gettext("Enregistré à %(hour)s h %(minute)s, sauf les conclusions encore incomplètes.")
        )
        return JsonResponse({"version": version, "once": fresh_key(), "words": words % time, "whole": whole})

    def key(self, problem: Mapping[str, Any] | None = None) -> str:
        """Return the key of the form: that with which it was sent, a fresh one where it is new or its key was used."""
        return fresh_key() if problem is None or problem["status"] == 422 else self.sent.once


def fresh_key() -> str:
    """Return a key under which a form is done once, however often it is sent."""
    return uuid4().hex


def sent_pairs(sent: Sent) -> dict[str, Any]:
    """Return all that a form sent, for a page that sends it again: the texts that somebody wrote, and the rest."""
    pairs = list(sent.pairs())
    texts = [
        Field(Ask(name, gettext("Ce que vous avez écrit"), rows=8), "lines", name, f"kept-{number}", value)
        for number, (name, value) in enumerate(pairs, start=1)
        if _is_text(value)
    ]
    return {"texts": texts, "hidden": [(name, value) for name, value in pairs if not _is_text(value)]}


def _is_text(value: str) -> bool:
    return "\n" in value or len(value) > LONG


def made(
    request: ServiceRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page with what every page has: where one can go, and who has signed in."""
    actor: Actor | None = getattr(request, "actor", None)
    signed_in = actor is not None and actor.origin.auth == SESSION
    # None yet where it is refused before config/pipeline.py tells it.
    at: datetime = getattr(request, "at", None) or datetime.now(UTC)
    places = navigation.places(actor) if signed_in and actor is not None else []
    menu, menu_more = navigation.folded(places)
    shared = {
        "request": request,
        "signed_in": signed_in,
        "places": places,
        "menu": menu,
        "menu_more": menu_more,
        "staff": signed_in and actor is not None and navigation.is_staff(actor),
        "has_ties": signed_in and actor is not None and bool(actor.holding(STAFF)),
        "here": request.path if request.method in ("GET", "HEAD") else "/",
        "language": translation.get_language(),
        "exit_to": settings.QUICK_EXIT_URL,
        "training": settings.TRAINING,
        "training_url": settings.TRAINING_URL,
        "providers": providers.all_of_site(),
        "as_of": at.astimezone(ZONE).date(),  # which guidance counts (web/guidance/)
    }
    with french.for_page():
        response = render(request, template, shared | dict(context), status=status)
    response["Content-Security-Policy"] = POLICY
    response["Content-Language"] = str(translation.get_language())
    return response


def left(request: ServiceRequest, *, status: int = 200) -> HttpResponse:
    """Lead the browser to a page that has nothing to do with this one, and have it forget this one.

    What a form of another site sends makes it forget nothing: nobody is signed out from there.
    """
    response = made(request, "web/leave.html", {"exit": settings.QUICK_EXIT_URL}, status=status)
    if request.headers.get("Sec-Fetch-Site") != "cross-site":
        response["Clear-Site-Data"] = FORGET
    return goes_on(response, settings.QUICK_EXIT_URL)


def goes_on(response: HttpResponse, address: str) -> HttpResponse:
    """Have a page lead on by itself, as its link does too.

    Not a redirect: the answer to a form may redirect to our own pages alone (form-action), and to a redirect of what
    another site began the session's cookie doesn't come along (SameSite).
    """
    response["Refresh"] = f"0; url={address}"
    return response


def go_to(address: str) -> HttpResponseRedirect:
    """Send the browser on with a GET, so that reloading repeats nothing."""
    response = HttpResponseRedirect(address)
    response.status_code = SEE_OTHER
    return response


def own_address(wanted: str) -> str:
    """Return an address of ours that somebody asked to go on to; the start page for any other."""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else "/"

"""Sign in by an identity provider, and link one's identity to one's own account (docs/decisions/0033).

An invited person links one instead of choosing a password.

The provider's page leads back here from another site, so the browser doesn't send the session's cookie
(``SameSite=Strict``). The return page therefore recognises its browser by a cookie of its own, and continues to the
next page by itself: that navigation is same-site again.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from accounts import actions, oidc_flow, signin
from accounts.access import own_account
from accounts.errors import AccountsError
from accounts.inputs import AcceptInput
from accounts.models import User
from accounts.naming import visible
from accounts.oidc import metadata, providers, visits
from accounts.oidc.providers import Provider
from accounts.outbound_calls import Outside
from accounts.request import ServiceRequest
from core.inputs import Text
from core.query import Query
from web import forms
from web.credentials import INVITATION_CODE, TOKEN, new_password_form, sign_in_form
from web.page import FormPage, Page, go_to, goes_on, made, own_address
from web.views.factors import FactorAct


class ToProvider(FormPage):
    http_method_names = ["post"]
    public = True
    template = "web/providers/leaving.html"
    purpose: ClassVar[str] = visits.SIGN_IN

    def act(self, request: ServiceRequest, code: str) -> HttpResponse:
        """Send the browser to the provider, with a way back that counts once and for ten minutes."""
        provider = providers.named(code)
        provider_metadata = getattr(request, "brought", None) or metadata.cached(provider)
        if provider_metadata is None:
            return Outside(oidc_flow.metadata_of(provider))
        visit = self.begun(request, provider)
        address, secret = oidc_flow.begin(provider, provider_metadata, visit, at=self.at)
        response = goes_on(self.show({"name": provider.name, "address": address}), address)
        visits.hand(response, secret)
        return response

    def begun(self, request: ServiceRequest, provider: Provider) -> visits.Visit:
        """Return the way that begins; whatever session the browser has is over, as when a password is given."""
        signin.close_session(request)
        onward = own_address(self.sent.text("next", "/"))
        return visits.begun(self.purpose, provider.code, at=self.at, onward=onward)

    def redisplay(self, problem: Mapping[str, Any], code: str) -> HttpResponse:
        onward = own_address(self.sent.text("next", "/"))
        return made(
            self.request, "web/sign_in/sign_in.html", sign_in_form(problem=problem) | {"next": onward}
        )


class ToBind(ToProvider):
    public = False
    purpose = visits.BIND
    wholly = True
    step_up = frozenset({"POST"})
    comes_back = "own-factors"

    def begun(self, request: ServiceRequest, provider: Provider) -> visits.Visit:
        """Return the way that begins, of the person of this session."""
        return visits.begun(self.purpose, provider.code, at=self.at, user=str(self.actor.user_id))

    def redisplay(self, problem: Mapping[str, Any], code: str) -> HttpResponse:
        return made(self.request, "web/providers/refused.html", {"problem": problem, "binding": True})


class ToAccept(ToProvider):
    """POST /invitation/fournisseur/{code}: the form of an invitation, sent by the button of a provider."""

    purpose = visits.INVITED
    invited: tuple[User, bytes]

    def act(self, request: ServiceRequest, code: str) -> HttpResponse:
        values = AcceptInput.read(forms.body_of(AcceptInput, (TOKEN, INVITATION_CODE), self.sent))
        self.invited = actions.invitation_of(at=self.at, **values)
        return super().act(request, code)

    def begun(self, request: ServiceRequest, provider: Provider) -> visits.Visit:
        """Return the way that begins, of whoever is invited; whatever session the browser has is over."""
        signin.close_session(request)
        user, invitation = self.invited
        return visits.begun(self.purpose, provider.code, at=self.at, user=str(user.pk), link=invitation.hex())

    def redisplay(self, problem: Mapping[str, Any], code: str) -> HttpResponse:
        context = new_password_form(self.sent, problem, invited=True)
        return made(self.request, "web/passwords/set.html", context)


class _Long(Text):
    max_chars = 2_000


class Answer(Query):
    """What a provider answers with; what it adds has no meaning here, and is passed over (RFC 6749 §4.1.2)."""

    state = Text(max_length=200)
    code = _Long(max_length=2_000, required=False, allow_blank=True, default="")
    error = Text(max_length=200, required=False, allow_blank=True, default="")
    iss = _Long(max_length=500, required=False, allow_blank=True, default="")

    @classmethod
    def of(cls, params: QueryDict) -> dict[str, Any]:
        """Return the parameters that count; one that comes twice is refused."""
        parameters = params.copy()
        for name in set(parameters) - set(cls().fields):
            del parameters[name]
        return super().of(parameters)


#: Where the word of whoever came back is asked for, by what they were on the way for.
WORD_AT: Final = {visits.BIND: "identity-bind", visits.INVITED: "invitation-identity"}


class FromProvider(Page):
    http_method_names = ["get"]  # not the head alone: what comes here counts once
    public = True
    template = "web/providers/back.html"
    query = Answer

    def get(self, request: ServiceRequest, code: str) -> HttpResponse:
        provider = providers.named(code)
        visit: visits.Visit | None = getattr(request, "visit", None)
        purpose = visits.SIGN_IN if visit is None else visit.purpose
        request.redisplay = lambda problem: self.refused(problem, purpose)
        if visit is None:
            visit, call = oidc_flow.come_back(request, provider, self.asked, at=self.at)
            request.visit = visit
            return Outside(call)
        answer = request.brought  # the pipeline made the call
        if isinstance(answer, AccountsError):
            raise answer
        if purpose in WORD_AT:
            onward = reverse(WORD_AT[purpose])
            response = self.show({"name": provider.name, "onward": onward})
            visits.hand(response, oidc_flow.await_word(visit, answer, at=self.at))
            return goes_on(response, onward)
        signed_in = oidc_flow.enter(request, provider, visit, answer, at=self.at)
        onward = visit.onward if signed_in else reverse("second-step")
        response = self.show({"name": provider.name, "onward": onward})
        visits.take_back(response)
        return goes_on(response, onward)

    def refused(self, problem: Mapping[str, Any], purpose: str) -> HttpResponse:
        """Tell that it came to nothing, and where to begin again."""
        why = {"binding": purpose == visits.BIND, "invited": purpose == visits.INVITED}
        return made(self.request, "web/providers/refused.html", why | {"problem": problem, "bare": True})


class BindIdentity(FormPage):
    """GET, POST /compte/connexion/identite: what came back from a provider, and the word of its person."""

    template = "web/providers/bind.html"
    wholly = True
    step_up = frozenset({"POST"})
    comes_back = "identity-bind"

    def get(self, request: ServiceRequest) -> HttpResponse:
        visit = oidc_flow.awaiting(request, self.actor, at=self.at)
        if visit is None:
            return go_to(reverse("own-factors"))
        return self.show(self._context(visit))

    def act(self, request: ServiceRequest) -> HttpResponse:
        visit = visits.take(visits.secret_in(request), at=self.at)
        user = actions.bind_identity(actor=self.actor, at=self.at, visit=visit)
        signin.keep_session(request, user)
        response = go_to(reverse("own-factors"))
        visits.take_back(response)
        return response

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return made(self.request, "web/providers/refused.html", {"problem": problem, "binding": True})

    def _context(self, visit: visits.Visit) -> dict[str, Any]:
        return {
            "name": providers.name_of(visit.provider),
            "institution": actions.institution_of(visit.siret),
        }


class AcceptInvitation(FormPage):
    """GET, POST /invitation/identite: what came back from a provider, and the word of whoever is invited."""

    public = True
    template = "web/providers/accept.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        request.redisplay = self.redisplay  # for web/problems.py
        recognised = oidc_flow.recognised(request, at=self.at)
        if recognised is None:
            return go_to(reverse("invitation"))
        visit, user = recognised
        name, institution = providers.name_of(visit.provider), actions.institution_of(visit.siret)
        return self.show({"name": name, "institution": institution, "email": user.email})

    def act(self, request: ServiceRequest) -> HttpResponse:
        if oidc_flow.recognised(request, at=self.at) is None:
            return go_to(reverse("invitation"))
        oidc_flow.accept(request, at=self.at)
        response = go_to(reverse("second-step"))
        visits.take_back(response)
        return response

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return made(self.request, "web/providers/refused.html", {"problem": problem, "invited": True})


class RemoveIdentity(FactorAct):
    http_method_names = ["get", "head", "post"]
    template = "web/providers/remove.html"
    wholly = True
    step_up = frozenset({"POST"})

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        user = own_account(self.actor)
        identity = visible(user.identities, pk)
        has_password = user.has_usable_password()
        return self.show({"name": providers.name_of(identity.provider), "has_password": has_password})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        user = actions.remove_identity(actor=self.actor, at=self.at, identity_id=pk)
        signin.keep_session(request, user)
        return go_to(reverse("own-factors"))


class Out(Query):
    state = Text(max_length=200, required=False, allow_blank=True, default="")


class LeftProvider(Page):
    http_method_names = ["get"]
    public = True
    template = "web/sessions/signed_out.html"
    query = Out

    def get(self, request: ServiceRequest) -> HttpResponse:
        if not oidc_flow.came_out(self.asked["state"], at=self.at):
            return go_to(reverse("start"))
        return self.show({"elsewhere": True})

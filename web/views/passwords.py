"""Password and address pages: set a password by a mailed link or the present one, and change the address."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated

from accounts import actions, sign_in_flow
from accounts.errors import PresentPasswordRefused
from accounts.inputs import AskLinkInput, ChangePasswordInput, LinkInput, NewPasswordInput
from accounts.request import ServiceRequest
from web import forms
from web.credentials import (
    INVITATION_CODE,
    NEW_PASSWORD,
    TOKEN,
    email,
    new_password_form,
    password,
    refused,
)
from web.forms import Fault
from web.generic import InputPage


class CredentialPage(InputPage):
    """A page with a form for an address, a password or the secret of a link."""

    ids = ""


class AskLink(CredentialPage):
    public = True
    takes, asks = AskLinkInput, (email("username", maxlength="254"),)
    template = "web/passwords/ask.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for a link; the page is the same whether somebody has the address, and doesn't repeat it."""
        sign_in_flow.ask_link(request, at=self.at, **self.validated())
        return self.show({"asked": True})

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        advice = gettext("Vérifiez l'adresse.")
        if problem["status"] == 429:
            advice = gettext("L'attente s'allonge à chaque demande, puis revient à la normale.")
        return self.filled(self.typed()) | refused(problem, Fault("", advice, "email"))


class NewPassword(InputPage):
    """GET, POST /mot-de-passe/choix and /invitation.

    The secret of the link is behind the ``#``, which no browser sends: the page's script moves it into the form, and
    out of the address. Without a script it is copied by hand.
    """

    public = True
    takes, asks = NewPasswordInput, (TOKEN, INVITATION_CODE, NEW_PASSWORD)
    template = "web/passwords/set.html"
    invited: ClassVar[bool] = False

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show(new_password_form(invited=self.invited))

    def act(self, request: ServiceRequest) -> HttpResponse:
        sign_in_flow.set_password(request, at=self.at, **self.validated())
        return self.show({"done": True, "invited": self.invited})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(new_password_form(self.sent, problem, invited=self.invited))


class ChangePassword(CredentialPage):
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "password-change-page"
    takes, asks = ChangePasswordInput, (password("present", _("Mot de passe actuel")), NEW_PASSWORD)
    template = "web/passwords/change.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        sign_in_flow.change_password(request, self.actor, at=self.at, **self.validated())
        return self.show({"done": True})

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        faults = forms.faults_of(problem)
        if problem["code"] == PresentPasswordRefused.code:
            faults["present"] = problem["title"]
        fields = self.fields({}, faults)
        return {"entries": fields} | refused(problem, *forms.beside(fields))


class AskAddress(CredentialPage):
    wholly = True
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "address-ask"
    takes, asks = AskLinkInput, (email("email", maxlength="254"),)
    template = "web/passwords/address.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        sign_in_flow.ask_address(request, self.actor, at=self.at, **self.validated())
        return self.show({"asked": True})


class ConfirmAddress(CredentialPage):
    """GET, POST /compte/adresse/choix: the secret of the link comes as in ``NewPassword``.

    Whoever comes from another site, as by a mail that is read in the browser, brings no cookie: the form is for anybody
    to see, and to be sent by its owner alone.
    """

    public = True
    takes, asks = LinkInput, (TOKEN,)
    template = "web/passwords/confirm.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        if request.actor is None:
            raise NotAuthenticated
        actions.change_address(actor=self.actor, at=self.at, **self.validated())
        return self.show({"done": True})

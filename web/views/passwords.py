"""Password and address pages: set a password by a mailed link or the present one, and change the address."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.exceptions import NotAuthenticated

from accounts import actions, sign_in_flow
from accounts.errors import PresentPasswordRefused
from accounts.inputs import AskLinkInput, ChangePasswordInput, LinkInput, NewPasswordInput
from accounts.request import ServiceRequest
from web.forms import faults_of
from web.page import FormPage


class AskLink(FormPage):
    """GET, POST /mot-de-passe."""

    public = True
    template = "web/passwords/ask.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show()

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for a link; the page is the same whether somebody has the address, and doesn't repeat it."""
        sent = AskLinkInput.read({"email": request.POST.get("email", "")})
        sign_in_flow.ask_link(request, at=self.at, **sent)
        return self.show({"asked": True})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form again."""
        return self.show({"problem": problem, "email": self.request.POST.get("email", "")})


class NewPassword(FormPage):
    """GET, POST /mot-de-passe/choix and /invitation.

    The secret of the link is behind the ``#``, which no browser sends: the page's script moves it into the form, and
    out of the address. Without a script it is copied by hand.
    """

    public = True
    template = "web/passwords/set.html"
    invited: ClassVar[bool] = False

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show({"invited": self.invited})

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Set the password; nobody is signed in by it."""
        sent = request.POST
        code = {"code": sent["code"].strip()} if sent.get("code") else {}
        body = {"token": sent.get("token", "").strip(), "password": sent.get("password", "")}
        values = NewPasswordInput.read(body | code)
        sign_in_flow.set_password(request, at=self.at, **values)
        return self.show({"done": True, "invited": self.invited})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form again; the password is typed anew."""
        kept = {name: self.request.POST.get(name, "") for name in ("token", "code")}
        return self.show(kept | {"invited": self.invited, "problem": problem, "faulty": faults_of(problem)})


class ChangePassword(FormPage):
    """GET, POST /compte/mot-de-passe."""

    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "password-change-page"
    template = "web/passwords/change.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show()

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Set the password; this session goes on, all others end."""
        body = {name: request.POST.get(name, "") for name in ("present", "password")}
        sent = ChangePasswordInput.read(body)
        sign_in_flow.change_password(request, self.actor, at=self.at, **sent)
        return self.show({"done": True})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form again; both are typed anew."""
        faults = faults_of(problem)
        if problem["code"] == PresentPasswordRefused.code:
            faults["present"] = problem["title"]
        return self.show({"problem": problem, "faulty": faults})


class AskAddress(FormPage):
    """GET, POST /compte/adresse."""

    wholly = True
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "address-ask"
    template = "web/passwords/address.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show()

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for another address."""
        sent = AskLinkInput.read({"email": request.POST.get("email", "")})
        sign_in_flow.ask_address(request, self.actor, at=self.at, **sent)
        return self.show({"asked": True})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form again."""
        return self.show({"problem": problem, "email": self.request.POST.get("email", "")})


class ConfirmAddress(FormPage):
    """GET, POST /compte/adresse/choix: the secret of the link comes as in ``NewPassword``.

    Whoever comes from another site, as by a mail that is read in the browser, brings no cookie: the form is for anybody
    to see, and to be sent by its owner alone.
    """

    public = True
    template = "web/passwords/confirm.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show()

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Take the address.

        Raises:
            NotAuthenticated: nobody has signed in.
        """
        if request.actor is None:
            raise NotAuthenticated
        sent = LinkInput.read({"token": request.POST.get("token", "").strip()})
        actions.change_address(actor=self.actor, at=self.at, **sent)
        return self.show({"done": True})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form again."""
        return self.show({"problem": problem, "token": self.request.POST.get("token", "")})

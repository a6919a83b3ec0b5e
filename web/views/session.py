"""Sign in, sign out, leave at once, and choose a language."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt

from accounts import actions, oidc_flow, sign_in_flow, signin, throttling
from accounts.inputs import SignInInput
from accounts.request import ServiceRequest
from web.credentials import SIGN_IN, sign_in_form
from web.generic import InputPage
from web.page import FORGET, Page, go_to, goes_on, left, own_address


def speak(response: HttpResponse, language: str) -> None:
    """Remember a language as long as the browser is open: a word of the reader's choice, and nothing of them."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


class SignIn(InputPage):
    public = True
    takes, asks = SignInInput, SIGN_IN
    template = "web/sign_in/sign_in.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show(sign_in_form() | {"next": "/"})

    def act(self, request: ServiceRequest) -> HttpResponse:
        with throttling.counted(request, self.validated(), at=self.at) as credentials:
            user = actions.check_password(**credentials)
        onward = own_address(self.sent.text("next", "/"))
        sign_in_flow.await_factor(request, user, at=self.at, onward=onward)
        return go_to(reverse("second-step"))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        onward = own_address(self.sent.text("next", "/"))
        return self.show(sign_in_form(self.sent, problem) | {"next": onward})


class SignOut(Page):
    public = True
    template = "web/sessions/signed_out.html"

    def post(self, request: ServiceRequest) -> HttpResponse:
        """End the session, here and in the browser; whoever has none is told the same.

        Whoever came by an identity provider goes on to sign out there too: on a shared machine the next would come in.
        """
        address = oidc_flow.way_out(request, at=self.at)
        _close(self)
        request.actor = None  # the page is a stranger's now
        response = self.show({"address": address})
        response["Clear-Site-Data"] = FORGET
        return goes_on(response, address) if address else response


# Without a token, so that a page with an old one, or the page of a refusal, signs out too. Our cookies don't come along
# from another site (SameSite=Strict), and to be signed out harms nobody.
@method_decorator(csrf_exempt, name="dispatch")
class Leave(Page):
    """POST /quitter: the quick exit."""

    public = True

    def post(self, request: ServiceRequest) -> HttpResponse:
        _close(self)
        return left(request)


class Language(Page):
    public = True

    def post(self, request: ServiceRequest) -> HttpResponse:
        response = go_to(own_address(self.sent.text("next", "/")))
        wanted = self.sent.text("language")
        if wanted in dict(settings.LANGUAGES) and check_for_language(wanted):
            speak(response, wanted)
        return response


def _close(page: Page) -> None:
    if page.request.actor is None:
        signin.close_session(page.request)  # somebody may have given the password, and not gone on
        return
    actions.sign_out(actor=page.actor, at=page.at)
    signin.close_session(page.request)

"""Second factor at sign-in, step-up authentication, and one's own factors (SEC-AU1, SEC-AU6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import actions, factors, sign_in_flow, signin
from accounts.access import own_account
from accounts.actor import Actor
from accounts.inputs import FactorInput, FactorNameInput, ProofInput
from accounts.models import User
from accounts.models.factor import Factor, FactorKind
from accounts.naming import visible
from accounts.oidc import providers
from accounts.request import ServiceRequest
from accounts.signin import Awaited
from core.inputs import Text
from core.query import Query
from web import forms
from web.credentials import REQUIRED, password, refused
from web.forms import AS_TYPED, Ask, Attributes, Fault, Field, Sent, faults_of
from web.generic import ShownPage
from web.page import FormPage, go_to, made, own_address
from web.views.session import speak

_ONE_TIME: Final[Attributes] = {
    **REQUIRED,
    "maxlength": "12",
    "spellcheck": "false",
    "inputmode": "numeric",
}
CODE: Final = Ask(
    "code", _("Code à six chiffres de votre application"), auto="one-time-code", attributes=_ONE_TIME
)
RECOVERY: Final = Ask(
    "recovery",
    _("Ou un code de secours"),
    _("Chaque code ne sert qu'une fois."),
    attributes={**REQUIRED, **AS_TYPED, "maxlength": "40"},
)
PASSWORD: Final = password(
    "password",
    _("Mot de passe (pour changer votre façon de vous connecter)"),
    _("Les autres actes sensibles ne le demandent pas."),
    required=False,
)
_OF_NAME: Final[Attributes] = {"maxlength": "60"}
KEY_NAME: Final = Ask(
    "label",
    _("Nom de la clé"),
    _("Pour la reconnaître. Par exemple : « Poste du bureau »."),
    attributes=_OF_NAME,
)
APP_NAME: Final = Ask("label", _("Nom de l'application"), attributes=_OF_NAME)
APP_CODE: Final = Ask("code", _("Code à six chiffres"), auto="one-time-code", attributes=_ONE_TIME)
NAME: Final = Ask("label", _("Nom"), attributes={**_OF_NAME, **REQUIRED})
_ASSERTED = ("id", "client_data", "authenticator_data", "signature")
_ATTESTED = ("client_data", "attestation")


def _answered(sent: Sent, names: tuple[str, ...]) -> dict[str, str]:
    """Return what a passkey answered, as the page's script wrote it into the form; empty if it didn't."""
    texts = {name: sent.text(f"passkey-{name}") for name in names}
    return {name: value for name, value in texts.items() if value}


def _proof_in(sent: Sent) -> dict[str, Any]:
    if answer := _answered(sent, _ASSERTED):
        return {"passkey": answer}
    return forms.body_of(ProofInput, (CODE, RECOVERY, PASSWORD), sent)


def app_fields(sent: Sent | None = None) -> list[Field]:
    values = {} if sent is None else {"label": sent.text("label")}
    return forms.fields_of(FactorInput, (APP_NAME, APP_CODE), values, ids="app-")


def name_fields(factor: Factor) -> list[Field]:
    return forms.fields_of(FactorNameInput, (NAME,), {"label": factor.label}, ids=f"{factor.pk}-")


class ProofPage(FormPage):
    template = "web/factors/proof.html"

    def ways(self, user: User) -> dict[str, Any]:
        kinds = factors.kinds_for(user, at=self.at)
        factor_kinds = set(user.factors.values_list("kind", flat=True))
        codes = FactorKind.TOTP in factor_kinds and (FactorKind.TOTP in kinds or not factor_kinds & kinds)
        return {
            "passkeys": FactorKind.PASSKEY in factor_kinds and factors.passkeys_work(),
            "codes": codes,
            "recovery": FactorKind.TOTP in kinds and user.recovery_codes.exists(),
            "code_fields": forms.fields_of(ProofInput, (CODE,), {}, ids=""),
            "recovery_fields": forms.fields_of(ProofInput, (RECOVERY,), {}, ids=""),
        }

    def proved(self, request: ServiceRequest, user: User, awaited: Awaited | None) -> bool:
        """Check what was sent; tell whether the person is signed in now."""
        values = ProofInput.read(_proof_in(self.sent))
        return sign_in_flow.complete_proof(request, user, awaited, values, at=self.at)


class SecondStep(ProofPage):
    public = True

    def get(self, request: ServiceRequest) -> HttpResponse:
        awaited = signin.awaited_in(request)
        if awaited is None:
            return go_to(reverse("sign-in"))
        if actions.stage_of(awaited, at=self.at) is actions.Stage.ENROLMENT:
            return go_to(reverse("first-factor"))
        return self.show(self.ways(awaited.user))

    def act(self, request: ServiceRequest) -> HttpResponse:
        awaited = signin.awaited_in(request)
        if awaited is None:
            return go_to(reverse("sign-in"))
        if not self.proved(request, awaited.user, awaited):
            return go_to(reverse("first-factor"))
        return entered(request, awaited)

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        awaited = signin.awaited_in(self.request)
        ways = {} if awaited is None else self.ways(awaited.user)
        return self.show(ways | refused(problem))


def entered(request: ServiceRequest, awaited: Awaited) -> HttpResponse:
    """Go on to where whoever has just signed in wanted to, in their language if the browser has none yet."""
    response = go_to(own_address(awaited.onward))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        speak(response, awaited.user.language)
    return response


class Onward(Query):
    next = Text(max_length=500, required=False)


class Confirm(ProofPage):
    query = Onward

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show(self._context(self.asked.get("next", "/")))

    def act(self, request: ServiceRequest) -> HttpResponse:
        self.proved(request, own_account(self.actor), None)
        return go_to(own_address(self.sent.text("next", "/")))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(self._context(self.sent.text("next", "/")) | refused(problem))

    def _context(self, onward: str) -> dict[str, Any]:
        user = own_account(self.actor)
        beside: dict[str, Any] = {"confirming": True, "next": own_address(onward)}
        if user.has_usable_password():
            beside["code_password"] = forms.fields_of(ProofInput, (PASSWORD,), {}, ids="")
            beside["recovery_password"] = forms.fields_of(ProofInput, (PASSWORD,), {}, ids="recovery-")
        return self.ways(user) | beside


class MakePage(FormPage):
    """A page on which a factor is made: the first one on the way in, or one more."""

    template = "web/factors/make.html"
    #: What is awaited of whom, where nobody is signed in yet.
    awaited: Awaited | None = None

    def get(self, request: ServiceRequest) -> HttpResponse:
        user = self.person()
        if user is None:
            return go_to(reverse("sign-in"))
        self.require_may_add()
        if FactorKind.TOTP in factors.kinds_for(user, at=self.at):
            sign_in_flow.begin(request, user, FactorKind.TOTP, at=self.at)
        return self.show(self.context(user))

    def person(self) -> User | None:
        raise NotImplementedError

    def require_may_add(self) -> None:
        """Refuse whoever has a factor and hasn't just proved it."""
        sign_in_flow.require_may_add(self.request, self.awaited, at=self.at)

    def context(self, user: User) -> dict[str, Any]:
        """Return what the page shows; the secret is that of the application begun last."""
        begun = sign_in_flow.begun_application(self.request, user, at=self.at)
        picture = segno.make(begun["address"], error="m") if begun else None
        return {
            "codes": FactorKind.TOTP in factors.kinds_for(user, at=self.at),
            "passkeys": factors.passkeys_work(),
            "secret": begun["secret"] if begun else "",
            # Our own picture of our own words; it holds no style of its own, which the page's policy would refuse.
            "picture": mark_safe(picture.svg_inline(scale=5, omitsize=True)) if picture else "",  # noqa: S308
            "first": self.awaited is not None,
            "key_fields": forms.fields_of(FactorInput, (KEY_NAME,), {}, ids="key-"),
            "app_fields": app_fields(),
        }

    def act(self, request: ServiceRequest) -> HttpResponse:
        user = self.person()
        if user is None:
            return go_to(reverse("sign-in"))
        self.shown = self.context(user)
        self.require_may_add()
        if answer := _answered(self.sent, _ATTESTED):
            body = {"label": gettext("Clé d'accès"), "kind": FactorKind.PASSKEY, "passkey": answer}
            body |= forms.body_of(FactorInput, (KEY_NAME,), self.sent)
        else:
            body = {"label": gettext("Application"), "kind": FactorKind.TOTP, "code": ""}
            body |= forms.body_of(FactorInput, (APP_NAME, APP_CODE), self.sent)
        values = FactorInput.read(body)
        _, codes = sign_in_flow.add(request, user, self.awaited, values, at=self.at)
        onward = self.onward()
        if codes:
            return self.show({"recovery_codes": codes, "onward": onward})
        return go_to(onward)

    def onward(self) -> str:
        return reverse("own-factors") if self.awaited is None else own_address(self.awaited.onward)

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        why = gettext(
            "Le code ne correspond pas : vérifiez l'heure de l'appareil, puis tapez le code affiché maintenant."
        )
        faults = [Fault("", why, "app-code")] if "code" in faults_of(problem) else []
        again = {"app_fields": app_fields(self.sent)} | refused(problem, *faults)
        return self.show(getattr(self, "shown", {}) | again)


class FirstFactor(MakePage):
    public = True

    def person(self) -> User | None:
        self.awaited = signin.awaited_in(self.request)
        return None if self.awaited is None else self.awaited.user


class AddFactor(MakePage):
    def person(self) -> User | None:
        return own_account(self.actor)


class OwnFactors(ShownPage):
    template = "web/factors/own.html"

    def context(self) -> dict[str, Any]:
        return own_factors(self.actor, at=self.at)


def own_factors(actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a person's ways to sign in, for the page that lists them."""
    user = own_account(actor)
    codes = FactorKind.TOTP in factors.kinds_for(user, at=at)
    return {
        "factors": [(row, name_fields(row)) for row in user.factors.order_by("created_at", "id")],
        "codes": codes,
        "left": user.recovery_codes.count() if codes else 0,
    } | own_identities(user)


def own_identities(user: User) -> dict[str, Any]:
    """Return a person's identities at providers, and those providers at which they have none, for the same page."""
    rows = list(user.identities.order_by("bound_at", "id"))
    lines = [
        {
            "pk": row.pk,
            "name": providers.name_of(row.provider),
            "institution": actions.institution_of(row.siret),
            "last_used_on": row.last_used_on,
        }
        for row in rows
    ]
    bound = {row.provider for row in rows}
    return {"identities": lines, "unbound": [one for one in providers.all_of_site() if one.code not in bound]}


class FactorAct(FormPage):
    """An act on the own ways to sign in, by a button of the page that lists them; it goes back there."""

    http_method_names = ["post"]
    comes_back = "own-factors"
    shown_again = "web/factors/own.html"

    def redisplay(self, problem: Mapping[str, Any], *_: Any, **__: Any) -> HttpResponse:
        faults = [Fault(gettext("Nom"), detail) for detail in faults_of(problem).values()]
        context = own_factors(self.actor, at=self.at) | {"problem": problem, "faults": faults}
        return made(self.request, self.shown_again, context)


class NameFactor(FactorAct):
    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        values = FactorNameInput.read(forms.body_of(FactorNameInput, (NAME,), self.sent))
        actions.name_factor(actor=self.actor, at=self.at, factor_id=pk, **values)
        return go_to(reverse("own-factors"))


class RemoveFactor(FactorAct):
    http_method_names = ["get", "head", "post"]
    template = "web/factors/remove.html"
    wholly = True
    step_up = frozenset({"POST"})

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        return self.show({"factor": visible(own_account(self.actor).factors, pk)})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        user = actions.remove_factor(actor=self.actor, at=self.at, factor_id=pk)
        signin.keep_session(request, user)
        return go_to(reverse("own-factors"))


class RenewCodes(FactorAct):
    template = "web/factors/make.html"
    wholly = True
    step_up = frozenset({"POST"})

    def act(self, request: ServiceRequest) -> HttpResponse:
        user, codes = actions.renew_recovery_codes(actor=self.actor, at=self.at)
        signin.keep_session(request, user)
        return self.show({"recovery_codes": codes, "onward": reverse("own-factors")})

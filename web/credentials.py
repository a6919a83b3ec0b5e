"""Questions of the pages by which one signs in, and the forms that several of these pages show."""

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.inputs import NewPasswordInput, SignInInput
from web import forms
from web.forms import AS_TYPED, Ask, Attributes, Fault, Sent

REQUIRED: Final[Attributes] = {"required": True}
_OF_SECRET: Final[Attributes] = {**REQUIRED, **AS_TYPED}


def email(auto: str, **attributes: str) -> Ask:
    """Return the question for an address."""
    return Ask(
        "email",
        _("Adresse de courriel professionnelle"),
        kind="email",
        auto=auto,
        attributes={**_OF_SECRET, **attributes},
    )


def password(name: str, label: object, hint: object = "", *, new: bool = False, required: bool = True) -> Ask:
    """Return the question for a password."""
    auto = "new-password" if new else "current-password"
    return Ask(name, label, hint, auto=auto, attributes={"required": required, "maxlength": "256"})


NEW_PASSWORD: Final = password(
    "password",
    _("Nouveau mot de passe"),
    _("Douze caractères au moins : par exemple une suite de mots que vous retenez. Il n'expire pas."),
    new=True,
)
TOKEN: Final = Ask(
    "token",
    _("Fin du lien"),
    _("Ce qui suit le signe # dans l'adresse reçue par courriel."),
    attributes={**_OF_SECRET, "maxlength": "64"},
)
INVITATION_CODE: Final = Ask(
    "code",
    _("Code de l'invitation"),
    _("Celui que vous donne, de vive voix, la personne qui a créé votre compte."),
    attributes={**_OF_SECRET, "maxlength": "40"},
)
SIGN_IN: Final = (email("username"), password("password", _("Mot de passe")))


def refused(problem: Mapping[str, Any], *faults: Fault) -> dict[str, Any]:
    """Return the error summary of a page for credentials: what was refused, and no more of why than ``faults`` say."""
    return {"problem": {"title": problem["title"], "code": problem["code"]}, "faults": faults}


def sign_in_form(sent: Sent | None = None, problem: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the form of signing in, with the address that was typed; the password is typed anew."""
    values = {} if sent is None else forms.typed(SignInInput, SIGN_IN, sent)
    form = {"entries": forms.fields_of(SignInInput, SIGN_IN, values, ids="")}
    if problem is None:
        return form
    if problem["status"] == 503:
        advice = gettext("Connectez-vous avec votre adresse et votre mot de passe.")
    elif problem["status"] == 429:
        advice = gettext("L'attente s'allonge à chaque échec, puis revient à la normale.")
    else:
        advice = gettext("Vérifiez l'adresse et le mot de passe.")
    return form | refused(problem, Fault("", advice, "email"))


def new_password_form(
    sent: Sent | None = None, problem: Mapping[str, Any] | None = None, *, invited: bool
) -> dict[str, Any]:
    """Return the form by which a link sets a password; the password is typed anew."""
    asks = (TOKEN, INVITATION_CODE, NEW_PASSWORD) if invited else (TOKEN, NEW_PASSWORD)
    values = {} if sent is None else forms.typed(NewPasswordInput, asks, sent)
    fields = forms.fields_of(NewPasswordInput, asks, values, faults=forms.faults_of(problem), ids="")
    form = {"entries": fields, "invited": invited}
    if problem is None:
        return form
    faults = forms.beside(fields)
    if problem["code"] == "provider-unavailable":
        faults.append(Fault("", gettext("Choisissez un mot de passe, ou réessayez plus tard."), "password"))
    if problem["code"] == "link-refused":
        faults.append(
            Fault("", gettext("Vérifiez le code, ou demandez une autre invitation."))
            if invited
            else Fault("", gettext("Demander un autre lien"), address=reverse("password-ask"))
        )
    return form | refused(problem, *faults)

"""What people are told about accounts: the owner that something was done, a second person that something waits.

No notice names anybody: one signs in to see whom it is about.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import User
from outbox.notices import About, Recipients, tell
from outbox.templates import Kind, Template, register

ADDRESS_CHANGED: Final = "account.address-changed"
ADDRESS_IS_ASKED: Final = "account.address-asked"
FACTORS_CHANGED: Final = "account.factors"
PASSWORD_CHANGED: Final = "account.password"  # noqa: S105 - the code of a text
PASSWORD_IS_KNOWN: Final = "account.refused"  # noqa: S105 - the code of a text
RESET_IS_ASKED: Final = "account.reset"
ROLE_IS_ASKED: Final = "request.role"
RESET_TO_CONFIRM: Final = "request.reset"

register(
    Template(
        ADDRESS_IS_ASKED, Kind.ACCOUNT, "On demande que votre compte prenne une autre adresse.",
        "Somebody asks that your account take another address.",
    ),
    Template(
        ADDRESS_CHANGED, Kind.ACCOUNT, "L'adresse de votre compte a changé.",
        "The address of your account has changed.",
    ),
    Template(
        FACTORS_CHANGED, Kind.ACCOUNT, "Vos moyens de connexion ont changé.", "Your ways to sign in have changed.",
    ),
    Template(
        PASSWORD_CHANGED, Kind.ACCOUNT, "Votre mot de passe a été choisi ou changé.",
        "Your password was chosen or changed.",
    ),
    Template(
        RESET_IS_ASKED, Kind.ACCOUNT, "On demande la réinitialisation de vos moyens de connexion.",
        "Somebody asks that your ways to sign in be reset.",
    ),
    Template(
        PASSWORD_IS_KNOWN, Kind.ACCOUNT, "Des connexions à votre compte ont échoué.",
        "Sign-ins to your account failed.",
    ),
    Template(
        ROLE_IS_ASKED, Kind.ACCOUNT, "Un rôle attend d'être confirmé par une seconde personne.",
        "A role waits to be confirmed by a second person.", page="administration/demandes/roles",
    ),
    Template(
        RESET_TO_CONFIRM, Kind.ACCOUNT,
        "Une réinitialisation de moyens de connexion attend d'être confirmée par une seconde personne.",
        "A reset of ways to sign in waits to be confirmed by a second person.",
        page="administration/demandes/moyens",
    ),
)  # fmt: skip


def tell_owner(user: User, template: str, *, at: datetime) -> None:
    """Write a notice to the owner of an account, in the running transaction."""
    about = About(template=template, reference="", subject_id=None, authority_id=user.home_authority_id)
    tell(about, Recipients(users=[user.pk]), at=at)


def tell_second_persons(
    people: Collection[UUID], template: str, request_id: UUID, authority_id: UUID | None, *, at: datetime
) -> None:
    """Write a notice to whoever can confirm a request, in the running transaction; it leads to the request's page."""
    about = About(template=template, reference="", subject_id=request_id, authority_id=authority_id)
    tell(about, Recipients(users=people), at=at)

"""Notices about accounts: to the owner that something was done, to a second person that something waits.

No notice names anybody: one signs in to see whom it is about.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import AccountRequest, User
from outbox.models import Notice
from outbox.notices import About, Recipients, tell
from outbox.outcome import Pointless
from outbox.templates import Kind, Template, register

ADDRESS_CHANGED: Final = "account.address-changed"
ADDRESS_IS_ASKED: Final = "account.address-asked"
FACTORS_CHANGED: Final = "account.factors"
PASSWORD_CHANGED: Final = "account.password"  # noqa: S105 - the code of a text
PHONE_CHANGED: Final = "account.phone"
PASSWORD_IS_KNOWN: Final = "account.refused"  # noqa: S105 - the code of a text
RESET_IS_ASKED: Final = "account.reset"
ACCOUNT_CLOSED: Final = "account.closed"
ACCOUNT_REOPENED: Final = "account.reopened"
ACCOUNT_SUSPENDED: Final = "account.suspended"
ACCOUNT_RESTORED: Final = "account.restored"
SESSIONS_ENDED: Final = "account.sessions"
ALL_SESSIONS_ENDED: Final = "authority.sessions"
WATCHER_CLOSED: Final = "authority.closed"
SIGN_INS_TO_CHECK: Final = "account.sign-ins"
ADDRESS_HAS_ACCOUNT: Final = "account.request-known"
REQUEST_REFUSED: Final = "account.request-refused"
REQUEST_LAPSED: Final = "account.request-lapsed"
REQUEST_ACCEPTED: Final = "account.request-given"
REQUESTS_WAIT: Final = "request.accounts"
ROLE_IS_ASKED: Final = "request.role"
ROLES_ARE_GIVEN: Final = "roles.given"
IMPORT_IS_ASKED: Final = "request.import"
ROLES_TO_REVIEW: Final = "roles.to-review"
ROLE_WILL_LAPSE: Final = "roles.will-lapse"
ROLE_HAS_LAPSED: Final = "roles.lapsed"
CERTIFICATE_ENDS: Final = "certificate.ends"
CERTIFICATES_END: Final = "certificates.end"
CERTIFICATE_OVER: Final = "certificate.over"
TOKEN_WILL_END: Final = "token.will-end"  # noqa: S105 - the code of a text
RESET_TO_CONFIRM: Final = "request.reset"
#: An authority is told so often of what waits there, for as long as it does.
EACH: Final = timedelta(days=1)


def _address_of(notice: Notice) -> str:
    """Return the address of an account that may be closed by now: it is told of that once.

    Raises:
        Pointless: there is no such account.
    """
    email = User.objects.filter(pk__in=[notice.user_id]).values_list("email", flat=True).first()
    if email is None:
        raise Pointless("no-account")
    return email


def _address_of_request(notice: Notice) -> str:
    """Return the address of whoever asked: their account's, else what stands in the request whose id it bears.

    Raises:
        Pointless: neither is there any more.
    """
    of_account = User.objects.filter(pk__in=[notice.user_id]).values_list("email", flat=True).first()
    of_request = (
        AccountRequest.objects.filter(pk__in=[notice.user_id]).values_list("email", flat=True).first()
    )
    if not (address := of_account or of_request):
        raise Pointless("no-request")
    return address


register(
    Template(
        ADDRESS_IS_ASKED,
        Kind.ACCOUNT,
        _("Un changement d'adresse a été demandé pour votre compte."),
        start="compte/connexion",
    ),
    Template(
        ADDRESS_CHANGED,
        Kind.ACCOUNT,
        _("L'adresse de votre compte a changé."),
        start="compte/connexion",
    ),
    Template(
        FACTORS_CHANGED,
        Kind.ACCOUNT,
        _("Vos moyens de connexion ont changé."),
        start="compte/connexion",
    ),
    Template(
        PASSWORD_CHANGED,
        Kind.ACCOUNT,
        _("Votre mot de passe a été choisi ou changé."),
        start="compte/connexion",
    ),
    Template(
        PHONE_CHANGED,
        Kind.ACCOUNT,
        _("Le téléphone de vos appels urgents a changé."),
        start="compte/connexion",
    ),
    Template(
        RESET_IS_ASKED,
        Kind.ACCOUNT,
        _("La réinitialisation de vos moyens de connexion a été demandée."),
        start="compte/connexion",
    ),
    Template(
        PASSWORD_IS_KNOWN,
        Kind.ACCOUNT,
        _("Des tentatives de connexion à votre compte ont échoué."),
        start="compte/connexion",
    ),
    Template(
        ACCOUNT_SUSPENDED,
        Kind.ACCOUNT,
        _("Votre compte est suspendu ; votre encadrement peut le rétablir."),
        to=_address_of,
    ),
    Template(ACCOUNT_RESTORED, Kind.ACCOUNT, _("Votre compte est rétabli.")),
    Template(
        ACCOUNT_CLOSED,
        Kind.ACCOUNT,
        _("Votre compte a été fermé."),
        to=_address_of,
    ),
    Template(
        ACCOUNT_REOPENED,
        Kind.ACCOUNT,
        _("Votre compte a été rouvert."),
    ),
    Template(
        SESSIONS_ENDED,
        Kind.ACCOUNT,
        _("Vos connexions ont été fermées ; connectez-vous à nouveau."),
    ),
    Template(
        SIGN_INS_TO_CHECK,
        Kind.ACCOUNT,
        _("Une connexion à votre compte est à vérifier, sous « Mes connexions »."),
        start="connexions",
    ),
    Template(
        ALL_SESSIONS_ENDED,
        Kind.ACCOUNT,
        _("L'administration a fermé toutes les connexions de votre autorité."),
    ),
    Template(
        WATCHER_CLOSED,
        Kind.ACCOUNT,
        _("L'administration a fermé un compte dont un rôle s'accorde à deux ; le journal dit lequel."),
    ),
    Template(
        ADDRESS_HAS_ACCOUNT,
        Kind.ACCOUNT,
        _("Un compte a été demandé pour cette adresse, qui en a déjà un."),
        to=_address_of,
    ),
    Template(
        REQUEST_REFUSED,
        Kind.ACCOUNT,
        _("Votre demande n'a pas été retenue ; adressez-vous à votre structure."),
        to=_address_of_request,
    ),
    Template(
        REQUEST_LAPSED,
        Kind.ACCOUNT,
        _("Votre demande est restée sans réponse et a été effacée ; vous pouvez la refaire."),
        to=_address_of_request,
    ),
    Template(
        REQUEST_ACCEPTED,
        Kind.ACCOUNT,
        _("Le rôle que vous avez demandé vous a été donné."),
        start="compte/roles",
    ),
    Template(
        REQUESTS_WAIT,
        Kind.ACCOUNT,
        _("Des demandes de compte ou de rôle attendent une décision."),
        start="administration/demandes/comptes",
    ),
    Template(
        ROLE_IS_ASKED,
        Kind.ACCOUNT,
        _("Un rôle attend d'être confirmé par une seconde personne."),
        page="administration/demandes/roles",
    ),
    Template(
        IMPORT_IS_ASKED,
        Kind.ACCOUNT,
        _("Un import de fichier attend d'être confirmé par une seconde personne."),
        page="administration/imports",
    ),
    Template(
        RESET_TO_CONFIRM,
        Kind.ACCOUNT,
        _("Une réinitialisation de moyens de connexion attend d'être confirmée par une seconde personne."),
        page="administration/demandes/moyens",
    ),
    Template(
        ROLES_ARE_GIVEN,
        Kind.ACCOUNT,
        _("Un rôle qui ouvre des dossiers vient d'être donné ; le journal dit lequel, et par qui."),
    ),
    Template(
        ROLES_TO_REVIEW,
        Kind.ACCOUNT,
        _("Des rôles sont à revoir, sous « Rôles à revoir » ; à défaut, ils prennent fin."),
        start="administration/roles/a-revoir",
    ),
    Template(
        ROLE_WILL_LAPSE,
        Kind.ACCOUNT,
        _("Un de vos rôles prend fin dans deux semaines, si votre administration ne le confirme pas."),
        start="compte/roles",
    ),
    Template(
        ROLE_HAS_LAPSED,
        Kind.ACCOUNT,
        _("Un de vos rôles a pris fin, faute d'avoir été confirmé ; votre administration peut le redonner."),
        start="compte/roles",
    ),
    Template(
        CERTIFICATE_ENDS,
        Kind.ACCOUNT,
        _("Votre attestation d'honorabilité manque ou arrive à son terme ; présentez-en une."),
        start="compte/roles",
    ),
    Template(
        CERTIFICATES_END,
        Kind.ACCOUNT,
        _("Des attestations d'honorabilité manquent ou arrivent à leur terme, sous « Rôles »."),
        start="administration/roles",
    ),
    Template(
        CERTIFICATE_OVER,
        Kind.ACCOUNT,
        _("Depuis un mois, une personne d'un service exerce sans attestation d'honorabilité valable."),
        start="administration/roles/a-revoir",
    ),
    Template(
        TOKEN_WILL_END,
        Kind.ACCOUNT,
        _("Un jeton d'accès de votre programme expire bientôt ; faites-en un autre."),
    ),
)


def day_of(at: datetime) -> datetime:
    """Return the beginning of the UTC day: what an account does for itself has no instant in its rows (SEC-CR20)."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def tell_owner(user: User, template: str, *, at: datetime) -> None:
    """Write a notice of a day to the owner of an account, in the running transaction.

    Its instant would be that of an entry by or about the account, and so lead from one to the other.
    """
    tell_people([user.pk], template, user.home_authority_id, at=day_of(at))


def tell_people(
    people: Collection[UUID],
    template: str,
    authority_id: UUID | None,
    *,
    at: datetime,
    request_id: UUID | None = None,
    asked_at: datetime | None = None,
) -> None:
    """Write a notice to people, in the running transaction; it leads to the page of a request, if to any.

    ``asked_at`` as of ``outbox.notices.tell``.
    """
    about = About(template=template, reference="", subject_id=request_id, authority_id=authority_id)
    tell(about, Recipients(users=people), at=at, asked_at=asked_at)


def untold(template: str, authorities: Collection[UUID], *, at: datetime) -> list[UUID]:
    """Return those of some authorities that weren't told the same within a day."""
    sent = Notice.objects.filter(template=template, authority_id__in=authorities, created_at__gt=at - EACH)
    return sorted(set(authorities) - set(sent.values_list("authority_id", flat=True)))

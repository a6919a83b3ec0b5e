"""Notices about accounts: to the owner that something was done, to a second person that something waits.

No notice names anybody: one signs in to see whom it is about.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import AccountRequest, User
from core.languages import Text
from outbox.models import Notice
from outbox.notices import About, Recipients, tell
from outbox.outcome import Pointless
from outbox.templates import Kind, Template, register

ADDRESS_CHANGED: Final = "account.address-changed"
ADDRESS_REQUESTED: Final = "account.address-asked"
FACTORS_CHANGED: Final = "account.factors"
PASSWORD_CHANGED: Final = "account.password"  # noqa: S105 - the code of a text
PHONE_CHANGED: Final = "account.phone"
PASSWORD_COMPROMISED: Final = "account.refused"  # noqa: S105 - the code of a text
RESET_REQUESTED: Final = "account.reset"
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
ROLE_REQUESTED: Final = "request.role"
ROLES_ARE_GIVEN: Final = "roles.given"
IMPORT_REQUESTED: Final = "request.import"
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


def _notice(
    code: str,
    text: Text,
    *,
    start: str = "",
    page: str = "dossiers",
    to: Callable[[Notice], str] | None = None,
) -> Template:
    return Template(code, Kind.ACCOUNT, text, start=start, page=page, to=to)


register(
    _notice(
        ADDRESS_REQUESTED,
        _("Un changement d'adresse a été demandé pour votre compte."),
        start="compte/connexion",
    ),
    _notice(ADDRESS_CHANGED, _("L'adresse de votre compte a changé."), start="compte/connexion"),
    _notice(FACTORS_CHANGED, _("Vos moyens de connexion ont changé."), start="compte/connexion"),
    _notice(PASSWORD_CHANGED, _("Votre mot de passe a été choisi ou changé."), start="compte/connexion"),
    _notice(PHONE_CHANGED, _("Le téléphone de vos appels urgents a changé."), start="compte/connexion"),
    _notice(
        RESET_REQUESTED,
        _("La réinitialisation de vos moyens de connexion a été demandée."),
        start="compte/connexion",
    ),
    _notice(
        PASSWORD_COMPROMISED,
        _("Des tentatives de connexion à votre compte ont échoué."),
        start="compte/connexion",
    ),
    _notice(
        ACCOUNT_SUSPENDED,
        _("Votre compte est suspendu ; votre encadrement peut le rétablir."),
        to=_address_of,
    ),
    _notice(ACCOUNT_RESTORED, _("Votre compte est rétabli.")),
    _notice(ACCOUNT_CLOSED, _("Votre compte a été fermé."), to=_address_of),
    _notice(ACCOUNT_REOPENED, _("Votre compte a été rouvert.")),
    _notice(SESSIONS_ENDED, _("Vos connexions ont été fermées ; connectez-vous à nouveau.")),
    _notice(
        SIGN_INS_TO_CHECK,
        _("Une connexion à votre compte est à vérifier, sous « Mes connexions »."),
        start="connexions",
    ),
    _notice(ALL_SESSIONS_ENDED, _("L'administration a fermé toutes les connexions de votre autorité.")),
    _notice(
        WATCHER_CLOSED,
        _("L'administration a fermé un compte dont un rôle s'accorde à deux ; le journal dit lequel."),
    ),
    _notice(
        ADDRESS_HAS_ACCOUNT,
        _("Un compte a été demandé pour cette adresse, qui en a déjà un."),
        to=_address_of,
    ),
    _notice(
        REQUEST_REFUSED,
        _("Votre demande n'a pas été retenue ; adressez-vous à votre structure."),
        to=_address_of_request,
    ),
    _notice(
        REQUEST_LAPSED,
        _("Votre demande est restée sans réponse et a été effacée ; vous pouvez la refaire."),
        to=_address_of_request,
    ),
    _notice(REQUEST_ACCEPTED, _("Le rôle que vous avez demandé vous a été donné."), start="compte/roles"),
    _notice(
        REQUESTS_WAIT,
        _("Des demandes de compte ou de rôle attendent une décision."),
        start="administration/demandes/comptes",
    ),
    _notice(
        ROLE_REQUESTED,
        _("Un rôle attend d'être confirmé par une seconde personne."),
        page="administration/demandes/roles",
    ),
    _notice(
        IMPORT_REQUESTED,
        _("Un import de fichier attend d'être confirmé par une seconde personne."),
        page="administration/imports",
    ),
    _notice(
        RESET_TO_CONFIRM,
        _("Une réinitialisation de moyens de connexion attend d'être confirmée par une seconde personne."),
        page="administration/demandes/moyens",
    ),
    _notice(
        ROLES_ARE_GIVEN,
        _("Un rôle qui ouvre des dossiers vient d'être donné ; le journal dit lequel, et par qui."),
    ),
    _notice(
        ROLES_TO_REVIEW,
        _("Des rôles sont à revoir, sous « Rôles à revoir » ; à défaut, ils prennent fin."),
        start="administration/roles/a-revoir",
    ),
    _notice(
        ROLE_WILL_LAPSE,
        _("Un de vos rôles prend fin dans deux semaines, si votre administration ne le confirme pas."),
        start="compte/roles",
    ),
    _notice(
        ROLE_HAS_LAPSED,
        _("Un de vos rôles a pris fin, faute d'avoir été confirmé ; votre administration peut le redonner."),
        start="compte/roles",
    ),
    _notice(
        CERTIFICATE_ENDS,
        _("Votre attestation d'honorabilité manque ou arrive à son terme ; présentez-en une."),
        start="compte/roles",
    ),
    _notice(
        CERTIFICATES_END,
        _("Des attestations d'honorabilité manquent ou arrivent à leur terme, sous « Rôles »."),
        start="administration/roles",
    ),
    _notice(
        CERTIFICATE_OVER,
        _("Depuis un mois, une personne d'un service exerce sans attestation d'honorabilité valable."),
        start="administration/roles/a-revoir",
    ),
    _notice(TOKEN_WILL_END, _("Un jeton d'accès de votre programme expire bientôt ; faites-en un autre.")),
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

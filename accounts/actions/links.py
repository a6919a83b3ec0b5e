"""Sets a password by a mailed link, and changes the address once a link confirms it (``accounts/links.py``)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import acts, links, passwords, second_person, stepup
from accounts.access import own_account, resettable_users
from accounts.actions.entry import record_about
from accounts.actions.tokens import require_session
from accounts.actions.users import set_password
from accounts.actor import Actor
from accounts.errors import (
    InvalidInput,
    LinkRefused,
    NotAllowed,
    OwnAccount,
    TwoPersonsNeeded,
)
from accounts.identifiers import normalised_email, sought_email
from accounts.models import MailedLink, User
from accounts.models.provisioning import ProvisioningAct
from accounts.naming import visible
from accounts.notifications import ADDRESS_CHANGED, ADDRESS_REQUESTED, day_of, tell_owner, tell_people
from accounts.signin import actor_of_user
from audit.events import Origin
from core.clock import instant
from encryption import digest, onetime
from outbox.models import TO_DO, Channel, Notice
from outbox.notices import About, Recipients, tell
from outbox.outcome import NotNow, Pointless
from outbox.templates import Kind, Template, register

LINK: Final = "link"
#: The mail to the new address is due behind the one to the present address, for which it waits.
_LATER: Final = timedelta(seconds=1)
#: Where a link leads: addresses of ``web/urls.py``.
_PAGES: Final = {
    links.FORGOTTEN: "mot-de-passe/choix",
    links.INVITATION: "invitation",
    links.ADDRESS: "compte/adresse/choix",
}


def ask_link(*, email: str, at: datetime) -> None:
    """Let a link be sent to whoever has this address; nobody learns whether somebody has (SEC-AU2).

    For nobody the same rows are written, to an account that there isn't, and the worker finds no one to send them to.
    What is asked here costs one hash too, as signing in does. No entry is made: strangers could fill the journal.
    """
    accounts = (
        links.who_may_forget().filter(email=sought_email(email)).values_list("pk", "home_authority")[:1]
    )
    passwords.matches(None, "")
    user, authority = next(iter(accounts), (uuid4(), None))
    about = About(template=links.FORGOTTEN, reference="", subject_id=None, authority_id=authority)
    tell(about, Recipients(users=[user]), at=day_of(at), asked_at=at)


def invite(*, actor: Actor, at: datetime, user_id: UUID) -> tuple[User, str]:
    """Invite somebody to set their password by a link; return whom, and the code to tell them beside the mail.

    Every earlier link of the account is void at once. The administrator knows the code and not the link, whoever reads
    the mail the link and not the code.

    Raises:
        OwnAccount: it is the actor's own.
        TwoPersonsNeeded: the actor made the account, and it opens cases: somebody else is shown the code (SEC-AZ24),
            by confirming a role of it, or that its factors be reset.
    """
    users = User.objects.all() if actor.is_system else resettable_users(actor, at=at)
    stepup.require(actor, at=at)
    user = visible(users.select_for_update(of=("self",)).filter(is_active=True), user_id)
    if user.pk == actor.user_id:
        raise OwnAccount(_("Vous ne pouvez pas vous inviter vous-même."))
    if not second_person.may_be_shown_code(actor, user, at=at):
        raise TwoPersonsNeeded(rule="invitation-code")
    return user, send_invitation(user, ProvisioningAct.INVITED, actor=actor, at=at)


def send_invitation(user: User, act: ProvisioningAct, *, actor: Actor, at: datetime) -> str:
    """Have an invitation sent to an account, which is locked; return the code, for the actor alone."""
    code, _link = _invited(user, act, actor=actor, at=at)
    tell_people([user.pk], links.INVITATION, user.home_authority_id, at=at)
    return code


def invite_by_hand(*, actor: Actor, at: datetime, user_id: UUID) -> tuple[str, str]:
    """Invite somebody from the server, where no mail arrives; return the link and the code, for two ways to go by."""
    if not actor.is_system:
        raise NotAllowed(rule="links.by-hand")
    user = visible(User.objects.select_for_update(of=("self",)).filter(is_active=True), user_id)
    code, link = _invited(user, ProvisioningAct.INVITED, actor=actor, at=at)
    token = digest.token()
    link.kept, link.bound = links.digest_of(token), links.state_of(user)
    link.save(update_fields=["kept", "bound"])
    return _address_of(links.INVITATION, token), code


def _invited(user: User, act: ProvisioningAct, *, actor: Actor, at: datetime) -> tuple[str, MailedLink]:
    """Make an invitation that wasn't sent yet, in place of every earlier link, and write it down."""
    if not links.people().filter(pk=user.pk).exists():
        raise NotAllowed(rule="program")
    code = onetime.new_invitation_code()
    MailedLink.objects.filter(user=user, email="").delete()
    link = MailedLink.objects.create(
        user=user, code=links.digest_of_code(user, code), expires_at=at + links.valid_for(links.INVITATION)
    )
    second_person.record(act, user, actor=actor, at=at, shown_to=actor.user_id)
    record_about(acts.INVITED, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
    return code, link


def set_password_by_link(*, token: str, password: str, code: str, origin: Origin, at: datetime) -> None:
    """Set the password of whoever a link was sent to; it is used up, and nobody is signed in by it.

    All is asked under the lock of the account: of two at once, one finds no link any more.

    Raises:
        InvalidInput: the password isn't acceptable; the link stays.
    """
    user, link = _locked_link(links.digest_of(token), at=at)
    _require_code(user, link, code)
    set_password(actor=actor_of_user(user, origin, at=at), at=at, user=user, password=password)


def invitation_of(*, token: str, code: str, at: datetime) -> tuple[User, bytes]:
    """Return who is invited by a link and the code told beside it, and what is kept of the link; it isn't used up."""
    user, link = _locked_link(links.digest_of(token), at=at)
    if link.code is None:
        raise LinkRefused
    _require_code(user, link, code)
    return user, links.digest_of(token)


def require_invited(kept: bytes, *, at: datetime) -> User:
    """Return who is invited by a link of which this is kept, their account locked."""
    user, link = _locked_link(kept, at=at)
    if link.code is None:
        raise LinkRefused
    return user


def _locked_link(kept: bytes, *, at: datetime) -> tuple[User, MailedLink]:
    """Return whose password a link is about, their account locked, and the link, which counts still."""
    holder = MailedLink.objects.filter(kept=kept, email="").values("user_id")[:1]
    user = links.people().select_for_update(of=("self",)).filter(pk__in=holder).first()
    link = _good(kept, user, at=at)
    if user is None or link.email:
        raise LinkRefused
    return user, link


def _require_code(user: User, link: MailedLink, code: str) -> None:
    if link.code is not None and not digest.equal(bytes(link.code), links.digest_of_code(user, code)):
        raise LinkRefused


def ask_address(*, actor: Actor, at: datetime, email: str) -> None:
    """Ask that the own account take another address; a link to that one confirms it, and the present one is told.

    Whether somebody has it already isn't said; then no link leaves.

    Raises:
        InvalidInput: it isn't an address.
    """
    require_session(actor)
    stepup.require(actor, at=at, wholly=True)
    try:
        address = normalised_email(email)
    except ValidationError as error:
        raise InvalidInput({"email": ["invalid"]}) from error
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    MailedLink.objects.filter(user=user).exclude(email="").delete()
    MailedLink.objects.create(user=user, email=address, expires_at=at + links.valid_for(links.ADDRESS))
    record_about(acts.ADDRESS_REQUESTED, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
    tell_owner(user, ADDRESS_REQUESTED, at=at)
    # By the hidden instant the mail finds its link.
    tell_people([user.pk], links.ADDRESS, user.home_authority_id, at=day_of(at) + _LATER, asked_at=at)


def change_address(*, actor: Actor, at: datetime, token: str) -> User:
    """Give the own account the address to which a link was sent; every link of before is void."""
    require_session(actor)
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    link = _good(links.digest_of(token), user, at=at)
    if not link.email:
        raise LinkRefused
    user.email = link.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        raise LinkRefused from error
    MailedLink.objects.filter(user=user).delete()
    record_about(acts.ADDRESS_CHANGED, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
    tell_owner(user, ADDRESS_CHANGED, at=at)
    return user


def _good(kept: bytes, user: User | None, *, at: datetime) -> MailedLink:
    """Return the link of an account, whose lock is held, if it counts still."""
    link = MailedLink.objects.filter(kept=kept, user=user).first()
    if user is None or link is None or link.expires_at <= at:
        raise LinkRefused
    if not digest.equal(bytes(link.bound or b""), links.state_of(user)):
        raise LinkRefused
    return link


# --- The mails -----------------------------------------------------------------------------------------


def made(notice: Notice, *, template: str) -> str:
    """Make the link of a mail that is about to leave, in place of the one before; return its address.

    No entry says so: whoever counts the places between two of their own would learn whether somebody has an address.

    Raises:
        Pointless: it was asked for too long ago, or the account isn't to have one any more.
    """
    at, until = instant(), _until(notice, template)
    token = digest.token()
    with transaction.atomic():
        users = links.who_may_forget() if template == links.FORGOTTEN else links.people()
        user = users.select_for_update(of=("self",)).filter(pk=notice.user_id or uuid4()).first()
        if user is None or at >= until:
            raise Pointless("link-not-due")
        new = {"kept": links.digest_of(token), "bound": links.state_of(user), "expires_at": until}
        if template == links.FORGOTTEN:
            MailedLink.objects.filter(user=user, email="", code=None).delete()
            MailedLink.objects.create(user=user, **new)
        elif not _waiting(notice, template).update(**new):
            raise Pointless("link-replaced")
    return _address_of(template, token)


def _address_of(template: str, token: str) -> str:
    """Return the address that a link is: its secret is behind the ``#``, which no browser sends to a server."""
    return f"{settings.PUBLIC_ADDRESS}/{_PAGES[template]}#{token}"


def _until(notice: Notice, template: str) -> datetime:
    """Return until when the link of a notice counts; invitations are asked for by others, at an instant in clear."""
    return (notice.asked_at or notice.created_at) + links.valid_for(template)


def _waiting(notice: Notice, template: str) -> QuerySet[MailedLink]:
    """Return the link of which a notice of an invitation or a new address tells, unless another took its place."""
    until = _until(notice, template)
    theirs = MailedLink.objects.filter(user=notice.user_id)
    own = theirs.filter(pk__in=[link.pk for link in theirs if link.expires_at == until])
    if template == links.INVITATION:
        return own.filter(code__isnull=False)
    return own.exclude(email="").exclude(email__in=User.objects.values("email"))


def _new_address(notice: Notice) -> str:
    """Return where the mail about a new address goes: to that one, once the present one was told.

    Raises:
        Pointless: it isn't asked for any more, or somebody has it.
        NotNow: the mail that tells the present one hasn't left yet.
    """
    owner_notices = Notice.objects.filter(
        user_id=notice.user_id, template=ADDRESS_REQUESTED, channel=Channel.MAIL
    )
    if owner_notices.filter(created_at__lte=notice.created_at, state__in=TO_DO).exists():
        raise NotNow("owner-not-told")
    email = _waiting(notice, links.ADDRESS).values_list("email", flat=True).first()
    if email is None:
        raise Pointless("link-replaced")
    return email


register(
    Template(
        links.FORGOTTEN,
        Kind.ACCOUNT,
        _(
            "Un autre mot de passe a été demandé pour votre compte ; si ce n'est pas vous, ignorez ce "
            "message."
        ),
        made=partial(made, template=links.FORGOTTEN),
    ),
    Template(
        links.INVITATION,
        Kind.ACCOUNT,
        _("Choisissez votre mot de passe, avec le code que l'on vous donne par ailleurs."),
        made=partial(made, template=links.INVITATION),
    ),
    Template(
        links.ADDRESS,
        Kind.ACCOUNT,
        _("Confirmez cette adresse pour votre compte ; si ce n'est pas vous, ignorez ce message."),
        made=partial(made, template=links.ADDRESS),
        to=_new_address,
    ),
)

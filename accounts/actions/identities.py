"""Identities at providers: sign in with one, link one to one's own account, and unlink it.

An invited person may link one instead of choosing a password.

An identity proves who somebody is and gives no right: no role comes from a claim. It replaces the password. The
account's second factor is still required, unless the site's settings accept the provider's authentication as one and
the person's roles allow codes; a person whose roles require a passkey must present it (SEC-AU1).
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from accounts import acts, factors, sessions, stepup
from accounts.access import own_account
from accounts.actions.entry import record_about
from accounts.actions.links import require_invited
from accounts.actions.sessions import tenant_of
from accounts.actions.tokens import require_session
from accounts.actor import Actor
from accounts.errors import IdentityTaken, IdentityUnknown, OrganisationDiffers, ProviderRefused
from accounts.models import Identity, MailedLink, Membership, Organisation, User
from accounts.models.factor import FactorKind
from accounts.naming import visible
from accounts.notifications import FACTORS_CHANGED, day_of, tell_owner
from accounts.oidc import providers, visits
from accounts.oidc.profile import Profile
from accounts.oidc.providers import Provider
from accounts.oidc.visits import Visit
from accounts.signin import actor_of_user
from audit import journal
from audit.events import Origin, Outcome

PROVIDER: Final = "provider"  # a way to sign in


def sign_in_by_provider(*, provider: Provider, claims: Profile, origin: Origin, at: datetime) -> User:
    """Return the person to whom an identity is bound; nobody is signed in yet.

    Raises:
        IdentityUnknown: nobody, or their account is closed.
        OrganisationDiffers: the institution isn't theirs, or another one than when it was bound; it is journaled.
    """
    identities = Identity.objects.select_related("user").filter(provider=provider.code, user__is_active=True)
    identity = identities.filter(subject=claims.subject).first()
    if identity is None:
        raise IdentityUnknown
    actor = actor_of_user(identity.user, origin, at=at)
    _require_institution(provider, actor, claims.siret, before=identity.siret, at=at)
    identity.siret, identity.last_used_on = claims.siret, at.date()
    identity.save(update_fields=["siret", "last_used_on"])
    journal.record(acts.IDENTITY_USED, actor=actor, at=at, tenant=tenant_of(actor))
    return identity.user


def is_enough(user: User, claims: Profile, *, at: datetime) -> bool:
    """Tell whether a provider's word stands for the second factor too: never where roles ask for a passkey.

    Whoever has no factor here makes one first: a fresh proof for a grave act is asked of it (SEC-AU6), and a provider
    that remembers somebody since this morning gives none.
    """
    kinds = factors.kinds_for(user, at=at)
    return claims.second_factor and FactorKind.TOTP in kinds and factors.has_any(user, kinds)


def bind_identity(*, actor: Actor, at: datetime, visit: Visit | None) -> User:
    """Bind to the own account the identity with which its person came back; return the account as it is then.

    All other sessions of the person end, and they are told.

    Raises:
        ProviderRefused: nobody came back, or somebody else did.
        OrganisationDiffers: the provider names an institution that isn't the account's; it is journaled.
        IdentityTaken: the identity is bound, or the account has one of this provider.
    """
    require_session(actor)
    stepup.require(actor, at=at, wholly=True)
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    if visit is None or visit.purpose != visits.BOUND or visit.user != str(user.pk):
        raise ProviderRefused(rule="provider-state")
    row = _bound(user, visit, actor=actor, at=at)
    _changed(acts.IDENTITY_BOUND, user, row, actor=actor, at=at)
    return user


def accept_invitation(*, visit: Visit | None, origin: Origin, at: datetime) -> User:
    """Bind to the account of an invitation the identity with which its person came back; return the account then.

    The invitation is used up, as by a password. No password of before counts any more: it may be why somebody was
    invited again, and whoever knew it could make the second factor first.

    Raises:
        ProviderRefused: nobody came back, or somebody who wasn't on the way for an invitation.
        LinkRefused: the invitation has lapsed or was used, or another took its place meanwhile.
        OrganisationDiffers, IdentityTaken: see ``bind_identity``.
    """
    if visit is None or visit.purpose != visits.RECOGNISED:
        raise ProviderRefused(rule="provider-state")
    user = require_invited(bytes.fromhex(visit.link), at=at)
    actor = actor_of_user(user, origin, at=at)
    row = _bound(user, visit, actor=actor, at=at)
    MailedLink.objects.filter(user=user, email="").delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    _changed(acts.IDENTITY_BOUND, user, row, actor=actor, at=at)
    return user


def remove_identity(*, actor: Actor, at: datetime, identity_id: UUID) -> User:
    """Give up one of the own identities; all other sessions of the person end. Return the account as it is then."""
    require_session(actor)
    stepup.require(actor, at=at, wholly=True)
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    identity = visible(Identity.objects.filter(user=user), identity_id)
    Identity.objects.filter(pk=identity.pk).delete()
    _changed(acts.IDENTITY_REMOVED, user, identity, actor=actor, at=at)
    return user


def _bound(user: User, visit: Visit, *, actor: Actor, at: datetime) -> Identity:
    """Make the identity with which somebody came back one of an account's, which is locked."""
    provider = providers.named(visit.provider)
    _require_institution(provider, actor, visit.siret, before="", at=at)
    row = Identity(
        user=user,
        provider=provider.code,
        subject=bytes.fromhex(visit.subject),
        siret=visit.siret,
        bound_at=day_of(at),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise IdentityTaken from error
    return row


def _changed(act: str, user: User, identity: Identity, *, actor: Actor, at: datetime) -> None:
    """End the sessions of before, write it down, and tell the owner; who has no role yet is of the own authority."""
    user.factors_version = uuid4()
    user.save(update_fields=["factors_version"])
    sessions.end_all(user.pk)
    record_about(
        act,
        user.pk,
        actor=actor,
        at=at,
        tenant=tenant_of(actor) or user.home_authority_id,
        thing=identity.pk,
        to_state=identity.provider,
    )
    tell_owner(user, FACTORS_CHANGED, at=at)


def _require_institution(provider: Provider, actor: Actor, siret: str, *, before: str, at: datetime) -> None:
    """Refuse an identity of another institution than the account's, where the site has the provider name it.

    The account's are those of its positions in force that have a SIRET. Who has no such position isn't compared, but
    for ``before``, what the provider named last: whoever has changed employer binds anew, with a fresh proof.
    """
    if not provider.siret:
        return
    memberships = Membership.objects.in_force(at).filter(user=actor.user_id).exclude(organisation__siret="")
    own = set(memberships.exclude(organisation=None).values_list("organisation__siret", flat=True))
    fits = siret in own if own else before in ("", siret)
    if not fits:
        journal.record(
            acts.IDENTITY_REFUSED,
            actor=actor,
            at=at,
            tenant=tenant_of(actor),
            outcome=Outcome.DENY,
            rule=OrganisationDiffers.code,
        )
        raise OrganisationDiffers


def institution_of(siret: str) -> str:
    name = Organisation.objects.filter(siret=siret).values_list("name", flat=True).first() if siret else None
    return name or siret

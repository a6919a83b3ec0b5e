"""Second factors: prove, add and remove one; each is notified to its owner and recorded in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from django.conf import settings

from accounts import acts, factors, sessions, suspicious_sign_ins
from accounts.access import own_account
from accounts.actions.entry import record_about
from accounts.actions.sessions import tenant_of
from accounts.actor import Actor
from accounts.errors import (
    InvalidInput,
    LastFactor,
    PasskeyNeeded,
    ProofRefused,
    TooManyFactors,
    TooManyTries,
)
from accounts.models import Factor, RecoveryCode, User
from accounts.models.factor import FactorKind
from accounts.naming import visible
from accounts.notifications import FACTORS_CHANGED, PASSWORD_COMPROMISED, day_of, tell_owner
from accounts.signin import Awaited, actor_of_user
from audit import journal
from audit.events import Origin, Outcome
from encryption import onetime, passkeys


class Stage(StrEnum):
    """What a session without a second factor waits for."""

    FACTOR = "factor"
    ENROLMENT = "enrolment"


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """Second factor that a person gives: a code, a recovery code, or the answer of a passkey to ``challenge``."""

    code: str = ""
    recovery: str = ""
    passkey: Mapping[str, str] | None = None
    challenge: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NewFactor:
    """A factor to be made: an application by the ``code`` that it shows, or a passkey by its ``answer``.

    ``challenge`` is what was asked: the id under which the application was begun, or the challenge to the passkey.
    """

    kind: FactorKind
    label: str
    challenge: str | None
    code: str = ""
    answer: Mapping[str, str] | None = None


def stage_of(awaited: Awaited, *, at: datetime) -> Stage:
    """Return what is awaited of somebody: a factor that they have, or the first one that their roles accept."""
    user = awaited.user
    if factors.has_any(user, factors.kinds_for(user, at=at)):
        return Stage.FACTOR
    return Stage.ENROLMENT if awaited.proved or not factors.has_any(user) else Stage.FACTOR


def prove(*, user: User, proof: Proof, origin: Origin, at: datetime) -> bool:
    """Check a second factor; tell whether it is of a kind that the person's roles accept.

    One that isn't accepted is looked at only where the person has no other: they may then make one that is. Wrong codes
    are counted under the lock of the account, so that many at once are so many tries.

    Raises:
        TooManyTries: a code, too soon after too many wrong ones.
        ProofRefused: wrong, used before, or of a kind that doesn't count; it is counted and journaled.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    kinds = factors.kinds_for(locked, at=at)
    actor = actor_of_user(locked, origin, at=at)
    counts = proof.passkey is None
    if counts and (until := factors.wait_until(locked, at=at)) is not None:
        raise TooManyTries((until - at).total_seconds())
    accepted = (FactorKind.PASSKEY if proof.passkey is not None else FactorKind.TOTP) in kinds
    looked_at = accepted or not factors.has_any(locked, kinds)
    rule = _proved(locked, proof, at=at) if looked_at else "passkey-needed"
    if rule:
        journal.record(
            acts.FACTOR_REFUSED, actor=actor, at=at, tenant=tenant_of(actor), outcome=Outcome.DENY, rule=rule
        )
        if counts:
            factors.count_failure(locked, at=at)
            if locked.factor_failures == factors.NOTIFY_AFTER:
                tell_owner(locked, PASSWORD_COMPROMISED, at=at)
        suspicious_sign_ins.refused(locked, at=at)
        raise ProofRefused
    factors.forgive(locked)
    return accepted


def _proved(user: User, proof: Proof, *, at: datetime) -> str:
    """Return why a proof doesn't count; empty if it does, and then it is used up."""
    if proof.passkey is not None:
        return _by_passkey(user, proof, at=at)
    if proof.recovery:
        digest = onetime.digest_of_recovery_code(user.pk, proof.recovery)
        used, _ = RecoveryCode.objects.filter(user=user, kept=digest).delete()
        return "" if used else "recovery-code"
    for factor in user.factors.filter(kind=FactorKind.TOTP).order_by("id"):
        step = onetime.matching_step(factor.pk, proof.code, seconds=at.timestamp(), after=factor.last_step)
        if step is not None:
            factor.last_step, factor.last_used_on = step, at.date()
            factor.save(update_fields=["last_step", "last_used_on"])
            return ""
    return "code"


def _by_passkey(user: User, proof: Proof, *, at: datetime) -> str:
    if proof.challenge is None or proof.passkey is None:
        return "passkey-not-asked"
    try:
        credential, counter = passkeys.used(
            factors.party(), proof.challenge, proof.passkey, factors.credentials_of(user)
        )
    except passkeys.CounterWentBack:
        return "passkey-counter"
    except passkeys.PasskeyRefused:
        return "passkey"
    user.factors.filter(credential=credential).update(counter=counter, last_used_on=at.date())
    return ""


# --- Making and removing ------------------------------------------------------------------------------


def begin_application() -> str:
    """Return the id under which an application is begun: its secret follows from it, and no row is needed yet."""
    return str(uuid4())


def add_factor(
    *, user: User, new_factor: NewFactor, origin: Origin, at: datetime
) -> tuple[Factor, list[str]]:
    """Make a factor that has just been proved to work; return it, with recovery codes if these are the first.

    All other sessions of the person end. The caller has asked who it is: a signed-in person with a fresh proof, or
    somebody who has no accepted factor yet.

    Raises:
        PasskeyNeeded: the person's roles ask for a passkey.
        TooManyFactors: there are ten.
        InvalidInput: the code isn't the application's.
        ProofRefused: the passkey didn't answer what it was asked.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    kinds = factors.kinds_for(user, at=at)
    if new_factor.kind not in kinds:
        raise PasskeyNeeded(rule="passkey-needed")
    if user.factors.count() >= settings.FACTORS_PER_PERSON:
        raise TooManyFactors
    row = Factor(
        user=user, kind=new_factor.kind, label=new_factor.label, created_at=day_of(at), last_used_on=at.date()
    )
    if new_factor.kind == FactorKind.TOTP:
        _begun(row, new_factor, at=at)
    else:
        _made(row, new_factor)
    row.save(force_insert=True)
    codes = []
    if FactorKind.TOTP in kinds and not user.recovery_codes.exists():
        codes = _new_codes(user)
    _changed(acts.FACTOR_ADDED, user, row.pk, kind=row.kind, origin=origin, at=at)
    return row, codes


def _begun(row: Factor, new_factor: NewFactor, *, at: datetime) -> None:
    if new_factor.challenge is None:
        raise InvalidInput({"code": ["out-of-order"]})
    row.pk = UUID(new_factor.challenge)
    if Factor.objects.filter(pk=row.pk).exists():  # the same form was sent twice
        raise ProofRefused
    row.last_step = onetime.matching_step(row.pk, new_factor.code, seconds=at.timestamp(), after=None)
    if row.last_step is None:
        raise InvalidInput({"code": ["invalid"]})


def _made(row: Factor, new_factor: NewFactor) -> None:
    if new_factor.challenge is None or new_factor.answer is None:
        raise ProofRefused
    try:
        credential = passkeys.made(factors.party(), new_factor.challenge, new_factor.answer)
    except passkeys.PasskeyRefused as refused:
        raise ProofRefused from refused
    if Factor.objects.filter(credential=credential.id).exists():
        raise ProofRefused
    row.credential, row.public, row.counter = credential.id, credential.public, credential.counter


def name_factor(*, actor: Actor, at: datetime, factor_id: UUID, label: str) -> Factor:
    factor = _own(actor, factor_id)
    factor.label = label
    factor.save(update_fields=["label"])
    record_about(
        acts.FACTOR_NAMED, factor.user_id, actor=actor, at=at, tenant=tenant_of(actor), thing=factor.pk
    )
    return factor


def remove_factor(*, actor: Actor, at: datetime, factor_id: UUID) -> User:
    """Remove one of the own factors; all other sessions of the person end. Return the account as it is then.

    Raises:
        LastFactor: no other one would do for the person's roles.
    """
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    factor = _own(actor, factor_id)
    kinds = factors.kinds_for(user, at=at)
    if not user.factors.filter(kind__in=sorted(kinds)).exclude(pk=factor.pk).exists():
        raise LastFactor
    factor.delete()
    _changed(acts.FACTOR_REMOVED, user, factor_id, kind=factor.kind, origin=actor.origin, at=at)
    return user


def renew_recovery_codes(*, actor: Actor, at: datetime) -> tuple[User, list[str]]:
    """Replace the own recovery codes; all other sessions of the person end. Return the account, and the codes.

    Raises:
        PasskeyNeeded: the person's roles ask for a passkey, and codes don't count.
    """
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    if FactorKind.TOTP not in factors.kinds_for(user, at=at):
        raise PasskeyNeeded(rule="passkey-needed")
    codes = _new_codes(user)
    _changed(acts.RECOVERY_CODES_MADE, user, None, kind="recovery", origin=actor.origin, at=at)
    return user, codes


def _new_codes(user: User) -> list[str]:
    user.recovery_codes.all().delete()
    codes = [onetime.new_recovery_code() for _ in range(factors.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, kept=onetime.digest_of_recovery_code(user.pk, code)) for code in codes
    )
    return codes


def _own(actor: Actor, factor_id: UUID) -> Factor:
    return visible(Factor.objects.filter(user=actor.user_id), factor_id)


def _changed(
    act: str, user: User, factor_id: UUID | None, *, kind: str, origin: Origin, at: datetime
) -> None:
    """End the sessions of before, write it down, and tell the owner."""
    user.factors_version = uuid4()
    user.save(update_fields=["factors_version"])
    sessions.end_all(user.pk)
    actor = actor_of_user(user, origin, at=at)
    record_about(
        act, user.pk, actor=actor, at=at, tenant=tenant_of(actor), thing=factor_id, to_state=str(kind)
    )
    tell_owner(user, FACTORS_CHANGED, at=at)

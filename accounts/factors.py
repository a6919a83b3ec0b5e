"""Second factors: which ones each role must have, how a proof is verified, throttling of failures (SEC-AU1, SEC-AU4).

Filers sign in with a passkey, or with an authenticator application and its recovery codes; every other role with a
passkey, unless its authority has relaxed that. An account without a role may hold any: it can do nothing.
"""

import ipaddress
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from accounts.models import Factor, Membership, User
from accounts.models.factor import FactorKind
from accounts.roles import Role
from encryption import passkeys

ALL_KINDS: Final = frozenset(FactorKind)
PASSKEY_ALONE: Final = frozenset({FactorKind.PASSKEY})
#: Roles that may use codes anywhere.
CODES_SUFFICE: Final = frozenset({Role.FILER})
RECOVERY_CODES: Final = 10

#: After the wrong codes that are free, waiting doubles from the first to the longest; how many: ``config/settings.py``.
FIRST_WAIT: Final = timedelta(seconds=30)
#: How long an account rests of which no code is looked at any more, unless its factors are reset.
REST: Final = timedelta(days=30)
#: After so many the owner is told: somebody knows the password.
NOTIFY_AFTER: Final = 10


@dataclass
class Doors:
    """Callbacks that the apps above register, because this one can't import them.

    ``relaxed`` returns those of some authorities that let all their roles use codes at an instant. Until it is
    opened, none does.
    """

    relaxed: Callable[[Collection[UUID], datetime], frozenset[UUID]] | None = None


doors: Final = Doors()


def kinds_for(user: User, *, at: datetime) -> frozenset[FactorKind]:
    """Return the kinds of factor with which a person may sign in, by the roles in force."""
    memberships = Membership.objects.in_force(at).filter(user=user).exclude(role__in=sorted(CODES_SUFFICE))
    strict = {row.authority_id for row in memberships}
    relaxed = doors.relaxed(strict, at) if strict and doors.relaxed is not None else frozenset()
    return ALL_KINDS if strict <= relaxed else PASSKEY_ALONE


def wait_until(user: User, *, at: datetime) -> datetime | None:
    """Return until when no code of this account is looked at; None: one may be tried now."""
    if user.factor_failed_at is None or user.factor_failures <= settings.FACTOR_TRIES_FREE:
        return None
    if user.factor_failures >= settings.FACTOR_TRIES_MAX:
        until = user.factor_failed_at + REST
    else:
        # The exponent is bounded: a large one would overflow long before it mattered.
        doubled = FIRST_WAIT * 2 ** min(user.factor_failures - settings.FACTOR_TRIES_FREE - 1, 20)
        until = user.factor_failed_at + min(doubled, timedelta(seconds=settings.FACTOR_DELAY_MAX_SECONDS))
    return until if until > at else None


def count_failure(user: User, *, at: datetime) -> None:
    """Count one more wrong code of an account whose row is locked; after a rest counting begins anew."""
    rested = user.factor_failures >= settings.FACTOR_TRIES_MAX
    user.factor_failures = 1 if rested else user.factor_failures + 1
    user.factor_failed_at = at
    user.save(update_fields=["factor_failures", "factor_failed_at"])


def forgive(user: User) -> None:
    """Forget the wrong codes of an account: the right answer came."""
    if user.factor_failures or user.factor_failed_at:
        user.factor_failures, user.factor_failed_at = 0, None
        user.save(update_fields=["factor_failures", "factor_failed_at"])


# --- Passkeys -----------------------------------------------------------------------------------------


def party() -> passkeys.Party:
    """Return for whom passkeys are: the service's own public address, whatever host a request names."""
    address = urlsplit(settings.PUBLIC_ADDRESS)
    return passkeys.Party(address.hostname or "", f"{address.scheme}://{address.netloc}")


def passkeys_work() -> bool:
    """Tell whether a browser can make passkeys for the public address: it does for a name, never for a number."""
    try:
        ipaddress.ip_address(party().domain)
    except ValueError:
        return bool(party().domain)
    return False


def credentials_of(user: User) -> list[passkeys.Credential]:
    """Return the passkeys of a person, as the key door takes them."""
    rows = user.factors.filter(kind=FactorKind.PASSKEY).order_by("created_at", "id")
    return [
        passkeys.Credential(bytes(row.credential or b""), bytes(row.public or b""), row.counter)
        for row in rows
    ]


def options_to_use(user: User) -> tuple[dict[str, Any], str]:
    """Return what a browser is asked in order to prove a passkey, and the challenge."""
    return passkeys.challenge_for(party(), credentials_of(user))


def options_to_make(user: User) -> tuple[dict[str, Any], str]:
    """Return what a browser is asked in order to make a passkey, and the challenge."""
    return passkeys.ask_for_new(party(), owner=user.pk, name=user.email, known=credentials_of(user))


def has_any(user: User, kinds: Collection[str] = tuple(ALL_KINDS)) -> bool:
    return bool(Factor.objects.filter(user=user, kind__in=sorted(kinds)))

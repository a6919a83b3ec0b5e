"""Throttling of failed sign-ins; it locks nobody out for good (SEC-AU2, SEC-AU4; NIST SP 800-63B §3.2.2).

Failures are counted three ways, by keyed hashes, whether or not the account exists:

- of an address from one network (/24, /48): guesses from there wait longer and longer, half a minute at most;
- of a network, whatever the addresses: one password tried on many accounts;
- of an address, whatever the networks: guesses from many places.

The first few are free; after them an attempt isn't examined before a delay has passed, which doubles up to a quarter of
an hour. An hour without a failure resets the counts. Anybody could fill the last two, to keep a person out: so they
don't apply to the right password from a network where that account has signed in before. All others get the same answer
at the same cost, right or wrong: behind a full count no password is compared at all, so that an answer reveals neither
whether a guess was right nor whether the account exists. No cookie marks a browser as known: on a shared machine it
would reveal that the service was used.

A token is 256 random bits and can't be guessed; invalid ones are counted by network, to shorten the answer, and a valid
one always works.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from accounts.errors import AsksDelayed, SignInDelayed, SignInRefused
from accounts.identifiers import sought_email
from accounts.models import Attempt, User
from accounts.origin import caller_of, truncated_ip
from accounts.request import ServiceRequest
from accounts.request_locks import wait_turn
from core.clock import instant
from encryption import index
from encryption.errors import EncryptionError
from outbox.scheduler import recurring

FORGOTTEN: Final = timedelta(hours=1)
FAMILIAR_FOR: Final = timedelta(days=90)
_NO_PASSWORD: Final = ""  # nobody has it: what is compared when nothing may be
_log = structlog.get_logger("accounts")


@dataclass(frozen=True, slots=True)
class Marks:
    """The keys under which an attempt is counted."""

    pair: bytes
    network: bytes
    account: bytes


def _mark(kind: str, *values: str) -> bytes:
    return index.keyed(f"attempts.{kind}", "\n".join(values).encode())


def _network(request: ServiceRequest) -> str:
    return truncated_ip(caller_of(request))


def _marks(request: ServiceRequest, email: str) -> Marks:
    address = sought_email(email)
    network = _network(request)
    return Marks(_mark("pair", address, network), _mark("network", network), _mark("account", address))


def delay(failures: int, free: int, longest: int) -> timedelta:
    """Return how long the next attempt waits: nothing at first, then 2, 4, 8 … seconds up to the longest."""
    doubled = min(failures - free, 20)
    return timedelta(seconds=min(2**doubled, longest) if doubled > 0 else 0)


def _wait(row: Attempt | None, free: int, at: datetime, *, longest: int | None = None) -> int:
    """Return for how many seconds a count refuses, whose delay is never longer than ``longest``, or the setting."""
    if row is None or row.failed_at is None or at - row.failed_at >= FORGOTTEN:
        return 0
    left = row.failed_at + delay(row.failures, free, longest or settings.SIGNIN_DELAY_MAX_SECONDS) - at
    return max(0, -int(-left.total_seconds() // 1))


@contextmanager
def counted(
    request: ServiceRequest, credentials: Mapping[str, Any], *, at: datetime
) -> Iterator[dict[str, Any]]:
    """Let an address and a password be tried; yield what is to be compared.

    Raises:
        SignInDelayed: too many failures; after how long to try again. ``SignInRefused`` within the block becomes it
            where the network or the address has failed too often.
    """
    marks = _marks(request, str(credentials["email"]))
    rows = {
        bytes(row.mark): row
        for row in Attempt.objects.filter(mark__in=[marks.pair, marks.network, marks.account])
    }
    pair = rows.get(marks.pair)
    familiar = pair is not None and pair.known_at is not None and at - pair.known_at < FAMILIAR_FOR
    if wait := _wait(
        pair,
        settings.SIGNIN_FREE_FAILURES,
        at,
        longest=min(settings.SIGNIN_DELAY_MAX_SECONDS_OF_PAIR, settings.SIGNIN_DELAY_MAX_SECONDS),
    ):
        raise SignInDelayed(wait)
    wait = max(
        _wait(rows.get(marks.network), settings.SIGNIN_FREE_FAILURES_OF_NETWORK, at),
        _wait(rows.get(marks.account), settings.SIGNIN_FREE_FAILURES_OF_ADDRESS, at),
    )
    try:
        yield {**credentials, "password": credentials["password"] if familiar or not wait else _NO_PASSWORD}
    except SignInRefused:
        request.failed_marks = (marks.pair, marks.network, marks.account), at
        if wait:
            raise SignInDelayed(wait) from None
        raise


def _succeeded(request: ServiceRequest, user: User, **_: object) -> None:
    """Remember that an account signs in, and where, and forget the failures from there; receiver of Django's signal."""
    at: datetime = getattr(request, "at", None) or instant()
    marks = (_marks(request, user.email).pair, _seen(user))
    Attempt.objects.bulk_create(
        [Attempt(mark=mark, known_at=at) for mark in sorted(marks)],
        update_conflicts=True,
        unique_fields=["mark"],
        update_fields=["failures", "failed_at", "known_at"],
    )


def _seen(user: User) -> bytes:
    """Return under what it is kept that an account has signed in somewhere: it knows a network for ninety days too."""
    return _mark("seen", str(user.pk))


def is_new_place(request: ServiceRequest, user: User, *, at: datetime) -> bool:
    """Tell whether an account has signed in before, and not from this network within ninety days.

    To be asked before a second factor is looked at: whether one was used long ago tells of an account that was asleep.
    """
    pair, seen = _marks(request, user.email).pair, _seen(user)
    attempts = Attempt.objects.filter(mark__in=[pair, seen], known_at__gt=at - FAMILIAR_FOR)
    marks = {bytes(mark) for mark in attempts.values_list("mark", flat=True)}
    if pair in marks:
        return False
    return seen in marks or user.factors.filter(last_used_on__lte=(at - FAMILIAR_FOR).date()).exists()


user_logged_in.connect(_succeeded, dispatch_uid="accounts.throttling.succeeded")


def token_failed(request: ServiceRequest, *, at: datetime) -> int:
    """Count a token that opens nothing; return for how many seconds its network is to be quiet, 0 if it needn't."""
    mark = _mark("tokens", _network(request))
    request.failed_marks = (mark,), at
    return _wait(Attempt.objects.filter(mark=mark).first(), settings.SIGNIN_FREE_FAILURES_OF_NETWORK, at)


def count_link_request(request: ServiceRequest, email: str, *, at: datetime) -> None:
    """Count that somebody asks for a link to set a password, and wants it sent to an address, whosever it is.

    What is refused isn't counted. Nobody can so keep an owner without a link from elsewhere: the longest wait between
    two is as long as a link counts, and each that was let through has sent one to the owner.

    Raises:
        AsksDelayed: too many of late, to this address or from this network.
    """
    _count_request(request, _mark("ask.account", sought_email(email)), at=at)


def count_address_request(request: ServiceRequest, user_id: UUID, *, at: datetime) -> None:
    """Count that an account asks for another address, whichever: nobody else's asking may wait for it.

    Raises:
        AsksDelayed: too many of late, by this account or from this network.
    """
    _count_request(request, _mark("ask.address", str(user_id)), at=at)


def count_account_request(request: ServiceRequest, email: str, *, at: datetime) -> None:
    """Count that somebody asks for an account for an address, whosever it is.

    Counted apart from links for a password: a school whose staff ask for accounts together keeps nobody from those.

    Raises:
        AsksDelayed: too many of late, for this address or from this network.
    """
    account = _mark("ask.request", sought_email(email))
    _count_request(
        request, account, at=at, network="ask.request.network", longest=settings.ACCOUNT_ASKS_APART_SECONDS
    )


def _count_request(
    request: ServiceRequest,
    account: bytes,
    *,
    at: datetime,
    network: str = "ask.network",
    longest: int | None = None,
) -> None:
    network_mark = _mark(network, _network(request))
    wait_turn(account)  # of many at once, most would find no row to lock yet
    attempts = Attempt.objects.select_for_update().filter(mark__in=[network_mark, account]).order_by("mark")
    rows = {bytes(row.mark): row for row in attempts}
    longest = longest or 60 * settings.PASSWORD_LINK_MINUTES
    if wait := max(
        _wait(rows.get(account), settings.PASSWORD_ASKS_FREE, at, longest=longest),
        _wait(rows.get(network_mark), settings.SIGNIN_FREE_FAILURES_OF_NETWORK, at),
    ):
        raise AsksDelayed(wait)
    _count((network_mark, account), at)


def note_failure(request: ServiceRequest) -> None:
    """Write the failure of a request down, after its transaction has rolled back; one statement, for whomever."""
    failed: tuple[tuple[bytes, ...], datetime] | None = getattr(request, "failed_marks", None)
    if failed is None:
        return
    try:
        with transaction.atomic():
            _count(*failed)
    except (DatabaseError, EncryptionError):
        _log.warning("attempt:uncounted")


def _count(marks: tuple[bytes, ...], at: datetime) -> None:
    """Count once more under each mark, by one statement."""
    rows = ", ".join(["(%s, 1, %s)"] * len(marks))
    adapt = connection.ops.adapt_datetimefield_value
    values = [value for mark in sorted(marks) for value in (mark, adapt(at))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO accounts_attempt (mark, failures, failed_at) VALUES {rows}"  # noqa: S608 - no value in it
            " ON CONFLICT (mark) DO UPDATE SET failed_at = excluded.failed_at, failures = CASE"
            " WHEN accounts_attempt.failed_at > %s THEN accounts_attempt.failures + 1 ELSE 1 END",
            [*values, adapt(at - FORGOTTEN)],
        )


@recurring("attempts:forgotten", every=timedelta(hours=1))
def forget_old(at: datetime) -> int:
    """Delete counts of failures that count no more, and networks from which nobody came for long; return how many."""
    failed = Q(failed_at=None) | Q(failed_at__lte=at - FORGOTTEN)
    unused = Q(known_at=None) | Q(known_at__lte=at - FAMILIAR_FOR)
    return int(Attempt.objects.filter(failed & unused).delete()[0])

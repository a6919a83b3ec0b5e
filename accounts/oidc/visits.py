"""State of a round trip to a provider: tied to one browser, valid once.

The browser holds a secret in a cookie that, unlike the session's, is sent on the return from the provider; a keyed hash
of that secret finds the row, and the secret alone opens it. So a copy of the database reveals neither who is signing in
nor the state, and an answer meant for one browser is worthless in another (RFC 9700 §4.7). Django's session isn't used:
between the password and here nobody is known.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.models import ProviderVisit
from encryption import bearer, digest, index
from encryption.errors import Unreadable
from outbox.scheduler import recurring

SIGN_IN: Final = "sign-in"
BIND: Final = "bind"
#: Somebody came back to bind what the provider said: it waits for their word, in their own session.
BOUND: Final = "to-confirm"
#: Somebody who is invited goes there in place of choosing a password, and came back: it waits for their word, too.
INVITED: Final = "invited"
RECOGNISED: Final = "invited-to-confirm"
LEFT: Final = "left"
_PURPOSE: Final = "provider.visit"


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """Stored state of one round trip: ``state``, ``nonce`` and ``verifier`` are 256 random bits each, URL-safe Base64.

    ``user`` is who binds, as an id, ``begun_at`` a Unix time in seconds. ``link`` is what is kept of the link of an
    invitation (hexadecimal). ``subject`` (hexadecimal) and ``siret`` are what came back to be confirmed, ``end`` and
    ``hint`` where and how one signs out there.
    """

    purpose: str
    provider: str
    begun_at: float
    state: str = ""
    nonce: str = ""
    verifier: str = ""
    user: str = ""
    onward: str = "/"
    subject: str = ""
    siret: str = ""
    link: str = ""
    end: str = ""
    hint: str = ""


def begun(
    purpose: str, provider: str, *, at: datetime, user: str = "", onward: str = "/", link: str = ""
) -> Visit:
    """Return a way that begins now."""
    return Visit(
        purpose,
        provider,
        at.timestamp(),
        digest.token(),
        digest.token(),
        digest.token(),
        user=user,
        onward=onward,
        link=link,
    )


def keep(visit: Visit, *, at: datetime) -> str:
    """Keep a way for ten minutes; return the secret that finds and opens it."""
    secret = digest.token()
    _keep(secret, visit, at=at)
    return secret


def keep_by_state(visit: Visit, *, at: datetime) -> None:
    """Keep a way under its own state: for one that comes back to a browser that has forgotten its cookies."""
    _keep(visit.state, visit, at=at)


def _keep(secret: str, visit: Visit, *, at: datetime) -> None:
    # What is empty stays away, so that the version before, which may serve beside this one, knows all that is there.
    members = {name: value for name, value in asdict(visit).items() if value != ""}
    ProviderVisit.objects.create(
        kept=_digest_of(secret),
        data=bearer.sealed(secret.encode(), _PURPOSE, json.dumps(members).encode()),
        expires_at=at + timedelta(minutes=settings.PROVIDER_MINUTES),
    )


def _digest_of(secret: str) -> bytes:
    return index.keyed(_PURPOSE, secret.encode())


def open_visit(secret: str, *, at: datetime) -> Visit | None:
    """Return the way of a secret, if it counts still."""
    row = ProviderVisit.objects.filter(kept=_digest_of(secret), expires_at__gt=at).first()
    return None if row is None else _opened(secret, bytes(row.data))


def take(secret: str, *, at: datetime) -> Visit | None:
    """Return the same, once: of two that take it at the same time one has it."""
    row = ProviderVisit.objects.select_for_update().filter(kept=_digest_of(secret), expires_at__gt=at).first()
    if row is None or not ProviderVisit.objects.filter(pk=row.pk).delete()[0]:
        return None
    return _opened(secret, bytes(row.data))


def _opened(secret: str, data: bytes) -> Visit | None:
    try:
        members: dict[str, Any] = json.loads(bearer.opened(secret.encode(), _PURPOSE, data))
    except Unreadable:
        return None
    return Visit(**members)


def secret_in(request: HttpRequest) -> str:
    """Return the secret that a browser brings; empty if none."""
    return request.COOKIES.get(settings.OIDC_COOKIE_NAME, "")


def hand(response: HttpResponse, secret: str) -> None:
    """Give a browser the secret. ``Lax``: it has to come along from the provider, with a link alone and no form."""
    response.set_cookie(
        settings.OIDC_COOKIE_NAME,
        secret,
        max_age=60 * settings.PROVIDER_MINUTES,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def take_back(response: HttpResponse) -> None:
    """Have a browser forget the secret."""
    response.delete_cookie(settings.OIDC_COOKIE_NAME, samesite="Lax")


@recurring("visits:forgotten", every=timedelta(minutes=10))
def forget_old(at: datetime) -> int:
    """Delete the ways that count no more; return how many."""
    return int(ProviderVisit.objects.filter(expires_at__lte=at).delete()[0])

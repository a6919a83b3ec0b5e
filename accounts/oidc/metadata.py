"""Provider metadata: addresses and keys, fetched over TLS and cached for a while (by process).

Only the issuer and the hosts on the operator's list are called, and no redirect is followed (SEC-IN10): a provider's
address is the operator's own setting, so it may be on a private network. Calls are bounded in number, time and size,
and made outside of any transaction (``accounts/outbound_calls.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from accounts.errors import ProviderRefused, ProviderUnavailable
from accounts.oidc.providers import Provider
from encryption import assertions
from encryption.assertions import AssertionRefused, Keys, KeyUnknown
from outbox.calls import Call, answered, send
from outbox.outcome import NotNow

CALL_SECONDS: Final = 6.0  # one call, however slowly the other side trickles
METADATA_SECONDS: Final = 3600.0
KEYS_SECONDS: Final = 600.0  # a key that the provider has withdrawn counts no longer than that
#: After an unknown key made us ask for the keys, we don't ask for the same reason again for so long.
RETRY_SECONDS: Final = 60.0
_ADDRESS_MAX: Final = 500
_SIGNS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@!$&'()*+=%?[]"
)
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of a provider (OpenID Connect Discovery 1.0 §3).

    ``names_itself``: its answers say whose they are (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    names_itself: bool


@dataclass(slots=True)
class _Entry:
    """What this process knows of one provider, and until when."""

    metadata: Metadata | None = None
    metadata_until: float = 0.0
    keys: Keys | None = None
    keys_until: float = 0.0
    retried_at: float = -RETRY_SECONDS


_cache: dict[tuple[str, str], _Entry] = {}
_lock: Final = Lock()
_calls: BoundedSemaphore | None = None


def forget() -> None:
    """Ask everything anew; for tests, whose providers change between them."""
    global _calls
    with _lock:
        _cache.clear()
        _calls = None


def _of(provider: Provider) -> _Entry:
    with _lock:
        return _cache.setdefault((provider.code, provider.issuer), _Entry())


def cached(provider: Provider) -> Metadata | None:
    """Return the addresses if they are known still: nothing is called."""
    entry = _of(provider)
    return entry.metadata if monotonic() < entry.metadata_until else None


def of(provider: Provider) -> Metadata:
    """Return the addresses of a provider."""
    current = cached(provider)
    if current is not None:
        return current
    document = fetched(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    metadata = _metadata(provider, document)
    entry = _of(provider)
    entry.metadata, entry.metadata_until = metadata, monotonic() + METADATA_SECONDS
    return metadata


def _metadata(provider: Provider, document: Mapping[str, Any]) -> Metadata:
    if document.get("issuer") != provider.issuer:  # whoever answers here isn't who the operator meant (§4.3)
        raise ProviderUnavailable(rule="provider-issuer")

    def address(name: str, *, needed: bool = True) -> str:
        value = document.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or not _may_be(provider, value):
            raise ProviderUnavailable(rule="provider-address")
        return value

    return Metadata(
        authorization=address("authorization_endpoint"),
        token=address("token_endpoint"),
        keys=address("jwks_uri"),
        userinfo=address("userinfo_endpoint", needed=provider.userinfo != "no"),
        end_session=address("end_session_endpoint", needed=False),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _may_be(provider: Provider, address: str) -> bool:
    """Tell whether an address is one of this provider's: as safe as its issuer's, and on a host that was listed."""
    if len(address) > _ADDRESS_MAX or not _SIGNS.issuperset(address):
        return False
    try:
        parts, own = urlsplit(address), urlsplit(provider.issuer)
        ours = _place(parts) == _place(own) or (
            parts.hostname in provider.hosts and parts.port in (None, 443)
        )
    except ValueError:
        return False
    safe = parts.scheme == "https" or (
        provider.near and not settings.PRODUCTION and _place(parts) == _place(own)
    )
    return ours and safe and "@" not in parts.netloc


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port


def claims_of(provider: Provider, token: str) -> dict[str, Any]:
    """Return what a token of a provider says, its signature checked by the keys that it publishes.

    An unknown key is looked for once at the provider, so that its keys may change at any time; not more often than
    once a minute, so that tokens with made-up keys send nobody there.
    """
    entry = _of(provider)
    if entry.keys is None or monotonic() >= entry.keys_until:
        _fetch_keys(provider, entry)
    try:
        try:
            return assertions.claims_of(token, entry.keys or Keys(()), provider.algorithms)
        except KeyUnknown:
            with _lock:
                may, now = monotonic() - entry.retried_at >= RETRY_SECONDS, monotonic()
                entry.retried_at = now if may else entry.retried_at
            if not may:
                raise
            _fetch_keys(provider, entry)
            return assertions.claims_of(token, entry.keys or Keys(()), provider.algorithms)
    except AssertionRefused as refused:
        raise ProviderRefused(rule=f"provider-{refused.rule}") from refused


def _fetch_keys(provider: Provider, entry: _Entry) -> None:
    try:
        entry.keys = assertions.keys_of(fetched(provider, of(provider).keys))
    except AssertionRefused as refused:
        raise ProviderUnavailable(rule="provider-keys") from refused
    entry.keys_until = monotonic() + KEYS_SECONDS


# --- Calls --------------------------------------------------------------------------------------------


def fetched(provider: Provider, address: str) -> dict[str, Any]:
    """Return the JSON object at an address of a provider."""
    status, body = call(provider, address, b"", {"Accept": "application/json"}, method="GET")
    document = answered(body) if status == _OK else {}
    if not document:
        raise ProviderUnavailable(rule="provider-status")
    return document


def call(
    provider: Provider, address: str, body: bytes, headers: Mapping[str, str], *, method: str
) -> tuple[int, bytes]:
    """Call an address that ``Metadata`` or the settings hold; return status and body."""
    if not _may_be(provider, address):
        raise ProviderUnavailable(rule="provider-address")
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    turns = _turns()
    if not turns.acquire(blocking=False):
        raise ProviderUnavailable(rule="provider-busy")
    try:
        return send(Call(parts.scheme, host, port, path, host, method), body, headers, seconds=CALL_SECONDS)
    except NotNow as failed:
        raise ProviderUnavailable(rule=f"provider-{failed.code}") from None
    finally:
        turns.release()


def _turns() -> BoundedSemaphore:
    global _calls
    with _lock:
        if _calls is None:
            _calls = BoundedSemaphore(settings.PROVIDER_CALLS_AT_ONCE)
        return _calls

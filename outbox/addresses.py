"""Guard against server-side request forgery: whether a URL may be called (SEC-IN10).

A URL is called only if it is https, its host is on the operator's list and is a name (never an IP address in any
notation), and **every** address of that name is public. The service connects to the address that it checked, so DNS
rebinding gains nothing.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from outbox.errors import AddressRefused

HTTPS_PORT: Final = 443
_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_URL_MAX: Final = 500
#: Networks that carry an IPv4 address inside: to look at the IPv6 address alone would let it through.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_CARRIERS: Final = tuple(
    ipaddress.IPv6Network(net)
    for net in (
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
)

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called: its parts, as they were checked."""

    host: str
    port: int
    path: str


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public network: global, unicast, and hiding no other one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id or any(address in net for net in _CARRIERS):
            return False
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


def target_of(url: str) -> Target:
    """Return the parts of a URL that the service may call; nothing is resolved yet."""
    parts = _split(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not _NAME.fullmatch(host) or host not in settings.WEBHOOK_HOSTS:
        raise AddressRefused
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise AddressRefused
    if not _PATH.fullmatch(parts.path) or _port(parts) != HTTPS_PORT:
        raise AddressRefused
    return Target(host, HTTPS_PORT, parts.path or "/")


def _split(url: str) -> SplitResult:
    # urlsplit drops tabs and line feeds without a word: what is checked must be what was sent.
    if len(url) > _URL_MAX or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused
    try:
        return urlsplit(url)
    except ValueError:
        raise AddressRefused from None


def _port(parts: SplitResult) -> int:
    try:
        return HTTPS_PORT if parts.port is None else parts.port
    except ValueError:
        raise AddressRefused from None


def resolve(host: str, port: int) -> str:
    """Return the one address of a name to connect to, after all its addresses were found to be public.

    Raises:
        OSError: the name can't be resolved now.
    """
    resolved = [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not resolved or not all(is_public(ipaddress.ip_address(address)) for address in resolved):
        raise AddressRefused
    return str(resolved[0])

"""Origin of a request, truncated to what the journal may hold: no full address, no header as it came."""

import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from audit.events import Origin, user_agent

_V4_PREFIX: Final = 24
_V6_PREFIX: Final = 48

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def truncated_ip(address: str) -> str:
    """Return the network of an address, /24 or /48, so that it names a neighbourhood and no household.

    An IPv4 address dressed as IPv6 counts as IPv4. Anything else gives an empty text.
    """
    ip = _parsed(address)
    if ip is None:
        return ""
    prefix = _V4_PREFIX if ip.version == 4 else _V6_PREFIX
    return str(ipaddress.ip_network((int(ip), ip.max_prefixlen)).supernet(new_prefix=prefix))


def _parsed(address: str) -> Address | None:
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        return ip.ipv4_mapped
    return ip


def caller_of(request: HttpRequest) -> str:
    """Return the address of the caller: the peer's, or what a trusted proxy says of its own peer.

    ``X-Forwarded-For`` is read from the right, where each proxy writes whom it was called by, and only as long as
    the last one is in ``settings.TRUSTED_PROXIES``: what stands further left anyone may have written. Where a
    trusted proxy names no address, its own is all that is known.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while forwarded and _is_trusted(address):
        hop = forwarded.pop().strip()
        if _parsed(hop) is None:
            break
        address = hop
    return address


def _is_trusted(address: str) -> bool:
    ip = _parsed(address)
    return ip is not None and any(ip in network for network in settings.TRUSTED_PROXIES)


def origin_of(request: HttpRequest, *, auth: str) -> Origin:
    """Return the origin of a request; ``auth`` says how the caller signed in: ``session`` or ``token``."""
    return Origin(
        rid=getattr(request, "rid", ""),
        ip=truncated_ip(caller_of(request)),
        ua=user_agent(request.headers.get("User-Agent", "")),
        auth=auth,
    )

"""Checks of addresses: the service's own names, its proxies, and connections without TLS."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage

from config import env
from config.checks.findings import error, warning
from config.local import host_of, is_local_name, is_near

_PROXY_PREFIX: Final = {4: 16, 6: 48}  # the widest network that may hold a site's proxies
_PROXY_PREFIX_WARNED: Final = {4: 24, 6: 56}


def names() -> Iterator[CheckMessage]:
    """Look at the names under which the service is reached, and at the page to which it leads away."""
    hosts, public = settings.ALLOWED_HOSTS, https_host(settings.PUBLIC_ADDRESS)
    named = [
        host for host in hosts if "*" not in host and not host.startswith(".") and not is_local_name(host)
    ]
    if not hosts or named != hosts:
        yield error(
            5,
            "REPERE_ALLOWED_HOSTS must name each host of the service, without a wildcard, a leading dot or this "
            "machine itself.",
        )
    elif public and public not in hosts:
        yield error(
            45, "REPERE_PUBLIC_ADDRESS, to which links in mails lead, must be among REPERE_ALLOWED_HOSTS."
        )
    if not public:
        yield error(32, "REPERE_PUBLIC_ADDRESS, to which links in mails lead, must be https://….")
    away = https_host(settings.QUICK_EXIT_URL)
    if not away or away in hosts:
        yield error(
            55,
            "REPERE_QUICK_EXIT_URL must be https://… and a site of others: who leaves in haste must be gone.",
        )


def proxies() -> Iterator[CheckMessage]:
    """Look at whose word for a caller's address is taken."""
    if _wider_than(_PROXY_PREFIX):
        yield error(
            15,
            "REPERE_TRUSTED_PROXIES trusts so wide a network that callers could write their own address: "
            "name the proxies.",
        )
    elif _wider_than(_PROXY_PREFIX_WARNED):
        yield warning(
            11, "REPERE_TRUSTED_PROXIES trusts a whole network: callers in it could write their own address."
        )


def _wider_than(prefixes: Mapping[int, int]) -> bool:
    return any(network.prefixlen < prefixes[network.version] for network in settings.TRUSTED_PROXIES)


def https_host(address: str) -> str:
    """Return the host of an address that begins with https://; empty where it is another one, or none."""
    parts = env.address(address)
    return (parts.hostname or "") if parts.scheme == "https" else ""


def in_clear(address: str) -> bool:
    """Tell whether what is said to an address could be read on its way, or whether it is none; nothing set is fine."""
    near = env.address(address).scheme == "http" and is_near(host_of(address))
    return bool(address) and not near and not https_host(address)

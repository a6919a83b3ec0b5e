"""Checks of identity providers (OIDC): what is set of each, and what counts as a second factor."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage

from config import env
from config.checks.addresses import https_host
from config.checks.findings import error, warning
from encryption import assertions

#: Methods of a provider that are a second factor (RFC 8176 §2); ``mfa`` says that there were two.
SECOND_FACTORS: Final = frozenset({"mfa", "otp", "hwk", "swk", "sc"})
PROVIDER_SECRET_LENGTH, PROVIDER_SECRET_LENGTH_WARNED = 16, 32
PROVIDER_CHOICES: Final = {
    "client_auth": ("post", "basic"),
    "userinfo": ("jwt", "json", "no"),
    "prompt": ("", "login", "select_account", "consent"),
}


def each() -> Iterator[CheckMessage]:
    """Look at what is set of identity providers; none is called, for one may be out when the service starts."""
    providers: list[dict[str, Any]] = settings.OIDC_PROVIDERS
    if len({one["issuer"] for one in providers}) != len(providers):
        yield error(35, "Two identity providers have one REPERE_OIDC_…_ISSUER: name each once.")
    for one in providers:
        name = f"REPERE_OIDC_{one['code'].upper()}"
        yield from _registration(name, one)
        yield from _authentication_request(name, one)
        yield from _second_factor(name, one)
        yield from _client_secret(name, one)
        if not one["pkce"]:
            yield warning(
                13, f"{name}_PKCE is no: right for ProConnect alone, which refuses what it doesn't know."
            )


def _registration(name: str, one: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Look at how the provider and the service know each other."""
    parts = env.address(one["issuer"])
    if not https_host(one["issuer"]) or parts.query or parts.fragment or "@" in parts.netloc:
        yield error(
            35, f"{name}_ISSUER must be the issuer as the provider spells it, https://… without a query."
        )
    if not (one["client_id"] and one["secret"] and one["name"]):
        yield error(36, f"Set {name}_CLIENT_ID, {name}_CLIENT_SECRET (or …_FILE) and {name}_NAME.")


def _authentication_request(name: str, one: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Look at what a request to the provider says, and at the answers that are accepted."""
    if not one["algorithms"] or not assertions.ALGORITHMS.issuperset(one["algorithms"]):
        yield error(37, f"{name}_ALGORITHMS must be among {', '.join(sorted(assertions.ALGORITHMS))}.")
    if "openid" not in one["scopes"]:
        yield error(38, f"{name}_SCOPES must hold openid.")
    for what, allowed in PROVIDER_CHOICES.items():
        if one[what] not in allowed:
            yield error(38, f"{name}_{what.upper()} must be one of {', '.join(map(repr, allowed))}.")
    if one["acr"] and not set(one["acr"]).issuperset(one["second_factor_acr"]):
        yield error(39, f"{name}_SECOND_FACTOR_ACR names a level that {name}_ACR doesn't accept.")


def _client_secret(name: str, one: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Look at how long the secret is that the provider gave; none at all is another fault."""
    if 0 < len(one["secret"]) < PROVIDER_SECRET_LENGTH:
        yield error(
            58, f"{name}_CLIENT_SECRET has less than {PROVIDER_SECRET_LENGTH} characters: ask for another."
        )
    elif 0 < len(one["secret"]) < PROVIDER_SECRET_LENGTH_WARNED:
        yield warning(12, f"{name}_CLIENT_SECRET has less than {PROVIDER_SECRET_LENGTH_WARNED} characters.")


def _second_factor(name: str, one: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Refuse to take for a second factor what is none, or what may have been shown hours ago, on a shared machine."""
    if not SECOND_FACTORS.issuperset(one["second_factor_amr"]):
        yield error(56, f"{name}_SECOND_FACTOR_AMR must be among {', '.join(sorted(SECOND_FACTORS))}.")
    counts = one["second_factor_acr"] or one["second_factor_amr"]
    if counts and one["prompt"] != "login" and not one["auth_time"]:
        yield error(
            57,
            f"A second factor of {name} might be hours old: set {name}_PROMPT=login or {name}_AUTH_TIME=yes.",
        )

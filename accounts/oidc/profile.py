"""Authorization code flow: the request to a provider, and validation of its answer.

Sources: OpenID Connect Core 1.0 §3.1 and §5.3; RP-Initiated Logout 1.0; RFC 9207 (``iss`` in the answer); RFC 7636
(PKCE); RFC 9700; ProConnect's documentation for service providers: state and nonce of 32 characters or more, no unknown
parameter, a userinfo that is a signed JWT, a code that lives for 30 seconds.
"""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.errors import ProviderRefused, ProviderUnavailable
from accounts.identifiers import validate_siret
from accounts.oidc import metadata
from accounts.oidc.metadata import Metadata
from accounts.oidc.providers import Provider
from accounts.oidc.visits import Visit
from encryption import assertions, digest, index
from outbox.calls import answered

FORM: Final = "application/x-www-form-urlencoded"
_SUBJECT_MAX: Final = 255
_HINT_MAX: Final = 4096  # a larger ID token isn't kept: the address of the logout would be too long
_TEXT_MAX: Final = 2048
_REFUSED: Final = (400, 401, 403)


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's identity as the provider states it.

    ``subject`` is a keyed value of issuer and lasting id, ``siret`` the institution or empty; ``second_factor``: they
    signed in there in a way that the settings let count as a second factor too. ``end`` and ``hint`` are the address at
    which one signs out there and the ID token that says whom, empty where one doesn't.
    """

    subject: bytes = field(repr=False)
    siret: str = field(repr=False)
    second_factor: bool
    end: str = ""
    hint: str = field(default="", repr=False)


def address_to_ask(provider: Provider, addresses: Metadata, visit: Visit) -> str:
    parameters = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.returns_to,
        "scope": " ".join(provider.scopes),
        "state": visit.state,
        "nonce": visit.nonce,
    }
    if claims := _requested_claims(provider):
        parameters["claims"] = json.dumps({"id_token": claims}, separators=(",", ":"))
    if provider.prompt:
        parameters["prompt"] = provider.prompt
    if provider.pkce:
        parameters |= {
            "code_challenge": assertions.challenge_of(visit.verifier),
            "code_challenge_method": "S256",
        }
    return _with(addresses.authorization, parameters)


def _requested_claims(provider: Provider) -> dict[str, Any]:
    """Return which claims of the ID token are essential (Core §5.5): asked so, a level is required, not wished for."""
    claims: dict[str, Any] = {}
    if provider.acr:
        claims["acr"] = {"essential": True, "values": list(provider.acr)}
    if provider.second_factor_amr:
        claims["amr"] = {"essential": True}
    if provider.auth_time:
        claims["auth_time"] = {"essential": True}
    return claims


def _with(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters, quote_via=quote)}"


def code_in(provider: Provider, answer: Mapping[str, str]) -> str:
    """Return the code in an answer that a browser brings back from a provider, its state having been compared.

    ``answer`` holds the parameters ``code``, ``error`` and ``iss``, absent ones empty. Whether the provider has to name
    itself in answers is asked in ``profile_of``: that needs its metadata.
    """
    if answer["iss"] and answer["iss"] != provider.issuer:
        raise ProviderRefused(rule="provider-mixed-up")
    if answer["error"] or not answer["code"]:
        raise ProviderRefused(rule="provider-answer")
    return answer["code"]


def profile_of(provider: Provider, visit: Visit, code: str, *, named: bool, at: datetime) -> Profile:
    """Exchange a code, and return who it is. Calls the provider, so outside of any transaction.

    ``named``: the answer said by whom it is.
    """
    addresses = metadata.of(provider)
    if addresses.names_itself and not named:
        raise ProviderRefused(rule="provider-mixed-up")
    tokens = _exchanged(provider, addresses, visit, code)
    token, access = tokens.get("id_token"), tokens.get("access_token")
    if (
        not isinstance(token, str)
        or not isinstance(access, str)
        or not access.isascii()
        or not access.isprintable()
    ):
        raise ProviderRefused(rule="provider-token")
    claims = metadata.claims_of(provider, token)
    _require_id(provider, visit, claims, at=at)
    if "at_hash" in claims and claims["at_hash"] != assertions.half_hash(
        access, assertions.algorithm_of(token)
    ):
        raise ProviderRefused(rule="provider-access-token")
    more = _userinfo(provider, addresses, access, claims, at=at)
    hint = token if provider.logout and addresses.end_session and len(token) <= _HINT_MAX else ""
    return Profile(
        subject=index.keyed("identity.subject", f"{provider.issuer}\n{claims['sub']}".encode()),
        siret=_siret(provider, {**claims, **more}),
        second_factor=_is_second_factor(provider, claims),
        end=_end(provider, addresses, claims) if hint else "",
        hint=hint,
    )


def _end(provider: Provider, addresses: Metadata, claims: Mapping[str, Any]) -> str:
    """Return where one signs out there; a token that names us in a list doesn't say alone whose it is (Logout §2)."""
    if isinstance(claims["aud"], list):
        return _with(addresses.end_session, {"client_id": provider.client_id})
    return addresses.end_session


def _exchanged(provider: Provider, addresses: Metadata, visit: Visit, code: str) -> dict[str, Any]:
    """Return what the token endpoint gives for a code (Core §3.1.3)."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": provider.returns_to}
    headers = {"Content-Type": FORM, "Accept": "application/json"}
    if provider.client_auth == "basic":
        # RFC 6749 §2.3.1: both are encoded as in a form before they become one name and password.
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        sent |= {"client_id": provider.client_id, "client_secret": provider.secret}
    if provider.pkce:
        sent["code_verifier"] = visit.verifier
    status, body = metadata.call(provider, addresses.token, urlencode(sent).encode(), headers, method="POST")
    if status in _REFUSED:
        raise ProviderRefused(rule="provider-code")
    if status != 200:
        raise ProviderUnavailable(rule="provider-status")
    tokens = answered(body)
    if not tokens or str(tokens.get("token_type", "")).lower() != "bearer":
        raise ProviderUnavailable(rule="provider-status")
    return tokens


def _require_id(provider: Provider, visit: Visit, claims: Mapping[str, Any], *, at: datetime) -> None:
    """Ask of an ID token what Core §3.1.3.7 asks, and the level and age of the sign-in that the site requires."""
    _require_from_to(provider, claims)
    if not _is_text(claims.get("sub"), _SUBJECT_MAX):
        raise ProviderRefused(rule="provider-subject")
    now, skew = at.timestamp(), settings.PROVIDER_SKEW_SECONDS
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires + skew <= now:
        raise ProviderRefused(rule="provider-expired")
    if issued - skew > now or (_time(claims, "nbf") if "nbf" in claims else issued) - skew > now:
        raise ProviderRefused(rule="provider-early")
    if issued + skew < visit.begun_at:  # made before anybody asked for it
        raise ProviderRefused(rule="provider-old")
    if not _is_text(claims.get("nonce"), _TEXT_MAX) or not digest.equal(
        str(claims["nonce"]).encode(), visit.nonce.encode()
    ):
        raise ProviderRefused(rule="provider-nonce")
    if provider.acr and claims.get("acr") not in provider.acr:
        raise ProviderRefused(rule="provider-level")
    if (provider.auth_time or provider.prompt == "login") and (provider.auth_time or "auth_time" in claims):
        signed_in = _time(claims, "auth_time")
        if signed_in - skew > now or signed_in + skew < visit.begun_at:
            raise ProviderRefused(rule="provider-sign-in-old")


def _require_from_to(provider: Provider, claims: Mapping[str, Any]) -> None:
    """Refuse claims that aren't this provider's for this service and no other."""
    if claims.get("iss") != provider.issuer:
        raise ProviderRefused(rule="provider-issuer")
    if claims.get("aud") not in (provider.client_id, [provider.client_id]):
        raise ProviderRefused(rule="provider-audience")
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise ProviderRefused(rule="provider-audience")


def _userinfo(
    provider: Provider, addresses: Metadata, access: str, claims: Mapping[str, Any], *, at: datetime
) -> Mapping[str, Any]:
    """Return what the provider tells beside (Core §5.3), about the same person."""
    if provider.userinfo == "no":
        return {}
    headers = {"Authorization": f"Bearer {access}"}
    status, body = metadata.call(provider, addresses.userinfo, b"", headers, method="GET")
    if status != 200:
        raise ProviderUnavailable(rule="provider-status")
    if provider.userinfo == "jwt":
        userinfo = metadata.claims_of(provider, body.decode("ascii", "replace").strip())
        _require_from_to(provider, userinfo)
        skew = settings.PROVIDER_SKEW_SECONDS
        if "exp" in userinfo and _time(userinfo, "exp") + skew <= at.timestamp():
            raise ProviderRefused(rule="provider-expired")
    else:
        userinfo = answered(body)
    if userinfo.get("sub") != claims["sub"]:
        raise ProviderRefused(rule="provider-subject")
    return userinfo


def _siret(provider: Provider, claims: Mapping[str, Any]) -> str:
    """Return the SIRET that is claimed, empty if there is none or it can't be one."""
    siret = claims.get(provider.siret) if provider.siret else None
    if not isinstance(siret, str):
        return ""
    try:
        validate_siret(siret)
    except ValidationError:
        return ""
    return siret


def _is_second_factor(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Tell whether somebody signed in there in a way that the settings let count as a second factor too."""
    wanted: list[tuple[Collection[str], Any]] = []
    if provider.second_factor_acr:
        wanted.append((provider.second_factor_acr, [claims.get("acr")]))
    if provider.second_factor_amr:
        wanted.append((provider.second_factor_amr, claims.get("amr")))
    return bool(wanted) and all(
        isinstance(values, list) and any(isinstance(one, str) and one in accepted for one in values)
        for accepted, values in wanted
    )


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isascii()


def _time(claims: Mapping[str, Any], name: str) -> float:
    """Return an instant of the claims, in seconds since 1970 (RFC 7519 §2)."""
    seconds = claims.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 2**40:
        raise ProviderRefused(rule="provider-time")
    return float(seconds)


def address_to_leave(end: str, hint: str, state: str) -> str:
    """Return where a browser is sent to sign out at the provider too (RP-Initiated Logout §2)."""
    back = f"{settings.PUBLIC_ADDRESS}/deconnexion/retour"
    return _with(end, {"id_token_hint": hint, "post_logout_redirect_uri": back, "state": state})

"""Verifies JWTs that an identity provider signed: signature, key and algorithm.

Accepts signed JSON only (JWS compact form, RFC 7515), under the provider's public keys (RFC 7517). Refuses ``none`` and
shared secrets, whatever the header says, and any key that the header carries (RFC 8725, §3.1 and §3.5).
``accounts/oidc/`` interprets the claims.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwk, jws
from joserfc.errors import JoseError

#: Each algorithm with the kind of key that it takes, its curve, and the hash that belongs to it (RFC 7518 §3.1).
_KINDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "ES256": ("EC", "P-256", "sha256"),
    "ES384": ("EC", "P-384", "sha384"),
    "PS256": ("RSA", "", "sha256"),
    "PS384": ("RSA", "", "sha384"),
    "RS256": ("RSA", "", "sha256"),
    "RS384": ("RSA", "", "sha384"),
}
ALGORITHMS: Final = frozenset(_KINDS)
RSA_BITS: Final = 2048
# Both bounds are asked before anything is parsed: the token comes through a browser that nobody has signed in.
_TOKEN_MAX: Final = 32 * 1024
_KEYS_MAX: Final = 50


class AssertionRefused(ValueError):
    """The JWT is refused; ``rule`` is one of ``token``, ``algorithm``, ``signature``."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class KeyUnknown(AssertionRefused):
    """No cached key is the one that the header names: the provider may have a new key."""

    def __init__(self) -> None:
        super().__init__("key")


@dataclass(frozen=True, slots=True)
class Keys:
    kept: tuple[jwk.Key, ...]


def keys_of(document: Mapping[str, Any]) -> Keys:
    """Return the keys of a key set (RFC 7517 §5) that can sign; those of a kind that isn't ours are left out.

    Raises:
        AssertionRefused: it is no key set.
    """
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > _KEYS_MAX:
        raise AssertionRefused("key")
    return Keys(tuple(key for one in listed if (key := _public(one)) is not None))


def _public(jwk_dict: Mapping[str, Any]) -> jwk.Key | None:
    """Return a public key to check signatures with, or None. A secret or a private part makes it none of ours."""
    # ``d`` and ``k`` are a private and a symmetric key. A symmetric one in a published set would let everybody sign
    # (RFC 8725 §2.1).
    if not isinstance(jwk_dict, dict) or jwk_dict.get("use", "sig") != "sig" or {"d", "k"} & set(jwk_dict):
        return None
    # A key of an unknown kind is left out, not an error: providers publish new kinds before they use them.
    kinds = {(kind, curve) for kind, curve, _ in _KINDS.values()}
    try:
        if (jwk_dict["kty"], jwk_dict.get("crv", "")) not in kinds:
            return None
        # The size is asked of the number itself: the library would take a smaller one with a warning.
        if jwk_dict["kty"] == "RSA" and _number(jwk_dict["n"]).bit_length() < RSA_BITS:
            return None
        return jwk.import_key(jwk_dict)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def claims_of(token: str, keys: Keys, algorithms: Collection[str]) -> dict[str, Any]:
    """Return what a signed token says, once its signature was found right.

    Raises:
        KeyUnknown: its key isn't among these.
        AssertionRefused: anything else about it.
    """
    if not token.isascii() or len(token) > _TOKEN_MAX:
        raise AssertionRefused("token")
    try:
        token_object = jws.extract_compact(token.encode())
    except (JoseError, ValueError, TypeError) as error:
        raise AssertionRefused("token") from error
    header = token_object.headers()
    algorithm = header.get("alg")
    # The settings say which algorithms count. The token's own header may only choose among them (RFC 8725 §3.1).
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS.intersection(algorithms):
        raise AssertionRefused("algorithm")
    key = _key_for(header.get("kid"), algorithm, keys.kept)
    try:
        # The one algorithm is passed again: without it the library would accept any that suits the key.
        right = jws.validate_compact(token_object, key, [algorithm])
    except (JoseError, ValueError, TypeError) as error:
        raise AssertionRefused("signature") from error
    if not right:
        raise AssertionRefused("signature")
    return _object(token_object.payload)


def _key_for(kid: object, algorithm: str, keys: Sequence[jwk.Key]) -> jwk.Key:
    """Return the one key of that name and kind; a token without a name is for a provider with one key of its kind."""
    kind, curve, _ = _KINDS[algorithm]
    fit = []
    for key in keys:
        described = key.as_dict(private=False)
        named = kid is None or described.get("kid") == kid
        if (
            named
            and described.get("alg", algorithm) == algorithm
            and (described["kty"], described.get("crv", "")) == (kind, curve)
        ):
            fit.append(key)
    # Two keys that fit are refused as none is: which one is tried mustn't depend on the order of the set.
    if len(fit) != 1:
        raise KeyUnknown
    return fit[0]


def _object(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise AssertionRefused("token") from error
    if not isinstance(claims, dict):
        raise AssertionRefused("token")
    return claims


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says something twice: two readers would read two things."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate")
    return members


def half_hash(token: str, algorithm: str) -> str:
    """Return by what an ID token names the access token beside it (``at_hash``, OpenID Connect Core §3.1.3.6)."""
    whole = hashlib.new(_KINDS[algorithm][2], token.encode()).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def algorithm_of(token: str) -> str:
    """Return by which algorithm a token, whose signature was found right, is signed."""
    return str(jws.extract_compact(token.encode()).headers()["alg"])


def challenge_of(verifier: str) -> str:
    """Return the challenge to a code's verifier (S256, RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

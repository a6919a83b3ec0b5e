"""Passkeys: the server's side of WebAuthn, challenge and verification.

User verification is required, so a passkey counts as two factors. Attestation isn't requested: the make of a person's
key is nobody's business. The caller supplies the relying party and its origin from the settings, never from a request.
Source: W3C Web Authentication Level 3, §7.1 and §7.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME: Final = "Repère"


@dataclass(frozen=True, slots=True)
class Party:
    """The relying party: the domain to which passkeys are bound, and the one origin whose pages may use them."""

    domain: str
    origin: str


@dataclass(frozen=True, slots=True)
class Credential:
    """The stored part of a passkey: its id, its public key as the authenticator gave it, its counter."""

    id: bytes
    public: bytes
    counter: int


class PasskeyRefused(ValueError):
    """The browser's answer doesn't match the challenge; the error doesn't say why."""


class CounterWentBack(PasskeyRefused):
    """The answer is right, but its counter isn't beyond the last one: the key may have been copied (§6.1.1)."""


def _server(party: Party) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=party.domain, name=NAME),
        attestation=AttestationConveyancePreference.NONE,
        # From the settings: an origin out of the request would accept the page of a phisher.
        verify_origin=lambda origin: origin == party.origin,
    )


def _described(credentials: Iterable[bytes]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(public) for public in credentials]


def ask_for_new(
    party: Party, *, owner: UUID, name: str, known: Iterable[Credential]
) -> tuple[dict[str, Any], str]:
    """Return what a browser needs to make a passkey (in JSON), and the challenge to be kept until it answers."""
    user = PublicKeyCredentialUserEntity(id=owner.bytes, name=name, display_name=name)
    options, state = _server(party).register_begin(
        user,
        _described(one.public for one in known),
        # Preferred, not required: older security keys have no room for credentials of their own.
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options)["publicKey"], state["challenge"]


def made(party: Party, challenge: str, answer: Mapping[str, str]) -> Credential:
    """Return the new passkey that a browser answers with: ``client_data`` and ``attestation``, in URL-safe Base64.

    Raises:
        PasskeyRefused: another challenge, origin or domain, no user verification, or nothing readable.
    """
    response = {"clientDataJSON": answer["client_data"], "attestationObject": answer["attestation"]}
    try:
        # The id at the top is the browser's word; what counts is the one that the authenticator wrote.
        result = _server(party).register_complete(_state(challenge), _credential("", response))
        attested = result.credential_data
        credential = (
            None if attested is None else Credential(attested.credential_id, bytes(attested), result.counter)
        )
    # The library raises many types for hostile input. All are one refusal, or the answer would tell what to change.
    except Exception:
        credential = None
    if credential is None:
        raise PasskeyRefused
    return credential


def challenge_for(party: Party, known: Iterable[Credential]) -> tuple[dict[str, Any], str]:
    """Return what a browser needs to use one of these passkeys (in JSON), and the challenge to be kept."""
    options, state = _server(party).authenticate_begin(
        _described(one.public for one in known), user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options)["publicKey"], state["challenge"]


def used(
    party: Party, challenge: str, answer: Mapping[str, str], known: Iterable[Credential]
) -> tuple[bytes, int]:
    """Return the id of the passkey that answered, and its counter now.

    ``answer``: ``id``, ``client_data``, ``authenticator_data`` and ``signature``, in URL-safe Base64.

    Raises:
        CounterWentBack: the counter isn't beyond the last one, where the passkey counts at all.
        PasskeyRefused: any other fault.
    """
    counters = {one.id: one for one in known}
    response = {
        "clientDataJSON": answer["client_data"],
        "authenticatorData": answer["authenticator_data"],
        "signature": answer["signature"],
    }
    id_and_counter: tuple[bytes, int] | None = None
    try:
        assertion = AuthenticationResponse.from_dict(_credential(answer["id"], response))
        key = _server(party).authenticate_complete(
            _state(challenge), _described(one.public for one in counters.values()), assertion
        )
        id_and_counter = key.credential_id, assertion.response.authenticator_data.counter
    except Exception:
        id_and_counter = None
    if id_and_counter is None or id_and_counter[0] not in counters:
        raise PasskeyRefused
    # Synced passkeys always say 0. Only where a counter was ever used does standing still mean a copy (WebAuthn
    # §6.1.1).
    last = counters[id_and_counter[0]].counter
    if (last or id_and_counter[1]) and id_and_counter[1] <= last:
        raise CounterWentBack
    return id_and_counter


def _state(challenge: str) -> dict[str, Any]:
    # Verification is required again when the answer comes: what the browser was asked for isn't what it did.
    return {"challenge": challenge, "user_verification": UserVerificationRequirement.REQUIRED}


def _credential(name: str, response: Mapping[str, str]) -> dict[str, Any]:
    name = name or websafe_encode(b"new")
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "response": dict(response),
        "clientExtensionResults": {},
    }

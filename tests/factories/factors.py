"""Second factors of the tests: a passkey in software, and one helper that signs a person in fully."""

from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts import factors
from accounts.models import Factor, User
from accounts.models.factor import FactorKind

FLAGS = AuthenticatorData.FLAG


class SoftKey:
    """An authenticator: one passkey, which says what it is told to."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = uuid4().bytes + uuid4().bytes
        self.counter = 0
        self.verifies, self.present, self.signs_right = True, True, True
        self.origin, self.domain = "", ""

    @property
    def credential(self) -> AttestedCredentialData:
        return AttestedCredentialData.create(
            Aaguid.NONE, self.id, ES256.from_cryptography_key(self.private.public_key())
        )

    def _said(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin or factors.party().origin)

    def _data(self, flags: int, credential: bytes = b"") -> AuthenticatorData:
        flags |= (FLAGS.UV if self.verifies else 0) | (FLAGS.UP if self.present else 0)
        domain = sha256((self.domain or factors.party().domain).encode()).digest()
        return AuthenticatorData.create(domain, flags, self.counter, credential)

    def makes(self, options: dict[str, Any]) -> dict[str, str]:
        """Answer the question for a new passkey."""
        attestation = AttestationObject.create("none", self._data(FLAGS.AT, self.credential), {})
        said = self._said("webauthn.create", options["challenge"])
        return {"client_data": websafe_encode(said), "attestation": websafe_encode(attestation)}

    def proves(self, options: dict[str, Any]) -> dict[str, str]:
        """Answer the question for a known one; the counter goes on."""
        self.counter += 1
        data, said = self._data(0), self._said("webauthn.get", options["challenge"])
        signed = data + said.hash if self.signs_right else b"something else"
        return {
            "id": websafe_encode(self.id),
            "client_data": websafe_encode(said),
            "authenticator_data": websafe_encode(data),
            "signature": websafe_encode(self.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }


def give_passkey(user: User) -> SoftKey:
    """Let a person have a passkey, without the way that leads to one."""
    key = SoftKey()
    Factor.objects.create(
        user=user, kind=FactorKind.PASSKEY, label="essai", created_at=timezone.now(),
        credential=key.id, public=bytes(key.credential),
    )  # fmt: skip
    return key


def give_application(user: User) -> Factor:
    """Let a person have an application; its codes come from ``encryption.onetime.code_at``."""
    return Factor.objects.create(user=user, kind=FactorKind.TOTP, label="essai", created_at=timezone.now())


def sign_in_fully(client: Any, user: User, password: str, key: SoftKey | None = None) -> SoftKey:
    """Sign a person in as they do it: password, then a passkey, which they get if they have none here."""
    key = key or give_passkey(user)
    sent = {"content_type": "application/json", "headers": {"accept": "application/json"}}
    first = client.post("/api/v1/session", {"email": user.email, "password": password}, **sent)
    assert first.status_code == 200, first.content
    asked = client.post("/api/v1/session/passkey", {}, **sent)
    assert asked.status_code == 200, asked.content
    answer = key.proves(asked.json()["public_key"])
    second = client.post("/api/v1/session/factor", {"passkey": answer}, **sent)
    assert second.status_code == 200, second.content
    return key

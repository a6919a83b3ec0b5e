"""Second factors of the tests: a passkey in software, and one helper that signs a person in fully."""

from functools import cache
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone
from fido2 import utils
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts import actions, factors, sign_in_flow, signin, throttling
from accounts.models import Factor, User
from accounts.models.factor import FactorKind
from accounts.sessions import SessionStore
from config import pipeline
from referrals.access import row_level_security

FLAGS = AuthenticatorData.FLAG
#: Each object of the library asks for the types of its class, 27 times for a sign-in: a sixth of it.
utils.get_type_hints = cache(utils.get_type_hints)


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
    """Sign a person in: password, then a passkey, which they get if they have none here.

    What the three requests do is done in one transaction, without what stands around each: half the time.
    """
    key = key or give_passkey(user)
    request: Any = RequestFactory(**client.defaults).post("/api/v1/session/factor")
    request.session = SessionStore()
    with transaction.atomic():
        request.at = at = pipeline.instant(row_level_security.close())
        with throttling.counted(request, {"email": user.email, "password": password}, at=at) as credentials:
            found = actions.check_password(**credentials)
        sign_in_flow.await_factor(request, found, at=at)
        asked, challenge = factors.options_to_use(found)
        signin.keep_challenge(request, sign_in_flow.PROVE, challenge, at=at)
        awaited = signin.awaited_in(request)
        assert sign_in_flow.complete_proof(request, found, awaited, {"passkey": key.proves(asked)}, at=at)
        request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return key

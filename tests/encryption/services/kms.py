"""A strict stand-in for AWS KMS: three calls, each accepted only with a valid Signature Version 4.

The signature is verified here from AWS's description of it, by code of our own: boto3 signs, this checks. Made after
the KMS API reference; not KMS itself.
"""

import base64
import hashlib
import hmac
import json
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.encryption.services.server import Server

ACCESS, SECRET, REGION = "AKIDSYNTHETIC", "synthetic-secret", "eu-west-3"
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<access>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/kms/aws4_request, "
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
FIELDS = {
    "Encrypt": {"KeyId", "Plaintext", "EncryptionContext"},
    "Decrypt": {"KeyId", "CiphertextBlob", "EncryptionContext"},
    "ReEncrypt": {
        "CiphertextBlob", "SourceKeyId", "SourceEncryptionContext", "DestinationKeyId", "DestinationEncryptionContext",
    },
}  # fmt: skip


def arn(number: int) -> str:
    return f"arn:aws:kms:{REGION}:000000000000:key/{number:08d}-0000-4000-8000-000000000000"


class Refused(Exception):
    """What KMS answers with an error."""

    def __init__(self, code: str, status: int = 400) -> None:
        self.code, self.status = code, status


class Kms(Server):
    """Some keys by their ARN."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {arn(1): os.urandom(32)}
        self.disabled: set[str] = set()

    def add(self, number: int) -> None:
        self.keys[arn(number)] = os.urandom(32)

    def lose(self) -> None:
        self.keys = {name: os.urandom(32) for name in self.keys}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        try:
            if not signed(method, path, headers, body):
                raise Refused("InvalidSignatureException")
            if self.fault == "throttled":
                raise Refused("ThrottlingException")
            if self.fault == "denied":
                raise Refused("AccessDeniedException")
            if self.fault == "broken":
                raise Refused("KMSInternalException", 500)
            call = headers["X-Amz-Target"].removeprefix("TrentService.")
            said = json.loads(body)
            assert set(said) == FIELDS[call], said
            return 200, self._done(call, said)
        except Refused as refused:
            return refused.status, {"__type": refused.code, "message": "refused"}

    def _done(self, call: str, said: dict[str, Any]) -> dict[str, str]:
        if call == "Encrypt":
            return self._sealed(said["KeyId"], base64.b64decode(said["Plaintext"]), said["EncryptionContext"])
        blob = base64.b64decode(said["CiphertextBlob"])
        if call == "Decrypt":
            plain = self._opened(said["KeyId"], blob, said["EncryptionContext"])
            return {"Plaintext": base64.b64encode(plain).decode(), "KeyId": said["KeyId"]}
        plain = self._opened(said["SourceKeyId"], blob, said["SourceEncryptionContext"])
        return self._sealed(said["DestinationKeyId"], plain, said["DestinationEncryptionContext"])

    def _key(self, name: str) -> bytes:
        if name not in self.keys:
            raise Refused("NotFoundException")
        if name in self.disabled:
            raise Refused("DisabledException")
        return self.keys[name]

    def _sealed(self, name: str, plain: bytes, context: dict[str, str]) -> dict[str, str]:
        nonce, key = os.urandom(12), self._key(name)
        blob = name.encode() + b"\0" + nonce + AESGCM(key).encrypt(nonce, plain, _bound(context))
        return {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": name}

    def _opened(self, name: str, blob: bytes, context: dict[str, str]) -> bytes:
        key = self._key(name)
        made_by, _, sealed = blob.partition(b"\0")
        if made_by.decode("ascii", "replace") not in self.keys or len(sealed) < 28:
            raise Refused("InvalidCiphertextException")
        if made_by.decode() != name:
            raise Refused("IncorrectKeyException")
        try:
            return AESGCM(key).decrypt(sealed[:12], sealed[12:], _bound(context))
        except InvalidTag:
            raise Refused("InvalidCiphertextException") from None


def _bound(context: dict[str, str]) -> bytes:
    return json.dumps(context, sort_keys=True).encode()


def signed(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify a request's signature. Source: AWS, "Create a signed AWS API request"."""
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    found = SIGNED.fullmatch(lower.get("authorization", ""))
    if found is None or (found["access"], found["region"]) != (ACCESS, REGION):
        return False
    names = found["names"].split(";")
    if not {"host", "x-amz-date", "x-amz-target"} <= set(names) or names != sorted(names):
        return False
    lines = [f"{name}:{lower[name]}\n" for name in names]
    canonical = "\n".join(
        [method, path, "", "".join(lines), found["names"], hashlib.sha256(body).hexdigest()]
    )
    scope = f"{found['day']}/{REGION}/kms/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", lower["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{SECRET}".encode()
    for part in (found["day"], REGION, "kms", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), found["signature"])

"""A strict stand-in for the transit engine of HashiCorp Vault: the requests that we send, and no others.

Made after Vault's HTTP API as documented and as its issues report its errors; not Vault itself.
"""

import base64
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.encryption.services.server import Server

TOKEN = "hvs.synthetic"
FIELDS = {"encrypt": {"plaintext", "associated_data"}, "decrypt": {"ciphertext", "associated_data"}}


class Vault(Server):
    """One transit key, ``repere``, of type aes256-gcm96."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = {1: os.urandom(32)}
        self.oldest = 1

    def rotate(self) -> None:
        self.versions[max(self.versions) + 1] = os.urandom(32)

    def retire_old(self) -> None:
        self.oldest = max(self.versions)

    def lose(self) -> None:
        """Another key of the same name: what was wrapped opens no more."""
        self.versions = {number: os.urandom(32) for number in self.versions}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        if self.fault == "sealed":
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Token") != TOKEN or headers.get("X-Vault-Request") != "true":
            return 403, {"errors": ["permission denied"]}
        if self.fault == "denied":
            return 403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]}
        what, _, name = path.removeprefix("/v1/transit/").partition("/")
        if not path.startswith("/v1/transit/") or what not in ("encrypt", "decrypt", "keys"):
            return 404, {"errors": ["no handler for route"]}
        if name != "repere" or self.fault == "no key":
            return 400, {"errors": ["encryption key not found"]}
        if what == "keys":
            assert method == "GET", method
            return 200, {"data": {"name": name, "latest_version": max(self.versions), "type": "aes256-gcm96"}}
        assert method == "POST", method
        said = json.loads(body)
        assert set(said) == FIELDS[what], said
        return self._encrypt(said) if what == "encrypt" else self._decrypt(said)

    def _encrypt(self, said: dict[str, str]) -> tuple[int, Any]:
        version, nonce = max(self.versions), os.urandom(12)
        plain, bound = (
            base64.b64decode(said[name], validate=True) for name in ("plaintext", "associated_data")
        )
        sealed = nonce + AESGCM(self.versions[version]).encrypt(nonce, plain, bound)
        text = f"vault:v{version}:{base64.b64encode(sealed).decode()}"
        return 200, {"data": {"ciphertext": text, "key_version": version}}

    def _decrypt(self, said: dict[str, str]) -> tuple[int, Any]:
        prefix, number, text = said["ciphertext"].split(":")
        if prefix != "vault" or not number.startswith("v"):
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        version = int(number[1:])
        if version > max(self.versions):
            return 400, {"errors": ["invalid ciphertext: version is too new"]}
        if version < self.oldest:
            return 400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
        try:
            sealed = base64.b64decode(text, validate=True)
            bound = base64.b64decode(said["associated_data"], validate=True)
            plain = AESGCM(self.versions[version]).decrypt(sealed[:12], sealed[12:], bound)
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        except ValueError:
            return 400, {"errors": ["invalid ciphertext: could not decode base64"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}

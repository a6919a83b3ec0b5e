"""Root key in HashiCorp Vault or OpenBao: the *transit* engine encrypts, and the key never leaves it.

The transit key is of a type with associated data (``aes256-gcm96``, the default, or ``chacha20-poly1305``). Its
versions are the root's versions. The token is in a file that Vault's agent keeps fresh, read at each call. Source:
Vault's HTTP API, ``/transit``; docs/decisions/0014-key-services.md.
"""

import base64
import binascii
import http.client
import json
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from secrets import compare_digest, token_bytes
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from django.conf import settings

from encryption.errors import KeysUnavailable, Unreadable
from encryption.roots import HEAD_BYTES, head, root_of
from encryption.suites import KEY_BYTES

STEP_SECONDS: Final = 1.0
ANSWER_BYTES: Final = 64 * 1024
_CIPHERTEXT: Final = re.compile(r"vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/]{1,4096}={0,2}", re.ASCII)
#: What Vault says of a ciphertext that isn't one, or that its key doesn't open. All else is an outage: a mistaken
#: name of a key, a token that ran out and a sealed Vault can be mended, and must not make keys look lost.
_NOT_OPENED: Final = ("message authentication failed", "invalid ciphertext", "too old", "too new")


class VaultProvider:
    """The transit engine of the Vault in ``settings.VAULT_ADDR``."""

    format: ClassVar[int] = 2
    remote: ClassVar[bool] = True

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return format (1) | version (4) | Vault's own text."""
        text = self._call("encrypt", {"plaintext": _b64(key), "associated_data": _b64(context)}).get(
            "ciphertext"
        )
        # Vault's text goes into our column and back into a request. Anything but its own form is refused here.
        ciphertext = _CIPHERTEXT.fullmatch(text) if isinstance(text, str) else None
        if ciphertext is None:
            raise KeysUnavailable
        return head(self.format, int(ciphertext[1])) + ciphertext[0].encode()

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key; the version in our head must be the one in Vault's text."""
        form, version = root_of(wrapped)
        ciphertext = _CIPHERTEXT.fullmatch(wrapped[HEAD_BYTES:].decode("ascii", "replace"))
        # Both must agree: our head is what reports count, Vault's text what it opens by.
        if form != self.format or ciphertext is None or int(ciphertext[1]) != version:
            raise Unreadable
        answer = self._call("decrypt", {"ciphertext": ciphertext[0], "associated_data": _b64(context)})
        return _unb64(answer.get("plaintext"))

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the same key under the newest version.

        By opening and wrapping: Vault's own ``rewrap`` takes no associated data (hashicorp/vault issue 29532).
        """
        return self.wrap(self.unwrap(wrapped, context), context)

    def current_version(self) -> int:
        """Return the newest version of the transit key."""
        version = self._call("keys", None).get("latest_version")
        if type(version) is not int or version < 1:
            raise KeysUnavailable
        return version

    def health(self) -> None:
        """Wrap and unwrap something."""
        probe = token_bytes(KEY_BYTES)
        try:
            works = compare_digest(self.unwrap(self.wrap(probe, b"health"), b"health"), probe)
        except Unreadable:
            works = False
        if not works:
            raise KeysUnavailable

    def _call(self, what: str, body: Mapping[str, str] | None) -> dict[str, Any]:
        """Ask the engine; return the ``data`` of the answer.

        Raises:
            Unreadable: Vault opened nothing, and says that the ciphertext is the reason.
            KeysUnavailable: anything else.
        """
        status, answer = _sent(f"/{what}/{quote(settings.VAULT_KEY, safe='')}", body)
        if status == http.client.OK and isinstance(data := answer.get("data"), dict):
            return data
        errors = " ".join(map(str, answer.get("errors") or ()))
        # By Vault's words, because it uses the same status for a bad ciphertext and for faults of its own.
        if what == "decrypt" and status in (400, 500) and any(text in errors for text in _NOT_OPENED):
            raise Unreadable
        raise KeysUnavailable


def _sent(path: str, body: Mapping[str, str] | None) -> tuple[int, dict[str, Any]]:
    """Send one request and return status and document. No redirect is followed; no proxy is used."""
    parts = urlsplit(settings.VAULT_ADDR)
    whole = f"{parts.path.rstrip('/')}/v1/{settings.VAULT_MOUNT.strip('/')}{path}"
    try:
        token = Path(settings.VAULT_TOKEN_FILE).read_text(encoding="ascii").strip()
        headers = {"X-Vault-Token": token, "X-Vault-Request": "true", "Content-Type": "application/json"}
        if settings.VAULT_NAMESPACE:
            headers["X-Vault-Namespace"] = settings.VAULT_NAMESPACE
        connection = _connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            method, sent = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
            connection.request(method, whole, sent, headers)
            answer = connection.getresponse()
            # Bounded: whoever answers in Vault's place mustn't fill the memory.
            document = json.loads(answer.read(ANSWER_BYTES))
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        # Not chained: what it quotes may hold the token or the key.
        raise KeysUnavailable from None
    return answer.status, document if isinstance(document, dict) else {}


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context(cafile=settings.OUTBOUND_CA_FILE or None)
        return http.client.HTTPSConnection(host, port, timeout=STEP_SECONDS, context=context)
    return http.client.HTTPConnection(host, port, timeout=STEP_SECONDS)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "!", validate=True)
    except binascii.Error:
        raise KeysUnavailable from None

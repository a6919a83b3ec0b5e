"""Root key in a hardware security module, over PKCS#11. Needs the extra ``pkcs11``.

The root's versions are AES-256 keys on one token, whose labels end in a number (``repere-1``, ``repere-2``): the
highest wraps, all unwrap. They are made on the token, sensitive and not extractable, and never leave it. The PIN stands
in a file, read when a session is opened. A process has one session: modules have few, and it asks about once a minute.
Source: PKCS#11 3.1 §2.12 (AES-GCM); docs/decisions/0014-key-services.md.
"""

import os
from collections.abc import Callable
from pathlib import Path
from secrets import compare_digest, token_bytes
from threading import Lock
from typing import Any, ClassVar, Final

import pkcs11
from django.conf import settings
from pkcs11.exceptions import PKCS11Error

from encryption.errors import KeysUnavailable, Unreadable
from encryption.roots import HEAD_BYTES, head, root_of
from encryption.suites import KEY_BYTES, NONCE_BYTES, TAG_BYTES

_NONCE_END: Final = HEAD_BYTES + NONCE_BYTES
_WHOLE: Final = _NONCE_END + KEY_BYTES + TAG_BYTES
#: What modules say of a ciphertext that its key doesn't open; some say no more than that something failed.
_NOT_OPENED: Final = (
    pkcs11.exceptions.EncryptedDataInvalid,
    pkcs11.exceptions.EncryptedDataLenRange,
    pkcs11.exceptions.GeneralError,
    pkcs11.exceptions.FunctionFailed,
)


class _Token:
    """The one session of this process. Each use holds the lock, and looks for the keys anew: some may be added."""

    def __init__(self, *, forked: bool = False) -> None:
        self._lock = Lock()
        self._session: Any = None
        self._forked = forked

    def use[T](self, act: Callable[[dict[int, Any]], T]) -> T:
        """Return what ``act`` makes of the keys by version; a session that failed is opened anew next time.

        Raises:
            KeysUnavailable: module, token or PIN don't let us in.
            PKCS11Error: ``act``'s own.
        """
        with self._lock:
            if self._session is None:
                self._open()
            try:
                # Looked for at each use: a new version on the token counts without a restart.
                return act(dict(_versions(self._session)))
            # A session may be lost with the device. Keeping it would turn one failure into an outage until a restart.
            except PKCS11Error:
                self._close()
                raise

    def _open(self) -> None:
        try:
            module = pkcs11.lib(settings.PKCS11_MODULE)
            if self._forked:
                # What the parent had opened isn't ours; the module must be told that this is another process.
                module.reinitialize()
                self._forked = False
            pin = Path(settings.PKCS11_PIN_FILE).read_text(encoding="utf-8").strip()
            self._session = module.get_token(token_label=settings.PKCS11_TOKEN).open(user_pin=pin)
        except (PKCS11Error, OSError, RuntimeError):
            raise KeysUnavailable from None

    def _close(self) -> None:
        session, self._session = self._session, None
        try:
            if session is not None:
                session.close()
        except PKCS11Error:
            pass  # it was lost already

    def forget(self) -> None:
        """Close the session: the token is another."""
        with self._lock:
            self._close()


def _versions(session: Any) -> Any:
    for key in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}):
        name, _, number = str(key.label).rpartition("-")
        # The token may hold keys of others; a label counts by our name and number alone.
        if name == settings.PKCS11_KEY and number.isascii() and number.isdigit() and 0 < int(number) < 2**32:
            yield int(number), key


_token = _Token()


def _start_afresh() -> None:
    global _token
    _token = _Token(forked=True)


os.register_at_fork(after_in_child=_start_afresh)


class HsmProvider:
    """The token ``settings.PKCS11_TOKEN`` of the module ``settings.PKCS11_MODULE``."""

    format: ClassVar[int] = 4
    remote: ClassVar[bool] = True  # many a module asks a machine elsewhere, and takes its time

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return format (1) | version (4) | nonce (12) | ciphertext and tag."""
        nonce = token_bytes(NONCE_BYTES)

        def act(keys: dict[int, Any]) -> bytes:
            version = _newest(keys)
            # Our head is authenticated too: a wrap can't be made to name another version of the root.
            begin = head(self.format, version)
            ciphertext = keys[version].encrypt(key, **_gcm(nonce, begin + context))
            return begin + nonce + bytes(ciphertext)

        try:
            return _token.use(act)
        except PKCS11Error:
            raise KeysUnavailable from None

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key; the version that wrapped it is named in its head."""
        form, version = root_of(wrapped)
        if form != self.format or len(wrapped) != _WHOLE:
            raise Unreadable
        begin, nonce, body = wrapped[:HEAD_BYTES], wrapped[HEAD_BYTES:_NONCE_END], wrapped[_NONCE_END:]

        def act(keys: dict[int, Any]) -> bytes:
            # A version that is gone makes its keys lost, not the service: ``LostKey`` then stands in (SEC-CR14).
            if version not in keys:
                raise Unreadable
            return bytes(keys[version].decrypt(body, **_gcm(nonce, begin + context)))

        try:
            return _token.use(act)
        except _NOT_OPENED:
            # The same words may tell of a module that fails: then it opens nothing else either.
            self.health()
            raise Unreadable from None
        except PKCS11Error:
            raise KeysUnavailable from None

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the same key under the newest version; it passes through this process's memory."""
        return self.wrap(self.unwrap(wrapped, context), context)

    def current_version(self) -> int:
        """Return the highest number on the token."""
        try:
            return _token.use(_newest)
        except PKCS11Error:
            raise KeysUnavailable from None

    def health(self) -> None:
        """Wrap and unwrap something."""
        probe, nonce = token_bytes(KEY_BYTES), token_bytes(NONCE_BYTES)

        def act(keys: dict[int, Any]) -> bytes:
            newest = keys[_newest(keys)]
            return bytes(
                newest.decrypt(newest.encrypt(probe, **_gcm(nonce, b"health")), **_gcm(nonce, b"health"))
            )

        try:
            works = compare_digest(_token.use(act), probe)
        except PKCS11Error:
            works = False
        if not works:
            raise KeysUnavailable


def _newest(keys: dict[int, Any]) -> int:
    if not keys:
        raise KeysUnavailable
    return max(keys)


def _gcm(nonce: bytes, bound: bytes) -> dict[str, Any]:
    return {
        "mechanism": pkcs11.Mechanism.AES_GCM,
        "mechanism_param": pkcs11.GCMParams(nonce, bound, 8 * TAG_BYTES),
    }

"""Key providers: hold the root key. Only a provider sees it; all other code sees wrapped bytes.

A provider wraps the keys of the first level: one per authority, the drafts key, the index key. ``context`` is
authenticated with the key, so a wrapped key can't stand in for another.

This module has the file provider of a first run; ``encryption/vault.py`` and ``encryption/awskms.py`` call key
services, within the bounds of ``encryption/bounded.py``. Source: docs/decisions/0014-key-services.md.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import ClassVar, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

from encryption.bounded import Bounded
from encryption.errors import KeysUnavailable, Unreadable
from encryption.roots import HEAD_BYTES, Provider, head, root_of
from encryption.suites import KEY_BYTES, NONCE_BYTES


def configured() -> Provider:
    """Return the provider that ``settings.KEY_PROVIDER`` names; it wraps."""
    return _named(settings.KEY_PROVIDER)


def that_wrapped(wrapped: bytes) -> Provider:
    """Return the provider that unwraps these bytes: the configured one, or the one before it.

    While keys move from one key service to another, both are there: ``settings.KEY_PROVIDER_BEFORE`` still unwraps
    what it wrapped.

    Raises:
        Unreadable: neither of the two made it.
    """
    # By the first byte alone, without trying: a provider that is asked for another's wrap would report a lost key.
    made_by = wrapped[0] if wrapped else None
    for path in (settings.KEY_PROVIDER, settings.KEY_PROVIDER_BEFORE):
        # The configured one first: both may be of the same format, and new wraps are its own.
        if path and (candidate := _named(path)).format == made_by:
            return candidate
    raise Unreadable


def _named(path: str) -> Provider:
    provider = cast("Provider", import_string(path)())
    return Bounded(path, provider) if provider.remote else provider


class FileProvider:
    """Root keys in a local file, for the first run: one line a key, ``version hexadecimal``.

    The highest version wraps; all unwrap. The file is read at each use and its keys are never kept,
    for a process asks about once a minute and authority. A file that others may read is refused, and in
    production any, unless ``settings.ALLOW_FILE_KEYS`` accepts it by name.
    """

    format: ClassVar[int] = 1
    remote: ClassVar[bool] = False

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return format (1) | root version (4) | nonce (12) | ciphertext and tag."""
        roots = self._roots()
        version = max(roots)
        # The version is authenticated: moved to another number, the bytes don't open.
        begin = head(self.format, version)
        nonce = os.urandom(NONCE_BYTES)
        return begin + nonce + AESGCM(roots[version]).encrypt(nonce, key, begin + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key; the root that wrapped it is named in its head."""
        begin, nonce, body = wrapped[:HEAD_BYTES], wrapped[HEAD_BYTES:17], wrapped[17:]
        form, version = root_of(wrapped)
        root = self._roots().get(version)
        if root is None or form != self.format or len(nonce) != NONCE_BYTES:
            raise Unreadable
        try:
            return AESGCM(root).decrypt(nonce, body, begin + context)
        except InvalidTag:
            raise Unreadable from None

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the same key under the newest root of the file."""
        return self.wrap(self.unwrap(wrapped, context), context)

    def current_version(self) -> int:
        return max(self._roots())

    def health(self) -> None:
        self._roots()

    def _roots(self) -> dict[int, bytes]:
        path = Path(settings.KEY_FILE)
        # A root key beside the data would make a stolen disk enough. Production has to accept that by name.
        if settings.PRODUCTION and not settings.ALLOW_FILE_KEYS:
            raise KeysUnavailable
        try:
            if not path.exists() and not settings.PRODUCTION:
                _make(path)
            # Refused rather than mended: whoever could read the file has read it, and the key has to be replaced.
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeysUnavailable
            roots = dict(map(_root, path.read_text(encoding="ascii").splitlines()))
        except (OSError, ValueError):
            # Not chained: the error of a bad line would quote the line, and that is a key.
            raise KeysUnavailable from None
        if not roots:
            raise KeysUnavailable
        return roots


def _root(line: str) -> tuple[int, bytes]:
    version, key = line.split(" ")
    if len(key) != 2 * KEY_BYTES:
        raise ValueError("length")
    return int(version), bytes.fromhex(key)


def _make(path: Path) -> None:
    """Write the first root key, whole and readable by its owner alone from its first moment.

    Two processes may start together: each writes a file of its own, one of the two links wins, and
    both read the winner's.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"1 {secrets.token_hex(KEY_BYTES)}\n")
        file.flush()
        # On the disk before it is used: a key that wrapped something and was lost in a crash can't be made again.
        os.fsync(file.fileno())
    try:
        # ``link`` refuses to overwrite. With ``rename`` the later of two processes would replace the root under which
        # the other has wrapped keys already.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

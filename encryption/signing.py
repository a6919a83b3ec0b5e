"""Signatures of the journal's tree heads, with a key pair that no web process needs or holds (SEC-AL10).

A signer has two keys: Ed25519, which every reader of signed notes knows, and ML-DSA-44, which withstands a quantum
computer. Nothing here imports Django: a witness signs with the same code on a machine without it.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Final, Protocol, override

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from encryption.errors import KeysUnavailable

SEED_BYTES: Final = 32
_NAMES: Final = ("ed25519", "ml-dsa-44")


class Signer(Protocol):
    """Interface of a holder of the log's keys. Every method may raise ``KeysUnavailable``."""

    def ed25519_public(self) -> bytes:
        """Return the public key, 32 bytes (RFC 8032)."""

    def ml_dsa_public(self) -> bytes:
        """Return the public key, 1,312 bytes (FIPS 204)."""

    def ed25519(self, message: bytes) -> bytes:
        """Return a signature, 64 bytes."""

    def ml_dsa(self, message: bytes) -> bytes:
        """Return a signature with an empty context, 2,420 bytes."""


class FileSigner(Signer):
    """Keys from a local file: two lines, ``ed25519 hexadecimal`` and ``ml-dsa-44 hexadecimal``, 32 bytes each.

    Read once, when it is made. A file that others may read is refused.
    """

    def __init__(self, path: Path, *, make: bool) -> None:
        """Read ``path``; with ``make``, write new keys there when it doesn't exist.

        Raises:
            KeysUnavailable: there is no such file, others may read it, or it isn't of this form.
        """
        try:
            # The log's signer makes none in production (``audit.checkpoints.signer``): a deleted file would become
            # another log key, which no witness knows.
            if make and not path.exists():
                _make(path)
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeysUnavailable
            seeds = dict(line.split(" ") for line in path.read_text(encoding="ascii").splitlines())
            # Kept for the life of the process, unlike a root: the sequencer and a witness have this class, and no web
            # process.
            one, other = (bytes.fromhex(seeds[name]) for name in _NAMES)
            self._ed25519 = Ed25519PrivateKey.from_private_bytes(one)
            self._ml_dsa = MLDSA44PrivateKey.from_seed_bytes(other)
        except (OSError, ValueError, KeyError):
            # Not chained: the error of a bad line would quote the line, and that is a key.
            raise KeysUnavailable from None

    @override
    def ed25519_public(self) -> bytes:
        return self._ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @override
    def ml_dsa_public(self) -> bytes:
        return self._ml_dsa.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @override
    def ed25519(self, message: bytes) -> bytes:
        return self._ed25519.sign(message)

    @override
    def ml_dsa(self, message: bytes) -> bytes:
        return self._ml_dsa.sign(message)


def _make(path: Path) -> None:
    """Write new keys, whole and readable by their owner alone; of two that start together, one wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name} {secrets.token_hex(SEED_BYTES)}\n" for name in _NAMES)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def ed25519_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature is that key's over that message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    # A malformed public key comes from a settings line or a note: it verifies nothing, and isn't a fault of ours.
    except (InvalidSignature, ValueError):
        return False
    return True

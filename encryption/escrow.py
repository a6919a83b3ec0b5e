"""Key escrow: any three of five keepers restore the keys when the key service is lost (SEC-CR13).

This one file needs Python and ``cryptography``, no Django and no other module of the project: copy it to a machine
without a network. A 32-byte seed makes an HPKE key pair. The seed is split among the keepers and never stored;
``manage.py keys escrow`` seals all first-level keys to the public key. Three shares and that bundle restore them.

    python escrow.py ceremony FOLDER                    makes the pair: escrow.pub and five shares
    python escrow.py drill BUNDLE SHARE SHARE SHARE     proves that the bundle opens, and shows no key
    python escrow.py open BUNDLE OUT SHARE SHARE SHARE  writes the keys for ``manage.py keys recover``

Shamir's scheme over GF(2^8) with the polynomial of AES, each byte on its own: two shares say nothing of the
seed. Source: Shamir, "How to share a secret" (1979); FIPS 197 §4; docs/decisions/0018-escrow.md.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEEPERS: Final = 5
NEEDED: Final = 3
SEED_BYTES: Final = 32
_SET_BYTES: Final = 4
_CHECK_BYTES: Final = 6
_MLKEM_PUBLIC: Final = 1184
_WORD: Final = "repere-escrow-1"
_BUNDLE: Final = "repere-escrow-bundle-1"
_hpke: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class EscrowError(Exception):
    """Something is wrong with a share, the public half or the bundle; the sentence says what, and never a secret."""


# --- Arithmetic in GF(2^8) -------------------------------------------------------------------------


def times(left: int, right: int) -> int:
    """Return the product, modulo x^8 + x^4 + x^3 + x + 1, in a time that doesn't depend on the factors."""
    # No table and no branch: the time of both would depend on the secret, through the processor's cache.
    product = 0
    for bit in range(8):
        product ^= -(right >> bit & 1) & left
        left = left << 1 ^ -(left >> 7) & 0x11B
    return product


def inverse(value: int) -> int:
    """Return what gives 1 when multiplied by ``value``: its 254th power."""
    power = 1
    for bit in f"{254:b}":
        power = times(power, power)
        if bit == "1":
            power = times(power, value)
    return power


def split(secret: bytes, *, needed: int = NEEDED, keepers: int = KEEPERS) -> dict[int, bytes]:
    """Return one value per keeper, numbered from 1: points of a random polynomial for each byte."""
    # The secret is the constant term; the other coefficients are random. With fewer than ``needed`` points each secret
    # is equally likely.
    rows = [bytes(secret), *(secrets.token_bytes(len(secret)) for _ in range(needed - 1))]
    shares_by_number = {}
    # From 1: the point at 0 would be the secret itself.
    for number in range(1, keepers + 1):
        value = bytearray(len(secret))
        for row in reversed(rows):  # Horner
            value = bytearray(times(total, number) ^ term for total, term in zip(value, row, strict=True))
        shares_by_number[number] = bytes(value)
    return shares_by_number


def joined(values: dict[int, bytes]) -> bytes:
    """Return the value at 0 of the polynomial through these points (Lagrange)."""
    size = len(next(iter(values.values())))
    total = bytearray(size)
    for number, value in values.items():
        weight = 1
        for other in values:
            if other != number:
                # Subtraction is XOR in this field, so ``other ^ number`` is the difference of Lagrange's formula.
                weight = times(weight, times(other, inverse(other ^ number)))
        total = bytearray(partial ^ times(weight, byte) for partial, byte in zip(total, value, strict=True))
    return bytes(total)


# --- Shares, as they are printed -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one keeper: its set, the keeper's number, the value."""

    set: bytes
    number: int
    value: bytes

    def __repr__(self) -> str:
        return f"<Share {self.number} of {self.set.hex()}>"

    def text(self) -> str:
        """Return it as a line to print: base 32 in groups of four, with a check of its own."""
        body = self.set + bytes((self.number,)) + self.value
        letters = base64.b32encode(body + _check(body)).decode("ascii").rstrip("=")
        groups = [letters[place : place + 4] for place in range(0, len(letters), 4)]
        return f"{_WORD} {self.number}/{KEEPERS} {' '.join(groups)}"


def _check(body: bytes) -> bytes:
    return hashlib.sha256(b"repere escrow share" + body).digest()[:_CHECK_BYTES]


def share_of(text: str, name: str) -> Share:
    """Return the share on a line; ``name`` says whose it is in a refusal.

    Raises:
        EscrowError: it is damaged, or no share; the sentence names it.
    """
    word, _, rest = text.strip().partition(" ")
    _, _, letters = rest.partition(" ")
    packed = "".join(letters.split()).upper()
    try:
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except (binascii.Error, ValueError):
        raw = b""
    body, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    # A typing error is named here, with the keeper whose line it is: at the opening it would show only as a wrong seed.
    whole = word == _WORD and len(body) == _SET_BYTES + 1 + SEED_BYTES
    if not whole or not hmac.compare_digest(check, _check(body)) or not 1 <= body[_SET_BYTES] <= KEEPERS:
        raise EscrowError(f"{name} is damaged: read it again, letter by letter.")
    return Share(body[:_SET_BYTES], body[_SET_BYTES], body[_SET_BYTES + 1 :])


# --- The pair --------------------------------------------------------------------------------------


def _halves(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    # One seed of 32 bytes, from which both halves are derived: a share stays one line that can be typed.
    raw = HKDF(algorithm=SHA256(), length=96, salt=None, info=b"repere escrow pair").derive(seed)
    return MLKEM768PrivateKey.from_seed_bytes(raw[:64]), X25519PrivateKey.from_private_bytes(raw[64:])


def _public(seed: bytes) -> bytes:
    one, other = _halves(seed)
    return one.public_key().public_bytes_raw() + other.public_key().public_bytes_raw()


def ceremony() -> tuple[dict[str, Any], list[Share]]:
    """Make a pair and its five shares; return the public half as a document, and the shares. The seed is gone."""
    seed, name = secrets.token_bytes(SEED_BYTES), secrets.token_bytes(_SET_BYTES)
    shares = [Share(name, number, value) for number, value in split(seed).items()]
    public = _public(seed)
    # A digest of each share, which is as unguessable as the seed: it shows which one was altered on purpose.
    digests = {str(share.number): _digest(share) for share in shares}
    return {"format": _WORD, "set": name.hex(), "public": _b64(public), "shares": digests}, shares


def _digest(share: Share) -> str:
    return hashlib.sha256(
        b"repere escrow keeper" + share.set + bytes((share.number,)) + share.value
    ).hexdigest()


def seed_of(shares: Sequence[Share], public: dict[str, Any]) -> bytes:
    """Return the seed that three shares or more make, proved by the public half.

    Raises:
        EscrowError: too few, twice the same, of another set, or one that isn't what its keeper was given; it is named.
    """
    for share in shares:
        # Each share is checked before they are joined: a wrong one gives a wrong seed, which doesn't tell whose it was.
        if share.set.hex() != public["set"]:
            raise EscrowError(f"Share {share.number} belongs to another set.")
        if not hmac.compare_digest(_digest(share), str(public["shares"].get(str(share.number)))):
            raise EscrowError(f"Share {share.number} isn't the one that was given out.")
    numbers = {share.number: share.value for share in shares}
    if len(numbers) < NEEDED:
        raise EscrowError(f"{NEEDED} different shares are needed, {len(numbers)} are there.")
    # Any three are tried, so that more than three shares can be given at a ceremony.
    for chosen in combinations(sorted(numbers), NEEDED):
        seed = joined({number: numbers[number] for number in chosen})
        if hmac.compare_digest(_public(seed), _unb64(public["public"])):
            return seed
    raise EscrowError("These shares don't make the key of this public half.")


# --- The bundle ------------------------------------------------------------------------------------


def sealed(document: dict[str, Any], public: dict[str, Any]) -> str:
    """Return a bundle: the document sealed to the escrow's public half, which it carries along.

    Raises:
        EscrowError: the public half isn't one.
    """
    if public.get("format") != _WORD:
        raise EscrowError("This is no public half of an escrow.")
    raw = _unb64(public["public"])
    try:
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:]),
        )
    except ValueError:
        raise EscrowError("This is no public half of an escrow.") from None
    body = _hpke.encrypt(json.dumps(document).encode(), key, _info(public))
    return json.dumps({"format": _BUNDLE, "to": public, "body": _b64(body)}, indent=1) + "\n"


def opened(bundle: str, shares: Sequence[Share]) -> dict[str, Any]:
    """Return the document in a bundle.

    Raises:
        EscrowError: the shares or the bundle won't do.
    """
    try:
        envelope = json.loads(bundle)
        public, body = envelope["to"], _unb64(envelope["body"])
        if envelope["format"] != _BUNDLE or public["format"] != _WORD:
            raise EscrowError("This is no bundle.")
    except (ValueError, KeyError, TypeError):
        raise EscrowError("This is no bundle.") from None
    seed = seed_of(shares, public)
    try:
        text = _hpke.decrypt(body, MLKEM768X25519PrivateKey(*_halves(seed)), _info(public))
    except InvalidTag:
        raise EscrowError("The bundle was altered, or is sealed to another escrow.") from None
    document: dict[str, Any] = json.loads(text)
    return document


def _info(public: dict[str, Any]) -> bytes:
    return b"repere escrow bundle " + bytes.fromhex(public["set"])


def faults(document: dict[str, Any]) -> list[str]:
    """Return the ids of the keys in an opened bundle that aren't the ones their rows are committed to."""
    return [key["id"] for key in document["keys"] if not _is_committed(key)]


def _is_committed(key: dict[str, Any]) -> bool:
    # The derivation of ``encryption.unwrapped.commitment``, repeated: this file must run alone, without the project.
    parts = (
        b"repere key",
        b"commitment",
        bytes.fromhex(key["id"]),
        key["kind"].encode(),
        bytes.fromhex(key["owner"]),
        bytes((key["suite"],)),
    )
    info = b"".join(len(part).to_bytes(4) + part for part in parts)
    commitment = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(_unb64(key["raw"]))
    return hmac.compare_digest(commitment, _unb64(key["commitment"]))


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "!", validate=True)
    except binascii.Error:
        return b""


# --- The command line ------------------------------------------------------------------------------


def _write(path: Path, text: str) -> None:
    """Write a new file that its owner alone may read; one that is there stays."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _shares(names: Iterable[str]) -> list[Share]:
    return [share_of(Path(name).read_text(encoding="ascii", errors="replace"), name) for name in names]


def main(arguments: Sequence[str]) -> str:
    """Do one of the three commands and return what to say.

    Raises:
        EscrowError: with the sentence to say.
    """
    match arguments:
        case ["ceremony", folder]:
            public, shares = ceremony()
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(Path(folder) / "escrow.pub", json.dumps(public, indent=1) + "\n")
            for share in shares:
                _write(Path(folder) / f"share-{share.number}.txt", share.text() + "\n")
            return f"Made set {public['set']}: give each share to its keeper, then delete the five files."
        case ["drill", bundle, *names]:
            document = opened(Path(bundle).read_text(encoding="utf-8"), _shares(names))
            if wrong := faults(document):
                raise EscrowError(f"These keys aren't what their rows are committed to: {', '.join(wrong)}.")
            return (
                f"The bundle of {document['made_at']} opens: {len(document['keys'])} keys, each as committed."
            )
        case ["open", bundle, out, *names]:
            document = opened(Path(bundle).read_text(encoding="utf-8"), _shares(names))
            _write(Path(out), json.dumps(document))
            return f"{len(document['keys'])} keys in clear in {out}: recover, then destroy that file."
        case _:
            raise EscrowError(__doc__ or "")


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main(sys.argv[1:])}\n")
    except (EscrowError, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(1)

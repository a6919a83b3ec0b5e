"""One-time codes: six digits from an authenticator application (TOTP, RFC 6238), and recovery codes.

Neither secret is stored, not even sealed. The secret of an authenticator is a keyed hash of its id, under a key that
only the key API uses, like the secrets of webhooks; of a recovery code only a keyed hash is stored. So a copy of the
database makes no code and can't test one (SEC-AU4).
"""

import base64
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from encryption import digest, index

DIGITS: Final = 6
STEP_SECONDS: Final = 30
#: For so long after its step a code is taken: it was read, typed and sent, by a device whose clock may be slow; and for
#: so long before, by one whose clock is fast. Telephones take their time from the network and are right to a second or
#: two; whole steps either way, which RFC 6238 §5.2 allows at most, are for tokens that never heard of it. So a code
#: counts for three quarters of a minute, not for a minute and a half (ASVS 5.0, 6.5.5).
LATE_SECONDS: Final = 10
EARLY_SECONDS: Final = 5
SECRET_BYTES: Final = 20  # RFC 4226 §4 R6: 160 bits
RECOVERY_BYTES: Final = 15  # 120 bits: so many ask for no slow hash (ASVS 5.0, 6.5.2: 112)
PASSPHRASE_BYTES: Final = 15  # 120 bits: whoever has the file tries at home, as fast as machines do
INVITATION_BYTES: Final = 10  # 80 bits, which are dictated by telephone, and open nothing without the link
_GROUP: Final = 4


def _generator(factor: UUID) -> TOTP:
    # SHA-1 is what the applications know; HMAC doesn't rest on its resistance to collisions.
    return TOTP(_secret(factor), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - as said


def _secret(factor: UUID) -> bytes:
    return index.keyed("totp", factor.bytes)[:SECRET_BYTES]


def shown_secret(factor: UUID) -> str:
    """Return the secret of an authenticator as a person types it: Base32.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    return base64.b32encode(_secret(factor)).decode()


def address_of(factor: UUID, *, account: str, issuer: str) -> str:
    """Return the same as the address that a QR code holds (``otpauth://``).

    Raises:
        KeysUnavailable: as ``shown_secret``.
    """
    return _generator(factor).get_provisioning_uri(account, issuer)


def code_at(factor: UUID, step: int) -> str:
    """Return the code of a time step, counted from 1970.

    Raises:
        KeysUnavailable: as ``shown_secret``.
    """
    return _generator(factor).generate(step * STEP_SECONDS).decode()


def step_of(seconds: float) -> int:
    """Return the time step of an instant, in seconds since 1970."""
    return int(seconds) // STEP_SECONDS


def matching_step(factor: UUID, code: str, *, seconds: float, after: int | None) -> int | None:
    """Return the step whose code this is, of those that count at an instant, in seconds since 1970; None: of none.

    A step up to ``after``, the last that was used, counts no more: a code works once (RFC 6238 §5.2).

    Raises:
        KeysUnavailable: as ``shown_secret``.
    """
    matching = None
    for step in range(step_of(seconds - LATE_SECONDS), step_of(seconds + EARLY_SECONDS) + 1):
        # All are compared, whichever is the one: leaving the loop early, or ``==``, would tell by its time which step
        # matched.
        same = digest.equal(code_at(factor, step).encode(), code.encode())
        if same and (after is None or step > after):
            matching = step
    return matching


def new_recovery_code() -> str:
    """Return a fresh recovery code, in groups that a person can copy: ``k3fz-…``, 120 bits."""
    return _in_groups(RECOVERY_BYTES)


def new_invitation_code() -> str:
    """Return a fresh code that somebody is told beside a mailed link: ``k3fz-…``, 80 bits."""
    return _in_groups(INVITATION_BYTES)


def new_passphrase() -> str:
    """Return a fresh passphrase of a document that leaves the house: ``k3fz-…``, 120 bits; nothing keeps it."""
    return _in_groups(PASSPHRASE_BYTES)


def _in_groups(count: int) -> str:
    text = base64.b32encode(digest.random_bytes(count)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def digest_of_recovery_code(owner: UUID, code: str) -> bytes:
    """Return what is kept of a person's recovery code, 32 bytes; blanks, hyphens and capitals make no difference.

    Raises:
        KeysUnavailable: as ``shown_secret``.
    """
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    # The owner is in the value: equal codes of two people, or one row moved to another account, don't match. No slow
    # hash: 120 random bits aren't guessed, and each try would have to compute ten (0028).
    return index.keyed("recovery", owner.bytes + plain.encode())

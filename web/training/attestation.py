"""Attestation: who completed the course, and the proof that the journal of the instance holds its digest.

The name is typed by its holder and not kept: the journal holds a hash alone, over the name, the version of the course,
the day and a random number, so that no name can be guessed from it. ``audit/verifier.py attestation`` checks the file
offline, after the instance is gone or was reset (field.md B.7, B.8 no. 8).
"""

import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from typing import Self

from audit import verifier
from audit.proofs import Inclusion
from encryption import digest
from referrals.errors import NotVisible
from web.training.files import COURSE

#: Bytes of the random number.
_RANDOM = 16


@dataclass(frozen=True, slots=True)
class Claim:
    """What an attestation says: the name, the course, the day (ISO 8601), a random number in hexadecimal."""

    name: str
    course: str
    day: str
    nonce: str

    @classmethod
    def fresh(cls, name: str, day: date) -> Self:
        """Return a claim that nobody has made."""
        spelled = " ".join(unicodedata.normalize("NFC", name).split())
        return cls(spelled, COURSE, day.isoformat(), digest.random_bytes(_RANDOM).hex())

    @property
    def digest(self) -> str:
        """What the journal says of it, in hexadecimal."""
        return verifier.claim_digest(asdict(self))

    def file(self, found: Inclusion | None) -> bytes | None:
        """Return the attestation as its file; None while no checkpoint covers the entry.

        Raises:
            NotVisible: there is no such entry.
        """
        if found is None:
            raise NotVisible
        if found.proof is None:
            return None
        claim = {
            **asdict(self),
            "format": verifier.ATTESTATION_FORMAT,
            "entry": found.body.decode(),
            "proof": found.proof,
        }
        return verifier.canonical_json(claim | {"sum": verifier.attestation_sum(claim)}) + b"\n"

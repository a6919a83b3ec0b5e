"""Receipt of a filing: its reference and instant, and the proof that the journal holds its entry.

It holds no word of the case: the entry names it by a pseudonym. Its holder can show, with the journal's verifier and
without the service, that a concern was received and when (``docs/decisions/0010-tree-and-checkpoints.md``).
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal, proofs
from audit.errors import UnknownSubject
from audit.events import Purpose, register
from referrals.access import row_level_security, visibility
from referrals.errors import NotVisible
from referrals.models import Referral
from referrals.policy.definitions import protocol_of
from referrals.reading import filings

GIVEN: Final = "receipt:given"
register(GIVEN)
#: How the journal names the two ways to file, T02 and T03.
FILINGS: Final = ("referral:submit", "referral:submit_urgent")


def receipt_of(pk: UUID, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the receipt of what the actor filed, and write down that it was given.

    ``proof`` is null for the seconds until a signed checkpoint covers the filing; then the receipt is asked for again.
    """
    referral = _own(pk, actor=actor, at=at)
    entry = _proof(referral.filed_as_id or referral.pk)
    journal.record(
        GIVEN,
        actor=actor.acting_as(Role.FILER, filing=True),
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        purpose=Purpose.FILING,
        rule="filer",
    )
    return {
        **filings.receipt(referral),
        "entry": None if entry is None else entry.body.decode(),
        "proof": None if entry is None else entry.proof,
    }


def cell_of(pk: UUID, *, actor: Actor, at: datetime) -> str:
    """Return the name of the cell that received what the actor filed, and its telephone if it told one."""
    protocol = protocol_of(_own(pk, actor=actor, at=at).authority, at)
    return ", ".join(filter(None, (protocol.crip_name, protocol.crip_phone)))


def _own(pk: UUID, *, actor: Actor, at: datetime) -> Referral:
    mine = visibility.own_filings(actor, at=at).exclude(submitted_at=None).select_related("authority")
    referral: Referral | None = mine.filter(Q(pk=pk) | Q(filed_as=pk)).first()
    if referral is None:
        raise NotVisible
    return referral


def _proof(filed: UUID) -> proofs.Inclusion | None:
    """Return the proof of a filing, which stands under the row as which it came in (T32); None while there is none."""
    with row_level_security.beyond():  # the journal is the authority's; the filer's may be another
        try:
            return proofs.of_filing(journal.subject(filed), FILINGS)
        except UnknownSubject:  # the stub of a case that went on elsewhere was destroyed since
            return None

"""Letterhead of an authority, from its settings."""

from datetime import datetime

from accounts.models import Authority
from referrals.letters.paper import Head
from referrals.policy.definitions import protocol_of


def letter_head(authority: Authority, at: datetime) -> Head:
    """Return the letterhead that an authority has in force at an instant: name, address lines, telephone, foot."""
    terms = protocol_of(authority, at)
    phone = phone_of(authority, at)
    lines = [line.strip() for line in terms.letter_head_lines.splitlines() if line.strip()]
    return Head(
        name=authority.name,
        lines=(*lines, *((f"Téléphone : {phone}",) if phone else ())),
        foot=terms.letter_foot,
    )


def phone_of(authority: Authority, at: datetime) -> str:
    """Return whom to call about a letter: the telephone of its head, else that of the cell; "" where none is set."""
    terms = protocol_of(authority, at)
    return terms.letter_phone or terms.crip_phone


def outside(authority: Authority, at: datetime, *, reference: str = "") -> str:
    """Return what may stand outside a letter, in a subject line or a message left: no service, no child (§4.9).

    ``reference``: the number, which a filer's letter doesn't bear there.
    """
    phone = phone_of(authority, at)
    return " – ".join(filter(None, (authority.name, reference, phone)))

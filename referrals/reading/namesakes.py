"""Namesakes: the journal notes when a reader opens a file about a child of the same surname (SEC-AL18, R14).

Such a reader may be a relative. What is compared is open already: nothing more is read, and the entry has neither name.
No compound of the index could show it: it holds no surname by itself
(docs/decisions/0012-duplicates-on-sealed-identities.md).
"""

from datetime import datetime
from typing import Final

from accounts.actor import Actor
from audit import journal
from audit.anomalies.facts import NAMESAKE
from audit.disclosure import Disclosure
from audit.events import Purpose
from referrals.matching.phonetics import core, words
from referrals.models import Referral
from referrals.reading import fields

_SURNAME: Final = "child.last_name"


def note(referral: Referral, scope: Disclosure, *, actor: Actor) -> bool:
    """Tell whether the surname of a child was opened that is the reader's too; within the disclosure."""
    if not actor.name or _SURNAME not in scope.opened:
        return False
    own = frozenset(words(actor.name))
    return any(_is_of(own, fields.opened(child.last_name, scope)) for child in referral.children.all())


def _is_of(own: frozenset[str], surname: object) -> bool:
    """Tell whether all the words of a surname that count are among those of a person's name."""
    return isinstance(surname, str) and bool(name := core(words(surname))) and own.issuperset(name)


def record(referral: Referral, *, actor: Actor, at: datetime) -> None:
    """Write that the reader bears the surname of a child of the file."""
    journal.record(
        NAMESAKE,
        actor=actor,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        purpose=Purpose.AUDIT,
    )

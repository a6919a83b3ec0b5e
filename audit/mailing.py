"""Daily checkpoint by mail: an auditor's mailbox is a witness that the operator can't rewrite (SEC-AL11).

The mail carries the newest signed note with its cosignatures. ``audit/verifier.py verify … --earlier FILE`` compares a
later export with the mail as it arrived. It says nothing of any case.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import checkpoints, tree
from audit.models import Checkpoint
from core.languages import in_both
from outbox.notices import About, Recipients, tell
from outbox.templates import Kind, Template, register

DAILY: Final = "checkpoint.daily"


def newest() -> Checkpoint | None:
    origin = tree.newest()
    return None if origin is None else checkpoints.last(origin.number)


def enclosed() -> str:
    """Return the signed note as the mail carries it, between empty lines; a sentence where nothing is signed yet."""
    checkpoint = newest()
    if checkpoint is None:
        return " / ".join(in_both(_("Aucun point de contrôle n'est encore signé.")).values())
    return checkpoints.whole_note(checkpoint).decode()


register(
    Template(
        DAILY,
        Kind.DIGEST,
        _("Point de contrôle du journal : gardez ce courriel."),
        enclosed=enclosed,
    )
)


def send(auditors: Collection[UUID], *, at: datetime) -> int:
    """Write the mails of a day to these accounts, if anything is signed; return to how many."""
    if newest() is None or not auditors:
        return 0
    # Of no case and no authority: the log is one for all, and a mail must tell nothing (SEC-AL11).
    about = About(template=DAILY, reference="", subject_id=None, authority_id=None)
    tell(about, Recipients(users=auditors), at=at)
    return len(auditors)

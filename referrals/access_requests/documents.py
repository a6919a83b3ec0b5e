"""Documents of the copy: their bytes, read by the service from the store for the package (AR11)."""

from uuid import UUID

from accounts.actor import system
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.errors import Unreadable
from referrals.access_requests.sheet import Sheet
from referrals.attachments import serving
from referrals.errors import ObjectMissing
from referrals.models import Attachment
from referrals.vocabulary.attachments import Scan


def read(sheet: Sheet, pk: UUID) -> tuple[str, bytes] | None:
    """Return form and bytes of a document; None: it was set aside, refused or destroyed, or can't be read any more.

    Raises:
        StoreUnavailable: the store doesn't answer; nothing is made then.
    """
    row = Attachment.objects.filter(pk=pk).select_related("referral").first()
    if (
        row is None
        or row.barred_at is not None
        or row.object is None
        or row.scan in (Scan.WAITING, Scan.INFECTED)
    ):
        return None
    service = system(origin=sheet.actor.origin, obo=sheet.actor.user_id)
    with disclosure(
        actor=service,
        purpose=Purpose.ACCESS_REQUEST,  # no line of the list of readers
        at=sheet.at,
        objects=[row.referral.pseudonym],
        tenant=sheet.row.authority_id,
    ) as scope:
        try:
            pieces, _checksum = serving.content(row, scope, original=False)
            return str(row.media), b"".join(pieces)
        except (Unreadable, ObjectMissing):
            return None

"""How a role's certificate of honorability stands, in a few words."""

from datetime import datetime

from django.utils.translation import gettext

from accounts import honorability
from accounts.models import Membership
from web.forms import day_in_words


def certificate_words(row: Membership, *, at: datetime) -> str:
    """Return in a few words how a role's certificate of honorability stands; nothing where none is followed."""
    last = honorability.ends_on(row, at)
    if last is None:
        return ""
    if row.honorability_seen_on is None and row.honorability_asked_on is None:
        return gettext("Attestation d'honorabilité manquante")
    day = day_in_words(last.isoformat())
    if last < at.date():
        return gettext("Attestation d'honorabilité dépassée depuis le %(day)s") % {"day": day}
    if row.honorability_seen_on is None:
        return gettext("Attestation d'honorabilité à présenter avant le %(day)s") % {"day": day}
    return gettext("Attestation d'honorabilité valable jusqu'au %(day)s") % {"day": day}

"""Reads the file that a filing was merged into, in one statement."""

from uuid import UUID

from django.db import connection, models

#: In one statement, however far it goes: what a filing's steps cost would tell its filer that it was joined (SEC-AZ19).
_JOINED_TO = """
WITH RECURSIVE onward (target_id, place) AS (
  SELECT target_id, 1 FROM referrals_joining WHERE referral_id = %s AND undone_at IS NULL
  UNION ALL
  SELECT j.target_id, place + 1 FROM referrals_joining j
  JOIN onward ON j.referral_id = onward.target_id WHERE j.undone_at IS NULL
)
SELECT target_id FROM onward ORDER BY place
"""


def joined_to(referral: UUID) -> list[UUID]:
    """Return the file that a filing was joined to, then that which this one was joined to, and so on."""
    # In SQL, past the check of rights: where a filing went on is asked before the right to read it.
    with connection.cursor() as cursor:
        cursor.execute(_JOINED_TO, [models.UUIDField().get_db_prep_value(referral, connection)])
        return [pk if isinstance(pk, UUID) else UUID(pk) for (pk,) in cursor.fetchall()]

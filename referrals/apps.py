"""Django's registration of the app."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Register ``referrals``."""

    name = "referrals"

    def ready(self) -> None:
        """Load what registers itself: templates, doors of the outbox, recurring work, acts of commands."""
        from referrals import (  # noqa: F401 - imported to register
            batchwork,
            caps,
            cells,
            elapsing,
            entrance,
            glass,
            growing,
            journalkeeping,
            ladder,
            leaving,
            notices,
            reminders,
            replaying,
            resealing,
            retention,
            rota,
            rows,
            topics,
        )
        from referrals.anomalies import seeking  # noqa: F401 - likewise
        from referrals.attachments import barring, quotas, sweeping  # noqa: F401 - likewise
        from referrals.kinship import deciding, ties  # noqa: F401 - likewise
        from referrals.kinship import work as kin_work  # noqa: F401 - likewise
        from referrals.likeness import namesearch, rekeying, work  # noqa: F401 - likewise

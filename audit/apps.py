"""Django's registration of the app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from audit import appendonly
from outbox import gate


class AuditConfig(AppConfig):
    """Register ``audit``, and guard the journal on every connection."""

    name = "audit"

    def ready(self) -> None:
        """Connect the authoriser of SQLite, which migrations lift; listen to lost notices; keep the gate."""
        from audit import (  # noqa: F401 - all but the first are imported for what they register
            alarms,
            origins,
            shreds,
            undelivered,
            witnessfile,
        )

        gate.closed_by(shreds.why_closed)

        connection_created.connect(appendonly.guard, dispatch_uid="audit.guard")
        pre_migrate.connect(appendonly.lift, sender=self, dispatch_uid="audit.lift")
        post_migrate.connect(appendonly.restore, sender=self, dispatch_uid="audit.restore")

"""Django app configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from audit import appendonly
from outbox import maintenance_gate

#: The modules that register acts, alarms and recurring work.
REGISTERED = ("audit.alarms", "audit.origins", "audit.refused_rows", "audit.undelivered", "audit.witnessfile")


class AuditConfig(AppConfig):
    """Register ``audit``, and guard the journal on every connection."""

    name = "audit"

    def ready(self) -> None:
        """Connect the authoriser of SQLite, which migrations lift; listen to lost notices; keep the gate."""
        from audit import before_commit, erasures

        for module in REGISTERED:
            import_module(module)
        maintenance_gate.closed_by(erasures.why_closed)

        connection_created.connect(appendonly.guard, dispatch_uid="audit.guard")
        connection_created.connect(before_commit.watch, dispatch_uid="audit.before_commit")
        pre_migrate.connect(appendonly.lift, sender=self, dispatch_uid="audit.lift")
        post_migrate.connect(appendonly.restore, sender=self, dispatch_uid="audit.restore")

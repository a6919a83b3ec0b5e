"""Django's ``migrate``; of the key store it plays what makes tables there, and records the rest."""

import gc
from typing import Any, override

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from config.routers import APP_OF_KEYS, KEY_STORE

#: With one of these it is told what to do with which migrations, or does nothing.
EXPLICIT = ("app_label", "fake", "plan", "check_unapplied", "prune")


class Command(migrate.Command):
    """Spare the key store a quarter of a minute: the router lets the migrations of all other apps do nothing there.

    Garbage waits until the end: to look for it among the models of past states again and again takes a third of the
    time. From nothing, 600 MB of memory are used for it instead of 250.
    """

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Bring a database to the migrations that there are, as Django does."""
        require_no_older_tables(options["database"])
        looked_for = gc.isenabled()
        gc.disable()
        try:
            self._play(*args, **options)
        finally:
            if looked_for:
                gc.enable()

    def _play(self, *args: Any, **options: Any) -> None:
        if options["database"] == KEY_STORE and not any(options[name] for name in EXPLICIT):
            super().handle(*args, **options | {"app_label": APP_OF_KEYS, "run_syncdb": False})
            options |= {"fake": True, "skip_checks": True, "verbosity": 0}
        super().handle(*args, **options)


def require_no_older_tables(alias: str) -> None:
    """Refuse tables of before 0.3.0, whose migrations are gone: Django would take them for finished.

    Raises:
        CommandError: some, but not all, of the migrations are recorded that an initial one took the place of.
    """
    loader = MigrationLoader(connections[alias])
    applied = loader.applied_migrations.keys()
    for key, initial in loader.replacements.items():
        if key not in applied and not applied.isdisjoint(initial.replaces):
            raise CommandError(
                f"The tables of {key[0]} are older than 0.3.0: upgrade to 0.3.0 first (docs/upgrade.md)."
            )

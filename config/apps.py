"""Django app configuration, so that the system checks of the edge run with every command."""

import gc
from types import ModuleType

from django.apps import AppConfig
from django.conf import settings

from core import french
from encryption.process import forbid_core_dumps


class EdgeConfig(AppConfig):
    """Register ``config``; it has no models."""

    name = "config"
    verbose_name = "Edge"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        """Look for no garbage while the apps are loaded: a command that does nothing else takes a third less."""
        super().__init__(app_name, app_module)
        self._collects = gc.isenabled()
        gc.disable()

    def ready(self) -> None:
        """Register checks, acts of commands and French; forbid core dumps: any process may hold keys (SEC-CR9).

        Raises:
            ImproperlyConfigured: a server of reports is named that can't be spoken to.
        """
        forbid_core_dumps()
        from config import acts, database, reporting  # noqa: F401 - imported to register
        from config.checks import attachments, databases, keys, machine, outward, production, strangers  # noqa: F401

        database.connect()
        french.install()
        if settings.TRAINING:
            from config.training import isolation, nightly  # noqa: F401 - imported to register

            isolation.isolate()
        reporting.start()
        gc.freeze()  # what was loaded lives as long as the process
        if self._collects:
            gc.enable()

"""Django app configuration."""

from importlib import import_module
from typing import Final

from django.apps import AppConfig

#: The modules that register acts, templates and recurring work.
REGISTERED: Final = (
    "directory.acts",
    "directory.notices",
    "directory.actions.confirmations",
    "directory.tasks",
)


class DirectoryConfig(AppConfig):
    """Register ``directory`` and its acts in the journal."""

    name = "directory"

    def ready(self) -> None:
        """Load what registers itself."""
        for module in REGISTERED:
            import_module(module)

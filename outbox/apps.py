"""Django app configuration."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Register ``outbox`` and its own recurring work."""

    name = "outbox"
    verbose_name = "Boîte d'envoi"

    def ready(self) -> None:
        from outbox import digests, sweeping  # noqa: F401 - imported for what they register

"""Django app configuration."""

from django.apps import AppConfig
from django.core import checks


class EncryptionConfig(AppConfig):
    """Register ``encryption`` and its system checks."""

    name = "encryption"
    verbose_name = "Chiffrement"

    def ready(self) -> None:
        """Register the check over all models, which needs all models."""
        from encryption.fields import check_labels

        checks.register(check_labels, checks.Tags.models)

"""Django's registration of the package stack."""

from django.apps import AppConfig


class PackagesConfig(AppConfig):
    """Register its tables, and tell auditlog which of them to follow."""

    name = "bench.packages"
    label = "bench_packages"

    def ready(self) -> None:
        """Follow each table of a case, without what is encrypted: auditlog would write it in plain; it takes no bytes."""
        from auditlog.registry import auditlog
        from django.db.models import BinaryField

        from bench.packages import models

        for table in (models.TABLES["Referral"], models.TABLES["Concern"], *models.PARTS.values()):
            left = [
                one.name for one in table._meta.fields if isinstance(one, models.FernetField | BinaryField)
            ]
            auditlog.register(table, exclude_fields=left)

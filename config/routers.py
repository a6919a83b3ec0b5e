"""Database router: tables of ``encryption`` live in ``keys``, all others in ``default``."""

from django.db.models import Model

KEY_STORE = "keys"
#: The app whose tables are there.
APP_OF_KEYS = "encryption"


class KeyStoreRouter:
    """Keep the wrapped keys in a database of their own (SEC-CR6)."""

    def _alias(self, app_label: str) -> str:
        return KEY_STORE if app_label == APP_OF_KEYS else "default"

    def db_for_read(self, model: "type[Model]", **_hints: object) -> str:
        """Return the alias that holds ``model``."""
        return self._alias(model._meta.app_label)

    def db_for_write(self, model: "type[Model]", **_hints: object) -> str:
        """Return the alias that holds ``model``."""
        return self._alias(model._meta.app_label)

    def allow_relation(self, obj1: Model, obj2: Model, **_hints: object) -> bool:
        """Refuse a foreign key between the two databases."""
        return self._alias(obj1._meta.app_label) == self._alias(obj2._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool:
        """Let each table be made in its own database only."""
        return db == self._alias(app_label)

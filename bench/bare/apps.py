"""Django's registration of the baseline."""

from django.apps import AppConfig


class BareConfig(AppConfig):
    """Register the plaintext twins of the tables of a case."""

    name = "bench.bare"
    label = "bench"

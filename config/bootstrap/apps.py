"""The app ``config`` without checks and databases, so that its commands are found before anything is set."""

from django.apps import AppConfig


class BareConfig(AppConfig):
    """Name ``config`` and do nothing."""

    name = "config"

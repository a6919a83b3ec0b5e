"""Django app configuration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register ``web``; it has no models."""

    name = "web"
    verbose_name = "Pages"

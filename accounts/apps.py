"""Django app configuration."""

from importlib import import_module

from django.apps import AppConfig

#: The modules that register acts, templates, recurring work and parts of the API's schema.
REGISTERED = (
    "accounts.accountrequests",
    "accounts.acts",
    "accounts.api",
    "accounts.contacts",
    "accounts.imports.tasks",
    "accounts.links",
    "accounts.notifications",
    "accounts.replays",
    "accounts.honorability",
    "accounts.reviews",
    "accounts.sessions",
    "accounts.suspicious_sign_ins",
    "accounts.throttling",
    "accounts.token_expiry",
)


class AccountsConfig(AppConfig):
    """Register ``accounts``, its acts in the journal, and how its sign-in looks in the API's schema."""

    name = "accounts"

    def ready(self) -> None:
        for module in REGISTERED:
            import_module(module)

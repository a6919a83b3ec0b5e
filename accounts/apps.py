"""Django's registration of the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register ``accounts``, its acts in the journal, and how its sign-in looks in the API's schema."""

    name = "accounts"

    def ready(self) -> None:
        """Load what registers itself."""
        from accounts import (  # noqa: F401 - imported for what they register
            accountrequests,
            acts,
            attempts,
            contacts,
            links,
            oddsignins,
            replays,
            reviews,
            sessions,
            telling,
            tokenends,
        )
        from accounts.api import schema  # noqa: F401 - likewise

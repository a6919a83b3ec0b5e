"""Set an account's password, for trials; in production only its owner chooses one (``invite``)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.management.asking import account, acting, typed_password
from accounts.models import User


class Command(BaseCommand):
    """Set the password, which is typed or read from the standard input, never an argument; sessions of before end."""

    help = "Donne un mot de passe à un compte ; il est demandé, ou lu sur l'entrée standard."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *_: object, **options: Any) -> None:
        # Whoever holds the server doesn't choose what somebody signs in with (ASVS 5.0, 6.4.6).
        if settings.PRODUCTION:
            raise CommandError(
                "En production, chacun choisit son mot de passe : « manage.py invite » envoie un lien."
            )
        user = account(User.objects.all(), options["email"])
        password = typed_password()
        with acting():
            actions.set_password(actor=SYSTEM, at=timezone.now(), user=user, password=password)
        self.stdout.write(f"Mot de passe changé : {user.pk}")

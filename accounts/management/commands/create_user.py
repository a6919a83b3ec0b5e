"""Make an account from the server: the way in for the first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.errors import AccountsError
from accounts.management.asking import typed_password
from accounts.models import Authority


class Command(BaseCommand):
    """Make an account with a password, which is typed or read from the standard input, never an argument.

    Whoever holds the server vouches for it: the account is verified.
    """

    help = "Crée un compte ; le mot de passe est demandé, ou lu sur l'entrée standard."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare who it is."""
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="nom affiché")
        parser.add_argument("--language", choices=["fr", "en"], default="fr")
        parser.add_argument("--authority", default="", help="code de l'autorité qui gère le compte")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the account.

        Raises:
            CommandError: the authority is unknown, the address is taken, or the password isn't acceptable.
        """
        authority = None
        if options["authority"]:
            authority = Authority.objects.filter(code=options["authority"]).first()
            if authority is None:
                raise CommandError("Autorité inconnue : chargez-la avec load_territories.")
        password = typed_password()
        given = actions.NewUser(options["email"], options["name"], authority, options["language"])
        at = timezone.now()
        try:
            with transaction.atomic():
                user = actions.make_user(actor=SYSTEM, at=at, given=given)
                actions.set_password(actor=SYSTEM, at=at, user=user, password=password)
                actions.verify_user(actor=SYSTEM, at=at, user_id=user.pk)
        except AccountsError as error:
            raise CommandError(f"{error} {error.extra or ''}".strip()) from error
        self.stdout.write(f"Compte créé : {user.pk}")

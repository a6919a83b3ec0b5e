"""Invite a person from the server to choose a password: if they lost both factors, or have no administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.management.asking import account, invited
from accounts.models import User


class Command(BaseCommand):
    """Have a link mailed, and print the code that goes beside it; earlier links are void."""

    help = "Invite une personne à choisir son mot de passe : un lien par courriel, et un code à lui dire."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--show-link", action="store_true", help="afficher le lien, là où aucun courriel n'arrive"
        )

    def handle(self, *_: object, **options: Any) -> None:
        with transaction.atomic():
            user = account(User.objects.all(), options["email"])
            invitation = invited(user, at=timezone.now(), show_link=options["show_link"])
        self.stdout.write(invitation)

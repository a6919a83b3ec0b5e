"""Close or reopen an account from the server: for administrators, and for accounts of no authority."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.management.asking import account, acting
from accounts.models import User


class Command(BaseCommand):
    """Close one account, with all that it holds; the journal says that the service did it, and the owner is told."""

    help = "Ferme un compte avec tout ce qu'il tient, ou le rouvre comme un nouveau."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--reopen", action="store_true", help="le rouvrir, sans rôle ni moyen de connexion"
        )

    def handle(self, *_: object, **options: Any) -> None:
        user = account(User.objects.all(), options["email"])
        act = actions.reopen_account if options["reopen"] else actions.close_account
        with acting():
            act(actor=SYSTEM, at=timezone.now(), user_id=user.pk)
        self.stdout.write(f"Compte {'rouvert' if options['reopen'] else 'fermé'} : {user.pk}")

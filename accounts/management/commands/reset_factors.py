"""Remove a person's second factors from the server: for administrators, whom nobody else administers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.management.asking import account
from accounts.models import User
from accounts.models.factor import Identified


class Command(BaseCommand):
    """Reset the factors of one account; the journal says that the service did it, and the owner is told."""

    help = "Retire les seconds moyens de connexion d'un compte, qui en choisira un autre à la prochaine connexion."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--how", required=True, choices=Identified.values, help="comment on s'est assuré de qui demande"
        )

    def handle(self, *_: object, **options: Any) -> None:
        with transaction.atomic():
            user = account(User.objects.select_for_update(), options["email"])
            actions.reset_by_the_host(
                actor=SYSTEM, at=timezone.now(), user=user, how=Identified(options["how"])
            )
        self.stdout.write(f"Moyens de connexion retirés : {user.pk}")

"""Create an account from the server: how the first administrator gets one."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.management.asking import acting, invited, typed_password
from accounts.models import Authority


class Command(BaseCommand):
    """Make an account, and invite its owner to choose a password.

    Outside production the password may be typed, or read from the standard input, to try the service with. Whoever
    holds the server vouches for the account: it is verified.
    """

    help = "Crée un compte et invite à en choisir le mot de passe ; hors production, il est demandé."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="nom affiché")
        parser.add_argument("--language", choices=["fr", "en"], default="fr")
        parser.add_argument("--authority", default="", help="code de l'autorité qui gère le compte")
        parser.add_argument("--invite", action="store_true", help="inviter hors production aussi")
        parser.add_argument(
            "--show-link", action="store_true", help="afficher le lien, là où aucun courriel n'arrive"
        )

    def handle(self, *_: object, **options: Any) -> None:
        authority = None
        if options["authority"]:
            authority = Authority.objects.filter(code=options["authority"]).first()
            if authority is None:
                raise CommandError("Autorité inconnue : chargez-la avec load_territories.")
        invites = settings.PRODUCTION or options["invite"] or options["show_link"]
        password = "" if invites else typed_password()
        new_user = actions.NewUser(options["email"], options["name"], authority, options["language"])
        at = timezone.now()
        with acting():
            user = actions.make_user(actor=SYSTEM, at=at, new_user=new_user)
            if not invites:
                actions.set_password(actor=SYSTEM, at=at, user=user, password=password)
            actions.verify_user(actor=SYSTEM, at=at, user_id=user.pk)
            invitation = invited(user, at=at, show_link=options["show_link"]) if invites else ""
        self.stdout.write(f"Compte créé : {user.pk}")
        if invitation:
            self.stdout.write(invitation)

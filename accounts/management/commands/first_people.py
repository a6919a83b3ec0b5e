"""Open the service at an authority: its territory and its first two administrators, invited."""

from datetime import datetime
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.errors import AccountsError
from accounts.identifiers import PERSON, is_name
from accounts.management.asking import address, invited
from accounts.models import Authority, Membership
from accounts.roles import Role

#: Each confirms what the other one asks: with fewer nothing that two persons decide could be done on the pages.
COUNT: Final = 2


class Command(BaseCommand):
    """Make the two administrators of an authority that has none; they make everybody else on pages.

    Names and addresses are typed, or read from the standard input, one a line: arguments stand in the list of
    processes. Whoever holds the server vouches for both; two people watch each other.
    """

    help = "Ouvre une autorité : son territoire, ses clés, et ses deux premiers administrateurs, invités."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("authority", help="code de l'autorité, par exemple 93")
        parser.add_argument(
            "--show-link", action="store_true", help="afficher les liens, là où aucun courriel n'arrive"
        )

    def handle(self, *_: object, **options: Any) -> None:
        code, at = options["authority"], timezone.now()
        if Membership.objects.in_force(at).filter(authority__code=code, role=Role.TERRITORY_ADMIN).exists():
            raise CommandError(
                "Cette autorité a déjà un administrateur, qui ajoute les autres personnes sur les pages. "
                "S'il n'a pas reçu son lien : « manage.py invite »."
            )
        call_command("load_territories", only=code, stdout=self.stdout)
        self.stdout.write("Deux personnes, l'une à côté de l'autre, vérifient ce qui est saisi ici.")
        people = [self._prompted(number) for number in range(1, COUNT + 1)]
        if len({email for email, _name in people}) < COUNT:
            raise CommandError("Il faut deux personnes : les deux adresses sont la même.")
        authority = Authority.objects.get(code=code)
        with transaction.atomic():
            invitations = [
                _made(email, name, authority, at=at, show_link=options["show_link"]) for email, name in people
            ]
        for number, invitation in enumerate(invitations, start=1):
            self.stdout.write(f"Administrateur {number} : {invitation}")

    def _prompted(self, number: int) -> tuple[str, str]:
        """Return the address and the name of one of them.

        Raises:
            CommandError: nothing more is typed, or the address or the name is none.
        """
        self.stdout.write(f"Administrateur {number}")
        try:
            email, name = input("  Adresse de courriel : "), input("  Prénom et nom : ")
        except EOFError as error:
            raise CommandError("Il manque une adresse ou un nom : rien n'a été fait.") from error
        also, words = PERSON
        if not (name.strip() and is_name(name.strip(), also=also, words=words)):
            raise CommandError("Ce n'est pas un nom de personne : rien n'a été fait.")
        return address(email.strip()), name.strip()


def _made(email: str, name: str, authority: Authority, *, at: datetime, show_link: bool) -> str:
    """Make one administrator in the running transaction; return what the host tells them."""
    try:
        user = actions.make_user(actor=SYSTEM, at=at, new_user=actions.NewUser(email, name, authority))
        actions.verify_user(actor=SYSTEM, at=at, user_id=user.pk)
        appointment = actions.Appointment(user=user, role=Role.TERRITORY_ADMIN, authority=authority)
        actions.grant(actor=SYSTEM, at=at, appointment=appointment)
    except AccountsError as error:
        raise CommandError(f"{error} {error.extra or ''}".strip()) from error
    return invited(user, at=at, show_link=show_link)

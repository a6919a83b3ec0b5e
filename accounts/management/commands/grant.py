"""Grant a role from the server: to the first administrator, and roles that need two persons."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.management.asking import acting, address
from accounts.models import Authority, Organisation, Unit, User
from accounts.roles import Role


class Command(BaseCommand):
    """Grant any role, powerful ones included; the journal says that the service did it."""

    help = "Accorde un rôle à un compte existant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("authority", help="code de l'autorité, par exemple 93")
        parser.add_argument("--unit", help="identifiant de l'unité")
        parser.add_argument("--organisation", help="identifiant de l'organisme")
        parser.add_argument(
            "--certificate", type=date.fromisoformat, help="délivrance de l'attestation d'honorabilité vue"
        )
        parser.add_argument("--until", type=datetime.fromisoformat, help="fin, avec décalage horaire")

    def handle(self, *_: object, **options: Any) -> None:
        until = options["until"]
        if until is not None and until.tzinfo is None:
            raise CommandError("La fin doit porter son décalage horaire, par exemple 2027-01-01T00:00+01:00.")
        appointment = actions.Appointment(
            user=_named(User, "compte", email=address(options["email"])),
            role=Role(options["role"]),
            authority=_named(Authority, "autorité", code=options["authority"]),
            unit=_named(Unit, "unité", pk=options["unit"]) if options["unit"] else None,
            organisation=(
                _named(Organisation, "organisme", pk=options["organisation"])
                if options["organisation"]
                else None
            ),
            until=until,
            certificate=options["certificate"],
        )
        with acting():
            membership = actions.grant(actor=SYSTEM, at=timezone.now(), appointment=appointment)
        self.stdout.write(f"Rôle accordé : {membership.pk}")


def _named[M: Model](model: type[M], what: str, **lookup: object) -> M:
    """Return the one row that was named."""
    try:
        return model._default_manager.get(**lookup)
    except (ObjectDoesNotExist, ValidationError) as error:
        raise CommandError(f"Introuvable : {what}.") from error

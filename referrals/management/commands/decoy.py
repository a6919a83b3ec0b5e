"""Make a file a honeytoken (decoy): an access to it is an anomaly (SEC-AZ17)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actor import SYSTEM
from audit import journal
from audit.anomalies.facts import DECOY_MADE
from audit.events import Purpose
from audit.models import Decoy
from core.clock import instant
from referrals.access.row_level_security import for_the_service
from referrals.models import Referral
from referrals.vocabulary import formats


class Command(BaseCommand):
    """Mark one invented file, by its reference; there is no way back."""

    help = "Fait d'un dossier inventé un leurre : son ouverture est une anomalie. Sans retour."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the reference."""
        parser.add_argument("reference", help="référence du dossier inventé")

    def handle(self, *_: object, **options: Any) -> None:
        """Mark it.

        Raises:
            CommandError: no file has this reference.
        """
        meant = formats.read_reference(options["reference"]) or options["reference"]
        at = instant()
        with for_the_service():
            referral = Referral.objects.filter(reference=meant).exclude(authority=None).first()
            tenant = None if referral is None else referral.authority_id
            if referral is None or tenant is None:
                raise CommandError("Aucun dossier n'a cette référence.")
            if not Decoy.objects.filter(pk=referral.pseudonym).exists():
                Decoy.objects.create(subject=referral.pseudonym, tenant=tenant, made_at=at)
                journal.record(
                    DECOY_MADE,
                    actor=SYSTEM,
                    at=at,
                    objects=[referral.pseudonym],
                    tenant=tenant,
                    purpose=Purpose.AUDIT,
                )
        self.stdout.write("Ce dossier est un leurre.")

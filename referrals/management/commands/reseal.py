"""Reseal cases under new data keys: one by its reference, or those of an authority whose keys are old."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Authority
from audit.errors import AuditError
from core.clock import instant
from encryption.errors import EncryptionError
from referrals.access.row_level_security import for_the_service
from referrals.models import Referral
from referrals.retention import resealing


class Command(BaseCommand):
    """Each case is done whole or not at all; a run that was broken off is done again with the same words."""

    help = "Rechiffre des dossiers sous de nouvelles clés et détruit les anciennes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which cases."""
        parser.add_argument("references", nargs="*", help="référence d'un dossier")
        parser.add_argument("--authority", help="code de l'autorité, par exemple 93")
        parser.add_argument(
            "--keys-before",
            type=datetime.fromisoformat,
            help="instant avec décalage horaire : clés plus anciennes",
        )

    def handle(self, *_: object, **options: object) -> None:
        """Seal them anew.

        Raises:
            CommandError: a case isn't known or can't be opened (the others are done), or the key service is out.
        """
        refused = []
        for pk in self._chosen(options):
            try:
                count = resealing.reseal(pk, at=instant())
            except (EncryptionError, AuditError, ValueError) as error:
                refused.append(f"{pk} ({error})")
            else:
                self.stdout.write(f"{pk} : {count} valeurs.")
        if refused:
            raise CommandError(f"Laissés tels quels : {', '.join(refused)}")

    def _chosen(self, options: dict[str, Any]) -> list[UUID]:
        if options["authority"] is None and options["keys_before"] is None:
            return self._named(options["references"])
        authority = Authority.objects.filter(code=options["authority"]).first()
        before = options["keys_before"]
        if authority is None or before is None or before.tzinfo is None:
            raise CommandError(
                "Donnez --authority 93 et --keys-before 2027-01-01T00:00+01:00, ou des références."
            )
        return resealing.older(authority_id=authority.pk, before=before)

    def _named(self, references: list[str]) -> list[UUID]:
        with for_the_service():
            ids = dict(Referral.objects.filter(reference__in=references).values_list("reference", "pk"))
        if missing := sorted(set(references) - set(ids)) or not references:
            raise CommandError(f"Introuvable : {missing if references else 'aucune référence donnée'}.")
        return [ids[reference] for reference in references]

"""Print the one-time code of a person of the demonstration, who has no telephone to show it."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Factor
from accounts.models.factor import FactorKind
from config.demo.cast import DOMAIN
from encryption import onetime


class Command(BaseCommand):
    """Print the code that an application would show now."""

    help = "Affiche le code à usage unique d'une personne de la démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare who."""
        parser.add_argument("who", help="par exemple filer.93")

    def handle(self, *_: object, **options: Any) -> None:
        """Print the first code that still counts.

        Raises:
            CommandError: the settings are those of production, nobody is called so, or its codes are used.
        """
        if settings.PRODUCTION:
            raise CommandError("Cette commande refuse les réglages de production (REPERE_MODE=production).")
        who = options["who"].removesuffix(f"@{DOMAIN}")
        factor = Factor.objects.filter(kind=FactorKind.TOTP, user__email=f"{who}@{DOMAIN}").first()
        if factor is None:
            raise CommandError("Personne de ce nom dans la démonstration : lancez d'abord « make demo ».")
        seconds = timezone.now().timestamp()
        now = onetime.step_of(seconds)
        # The present one; where it was used, the next, once it counts: an application doesn't show it sooner either.
        step = now if factor.last_step is None else max(now, factor.last_step + 1)
        if step > now + 1:
            raise CommandError("Les codes du moment ont servi : réessayez dans trente secondes.")
        time.sleep(max(0, step * onetime.STEP_SECONDS - onetime.EARLY_SECONDS - seconds))
        self.stdout.write(onetime.code_at(factor.pk, step))

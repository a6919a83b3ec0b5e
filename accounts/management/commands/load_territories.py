"""Load the authorities responsible for child protection, with their territory and their keys."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import actions, territory
from accounts.actor import SYSTEM


class Command(BaseCommand):
    """Make what is missing of ``accounts/data/authorities.json``; running it twice changes nothing."""

    help = "Charge les autorités (toutes, ou celles de --only), leur territoire et leurs clés."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="codes séparés par des virgules, par exemple 75,93,59")

    def handle(self, *_: object, **options: Any) -> None:
        entries = {entry["code"]: entry for entry in json.loads(territory.AUTHORITIES.read_text("utf-8"))}
        wanted = [code.strip() for code in options["only"].split(",") if code.strip()] or list(entries)
        if unknown := [code for code in wanted if code not in entries]:
            raise CommandError(f"Codes inconnus : {', '.join(unknown)}.")
        at = timezone.now()
        with transaction.atomic():
            for code in wanted:
                entry = {**entries[code], "since": date.fromisoformat(entries[code]["since"])}
                actions.load_authority(actor=SYSTEM, at=at, territory=actions.Territory(**entry))
        self.stdout.write(f"{len(wanted)} autorités chargées.")

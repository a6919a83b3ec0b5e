"""After a restore: list the acknowledged filings that the database lacks. The owner's command."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actor import SYSTEM
from audit import journal, leaf_stream
from audit.errors import AuditError
from audit.events import Purpose
from audit.verifier import Fault
from config.acts import RESTORE_RECALLED
from config.recovery import recall
from config.recovery.recall import Losses, Witnessed
from core.clock import instant
from encryption.errors import EncryptionError

_STANDING: Final = {
    "held": "dans la base : rien à faire",
    "lost": "perdue : à transmettre de nouveau",
    "unknown": "ni dans la base ni dans le flux : demandez le reçu, et vérifiez-le (verifier.py receipt)",
    "misheard": "ce n'est pas une référence : faites-la répéter",
}
_WHAT_TO_DO: Final = (
    "À faire : prévenez la cellule de chaque département de la liste et de la période ; annoncez à toutes les "
    "personnes qui ont transmis pendant cette période qu'il faut transmettre de nouveau, le reçu en main "
    "(docs/backup.md)."
)
_UNKNOWN: Final = (
    "Ce qui ne peut pas être su : une transmission dont le processus a été tué entre l'enregistrement et la ligne du "
    "flux, ou dont la ligne n'a pas été collectée. Un reçu la prouve."
)


class Command(BaseCommand):
    """Reads both feeds and the witness file; changes nothing but the journal."""

    help = "Après une restauration : liste les transmissions confirmées que la base n'a plus."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what stands outside the database."""
        parser.add_argument(
            "--feed",
            type=Path,
            action="append",
            default=[],
            help="flux des transmissions, ou flux collecté des empreintes ; à répéter",
        )
        parser.add_argument("--witnessed", type=Path, help="fichier témoin ; par défaut celui des réglages")
        parser.add_argument(
            "--references",
            type=Path,  # not words of the command: everybody on the machine sees these
            help="fichier des références que des personnes donnent, une par ligne ; - : l'entrée standard",
        )
        parser.add_argument("--json", action="store_true", help="donner le résultat en JSON")

    def handle(self, *_: object, **options: Any) -> None:
        """Compare, write the entry, then print.

        Raises:
            CommandError: there is no feed and no witness file, or one can't be read.
        """
        feeds, witness = self._feeds(options["feed"]), self._witness(options["witnessed"])
        if not feeds and witness is None:
            raise CommandError(
                "Ni flux (--feed) ni fichier témoin (--witnessed) : rien en dehors de la base ne dit ce qui est perdu."
            )
        try:
            losses = recall.look(feeds, witness)
            with transaction.atomic():
                journal.record(
                    RESTORE_RECALLED,
                    actor=SYSTEM,
                    at=instant(),
                    purpose=Purpose.MAINTENANCE,
                    count=len(losses.filings),
                )
            standings = {one: recall.standing_of(one, losses) for one in _named(options["references"])}
        except OSError as error:
            raise CommandError(f"{error.filename} ne peut pas être lu.") from None
        except Fault:
            raise CommandError("Le fichier témoin est abîmé.") from None
        except (AuditError, EncryptionError) as refused:
            raise CommandError(str(refused)) from None
        if options["json"]:
            self.stdout.write(json.dumps(_data(losses, standings)))
        else:
            self._say(losses, standings, has_feed=bool(feeds))

    def _feeds(self, named: list[Path]) -> list[Path]:
        if missing := [one for one in named if not one.exists()]:
            raise CommandError(f"{missing[0]} n'existe pas.")
        usual = (settings.FILING_FEED, settings.LEAF_FEED)
        return named or [
            Path(one) for one in usual if one not in ("", *leaf_stream.STREAMS) and Path(one).exists()
        ]

    def _witness(self, named: Path | None) -> Path | None:
        if named is not None and not named.exists():
            raise CommandError(f"{named} n'existe pas.")
        path = named or (Path(settings.LOG_WITNESS_FILE) if settings.LOG_WITNESS_FILE else None)
        return path if path is not None and path.exists() else None

    def _say(self, losses: Losses, standings: dict[str, str], *, has_feed: bool) -> None:
        if has_feed:
            self.stdout.write(
                f"{len(losses.filings)} transmissions confirmées ne sont pas dans la base, sur {losses.named} que le "
                f"flux nomme ; {losses.entries} entrées du journal sur {losses.feed_lines}."
            )
            for one in losses.filings:
                self.stdout.write(f"  {one.reference}  {one.at:%Y-%m-%d %H:%M %Z}  {one.department or '-'}")
            if losses.filings:
                first, last = losses.filings[0].at, losses.filings[-1].at
                self.stdout.write(f"Période : de {first:%Y-%m-%d %H:%M} à {last:%Y-%m-%d %H:%M %Z}.")
        if not losses.named:
            self.stdout.write(
                "Sans le flux des transmissions (REPERE_FILING_FEED, --feed), les transmissions perdues ne peuvent pas "
                "être nommées."
            )
        if losses.witnessed is not None:
            self.stdout.write(_of_witness(losses.witnessed))
        for reference, standing in standings.items():
            self.stdout.write(f"{reference} : {_STANDING[standing]}.")
        if losses.filings or (losses.witnessed is not None and losses.witnessed.lost):
            self.stdout.write(_WHAT_TO_DO)
        self.stdout.write(_UNKNOWN)


def _named(place: Path | None) -> list[str]:
    if place is None:
        return []
    text = sys.stdin.read() if place == Path("-") else place.read_text(encoding="utf-8", errors="replace")
    return [one for line in text.splitlines() if (one := line.strip())]


def _of_witness(witnessed: Witnessed) -> str:
    until = (
        "" if witnessed.until is None else f", la dernière signée le {witnessed.until:%Y-%m-%d %H:%M:%S %Z}"
    )
    return (
        f"Le témoin a vu {witnessed.seen} places du journal{until} ; la base en a "
        f"{witnessed.held}. {witnessed.lost} ont perdu leur place ; leurs entrées peuvent être là : le flux le dit."
    )


def _data(losses: Losses, standings: dict[str, str]) -> dict[str, Any]:
    witnessed = losses.witnessed
    return {
        "filings": [
            {"reference": one.reference, "department": one.department, "at": one.at.isoformat()}
            for one in losses.filings
        ],
        "named": losses.named,
        "entries_lost": losses.entries,
        "witnessed": None
        if witnessed is None
        else {
            "seen": witnessed.seen,
            "held": witnessed.held,
            "until": None if witnessed.until is None else witnessed.until.isoformat(),
        },
        "references": standings,
    }

"""Back up both databases as dumps, or note in the journal what pgBackRest has copied. The owner's command."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.erasures import CASE_COPIES
from audit.errors import AuditError
from config import backups
from config.acts import BACKUP_MADE, BACKUP_SEEN, KEYS_COMPACTED
from config.backups import CASES, KEYS, CopyError
from config.recovery import entries, folders, pgbackrest, status
from core.clock import instant

#: A copy of the keys is daily, and the table is rewritten before each.
_COMPACTED_WITHIN: Final = timedelta(hours=26)


class Command(BaseCommand):
    """The cases first, then the keys: a key without a case is harmless, a case without its keys is unreadable."""

    help = (
        "Copie les deux bases, chacune à sa place, et efface les copies trop vieilles. Avec pgBackRest : réécrit la "
        "table des clés avant une copie (--compact), inscrit les copies au journal (--note)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two places, or what is done beside pgBackRest."""
        parser.add_argument("--cases", type=Path, help="dossier des copies des dossiers et du journal")
        parser.add_argument("--keys", type=Path, help="dossier des copies des clés, sur un autre disque")
        parser.add_argument(
            "--days",
            type=int,
            default=CASE_COPIES.days,
            help="durée de vie des copies des dossiers (35 jours)",
        )
        parser.add_argument(
            "--note",
            action="store_true",
            help="inscrire les copies de pgBackRest, dire celles qui sont trop vieilles",
        )
        parser.add_argument(
            "--folder", type=Path, help="où `rehearse` restaure ; ce qu'une répétition tuée y a laissé part"
        )
        parser.add_argument(
            "--compact",
            action="store_true",
            help="avant une copie des clés : ne laisser sur le disque aucun reste d'une clé détruite",
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Copy, note or compact.

        Raises:
            CommandError: both places are one, a copy failed, or none was made for too long.
        """
        try:
            if options["compact"]:
                backups.compact_keys()
                entries.write(KEYS_COMPACTED, rule=KEYS, to_state=f"{instant():{status.STAMP}}")
                self.stdout.write("Table des clés réécrite.")
            if options["note"]:
                folders.sweep(options["folder"])
                self._note(options["days"])
            if not (options["compact"] or options["note"]):
                self._dump(options)
        except (CopyError, AuditError) as refused:
            raise CommandError(str(refused)) from None

    def _dump(self, options: dict[str, Any]) -> None:
        cases, keys = options["cases"], options["keys"]
        if cases is None or keys is None:
            raise CommandError("Nommez les deux places (--cases et --keys), ou --note avec pgBackRest.")
        if cases.resolve() == keys.resolve():
            raise CommandError("Les copies des clés et des dossiers ne doivent pas être au même endroit.")
        lives = {CASES: (cases, options["days"]), KEYS: (keys, settings.KEY_BACKUP_DAYS)}
        # The entry first: a copy that isn't in the journal may not exist.
        entries.write(BACKUP_MADE)
        for part, (folder, days) in lives.items():
            copy = backups.make(part, folder, at=instant())
            gone = backups.expire(part, folder, days=days, at=instant())
            _keep(part, oldest=backups.oldest(part, folder).made_at, newest=copy.made_at)
            self.stdout.write(f"{copy.path} ; {len(gone)} copies expirées effacées.")

    def _note(self, days: int) -> None:
        """Note which copies there are; the account of the repositories deletes them (deploy/pgbackrest/expire.py)."""
        late = []
        for part, limit in ((CASES, days), (KEYS, settings.KEY_BACKUP_DAYS)):
            stanza = pgbackrest.stanza(part)
            begun, newest = min(one.begun for one in stanza.backups), max(one.ended for one in stanza.backups)
            if begun < instant() - timedelta(days=limit):
                late.append(
                    f"Base {part} : une copie a plus de {limit} jours ; lancez repere-backup-expire@{part}.service."
                )
            _keep(part, oldest=begun, newest=newest)
            self.stdout.write(
                f"{part} : dernière copie {newest:%Y-%m-%d %H:%M %Z}, la plus vieille {begun:%Y-%m-%d}."
            )
        compacted = status.last_compaction()
        if compacted is None or compacted < instant() - _COMPACTED_WITHIN:
            late.append(
                "La table des clés n'a pas été réécrite depuis un jour : les copies peuvent garder des restes de clés "
                "détruites ; lancez repere-backup-compact.service, puis une copie complète des clés."
            )
        if late:
            raise CommandError("\n".join(late))


def _keep(part: str, *, oldest: datetime, newest: datetime) -> None:
    """Enter the copies that there are, where that isn't known yet."""
    recorded = (status.oldest_backup(part), status.last_backup(part))
    if recorded != (oldest.replace(microsecond=0), newest.replace(microsecond=0)):
        entries.write(
            BACKUP_SEEN, rule=part, from_state=f"{oldest:{status.STAMP}}", to_state=f"{newest:{status.STAMP}}"
        )

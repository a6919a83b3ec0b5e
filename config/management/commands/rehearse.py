"""Rehearse a restore: both databases into scratch servers, looked at, measured, removed. The owner's command."""

import argparse
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import erasure_ledger
from audit.errors import AuditError
from config.acts import RESTORE_ENDED, RESTORE_REHEARSED
from config.backups import CASES, KEYS, CopyError
from config.management.commands.replay import unread
from config.recovery import entries, folders, rehearsal, restored
from config.recovery.rehearsal import Result
from config.recovery.status import STAMP
from core.clock import instant
from encryption.errors import EncryptionError

_FAULTS: Final = {
    "contradicted": "Le journal restauré contredit le fichier témoin : donnez l'alarme avant de continuer.",
    "altered": "Le journal restauré n'est pas intact : vérifiez-le avec `audit/verifier.py`.",
    "unsigned": "Le journal restauré n'a pas de point de contrôle, alors que le fichier témoin en connaît.",
}

_ENDS: Final = (signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    """Exit code 1 where something is missing, unreadable, contradicted, too old or too slow."""

    help = (
        "Répète une restauration : relit les deux copies dans des serveurs provisoires, rejoue les destructions, "
        "vérifie le journal, ouvre un échantillon, mesure la perte (RPO) et la durée (RTO), puis efface tout."
    )
    requires_system_checks: list[str] = []  # the restored databases may be older than the code

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what is restored, and what is accepted."""
        parser.add_argument(
            "--at", type=_moment, help="moment voulu, avec son fuseau (2026-11-24T03:00+01:00)"
        )
        parser.add_argument("--cases", type=Path, help="copie de `manage.py backup`, ou son dossier")
        parser.add_argument("--keys", type=Path, help="de même, pour les clés")
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[], help="autre liste des destructions"
        )
        parser.add_argument(
            "--witnessed", type=Path, help="copie du fichier témoin, à comparer avec le journal"
        )
        parser.add_argument("--key", action="append", default=[], help="clé de vérification du journal")
        parser.add_argument("--sample", type=int, default=20, help="lignes ouvertes dans chaque table (20)")
        parser.add_argument("--rpo", type=int, default=300, help="perte admise, en secondes (300)")
        parser.add_argument("--rto", type=int, default=1800, help="durée admise, en secondes (1800)")
        parser.add_argument(
            "--folder", type=Path, help="où restaurer ; par défaut le dossier provisoire du système"
        )
        parser.add_argument(
            "--account", help="hors production : autre compte des serveurs provisoires, ou « same »"
        )
        parser.add_argument("--json", action="store_true", help="donner le résultat en JSON")
        parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *_: object, **options: Any) -> None:
        """Rehearse, or look at what was restored where this is the process that does so.

        Raises:
            CommandError: the rehearsal failed; the sentences say why.
        """
        try:
            if options["inside"]:
                self._look(options)
                return
            with _ended_by_signals():
                folders.sweep(options["folder"])
                self._rehearse(options)
        except (CopyError, AuditError, EncryptionError) as refused:
            raise CommandError(str(refused)) from None

    def _look(self, options: dict[str, Any]) -> None:
        if not rehearsal.is_scratch():
            raise CommandError("--inside ne lit que les bases provisoires d'une répétition.")
        findings = restored.look(
            ledgers=[Path(settings.SHRED_FILE), *options["ledger"]],
            witnessed=options["witnessed"],
            log_keys=options["key"],
            sample=options["sample"],
            at=instant(),
        )
        self.stdout.write(json.dumps(findings.as_data()))

    def _rehearse(self, options: dict[str, Any]) -> None:
        dumps = {part: options[part] for part in (CASES, KEYS) if options[part]}
        if len(dumps) == 1:
            raise CommandError("Nommez les deux copies (--cases et --keys), ou aucune.")
        _require_readable(options)
        began = instant()
        # The entry first: a reading that isn't in the journal may not take place.
        entries.write(RESTORE_REHEARSED, count=options["sample"])
        inside = ["rehearse", "--inside", "--sample", str(options["sample"])]
        inside += [word for one in options["ledger"] for word in ("--ledger", str(one.resolve()))]
        inside += ["--witnessed", str(options["witnessed"].resolve())] if options["witnessed"] else []
        inside += [word for one in options["key"] for word in ("--key", one)]
        try:
            result = rehearsal.rehearse(
                asked=options["at"] or began,
                to=options["at"],
                dumps=dumps,
                folder=options["folder"],
                account=options["account"],
                inside=inside,
            )
            wrong = _wrong(result, options)
        except CopyError:
            entries.write(RESTORE_ENDED, rule="failed")
            raise
        entries.write(RESTORE_ENDED, rule="failed" if wrong else "held", to_state=f"{instant():{STAMP}}")
        self._say(result, wrong, as_json=options["json"])
        if wrong:
            raise CommandError("\n".join(wrong))

    def _say(self, result: Result, wrong: list[str], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result.as_data() | {"held": not wrong}))
            return
        findings = result.findings
        journal = findings["journal"]
        self.stdout.write(
            f"Moment demandé : {result.asked:%Y-%m-%d %H:%M:%S %Z} ; dernière écriture revenue : "
            f"{result.last_commit:%Y-%m-%d %H:%M:%S %Z}.\n"
            f"Perte (RPO) : {result.rpo_seconds:.0f} s. Durée (RTO) : {result.rto_seconds:.0f} s.\n"
            f"{findings['filings']} transmissions, {findings['cases']} dossiers ; "
            f"{findings['known_erasures']} destructions connues, {findings['erased_again']} rejouées.\n"
            f"Journal : {journal['held']} places, {journal['witnessed']} attestées. "
            f"Échantillon : {findings['opened']} valeurs ouvertes, {findings['unreadable']} illisibles."
        )


def _require_readable(options: dict[str, Any]) -> None:
    """Refuse where the ledger or the witness file is another account's, and no copy is named.

    Raises:
        CommandError: one is, or what is named can't be read.
    """
    if missing := unread([*options["ledger"], *filter(None, [options["witnessed"]])]):
        raise CommandError("\n".join(missing))
    for path, option in ((settings.SHRED_FILE, "ledger"), (settings.LOG_WITNESS_FILE, "witnessed")):
        if path and not options[option] and erasure_ledger.is_barred(Path(path)):
            raise CommandError(f"{path} ne peut pas être lu par ce compte : nommez sa copie (--{option}).")


def _wrong(result: Result, options: dict[str, Any]) -> list[str]:
    """Return what a rehearsal must not find, one sentence each."""
    findings, wrong = result.findings, []
    if findings["journal"]["fault"]:
        wrong.append(_FAULTS[findings["journal"]["fault"]])
    if findings["unreadable"]:
        wrong.append(
            f"{findings['unreadable']} valeurs de l'échantillon sont illisibles : la copie des clés ne va pas avec."
        )
    if not findings["cases"] and not findings["filings"]:
        wrong.append("La base restaurée n'a aucun dossier.")
    if result.rpo_seconds > options["rpo"]:
        wrong.append(f"Perte de {result.rpo_seconds:.0f} s : plus que les {options['rpo']} s admises.")
    if result.rto_seconds > options["rto"]:
        wrong.append(f"Durée de {result.rto_seconds:.0f} s : plus que les {options['rto']} s admises.")
    return wrong


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """End as by an error when the machine or its keeper says so, and let nobody read what is written meanwhile."""

    def end(number: int, _: FrameType | None) -> None:
        for one in _ENDS:
            signal.signal(one, signal.SIG_IGN)  # what is being taken away is taken away whole
        raise SystemExit(128 + number)

    before = {one: signal.signal(one, end) for one in _ENDS}
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)
        for one, handler in before.items():
            signal.signal(one, handler)


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("donnez le fuseau : 2026-11-24T03:00+01:00")
    return moment

"""Manage keys: show their status, rotate, destroy replaced ones, export to the escrow, recover from it.

Every act is in the journal. A long operation continues where it stopped when the command is run again
(docs/runbook.md).
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actor import SYSTEM
from accounts.models import Authority
from audit import journal
from audit.errors import AuditError
from audit.events import Purpose
from config.acts import KEY_DESTROYED, KEY_ESCROWED, KEY_RECOVERED, KEY_ROTATED
from core.clock import instant
from encryption import provider, recovery, rotation
from encryption.errors import EncryptionError
from encryption.escrow import EscrowError
from encryption.models import WHOLE_SERVICE, Kind
from referrals.duplicates import rekeying

ROOT: Final = "root"
OF_AN_AUTHORITY: Final = (Kind.AUTHORITY, Kind.INTAKE)


class Command(BaseCommand):
    """One subcommand a thing to do."""

    help = "État, rotation, destruction, séquestre et reprise des clés."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands."""
        parts = parser.add_subparsers(dest="part", required=True)
        parts.add_parser("status", help="le service des clés, les clés et ce qui en dépend")
        rotate = parts.add_parser("rotate", help="remplacer une clé, ou finir de le faire")
        rotate.add_argument("what", choices=[ROOT, *(str(kind) for kind in rotation.REPLACEABLE)])
        rotate.add_argument("--authority", help="code de l'autorité, par exemple 93")
        parts.add_parser("destroy", help="détruire les clés remplacées dont plus rien ne dépend")
        escrow = parts.add_parser("escrow", help="sceller les clés pour les gardiens du séquestre")
        escrow.add_argument("public", help="fichier escrow.pub")
        escrow.add_argument("out", help="fichier à écrire")
        recover = parts.add_parser("recover", help="reprendre les clés d'un séquestre ouvert")
        recover.add_argument("opened", help="fichier que escrow.py open a écrit")

    def handle(self, *_: object, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: the key service is out, something named isn't known, or a key is left behind.
        """
        parts: dict[str, Callable[[dict[str, Any]], None]] = {
            "status": self._status,
            "rotate": self._rotate,
            "destroy": self._destroy,
            "escrow": self._escrow,
            "recover": self._recover,
        }
        try:
            parts[options["part"]](options)
        except (EncryptionError, AuditError, EscrowError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _status(self, _: dict[str, Any]) -> None:
        provider.configured().health()
        report = rotation.report()
        for (form, version), count in sorted(report.roots.items()):
            mark = " (en service)" if (form, version) == report.current else ""
            self.stdout.write(f"racine {form}/{version}{mark} : {count} clés")
        for use in report.uses:
            mark = f"remplacée le {use.retired_at:%Y-%m-%d %H:%M}" if use.retired_at else "en service"
            self.stdout.write(f"{use.kind} {use.owner} {use.id} : {use.wraps} clés, {mark}")

    def _rotate(self, options: dict[str, Any]) -> None:
        began = monotonic()
        if options["what"] == ROOT:
            self._record(KEY_ROTATED, rule=ROOT)
            batches = rotation.rewrap_roots()
        else:
            kind, owner = Kind(options["what"]), self._owner(options)
            self._begin(kind, owner)
            if kind is Kind.LIKENESS:
                self._reindex()
                return
            batches = rotation.carry_over(kind, owner)
        moved = 0
        left: list[str] = []
        for batch in batches:
            moved += batch.moved
            left += batch.unreadable
        self.stdout.write(f"{moved} clés réenveloppées en {monotonic() - began:.1f} s.")
        if left:
            raise CommandError(f"Illisibles, laissées sous l'ancienne clé : {', '.join(left)}.")

    def _reindex(self) -> None:
        """Index cases anew under the new key, if every process knows it by now; workers do the same by themselves."""
        began, done = monotonic(), 0
        while moved := rekeying.rekey(instant()):
            done += moved
        left = sum(use.wraps for use in rotation.report().unfinished() if use.kind == Kind.LIKENESS)
        self.stdout.write(f"{done} dossiers réindexés en {monotonic() - began:.1f} s, {left} restent.")
        if left:
            self.stdout.write(
                "Les processus apprennent la nouvelle clé en deux minutes : `manage.py tick` continue, ou relancez."
            )

    def _begin(self, kind: Kind, owner: Any) -> None:
        """Put a new key in place, unless the replacement of the last one isn't finished."""
        if rotation.pending(kind, owner) or self._reindexing(kind):
            self.stdout.write("Une rotation est en cours : elle est poursuivie.")
            return
        with transaction.atomic():
            # The entry first: where it can't be written, no key is replaced.
            self._record(KEY_ROTATED, rule=str(kind), tenant=None if owner == WHOLE_SERVICE else owner)
            rotation.begin(kind, owner)

    def _reindexing(self, kind: Kind) -> bool:
        return kind is Kind.LIKENESS and any(use.kind == kind for use in rotation.report().unfinished())

    def _owner(self, options: dict[str, Any]) -> Any:
        if options["what"] not in OF_AN_AUTHORITY:
            return WHOLE_SERVICE
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError("Nommez l'autorité par son code : --authority 93.")
        return authority.pk

    def _destroy(self, _: dict[str, Any]) -> None:
        self._record(KEY_DESTROYED)
        destroyed, retained = rotation.destroy_retired(at=instant())
        for use in destroyed:
            self.stdout.write(f"détruite : {use.kind} {use.owner} {use.id}")
        for use in retained:
            self.stdout.write(f"gardée : {use.kind} {use.owner} {use.id}, {use.wraps} clés en dépendent")

    def _escrow(self, options: dict[str, Any]) -> None:
        public = json.loads(Path(options["public"]).read_text(encoding="utf-8"))
        bundle = recovery.bundle(public, at=instant())
        self._record(KEY_ESCROWED, count=bundle.count)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(options["out"], flags, 0o600), "w", encoding="utf-8") as out:
            out.write(bundle.text)
        self.stdout.write(f"{bundle.count} clés scellées pour le séquestre.")
        if bundle.unreadable:
            raise CommandError(f"Illisibles, absentes du séquestre : {', '.join(bundle.unreadable)}.")

    def _recover(self, options: dict[str, Any]) -> None:
        recovered = recovery.recover(json.loads(Path(options["opened"]).read_text(encoding="utf-8")))
        # Afterwards, alone of all: the journal needs the index key, which may be among those that come back.
        self._record(KEY_RECOVERED, count=recovered.count)
        self.stdout.write(f"{recovered.count} clés reprises. Détruisez {options['opened']}.")
        if recovered.refused:
            raise CommandError(f"Refusées : {', '.join(recovered.refused)}.")

    def _record(self, act: str, **details: Any) -> None:
        with transaction.atomic():
            journal.record(act, actor=SYSTEM, at=instant(), purpose=Purpose.MAINTENANCE, **details)

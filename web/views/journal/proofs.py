"""State of the log, proof of an entry, check of a saved checkpoint, and how to verify all of it oneself."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit import checkpoints, health, proofs, verifier
from audit.exporting import BUNDLES
from audit.health import Health
from audit.inputs import ExportQuery, InclusionQuery
from audit.tree import TILE
from audit.verifier import Fault
from core.inputs import StrictSerializer, Text
from encryption import digest
from web import forms
from web.cases.base import BlanksLeftOut
from web.forms import Ask, Field
from web.journal.base import JournalPage
from web.page import FormPage

VERIFIER: Final = Path(verifier.__file__)
#: As long as a checkpoint that somebody kept may be, with the lines of its witnesses.
NOTE_MAX: Final = 20_000
PART: Final = BUNDLES * TILE


class NoteIn(StrictSerializer):
    """A checkpoint that somebody kept."""

    note = Text(max_length=NOTE_MAX, multiline=True)


NOTE: Final = Ask(
    "note",
    _("Point de contrôle gardé"),
    _(
        "Le texte entier d'un message du matin ou d'une visite précédente, de la première ligne aux signatures."
    ),
    rows=6,
    attributes={"spellcheck": "false"},
)


class ProofQuery(BlanksLeftOut, InclusionQuery):
    def __init__(self, *args: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"].required = False


class Proofs(JournalPage, FormPage):
    tab = "journal-proofs"
    query = ProofQuery
    template = "web/journal/proofs.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Show how the log stands, and the proof of one entry where one is named."""
        health_report = health.health(actor=self.actor, at=self.at)
        return self.show(
            self.page_context(health_report) | (self._inclusion() if "entry" in self.asked else {})
        )

    def act(self, request: ServiceRequest) -> HttpResponse:
        health_report = health.health(actor=self.actor, at=self.at)
        note = self.sent.text("note")[:NOTE_MAX].replace("\r\n", "\n").strip() + "\n"
        comparison = self._consistency(health_report, note)
        fault = comparison.get("fault", "")
        fields = note_fields(note, fault)
        context = self.page_context(health_report) | {"entries": fields, "old": comparison}
        if fault:
            problem = {"title": gettext("Rien n'a été comparé.")}
            context |= {"problem": problem, "faults": forms.beside(fields)}
        return self.show(context, status=comparison["status"])

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(self.around() | {"problem": problem, "entries": note_fields(self.sent.text("note"))})

    def page_context(self, stands: Health) -> dict[str, Any]:
        checkpoint = stands.checkpoint
        return self.around() | {
            "entries": note_fields(),
            "stands": stands,
            "signed": self.when(stands.signed_at),
            "waiting": self.when(stands.waiting_since),
            "witnesses": [(one.name, one.size, self.when(one.at)) for one in stands.witnesses],
            "checkpoint": checkpoints.whole_note(checkpoint).decode() if checkpoint is not None else "",
            "parts": [(n + 1, start) for n, start in enumerate(range(0, stands.size, PART))],
            "verifier": VERIFIER.name,
            "sha256": verifier_digest(),
        }

    def _inclusion(self) -> dict[str, Any]:
        """Return an entry with its proof, and whether the proof holds: reckoned here as the verifier reckons it."""
        proof = proofs.inclusion(self.asked, actor=self.actor, at=self.at)
        context: dict[str, Any] = {
            "entry": self.asked["entry"],
            "body": proof.body.decode(),
            "leaf": proof.leaf_hash.hex(),
        }
        head = proof.checkpoint
        if head is None or proof.place is None:
            return context
        leaf = verifier.leaf_hash(proof.body) if proof.body else proof.leaf_hash
        holds = verifier.inclusion_holds(leaf, proof.place, head.size, list(proof.path), bytes(head.root))
        return context | {"proof": proof.proof, "place": proof.place, "within": head.size, "holds": holds}

    def _consistency(self, stands: Health, note: str) -> dict[str, Any]:
        """Return what the log says to a kept checkpoint: whether it continues it."""
        fault = ""
        old = None
        try:
            old = verifier.Checkpoint.of(note.encode())
        except Fault:
            fault = gettext(
                "Ce texte n'est pas un point de contrôle : copiez-le en entier, avec la ligne vide."
            )
        if old is None:
            return {"status": 400, "fault": fault}
        if old.origin != stands.origin:
            return {"status": 200, "verdict": "other", "size": old.size, "origin": old.origin}
        if old.size > stands.size:
            return {"status": 200, "verdict": "rollback", "size": old.size}
        proof = proofs.consistency({"first": old.size}, actor=self.actor, at=self.at)
        new = proof.checkpoint
        holds = verifier.consistency_holds(old.size, new.size, old.root, bytes(new.root), list(proof.path))
        return {"status": 200, "verdict": "holds" if holds else "fork", "size": old.size, "within": new.size}


class Export(JournalPage):
    step_up = frozenset({"GET"})
    query = ExportQuery

    def get(self, request: ServiceRequest) -> FileResponse:
        """Return one part of the log as a ZIP file, for the verifier; an entry says so."""
        start = self.asked["start"]
        file = proofs.export(start=start, actor=self.actor, at=self.at)
        name = f"journal-{start}.zip"
        return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


class Verifier(JournalPage):
    def get(self, request: ServiceRequest) -> HttpResponse:
        answer = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{VERIFIER.name}"'
        return answer


def note_fields(note: str = "", fault: str = "") -> list[Field]:
    return forms.fields_of(NoteIn, [NOTE], {"note": note}, faults={"note": fault})


@cache
def verifier_digest() -> str:
    """Return the SHA-256 of the verifier, hexadecimal."""
    return digest.sha256(VERIFIER.read_bytes()).hex()

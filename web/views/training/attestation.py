"""Attestation of who completed the course: asked for under a name that is not kept, given once its proof is there."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotAllowed
from accounts.request import ServiceRequest
from core.inputs import Code, Id, StrictSerializer, Text
from core.languages import ENGLISH, FRENCH, for_reader
from referrals.letters import paper
from web.forms import Ask
from web.generic import InputPage, attached
from web.page import Page
from web.training import actions, queries
from web.training.attestation import Claim
from web.views.training.base import TrainingPage


class AttestInput(StrictSerializer):
    name = Text(max_length=200)


class AskAttestation(TrainingPage, InputPage):
    takes = AttestInput
    asks = (
        Ask(
            "name", _("Votre nom"), _("Tel qu'il figurera sur l'attestation. Il n'est pas conservé."), rows=1
        ),
    )
    template = "web/training/attestation.html"

    def context(self) -> dict[str, Any]:
        return {"ready": queries.may_be_attested(self.progress, at=self.at)}

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Have the journal hold the digest; show the way to the attestation."""
        body = self.validated()
        if not queries.may_be_attested(self.progress, at=self.at):
            raise NotAllowed("training:attest")
        claim, entry = actions.attest(body["name"], actor=self.actor, at=self.at)
        return awaited(self, claim, entry)

    def around(self) -> dict[str, Any]:
        return {"ready": True}


class ProofInput(StrictSerializer):
    """The claim, as the page of the attestation holds it, the entry of the journal, and in which form it is wanted."""

    name = Text(max_length=200)
    course = Text(max_length=60)
    day = Text(max_length=10)
    nonce = Text(max_length=32)
    entry = Id()
    form = Code([("page", ""), ("json", ""), ("pdf", "")])


class Attestation(TrainingPage):
    """POST /entrainement/attestation/preuve: the attestation; its name comes with the request and goes with it."""

    http_method_names = ["post"]

    def post(self, request: ServiceRequest) -> HttpResponse:
        sent = {name: self.sent.text(name) for name in map(str, ProofInput().fields)}
        body = ProofInput.read(sent)
        claim = Claim(body["name"], body["course"], body["day"], body["nonce"])
        file = queries.attested(claim, body["entry"])
        if file is None:
            return awaited(self, claim, body["entry"])
        if body["form"] == "json":
            return attached(file, "application/json", "attestation.json")
        page = paper.html(_paper(claim, file))
        if body["form"] == "pdf":
            return attached(paper.pdf(page), "application/pdf", "attestation.pdf")
        self.template = "web/training/attested.html"
        return self.show({"claim": claim, "entry": body["entry"], "file": file.decode()})


def awaited(page: Page, claim: Claim, entry: UUID) -> HttpResponse:
    page.template = "web/training/awaited.html"
    return page.show({"claim": claim, "entry": entry})


def _paper(claim: Claim, file: bytes) -> paper.Paper:
    return paper.Paper(
        title=gettext("Attestation de formation"),
        head=paper.Head(name=gettext("Repère – instance de formation")),
        to=(claim.name,),
        on=date.fromisoformat(claim.day),
        reference="",
        language=for_reader({FRENCH: FRENCH, ENGLISH: ENGLISH}),
        sections=(
            paper.Section(
                paragraphs=(
                    gettext(
                        "A suivi le cours destiné aux déclarants et mené à bien au moins une histoire fictive."
                    ),
                ),
                facts=((gettext("Cours"), claim.course), (gettext("Empreinte au journal"), claim.digest)),
            ),
            paper.Section(
                heading=gettext("Vérifier"),
                paragraphs=(
                    gettext(
                        "Le fichier de l'attestation porte sa preuve : le vérificateur la lit hors ligne."
                    ),
                    "python3 verifier.py attestation attestation.json --key log.vkey",
                    file.decode(),
                ),
            ),
        ),
    )

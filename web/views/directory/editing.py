"""Forms of a service: new, by topic, its address, its places, its verification, its history, two made one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotVisible
from accounts.request import ServiceRequest
from core.inputs import StrictSerializer
from directory import access, queries
from directory.actions import capacities, confirmations, places, services
from directory.codes import Means
from directory.inputs import CapacityInput, ServiceChange, ServiceInput, VerificationInput
from directory.models import Place
from web.directory import display, lines, service_form, words
from web.directory.base import DirectoryPage
from web.directory.editing import ServiceForm, StructureForm
from web.directory.place_form import PlaceForm
from web.directory.words import Topic
from web.faults import worded
from web.forms import Ask, Entry, Pairs, beside, faults_of


class NewService(StructureForm):
    takes, asks = service_form.TypedService, (*words.NEW_SERVICE, *words.KNOWN)
    title, button = _("Ajouter un service"), _("Ajouter le service")
    about = _(
        "L'essentiel d'abord. Qui est reçu, le territoire, les horaires se complètent ensuite, sur sa fiche."
    )

    def values(self) -> dict[str, Any]:
        return {"phone": display.spelled(self.structure.phone), "specialised": "general", "means": "typed"}

    def body(self) -> dict[str, Any]:
        return service_form.body_of(service_form.TypedService, self.asks, self.sent)

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        return super().again(service_form.renamed(problem))

    def do(self, body: Mapping[str, Any]) -> UUID:
        values = ServiceInput.read(body)
        return services.make(self.structure.pk, values, actor=self.actor, at=self.at).pk

    def after(self, made: UUID) -> str:
        return reverse("directory-service", args=[made])

    def back(self) -> str:
        return reverse("directory-structure", args=[self.structure.pk])


class OneServiceForm(ServiceForm):
    """A form of a service that leads back to its page."""

    def after(self, made: UUID) -> str:
        return reverse("directory-service", args=[made])

    def back(self) -> str:
        return reverse("directory-service", args=[self.service.pk])


class ServiceTopic(OneServiceForm):
    takes = service_form.TypedChange
    topic: Topic

    def find(self, **of: Any) -> None:
        super().find(**of)
        found = next((one for one in words.TOPICS if one.slug == of["topic"]), None)
        if found is None:
            raise NotVisible
        self.topic, self.title, self.about = found, found.title, found.about
        self.asks = (*found.asks, *words.KNOWN)

    def choices(self) -> Mapping[str, Pairs]:
        return service_form.choices()

    def values(self) -> dict[str, Any]:
        return service_form.values_of(self.service, self.asks)

    def body(self) -> dict[str, Any]:
        return service_form.body_of(self.takes, self.asks, self.sent, self.service)

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"entries": self._entries(self.fields(values)), "once": self.key()}

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        problem = service_form.renamed(worded(problem, self.takes))
        typed = service_form.typed(self.takes, self.asks, self.sent)
        entries = self._entries(self.fields(typed, faults_of(problem)), problem)
        return {"entries": entries, "problem": problem, "faults": beside(entries), "once": self.key(problem)}

    def do(self, body: Mapping[str, Any]) -> UUID:
        return services.change(self.service.pk, ServiceChange.read(body), actor=self.actor, at=self.at).pk

    def _entries(self, fields: Any, problem: Mapping[str, Any] | None = None) -> list[Entry]:
        if self.topic.slug != "publics":
            return list(fields)
        sent = self.sent if self.request.method == "POST" else None
        return service_form.with_accepts(fields, self.service.accepts, sent, problem)


class ServicePlace(PlaceForm, OneServiceForm):
    def place(self) -> Place | None:
        return Place.objects.filter(service=self.service).first()

    def do(self, body: Mapping[str, Any]) -> UUID:
        values = self.read(body)
        places.put(self.service.structure_id, self.service.pk, values, actor=self.actor, at=self.at)
        return self.service.pk


class Capacities(OneServiceForm):
    takes, asks = CapacityInput, words.CAPACITY
    title = _("Dire les places")
    about = _("Une place libre est montrée sept jours au plus : ensuite elle vaut « non connu ».")

    def values(self) -> dict[str, Any]:
        held = self.service.capacities.order_by("-told_at").first()
        if held is None:
            return {"unit": "place"}
        names = ("unit", "population", "maximum", "emergency", "told_by", "note")
        return {name: getattr(held, name) for name in names}

    def do(self, body: Mapping[str, Any]) -> UUID:
        capacities.write(self.service.pk, CapacityInput.read(body), actor=self.actor, at=self.at)
        return self.service.pk


class Verify(OneServiceForm):
    takes, asks = VerificationInput, words.VERIFY
    title, button = _("Vérifier la fiche"), _("La fiche est juste")
    about = _(
        "Relisez la fiche avec le service, puis dites comment. Ce qui a changé se corrige d'abord, sur sa fiche."
    )

    def values(self) -> dict[str, Any]:
        return {"means": str(Means.PHONE)}

    def do(self, body: Mapping[str, Any]) -> UUID:
        services.verify(self.service.pk, VerificationInput.read(body), actor=self.actor, at=self.at)
        return self.service.pk


class History(DirectoryPage):
    opens_for = access.EDIT
    template = "web/directory/history.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        service = access.kept_services(self.actor).filter(pk=pk).first()
        if service is None:
            raise NotVisible
        told = queries.history(service, actor=self.actor)
        return self.show(
            self.around()
            | {
                "back": reverse("directory-service", args=[pk]),
                "of": service.name,
                "lines": lines.history(
                    told, ZoneInfo(service.authority.timezone), lambda line: _undo(line, pk)
                ),
            }
        )


def _undo(line: queries.VerificationLine, service: UUID) -> str:
    """Return where an answer by link is undone, for a line of it that changed something; else empty."""
    if line.means != Means.LINK or line.old == line.new or line.field.startswith("verified_"):
        return ""
    return reverse("directory-undo", args=[service, line.id])


class AskByLink(OneServiceForm):
    takes: type[StrictSerializer] = StrictSerializer
    asks: Sequence[Ask] = ()
    title, button = _("Demander au service de confirmer"), _("Envoyer le lien")

    def here(self) -> dict[str, Any]:
        words = gettext(
            "Le service reçoit par courriel un lien valable %(days)s jours ; le précédent n'est plus valable."
        )
        return super().here() | {"about": words % {"days": settings.DIRECTORY_LINK_DAYS}}

    def do(self, body: Mapping[str, Any]) -> UUID:  # noqa: ARG002 - it asks nothing
        confirmations.ask_now(self.service.pk, actor=self.actor, at=self.at)
        return self.service.pk


class UndoAnswer(OneServiceForm):
    takes: type[StrictSerializer] = StrictSerializer
    asks: Sequence[Ask] = ()
    title, button = _("Annuler une réponse par lien"), _("Annuler la réponse")
    about = _("Tout ce que cette réponse a changé redevient comme avant, sauf ce qui a été corrigé depuis.")
    answer: UUID

    def find(self, **of: Any) -> None:
        super().find(pk=of["pk"])
        told = queries.history(self.service, actor=self.actor)
        if not any(one.id == of["answer"] and one.means == Means.LINK for one in told):
            raise NotVisible
        self.answer = of["answer"]

    def do(self, body: Mapping[str, Any]) -> UUID:  # noqa: ARG002 - it asks nothing
        confirmations.revert(self.answer, actor=self.actor, at=self.at)
        return self.service.pk

    def back(self) -> str:
        return reverse("directory-history", args=[self.service.pk])

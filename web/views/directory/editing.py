"""Forms of a service: new, by topic, its address, its places, its verification, its history, two made one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotVisible
from accounts.naming import visible
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
from web.generic import ShownPage


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

    def do(self, body: dict[str, Any]) -> UUID:
        return services.make(self.structure.pk, ServiceInput.read(body), actor=self.actor, at=self.at).pk

    def goes_to(self, made: UUID) -> str:
        # To the new service; its form goes back to the structure.
        return reverse("directory-service", args=[made])

    def back(self) -> str:
        return reverse("directory-structure", args=[self.structure.pk])


class ServiceTopic(ServiceForm):
    takes = service_form.TypedChange
    topic: Topic

    def prepare(self, pk: UUID, **more: Any) -> None:
        super().prepare(pk)
        topic = next((one for one in words.TOPICS if one.slug == more["topic"]), None)
        if topic is None:
            raise NotVisible
        self.topic, self.title, self.about = topic, topic.title, topic.about
        self.asks = (*topic.asks, *words.KNOWN)

    def choices(self) -> Mapping[str, Pairs]:
        return service_form.choices()

    def values(self) -> dict[str, Any]:
        return service_form.values_of(self.service, self.asks)

    def body(self) -> dict[str, Any]:
        return service_form.body_of(self.takes, self.asks, self.sent, self.service)

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form, with the situations where it asks for them."""
        return {"entries": self._entries(self.fields(values)), "once": self.key()}

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form as it was typed, its faults named as the page asks."""
        problem = service_form.renamed(worded(problem, self.takes))
        typed = service_form.typed(self.takes, self.asks, self.sent)
        entries = self._entries(self.fields(typed, faults_of(problem)), problem)
        return {"entries": entries, "problem": problem, "faults": beside(entries), "once": self.key(problem)}

    def do(self, body: dict[str, Any]) -> UUID:
        return services.change(self.service.pk, ServiceChange.read(body), actor=self.actor, at=self.at).pk

    def _entries(self, fields: Any, problem: Mapping[str, Any] | None = None) -> list[Entry]:
        if self.topic.slug != "publics":
            return list(fields)
        sent = self.sent if self.request.method == "POST" else None
        return service_form.with_accepts(fields, self.service.accepts, sent, problem)


class ServicePlace(PlaceForm, ServiceForm):
    def place(self) -> Place | None:
        return Place.objects.filter(service=self.service).first()

    def do(self, body: dict[str, Any]) -> UUID:
        values = self.read(body)
        places.put(self.service.structure_id, self.service.pk, values, actor=self.actor, at=self.at)
        return self.service.pk


class Capacities(ServiceForm):
    takes, asks = CapacityInput, words.CAPACITY
    title = _("Dire les places")
    about = _("Une place libre est montrée sept jours au plus : ensuite elle vaut « non connu ».")

    def values(self) -> dict[str, Any]:
        """Begin with what was told last, but for the number of free places."""
        last = self.service.capacities.order_by("-told_at").first()
        if last is None:
            return {"unit": "place"}
        names = ("unit", "population", "maximum", "emergency", "told_by", "note")
        return {name: getattr(last, name) for name in names}

    def do(self, body: dict[str, Any]) -> UUID:
        capacities.write(self.service.pk, CapacityInput.read(body), actor=self.actor, at=self.at)
        return self.service.pk


class Verify(ServiceForm):
    takes, asks = VerificationInput, words.VERIFY
    title, button = _("Vérifier la fiche"), _("La fiche est juste")
    about = _(
        "Relisez la fiche avec le service, puis dites comment. Ce qui a changé se corrige d'abord, sur sa fiche."
    )

    def values(self) -> dict[str, Any]:
        return {"means": str(Means.PHONE)}  # which is usual

    def do(self, body: dict[str, Any]) -> UUID:
        services.verify(self.service.pk, VerificationInput.read(body), actor=self.actor, at=self.at)
        return self.service.pk


class History(DirectoryPage, ShownPage):
    opens_for = access.EDIT
    template = "web/directory/history.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """What was said of the service, field by field, the newest first."""
        service = visible(access.editable_services(self.actor), pk)
        history = queries.history(service, actor=self.actor)
        zone = ZoneInfo(service.authority.timezone)
        return {
            "back": reverse("directory-service", args=[pk]),
            "of": service.name,
            "lines": lines.history(history, zone, lambda line: _undo(line, pk)),
        }


def _undo(line: queries.VerificationLine, service: UUID) -> str:
    """Return where an answer by link is undone, for a line of it that changed something; else empty."""
    if line.means != Means.LINK or line.old == line.new or line.field.startswith("verified_"):
        return ""
    return reverse("directory-undo", args=[service, line.id])


class AskByLink(ServiceForm):
    takes: type[StrictSerializer] = StrictSerializer
    asks: Sequence[Ask] = ()
    title, button = _("Demander au service de confirmer"), _("Envoyer le lien")

    def around(self) -> dict[str, Any]:
        words = gettext(
            "Le service reçoit par courriel un lien valable %(days)s jours ; le précédent n'est plus valable."
        )
        return super().around() | {"about": words % {"days": settings.DIRECTORY_LINK_DAYS}}

    def do(self, body: dict[str, Any]) -> UUID:
        confirmations.ask_now(self.service.pk, actor=self.actor, at=self.at)
        return self.service.pk


class UndoAnswer(ServiceForm):
    takes: type[StrictSerializer] = StrictSerializer
    asks: Sequence[Ask] = ()
    title, button = _("Annuler une réponse par lien"), _("Annuler la réponse")
    about = _("Tout ce que cette réponse a changé redevient comme avant, sauf ce qui a été corrigé depuis.")
    answer: UUID

    def prepare(self, pk: UUID, **more: Any) -> None:
        super().prepare(pk)
        self.answer = more["answer"]
        history = queries.history(self.service, actor=self.actor)
        if not any(one.id == self.answer and one.means == Means.LINK for one in history):
            raise NotVisible

    def do(self, body: dict[str, Any]) -> UUID:
        confirmations.revert(self.answer, actor=self.actor, at=self.at)
        return self.service.pk

    def back(self) -> str:
        return reverse("directory-history", args=[self.service.pk])

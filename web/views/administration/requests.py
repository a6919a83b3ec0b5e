"""Requests that need a second person: roles that two persons grant, and lost factors."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, second_person
from accounts.errors import InvalidInput
from accounts.models import FactorReset, GrantRequest, ImportRun, User
from accounts.models.importrun import ImportSource
from accounts.naming import visible
from accounts.request import ServiceRequest
from accounts.validated_actions import identified
from referrals.vocabulary.formats import moment
from web import forms
from web.administration import words
from web.administration.base import CONFIRMS, AdministrationPage
from web.cases import display
from web.cases.choices import role_words
from web.forms import Fault, faults_of
from web.page import FormPage, made
from web.views.administration.resets import how_fields, how_said
from web.views.cases.queue import ZONE

ROLES, RESETS = CONFIRMS
#: As many of each kind are listed, the oldest first; whoever decides on them comes to the others.
LISTED: Final = 100
CONFIRM: Final = "confirm"
REFUSE: Final = "refuse"
#: What may be wrong by now with what was asked for, or with the decision.
LABELS: Final[Mapping[str, Any]] = {
    "role": _("Rôle"),
    "valid_from": _("À partir du"),
    "valid_to": _("Jusqu'au"),
    "decision": _("Décision"),
}


class RequestPage(AdministrationPage):
    """A page for whoever may confirm something."""

    tab = "requests-page"
    opens_for = CONFIRMS


class Requests(RequestPage):
    template = "web/administration/requests.html"
    barred: frozenset[UUID]

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List what waits for a second person at the reader's authorities, the oldest first."""
        roles: list[GrantRequest] = []
        resets: list[FactorReset] = []
        if self.actor.may(ROLES):
            known = access.open_grant_requests(self.actor, at=self.at)
            roles = list(known.select_related("user", "authority").order_by("asked_at", "pk")[:LISTED])
        if self.actor.may(RESETS):
            lost = access.open_resets(self.actor, at=self.at)
            resets = list(lost.select_related("user").order_by("asked_at", "pk")[:LISTED])
        imports = (
            access.open_imports(self.actor, at=self.at)
            .select_related("authority")
            .order_by("asked_at", "pk")[:LISTED]
            if self.actor.may(ROLES)
            else []
        )
        about = {one.user_id for one in roles} | {one.user_id for one in resets}
        self.barred = second_person.barred_from(about, self.actor.user_id, at=self.at)
        lines = [
            *(self._import_line(one) for one in imports),
            *(self._line(one, role_words(one.role), "request-role", one.authority.name) for one in roles),
            *(self._line(one, _("Moyens de connexion perdus"), "request-reset", "") for one in resets),
        ]
        return self.show(self.around() | {"lines": lines})

    def _import_line(self, pending: ImportRun) -> dict[str, Any]:
        return {
            "what": ImportSource(pending.source).label,
            "name": gettext("Import de fichier"),
            "place": pending.authority.name,
            "address": reverse("import-page", args=[pending.pk]),
            "asked": display.instant(moment(pending.asked_at), ZONE),
            "open": self.actor.user_id != pending.tried_by_id,
        }

    def _line(
        self, pending: GrantRequest | FactorReset, what: object, page: str, place: str
    ) -> dict[str, Any]:
        return {
            "what": what,
            "name": pending.user.full_name,
            "place": place,
            "address": reverse(page, args=[pending.pk]),
            "asked": display.instant(moment(pending.asked_at), ZONE),
            "open": self.actor.user_id not in (pending.asked_by_id, pending.user_id)
            and pending.user_id not in self.barred,
        }


class OneRequest(RequestPage, FormPage):
    """A page that shows one request, and takes the decision of a second person."""

    title: ClassVar[Any]
    confirmed: ClassVar[Any]
    template = "web/administration/request.html"
    step_up = frozenset({"GET"})  # before it is read; the act asks again
    code: str | None = None

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context(pk) | {"once": self.key()})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        decision = self.sent.text("decision")
        if decision not in (CONFIRM, REFUSE):
            raise InvalidInput({"decision": ["required"]})
        person = self.once(self.said(decision), lambda: self.decide(pk, confirmed=decision == CONFIRM))
        if self.code is not None:
            user = User.objects.get(pk=person)
            said = [(_("Personne"), user.full_name), (_("Courriel"), user.email)]
            context = self.around() | {"said": said, "code": self.code, "requests": True}
            return made(self.request, "web/administration/invited.html", context)
        return self.onwards(reverse("requests-page"), decision)

    def said(self, decision: str) -> dict[str, Any]:
        return {"decision": decision}

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        faults = [Fault(str(LABELS.get(name, name)), detail) for name, detail in faults_of(problem).items()]
        again = {"problem": problem, "faults": faults, "once": self.key(problem)}
        return self.show(self.page_context(pk) | again | self.asked_again(problem))

    def asked_again(self, problem: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - some ask nothing more
        """Return the further questions of the page, with their faults."""
        return {}

    def decide(self, pk: UUID, *, confirmed: bool) -> UUID:
        raise NotImplementedError

    def one(self, pk: UUID) -> GrantRequest | FactorReset:
        raise NotImplementedError

    def lines(self, pending: Any) -> list[tuple[Any, str]]:
        raise NotImplementedError

    def is_barred(self, pending: GrantRequest | FactorReset) -> bool:
        """Tell whether the reader had a hand in the account, and so may only refuse."""
        return bool(second_person.barred_from([pending.user_id], self.actor.user_id, at=self.at))

    def page_context(self, pk: UUID) -> dict[str, Any]:
        pending = self.one(pk)
        pairs = [
            (_("Personne"), pending.user.full_name),
            (_("Courriel"), pending.user.email),
            *self.lines(pending),
            (_("Demandé par"), pending.asked_by.full_name),
            (_("Demandé le"), display.instant(moment(pending.asked_at), ZONE)),
        ]
        return self.around() | {
            "title": self.title,
            "confirmed": self.confirmed,
            "said": [(label, text) for label, text in pairs if text],
            "asked_it": pending.asked_by_id == self.actor.user_id,
            "about_them": pending.user_id == self.actor.user_id,
            "barred": self.is_barred(pending),
        }


class OneRole(OneRequest):
    title = _("Rôle qui se décide à deux")
    confirmed = _(
        "Une fois confirmé, le rôle prend effet tout de suite. Assurez-vous d'abord, par vous-même, de qui est cette "
        "personne et de sa fonction. Si une invitation doit partir, son code s'affiche ici : donnez-le-lui de vive "
        "voix, à elle seule."
    )

    def decide(self, pk: UUID, *, confirmed: bool) -> UUID:
        """Give the role as the second person, or refuse it."""
        row, self.code = actions.decide(actor=self.actor, at=self.at, request_id=pk, confirmed=confirmed)
        return row.user_id

    def one(self, pk: UUID) -> GrantRequest:
        known = access.open_grant_requests(self.actor, at=self.at)
        return visible(known.select_related("user", "authority", "asked_by"), pk)

    def lines(self, pending: GrantRequest) -> list[tuple[Any, str]]:
        return [
            (_("Rôle"), role_words(pending.role)),
            (_("Autorité"), pending.authority.name),
            (_("À partir du"), display.instant(moment(pending.valid_from), ZONE)),
            (_("Jusqu'au"), display.instant(moment(pending.valid_to), ZONE)),
        ]


class OneReset(OneRequest):
    title = _("Moyens de connexion perdus")
    confirmed = _(
        "Une fois la demande confirmée, les moyens de connexion, les codes de secours et les "
        "connexions de la personne prennent fin ; avec son mot de passe, elle en choisit de "
        "nouveaux. Si ses rôles ouvrent des dossiers, une invitation part aussi, dont le code s'affiche ici : il lui "
        "sert si elle n'a plus de mot de passe. Assurez-vous auprès d'elle qu'elle le demande bien."
    )

    def decide(self, pk: UUID, *, confirmed: bool) -> UUID:
        """Remove the factors as the second person, who says how they made sure too; or refuse it."""
        how = identified(how_said(self.sent)) if confirmed else None
        row, self.code = actions.decide_reset(actor=self.actor, at=self.at, reset_id=pk, how=how)
        return row.user_id

    def said(self, decision: str) -> dict[str, Any]:
        return super().said(decision) | how_said(self.sent)

    def asked_again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        """Return the question how one made sure, as it was answered."""
        fields = how_fields(self.sent, problem)
        return {"entries": fields, "faults": forms.summary(problem, fields)}

    def page_context(self, pk: UUID) -> dict[str, Any]:
        return super().page_context(pk) | {"entries": how_fields()}

    def one(self, pk: UUID) -> FactorReset:
        known = access.open_resets(self.actor, at=self.at)
        return visible(known.select_related("user", "asked_by"), pk)

    def lines(self, pending: FactorReset) -> list[tuple[Any, str]]:
        """Return how whoever asks made sure; the second person makes sure anew."""
        return [
            (
                _("Vérification d'identité faite par la personne qui demande"),
                str(words.IDENTIFIED.get(pending.asked_how, "")),
            )
        ]

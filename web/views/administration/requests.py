"""Requests that need a second person: roles that two persons grant, and lost ways to sign in."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, second_person
from accounts.errors import InvalidInput
from accounts.inputs import IdentifiedInput
from accounts.models import FactorReset, GrantRequest, ImportRun, User
from accounts.models.factor import Identified
from accounts.models.importrun import ImportSource
from accounts.naming import visible
from accounts.validated_actions import identified
from referrals.vocabulary.formats import moment
from web import forms
from web.administration import words
from web.administration.base import CONFIRMS, AdministrationPage
from web.administration.forms import Confirmation
from web.cases import display
from web.cases.choices import role_words
from web.forms import ZONE, Fault, Field, Sent, faults_of
from web.generic import ConfirmPage, ShownPage
from web.page import made as made_page

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


class Requests(AdministrationPage, ShownPage):
    tab = "requests-page"
    opens_for = CONFIRMS
    template = "web/administration/requests.html"
    barred: frozenset[UUID]

    def context(self) -> dict[str, Any]:
        """List what waits for a second person at the reader's authorities, the oldest first."""
        roles: list[GrantRequest] = []
        resets: list[FactorReset] = []
        imports: list[ImportRun] = []
        if self.actor.may(ROLES):
            grants = access.open_grant_requests(self.actor, at=self.at)
            roles = list(grants.select_related("user", "authority").order_by("asked_at", "pk")[:LISTED])
            runs = access.open_imports(self.actor, at=self.at).select_related("authority")
            imports = list(runs.order_by("asked_at", "pk")[:LISTED])
        if self.actor.may(RESETS):
            lost = access.open_resets(self.actor, at=self.at)
            resets = list(lost.select_related("user").order_by("asked_at", "pk")[:LISTED])
        about = {one.user_id for one in roles} | {one.user_id for one in resets}
        self.barred = second_person.barred_from(about, self.actor.user_id, at=self.at)
        return {
            "lines": [
                *(self._import_line(one) for one in imports),
                *(self._line(one, role_words(one.role), "request-role", one.authority.name) for one in roles),
                *(self._line(one, _("Moyens de connexion perdus"), "request-reset", "") for one in resets),
            ]
        }

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


class OneRequest(AdministrationPage, ConfirmPage):
    """A page that shows one request, and takes the decision of a second person."""

    tab = onward = "requests-page"
    opens_for = CONFIRMS
    title: ClassVar[Any]
    confirmed: ClassVar[Any]
    template = "web/administration/request.html"
    step_up = frozenset({"GET"})  # before it is read; the act asks again
    code: str | None = None

    def body(self) -> dict[str, Any]:
        """Return what was sent, for it to be done once."""
        decision = self.sent.text("decision")
        if decision not in (CONFIRM, REFUSE):
            raise InvalidInput({"decision": ["required"]})
        return {"decision": decision}

    def do(self, body: dict[str, Any]) -> UUID:
        return self.decide(confirmed=body["decision"] == CONFIRM)

    def after(self, made: UUID) -> HttpResponse:
        """Go back to the list; show the code of an invitation that it sends this once."""
        if self.code is None:
            return self.onwards(self.goes_to(made), self.sent.text("decision"))
        user = User.objects.get(pk=made)
        lines = [(_("Personne"), user.full_name), (_("Courriel"), user.email)]
        context = AdministrationPage.around(self) | {"said": lines, "code": self.code, "requests": True}
        return made_page(self.request, "web/administration/invited.html", context)

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        faults = [Fault(str(LABELS.get(name, name)), detail) for name, detail in faults_of(problem).items()]
        return super().again(problem) | {"faults": faults}

    def decide(self, *, confirmed: bool) -> UUID:
        """Call the act, and keep the code that it gives; return whom it is about."""
        raise NotImplementedError

    def one(self) -> GrantRequest | FactorReset:
        """Return the request; not one that is decided, lapsed, or of another authority."""
        raise NotImplementedError

    def lines(self, pending: Any) -> list[tuple[Any, str]]:
        """Return what is asked for, in words."""
        raise NotImplementedError

    def around(self) -> dict[str, Any]:
        pending = self.one()
        pairs = [
            (_("Personne"), pending.user.full_name),
            (_("Courriel"), pending.user.email),
            *self.lines(pending),
            (_("Demandé par"), pending.asked_by.full_name),
            (_("Demandé le"), display.instant(moment(pending.asked_at), ZONE)),
        ]
        return super().around() | {
            "title": self.title,
            "confirmed": self.confirmed,
            "said": [(label, text) for label, text in pairs if text],
            "asked_it": pending.asked_by_id == self.actor.user_id,
            "about_them": pending.user_id == self.actor.user_id,
            # Whoever had a hand in the account may only refuse.
            "barred": bool(second_person.barred_from([pending.user_id], self.actor.user_id, at=self.at)),
        }


class OneRole(OneRequest):
    title = _("Rôle qui se décide à deux")
    confirmed = _(
        "Une fois confirmé, le rôle prend effet tout de suite. Assurez-vous d'abord, par vous-même, de qui est cette "
        "personne et de sa fonction. Si une invitation doit partir, son code s'affiche ici : donnez-le-lui de vive "
        "voix, à elle seule."
    )

    def decide(self, *, confirmed: bool) -> UUID:
        row, self.code = actions.decide(actor=self.actor, at=self.at, request_id=self.pk, confirmed=confirmed)
        return row.user_id

    def one(self) -> GrantRequest:
        rows = access.open_grant_requests(self.actor, at=self.at)
        return visible(rows.select_related("user", "authority", "asked_by"), self.pk)

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

    def decide(self, *, confirmed: bool) -> UUID:
        """Remove the factors as the second person, who says how they made sure too; or refuse it."""
        how = identified(_how(self.sent)) if confirmed else None
        row, self.code = actions.decide_reset(actor=self.actor, at=self.at, reset_id=self.pk, how=how)
        return row.user_id

    def body(self) -> dict[str, Any]:
        return super().body() | _how(self.sent)

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        fields = how_fields(self.sent, problem)
        return super().again(problem) | {"entries": fields, "faults": forms.summary(problem, fields)}

    def around(self) -> dict[str, Any]:
        return super().around() | {"entries": how_fields()}

    def one(self) -> FactorReset:
        rows = access.open_resets(self.actor, at=self.at)
        return visible(rows.select_related("user", "asked_by"), self.pk)

    def lines(self, pending: FactorReset) -> list[tuple[Any, str]]:
        """Return how whoever asks made sure; the second person makes sure anew."""
        label = _("Vérification d'identité faite par la personne qui demande")
        return [(label, str(words.IDENTIFIED.get(pending.asked_how, "")))]


class AskReset(Confirmation):
    """The reset of somebody's ways to sign in: nothing changes until a second person confirms."""

    onward = "requests-page"
    step_up = frozenset({"GET"})
    title = _("Demander la réinitialisation des moyens de connexion")
    about = _(
        "Assurez-vous que c'est bien cette personne qui les a perdus. Une seconde personne a une semaine pour "
        "confirmer ; rien ne change d'ici là, et la personne est prévenue par courriel."
    )

    def body(self) -> dict[str, Any]:
        return {"how": identified(_how(self.sent))}

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.ask_reset(actor=self.actor, at=self.at, user_id=self.pk, how=body["how"]).pk

    def lines(self) -> list[tuple[Any, str]]:
        user: User = visible(access.resettable_users(self.actor, at=self.at), self.pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        fields = how_fields(self.sent, problem)
        return super().again(problem) | {"entries": fields, "faults": forms.summary(problem, fields)}

    def around(self) -> dict[str, Any]:
        return super().around() | {"entries": how_fields()}


def _how(sent: Sent) -> dict[str, Any]:
    """Return what a page sends of how somebody made sure; nothing where none was chosen."""
    return forms.body_of(IdentifiedInput, words.HOW, sent)


def how_fields(sent: Sent | None = None, problem: Mapping[str, Any] | None = None) -> list[Field]:
    """Return the question how one made sure, as it was answered."""
    values = {} if sent is None else forms.typed(IdentifiedInput, words.HOW, sent)
    choices = {"how": [(str(code), str(words.IDENTIFIED[code])) for code in Identified.values]}
    faults = forms.faults_of(problem)
    return forms.fields_of(IdentifiedInput, words.HOW, values, faults=faults, choices=choices)

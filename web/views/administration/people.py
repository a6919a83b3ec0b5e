"""People of an authority: list, search, one person's page; add, vouch for, invite, close and reopen."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, second_person
from accounts.inputs import NewcomerInput, PeopleQuery, PeopleSearchInput
from accounts.models import Organisation, Unit, User
from accounts.models.user import Language
from accounts.naming import visible
from accounts.people import SHOWN_AT_MOST, AccountState, Person
from accounts.queries import one_user, person, search_users, user_page
from accounts.request import ServiceRequest
from accounts.roles import Role
from accounts.validated_actions import added
from referrals.vocabulary.formats import moment
from web import forms
from web.administration import role_rows, words
from web.administration.base import AdministrationPage, TableQuery
from web.administration.forms import AdministrationForm, Confirmation
from web.cases import display
from web.cases.choices import role_words
from web.forms import ZONE, Ask, Entry, Pairs
from web.generic import InputPage, ShownPage, labelled
from web.journal.base import address
from web.page import made as made_page
from web.views.administration.roles import membership_line, role_line

FILTERS: Final = (
    Ask("role", _("Rôle"), kind="select", nothing=_("Tous")),
    Ask("place", _("Unité ou structure"), kind="select", nothing=_("Toutes")),
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
)
#: How a state is marked in the list; what needs nothing is not.
MARKS: Final = {
    AccountState.INVITED: "wait",
    AccountState.NOT_INVITED: "wait",
    AccountState.NO_FACTOR: "wait",
}
SEARCH: Final = (Ask("words", _("Nom ou adresse"), attributes={"spellcheck": "false"}),)


class ListQuery(TableQuery, PeopleQuery):
    """Filters of the list of people, and what was just done."""


class People(AdministrationPage, InputPage):
    """The list, and a search whose words stand in no address (SEC-AU9)."""

    query = ListQuery
    takes, asks = PeopleSearchInput, SEARCH
    template = "web/administration/people.html"

    def context(self) -> dict[str, Any]:
        chosen: dict[str, str] = {
            name: str(self.asked[name]) for name in ("role", "place", "state") if name in self.asked
        }
        filters = {name: value for name, value in self.asked.items() if name != "done"}
        page = user_page(filters, actor=self.actor, at=self.at)
        return self._listed(page.items, chosen) | {
            "next": address("administration", chosen | {"cursor": page.next}) if page.next else "",
            "first": "cursor" not in self.asked,
            "filtered": bool(chosen),
        }

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Search, and list whom the words find; the look is an entry."""
        users, more = search_users(self.validated()["words"], actor=self.actor, at=self.at)
        answered = {"answered": True, "more": more, "most": SHOWN_AT_MOST, "first": True}
        return self.show(self.around() | self._listed(users, {}) | self.filled(self.typed()) | answered)

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        return self._listed([], {}) | super().again(problem) | {"answered": True, "first": True}

    def _listed(self, users: Iterable[Person], chosen: Mapping[str, str]) -> dict[str, Any]:
        return {
            "lines": [_line(user) for user in users],
            "filters": forms.fields_of(ListQuery, FILTERS, chosen, choices=self._filter_choices()),
            "managed": self.authorities,
            "several": len(self.authorities) > 1,
        }

    def _filter_choices(self) -> dict[str, Pairs]:
        places: list[QuerySet[Any, Any]] = [
            kind.objects.filter(authority__in=self.authorities).order_by().values_list("name", "pk")
            for kind in (Unit, Organisation)
        ]
        return {
            "role": [(str(one), role_words(str(one))) for one in Role],
            "place": [(str(pk), name) for name, pk in places[0].union(places[1]).order_by("name")],
        }


def _line(user: Person) -> dict[str, Any]:
    state = AccountState(user.state)
    return {
        "pk": user.pk,
        "name": user.full_name,
        "email": user.email,
        "roles": [role_line(row) for row in user.held],
        "state": state.label,
        "mark": MARKS.get(state, ""),
        "usual": state == AccountState.ACTIVE,
        "verified": user.verified_at is not None or state == AccountState.PROGRAM,
    }


class OnePerson(AdministrationPage, ShownPage):
    template = "web/administration/person.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        user = one_user(pk, actor=self.actor, at=self.at)  # the look is an entry
        resettable = access.resettable_users(self.actor, at=self.at).filter(pk=pk).exists()
        own = pk == self.actor.user_id
        line = _line(user)
        attested = display.instant(moment(user.verified_at), ZONE)
        identity = gettext("Attestée le %(when)s") % {"when": attested} if attested else _("À attester")
        return {
            "line": line,
            "said": [
                (_("Courriel"), user.email),
                (_("Compte"), line["state"]),
                (_("Identité"), identity),
                (_("Langue"), Language(user.language).label),
            ],
            "roles": [membership_line(row, at=self.at) for row in user.held],
            "asked_for": [role_line(row) for row in user.asked_for],
            "active": user.is_active,
            "own": own,
            "resettable": resettable and not own,
            "program": user.state == AccountState.PROGRAM,
            "invitable": second_person.may_be_shown_code(self.actor, user, at=self.at),
        }


class NewPerson(AdministrationForm):
    """Account, roles and invitation in one act."""

    takes, asks = NewcomerInput, words.PERSON
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    title, button = _("Ajouter une personne"), _("Ajouter et inviter")
    code: str | None = None

    def act(self, request: ServiceRequest) -> HttpResponseBase:
        if self.sent.text("more") == role_rows.ROWS:
            return self.show(self.around() | self._form(self.typed(), {}, more=True))
        return super().act(request)

    def do(self, body: dict[str, Any]) -> UUID:
        user, self.code = added(body, actor=self.actor, at=self.at)
        return user.pk

    def after(self, made: UUID) -> HttpResponse:
        """Show the code of the invitation this once."""
        user = person(made, actor=self.actor, at=self.at)
        context = {
            "said": [(_("Personne"), user.full_name), (_("Courriel"), user.email)],
            "held": [role_line(row) for row in user.held],
            "waiting": [role_line(row) for row in user.asked_for],
            "code": self.code,
            "added": True,
            "back": reverse("person", args=[user.pk]),
        }
        return made_page(
            self.request, "web/administration/invited.html", AdministrationPage.around(self) | context
        )

    def body(self) -> dict[str, Any]:
        return super().body() | {"roles": [body for _n, body in role_rows.typed(self.sent)]}

    def choices(self) -> dict[str, Pairs]:
        return super().choices() | {"language": labelled(Language)}

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return self._form(values, None)

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        form = self._form(self.typed(), problem)
        return form | {"problem": problem, "faults": forms.beside(form["entries"])}

    def _form(
        self, values: Mapping[str, Any], problem: Mapping[str, Any] | None, *, more: bool = False
    ) -> dict[str, Any]:
        sent = None if problem is None else self.sent
        pairs = role_rows.choices(self.actor, self.authorities)
        rows = role_rows.group(sent, problem, pairs, more=more)
        *fields, verified = self.fields(values, forms.faults_of(problem))
        entries: list[Entry] = [*fields, rows, verified]
        return {"entries": entries, "once": self.key(problem) if problem else self.sent.once or self.key()}


class _OfPerson(Confirmation):
    """A page that does one act to an account of the reader's authority, and goes back to its page."""

    def back_to(self) -> str:
        return reverse("person", args=[self.pk])

    def lines(self) -> list[tuple[Any, str]]:
        user: User = visible(access.resettable_users(self.actor, at=self.at), self.pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class Vouch(_OfPerson):
    title = _("Attester une identité")
    about = _(
        "Vous attestez avoir vérifié qui est cette personne et où elle travaille. Elle pourra alors transmettre."
    )

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.verify_user(actor=self.actor, at=self.at, user_id=self.pk).pk

    def lines(self) -> list[tuple[Any, str]]:
        user: User = visible(access.managed_users(self.actor), self.pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class Invite(_OfPerson):
    step_up = frozenset({"GET"})
    title = _("Inviter à choisir un mot de passe")
    about = _(
        "Un lien part par courriel ; il sert une fois, une semaine au plus, et remplace le précédent. La personne a "
        "aussi besoin d'un code, que vous lui donnerez de vive voix. Son second moyen de connexion reste ce qu'il est."
    )
    code: str | None = None

    def after(self, made: UUID) -> HttpResponse:
        """Show the code this once."""
        return made_page(self.request, "web/administration/invited.html", self.around() | {"code": self.code})

    def do(self, body: dict[str, Any]) -> UUID:
        user, self.code = actions.invite(actor=self.actor, at=self.at, user_id=self.pk)
        return user.pk


class _OnAccount(_OfPerson):
    """Such a page whose act is one of those on an account."""

    step_up = frozenset({"GET"})
    does: ClassVar[actions.OnAccount]

    def do(self, body: dict[str, Any]) -> UUID:
        return type(self).does(actor=self.actor, at=self.at, user_id=self.pk).pk


class EndSessions(_OnAccount):
    does = staticmethod(actions.end_sessions_of)
    title = _("Fermer ses connexions")
    about = _(
        "Toutes ses connexions ouvertes prennent fin tout de suite ; la personne en est prévenue et se connecte à "
        "nouveau. Ses rôles et ses moyens de connexion restent ce qu'ils sont."
    )


class CloseAccount(_OnAccount):
    does = staticmethod(actions.close_account)
    title = _("Fermer le compte")
    about = _(
        "Ses rôles, ses connexions, ses jetons, ses moyens de connexion et son mot de passe cessent tout de suite, "
        "partout. Ses dossiers restent à son nom jusqu'à ce que l'encadrement, qui en est prévenu, les confie à "
        "d'autres. Rouvert, le compte serait comme un nouveau."
    )


class ReopenAccount(_OnAccount):
    does = staticmethod(actions.reopen_account)
    title = _("Rouvrir le compte")
    about = _(
        "Le compte est alors comme un nouveau : son identité est à attester, la personne à inviter, ses rôles à donner."
    )

"""People of an authority: list, search, one person's page; add, vouch for, invite, close and reopen."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, second_person
from accounts.inputs import NewcomerInput, PeopleQuery, PeopleSearchInput
from accounts.models import Organisation, Unit, User
from accounts.models.user import Language
from accounts.naming import visible
from accounts.people import FOUND_AT_MOST, AccountState, Person
from accounts.queries import one_user, person, user_page, users_found
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
from web.forms import Ask, Entry, Pairs
from web.journal.base import address
from web.page import InputPage, made
from web.views.administration.roles import held_line, role_line
from web.views.cases.queue import ZONE

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
    """GET, POST /administration: the list, and a search whose words stand in no address (SEC-AU9)."""

    query = ListQuery
    takes, asks = PeopleSearchInput, SEARCH
    template = "web/administration/people.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the accounts of the administered authorities, by address; the look is an entry."""
        kept: dict[str, str] = {
            name: str(self.filters[name]) for name in ("role", "place", "state") if name in self.filters
        }
        page = user_page(self.filters, actor=self.actor, at=self.at)
        onwards = address("administration", kept | {"cursor": page.next}) if page.next else ""
        more = {"next": onwards, "first": "cursor" not in self.asked, "filtered": bool(kept)}
        return self.show(self.page_context(page.items, kept) | self.filled({}) | more)

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Search, and list whom the words find; the look is an entry."""
        sent = self.validated()
        users, more = users_found(sent["words"], actor=self.actor, at=self.at)
        answered = {"answered": True, "more": more, "most": FOUND_AT_MOST, "first": True}
        return self.show(self.page_context(users, {}) | self.filled(self.typed()) | answered)

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(self.page_context([], {}) | self.again(problem) | {"answered": True, "first": True})

    def page_context(self, users: Iterable[Person], kept: Mapping[str, str]) -> dict[str, Any]:
        filters = forms.fields_of(ListQuery, FILTERS, kept, choices=self._filter_choices())
        return self.around() | {
            "lines": [_line(user) for user in users],
            "filters": filters,
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


class OnePerson(AdministrationPage):
    template = "web/administration/person.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show an account, its roles, and what may be done for its person; the look is an entry."""
        user = one_user(pk, actor=self.actor, at=self.at)
        known = access.resettable_users(self.actor, at=self.at).filter(pk=pk).first()
        own = pk == self.actor.user_id
        line = _line(user)
        attested = display.instant(moment(user.verified_at), ZONE)
        said = [
            (_("Courriel"), user.email),
            (_("Compte"), line["state"]),
            (
                _("Identité"),
                gettext("Attestée le %(when)s") % {"when": attested} if attested else _("À attester"),
            ),
            (_("Langue"), Language(user.language).label),
        ]
        return self.show(
            self.around()
            | {
                "line": line,
                "said": said,
                "roles": [held_line(row, at=self.at) for row in user.held],
                "asked_for": [role_line(row) for row in user.asked_for],
                "active": user.is_active,
                "own": own,
                "resettable": known is not None and not own,
                "program": user.state == AccountState.PROGRAM,
                "invitable": second_person.may_be_shown_code(self.actor, user, at=self.at),
            }
        )


class NewPerson(AdministrationForm):
    """GET, POST /administration/personnes/nouvelle: account, roles and invitation in one act."""

    takes, asks = NewcomerInput, words.PERSON
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    title, button = _("Ajouter une personne"), _("Ajouter et inviter")
    code: str | None = None

    def act(self, request: ServiceRequest) -> HttpResponse:
        if self.sent.text("more") == role_rows.ROWS:
            return self.show(self.page_context() | self._form(self.typed(), {}, more=True))
        body = self.body()
        user = person(self.once(body, lambda: self.do(body)), actor=self.actor, at=self.at)
        held = [role_line(row) for row in user.held]
        waiting = [role_line(row) for row in user.asked_for]
        context = {
            "said": [(_("Personne"), user.full_name), (_("Courriel"), user.email)],
            "held": held,
            "waiting": waiting,
            "code": self.code,
            "added": True,
            "back": reverse("person", args=[user.pk]),
        }
        return made(request, "web/administration/invited.html", self.around() | context)

    def do(self, body: Mapping[str, Any]) -> UUID:
        user, self.code = added(body, actor=self.actor, at=self.at)
        return user.pk

    def body(self) -> dict[str, Any]:
        return super().body() | {"roles": [body for _n, body in role_rows.typed(self.sent)]}

    def choices(self) -> dict[str, Pairs]:
        return super().choices() | {"language": [(str(one), str(one.label)) for one in Language]}

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

    def back_to(self, pk: UUID) -> str:
        return reverse("person", args=[pk])

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        user: User = visible(access.resettable_users(self.actor, at=self.at), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class Vouch(_OfPerson):
    title = _("Attester une identité")
    about = _(
        "Vous attestez avoir vérifié qui est cette personne et où elle travaille. Elle pourra alors transmettre."
    )

    def do(self, pk: UUID) -> UUID:
        return actions.verify_user(actor=self.actor, at=self.at, user_id=pk).pk

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        user: User = visible(access.managed_users(self.actor), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class Invite(_OfPerson):
    step_up = frozenset({"GET"})
    title = _("Inviter à choisir un mot de passe")
    about = _(
        "Un lien part par courriel ; il sert une fois, une semaine au plus, et remplace le précédent. La personne a "
        "aussi besoin d'un code, que vous lui donnerez de vive voix. Son second moyen de connexion reste ce qu'il est."
    )
    code: str | None = None

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        self.once({}, lambda: self.do(pk))
        return made(
            self.request, "web/administration/invited.html", self.page_context(pk) | {"code": self.code}
        )

    def do(self, pk: UUID) -> UUID:
        user, self.code = actions.invite(actor=self.actor, at=self.at, user_id=pk)
        return user.pk


class _OnAccount(_OfPerson):
    """Such a page whose act is one of those on an account."""

    step_up = frozenset({"GET"})
    does: ClassVar[actions.OnAccount]

    def do(self, pk: UUID) -> UUID:
        return type(self).does(actor=self.actor, at=self.at, user_id=pk).pk


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

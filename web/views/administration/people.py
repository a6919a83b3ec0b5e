"""Accounts of an authority, who vouched for them, and their roles: list, grant and end."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.inputs import IdentifiedInput, MembershipInput, MembershipQuery, UserInput
from accounts.models import Authority, Membership, Unit, User
from accounts.models.factor import Identified
from accounts.models.user import Language
from accounts.naming import visible
from accounts.queries import membership_page, user_page
from accounts.request import ServiceRequest
from accounts.roles import POWERFUL, PROGRAMS, Role
from accounts.sessions import id_of
from accounts.validated_actions import appointment, granted, identified, made_user
from core.query import PagedQuery, Query
from referrals.vocabulary.labels import moment
from web import forms
from web.administration import words
from web.administration.base import MANAGES, AdministrationPage
from web.cases import display, told
from web.cases.base import BlanksLeftOut, fresh_key
from web.cases.choices import role_words
from web.forms import Ask, Field, Input
from web.journal.base import address
from web.page import FormPage, made
from web.views.cases.queue import ZONE

#: Whom one looks for among the roles that a page may give.
GIVEN_HERE = tuple(role for role in Role if role not in POWERFUL | PROGRAMS)


class PeopleQuery(PagedQuery, told.ToldQuery):
    """A page of accounts, and what was just done."""


class People(AdministrationPage):
    """GET /administration."""

    query: ClassVar[type[Query]] = PeopleQuery
    template = "web/administration/people.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the accounts of the administered authorities, by address; the look is an entry."""
        page = user_page(self.filters, actor=self.actor, at=self.at)
        known = access.resettable_users(self.actor, at=self.at).filter(
            pk__in=[user.pk for user in page.items]
        )
        theirs = {user.pk for user in known} - {self.actor.user_id}
        lines = [
            {
                "pk": user.pk,
                "name": user.full_name,
                "email": user.email,
                "active": user.is_active,
                "resettable": user.pk in theirs,
                "verified": display.instant(moment(user.verified_at), ZONE),
                "own": user.pk == self.actor.user_id,
            }
            for user in page.items
        ]
        onwards = address("administration", {"cursor": page.next}) if page.next else ""
        return self.show(
            self.around()
            | {
                "lines": lines,
                "next": onwards,
                "first": "cursor" not in self.asked,
                "managed": self.authorities,
                "several": len(self.authorities) > 1,
            }
        )


class RolesQuery(BlanksLeftOut, MembershipQuery, told.ToldQuery):
    """Filters of the roles held, and what was just done."""


class Roles(AdministrationPage):
    """GET /administration/fonctions."""

    tab = "memberships-page"
    query: ClassVar[type[Query]] = RolesQuery
    template = "web/administration/roles.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the roles held at the administered authorities, newest first; the look is an entry."""
        asked = self.filters
        kept = {
            name: str(asked[name]).lower() if name == "in_force" else asked[name]
            for name in ("user", "role", "in_force", "authority", "review")
            if name in asked
        }
        page = membership_page(asked, actor=self.actor, at=self.at, names=True)
        return self.show(
            self.around()
            | {
                "lines": [self._line(row) for row in page.items],
                "roles": [(str(one), role_words(str(one)), str(one) == kept.get("role")) for one in Role],
                "user": kept.get("user", ""),
                "in_force": kept.get("in_force") == "true",
                "filtered": bool(kept),
                "first": "cursor" not in self.asked,
                "next": address("memberships-page", kept | {"cursor": page.next}) if page.next else "",
            }
        )

    def _line(self, row: Membership) -> dict[str, Any]:
        return role_line(row) | {
            "ended": row.valid_to is not None and row.valid_to <= self.at,
            "to_come": row.valid_from > self.at,
        }


def role_line(row: Membership) -> dict[str, Any]:
    """Return who holds a role where and for how long, in words."""
    places = [row.unit.name if row.unit else "", row.organisation.name if row.organisation else ""]
    return {
        "pk": row.pk,
        "user": row.user_id,
        "name": row.user.full_name,
        "role": role_words(row.role),
        "authority": row.authority.name,
        "place": ", ".join(filter(None, places)),
        "since": display.instant(moment(row.valid_from), ZONE),
        "until": display.instant(moment(row.valid_to), ZONE),
    }


# --- Forms --------------------------------------------------------------------------------------------


class InputForm(AdministrationPage, FormPage):
    """A page with one form, made from the input of the call that it sends."""

    takes: ClassVar[type[Input]]
    asks: tuple[Ask, ...]
    title: ClassVar[Any]
    button: ClassVar[Any]
    back: ClassVar[str] = "administration"
    template = "web/administration/form.html"

    def again(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        sent = self.request.POST
        fields = self._fields({ask.name: sent.get(ask.name, "") for ask in self.asks}, problem)
        again = fresh_key() if problem["status"] == 422 else sent.get("once", "")
        faults = forms.summary(problem, fields)
        return self.show(
            self._around() | {"entries": fields, "problem": problem, "faults": faults, "once": again}
        )

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Return what may be chosen, by member."""
        return {"authority": [(str(one.pk), one.name) for one in self.authorities]}

    def _fields(self, values: Mapping[str, Any], problem: Mapping[str, Any] | None = None) -> list[Field]:
        faults = forms.faults_of(problem)
        return forms.fields_of(self.takes, self.asks, values, faults=faults, choices=self.choices())

    def _around(self) -> dict[str, Any]:
        return self.around() | {
            "title": self.title,
            "button": self.button,
            "back": reverse(self.back),
            "once": fresh_key(),
        }


class AdministrationForm(InputForm):
    """Such a page whose address names nothing: its form makes something."""

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        first = str(self.authorities[0].pk)
        return self.show(self._around() | {"entries": self._fields({"authority": first, "language": "fr"})})

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Do what the form says, once, and go back to the list."""
        body = forms.body_of(self.takes, self.asks, request.POST)
        self.once(body, lambda: self.do(body))
        return self.onwards(reverse(self.back))

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Call the act; return what it made."""
        raise NotImplementedError

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        return self.again(problem)


class NewPerson(AdministrationForm):
    """GET, POST /administration/personnes/nouvelle."""

    takes, asks = UserInput, words.PERSON
    title, button = _("Créer un compte"), _("Créer le compte")

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Make the account; it can't sign in until it has a password."""
        return made_user(body, actor=self.actor, at=self.at).pk

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Return the authorities, and the languages in their own words."""
        return super().choices() | {"language": [(str(one), str(one.label)) for one in Language]}


class NewRole(AdministrationForm):
    """GET, POST /administration/fonctions/nouvelle."""

    tab = "memberships-page"
    takes = MembershipInput
    asks = words.ROLE
    title, button, back = _("Donner un rôle"), _("Donner le rôle"), "memberships-page"
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    roles: ClassVar[Sequence[Role]] = GIVEN_HERE

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Give the role; it counts from the next request of the person on."""
        return granted(body, actor=self.actor, at=self.at).pk

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Return authorities, roles, units and institutions; the act itself refuses what it doesn't take."""
        units = Unit.objects.filter(authority__in=self.authorities).order_by("name", "pk")
        places = access.visible_organisations(self.actor).order_by("name", "pk")
        nothing = [("", gettext("Aucune"))]
        return super().choices() | {
            "role": [(str(one), role_words(str(one))) for one in self.roles],
            "unit": nothing + [(str(one.pk), one.name) for one in units],
            "organisation": nothing + [(str(one.pk), one.name) for one in places],
        }


class AskRole(NewRole):
    """GET, POST /administration/fonctions/demande: a role that two persons give."""

    title, button = _("Demander un rôle qui se décide à deux"), _("Demander le rôle")
    back = "requests-page"
    asks = words.ROLE_OF_TWO
    roles = tuple(role for role in Role if role in POWERFUL)

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Ask for the role; nothing changes until a second person confirms it."""
        given = appointment(body, actor=self.actor)
        return actions.ask(actor=self.actor, at=self.at, given=given).pk


class Confirmation(AdministrationPage, FormPage):
    """A page that asks whether something is to be done to one row, and does it."""

    title: ClassVar[Any]
    about: ClassVar[Any]
    back: ClassVar[str] = "administration"
    onward: ClassVar[str] = ""  # where it is seen what was done, if that isn't where one came from
    template = "web/administration/confirm.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Ask.

        Raises:
            NotVisible: absent, or of an authority that the reader doesn't administer.
        """
        return self.show(self._around(pk) | {"once": fresh_key()})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Do it, once, and go on to where it is seen."""
        self.once({}, lambda: self.do(pk))
        return self.onwards(reverse(self.onward or self.back))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Ask again, with why it was refused."""
        return self.show(
            self._around(pk) | {"problem": problem, "faults": [], "once": self.request.POST.get("once", "")}
        )

    def do(self, pk: UUID) -> UUID:
        """Call the act; return what it was done to."""
        raise NotImplementedError

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return what the row is, in words."""
        raise NotImplementedError

    def _around(self, pk: UUID) -> dict[str, Any]:
        return self.around() | {
            "title": self.title,
            "about": self.about,
            "back": reverse(self.back),
            "said": self.lines(pk),
        }


class Vouch(Confirmation):
    """GET, POST /administration/personnes/{id}/verification."""

    title = _("Attester une identité")
    about = _(
        "Vous attestez avoir vérifié qui est cette personne et où elle travaille. Elle pourra alors transmettre."
    )

    def do(self, pk: UUID) -> UUID:
        """Vouch for the account."""
        return actions.verify_user(actor=self.actor, at=self.at, user_id=pk).pk

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return whose account it is."""
        user: User = visible(access.managed_users(self.actor), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class Invite(Confirmation):
    """GET, POST /administration/personnes/{id}/invitation."""

    step_up = frozenset({"GET"})
    title = _("Inviter à choisir un mot de passe")
    about = _(
        "Un lien part par courriel ; il sert une fois, une semaine au plus, et remplace le précédent. La personne a "
        "aussi besoin d'un code, que vous lui donnerez de vive voix. Son second moyen de connexion reste ce qu'il est."
    )
    code: str | None = None

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Invite, once, and show the code this once."""
        self.once({}, lambda: self.do(pk))
        return made(self.request, "web/administration/invited.html", self._around(pk) | {"code": self.code})

    def do(self, pk: UUID) -> UUID:
        """Have the link sent."""
        user, self.code = actions.invite(actor=self.actor, at=self.at, user_id=pk)
        return user.pk

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return whose account it is."""
        user: User = visible(access.resettable_users(self.actor, at=self.at), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class _OnAccount(Confirmation):
    """A page that does one act to an account of the reader's authority."""

    step_up = frozenset({"GET"})
    does: ClassVar[actions.OnAccount]

    def do(self, pk: UUID) -> UUID:
        """Do it."""
        return type(self).does(actor=self.actor, at=self.at, user_id=pk).pk

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return whose account it is."""
        user: User = visible(access.resettable_users(self.actor, at=self.at), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]


class EndSessions(_OnAccount):
    """GET, POST /administration/personnes/{id}/connexions."""

    does = staticmethod(actions.end_sessions_of)
    title = _("Fermer ses connexions")
    about = _(
        "Toutes ses connexions ouvertes prennent fin tout de suite ; la personne en est prévenue et se connecte à "
        "nouveau. Ses rôles et ses moyens de connexion restent ce qu'ils sont."
    )


class CloseAccount(_OnAccount):
    """GET, POST /administration/personnes/{id}/fermeture."""

    does = staticmethod(actions.close_account)
    title = _("Fermer le compte")
    about = _(
        "Ses rôles, ses connexions, ses jetons, ses moyens de connexion et son mot de passe cessent tout de suite, "
        "partout. Ses dossiers restent à son nom jusqu'à ce que l'encadrement, qui en est prévenu, les confie à "
        "d'autres. Rouvert, le compte serait comme un nouveau."
    )


class ReopenAccount(_OnAccount):
    """GET, POST /administration/personnes/{id}/reouverture."""

    does = staticmethod(actions.reopen_account)
    title = _("Rouvrir le compte")
    about = _(
        "Le compte est alors comme un nouveau : son identité est à attester, la personne à inviter, ses rôles à donner."
    )


class AskReset(Confirmation):
    """GET, POST /administration/personnes/{id}/moyens."""

    onward = "requests-page"
    step_up = frozenset({"GET"})
    title = _("Demander la réinitialisation des moyens de connexion")
    about = _(
        "Assurez-vous que c'est bien cette personne qui les a perdus. Une seconde personne a une semaine pour "
        "confirmer ; rien ne change d'ici là, et la personne est prévenue par courriel."
    )

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Ask for it, once; nothing changes until a second person confirms."""
        how = identified(how_said(request.POST))
        self.once(
            {"how": how},
            lambda: actions.ask_reset(actor=self.actor, at=self.at, user_id=pk, how=how).pk,
        )
        return self.onwards(reverse(self.onward))

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return whose ways to sign in they are."""
        user: User = visible(access.resettable_users(self.actor, at=self.at), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Ask again, with why it was refused."""
        again = {"problem": problem, "once": self.request.POST.get("once", "")}
        fields = how_fields(self.request.POST, problem)
        return self.show(
            self._around(pk) | again | {"entries": fields, "faults": forms.summary(problem, fields)}
        )

    def _around(self, pk: UUID) -> dict[str, Any]:
        return super()._around(pk) | {"entries": how_fields()}


def how_said(sent: QueryDict) -> dict[str, Any]:
    """Return what a page sends of how somebody made sure; nothing where none was chosen."""
    return {"how": sent["how"]} if sent.get("how") else {}


def how_fields(sent: QueryDict | None = None, problem: Mapping[str, Any] | None = None) -> list[Field]:
    """Return the question how one made sure, as it was answered."""
    values = {"how": "" if sent is None else sent.get("how", "")}
    choices = {"how": [(str(code), str(words.IDENTIFIED[code])) for code in Identified.values]}
    faults = forms.faults_of(problem)
    return forms.fields_of(IdentifiedInput, words.HOW, values, faults=faults, choices=choices)


class EndAllSessions(AdministrationPage, FormPage):
    """GET, POST /administration/{authority}/connexions."""

    step_up = frozenset({"GET"})
    template = "web/administration/confirm.html"

    def get(self, request: ServiceRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Ask.

        Raises:
            NotVisible: the reader doesn't administer this authority.
        """
        return self.show(self._around(authority) | {"once": fresh_key()})

    def act(self, request: ServiceRequest, authority: UUID) -> HttpResponse:
        """End all sessions but this one, once, and go back to the list."""
        place, here = self._authority(authority), id_of(request)

        def end() -> UUID:
            actions.end_all_sessions(actor=self.actor, at=self.at, authority=place, but=here)
            return place.pk

        self.once({}, end)
        return self.onwards(reverse("administration"))

    def redisplay(self, problem: Mapping[str, Any], authority: UUID) -> HttpResponse:
        """Ask again, with why it was refused."""
        again = {"problem": problem, "faults": [], "once": self.request.POST.get("once", "")}
        return self.show(self._around(authority) | again)

    def _authority(self, pk: UUID) -> Authority:
        return visible(Authority.objects.filter(pk__in=self.actor.may(MANAGES)), pk)

    def _around(self, pk: UUID) -> dict[str, Any]:
        return self.around() | {
            "title": _("Fermer toutes les connexions"),
            "about": _(
                "En cas d'alerte : toutes les personnes qui ont un rôle dans cette autorité se connectent à nouveau, "
                "sauf vous ici. L'encadrement en est prévenu. Les brouillons sont enregistrés."
            ),
            "back": reverse("administration"),
            "said": [(_("Autorité"), self._authority(pk).name)],
        }


class EndRole(Confirmation):
    """GET, POST /administration/fonctions/{id}/fin."""

    step_up = frozenset({"GET"})
    tab, back = "memberships-page", "memberships-page"
    title = _("Mettre fin à un rôle")
    about = _(
        "Le rôle cesse tout de suite, avec ses jetons ; la prochaine demande de la personne n'ouvre plus rien."
    )

    def do(self, pk: UUID) -> UUID:
        """End the role at once."""
        return actions.end(actor=self.actor, at=self.at, membership_id=pk).pk

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return who holds which role where."""
        rows = access.managed_memberships(self.actor).select_related(
            "user", "authority", "unit", "organisation"
        )
        said = role_line(visible(rows, pk))
        found = [
            (_("Personne"), said["name"]),
            (_("Rôle"), said["role"]),
            (_("Autorité"), said["authority"]),
            (_("Unité ou structure"), said["place"]),
            (_("Depuis le"), said["since"]),
        ]
        return [(label, text) for label, text in found if text]

"""Accounts of an authority: who vouched for them; invite, close and reopen them."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.inputs import UserInput
from accounts.models import User
from accounts.models.user import Language
from accounts.naming import visible
from accounts.queries import user_page
from accounts.request import ServiceRequest
from accounts.validated_actions import made_user
from core.query import PagedQuery, Query
from referrals.vocabulary.labels import moment
from web.administration import words
from web.administration.base import AdministrationPage
from web.administration.forms import AdministrationForm, Confirmation
from web.cases import display, told
from web.forms import Pairs
from web.journal.base import address
from web.page import made
from web.views.cases.queue import ZONE


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


class NewPerson(AdministrationForm):
    """GET, POST /administration/personnes/nouvelle."""

    takes, asks = UserInput, words.PERSON
    title, button = _("Créer un compte"), _("Créer le compte")

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Make the account; it can't sign in until it has a password."""
        return made_user(body, actor=self.actor, at=self.at).pk

    def choices(self) -> dict[str, Pairs]:
        """Return the authorities, and the languages in their own words."""
        return super().choices() | {"language": [(str(one), str(one.label)) for one in Language]}


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

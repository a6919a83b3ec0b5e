"""The reset of somebody's ways to sign in: asked for here, confirmed by a second person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.inputs import IdentifiedInput
from accounts.models import User
from accounts.models.factor import Identified
from accounts.naming import visible
from accounts.request import ServiceRequest
from accounts.validated_actions import identified
from web import forms
from web.administration import words
from web.administration.forms import Confirmation
from web.forms import Field, Sent


class AskReset(Confirmation):
    onward = "requests-page"
    step_up = frozenset({"GET"})
    title = _("Demander la réinitialisation des moyens de connexion")
    about = _(
        "Assurez-vous que c'est bien cette personne qui les a perdus. Une seconde personne a une semaine pour "
        "confirmer ; rien ne change d'ici là, et la personne est prévenue par courriel."
    )

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Ask for it, once; nothing changes until a second person confirms."""
        how = identified(how_said(self.sent))
        self.once(
            {"how": how},
            lambda: actions.ask_reset(actor=self.actor, at=self.at, user_id=pk, how=how).pk,
        )
        return self.onwards(reverse(self.onward))

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        user: User = visible(access.resettable_users(self.actor, at=self.at), pk)
        return [(_("Personne"), user.full_name), (_("Courriel"), user.email)]

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        again = {"problem": problem, "once": self.key(problem)}
        fields = how_fields(self.sent, problem)
        return self.show(
            self.page_context(pk) | again | {"entries": fields, "faults": forms.summary(problem, fields)}
        )

    def page_context(self, pk: UUID) -> dict[str, Any]:
        return super().page_context(pk) | {"entries": how_fields()}


def how_said(sent: Sent) -> dict[str, Any]:
    """Return what a page sends of how somebody made sure; nothing where none was chosen."""
    return forms.body_of(IdentifiedInput, words.HOW, sent)


def how_fields(sent: Sent | None = None, problem: Mapping[str, Any] | None = None) -> list[Field]:
    """Return the question how one made sure, as it was answered."""
    values = {} if sent is None else forms.typed(IdentifiedInput, words.HOW, sent)
    choices = {"how": [(str(code), str(words.IDENTIFIED[code])) for code in Identified.values]}
    faults = forms.faults_of(problem)
    return forms.fields_of(IdentifiedInput, words.HOW, values, faults=faults, choices=choices)

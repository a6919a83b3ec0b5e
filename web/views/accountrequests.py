"""Pages to request an account, confirm the address, and see or request one's own roles."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.inputs import AccountRequestInput, ColleagueInput, LinkInput, RoleRequestInput
from accounts.models import AccountRequest
from accounts.models.user import Language
from accounts.request import ServiceRequest
from accounts.roles import ASKED_FOR, Role
from accounts.territory import served_places
from accounts.validated_actions import asked_for_account, asked_for_colleague, asked_for_role
from referrals.vocabulary.labels import moment
from web.administration import words
from web.administration.certificates import certificate_words
from web.cases import confirmation, display
from web.cases.choices import role_words
from web.credentials import TOKEN
from web.forms import Pairs
from web.page import InputPage, Page, go_to
from web.views.cases.queue import ZONE
from web.views.passwords import CredentialPage

SHOWN_AT_MOST = 50


class AskingPage(InputPage):
    """A page with one form, about accounts or roles."""

    first: ClassVar[Mapping[str, str]] = {"language": "fr"}

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show(self.around() | self.filled(self.first))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        return self.show(self.around() | self.again(problem))

    def choices(self) -> dict[str, Pairs]:
        """Return what may be chosen, by member."""
        places = served_places(on=self.at.date())
        return {
            "place": [(code, f"{name} ({code})") for code, (name, _authority) in places.items()],
            "language": [(str(one), str(one.label)) for one in Language],
        }

    def around(self) -> dict[str, Any]:
        """Return what stands around the form."""
        return {}


class AskAccount(AskingPage):
    """GET, POST /demande-de-compte."""

    public = True
    takes, asks = AccountRequestInput, words.ACCOUNT
    template = "web/account_requests/ask.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for an account; the page is the same whether there is one, and repeats nothing of what was typed."""
        asked_for_account(request, self.body(), at=self.at)
        return self.show({"asked": True})


class ConfirmRequest(CredentialPage):
    """GET, POST /demande-de-compte/confirmation: the secret of the link comes as in ``passwords.NewPassword``."""

    public = True
    takes, asks = LinkInput, (TOKEN,)
    template = "web/account_requests/confirm.html"

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Confirm the address."""
        actions.confirm_request(at=self.at, **self.validated())
        return self.show({"done": True})


# --- One's own roles -----------------------------------------------------------------------------------


class OwnRoles(Page):
    """GET /compte/roles."""

    query = confirmation.ConfirmationQuery
    template = "web/account_requests/own.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the roles in which one came, and those that one asked for."""
        requests = access.own_account_requests(self.actor).select_related("authority", "organisation")
        return self.show(
            {
                "held": [
                    {
                        "role": role_words(row.role),
                        "authority": row.authority.name,
                        "place": row.organisation.name if row.organisation else "",
                        "until": display.instant(moment(row.valid_to), ZONE),
                        "certificate": certificate_words(row, at=self.at),
                    }
                    for row in access.own_positions(self.actor)
                ],
                "asked": [_line(row) for row in requests.order_by("-asked_at", "-pk")[:SHOWN_AT_MOST]],
                "leads": bool(self.actor.holding([Role.FILER_ORG_LEAD])),
                "done": words.ASKED.get(confirmation.confirmed_step(self)[0], ""),
            }
        )


def asked_on(row: AccountRequest, at: datetime | None = None) -> str:
    """Return when something was asked for, or ``at``; for a role by an account the day alone is kept (SEC-CR20)."""
    at = at or row.asked_at
    return f"{at:%d/%m/%Y}" if row.user_id else display.instant(moment(at), ZONE)


def _line(row: AccountRequest) -> dict[str, Any]:
    """Return a role that somebody asked for, in words."""
    place = row.organisation.name if row.organisation else row.organisation_name or row.number
    return {
        "role": role_words(row.role),
        "authority": row.authority.name,
        "place": place,
        # Accepted by one, and not confirmed yet by the second person: it still waits.
        "accepted": None if row.accepted and row.membership_id is None else row.accepted,
        "asked": asked_on(row),
    }


class AskRole(AskingPage):
    """GET, POST /compte/roles/demande."""

    takes, asks = RoleRequestInput, words.OWN_ROLE
    first: ClassVar[Mapping[str, str]] = {"role": str(Role.FILER)}
    template = "web/account_requests/form.html"

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Ask for the role, and go back to what one holds and asked for."""
        asked_for_role(self.body(), actor=self.actor, at=self.at)
        return go_to(reverse("own-roles") + confirmation.query_of(self.actor, "role-wanted"))

    def choices(self) -> dict[str, Pairs]:
        """Return the few roles, the territories, and the institutions that the reader sees."""
        seen = access.visible_organisations(self.actor).order_by("name", "pk")
        return super().choices() | {
            "role": [(str(role), role_words(str(role))) for role in Role if role in ASKED_FOR],
            "organisation": [("", gettext("Aucune de la liste")), *((str(one.pk), one.name) for one in seen)],
        }

    def around(self) -> dict[str, Any]:
        """Return the words of the page."""
        return {
            "title": _("Demander un rôle"),
            "button": _("Envoyer la demande"),
            "about": _(
                "L'administration des comptes du territoire décide ; un courriel vous donne la réponse."
            ),
        }


class AskColleague(AskingPage):
    """GET, POST /compte/roles/collegue."""

    takes, asks = ColleagueInput, words.COLLEAGUE
    template = "web/account_requests/form.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Show the form.

        Raises:
            NotAllowed: the reader leads no institution.
        """
        access.led_positions(self.actor)
        return super().get(request)

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for the account; whether there is one for the address isn't told."""
        asked_for_colleague(request, self.body(), actor=self.actor, at=self.at)
        return go_to(reverse("own-roles") + confirmation.query_of(self.actor, "colleague-wanted"))

    def choices(self) -> dict[str, Pairs]:
        """Return the institutions that the reader leads, and the languages."""
        led = access.led_positions(self.actor)
        return super().choices() | {
            "position": [
                (str(one.pk), f"{one.organisation.name} – {one.authority.name}")
                for one in led
                if one.organisation is not None
            ]
        }

    def around(self) -> dict[str, Any]:
        """Return the words of the page."""
        return {
            "title": _("Demander un compte pour un collègue"),
            "button": _("Envoyer la demande"),
            "about": _(
                "Votre collègue confirme d'abord son adresse par un lien ; l'administration des "
                "comptes du territoire décide ensuite."
            ),
        }

"""Pages to request an account, confirm the address, and see or request one's own roles."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.inputs import AccountRequestInput, ColleagueInput, LinkInput, RoleRequestInput
from accounts.models import AccountRequest
from accounts.models.user import Language
from accounts.request import ServiceRequest
from accounts.roles import ON_REQUEST, Role
from accounts.territory import served_places
from accounts.validated_actions import request_account, request_colleague, request_role
from referrals.vocabulary.formats import moment
from web.administration import words
from web.administration.role_rows import certificate_words
from web.cases import confirmation, display
from web.cases.choices import role_words
from web.credentials import TOKEN
from web.forms import ZONE, Pairs
from web.generic import InputPage, ShownPage, labelled, named
from web.page import go_to
from web.views.passwords import CredentialPage

SHOWN_AT_MOST = 50


class AskingPage(InputPage):
    """A page with one form, about accounts or roles."""

    def values(self) -> dict[str, str]:
        return {"language": "fr"}

    def choices(self) -> dict[str, Pairs]:
        places = served_places(on=self.at.date())
        return {
            "place": [(code, f"{name} ({code})") for code, (name, _authority) in places.items()],
            "language": labelled(Language),
        }


class AskAccount(AskingPage):
    public = True
    takes, asks = AccountRequestInput, words.ACCOUNT
    template = "web/account_requests/ask.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for an account; the page is the same whether there is one, and repeats nothing of what was typed."""
        request_account(request, self.body(), at=self.at)
        return self.show({"asked": True})


class ConfirmRequest(CredentialPage):
    """The secret of the link comes as in ``passwords.NewPassword``."""

    public = True
    takes, asks = LinkInput, (TOKEN,)
    template = "web/account_requests/confirm.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        actions.confirm_request(at=self.at, **self.validated())
        return self.show({"done": True})


class OwnRoles(ShownPage):
    query = confirmation.ConfirmationQuery
    template = "web/account_requests/own.html"

    def context(self) -> dict[str, Any]:
        requests = access.own_account_requests(self.actor).select_related("authority", "organisation")
        return {
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


def requested_on(row: AccountRequest, at: datetime | None = None) -> str:
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
        "asked": requested_on(row),
    }


class AskRole(AskingPage):
    takes, asks = RoleRequestInput, words.OWN_ROLE
    template = "web/account_requests/form.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        request_role(self.body(), actor=self.actor, at=self.at)
        return go_to(reverse("own-roles") + confirmation.query_of(self.actor, "role-wanted"))

    def values(self) -> dict[str, str]:
        return {"role": str(Role.FILER)}

    def choices(self) -> dict[str, Pairs]:
        seen = access.visible_organisations(self.actor).order_by("name", "pk")
        return super().choices() | {
            "role": [(str(role), role_words(str(role))) for role in Role if role in ON_REQUEST],
            "organisation": [("", gettext("Aucune de la liste")), *named(seen)],
        }

    def around(self) -> dict[str, Any]:
        return {
            "title": _("Demander un rôle"),
            "button": _("Envoyer la demande"),
            "about": _(
                "L'administration des comptes du territoire décide ; un courriel vous donne la réponse."
            ),
        }


class AskColleague(AskingPage):
    takes, asks = ColleagueInput, words.COLLEAGUE
    template = "web/account_requests/form.html"

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Ask for the account; whether there is one for the address isn't told."""
        request_colleague(request, self.body(), actor=self.actor, at=self.at)
        return go_to(reverse("own-roles") + confirmation.query_of(self.actor, "colleague-wanted"))

    def choices(self) -> dict[str, Pairs]:
        led = access.led_positions(self.actor)  # refuses whoever leads no institution
        return super().choices() | {
            "position": [
                (str(one.pk), f"{one.organisation.name} – {one.authority.name}")
                for one in led
                if one.organisation is not None
            ]
        }

    def around(self) -> dict[str, Any]:
        return {
            "title": _("Demander un compte pour un collègue"),
            "button": _("Envoyer la demande"),
            "about": _(
                "Votre collègue confirme d'abord son adresse par un lien ; l'administration des "
                "comptes du territoire décide ensuite."
            ),
        }

"""The on-call rota of an authority: who is called now and next; put an officer on it, take one off."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.naming import visible
from accounts.request import ServiceRequest
from referrals.models import RotaShift
from referrals.models.on_call_rota import Place
from referrals.on_call_rota import actions
from referrals.on_call_rota.inputs import NewShift as NewShiftInput
from referrals.policy_changes.actions import authority_for
from referrals.vocabulary.formats import moment
from web import forms
from web.administration import words
from web.administration.base import ROTA, AdministrationPage
from web.administration.forms import Confirmation
from web.cases import display
from web.forms import Pairs
from web.page import InputPage


class RotaPage(AdministrationPage):
    """A page about the rota of one authority, for its administrators and supervisors."""

    opens_for = (ROTA,)

    def authority_of(self, pk: UUID) -> Authority:
        authority = authority_for(self.actor, pk, ROTA)
        self.tab = f"rota-{pk}"  # of this answer
        return authority


class Rota(RotaPage):
    template = "web/administration/rota.html"

    def get(self, request: ServiceRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        place = self.authority_of(authority)
        rows = actions.shifts(self.actor, authority, past=False, at=self.at).order_by("starts_at", "pk")
        return self.show(
            self.around()
            | {
                "authority": authority,
                "lines": [_line(row, ZoneInfo(place.timezone)) for row in rows],
                "hole": actions.has_hole(place, self.at),
            }
        )


def _line(row: RotaShift, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": row.user.full_name,
        "place": Place(row.place).label,
        "starts": display.instant(moment(row.starts_at), zone),
        "ends": display.instant(moment(row.ends_at), zone),
    }


class NewShift(RotaPage, InputPage):
    takes, asks = NewShiftInput, words.SHIFT
    template = "web/administration/form.html"

    def get(self, request: ServiceRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        self.place = self.authority_of(authority)
        return self.show(self.page_context(authority) | self.filled({"place": Place.FIRST.value, "weeks": 1}))

    def act(self, request: ServiceRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        self.place = self.authority_of(authority)
        zone = ZoneInfo(self.place.timezone)
        body = forms.body_of(self.takes, self.asks, self.sent, zone=zone)

        def add() -> UUID:
            return actions.add(
                authority, actions.Shift(**NewShiftInput.read(body)), actor=self.actor, at=self.at
            ).pk

        self.once(body, add)
        return self.onwards(reverse("rota-page", args=[authority]))

    def redisplay(self, problem: Mapping[str, Any], authority: UUID) -> HttpResponse:
        self.place = self.authority_of(authority)
        return self.show(self.page_context(authority) | self.again(problem))

    def choices(self) -> dict[str, Pairs]:
        return {"officer": [(str(one.pk), one.full_name) for one in actions.officers(self.place, at=self.at)]}

    def page_context(self, authority: UUID) -> dict[str, Any]:
        return self.around() | {
            "title": _("Ajouter une garde"),
            "button": _("Ajouter la garde"),
            "about": _(
                "Seules les personnes qui ont le rôle « Cadre d'astreinte » peuvent être choisies. La garde "
                "ne donne aucun droit par elle-même."
            ),
            "back": reverse("rota-page", args=[authority]),
        }


class WithdrawShift(Confirmation):
    opens_for = (ROTA,)
    title = _("Retirer une garde")
    about = _("La personne n'est plus appelée à partir de maintenant. La garde reste dans l'historique.")

    def do(self, pk: UUID) -> UUID:
        return actions.withdraw(self._shift(pk).authority_id, pk, actor=self.actor, at=self.at).pk

    def back_to(self, pk: UUID) -> str:
        return reverse("rota-page", args=[self._shift(pk).authority_id])

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        row = self._shift(pk)
        said = _line(row, ZoneInfo(row.authority.timezone))
        return [
            (_("Personne"), said["name"]),
            (_("Place"), str(said["place"])),
            (_("Du"), said["starts"]),
            (_("Au"), said["ends"]),
        ]

    def _shift(self, pk: UUID) -> RotaShift:
        kept = RotaShift.objects.filter(authority__in=self.actor.may(ROTA))
        return visible(kept.select_related("user", "authority"), pk)

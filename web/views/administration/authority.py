"""Pages of one authority: what is left to do before it opens, its on-call rota, the end of all sessions."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts_actions
from accounts.models import Authority
from accounts.naming import visible
from accounts.sessions import id_of
from referrals.models import RotaShift
from referrals.models.on_call_rota import Place
from referrals.on_call_rota import actions
from referrals.on_call_rota.actions import NewShift as NewShiftInput
from referrals.policy_changes.actions import authority_for
from referrals.vocabulary.formats import moment
from web import forms
from web.administration import opening, words
from web.administration.base import MANAGES, ROTA, AdministrationPage
from web.administration.forms import AdministrationForm, Confirmation
from web.cases import display
from web.forms import Pairs
from web.generic import ShownPage


class Opening(AdministrationPage, ShownPage):
    template = "web/administration/opening.html"

    def context(self, authority: UUID) -> dict[str, Any]:
        place = visible(Authority.objects.filter(pk__in=self.actor.may(MANAGES)), authority)
        tasks = opening.tasks(place, at=self.at)
        return {
            "tab": f"opening-{authority}",
            "title": _("À faire pour ouvrir le service"),
            "left": [task for task in tasks if not task.done],
            "ready": [task for task in tasks if task.done],
        }


class EndAllSessions(Confirmation):
    step_up = frozenset({"GET"})
    title = _("Fermer toutes les connexions")
    about = _(
        "En cas d'alerte : toutes les personnes qui ont un rôle dans cette autorité se connectent à nouveau, "
        "sauf vous ici. L'encadrement en est prévenu. Les brouillons sont enregistrés."
    )

    def prepare(self, authority: UUID) -> None:
        self.authority = visible(Authority.objects.filter(pk__in=self.actor.may(MANAGES)), authority)

    def do(self, body: dict[str, Any]) -> UUID:
        but = id_of(self.request)
        accounts_actions.end_all_sessions(actor=self.actor, at=self.at, authority=self.authority, but=but)
        return self.authority.pk

    def lines(self) -> list[tuple[Any, str]]:
        return [(_("Autorité"), self.authority.name)]


class Rota(AdministrationPage, ShownPage):
    opens_for = (ROTA,)
    template = "web/administration/rota.html"

    def context(self, authority: UUID) -> dict[str, Any]:
        place = authority_for(self.actor, authority, ROTA)
        rows = actions.shifts(self.actor, authority, past=False, at=self.at).order_by("starts_at", "pk")
        return {
            "tab": f"rota-{authority}",
            "authority": authority,
            "lines": [_line(row, ZoneInfo(place.timezone)) for row in rows],
            "hole": actions.has_hole(place, self.at),
        }


def _line(row: RotaShift, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": row.user.full_name,
        "place": Place(row.place).label,
        "starts": display.instant(moment(row.starts_at), zone),
        "ends": display.instant(moment(row.ends_at), zone),
    }


class NewShift(AdministrationForm):
    opens_for = (ROTA,)
    takes, asks = NewShiftInput, words.SHIFT
    title, button = _("Ajouter une garde"), _("Ajouter la garde")
    about = _(
        "Seules les personnes qui ont le rôle « Cadre d'astreinte » peuvent être choisies. La garde "
        "ne donne aucun droit par elle-même."
    )

    def prepare(self, authority: UUID) -> None:
        self.place = authority_for(self.actor, authority, ROTA)
        self.tab = f"rota-{authority}"  # of this answer

    def values(self) -> dict[str, Any]:
        return {"place": Place.FIRST.value, "weeks": 1}

    def body(self) -> dict[str, Any]:
        return forms.body_of(self.takes, self.asks, self.sent, zone=ZoneInfo(self.place.timezone))

    def do(self, body: dict[str, Any]) -> UUID:
        shift = actions.Shift(**NewShiftInput.read(body))
        return actions.add(self.place.pk, shift, actor=self.actor, at=self.at).pk

    def choices(self) -> dict[str, Pairs]:
        return {"officer": [(str(one.pk), one.full_name) for one in actions.officers(self.place, at=self.at)]}

    def goes_to(self, made: UUID) -> str:
        return reverse("rota-page", args=[self.place.pk])

    def around(self) -> dict[str, Any]:
        return super().around() | {"back": reverse("rota-page", args=[self.place.pk])}


class WithdrawShift(Confirmation):
    opens_for = (ROTA,)
    title = _("Retirer une garde")
    about = _("La personne n'est plus appelée à partir de maintenant. La garde reste dans l'historique.")

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.withdraw(self._shift().authority_id, self.pk, actor=self.actor, at=self.at).pk

    def back_to(self) -> str:
        return reverse("rota-page", args=[self._shift().authority_id])

    def lines(self) -> list[tuple[Any, str]]:
        row = self._shift()
        line = _line(row, ZoneInfo(row.authority.timezone))
        return [
            (_("Personne"), line["name"]),
            (_("Place"), str(line["place"])),
            (_("Du"), line["starts"]),
            (_("Au"), line["ends"]),
        ]

    def _shift(self) -> RotaShift:
        rows = RotaShift.objects.filter(authority__in=self.actor.may(ROTA))
        return visible(rows.select_related("user", "authority"), self.pk)

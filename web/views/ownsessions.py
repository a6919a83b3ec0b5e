"""One's own sessions, and how to end one that was left open elsewhere."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import actions, suspicious_sign_ins
from accounts.models import Session, SignInToCheck
from accounts.models.signintocheck import Oddity
from accounts.sessions import id_of, idle_limit
from referrals.vocabulary import formats
from web.cases import display
from web.forms import ZONE
from web.generic import ButtonPage, ShownPage

NAMES = {"edge": "Edge", "firefox": "Firefox", "chrome": "Chrome", "safari": "Safari"}
SHOWN_AT_MOST = 50


class OwnSessions(ShownPage):
    template = "web/sessions/own.html"

    def context(self) -> dict[str, Any]:
        here = id_of(self.request)
        sessions = actions.list_sessions(actor=self.actor, at=self.at).order_by("-opened_at")[:SHOWN_AT_MOST]
        lines = [_line(row, here) for row in actions.in_use(sessions, actor=self.actor, at=self.at)]
        idle = int(idle_limit(self.actor.roles).total_seconds()) // 60
        odd = suspicious_sign_ins.of(self.actor.user_id, at=self.at).order_by("-day", "-pk")[:SHOWN_AT_MOST]
        return {
            "lines": sorted(lines, key=lambda line: not line["here"]),
            "idle": idle,
            "odd": [_to_check(row) for row in odd],
        }


#: What is said of an odd sign-in: neither from where nor by which browser.
ODD = {
    Oddity.UNFINISHED: _(
        "Votre mot de passe ou votre fournisseur d'identité a servi, sans que le second moyen suive"
    ),
    Oddity.REFUSED: _("Un second moyen de connexion a été refusé plusieurs fois"),
    Oddity.NEW_PLACE: _("Une connexion a eu lieu depuis un réseau que vous n'utilisiez pas"),
}


def _to_check(row: SignInToCheck) -> dict[str, Any]:
    return {
        "what": ODD[Oddity(row.kind)],
        "count": row.count,
        "last": display.instant(formats.moment(row.last_at), ZONE),
    }


class EndSession(ButtonPage):
    step_up = frozenset({"POST"})
    comes_back = onward = "own-sessions"

    def do(self, pk: UUID) -> None:
        actions.end_session(actor=self.actor, at=self.at, session_id=pk)


def _line(row: Session, here: UUID | None) -> dict[str, Any]:
    family = row.browser.partition("/")[0]
    return {
        "pk": row.id,
        "browser": NAMES.get(family) or gettext("Autre navigateur"),
        "opened": display.instant(formats.moment(row.opened_at), ZONE),
        "used": display.instant(formats.moment(row.used_at), ZONE),
        "here": row.id == here,
    }

"""How one is told: the telephone for urgent calls, and the mails that come once a day."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.access import own_account
from accounts.actions.notices import preferences_of
from accounts.identifiers import typed_phone
from accounts.inputs import PreferencesInput
from outbox import gateway
from web.forms import Ask
from web.generic import InputPage

HOW: Final = (
    Ask(
        "phone",
        _("Téléphone pour les appels urgents"),
        _("Par exemple : 06 12 34 56 78. Il ne sert qu'aux appels d'astreinte."),
        width="half",
        auto="tel",
        optional=True,
    ),
    Ask(
        "daily",
        _("À réunir en un seul courriel par jour"),
        _("Le reste vous parvient aussitôt. Ce qui est urgent n'attend jamais."),
        optional=True,
    ),
)


class OwnNotices(InputPage):
    takes, asks = PreferencesInput, HOW
    template = "web/notices/own.html"

    def values(self) -> dict[str, Any]:
        preferences = preferences_of(self.actor)
        return {"phone": preferences.phone, "daily": preferences.daily}

    def do(self, body: dict[str, Any]) -> UUID:
        preferences = actions.Preferences(**PreferencesInput.read(body))
        actions.change_preferences(actor=self.actor, at=self.at, preferences=preferences)
        return own_account(self.actor).pk

    def after(self, made: UUID) -> HttpResponse:
        body = self.body()
        values = {"phone": body.get("phone", ""), "daily": body.get("daily", [])}
        return self.show(self.around() | self.filled(values) | {"done": _("Enregistrer")})

    def body(self) -> dict[str, Any]:
        """Return what was sent, the number in international form."""
        body = super().body()
        return body | ({"phone": typed_phone(body["phone"])} if "phone" in body else {})

    def around(self) -> dict[str, Any]:
        return {"calls": gateway.is_there()}

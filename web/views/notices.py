"""How one is told: the telephone for urgent calls, and the mails that come once a day."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.access import own_account
from accounts.actions.notices import preferences_of
from accounts.identifiers import typed_phone
from accounts.inputs import PreferencesInput
from accounts.request import ServiceRequest
from outbox import gateway
from web.forms import Ask
from web.page import InputPage

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

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        known = preferences_of(self.actor)
        return self.show(self.page_context() | self.filled({"phone": known.phone, "daily": known.daily}))

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.body()

        def change() -> UUID:
            said = actions.Preferences(**PreferencesInput.read(body))
            actions.change_preferences(actor=self.actor, at=self.at, preferences=said)
            return own_account(self.actor).pk

        self.once(body, change)
        known = {"phone": body.get("phone", ""), "daily": body.get("daily", [])}
        return self.show(self.page_context() | self.filled(known) | {"done": _("Enregistrer")})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(self.page_context() | self.again(problem))

    def body(self) -> dict[str, Any]:
        sent = super().body()
        return sent | ({"phone": typed_phone(sent["phone"])} if "phone" in sent else {})

    def page_context(self) -> dict[str, Any]:
        return {"calls": gateway.is_there()}

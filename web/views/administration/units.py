"""Units of an authority: list and add."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.inputs import NamedUnitInput
from accounts.models import Unit
from accounts.validated_actions import made_unit
from web.administration import words
from web.administration.forms import AdministrationForm


class Units(AdministrationForm):
    tab = "units-page"
    takes, asks = NamedUnitInput, words.UNIT
    title, button, back = _("Unités"), _("Ajouter l'unité"), "units-page"
    template = "web/administration/units.html"

    def do(self, body: Mapping[str, Any]) -> UUID:
        return made_unit(body, actor=self.actor, at=self.at).pk

    def page_context(self) -> dict[str, Any]:
        units = Unit.objects.filter(authority__in=self.authorities).select_related("authority")
        several = len(self.authorities) > 1
        lines = [
            f"{one.name}, {one.authority.name}" if several else one.name
            for one in units.order_by("name", "pk")
        ]
        return super().page_context() | {"lines": lines}

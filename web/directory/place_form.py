"""The form of an address: the commune is typed by its name; a secret one is never shown again (field.md A.7)."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.territory import commune
from directory.codes import Visibility
from directory.inputs import PlaceInput
from directory.models import Place
from referrals.errors import InvalidInput
from web import forms
from web.directory import words
from web.directory.editing import EditorForm
from web.filing import place as communes
from web.forms import Field, Option, clean

COMMUNE: Final = "insee_code"
ADDRESS: Final = ("address", "complement", "postal_code", COMMUNE)


class PlaceForm(EditorForm):
    """Where a structure or a service is."""

    keeps = False  # what was typed may be a secret address
    takes, asks = PlaceInput, (*words.PLACE, *words.KNOWN)
    title = _("Adresse et visibilité")
    about = _(
        "Une adresse secrète est chiffrée : l'annuaire ne montre plus que le département et le contact. Pour la "
        "rendre publique à nouveau, écrivez-la en entier."
    )

    def place(self) -> Place | None:
        """Return the place as it is now."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """Begin with what is known; of a secret place with its switch alone."""
        place = self.place()
        if place is None:
            return {"visibility": str(Visibility.PUBLIC), "means": "typed"}
        commune_row = commune(place.insee_code)
        values = {name: getattr(place, name) for name in ("visibility", *ADDRESS)}
        return values | {
            COMMUNE: communes.named(commune_row) if commune_row else place.insee_code,
            "means": "typed",
        }

    def body(self) -> dict[str, Any]:
        """Return what was typed, the commune by its code; an address that is left empty stays as it is.

        Raises:
            InvalidInput: no commune bears the name (``no-such-commune``), or several do (``several-communes``).
        """
        body = super().body()
        if not any(body.get(name) for name in ADDRESS):
            return {name: value for name, value in body.items() if name not in ADDRESS}
        if body.get(COMMUNE):
            body[COMMUNE] = self._code(body[COMMUNE])
        return body

    def read(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the validated body."""
        return PlaceInput.read(body)

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        """Return the fields; behind a commune whose name fits several, the question which is meant."""
        fields = super().fields(values, faults)
        typed = str(values.get(COMMUNE) or "")
        if not (faults or {}).get(COMMUNE) or not typed:
            return fields
        which = Field(communes.WHICH, "radios", communes.WHICH.name, f"{forms.IDS}{communes.WHICH.name}")
        which.options = [
            Option(one.code, communes.named(one), False, f"{which.id}-{n}")
            for n, one in enumerate(communes.offered(clean(typed), ""))
        ]
        at = [one.ask.name for one in fields].index(COMMUNE) + 1
        return [*fields[:at], *([which] if which.options else []), *fields[at:]]

    def _code(self, name: str) -> str:
        if commune(name) is not None:
            return name
        picked = self.sent.text(communes.WHICH.name)
        matches = [one for one in communes.offered(name, "") if one.code == picked]
        matches = matches or communes.exactly(name, "")
        if len(matches) != 1:
            raise InvalidInput(COMMUNE, "several-communes" if matches else "no-such-commune")
        return matches[0].code

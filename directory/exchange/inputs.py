"""What stands beside a file of the directory, and what a person says of a row that was held."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core.inputs import Code, Day, Flag, OptionalId, StrictSerializer, Text
from directory.codes import ResourceKind, Visibility
from directory.exchange.files import FILES

PART, WHOLE = "part", "whole"
#: Whether a file holds all of its source, so that what isn't in it is archived.
EXTENTS: Final = (
    (PART, _("Une partie : ce qui n'y est pas reste")),
    (WHOLE, _("Tout : ce qui n'y est plus est archivé")),
)


class ImportTrialInput(StrictSerializer):
    """What stands beside a file; a public file says its own licence and day."""

    authority = OptionalId(
        help_text="Whose directory it fills; may be left out by who keeps the entries of one."
    )
    source = Code(choices=[(one.value, one.label) for one in FILES])
    extent = Code(choices=EXTENTS, default=PART)
    kind = Code(
        choices=ResourceKind.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="Of structures of which it says no kind.",
    )
    licence = Text(max_length=100, required=False, allow_blank=True, default="")
    stated_on = Day(required=False, allow_null=True, default=None, help_text="The day that the file is of.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say whether it is whole."""
        return attrs | {"whole": attrs["extent"] == WHOLE}


class HeldInput(StrictSerializer):
    """Whether a row that was held is the structure that it is like."""

    same = Flag()


class ExportInput(StrictSerializer):
    """For whom a file is: addresses for professionals stand only in one that stays among them."""

    authority = OptionalId(help_text="Whose entries; may be left out by who keeps those of one.")
    audience = Code(
        choices=[
            (Visibility.PUBLIC.value, _("Pour tous")),
            (Visibility.PROFESSIONAL.value, _("Entre professionnels")),
        ],
        default=Visibility.PUBLIC.value,
    )

"""Data read for one page of a case, with the names to show."""

from collections.abc import Container, Iterable, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.reading import names
from web.cases import display
from web.page import Page

type Context = dict[str, Any]


class Shown:
    """Data read for one page of a case."""

    def __init__(
        self,
        page: Page,
        referral: Referral,
        ties: CaseAccess,
        zone: ZoneInfo,
        parts: Mapping[str, Any],
        new: Container[str] = (),
    ) -> None:
        """Keep what was read, the names that it may be told by, and which rows are new to the reader."""
        self.page, self.referral, self.ties, self.zone, self.parts = page, referral, ties, zone, parts
        self.new = new
        self.called: dict[str, str] = {}
        for n, (pk, name) in enumerate(parts["names"].children.items(), start=1):
            self.called[pk] = name or gettext("Enfant %(n)s") % {"n": n}
        for n, (pk, name) in enumerate(parts["names"].holders.items(), start=1):
            self.called[pk] = name or gettext("Titulaire %(n)s") % {"n": n}

    def when(self, text: str | None) -> str:
        """Return an instant or a date in words."""
        return display.instant(text, self.zone)

    def staff(self, ids: Iterable[UUID]) -> dict[str, str]:
        """Return the names of colleagues, to readers of the facts as the list of people is theirs too."""
        return names.staff(ids) if "D" in self.ties.reads else {}


def text_of(value: object) -> str:
    """Return a text, or that it can't be read any more."""
    return (
        gettext("Illisible : la clé manque ou la donnée est abîmée.")
        if display.unreadable(value)
        else str(value)
    )

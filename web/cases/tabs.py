"""Tabs of a case: which pages a reader has, by the access classes of the reader's role, as in the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from referrals.access import matrix
from referrals.access.relations import CaseAccess
from referrals.vocabulary.attachments import CLASSES


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a case: the last word of its address, its words, and for whom there is anything on it."""

    name: str
    label: Any
    opens_for: Callable[[CaseAccess], bool]


def _reads(*classes: str) -> Callable[[CaseAccess], bool]:
    return lambda ties: any(one in ties.reads or one in ties.partial for one in classes)


def _has_files(ties: CaseAccess) -> bool:
    """Tell whether files are to be read or sent: an intake agent adds some and reads none back (§1.3)."""
    written = (matrix.writes_by(role, relation) for role, relation in ties.pairs)
    return any(one in ties.reads for one in CLASSES) or any(
        classes & frozenset(CLASSES) for classes in written
    )


def _anyone(_: CaseAccess) -> bool:
    return True


TABS: Final = (
    Tab("historique", _("Historique"), _reads("A")),
    Tab("echeances", _("Échéances"), _anyone),
    Tab("evaluation", _("Évaluation"), _reads("H")),
    Tab("mesures", _("Mesures"), _reads("J")),
    Tab("justice", _("Justice"), _reads("I")),
    Tab("famille", _("Famille et information"), _reads("B")),
    Tab("messages", _("Messages"), _reads("C", "D")),
    Tab("pieces", _("Pièces jointes"), _has_files),
    Tab("transferts", _("Transferts"), _reads("A")),
    Tab("rapprochements", _("Rapprochements"), _reads("B")),
    Tab("signatures", _("Signatures et contrôles"), _reads("A")),
)
BY_NAME: Final = {tab.name: tab for tab in TABS}


def tabs_for(ties: CaseAccess) -> list[Tab]:
    """Return the pages that the reader of a case has beside its first one; whoever is asked to take it over, none."""
    return [] if ties.coarse or ties.draft or ties.receiving else [tab for tab in TABS if tab.opens_for(ties)]

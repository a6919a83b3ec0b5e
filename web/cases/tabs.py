"""Tabs of a case: which pages a reader has, by the access classes of the reader's role, as in the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.access import matrix
from referrals.access.relations import CaseAccess
from referrals.visits.queries import Contents
from referrals.vocabulary.attachments import CLASSES
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a case: the last word of its address, its words, and for whom there is anything on it."""

    name: str
    label: Text
    opens_for: Callable[[CaseAccess], bool]


def _reads(*classes: str) -> Callable[[CaseAccess], bool]:
    return lambda ties: any(one in ties.reads or one in ties.partial for one in classes)


def _has_files(ties: CaseAccess) -> bool:
    """Tell whether files are to be read or sent: an intake agent adds some and reads none back (§1.3)."""
    written = (matrix.writes_by(role, relation) for role, relation in ties.pairs)
    return any(one in ties.reads for one in CLASSES) or any(
        classes & frozenset(CLASSES) for classes in written
    )


def _has_letters(ties: CaseAccess) -> bool:
    """Tell whether letters are to be read: a service reads none, what is for it was sent to it (SEC-AZ21)."""
    return bool(ties.without_service.reads & {"J", "C"})


def _has_orientations(ties: CaseAccess) -> bool:
    """Tell whether orientations are to be read, or made by who is called at night and reads nothing of the case yet."""
    orients = ties.role_for(steps.get(Machine.ORIENTATION, "propose")) is not None
    return orients or bool(ties.without_service.reads & {"J", "F"})


def _anyone(_: CaseAccess) -> bool:
    return True


TABS: Final = (
    Tab("historique", _("Historique"), _reads("A")),
    Tab("echeances", _("Échéances"), _anyone),
    Tab("evaluation", _("Évaluation"), _reads("H")),
    Tab("mesures", _("Mesures"), _reads("J")),
    Tab("orientations", _("Orientations"), _has_orientations),
    Tab("justice", _("Justice"), _reads("I")),
    Tab("famille", _("Famille et information"), _reads("B")),
    Tab("messages", _("Messages"), _reads("C", "D")),
    Tab("courriers", _("Courriers"), _has_letters),
    Tab("pieces", _("Pièces jointes"), _has_files),
    Tab("transferts", _("Transferts"), _reads("A")),
    Tab("rapprochements", _("Rapprochements"), _reads("B")),
    Tab("signatures", _("Signatures et contrôles"), _reads("A")),
)
BY_NAME: Final = {tab.name: tab for tab in TABS}


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A page as it stands above a case: how much is on it, and how much of that is new to the reader."""

    name: str
    label: Text
    count: int = 0
    new: int = 0


def tabs_for(ties: CaseAccess, contents: Contents | None = None) -> list[ShownTab]:
    """Return the pages that the reader of a case has beside its first one; whoever is asked to take it over, none."""
    if ties.coarse or ties.draft or ties.receiving:
        return []
    count = _counts(contents) if contents is not None else {}
    return [ShownTab(tab.name, tab.label, *count.get(tab.name, ())) for tab in TABS if tab.opens_for(ties)]


def _counts(contents: Contents) -> dict[str, tuple[int, int]]:
    news = contents.news
    return {
        "historique": (0, news.steps),
        "mesures": (contents.measures, 0),
        "messages": (contents.messages, news.messages),
        "pieces": (contents.attachments, news.attachments),
        "signatures": (0, contents.to_sign),
    }

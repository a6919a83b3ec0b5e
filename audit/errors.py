"""Errors of the journal and of disclosure. No HTTP here: ``config/errors.py`` maps them."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.languages import Text


class AuditError(Exception):
    """Something that this app refuses: a code for the program, a fixed sentence for people.

    ``extra`` adds names and rules for the program; never a submitted value.
    """

    code: ClassVar[str] = "audit"
    sentence: ClassVar[Text] = _("Le journal refuse cette opération.")

    def __init__(self, **extra: object) -> None:
        super().__init__(self.sentence)
        self.extra = extra


class JournalUnavailable(AuditError):
    """The entry can't be written, so that the act can't take place (SEC-AL4)."""

    code = "journal-unavailable"
    sentence = _("Le journal n'a pas pu être écrit : l'opération n'a pas eu lieu.")


class EntryTooLarge(JournalUnavailable):
    """The entry would exceed 8 KiB: a list must be cut into pages before it is shown."""

    code = "entry-too-large"


class EntryRefused(JournalUnavailable):
    """What was to be written isn't a code, a count or an identifier: it might be a name or a fact."""

    code = "entry-refused"


class UnknownAct(JournalUnavailable):
    """The act isn't in the register of ``audit/events.py``: whoever performs acts declares them."""

    code = "unknown-act"


class OutsideTransaction(JournalUnavailable):
    """An entry outside the transaction of its act would prove nothing (SEC-AL2)."""

    code = "outside-transaction"


class UnknownSubject(JournalUnavailable):
    """A referral has no pseudonym: it was never filed, or it was shredded."""

    code = "unknown-subject"


class PseudonymRefused(AuditError):
    """The row that would lead from a pseudonym back isn't as the service wrote it (SEC-AL23)."""

    code = "pseudonym-refused"
    sentence = _("Ce pseudonyme ne correspond à personne : sa ligne a été altérée. Prévenez l'exploitant.")


class NotAuditor(AuditError):
    """The caller reads the entries of no authority."""

    code = "not-allowed"
    sentence = _("La lecture du journal est réservée aux auditeurs de l'autorité.")

    def __init__(self) -> None:
        super().__init__(rule="audit.read")


class LogContradicted(AuditError):
    """The tree is smaller than one that was signed or witnessed, or differs from it: a restore, or tampering.

    Nothing is signed until an operator has found out which, and begun a new origin (docs/runbook.md).
    """

    code = "log-contradicted"
    sentence = _(
        "L'arbre du journal contredit un point de contrôle déjà signé ou attesté : rien n'est signé."
    )


class OriginRefused(AuditError):
    """The newest origin wasn't begun by the operator's command: nothing gets a place in it, and nothing is signed."""

    code = "origin-refused"
    sentence = _(
        "L'origine en cours du journal n'a pas été commencée par l'opérateur : rien n'est placé ni signé."
    )


class WitnessFileFaulty(AuditError):
    """The witness file isn't what the database says that it must be: nothing is signed until an operator says why.

    ``extra`` names the fault and the state that is to be accepted (docs/runbook.md).
    """

    code = "witness-file-faulty"
    sentence = _("Le fichier témoin n'est pas ce qu'il devrait être : rien n'est signé.")


class NoWitnessedCheckpoint(AuditError):
    """A new origin must continue a checkpoint of the old one, signed by the log's own key; there is none."""

    code = "no-witnessed-checkpoint"
    sentence = _("Aucun point de contrôle attesté de l'origine en cours n'a été trouvé.")


class LedgerUnavailable(AuditError):
    """The list of what was shredded can't be read or written, so that nothing may be (SEC-CR12)."""

    code = "ledger-unavailable"
    sentence = _("La liste des destructions ne peut pas être tenue : rien n'est détruit.")


class LedgerRefused(AuditError):
    """A list of what was shredded has a line that is damaged, or that this service didn't write."""

    code = "ledger-refused"
    sentence = _("La liste des destructions contient une ligne abîmée ou étrangère au service.")


class ExportRefused(AuditError):
    """An export of the journal doesn't verify, so that what it says counts for nothing."""

    code = "export-refused"
    sentence = _("Cet export du journal n'est pas intact : ne vous y fiez pas.")


class NotInTree(AuditError):
    """There is no such entry for the caller, or the tree hasn't that size; the two look the same."""

    code = "not-found"
    sentence = _("Aucune entrée ni taille de ce genre n'est connue.")


class PlaceAwaited(AuditError):
    """What is asked for needs the places of ``entries``, which the sequencer gives within seconds.

    The pipeline waits for them and tries once more (``audit/places.py``); ``wait``: seconds until another try.
    """

    code = "place-awaited"
    sentence = _(
        "Le journal n'a pas encore signé ce que cet acte doit prouver : rien n'a été fait. Recommencez dans une minute."
    )
    wait: ClassVar[int] = 60

    def __init__(self, entries: Iterable[UUID]) -> None:
        super().__init__()
        self.entries = frozenset(entries)


class HoldStands(AuditError):
    """These entries are under a legal hold already."""

    code = "hold-stands"
    sentence = _("Ces entrées font déjà l'objet d'une conservation.")


class JournalBehind(AuditError):
    """Entries have waited too long for their place in the tree: nothing is opened until they have it (SEC-AL8)."""

    code = "journal-behind"
    sentence = _("Le journal a pris trop de retard : la lecture des dossiers est suspendue.")

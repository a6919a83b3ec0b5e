"""Errors of a case. Nothing here knows HTTP: ``config/errors.py`` maps each class.

A message is for the professional, in the language of whoever reads: what and why, never who. ``extra`` is for the
program.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from core.languages import Text


class ReferralError(Exception):
    """A refusal of this app; ``code`` is stable, ``extra`` holds codes only."""

    code = "refused"

    def __init__(self, message: Text = "", **extra: object) -> None:
        """Refuse with a sentence and what a program may use."""
        super().__init__(message)
        self.extra: dict[str, Any] = extra


class NotVisible(ReferralError):
    """Absent, or not for this person's eyes; the two look the same (SEC-AZ5)."""

    code = "not-found"


class NotAllowed(ReferralError):
    """Visible, but this role or relation doesn't do this."""

    code = "not-allowed"

    def __init__(self, rule: str) -> None:
        """Name the step or right that was asked."""
        super().__init__(_("Votre rôle sur ce dossier ne permet pas cette action."), rule=rule)


class WrongState(ReferralError):
    """The step doesn't start from the present state."""

    code = "wrong-state"

    def __init__(self, step: str, **seen: Any) -> None:
        """Name state and version to those who see them anyway."""
        super().__init__(
            _("Cette étape n'est pas possible dans l'état actuel du dossier."), step=step, **seen
        )


class GuardRefused(ReferralError):
    """A condition that the law or the protocol puts on this step isn't met."""

    code = "guard-refused"

    def __init__(self, step: str, rule: str, reason: Text, law: str) -> None:
        """Name the rule and its law."""
        super().__init__(reason, step=step, rule=rule, law=law)


class IncompleteFiling(ReferralError):
    """Items of the form are missing; all of them are named at once."""

    code = "incomplete-filing"

    def __init__(self, missing: Sequence[Mapping[str, str]]) -> None:
        """Name each missing item by its path and the need that asks for it (L, P, U)."""
        super().__init__(
            _("Des rubriques obligatoires ne sont pas renseignées."), missing=[dict(m) for m in missing]
        )


class InvalidInput(ReferralError):
    """A value names something that isn't there, or can't be."""

    code = "invalid-input"

    def __init__(
        self, field: str, fault: str = "not-a-choice", others: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Name the field, and ``others`` that are wrong too, each with the code of its fault."""
        named = [{"field": name, "code": code} for name, code in ((field, fault), *others)]
        super().__init__(_("Une valeur n'est pas recevable."), fields=named)

    def under(self, path: str) -> "InvalidInput":
        """Return the same of fields that stand under a path."""
        (name, code), *others = ((path + one["field"], one["code"]) for one in self.extra["fields"])
        return InvalidInput(name, code, others)


class StaleVersion(ReferralError):
    """The case moved since the caller read it."""

    code = "stale-version"

    def __init__(self, state: str, version: int) -> None:
        """Tell the fresh state and version."""
        super().__init__(_("Le dossier a changé depuis votre lecture."), state=state, version=version)


class MissingVersion(ReferralError):
    """A write came without the version that it was decided on."""

    code = "version-required"


class ApproverRefused(ReferralError):
    """The second signature can't be asked of this person, or was asked of nobody."""

    code = "approver-needed"

    def __init__(self, step: str, roles: Sequence[str], reason: Text) -> None:
        """Say why a second person must sign, and which roles may."""
        super().__init__(reason, step=step, second_signers=list(roles))


class ApprovalClosed(ReferralError):
    """The second signature was given, refused or lapsed already."""

    code = "approval-closed"


class TransferBroken(ReferralError):
    """A case can't be taken over: a value of it doesn't open or was altered, or something wouldn't arrive."""

    code = "transfer-broken"

    def __init__(self) -> None:
        """Say that nothing has moved."""
        super().__init__(
            _(
                "Le dossier ne peut pas être repris : une de ses données est illisible, altérée ou manquante. "
                "Rien n'a été déplacé."
            )
        )


class UnknownAction(ReferralError):
    """No step of this name."""

    code = "not-found"


class TooManySearches(ReferralError):
    """The person has searched by name as often as one may in a day; ``wait``: seconds until the next."""

    code = "too-many-searches"

    def __init__(self, most: int, *, wait: int) -> None:
        """Tell the cap of the authority."""
        super().__init__(_("La limite de recherches par nom pour la journée est atteinte."), most=most)
        self.wait = wait


class CapReached(ReferralError):
    """The person has done this as often within an hour as one may; ``wait`` is after how many seconds there is room."""

    sentence: ClassVar[Text]

    def __init__(self, most: int, *, wait: int) -> None:
        """Tell the cap."""
        super().__init__(self.sentence, most=most)
        self.wait = wait


class TooManyOpenings(CapReached):
    """So many files opened in an hour."""

    code = "too-many-openings"
    sentence = _(
        "La limite de dossiers ouverts en une heure est atteinte. Un dossier dont l'alerte est en "
        "attente s'ouvre toujours."
    )


class TooManyLines(CapReached):
    """So many files shown in lists in an hour."""

    code = "too-many-lines"
    sentence = _(
        "La limite de dossiers listés en une heure est atteinte. Les dossiers urgents restent affichés."
    )


class TooManyFilings(CapReached):
    """So many concerns filed in an hour."""

    code = "too-many-filings"
    sentence = _(
        "La limite de transmissions en une heure est atteinte. Une transmission urgente passe toujours."
    )


class TooManyFetches(CapReached):
    """So many readings of calendar feeds in an hour."""

    code = "too-many-fetches"
    sentence = _("L'agenda est relu trop souvent. Réglez-le sur une lecture par heure.")


class CasesDelayed(ReferralError):
    """The account was refused cases too often of late; ``wait`` is for how many seconds none is looked at."""

    code = "cases-delayed"

    def __init__(self, wait: int) -> None:
        """Tell nothing more."""
        super().__init__(_("Trop de demandes refusées sur des dossiers. Attendez avant de réessayer."))
        self.wait = wait


class TooManyTies(ReferralError):
    """The person has declared as many ties as one may in a day, or has as many; ``wait``: seconds of a day."""

    code = "too-many-ties"

    def __init__(self, most: int, *, wait: int) -> None:
        """Tell the bound."""
        super().__init__(_("La limite de liens déclarés est atteinte."), most=most)
        self.wait = wait


class TooManyExports(ReferralError):
    """The person has asked for as many exports as one may in a day; ``wait``: seconds until the next."""

    code = "too-many-exports"

    def __init__(self, most: int, *, wait: int) -> None:
        """Tell the cap."""
        super().__init__(_("La limite d'exports pour la journée est atteinte."), most=most)
        self.wait = wait


class TooManyLookups(ReferralError):
    """The person has asked for as many lookups in the journal as one may in a day; ``wait``: seconds until the next."""

    code = "too-many-lookups"

    def __init__(self, most: int, *, wait: int) -> None:
        """Tell the cap."""
        super().__init__(_("La limite de recherches au journal pour la journée est atteinte."), most=most)
        self.wait = wait


class ExportTooWide(ReferralError):
    """No case to export, or more than one export may hold."""

    code = "export-too-wide"

    def __init__(self, most: int) -> None:
        """Tell the bound."""
        super().__init__(
            _("Ces filtres ne trouvent aucun dossier, ou plus qu'un export n'en contient."), most=most
        )


class ExportClosed(ReferralError):
    """The export was decided on, isn't ready, was taken or is over."""

    code = "export-closed"

    def __init__(self) -> None:
        super().__init__(_("Cette action n'est plus possible sur cet export, ou ne l'est pas encore."))


class OwnExport(ReferralError):
    """Nobody decides on an export that they asked for themself."""

    code = "own-export"

    def __init__(self) -> None:
        super().__init__(_("Une autre personne décide de l'export que vous avez demandé."))


class SearchTooWide(ReferralError):
    """One name alone, where more cases are in hand than may be opened for one search."""

    code = "search-too-wide"

    def __init__(self) -> None:
        """Ask for a second fact."""
        super().__init__(_("Précisez la recherche : nom et prénom, ou nom et date de naissance."))


# --- Attachments -------------------------------------------------------------------------------------


class FileRefused(ReferralError):
    """A file that isn't taken; ``why`` is a code of ``WHY``, and nothing of the file is told."""

    code = "file-refused"
    WHY: ClassVar[Mapping[str, Text]] = {
        "type-refused": _("Ce type de fichier n'est pas accepté : PDF, JPEG, PNG, HEIC ou texte."),
        "type-mismatch": _("Le contenu du fichier ne correspond pas à son extension."),
        "file-damaged": _("Le fichier est endommagé ou ne peut pas être lu sans risque."),
        "file-encrypted": _("Le fichier est protégé par un mot de passe. Envoyez-le sans protection."),
        "file-empty": _("Le fichier est vide."),
        "too-many-pixels": _("L'image a trop de pixels."),
        "too-many-pages": _("Le document a trop de pages."),
        "no-such-page": _("Le document n'a pas cette page."),
        "name-refused": _("Le nom du fichier contient des caractères refusés ou est trop long."),
        "malware": _("L'antivirus a reconnu un programme malveillant : le fichier n'est pas conservé."),
    }

    def __init__(self, why: str) -> None:
        super().__init__(self.WHY[why], reason=why, rule=f"attachment:{why}")


class FileTooLarge(ReferralError):
    """The file is larger than this service takes."""

    code = "file-too-large"

    def __init__(self, most: int) -> None:
        """Tell the limit in bytes."""
        super().__init__(_("Le fichier est trop volumineux."), most_bytes=most)


class UploadCut(ReferralError):
    """The body ended before its announced end; nothing of it is kept."""

    code = "body-cut-short"

    def __init__(self) -> None:
        super().__init__(_("Le corps de la requête est incomplet."))


class QuotaReached(ReferralError):
    """The case, or the caller in a day, has as many attachments as may be."""

    code = "attachment-quota"

    def __init__(self, quota: str, most: int) -> None:
        """Say which quota, and its figure (bytes, or files)."""
        super().__init__(_("Il n'y a plus de place pour cette pièce jointe."), quota=quota, most=most)


class NotScannedYet(ReferralError):
    """The attachment waits for the antivirus, and is served to nobody until then (SEC-FI6)."""

    code = "attachment-quarantined"

    def __init__(self) -> None:
        super().__init__(_("Cette pièce attend l'analyse antivirus. Réessayez plus tard."))


class NotServed(ReferralError):
    """There is nothing to serve: the file was refused by the antivirus, or no original was kept of it."""

    code = "attachment-not-kept"

    def __init__(self) -> None:
        super().__init__(_("Cette pièce n'a pas été conservée."))


class FileBarred(ReferralError):
    """The file was set aside, and is served to nobody; of one that was destroyed nothing is left to serve."""

    code = "attachment-barred"

    def __init__(self) -> None:
        super().__init__(_("Ce fichier a été écarté : personne ne peut l'ouvrir."))


class UploadsBusy(ReferralError):
    """As many files are arriving as may at once, in all or from this person; the same request may work later."""

    code = "uploads-busy"

    def __init__(self) -> None:
        super().__init__(_("Trop de fichiers arrivent en même temps. Réessayez dans un instant."))


class ParserUnavailable(ReferralError):
    """No file can be parsed safely on this system now."""

    code = "parser-unavailable"

    def __init__(self) -> None:
        super().__init__(_("Les pièces jointes ne peuvent pas être vérifiées pour l'instant."))


class StoreUnavailable(ReferralError):
    """The store of attachments doesn't answer, or has no room; the same request may work later."""

    code = "store-unavailable"

    def __init__(self) -> None:
        super().__init__(_("Le stockage des pièces jointes ne répond pas. Réessayez dans quelques minutes."))


class ObjectMissing(ReferralError):
    """The object isn't in the store: lost, or taken away by somebody who may delete there."""

    code = "unreadable"

    def __init__(self) -> None:
        super().__init__(_("Cette pièce est illisible."))

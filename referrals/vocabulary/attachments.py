"""Codes of attachments: kind, class, format, and the antivirus's verdict."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class Kind(Coded):
    """What an attachment is: the list of domain.md §4.6, and nothing beside it."""

    MEDICAL_CERTIFICATE = "medical_certificate", _("Certificat médical")
    LETTER = "letter", _("Courrier")
    SCHOOL_DOCUMENT = "school_document", _("Document scolaire")
    SCREENSHOT = "screenshot", _("Capture d'écran sans image intime")
    JUDICIAL_DOCUMENT = "judicial_document", _("Document judiciaire")


#: Who reads each kind, as access class (domain.md §4.6).
CLASS_OF: Final[Mapping[str, str]] = {
    Kind.MEDICAL_CERTIFICATE: "E",
    Kind.LETTER: "G",
    Kind.SCHOOL_DOCUMENT: "G",
    Kind.SCREENSHOT: "G",
    Kind.JUDICIAL_DOCUMENT: "I",
}
CLASSES: Final = ("E", "G", "I")


class Media(Coded):
    """The form in which an attachment is served."""

    PDF = "pdf", "PDF"
    JPEG = "jpeg", _("Image JPEG")
    PNG = "png", _("Image PNG")
    TEXT = "text", _("Texte simple")


class Scan(Coded):
    """What the antivirus said of the file as it came."""

    WAITING = "waiting", _("En attente de l'analyse antivirus")
    CLEAN = "clean", _("Analysée, rien trouvé")
    UNSCANNED = "unscanned", _("Non analysée : pas d'antivirus ici")
    INFECTED = "infected", _("Programme malveillant trouvé, pièce non conservée")


class Barring(Coded):
    """Why a file was set aside, so that nobody reads it any more (domain.md §4.6).

    ``REPLAYED`` nobody gives: the file had been destroyed, and a backup brought its row back without saying why.
    """

    MINOR_IMAGE = "minor_image", _("Image à caractère sexuel d'une personne mineure")
    NOT_OF_CASE = "not_of_case", _("Fichier étranger au dossier")
    MALWARE = "malware", _("Programme malveillant découvert après coup")
    REPLAYED = "replayed", _("Fichier détruit avant une restauration")


#: The reasons that a person may give.
BARRINGS: Final = tuple(reason for reason in Barring if reason is not Barring.REPLAYED)

#: By ending of the name: the type that is asked of the content.
TYPE_OF_ENDING: Final[Mapping[str, str]] = {
    "pdf": "pdf",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "png": "png",
    "heic": "heic",
    "heif": "heic",
    "txt": "text",
}
#: By type received: the form that is kept.
KEPT_AS: Final[Mapping[str, Media]] = {
    "pdf": Media.PDF,
    "jpeg": Media.JPEG,
    "heic": Media.JPEG,
    "png": Media.PNG,
    "text": Media.TEXT,
}
#: By form: the type of the answer, and the ending of the neutral name under which it is saved.
SERVED_AS: Final[Mapping[str, tuple[str, str]]] = {
    Media.PDF: ("application/pdf", "pdf"),
    Media.JPEG: ("image/jpeg", "jpg"),
    Media.PNG: ("image/png", "png"),
    Media.TEXT: ("text/plain; charset=utf-8", "txt"),
}

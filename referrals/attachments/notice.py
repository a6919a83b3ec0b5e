"""Notice shown before an upload: which files are accepted, and which images never (domain.md §4.6; CP 227-23)."""

from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.languages import in_both
from referrals.vocabulary.attachments import CLASS_OF, Kind

NOTICE: Final = _(
    "N'envoyez jamais d'image à caractère sexuel d'une personne mineure, même comme preuve : la détenir et la "
    "transmettre est interdit (code pénal, art. 227-23). Décrivez-la dans le récit (« Traces en ligne » et « "
    "Les faits, un par un »), sans la copier. Gardez l'appareil tel quel pour la police ou la gendarmerie. "
    "Pour faire retirer un contenu : PHAROS (internet-signalement.gouv.fr) ; pour aider l'enfant : 3018. En "
    "urgence : 17."
)


def notice_body() -> dict[str, Any]:
    """Return the notice, the kinds with the class that reads them, the types of files and the limits."""
    return {
        "notice": in_both(NOTICE),
        "describe_in": ["digital_traces", "facts"],
        "kinds": [
            {"code": str(kind), "label": kind.labels_by_language, "access_class": CLASS_OF[kind]}
            for kind in Kind
        ],
        "types": list(settings.ATTACHMENT_TYPES),
        "max_bytes": settings.ATTACHMENT_BYTES,
        "max_pixels": settings.ATTACHMENT_PIXELS,
    }

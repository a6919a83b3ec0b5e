"""The warnings that an act gives whoever did it, although it was done."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text

WARNINGS: Final[Mapping[str, Text]] = {
    "child-seen-alone-without-consent": _(
        "L'enfant a été vu seul sans l'accord des titulaires : indiquez pourquoi dans le dossier."
    ),
    "exploitation-without-justice": _(
        "Une situation prostitutionnelle est retenue, mais la justice n'est pas saisie pour cet enfant."
    ),
    "no-gateway-phone-the-on-call-officer": _(
        "Le service ne peut pas téléphoner : appelez vous-même la personne d'astreinte."
    ),
    "order-quashed-shelter": _(
        "L'ordonnance n'est plus en vigueur : indiquez où l'enfant est accueilli désormais, et à quel titre."
    ),
    "order-quashed-information": _("Des titulaires restaient à informer : leur information est à revoir."),
    "order-quashed-feedback": _("Un retour au déclarant est dû : ce qu'il dit de la mesure est à revoir."),
    "plan-to-complete": _("Le projet pour l'enfant est à compléter par ce que l'entretien a préparé."),
    "term-cut-at-majority": _("L'échéance est ramenée au dix-huitième anniversaire."),
    "nobody-on-call-phone-the-supervisor": _("Personne n'est d'astreinte : téléphonez à l'encadrement."),
}


def warning(code: str) -> Text:
    """Return what a warning says; of one without words, its code, which no test lets through."""
    return WARNINGS.get(code, code)

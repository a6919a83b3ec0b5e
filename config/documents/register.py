"""``docs/data-protection/tableaux.md``: the tables of the register of processing (GDPR art. 30), from the code.

In French, for the data protection officer of an authority. What no code knows (the controller, the host, the officer)
is in ``docs/data-protection/registre.md``, written by hand.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.apps import apps
from django.db import models

from accounts.roles import PROGRAMS, Role
from config.documents.tables import MADE, code, lines, table
from core import french
from core.languages import FRENCH, Text, in_language
from referrals.access.matrix import APPROVER_READS, BLIND, CLASSES, MATRIX, ORDINARY
from referrals.models.copy_rules import NOBODY, FieldRule
from referrals.policy.chapters import Chapter
from referrals.policy.definitions import CHAPTERS, SETTINGS
from referrals.policy.field_types import UNITS
from referrals.vocabulary.access_requests import CLASS_WORDS

#: What a cell of the matrix means, in the words of this page; the mark alone is looked up first.
CELLS: Final[Mapping[str, str]] = {
    "-": "non",
    "R": "oui",
    "RW": "oui, et corrige",
    "W": "écrit seulement",
    "a": "par ce lien",
    "aR": "par ce lien",
    "aRW": "par ce lien, et corrige",
    "u": "de son unité",
    "uRW": "de son unité, et corrige",
    "x": "si prostitution en question",
    "b": "en urgence, justifié",
    "bW": "en urgence, justifié",
    "req": "pour une demande d'accès",
    "shell": "mesure seule",
    "extract": "passages choisis",
    "concl": "conclusions",
    "order": "décision seule",
}
#: The classes in words; the list of readers, which has these words, tells nobody of class K.
WORDS: Final[Mapping[str, Text]] = {**CLASS_WORDS, "K": "adresse protégée"}
INTRODUCTION: Final = """\
# Tableaux du registre, tirés du programme

Ces tableaux sont écrits par le programme, à partir des règles qu'il applique : ils ne peuvent pas le contredire. Ils
complètent la [fiche de registre](registre.md). Les durées sont celles par défaut ; chaque autorité peut les changer
dans les bornes indiquées, et sa page « Réglages » fait foi.
"""
DATA: Final = """\
## Données d'un dossier, par classe

« Chiffrés » : champs dont la valeur est chiffrée sous une clé propre au dossier, illisible dans la base et dans ses
sauvegardes. Les autres sont des codes, des dates, des nombres et des liens, dont le programme a besoin pour trier.
"""
OTHER: Final = """\
## Autres données personnelles

Données hors des dossiers : comptes des professionnels, envois, annuaire. Aucune ne nomme un enfant ; un avis porte la
référence du dossier dont il parle.
"""
RECIPIENTS: Final = """\
## Destinataires : qui lit quelle classe

Un rôle ne suffit pas : il faut aussi un lien avec le dossier. « Second signataire » : la personne à qui une signature
est demandée, tant qu'elle l'est. Une mise à l'écart (lien personnel, conflit d'intérêts) l'emporte sur tout rôle.
"""
PERIODS: Final = """\
## Durées

Une élimination demande le visa du directeur des archives départementales (code du patrimoine, R212-14) et deux
personnes.
"""


def page() -> str:
    """Return the page."""
    with french.as_written():
        parts = [MADE, INTRODUCTION, *_data(), *_recipients(), *_periods(), *_other()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _french(text: Text) -> str:
    return in_language(text, FRENCH)


# --- The data of a case -------------------------------------------------------------------------------


def fields_of(letter: str) -> list["models.Field[Any, Any]"]:
    """Return the fields of a class in the models of cases."""
    return [
        field
        for model in apps.get_app_config("referrals").get_models()
        for field in model._meta.concrete_fields
        if getattr(field, "access_class", "") == letter
    ]


def is_sealed(field: "models.Field[Any, Any]") -> bool:
    """Tell whether the value is stored encrypted."""
    return bool(getattr(field, "security_class", ""))


def _rule(field: "models.Field[Any, Any]") -> FieldRule:
    rule: FieldRule | None = getattr(field, "copied", None)
    return rule or FieldRule(frozenset({NOBODY}))


def _data() -> Iterator[str]:
    yield DATA
    rows = []
    for letter in CLASSES:
        fields = fields_of(letter)
        whose = [_french(subject.label) for field in fields for subject in _rule(field).subjects - {NOBODY}]
        rows.append(
            [
                f"{letter}",
                _french(WORDS[letter]),
                lines(sorted(set(whose))),
                str(len(fields)),
                str(sum(is_sealed(field) for field in fields)),
            ]
        )
    yield table(["Classe", "Données", "Personnes concernées", "Champs", "dont chiffrés"], rows)


# --- Who reads ----------------------------------------------------------------------------------------


def _recipients() -> Iterator[str]:
    yield RECIPIENTS
    rows = [
        [
            _french(role.label),
            _french(ORDINARY[role].label),
            *(CELLS[cell] for cell in MATRIX[role].split()),
        ]
        for role in MATRIX
    ]
    signs = ["oui" if letter in APPROVER_READS else "non" for letter in CLASSES]
    yield table(
        ["Rôle", "Lien", *CLASSES], [*rows, ["Second signataire", "le temps de la signature", *signs]]
    )
    blind = ", ".join(_french(role.label) for role in Role if role in BLIND and role not in PROGRAMS)
    yield f"N'ouvrent jamais un dossier : {blind}."


# --- How long -----------------------------------------------------------------------------------------


def _periods() -> Iterator[str]:
    yield PERIODS
    rows = []
    for key, setting in SETTINGS.items():
        if CHAPTERS[key] is not Chapter.RETENTION or setting.kind != "whole":
            continue
        unit = _french(UNITS[setting.unit])
        bounds = f"{setting.bounds['minimum']} à {setting.bounds['maximum']} {unit}"
        rows.append(
            [_french(setting.label), f"{setting.default} {unit}", bounds, setting.law or "usage", code(key)]
        )
    yield table(["Donnée", "Durée", "Bornes", "Fondement", "Réglage"], rows)


# --- What is beside cases -----------------------------------------------------------------------------


def _other() -> Iterator[str]:
    yield OTHER
    rows = []
    for model in apps.get_models():
        classes: Mapping[str, str] = getattr(model, "DATA_CLASSES", {})
        personal = sorted(name for name, kind in classes.items() if kind == "P2")
        if personal:
            rows.append([code(model._meta.label), lines(map(code, personal)), str(len(classes))])
    yield table(["Table", "Données personnelles", "Champs"], rows)

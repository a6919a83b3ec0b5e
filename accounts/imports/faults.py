"""Reasons why a file, or one line of it, isn't taken, each with its sentence."""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Fault(models.TextChoices):
    """A code for programs, and the sentence for people. The first are about the whole file: nothing is read then."""

    ENCODING = "encoding", _("Ce fichier n'est pas un texte lisible : enregistrez-le en CSV UTF-8.")
    NO_LINES = "no-lines", _("Ce fichier ne contient aucune ligne à importer.")
    COLUMNS = "columns", _("Les colonnes ne sont pas celles qui sont attendues pour ce type de fichier.")
    QUOTES = "quotes", _("À partir de cette ligne, un guillemet n'est pas fermé ou mal placé.")
    TOO_MANY_LINES = (
        "too-many-lines",
        _("Ce fichier contient trop de lignes : importez-le en plusieurs fois."),
    )

    CELLS = "cells", _("Le nombre de colonnes de cette ligne n'est pas celui de l'en-tête.")
    REQUIRED = "required", _("Cette valeur est obligatoire.")
    TOO_LONG = "too-long", _("Cette valeur est trop longue.")
    CHARACTERS = "characters", _("Cette valeur contient des caractères invisibles ou de contrôle.")
    FORMULA = "formula", _("Cette valeur commence comme une formule de tableur.")
    NOT_A_NAME = "not-a-name", _("Un nom seulement : ni chiffres, ni phrases.")
    EMAIL = "email", _("Adresse électronique invalide.")
    PHONE = "phone", _("Numéro de téléphone invalide.")
    LANGUAGE = "language", _("Langue inconnue : « fr » ou « en ».")
    ROLE = "role", _("Rôle inconnu.")
    ROLE_OF_TWO = (
        "role-of-two",
        _("Ce rôle se décide à deux pour chaque personne : il ne se donne pas par un fichier."),
    )
    ROLE_OF_PROGRAM = (
        "role-of-program",
        _("Ce rôle est celui d'un programme : il ne se donne pas par un fichier."),
    )
    ROLE_OF_CERTIFICATE = (
        "role-of-certificate",
        _(
            "Ce rôle demande une attestation d'honorabilité que l'on voit : il ne se donne pas par un fichier."
        ),
    )
    KIND = "kind", _("Type de structure inconnu.")
    NUMBER = "number", _("Ce numéro n'existe pas : vérifiez la saisie.")
    NO_NUMBER = "no-number", _("Donnez au moins un numéro : SIRET, UAI ou FINESS.")
    REPEATED = "repeated", _("Cette ligne en répète une autre du fichier.")

    UNIT = "unit", _("Aucune unité de l'autorité n'a ce nom.")
    NO_UNIT = "no-unit", _("Ce rôle demande une unité.")
    ORGANISATION = "organisation", _("Aucune structure de votre liste n'a ce numéro ou ce nom.")
    SEVERAL_ORGANISATIONS = (
        "several-organisations",
        _("Plusieurs structures de votre liste correspondent : donnez un numéro, ou corrigez la liste."),
    )
    NO_ORGANISATION = "no-organisation", _("Ce rôle demande une structure.")
    TAKEN = "taken", _("Une structure d'une autre liste a ce numéro.")
    CLOSED = "closed", _("Le compte de cette adresse est fermé : rouvrez-le d'abord.")
    ELSEWHERE = "elsewhere", _("Le rôle ne peut pas être donné au compte de cette adresse par un fichier.")
    OWN = "own", _("Personne ne se donne un rôle : cette adresse est la vôtre.")
    HELD_APART = (
        "held-apart",
        _(
            "Cette personne ne peut pas à la fois contrôler ou administrer les accès et ouvrir des dossiers ici."
        ),
    )


#: Those about the whole file: nothing of it is read.
OF_FILE: Final = frozenset(
    {Fault.ENCODING, Fault.NO_LINES, Fault.COLUMNS, Fault.QUOTES, Fault.TOO_MANY_LINES}
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a line isn't taken: its number in the file (from 1), the column where it is one's, the reason.

    Nothing of what stands in the line is repeated.
    """

    line: int
    fault: Fault
    column: str = ""


class FileFault(Exception):
    """A file of which nothing is taken; ``line`` is 0 where it is no line's fault."""

    def __init__(self, fault: Fault, line: int = 0) -> None:
        super().__init__(fault.value)
        self.fault, self.line = fault, line

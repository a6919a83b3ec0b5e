"""Reasons why one row of a file isn't taken, each with its sentence; nothing that stands in the row is repeated."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.imports.faults import FileFault

__all__ = ["Fault", "FileFault", "Refused"]


class Fault(models.TextChoices):
    """A code for programs, and the sentence for people."""

    OBJECT = "object", _("Cet élément n'est pas une fiche.")
    CELLS = "cells", _("Le nombre de colonnes de cette ligne n'est pas celui qui est attendu.")
    REQUIRED = "required", _("Cette valeur est obligatoire.")
    TYPE = "type", _("Cette valeur n'est pas du type attendu.")
    FORMAT = "format", _("Cette valeur n'a pas la forme attendue.")
    UNKNOWN = "unknown", _("Cette valeur ne fait pas partie de la liste.")
    TOO_SHORT = "too-short", _("Cette valeur est trop courte.")
    TOO_LONG = "too-long", _("Cette valeur est trop longue.")
    EMPTY_LIST = "empty-list", _("Cette liste est vide : laissez-la de côté.")
    CHARACTERS = "characters", _("Cette valeur contient des caractères invisibles ou de contrôle.")
    FORMULA = "formula", _("Cette valeur commence comme une formule de tableur.")
    NUMBER = "number", _("Ce nombre est hors des limites.")
    REGISTER = "register", _("Ce numéro n'existe pas : vérifiez la saisie.")
    DATE = "date", _("Cette date n'existe pas, ou n'est pas écrite comme 2026-11-29.")
    DATE_BOUNDS = "date-bounds", _("Cette date est avant 2000 ou dans le futur.")
    EVERYBODY = "everybody", _("« tous-publics » ne se combine avec aucun autre public.")
    FINAL_DOT = "final-dot", _("Un nom ne se termine pas par un point.")
    AGES = "ages", _("L'âge minimal dépasse l'âge maximal.")
    SECRET = "secret", _("Une adresse secrète ne se donne pas par un fichier.")
    REPEATED = "repeated", _("Cette ligne en répète une autre du fichier.")
    NO_STRUCTURE = (
        "no-structure",
        _("La structure de ce service n'est ni dans ce fichier, ni dans l'annuaire."),
    )
    STRUCTURE_REFUSED = "structure-refused", _("La structure de ce service est refusée.")
    NO_KIND = "no-kind", _("Rien ne dit de quel type de structure il s'agit : choisissez un type par défaut.")
    SCHEMA = "schema", _("Cette valeur ne suit pas le schéma publié du format.")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row isn't taken: its line (or its rank in the file, from 1), the field as the file calls it, the reason.

    ``source_id`` is that of the row, where it could be read.
    """

    line: int
    fault: Fault
    field: str = ""
    source_id: str = ""

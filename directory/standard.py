"""Codes of data.inclusion 1.0.10 with their French labels, as its own package lists them (field.md A.1)."""

from enum import Enum
from typing import Final

from data_inclusion.schema import v1

type Choices = tuple[tuple[str, str], ...]


def _choices(kind: type[Enum]) -> Choices:
    return tuple((str(one.value), str(getattr(one, "label", one.value))) for one in kind)


KINDS: Final = _choices(v1.TypeService)
FEES: Final = _choices(v1.Frais)
AUDIENCES: Final = _choices(v1.Public)
EVERYBODY: Final = v1.Public.TOUS_PUBLICS.value
RECEPTION_MODES: Final = _choices(v1.ModeAccueil)
MOBILISATION_MODES: Final = _choices(v1.ModeMobilisation)
MOBILISABLE_BY: Final = _choices(v1.PersonneMobilisatrice)
THEMES: Final = _choices(v1.Thematique)
NETWORKS: Final = _choices(v1.ReseauPorteur)

"""Anomaly settings of an authority: the rules in force, and the threshold of each.

The rules themselves: ``audit/anomalies/rules.py``. Part of the protocol (``referrals/policy/definitions.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audit.anomalies.rules import RULES
from core.languages import Text
from referrals.policy.chapters import Chapter
from referrals.policy.field_types import whole
from referrals.policy.list_types import codes

_RULES: Final[Mapping[str, Text]] = {rule.code: rule.label for rule in RULES}
_ALWAYS: Final = tuple(rule.code for rule in RULES if rule.always)
_LAW: Final = "RGPD art. 32"


def _from(default: int, least: int, most: int, what: Text, unit: str = "") -> int:
    label = format_lazy(_("Anomalie : {what}"), what=what)
    setting: int = whole(default, least, most, label, unit=unit, law=_LAW)
    return setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyTerms:
    """Figures from which on a rule fits, and how an anomaly is dealt with."""

    chapter: ClassVar = Chapter.ANOMALIES

    anomaly_rules: tuple[str, ...] = codes(
        tuple(_RULES), _RULES, _("Anomalies d'accès recherchées"), kept=_ALWAYS, law=_LAW
    )
    anomaly_files_a_day: int = _from(60, 10, 300, _("dossiers ouverts en un jour"))
    anomaly_idle_files_a_day: int = _from(15, 3, 100, _("dossiers ouverts en un jour sans y avoir travaillé"))
    anomaly_night_files: int = _from(3, 1, 50, _("dossiers ouverts en une nuit, hors astreinte"))
    anomaly_readers_a_day: int = _from(12, 3, 50, _("personnes ouvrant un même dossier en un jour"))
    anomaly_refusals_an_hour: int = _from(20, 3, 200, _("refus en une heure"))
    anomaly_refusals_of_all: int = _from(
        300, 30, 3_000, _("dossiers refusés en dix minutes, tous comptes confondus")
    )
    anomaly_probes_a_day: int = _from(12, 3, 200, _("dossiers introuvables demandés en un jour"))
    anomaly_dormant_days: int = _from(60, 15, 365, _("compte inactif"), "days")
    anomaly_searchers: int = _from(4, 2, 20, _("personnes faisant la même recherche"))
    anomaly_failed_openings: int = _from(5, 2, 50, _("ouvertures échouées en une heure"))
    anomaly_lift_hours: int = _from(24, 1, 168, _("après la levée d'une exclusion"), "hours")
    anomaly_clock_seconds: int = _from(60, 20, 3600, _("saut d'horloge (secondes)"))
    anomaly_namesake_hours: int = _from(
        24, 1, 72, _("dossier d'un homonyme sans y travailler après"), "hours"
    )
    anomaly_closed_files_a_day: int = _from(8, 1, 100, _("dossiers clos ouverts en un jour"))
    anomaly_glass_hours: int = _from(24, 2, 72, _("ouverture d'urgence sans suite après"), "hours")
    anomaly_glass_alone: int = _from(2, 1, 10, _("ouvertures d'urgence sans suite en un jour"))
    anomaly_search_minutes: int = _from(60, 10, 240, _("recherche sans ouverture après"), "minutes")
    anomaly_searches_alone: int = _from(10, 2, 50, _("recherches sans ouverture en un jour"))
    anomaly_places_minutes: int = _from(15, 2, 120, _("compte utilisé en deux lieux en moins de"), "minutes")
    anomaly_shared_hours: int = _from(
        168, 24, 720, _("nouveau compte utilisé là où les comptes se créent, en moins de"), "hours"
    )
    anomaly_answer_days: int = _from(5, 1, 30, _("réponse de l'agent"), "days")
    anomaly_identities_hours: int = _from(24, 1, 72, _("levée de l'anonymat, durée"), "hours")

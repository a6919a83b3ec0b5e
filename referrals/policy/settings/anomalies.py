"""Anomaly settings of an authority: the rules in force, and the threshold of each.

The rules themselves: ``audit/anomalies/rules.py``. Part of the protocol (``referrals/policy/definitions.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from audit.anomalies.rules import RULES
from referrals.policy.field_types import whole
from referrals.policy.list_types import codes

_RULES: Final[Mapping[str, tuple[str, str]]] = {rule.code: (rule.fr, rule.en) for rule in RULES}
_ALWAYS: Final = tuple(rule.code for rule in RULES if rule.always)
_LAW: Final = "RGPD art. 32"


def _from(default: int, least: int, most: int, fr: str, en: str, unit: str = "") -> int:
    setting: int = whole(default, least, most, f"Anomalie : {fr}", f"Anomaly: {en}", unit=unit, law=_LAW)
    return setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyTerms:
    """Figures from which on a rule fits, and how an anomaly is dealt with."""

    anomaly_rules: tuple[str, ...] = codes(
        tuple(_RULES),
        _RULES,
        "Anomalies d'accès recherchées",
        "Anomalies of access that are sought",
        kept=_ALWAYS,
        law=_LAW,
    )
    anomaly_files_a_day: int = _from(60, 10, 300, "dossiers ouverts en un jour", "files opened in a day")
    anomaly_idle_files_a_day: int = _from(
        15,
        3,
        100,
        "dossiers ouverts en un jour sans y avoir travaillé",
        "files opened in a day without work on them",
    )
    anomaly_night_files: int = _from(
        3, 1, 50, "dossiers ouverts en une nuit, hors astreinte", "files opened in a night, off duty"
    )
    anomaly_readers_a_day: int = _from(
        12, 3, 50, "personnes ouvrant un même dossier en un jour", "people opening one file in a day"
    )
    anomaly_refusals_an_hour: int = _from(20, 3, 200, "refus en une heure", "refusals within an hour")
    anomaly_refusals_of_all: int = _from(
        300,
        30,
        3_000,
        "dossiers refusés en dix minutes, tous comptes confondus",
        "files refused within ten minutes, over all accounts",
    )
    anomaly_probes_a_day: int = _from(
        12, 3, 200, "dossiers introuvables demandés en un jour", "files asked for in a day and not there"
    )
    anomaly_dormant_days: int = _from(60, 15, 365, "compte inactif", "an account does nothing for", "days")
    anomaly_searchers: int = _from(
        4, 2, 20, "personnes faisant la même recherche", "people making the same search"
    )
    anomaly_failed_openings: int = _from(
        5, 2, 50, "ouvertures échouées en une heure", "openings that fail within an hour"
    )
    anomaly_lift_hours: int = _from(
        24, 1, 168, "après la levée d'une exclusion", "after an exclusion was lifted", "hours"
    )
    anomaly_clock_seconds: int = _from(
        60, 20, 3600, "saut d'horloge (secondes)", "step of the clock (seconds)"
    )
    anomaly_namesake_hours: int = _from(
        24,
        1,
        72,
        "dossier d'un homonyme sans y travailler après",
        "file of a namesake without work on it after",
        "hours",
    )
    anomaly_closed_files_a_day: int = _from(
        8, 1, 100, "dossiers clos ouverts en un jour", "closed files opened in a day"
    )
    anomaly_glass_hours: int = _from(
        24, 2, 72, "ouverture d'urgence sans suite après", "emergency opening without anything after", "hours"
    )
    anomaly_glass_alone: int = _from(
        2,
        1,
        10,
        "ouvertures d'urgence sans suite en un jour",
        "emergency openings without anything after, in a day",
    )
    anomaly_search_minutes: int = _from(
        60, 10, 240, "recherche sans ouverture après", "search without an opening after", "minutes"
    )
    anomaly_searches_alone: int = _from(
        10, 2, 50, "recherches sans ouverture en un jour", "searches without an opening, in a day"
    )
    anomaly_places_minutes: int = _from(
        15, 2, 120, "compte utilisé en deux lieux en moins de", "account used in two places within", "minutes"
    )
    anomaly_answer_days: int = _from(5, 1, 30, "réponse de l'agent", "answer of the agent", "days")
    anomaly_identities_hours: int = _from(24, 1, 72, "levée de l'anonymat, durée", "veil lifted for", "hours")

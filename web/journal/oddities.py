"""Wording of an access anomaly: which rule, about how much, how far its examination has come."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from referrals.access_review import queries as access_review_queries
from referrals.access_review.inputs import RULE_LABELS
from referrals.models import AccessAnomaly
from referrals.vocabulary.states import AnomalyState
from web.cases import display
from web.cases.display import Line
from web.forms import Pairs
from web.journal.base import JournalPage

#: How a state looks: ``late`` asks for somebody, ``wait`` is under way, ``done`` is over.
LOOKS = {"detected": "late", "under_review": "wait", "unjustified": "late", "reported": "wait"}
#: What the count of each rule's anomalies is of.
COUNTED: Final[Mapping[str, Callable[[int], str]]] = {
    "R01": lambda n: ngettext("%(n)s dossier ouvert", "%(n)s dossiers ouverts", n),
    "R02": lambda n: ngettext("%(n)s dossier ouvert", "%(n)s dossiers ouverts", n),
    "R03": lambda n: ngettext("%(n)s dossier ouvert", "%(n)s dossiers ouverts", n),
    "R04": lambda n: ngettext("%(n)s personne", "%(n)s personnes", n),
    "R05": lambda n: ngettext("%(n)s refus", "%(n)s refus", n),
    "R06": lambda n: ngettext("%(n)s demande refusée", "%(n)s demandes refusées", n),
    "R07": lambda n: ngettext("%(n)s export", "%(n)s exports", n),
    "R08": lambda n: ngettext("%(n)s jour sans activité", "%(n)s jours sans activité", n),
    "R09": lambda n: ngettext("%(n)s personne", "%(n)s personnes", n),
    "R10": lambda n: ngettext("%(n)s demande échouée", "%(n)s demandes échouées", n),
    "R11": lambda n: ngettext("%(n)s ouverture", "%(n)s ouvertures", n),
    "R12": lambda n: ngettext("%(n)s seconde d'écart", "%(n)s secondes d'écart", n),
    "R13": lambda n: ngettext("%(n)s ouverture", "%(n)s ouvertures", n),
    "R14": lambda n: ngettext("%(n)s ouverture", "%(n)s ouvertures", n),
    "R15": lambda n: ngettext("%(n)s dossier ouvert", "%(n)s dossiers ouverts", n),
    "R16": lambda n: ngettext("%(n)s ouverture d'urgence", "%(n)s ouvertures d'urgence", n),
    "R17": lambda n: ngettext("%(n)s recherche", "%(n)s recherches", n),
    "R18": lambda n: ngettext("%(n)s lieu", "%(n)s lieux", n),
    "R19": lambda n: ngettext("%(n)s refus", "%(n)s refus", n),
    "R20": lambda n: ngettext("%(n)s compte", "%(n)s comptes", n),
    "G05": lambda n: ngettext("%(n)s ouverture d'urgence", "%(n)s ouvertures d'urgence", n),
}


def counted(rule: str, count: int) -> str:
    """Return how many of what an anomaly of a rule counts."""
    return COUNTED[rule](count) % {"n": count}


def line(page: JournalPage, anomaly: AccessAnomaly) -> dict[str, Any]:
    """Return an anomaly as a line of a list."""
    facts = access_review_queries.facts(anomaly)
    return {
        "pk": facts["id"],
        "rule": rule_in_words(facts["rule"]),
        "code": facts["rule"]["code"],
        "state": display.label(facts["state"]),
        "look": LOOKS.get(facts["state"]["code"], "done"),
        "counted": counted(facts["rule"]["code"], facts["count"]),
        "actor": facts["actor"] or "",
        "first": page.when(facts["first_at"]),
        "last": page.when(facts["last_at"]),
        "detected": page.when(facts["detected_at"]),
        "due": page.when(facts["breach_due_at"]) if facts["closed_at"] is None else "",
        "authority": anomaly.authority.name if len(page.authorities) > 1 else "",
    }


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """Return what a rule looks for."""
    return display.label(rule) if rule["label"] else str(rule["code"])


def lines(page: JournalPage, anomaly: AccessAnomaly) -> list[Line]:
    """Return the course of an anomaly so far; what hasn't happened is left out."""
    facts = access_review_queries.facts(anomaly)
    pairs = [
        (gettext("Détectée le"), page.when(facts["detected_at"])),
        (
            gettext("Période"),
            " – ".join(dict.fromkeys((page.when(facts["first_at"]), page.when(facts["last_at"])))),
        ),
        (gettext("Nombre"), counted(facts["rule"]["code"], facts["count"])),
        (gettext("Question posée à l'agent le"), page.when(facts["asked_at"])),
        (
            gettext("Réponse possible jusqu'au"),
            "" if facts["answered_at"] else page.when(facts["answer_due_at"]),
        ),
        (gettext("Réponse de l'agent"), display.label(facts["answer"])),
        (gettext("Répondu le"), page.when(facts["answered_at"])),
        (gettext("Jugée le"), page.when(facts["judged_at"])),
        (gettext("Motif du jugement"), display.label(facts["reason"])),
        (gettext("Violation : fin des 72 heures"), page.when(facts["breach_due_at"])),
        (gettext("Signalée à la hiérarchie le"), page.when(facts["reported_at"])),
        (gettext("Violation de données"), display.label(facts["breach_state"])),
        (gettext("Levée de l'anonymat demandée le"), page.when(facts["identities_asked_at"])),
        (gettext("Anonymat levé jusqu'au"), page.when(facts["identities_until"])),
        (gettext("Close le"), page.when(facts["closed_at"])),
    ]
    return [Line(label, text) for label, text in pairs if text]


def choices() -> dict[str, Pairs]:
    """Return the states of anomalies and the rules in words."""
    return {
        "state": [(str(one), str(one.label)) for one in AnomalyState],
        "rule": [(code, f"{code} – {label}") for code, label in RULE_LABELS.items()],
    }

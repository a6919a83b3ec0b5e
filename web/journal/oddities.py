"""Wording of an access anomaly: which rule, about how much, how far its examination has come."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext

from audit.anomalies.rules import RULES
from referrals.access_review import queries as access_review_queries
from referrals.models import AccessAnomaly
from referrals.vocabulary.states import AnomalyState
from web.cases import display
from web.cases.display import Line
from web.forms import words_of
from web.journal.base import JournalPage

#: How a state looks: ``late`` asks for somebody, ``wait`` is under way, ``done`` is over.
LOOKS = {"detected": "late", "under_review": "wait", "unjustified": "late", "reported": "wait"}


def line(page: JournalPage, anomaly: AccessAnomaly) -> dict[str, Any]:
    """Return an anomaly as a line of a list."""
    said = access_review_queries.facts(anomaly)
    return {
        "pk": said["id"],
        "rule": rule_in_words(said["rule"]),
        "code": said["rule"]["code"],
        "state": display.label(said["state"]),
        "look": LOOKS.get(said["state"]["code"], "done"),
        "count": said["count"],
        "actor": said["actor"] or "",
        "files": len(said["subjects"]),
        "first": page.when(said["first_at"]),
        "last": page.when(said["last_at"]),
        "detected": page.when(said["detected_at"]),
        "due": page.when(said["breach_due_at"]) if said["closed_at"] is None else "",
        "authority": anomaly.authority.name if len(page.authorities) > 1 else "",
    }


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """Return what a rule looks for."""
    return display.label(rule) if rule["label"] else str(rule["code"])


def lines(page: JournalPage, anomaly: AccessAnomaly) -> list[Line]:
    """Return the course of an anomaly so far; what hasn't happened is left out."""
    said = access_review_queries.facts(anomaly)
    found = [
        (gettext("Détectée le"), page.when(said["detected_at"])),
        (
            gettext("Période"),
            " – ".join(dict.fromkeys((page.when(said["first_at"]), page.when(said["last_at"])))),
        ),
        (gettext("Nombre"), str(said["count"])),
        (gettext("Question posée à l'agent le"), page.when(said["asked_at"])),
        (
            gettext("Réponse possible jusqu'au"),
            "" if said["answered_at"] else page.when(said["answer_due_at"]),
        ),
        (gettext("Réponse de l'agent"), display.label(said["answer"])),
        (gettext("Répondu le"), page.when(said["answered_at"])),
        (gettext("Jugée le"), page.when(said["judged_at"])),
        (gettext("Motif du jugement"), display.label(said["reason"])),
        (gettext("Violation : fin des 72 heures"), page.when(said["breach_due_at"])),
        (gettext("Signalée à la hiérarchie le"), page.when(said["reported_at"])),
        (gettext("Risque pour les personnes"), display.label(said["risk"])),
        (gettext("CNIL avisée le"), page.when(said["notified_on"])),
        (gettext("Personnes concernées"), display.label(said["informed"])),
        (gettext("Levée de l'anonymat demandée le"), page.when(said["identities_asked_at"])),
        (gettext("Anonymat levé jusqu'au"), page.when(said["identities_until"])),
        (gettext("Close le"), page.when(said["closed_at"])),
    ]
    return [Line(label, text) for label, text in found if text]


def states(chosen: str = "") -> list[tuple[str, str, bool]]:
    """Return the states of anomalies in words."""
    return [(str(one), words_of(str(one), str(one.label)), str(one) == chosen) for one in AnomalyState]


def rules(chosen: str = "") -> list[tuple[str, str, bool]]:
    """Return the rules in words."""
    english = get_language() == "en"
    found = [(one.code, one.en if english else one.fr) for one in RULES]
    found += [("G05", rule_in_words(access_review_queries.rule_of("G05")))]
    return [(code, f"{code} – {said}", code == chosen) for code, said in found]

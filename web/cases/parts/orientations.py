"""Orientations of a case: services of the directory that were asked, and what they answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.territory import departments
from core.languages import Text
from directory.matching import Rule
from referrals.access.relations import CaseAccess
from referrals.models import Orientation, Referral
from referrals.orientations import queries
from referrals.orientations.actions import Line
from referrals.vocabulary.states import FAILED_ORIENTATION, OPEN_ORIENTATION, OPENED, Machine, Urgency
from referrals.workflow.step import steps
from web.cases import display
from web.cases.parts.shown import Context, Shown, text_of
from web.numbers import Phone, phone_of

#: What a line says by itself, apart from its details.
_PLAIN: Final = (
    "id", "child", "state", "need", "resource", "channel", "refusal_reason", "findings", "answer", "rules_version",
    "chosen_by", "asked_by", "remind_at",
)  # fmt: skip

#: What the rules are about whose sentence may be withheld.
_ABOUT: Final[Mapping[str, Text]] = {
    Rule.TERRITORY: _("Territoire"),
    Rule.AGE: _("Âge"),
    Rule.SEX: _("Sexe"),
    Rule.REFUSALS: _("Situations"),
    Rule.AGREEMENT: _("Accords"),
}


def may_find(referral: Referral, ties: CaseAccess) -> bool:
    """Tell whether somebody may look for a service for a case."""
    return ties.role_for(steps.get(Machine.ORIENTATION, "propose")) is not None and referral.state in OPENED


def contacts(line: Line) -> dict[str, Any]:
    """Return one line of the list in words: the service, where one calls, what speaks for and against it."""
    contact = line.contact
    department = departments().get(contact.department, "")
    return {
        "service": line.offer.service,
        "structure_id": line.offer.structure,
        "name": line.offer.name,
        "structure": line.offer.structure_name,
        "where": ", ".join(filter(None, (contact.commune, department))),
        "phone": contact.phone,
        "has_night_phone": contact.has_night_phone,
        "distance": line.offer.distance_km,
        "findings": [{"sentence": one.sentence, "verdict": str(one.verdict)} for one in line.findings],
        "answers": line.answers.sentence if line.answers else "",
        "failed": queries.failed_in_words(line.failed) if line.failed else "",
    }


def orientations(tab: Shown) -> Context:
    """Return the orientations, the open ones first; of one that came to nothing, that another service can be sought."""
    rows = [_line(tab, row) for row in reversed(tab.parts["orientations"])]
    urgent = tab.referral.urgency == Urgency.U3
    return {
        "orientations": sorted(rows, key=lambda row: not row["open"]),
        "about": {row["id"]: row["about"] for row in rows},
        "excluded": [_excluded(tab, row) for row in tab.parts["excluded-resources"]],
        "reads_excluded": "F" in tab.ties.without_service.reads,
        "may_find": may_find(tab.referral, tab.ties),
        "urgent": urgent,
        "prosecutors": prosecutors(tab.referral, at=tab.page.at) if urgent else [],
    }


def prosecutors(referral: Referral, *, at: datetime) -> list[tuple[str, Phone]]:
    """Return the prosecutor's duty desks, with the number of each; the page spells those of the directory."""
    found = queries.prosecutors_of(referral, at=at)
    read = ((name, phone, None if phone.startswith("+") else phone_of(phone)) for name, phone in found)
    return [(name, number or Phone(phone, phone)) for name, phone, number in read]


def _line(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    child = tab.called.get(row["child"] or "", "")
    details = {name: value for name, value in row.items() if name not in _PLAIN}
    times = {name: tab.when(value) if name.endswith("_at") else value for name, value in details.items()}
    name = row["resource"]["name"]
    return {
        "id": row["id"],
        "about": f"{name} – {child}" if child else name,
        "name": name,
        "structure": row["resource"]["structure_name"],
        "need": row["need"]["label"],
        "need_code": row["need"]["code"],
        "child": child,
        "child_id": row["child"] or "",
        "state": display.label(row["state"]),
        "state_code": row["state"]["code"],
        "open": row["state"]["code"] in OPEN_ORIENTATION,
        "failed": row["state"]["code"] in FAILED_ORIENTATION,
        "reason": display.label(row["refusal_reason"]) if row["refusal_reason"] else "",
        "channel": row["channel"]["label"] if row["channel"] else "",
        "answer": text_of(row["answer"]) if row.get("answer") else "",
        "findings": [_finding(one) for one in row["findings"]],
        "lines": display.lines(Orientation, times),
    }


def _finding(one: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a rule said; where its sentence is withheld, what it is about."""
    if one["sentence"]:
        return one
    words = _("%(rule)s (détail réservé)") % {"rule": _ABOUT[one["rule"]]}
    return {"sentence": str(words), "verdict": one["verdict"]}


def _excluded(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    resource = row["resource"]
    return {
        "name": resource["name"] if resource else row["structure"]["name"],
        "structure": row["structure"]["name"] if resource else "",
        "since": tab.when(row["since_at"]),
        "lifted": tab.when(row["lifted_at"]) if row["lifted_at"] else "",
        "reason": text_of(row["reason"]) if row["reason"] else "",
    }

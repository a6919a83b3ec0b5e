"""Main page of a case: what was filed, as far as the reader's role opens it, and what may be done now."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from core.query import Query
from referrals.access import case_ties, emergency_openings
from referrals.cases.queries import whole
from referrals.errors import NotVisible
from referrals.models import Concern, Referral
from referrals.vocabulary.states import ChildKind, DecisionCode
from web.cases import display, told
from web.cases.base import heading, zone_of
from web.cases.display import Line
from web.cases.panel import panels
from web.cases.similar import similar
from web.page import Page

#: The parts of the form by their heading, in the order of the page; the children come first, apart.
PARTS: Final[Mapping[str, Any]] = {
    "facts": _("Faits"),
    "signs": _("Signes repérés"),
    "health_signs": _("Signes de santé"),
    "holders": _("Titulaires de l'autorité parentale"),
    "third_parties": _("Autres personnes"),
    "digital_traces": _("Traces en ligne"),
}
#: The items of the concern by chapter.
CHAPTERS: Final[tuple[tuple[Any, tuple[str, ...]], ...]] = (
    (_("Danger"), ("danger_now", "danger_what", "emergency_done")),
    (_("Paroles de l'enfant"), ("child_words", "child_opinion", "child_informed")),
    (
        _("Situation"),
        (
            "situation_type",
            "prostitution_status_filer",
            "gang_known",
            "money_flow",
            "other_victims",
            "other_victims_text",
            "health_facts",
            "prior_actions",
            "prior_reports",
            "prior_reports_text",
            "strengths",
            "expectation",
            "extra",
            "received_late_reason",
        ),
    ),
    (
        _("Foyer et information des parents"),
        (
            "parental_authority",
            "holder_implicated",
            "holder_implicated_text",
            "has_household_minors",
            "other_adults",
            "parents_informed",
            "parents_informed_on",
            "parents_informed_by",
            "parents_informed_how",
            "parents_reaction",
            "not_informed_reason",
            "not_informed_text",
        ),
    ),
    (
        _("Saisine directe du procureur"),
        (
            "direct_report_recipient",
            "direct_report_sent_on",
            "direct_report_document",
        ),
    ),
    (
        _("Déclarant"),
        (
            "filer_name",
            "filer_profession",
            "filer_org",
            "filer_org_type",
            "filer_role_to_child",
            "filer_is_source",
            "filer_email",
            "filer_phone",
            "on_behalf",
            "confidentiality_wish",
            "bound_by_secrecy",
            "feedback_channel",
            "feedback_contact",
            "good_faith_notice",
        ),
    ),
)


class OneCase(Page):
    """GET /dossiers/{id}."""

    query: ClassVar[type[Query]] = told.ToldQuery
    template = "web/cases/case.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show a case: what the reader's role opens of it, within the API's own disclosure.

        Raises:
            NotVisible: absent, not for this reader, or the reader's own filing, which has a page of its own.
        """
        referral, body = whole(request, pk)
        ties = case_ties.ties_of(referral, self.actor)
        if ties.coarse or ties.draft:
            raise NotVisible
        zone = zone_of(referral)
        children = [_child(n, row) for n, row in enumerate(body.get("children", ()), start=1)]
        called = {child["id"]: child["name"] for child in children}
        return self.show(
            heading(referral, ties)
            | {
                "tab": "",
                "shell": _shell(body, zone),
                "children": children,
                "chapters": chapters_of(body.get("concern", {})),
                "parts": parts_of(body),
                "clocks": [
                    clock
                    for clock in display.clock_lines(body["clocks"], zone, called)
                    if clock["state"] != "stopped"
                ],
                "panels": panels(pk, body, about=called),
                "facts_withheld": "D" not in ties.reads,
                "glass_may_open": "D" not in ties.reads
                and emergency_openings.may_break_this(pk, self.actor, at=self.at),
                "filed": _filed(referral),
                "similar": similar(referral, ties, actor=self.actor, at=self.at),
            }
            | told.in_words(self)
        )


def _filed(referral: Referral) -> str:
    return referral.filed_reference if referral.filed_reference != referral.reference else ""


def _shell(body: Mapping[str, Any], zone: ZoneInfo) -> list[Line]:
    pairs = [
        (gettext("Reçu le"), display.instant(body.get("received_at"), zone)),
        (gettext("Accusé de réception le"), display.instant(body.get("acknowledged_at"), zone)),
        (gettext("Département"), body.get("department") or ""),
        (gettext("Échéance légale"), display.instant(body.get("statutory_due_at"), zone)),
        (gettext("Objectif"), display.instant(body.get("target_due_at"), zone)),
        (gettext("Clos le"), display.instant(body.get("closed_at"), zone)),
    ]
    return [Line(label, text) for label, text in pairs if text]


def _child(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    names = [row.get(name) for name in ("first_names", "last_name")]
    name = " ".join(one for one in names if isinstance(one, str) and one)
    called = next((row[n] for n in ("usual_name", "nickname") if isinstance(row.get(n), str) and row[n]), "")
    household = row.get("kind") == ChildKind.HOUSEHOLD
    decision = row.get("decision")
    return {
        "id": row["id"],
        "name": name or called or gettext("Enfant %(n)s") % {"n": number},
        "household": household,
        "mistake": row.get("wrong_person", False),
        "decision": str(DecisionCode(decision).label) if decision else "",
        "lines": display.lines(_child_model(), row),
        "danger": row.get("immediate_danger", False),
        "runaway": row.get("runaway", False),
    }


def _child_model() -> Any:
    return Referral._meta.get_field("children").related_model


def chapters_of(concern: Mapping[str, Any]) -> list[tuple[Any, list[Line]]]:
    """Return the items of the concern that were read, by chapter."""
    chapters = []
    for title, names in CHAPTERS:
        lines = display.lines(Concern, {name: concern[name] for name in names if name in concern})
        if lines:
            chapters.append((title, lines))
    return chapters


def parts_of(body: Mapping[str, Any]) -> list[tuple[Any, list[list[Line]]]]:
    """Return the parts of the form that were read, by heading."""
    return [(PARTS[name], rows) for name, rows in display.sections(body) if name in PARTS]

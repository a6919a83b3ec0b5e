"""The report of a case, as filed and completed, as far as the reader's role opens it: arranged to be read fast."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.models import PARTS as MODELS
from referrals.models import Concern
from referrals.vocabulary.ages import AgeBand, age_on
from referrals.vocabulary.people import IdentityKnown
from referrals.vocabulary.states import ChildKind, DecisionCode, Exploitation
from web.cases import display, words
from web.cases.display import Line

#: Chapters that few readers need each time: folded on the page of a case.
HOME, FILER = _("Foyer et information des parents"), _("Déclarant")
FOLDED: Final = (HOME, FILER)
#: The parts of the form by their heading, in the order of the page; the children come first, apart.
PARTS: Final[Mapping[str, Text]] = {
    "facts": _("Faits"),
    "signs": _("Signes repérés"),
    "health_signs": _("Signes de santé"),
    "holders": _("Titulaires de l'autorité parentale"),
    "third_parties": _("Autres personnes"),
    "digital_traces": _("Traces en ligne"),
}
#: The items of the concern by chapter.
CHAPTERS: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (_("Danger"), ("danger_now", "danger_what", "emergency_done")),
    (
        _("Paroles de l'enfant"),
        ("child_words", "child_words_how", "child_opinion", "child_not_heard", "child_informed"),
    ),
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
        HOME,
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
        FILER,
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
#: What is told of a child at once; the rest is folded.
OF_A_CHILD: Final = (
    "identity_known",
    "birth_date",
    "birth_year_month",
    "sex",
    "commune_insee",
    "address",
    "whereabouts",
    "whereabouts_detail",
    "runaway_since",
    "last_seen_place",
    "living_with",
    "school_name",
    "current_measure_detail",
    "safe_contact_way",
    "prostitution_status",
    "danger_level",
    "child_met",
    "disability",
    "deceased",
    "emancipated_on",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: when, where and how it is known, in one line, and what was told."""

    head: str
    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that was seen: one row of the grid."""

    label: str
    mode: str
    on: str
    text: str


def facts_of(body: Mapping[str, Any]) -> list[Fact]:
    """Return the facts that were read, each with its date, place and source in one line above it."""
    facts = [_saying("facts", row) for row in body.get("facts") or ()]
    return [Fact(" · ".join(filter(None, map(of_fact, HEAD))), of_fact("text")) for of_fact in facts]


#: What stands in the line above a fact.
HEAD: Final = ("on", "period", "place_type", "place_text", "source")


def signs_of(body: Mapping[str, Any]) -> list[tuple[Text, list[Sign]]]:
    """Return the signs that were read by heading, a row each."""
    return [
        (PARTS[name], [Sign(*map(_saying(name, row), ("code", "mode", "on", "text"))) for row in body[name]])
        for name in ("signs", "health_signs")
        if body.get(name)
    ]


def _saying(part: str, row: Mapping[str, Any]) -> Callable[[str], str]:
    """Return what tells the value of one item of a row in words."""
    return lambda name: "".join(line.text for line in display.lines(MODELS[part], {name: row.get(name)}))


def children_of(body: Mapping[str, Any], *, today: date) -> list[dict[str, Any]]:
    """Return the children that were read: name, age, what stands first, and the rest."""
    return [_child(number, row, today) for number, row in enumerate(body.get("children") or (), start=1)]


def _child(number: int, row: Mapping[str, Any], today: date) -> dict[str, Any]:
    names = [row.get(name) for name in ("first_names", "last_name")]
    name = " ".join(one for one in names if isinstance(one, str) and one)
    called = next((row[n] for n in ("usual_name", "nickname") if isinstance(row.get(n), str) and row[n]), "")
    decision = row.get("decision")
    plain = (Exploitation.NONE, IdentityKnown.KNOWN)  # they go without saying
    first = {name: value for name, value in row.items() if name in OF_A_CHILD and value not in plain}
    born = bool(row.get("birth_date"))
    rest = {name: value for name, value in row.items() if name not in (*OF_A_CHILD, *SAID_ABOVE)}
    where = {name: row.get(name) for name in ("whereabouts", "whereabouts_detail")}
    return {
        "id": row["id"],
        "name": name or called or gettext("Enfant %(n)s") % {"n": number},
        "age": age_of(row, today),
        "where": ", ".join(line.text for line in display.lines(MODELS["children"], where)),
        "home": _saying("children", row)("commune_insee"),
        # Two ages that the law asks about, where the age itself doesn't tell.
        "young": [] if born else [str(words.of(name)) for name in YOUNG if row.get(name)][:1],
        "household": row.get("kind") == ChildKind.HOUSEHOLD,
        "mistake": row.get("wrong_person", False),
        "decision": str(DecisionCode(decision).label)
        if decision and decision != DecisionCode.UNDECIDED
        else "",
        "lines": display.lines(MODELS["children"], first),
        "more": display.lines(MODELS["children"], rest),
        "danger": row.get("immediate_danger", False),
        "runaway": row.get("runaway", False),
    }


#: Told beside a child's name, not once more below it.
SAID_ABOVE: Final = (
    "first_names",
    "last_name",
    "immediate_danger",
    "runaway",
    "decision",
    "age_band",
    "emancipated",
)
YOUNG: Final = ("under_2", "under_15")


def age_of(row: Mapping[str, Any], today: date) -> str:
    """Return a child's age in words: in years if the birth date is known, else as it was estimated, else the band."""
    born = row.get("birth_date")
    if born and not display.unreadable(born):
        years = age_on(date.fromisoformat(str(born)), today)
        return ngettext("%(n)s an", "%(n)s ans", years) % {"n": years}
    low, high = row.get("age_estimated_min"), row.get("age_estimated_max")
    if isinstance(low, int) and isinstance(high, int) and low != high:
        return gettext("environ %(low)s à %(high)s ans") % {"low": low, "high": high}
    if isinstance(low, int) or isinstance(high, int):
        return gettext("environ %(n)s ans") % {"n": low if isinstance(low, int) else high}
    band = row.get("age_band")
    return str(AgeBand(band).label) if band and band != AgeBand.UNKNOWN else ""


def chapters_of(concern: Mapping[str, Any]) -> list[tuple[Text, list[Line]]]:
    """Return the items of the concern that were read, by chapter."""
    chapters = []
    for title, names in CHAPTERS:
        lines = display.lines(Concern, {name: concern[name] for name in names if name in concern})
        if lines:
            chapters.append((title, lines))
    return chapters


def parts_of(body: Mapping[str, Any]) -> list[tuple[Text, list[list[Line]]]]:
    """Return the parts of the form that were read, by heading."""
    return [(PARTS[name], rows) for name, rows in display.sections(body) if name in PARTS]


def report_of(body: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Return the report for the page of a case: what was told first, then who and what else."""
    chapters = chapters_of(body.get("concern", {}))
    apart = {str(PARTS[name]) for name in ("facts", "signs", "health_signs")}
    return {
        "facts": facts_of(body),
        "signs": signs_of(body),
        "children": children_of(body, today=today),
        "parts": [(title, rows) for title, rows in parts_of(body) if str(title) not in apart],
        "chapters": [(title, lines) for title, lines in chapters if title not in FOLDED],
        "folded": [(title, lines) for title, lines in chapters if title in FOLDED],
    }

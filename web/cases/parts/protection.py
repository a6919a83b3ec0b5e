"""Protection of the children of a case: assessment, measures, justice, and information of the family."""

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import Organisation
from referrals.assessment import actions as assessment_actions
from referrals.assessment.steps import WRITABLE
from referrals.cases.procedure import procedure
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.assessment_answers import DangerLevel, Dimension, FindingCode, Proposal, wanted
from referrals.vocabulary.states import Machine, Outcome
from referrals.workflow.deadlines import OF_A_MEASURE
from referrals.workflow.step import steps
from web.cases import assessing, display, words
from web.cases.display import Line
from web.cases.parts.shown import Context, Shown, text_of

# --- Assessment ---------------------------------------------------------------------------------------


WRITING: Final = (
    "notes",
    "child_opinions",
    "holder_opinions",
    "entourage_opinions",
    "earlier_concerns",
    "report",
)


def assessment(tab: Shown) -> Context:
    """Return the team's writing, and what it says of each child; before decisions, what the child says of them."""
    assessments = [_one_assessment(tab, row) for row in tab.parts["assessment"]]
    decided = [one for one in tab.parts["voices"] if not one["assessment"]]
    return {
        "heard": [_line_of(tab, one) for one in decided],
        "assessments": assessments,
        "may_write": assessment_actions.may_write(tab.ties) and any(one["open"] for one in assessments),
        "children_left": _without_conclusion(tab),
        "write_at": reverse("assessment-writing", args=[tab.referral.pk]),
    }


def _one_assessment(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    state = next(
        one for one in procedure()["machines"]["assessment"]["states"] if one["code"] == row["state"]
    )
    return {
        "state": display.label(state),
        "state_code": row["state"],
        "open": row["state"] in WRITABLE,
        "lines": [Line(str(words.of(name)), text_of(row[name])) for name in WRITING if row.get(name)],
        "considered": row.get("earlier_concerns_considered"),
        "framework": row.get("framework_version"),
        "conclusions": [
            {
                "child": tab.called.get(one["child"], ""),
                "level": str(DangerLevel(one["danger_level"]).label),
                "proposal": str(Proposal(one["proposal"]).label),
                "text": text_of(one["text"]),
            }
            for one in row["conclusions"]
        ],
        "children": _of_children(tab, row),
        "inquiries": [
            Line(str(words.of("consideration")), text_of(one["consideration"]))
            for one in row.get("considered", ())
            if one.get("consideration")
        ],
        "opinions": [_opinion(tab, one) for one in row.get("opinions", ())],
        "visits": [_visit(tab, one) for one in row.get("visits", ())],
    }


def _of_children(tab: Shown, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the report says of each child, and what it lacks while the team writes."""
    findings = row.get("findings")
    if findings is None:
        return []
    voices = assessing.voices_of(row, tab.parts["voices"])
    items = wanted(protocol_of(tab.referral.authority, tab.page.at).report_items)
    writes = row["state"] in WRITABLE and assessment_actions.may_write(tab.ties)
    children = []
    for pk, name in tab.called.items():
        if pk not in tab.parts["names"].children:
            continue
        own = [one for one in findings if one["child"] == pk]
        children.append(
            {
                "name": name,
                "missing": assessing.missing_of(pk, row, voices, items) if writes else (),
                "address": reverse("child-writing", args=[tab.referral.pk, pk]) if writes else "",
                "voices": [_line_of(tab, one) for one in voices if one["child"] == pk],
                "dangers": [_danger(tab, one) for one in row["dangers"] if one["child"] == pk],
                "findings": [_finding(one) for one in sorted(own, key=_place)],
            }
        )
    return children


def _place(row: Mapping[str, Any]) -> int:
    return list(Dimension).index(Dimension(row["dimension"]))


def _finding(row: Mapping[str, Any]) -> dict[str, Any]:
    texts = assessing.texts_of(row)
    finding = row["finding"]
    return {
        "dimension": str(Dimension(row["dimension"]).label),
        "finding": text_of(finding) if finding not in FindingCode.values else str(FindingCode(finding).label),
        "lines": [Line(str(words.of(name)), text_of(texts[name])) for name in texts if texts[name]],
    }


def _danger(tab: Shown, row: Mapping[str, Any]) -> list[Line]:
    model = tab.referral.dangers.model
    return display.lines(
        model, {name: value for name, value in row.items() if name not in ("id", "child", "complete")}
    )


def _opinion(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a holder said, and who it is."""
    shown = {name: value for name, value in row.items() if name not in ("id", "holder", "complete")}
    return {
        "holder": tab.called.get(row["holder"], ""),
        "lines": display.lines(tab.referral.opinions.model, shown),
    }


def _line_of(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a child said, and who it is."""
    model = tab.referral.voices.model
    shown = {
        name: value
        for name, value in row.items()
        if name not in ("complete", "decision", "assessment", "measure")
    }
    return {"child": tab.called.get(row["child"], ""), "lines": display.lines(model, shown | {"child": ""})}


def _without_conclusion(tab: Shown) -> list[str]:
    rows = tab.parts["assessment"]
    if not rows:
        return []
    done = {one["child"] for one in rows[-1]["conclusions"]}
    return [name for pk, name in tab.called.items() if pk in tab.parts["names"].children and pk not in done]


def _visit(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    model = tab.referral.assessments.model._meta.get_field("visits").related_model
    return {
        "at": tab.when(row.get("at")),
        "lines": display.lines(model, {k: v for k, v in row.items() if k != "at"}),
    }


# --- Measures -----------------------------------------------------------------------------------------


def measures(tab: Shown) -> Context:
    """Return the measures by child, and what is to be looked at again."""
    all_measures = []
    about = {}
    model = tab.referral.measures.model
    plain = (
        "id",
        "child",
        "type",
        "state",
        "service",
        "started_on",
        "term_on",
        "until_majority",
        "term_written",
        "aim",
    )
    services = _services({row["service"] for row in tab.parts["measures"]})
    today = tab.page.at.astimezone(tab.zone).date().isoformat()
    for row in tab.parts["measures"]:
        title = display.label(row["type"])
        child = tab.called.get(row["child"], "")
        about[row["id"]] = f"{title} – {child}" if child else title
        term = row["term_on"] or ""
        all_measures.append(
            {
                "id": row["id"],
                "title": title,
                "child": child,
                "state": display.label(row["state"]),
                "state_code": row["state"]["code"],
                "service": services.get(row["service"] or "", ""),
                "started": tab.when(row["started_on"]),
                "term": _until_majority(tab, row) if row["until_majority"] else tab.when(term),
                "term_over": bool(term) and term < today and row["state"]["code"] in ("active", "suspended"),
                "aim": text_of(row["aim"]) if row.get("aim") else "",
                "lines": display.lines(model, {k: v for k, v in row.items() if k not in plain}),
            }
        )
    by_child: dict[str, list[dict[str, Any]]] = {}
    for one in all_measures:
        by_child.setdefault(one["child"], []).append(one)
    clocks = display.clock_lines(tab.parts["clocks"], tab.zone, tab.called)
    due = [one for one in clocks if one["code"] in OF_A_MEASURE and one["state"] != "stopped"]
    return {"by_child": list(by_child.items()), "about": about, "due": due}


def _until_majority(tab: Shown, row: Mapping[str, Any]) -> str:
    written = row.get("term_written")
    if not written or display.unreadable(written):
        return gettext("la majorité")
    return gettext("la majorité (échéance écrite : %(day)s)") % {"day": tab.when(written)}


def _services(ids: set[str | None]) -> dict[str, str]:
    wanted = [one for one in ids if one]
    return {str(row.pk): row.name for row in Organisation.objects.filter(pk__in=wanted)} if wanted else {}


# --- Justice ------------------------------------------------------------------------------------------


def justice(tab: Shown) -> Context:
    """Return the referrals to justice with what became of them."""
    referrals, about = [], {}
    model = tab.referral.judicial_referrals.model
    documents = {str(one.pk) for one in tab.referral.judicial_referrals.all() if one.letter is not None}
    for row in tab.parts["judicial-referrals"]:
        about[row["id"]] = f"{display.label(row['state'])} – {tab.when(row.get('prepared_at'))}"
        referrals.append(
            {
                "state": display.label(row["state"]),
                "children": ", ".join(filter(None, (tab.called.get(pk, "") for pk in row["children"]))),
                "prepared": tab.when(row.get("prepared_at")),
                "lines": _judicial_lines(tab, model, row),
                "document": row["id"] in documents,
                "href": f"/api/v1/referrals/{tab.referral.pk}/judicial-referrals/{row['id']}/document",
                "outcomes": [
                    {
                        "child": tab.called.get(one["child"], ""),
                        "type": str(Outcome(one["type"]).label),
                        "on": tab.when(one.get("on")),
                        "copy": text_of(one["copy"]) if one.get("copy") else "",
                    }
                    for one in row["outcomes"]
                ],
            }
        )
    return {"referrals": referrals, "about": about}


def _judicial_lines(tab: Shown, model: Any, row: Mapping[str, Any]) -> list[Line]:
    plain = ("id", "state", "children", "outcomes", "prepared_at")
    times = {
        name: tab.when(value)
        for name, value in row.items()
        if name.endswith("_at") and isinstance(value, str) and name not in plain
    }
    others = {name: value for name, value in row.items() if name not in plain and name not in times}
    return [Line(str(words.of(name)), text) for name, text in times.items()] + display.lines(model, others)


# --- The family, and what it was told -------------------------------------------------------------------


def family(tab: Shown) -> Context:
    """Return what each holder was told, and the emergency sheets."""
    model = tab.referral.holder_informations.model
    step = steps.get(Machine.REFERRAL, "inform_holders")
    return {
        "may_inform": tab.ties.role_for(step) is not None,
        "informations": [
            {
                "holder": tab.called.get(row["holder"], ""),
                "lines": display.lines(model, {k: v for k, v in row.items() if k not in ("id", "holder")}),
            }
            for row in tab.parts["holder-informations"]
        ],
        "sheets": [
            display.lines(
                tab.referral.emergency_sheets.model,
                {k: v for k, v in row.items() if k not in ("id", "authorities")},
            )
            for row in tab.parts["emergency-sheets"]
        ],
    }

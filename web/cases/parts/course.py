"""Course of a case: history, deadlines, messages, related files, signatures and reviews."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.duplicates import queries as duplicates_queries
from referrals.messages import queries as messages_queries
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.oversight import Likeness
from referrals.vocabulary.states import DuplicateState, Machine, State
from referrals.workflow.deadlines import DEADLINES
from web.cases import comparing, display
from web.cases.choices import role_words
from web.cases.parts.shown import Context, Shown, text_of

# --- History ------------------------------------------------------------------------------------------


def history(tab: Shown) -> Context:
    """Return what happened by day, the newest first."""
    # Of one instant, what came last stands first.
    rows = sorted(tab.parts["timeline"], key=lambda row: row["at"])[::-1]
    people = tab.staff({row.get(name) for row in rows for name in ("by", "signed_by", "obo")})
    called = tab.called | people
    lines = []
    for row in rows:
        step = display.step_of(row["machine"], row["step"])
        at = datetime.fromisoformat(row["at"]).astimezone(tab.zone)
        lines.append(
            {
                "label": display.step_words(row["machine"], row["step"]),
                "number": row["number"],
                "at": tab.when(row["at"]),
                "day": f"{at:%d/%m/%Y}",
                "hour": f"{at:%H:%M}",
                "new": row["id"] in tab.new,
                "role": _role(row["role"]),
                "by": people.get(row["by"] or "", "") or (gettext("vous") if row["own"] else ""),
                "signed_by": people.get(row["signed_by"] or "", ""),
                "obo": people.get(row["obo"] or "", ""),
                "child": tab.called.get(row["child"] or "", ""),
                "lines": display.step_lines(step.takes, row["data"], called) if step is not None else [],
                "moved": _moved(row),
            }
        )
    return {"lines": lines}


def _role(code: str) -> str:
    try:
        return role_words(code)
    except ValueError:
        return gettext("Le service")


def _moved(row: Mapping[str, Any]) -> str:
    if row["machine"] != Machine.REFERRAL or row["from"] == row["to"] or not row["from"]:
        return ""
    before, after = State(row["from"]), State(row["to"])
    return f"{before.label} → {after.label}"


# --- Clocks -------------------------------------------------------------------------------------------


def clocks(tab: Shown) -> Context:
    """Return the clocks with the law of each."""
    lines = display.clock_lines(tab.parts["clocks"], tab.zone, tab.called)
    return {"clocks": [line | {"law": DEADLINES[ClockCode(line["code"])].law} for line in lines]}


# --- Messages -----------------------------------------------------------------------------------------


def talk(tab: Shown) -> Context:
    """Return both channels, and the answers owed to the filer."""
    channels = []
    people = tab.staff({row.get("by") for name in ("filer", "professionals") for row in tab.parts[name]})
    for name, channel in (
        ("filer", messages_queries.Channel.FILER),
        ("professionals", messages_queries.Channel.PROFESSIONALS),
    ):
        channels.append(
            {
                "title": str(channel.label),
                "lines": [
                    {
                        "kind": KINDS[row["kind"]],
                        "at": tab.when(row["at"]),
                        "by": people.get(row.get("by") or "", ""),
                        "text": text_of(row["text"]) if row.get("text") else "",
                        "state": display.label(row.get("state")),
                        "due": tab.when(row.get("due_on")),
                        "new": row["id"] in tab.new,
                    }
                    for row in tab.parts[name]
                ],
            }
        )
    return {"channels": channels, "feedbacks": [_feedback(tab, row) for row in tab.parts["feedbacks"]]}


KINDS: Final[Mapping[str, Text]] = {
    "question": _("Question"),
    "complement": pgettext_lazy("message", "Complément"),
    "message": _("Message"),
    "feedback": _("Retour au déclarant"),
}


def _feedback(tab: Shown, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "state": display.label(row.get("state")),
        "opened": tab.when(row.get("opened_at")),
        "decided": tab.when(row.get("decided_at")),
        "text": text_of(row["text"]) if row.get("text") else "",
    }


# --- Files that belong together -------------------------------------------------------------------------


def pairs(tab: Shown) -> Context:
    """Return the files that may be about the same child, and those that are linked."""
    duplicates, about = [], {}
    for row in tab.parts["duplicates"]:
        about[row["id"]] = row["other"]["reference"]
        duplicates.append(
            {
                "id": row["id"],
                "other": row["other"],
                "other_state": display.label(row["other"]["state"]),
                "received": tab.when(row["other"]["received_at"]),
                "state": display.label(row["state"]),
                "state_code": row["state"]["code"],
                "kind": display.label(row["kind"]),
                "new": _is_new(row),
                "reasons": [str(Likeness(one).label) for one in row["reasons"]],
                "question": comparing.kin_of(row["reasons"]).question,
                "rank": _rank(row),
                "weak": _is_open(row) and comparing.is_weak(row["reasons"]),
                "note": text_of(row["note"]) if row.get("note") else "",
            }
        )
    links = [
        one
        | {
            "state_label": display.label(one["state"]),
            "since_label": tab.when(one["since"]),
            "how": LINKS[one["link"]],
        }
        for one in tab.parts["links"]
    ]
    searching = duplicates_queries.searching(tab.referral, tab.ties)
    left_out = duplicates_queries.left_out(tab.referral, tab.ties)
    search_state = {"searching": searching, "left_out": left_out.label if left_out else ""}
    duplicates.sort(key=lambda pair: pair["rank"])
    return {
        "pairs": [pair for pair in duplicates if not pair["weak"]],
        "weak": [pair for pair in duplicates if pair["weak"]],
        "links": links,
        "about": about,
    } | search_state


def _rank(pair: Mapping[str, Any]) -> tuple[bool, int, int]:
    """Return by what pairs are sorted: those to decide first, then the closest, then by how much speaks for them."""
    return not _is_open(pair), comparing.kin_of(pair["reasons"]), -len(pair["reasons"])


def _is_open(pair: Mapping[str, Any]) -> bool:
    return bool(pair["state"]["code"] == DuplicateState.SUGGESTED)


def _is_new(pair: Mapping[str, Any]) -> bool:
    is_new = pair["state"]["code"] == DuplicateState.SUGGESTED and pair["suggested_by"] is None
    return is_new and pair["looked_at"] is None


LINKS: Final[Mapping[str, Text]] = {
    "related": _("Dossier lié"),
    "joined_here": _("Joint à celui-ci"),
    "joined_to": _("Auquel celui-ci est joint"),
}


# --- Signatures, emergency openings, reviews -------------------------------------------------------------


def signatures(tab: Shown) -> Context:
    """Return the second signatures, emergency openings, reviews and calls."""
    approvals, glasses = tab.parts["approvals"], tab.parts["break-glass"]
    ids = {row[name] for row in approvals for name in ("proposer", "approver")}
    people = tab.staff(ids | {row["user"] for row in glasses})
    own = str(tab.page.actor.user_id)
    lines = []
    for row in approvals:
        step = display.step_of(row["machine"], row["step"])
        lines.append(
            {
                "id": row["id"],
                "label": display.step_words(row["machine"], row["step"]),
                "state": display.label(row["state"]),
                "state_code": row["state"]["code"],
                "proposer": people.get(row["proposer"], ""),
                "approver": people.get(row["approver"], ""),
                "requested": tab.when(row["requested_at"]),
                "expires": tab.when(row["expires_at"]),
                "given": display.step_lines(step.takes, row.get("given"), tab.called | people)
                if step
                else [],
                "mine": row["approver"] == own,
                "proposed": row["proposer"] == own,
                "open": row["state"]["code"] == "requested",
            }
        )
    about = {row["id"]: tab.when(row["opened_at"]) for row in glasses}
    return {
        "approvals": lines,
        "glasses": [
            {
                "by": people.get(row["user"], ""),
                "state": display.label(row["state"]),
                "opened": tab.when(row["opened_at"]),
                "until": tab.when(row["expires_at"]),
                "due": tab.when(row["review_due_at"]),
                "reason": text_of(row["reason"]) if row.get("reason") else "",
                "review": text_of(row["review"]) if row.get("review") else "",
            }
            for row in glasses
        ],
        "reviews": [
            {
                "step": display.step_words("referral", row["step"]),
                "state": display.label(row["state"]),
                "opened": tab.when(row["opened_at"]),
                "due": tab.when(row["due_at"]),
            }
            for row in tab.parts["closure-reviews"]
        ],
        "alerts": [
            {
                "cause": display.label(row["cause"]),
                "state": display.label(row["state"]),
                "at": tab.when(row["sounded_at"]),
            }
            for row in tab.parts["alerts"]
        ],
        "about": about,
    }

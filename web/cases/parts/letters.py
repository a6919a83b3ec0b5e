"""Letters of a case: what is due to be written, what is being prepared, what was sent (domain.md §4.9)."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from referrals.access import child_sight
from referrals.letters import queries
from web.cases import display
from web.cases.parts.shown import Context, Shown

LOOKS: Final = {"prepared": "wait", "signed": "wait", "sent": "done"}


def letters(tab: Shown) -> Context:
    """Return what is due, of what the reader would sign, and the letters that the reader may read."""
    actor, at = tab.page.actor, tab.page.at
    sight = child_sight.sight_of(tab.referral, tab.ties, actor)
    due = queries.due(tab.referral, tab.ties, sight, actor, at=at)
    there = queries.of_case(tab.referral, actor, at=at)
    return {
        "due": [_line(one, tab) for one in due],
        "open": [_line(one, tab) for one in there if one["state"]["code"] in ("prepared", "signed")],
        "sent": [_line(one, tab) for one in there if one["state"]["code"] not in ("prepared", "signed")],
    }


def _line(body: Mapping[str, Any], tab: Shown) -> dict[str, Any]:
    state = body.get("state")
    whom = [tab.called.get(one, "") for one in ([body["holder"]] if body["holder"] else body["children"])]
    about = [tab.called.get(one, "") for one in body["children"]] if body["holder"] else []
    return {
        "pk": body.get("id", ""),
        "kind": display.label(body["kind"]),
        "code": body["kind"]["code"],
        "audience": display.label(body["audience"]),
        "whom": ", ".join(filter(None, whom)),
        "about": ", ".join(filter(None, about)),
        "law": body["law"],
        "on": tab.when(body.get("on")) if body.get("on") else "",
        "part": body["part"] or "",
        "children": body["children"],
        "holder": body["holder"] or "",
        "state": display.label(state) if state else "",
        "look": LOOKS.get(state["code"], "") if state else "",
        "when": _when(body, tab),
    }


def _when(body: Mapping[str, Any], tab: Shown) -> str:
    if body.get("sent_on"):
        sent = {"on": tab.when(body["sent_on"]), "way": display.label(body["way"])}
        return gettext("Parti le %(on)s – %(way)s") % sent
    if body.get("signed_at"):
        return gettext("Signé le %(on)s par %(who)s") % {
            "on": tab.when(body["signed_at"]),
            "who": body["signed_by"],
        }
    if body.get("prepared_at"):
        sent = {"on": tab.when(body["prepared_at"]), "who": body["prepared_by"]}
        return gettext("En préparation depuis le %(on)s par %(who)s") % sent
    return ""

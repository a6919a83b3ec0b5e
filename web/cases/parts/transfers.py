"""Transfer requests of a case and its questions to other authorities, as its own authority reads them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from referrals.inquiries import queries as inquiries
from referrals.vocabulary.states import OPENED, Machine
from referrals.workflow.step import steps
from web.cases import display
from web.cases.parts.shown import Context, Shown, text_of
from web.forms import ZONE

PLAIN = (
    "id",
    "target",
    "state",
    "ground",
    "channel",
    "documents",
    "refusals",
    "asked_at",
    "sent_at",
    "closed_at",
    "origin_says",
    "target_says",
)


def transfers(tab: Shown) -> Context:
    """Return the requests, the newest first."""
    model = tab.referral.transfer_requests.model
    requests, about = [], {}
    for row in reversed(tab.parts["transfers"]):
        about[row["id"]] = row["target"]["name"]
        others = {name: value for name, value in row.items() if name not in PLAIN}
        requests.append(
            {
                "target": row["target"]["name"],
                "state": display.label(row["state"]),
                "open": row["state"]["code"] in ("prepared", "sent", "refused", "arbitration"),
                "ground": display.label(row["ground"]),
                "channel": display.label(row["channel"]),
                "documents": [display.label(one) for one in row["documents"]],
                "refusals": row["refusals"],
                "asked": tab.when(row["asked_at"]),
                "sent": tab.when(row["sent_at"]),
                "closed": tab.when(row["closed_at"]),
                "origin_says": display.label(row["origin_says"]),
                "target_says": display.label(row["target_says"]),
                "lines": [line for line in display.lines(model, others) if text_of(line.text)],
            }
        )
    actor, at = tab.page.actor, tab.page.at
    case_inquiries = inquiries.of_case(tab.referral, actor, at=at)
    asks = steps.get(Machine.INQUIRY, "ask").roles
    here: set[UUID | None] = {one.authority_id for one in actor.holding(asks)}
    may_ask = tab.referral.state in OPENED and tab.referral.authority_id in here
    return {
        "transfers": requests,
        "about": about,
        "inquiries": list(map(_inquiry, case_inquiries)),
        "may_ask": may_ask,
    }


def _inquiry(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": body["id"],
        "other": body["other"]["name"],
        "state": display.label(body["state"]),
        "overdue": body["overdue"],
        "asked": display.instant(body["asked_at"], ZONE),
        "due": display.instant(body["due_at"], ZONE),
    }

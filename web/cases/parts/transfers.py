"""Transfer requests of a case, as its own authority reads them: to whom, why, with what, and their outcome."""

from web.cases import display
from web.cases.parts.shown import Context, Shown, text_of

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
    return {"transfers": requests, "about": about}

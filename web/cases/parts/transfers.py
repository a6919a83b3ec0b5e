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


def transfers(shown: Shown) -> Context:
    """Return the requests, the newest first."""
    model = shown.referral.transfer_requests.model
    found, about = [], {}
    for row in reversed(shown.found["transfers"]):
        about[row["id"]] = row["target"]["name"]
        said = {name: value for name, value in row.items() if name not in PLAIN}
        found.append(
            {
                "target": row["target"]["name"],
                "state": display.label(row["state"]),
                "open": row["state"]["code"] in ("prepared", "sent", "refused", "arbitration"),
                "ground": display.label(row["ground"]),
                "channel": display.label(row["channel"]),
                "documents": [display.label(one) for one in row["documents"]],
                "refusals": row["refusals"],
                "asked": shown.when(row["asked_at"]),
                "sent": shown.when(row["sent_at"]),
                "closed": shown.when(row["closed_at"]),
                "origin_says": display.label(row["origin_says"]),
                "target_says": display.label(row["target_says"]),
                "lines": [line for line in display.lines(model, said) if text_of(line.text)],
            }
        )
    return {"transfers": found, "about": about}

"""SMS and voice gateway: one adapter for a small HTTP JSON contract, whatever provider stands behind it.

``POST <url>`` with ``{"id", "to", "text", "by": ["sms", "voice"]}`` and a bearer token. The same ``id`` is the same
message, however often it arrives; a message that failed is sent again under another. The answer is ``{"receipt":
"…"}``, and ``GET <url>/<receipt>`` answers ``{"status": "delivered" | "pending" | "failed"}``: the service polls
receipts, so that no callback has to be let in.
"""

import json
import re
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from outbox.calls import Call, answered, send
from outbox.models import Notice
from outbox.outcome import Accepted, NotNow, Refused
from outbox.templates import message_of

#: What the gateway says of a message or a number that it will never take.
_NEVER: Final = (400, 404, 410, 422)
_RECEIPT: Final = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)


def is_there() -> bool:
    """Tell whether a gateway is set; without one people have to be phoned by people."""
    return bool(settings.SMS_GATEWAY_URL)


def hand_over(notice: Notice, phone: str) -> None:
    """Give the gateway one message without content; to be asked about later.

    Raises:
        Accepted: always, when it worked.
        Refused: there is no number, or the gateway will never take it.
        NotNow: it doesn't take it now.
    """
    if not phone:
        raise Refused("no-phone")
    again = f"-{notice.receipt}" if notice.receipt else ""
    message = {"id": f"{notice.pk}{again}", "to": phone, "text": message_of(notice), "by": ["sms", "voice"]}
    status, body = _call("POST", "", json.dumps(message, ensure_ascii=False).encode())
    if status in _NEVER:
        raise Refused(f"status-{status}")
    receipt = answered(body).get("receipt")
    if not 200 <= status < 300 or not isinstance(receipt, str) or not _RECEIPT.fullmatch(receipt):
        raise NotNow(f"status-{status}")
    raise Accepted(receipt)


def ask_receipt(notice: Notice) -> bool:
    """Tell whether a message has arrived; False while it is on its way.

    Raises:
        NotNow: it failed, or the gateway doesn't say.
    """
    status, body = _call("GET", f"/{notice.receipt}", b"")
    receipt = answered(body).get("status") if 200 <= status < 300 else None
    if receipt not in ("delivered", "pending"):
        raise NotNow("failed" if receipt == "failed" else f"status-{status}")
    return bool(receipt == "delivered")


def _call(method: str, more: str, body: bytes) -> tuple[int, bytes]:
    """Call the gateway: its address is the operator's own setting, so it may be on a private network."""
    if not is_there():
        raise NotNow("no-gateway")
    parts = urlsplit(settings.SMS_GATEWAY_URL)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    call = Call(parts.scheme, host, port, (parts.path.rstrip("/") + more) or "/", host, method)
    return send(call, body, {"Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}"})

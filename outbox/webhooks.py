"""Signs and delivers webhook notifications.

Headers: ``Repere-Id`` (the notice; the same in every repetition), ``Repere-Timestamp`` (seconds since 1970) and
``Repere-Signature``: one or two ``v1,<base64>`` separated by a space, each the HMAC-SHA-256 of ``id.timestamp.body``. A
receiver refuses old timestamps and ids that it has seen.

The secret of an endpoint isn't stored, not even sealed: it is a keyed hash of its id and generation, under a key that
only the key API uses. A copy of the database signs nothing. Rotation raises the generation; the previous one also signs
for ``OVERLAP``, so that the receiver can change its secret in between.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Final

from encryption import digest, index
from outbox.addresses import resolve, target_of
from outbox.calls import Call, send
from outbox.errors import AddressRefused
from outbox.models import Endpoint, Notice
from outbox.outcome import NotNow, Refused
from outbox.templates import link_to

OVERLAP: Final = timedelta(days=2)
SECRET_PREFIX: Final = "whk_"  # noqa: S105 - what makes a leaked secret recognisable
GONE: Final = 410


def secret_of(endpoint: Endpoint, *, generation: int | None = None) -> str:
    """Return the secret by which a program checks what it receives: 256 bits, URL-safe text with a prefix.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    number = endpoint.generation if generation is None else generation
    raw = index.keyed("webhook", endpoint.pk.bytes + number.to_bytes(4))
    return SECRET_PREFIX + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signature(secret: str, *, notice_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature; the key of the HMAC is the secret as it is shown, in ASCII."""
    signed = f"{notice_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(digest.mac(secret.encode(), signed)).decode()


def body_of(notice: Notice) -> bytes:
    """Return what is sent: a code, the reference, the link, the instant; nothing of what happened."""
    body = {
        "id": str(notice.pk),
        "type": notice.template,
        "at": notice.created_at.isoformat(),
        "reference": notice.reference,
        "link": link_to(notice),
    }
    return json.dumps(body, separators=(",", ":")).encode()


def deliver(notice: Notice, endpoint: Endpoint, *, at: datetime) -> None:
    """Call a program.

    Raises:
        KeysUnavailable: nothing can be signed now.
    """
    if endpoint.disabled_at is not None:
        raise Refused("endpoint-removed")
    body, timestamp = body_of(notice), int(at.timestamp())
    secrets = [secret_of(endpoint)]
    if endpoint.rotated_at is not None and at < endpoint.rotated_at + OVERLAP:
        secrets.append(secret_of(endpoint, generation=endpoint.generation - 1))
    signatures = (
        signature(secret, notice_id=str(notice.pk), timestamp=timestamp, body=body) for secret in secrets
    )
    headers = {
        "Repere-Id": str(notice.pk),
        "Repere-Timestamp": str(timestamp),
        "Repere-Signature": " ".join(signatures),
    }
    status, _ = send(_call(endpoint.url), body, headers)
    if status == GONE:
        raise Refused("gone")
    if not 200 <= status < 300:
        raise NotNow(f"status-{status}")


def _call(url: str) -> Call:
    try:
        target = target_of(url)
        address = resolve(target.host, target.port)
    except AddressRefused:
        raise Refused("address-refused") from None
    except OSError:
        raise NotNow("unresolved") from None
    return Call("https", target.host, target.port, target.path, address)

"""Printable receipt: proves by itself, on paper too, that a concern was received (SEC-AL12).

The QR codes hold what ``audit/verifier.py receipt`` reads: the entry, and its proof under the Ed25519 signature. The
ML-DSA-44 line, three kilobytes long, is in the page only.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
from django.template import Context, Engine, Template
from django.utils.safestring import SafeString, mark_safe

from outbox import training

#: Bytes of one code at most: beyond, a phone hardly reads it from paper.
_CODE_MAX: Final = 2_300
#: A signature of Ed25519 with key id and time is far shorter, one of ML-DSA-44 far longer.
_SHORT_LINE: Final = 400


@cache
def _template() -> Template:
    return Engine(autoescape=True).from_string(Path(__file__).with_suffix(".html").read_text("utf-8"))


def page(receipt: Mapping[str, Any], cell: str = "") -> str:
    """Return the page of a receipt, as ``receipts.receipt_of`` gives it; ``cell``: whom to turn to, ``cell_of``."""
    html: str = _template().render(
        Context(
            {
                "reference": receipt["reference"],
                "cell": cell,
                "submitted_at": receipt["submitted_at"],
                "submitted": f"{datetime.fromisoformat(receipt['submitted_at']):%d/%m/%Y, %H:%M:%S}",
                "entry": receipt["entry"],
                "proof": receipt["proof"],
                "qr": [] if receipt["proof"] is None else [_drawn(one) for one in codes(receipt)],
                "data": _as_data(receipt),
            }
        )
    )
    return training.page(html)


def codes(receipt: Mapping[str, Any]) -> list[str]:
    """Return the texts of the codes, to be joined in their order: what a verifier reads, without the longest line."""
    text = json.dumps(
        {"entry": receipt["entry"], "proof": _short(receipt["proof"])},
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return [text[at : at + _CODE_MAX] for at in range(0, len(text), _CODE_MAX)]


def _short(proof: str) -> str:
    """Return a proof without signatures that are too long for a code."""
    lines = proof.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("\N{EM DASH}") or len(line) <= _SHORT_LINE)


def _drawn(text: str) -> SafeString:
    """Return one code as a drawing; what a QR encoder draws is paths and numbers."""
    code = segno.make(text.encode(), error="l", boost_error=False, micro=False, mode="byte")
    return mark_safe(code.svg_inline(border=4, omitsize=True))  # noqa: S308 - see above


def _as_data(receipt: Mapping[str, Any]) -> SafeString:
    text = json.dumps(receipt, ensure_ascii=True, default=str)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - no sign of markup is left in it

"""Format of codes and instants in an answer: code with its label, ISO 8601 with milliseconds."""

from datetime import date, datetime
from typing import Any

from referrals.vocabulary.states import Coded


def labelled(code: Coded) -> dict[str, Any]:
    """Return a code with its labels in both languages."""
    return {"code": str(code), "label": code.labels_by_language}


def moment(value: datetime | date | None) -> str | None:
    """Return an instant in UTC with a ``Z``, or a date, as text."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")

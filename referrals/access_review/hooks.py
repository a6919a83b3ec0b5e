"""Hooks that the review of accesses calls without knowing data breaches, which stand above it."""

from typing import TYPE_CHECKING

from referrals.workflow.hooks import Hook

if TYPE_CHECKING:
    from referrals.access_review.sheet import Sheet
    from referrals.models import AccessAnomaly

#: An access was found unjustified: a data breach opens by itself, in the same transaction (N06 ⇒ DB1).
found_unjustified: "Hook[[AccessAnomaly, Sheet], None]" = Hook("found_unjustified")
#: Whether the breach of an anomaly was notified, or its risk ruled out (N09).
breach_is_settled: "Hook[[AccessAnomaly], bool]" = Hook("breach_is_settled")

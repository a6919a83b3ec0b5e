"""Content of a filing for its filer: coarse status, line in a list, receipt (SEC-AZ9)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, F, QuerySet, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce

from encryption.keys import warm
from encryption.sealed import OpenScope
from referrals.models import Child, Referral
from referrals.reading.fields import opened
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import ChildKind, CoarseStatus, State


def coarse_status(referral: Referral) -> CoarseStatus:
    """Return the filer's word for the state (domain.md §1.4); a question that is open for them comes first.

    The two marks are the filing's own, on its row: a list asks nothing more.
    """
    if referral.state == State.DRAFT:
        return CoarseStatus.DRAFT
    # A filing that was withdrawn shows no more than that: not even that somebody took it up again.
    if referral.withdrawn_at:
        return CoarseStatus.RECEIVED
    if referral.filer_asked:
        return CoarseStatus.QUESTION
    if referral.filer_answered:
        return CoarseStatus.ANSWERED
    if referral.state in (State.SUBMITTED, State.ACKNOWLEDGED, State.WITHDRAWN):
        return CoarseStatus.RECEIVED
    return CoarseStatus.IN_PROGRESS


def with_line(rows: "QuerySet[Referral]") -> "QuerySet[Any]":
    """Annotate filings with what a list of ``coarse_line`` may be filtered and sorted by.

    ``status`` is ``coarse_status`` in SQL, ``known_as`` the reference, ``filed_on`` when it was submitted, or begun.
    """
    received = (State.SUBMITTED, State.ACKNOWLEDGED, State.WITHDRAWN)
    status = Case(
        When(state=State.DRAFT, then=Value(CoarseStatus.DRAFT)),
        When(withdrawn_at__isnull=False, then=Value(CoarseStatus.RECEIVED)),
        When(filer_asked=True, then=Value(CoarseStatus.QUESTION)),
        When(filer_answered=True, then=Value(CoarseStatus.ANSWERED)),
        When(state__in=received, then=Value(CoarseStatus.RECEIVED)),
        default=Value(CoarseStatus.IN_PROGRESS),
        output_field=models.CharField(),
    )
    filer_reference = Case(When(filed_reference="", then=F("reference")), default=F("filed_reference"))
    return rows.annotate(
        status=status, known_as=filer_reference, filed_on=Coalesce("submitted_at", "created_at")
    )


def draft_initials(rows: Sequence[Referral], scope: OpenScope) -> dict[UUID, str]:
    """Return the initials of the children of drafts, by which their author tells these apart; to nobody else."""
    drafts = [row for row in rows if row.state == State.DRAFT]
    prefetch_related_objects(drafts, "children")
    warm([row.case_key for row in drafts if row.case_key])
    initials = {}
    for row in drafts:
        subjects = [child for child in row.children.all() if child.kind == ChildKind.SUBJECT]
        initials[row.pk] = ", ".join(filter(None, (_initials(child, scope) for child in subjects)))
    return initials


def _initials(child: Child, scope: OpenScope) -> str:
    parts = [opened(value, scope) for value in (child.first_names, child.last_name) if value is not None]
    return " ".join(f"{part[0].upper()}." for part in parts if isinstance(part, str) and part)


def _as_filed(referral: Referral) -> dict[str, str]:
    """Return id and reference of the receipt: they are the filer's, whichever authority goes on with the case."""
    pk, reference = referral.known_to_filer_as
    return {"id": str(pk), "reference": reference}


def coarse(referral: Referral) -> dict[str, Any]:
    """Return all that a filer sees of a filing after its submission (SEC-AZ9)."""
    return {
        **_as_filed(referral),
        "status": labelled(coarse_status(referral)),
        "submitted_at": moment(referral.submitted_at),
        "withdrawn_at": moment(referral.withdrawn_at),
    }


def receipt(referral: Referral) -> dict[str, Any]:
    """Return what a filing is answered with: the same whenever it is asked for, wherever the case has got to."""
    pk, reference = referral.known_to_filer_as
    return {
        "id": str(pk),
        "reference": reference,
        "status": labelled(CoarseStatus.RECEIVED),
        "submitted_at": moment(referral.submitted_at),
    }


def coarse_line(referral: Referral) -> dict[str, Any]:
    """Return the filer's line in a list: as ``coarse``, without a query of its own."""
    return {
        **_as_filed(referral),
        "status": labelled(coarse_status(referral)),
        "submitted_at": moment(referral.submitted_at),
    }

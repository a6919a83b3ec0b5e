"""Rows that hang on a case: the conditions in SQL of those that an actor may read, by child and measure."""

from datetime import datetime
from typing import Any, cast, override

from django.db.models import Case, Exists, Model, OuterRef, Q, QuerySet, TextField, When

from accounts.actor import Actor
from encryption.audited_rows import AuditedRows
from encryption.authentic import CheckedRows
from referrals.access.exceptions import exceptional
from referrals.access.people import services_of
from referrals.access.rule import confided_measures
from referrals.models import Child, JudicialReferral, Measure


def shown_with[M: Model](rows: "QuerySet[M]", actor: Actor, *, at: datetime) -> "QuerySet[M]":
    """Return the rows that hang on a case and bring it along, those left out whose case isn't as it was written.

    The condition in SQL that found them was told what the case says; a restriction that it doesn't say any more stands.
    """
    unlocked, checked = exceptional(actor, at=at).unlocked, rows._iterable_class

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            # The query may have a check of its own, which this class replaces: it has to be asked from here.
            if issubclass(checked, CheckedRows) and not checked.keeps(row):
                return False
            case = row.referral
            # A restriction lifted by hand deceived the condition in SQL; the row still says that it stands (SEC-AZ22).
            return case.is_authentic and (not case.bar_was_lifted or case.pk in unlocked)

    return Rows.of(rows.select_related("referral"))


def with_children[M: Model](rows: "QuerySet[M]", where: Q | None = None) -> "QuerySet[M]":
    """Return the rows with what the children of their cases say, for ``restrictions_hold``, by no query more.

    ``where``: which rows are asked at all.
    """
    audited_children = AuditedRows.of(Child.objects.filter(referral=OuterRef("referral")), "referral")
    annotated: Any = rows.annotate(
        children_told=audited_children
        if where is None
        else Case(When(where, then=audited_children), output_field=TextField())
    )
    return cast("QuerySet[M]", annotated)


def restrictions_hold(row: Any) -> bool:
    """Tell whether a row of ``with_children`` was found by restrictions of children that nobody lifted by hand."""
    return Child.mac_field().all_are_authentic(row.children_told)


def not_hidden(actor: Actor, *, at: datetime) -> Q:
    """Return the condition of rows with a child and a part that hang on no child hidden from the actor (T46)."""
    unlocked = sorted(exceptional(actor, at=at).unlocked)
    return _hanging_on(
        Child.objects.filter(Q(restricted=False) | Q(referral__in=unlocked)), Measure.objects.all()
    )


def confided_to(actor: Actor) -> Q:
    """Return the condition of rows with a child and a part that a service may read: of its measures, or of the case."""
    own = confided_measures(services_of(actor))
    return _hanging_on(Child.objects.filter(measures__in=own), own)


def _hanging_on(children: "QuerySet[Child]", measures: "QuerySet[Measure]") -> Q:
    """Return the condition of rows that hang on one of these children, and there on one of the measures, or on none.

    A row's child is its column's, else its part's. Each is looked up by its key, so that a list still walks its index.
    """
    part = OuterRef("part")
    # A referral to justice that lists no child is about the whole case, and binds nothing.
    about = JudicialReferral.objects.filter(pk=part, children__isnull=False)
    measure = Measure.objects.filter(pk=part)
    return (
        # Three factors, since a part may be a measure or a referral to justice; what a part isn't binds nothing. A
        # referral about several children is shown to who may know of one of them.
        (Q(child=None) | Q(Exists(children.filter(pk=OuterRef("child")))))
        & (~Q(Exists(measure)) | Q(Exists(measures.filter(pk=part, child__in=children.values("pk")))))
        & (~Q(Exists(about)) | Q(Exists(about.filter(children__in=children.values("pk")))))
    )

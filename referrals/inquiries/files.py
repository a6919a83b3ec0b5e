"""Cases and files on either side of an inquiry: who sees which row, and which files may be of the child asked about."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Final, override
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects

from accounts.actor import Actor, system
from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption import keys
from encryption.authentic import CheckedRows
from encryption.sealed import OpenScope
from referrals.access import case_ties, row_level_security, visibility
from referrals.access import exceptions as access_exceptions
from referrals.conflicts_of_interest import hits
from referrals.inquiries.sheet import Sheet
from referrals.matching import blocking_keys, candidates, comparison, identity
from referrals.matching.identity import Family
from referrals.models import Child, Exclusion, Inquiry, Referral
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import InquiryState, State

#: Who has a part in inquiries, or reads them with the case: never a filer, a service, or an office that reads no case.
READERS: Final = (
    Role.CRIP_COORDINATOR,
    Role.SUPERVISOR,
    Role.ON_CALL,
    Role.ASSESSOR,
    Role.ASSESSMENT_LEAD,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
)
#: Who answers for an authority that is asked, or is told of the question.
ASKED: Final = (Role.CRIP_COORDINATOR, Role.SUPERVISOR, Role.ON_CALL)
_NOBODY: Final = UUID(int=0)
SHOWN_AT_MOST: Final = 10


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[Inquiry]":
    """Return the rows that the actor may know of, each of its own side alone.

    Of who asks: those whose case, and child, is seen. Of the asked: those of the own cell, whose file, once it is
    known, is seen; of a restricted one persons of its list alone, a supervisor always among them (T46). Nobody who is
    tied to the child, or excluded from its file, sees the question (§1.3 rule 8).
    """
    if actor.user_id is None or not actor.holding(READERS):
        return Inquiry.objects.none()
    special = access_exceptions.exceptional(actor, at=at)
    roles = [role for role in READERS if actor.holding([role])]
    seen = reduce(
        or_, (Q(referral__in=visibility.visible_as(actor, role, at=at).values("pk")) for role in roles)
    )
    unlocked = Q(child__isnull=True) | Q(child__restricted=False) | Q(referral__in=sorted(special.unlocked))
    here = sorted({one.authority_id for one in actor.holding(ASKED)})
    received = Q(side=Side.ASKED, authority__in=here) & (Q(referral__isnull=True) | (seen & unlocked))
    rows = Inquiry.objects.filter((Q(side=Side.ASKER) & seen & unlocked) | received)

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            if not row.is_authentic or str(actor.user_id) in row.barred:
                return False
            case, child = row.referral, row.child
            # A restriction lifted by hand deceived the condition in SQL; the row still says that it stands (SEC-AZ22).
            withheld = (case is not None and (not case.is_authentic or case.bar_was_lifted)) or (
                child is not None and child.restricted
            )
            return not withheld or row.referral_id in special.unlocked

    return Rows.of(rows.select_related("authority", "other", "referral", "child"))


def referral_of(row: Inquiry, actor: Actor, *, at: datetime) -> Referral | None:
    """Return the case or file on the row's side, as the actor sees it; None: there is none, or none that is seen.

    A child who is kept for named persons isn't seen either, whatever is seen of the case (SEC-AZ20).
    """
    referral = visibility.one_case(actor, row.referral_id, at=at) if row.referral_id is not None else None
    if referral is None or row.child is None or not row.child.restricted:
        return referral
    return referral if case_ties.ties_of(referral, actor).named else None


def child_of_case(sheet: Sheet, pk: UUID) -> Child | None:
    referral = sheet.referral
    if referral is None:
        return None
    child = referral.children.filter(pk=pk, wrong_person=False).first()
    named = case_ties.ties_of(referral, sheet.actor).named
    return child if child is not None and (named or not child.restricted) else None


def own_file(child: UUID, authority_id: UUID, *, actor: Actor, at: datetime) -> Child | None:
    row = Child.objects.filter(pk=child, wrong_person=False, referral__authority=authority_id).first()
    referral = visibility.one_case(actor, row.referral_id, at=at) if row is not None else None
    if row is None or referral is None or referral.state in (State.DRAFT, State.PURGED):
        return None
    ties = case_ties.ties_of(referral, actor)
    return row if "B" in ties.reads and (ties.named or not row.restricted) else None


# --- Files that may be of the child ------------------------------------------------------------------


def _family(question: Mapping[str, Any], on: date) -> Family:
    return Family((identity.child(_NOBODY, question["child"], on=on),))


def _named(question: Mapping[str, Any]) -> Family:
    people = {
        UUID(int=number): identity.person_of(part, content)
        for number, (part, content) in enumerate(
            (("children", question["child"]), ("holders", {"name": question.get("holder")}))
        )
    }
    return Family(people={row: person for row, person in people.items() if person is not None})


def alike(
    question: Mapping[str, Any], authority_id: UUID, *, actor: Actor, at: datetime
) -> list[tuple[Referral, Child, dict[str, Any]]]:
    """Return the children of the authority's files whose names fit the question, of those that the actor reads.

    They are shown to be told from a namesake by a person; the reading is an entry of their cases.
    """
    wanted = _family(question, at.date())
    likely = candidates.likely(candidates.size_of(authority_id), blocking_keys.searched_for(wanted)).files
    seen = visibility.visible_to(actor, at=at).filter(authority=authority_id)
    by_id = seen.exclude(state__in=(State.DRAFT, State.PURGED)).in_bulk([*likely, _NOBODY])
    cases = [by_id[pk] for pk in likely if pk in by_id][: candidates.OPENED_AT_MOST]
    named: list[UUID] = []
    with disclosure(actor=actor, purpose=Purpose.SEARCH, at=at, objects=named, tenant=authority_id) as scope:
        fitting = list(_fitting(wanted, cases, scope, actor=actor))[:SHOWN_AT_MOST]
        named += [case.pseudonym for case, _child, _names in fitting]
    return fitting


def _fitting(
    wanted: Family, cases: list[Referral], scope: OpenScope, *, actor: Actor
) -> Iterator[tuple[Referral, Child, dict[str, Any]]]:
    prefetch_related_objects(cases, "children")
    keys.warm(case.case_key for case in cases if case.case_key)
    for case in cases:
        ties = case_ties.ties_of(case, actor)
        if "B" not in ties.reads:
            continue
        for row in case.children.all():
            if row.wrong_person or (row.restricted and not ties.named):
                continue
            names = identity.plain_of([("children", row)], scope)[row.pk]
            child = identity.child(
                row.pk, names, sex=row.sex, on=(case.received_at or case.created_at).date()
            )
            if comparison.fits(wanted.children[0], child) > 0:
                yield case, row, names


def kept_apart(
    question: Mapping[str, Any], authority_id: UUID, *, actor: Actor, at: datetime
) -> tuple[Child | None, set[UUID]]:
    """Return the child of a restricted file who is the very one asked about, and the accounts that are to know nothing.

    Persons of a restricted file's list alone answer (IQ3). Nothing is known by whoever is tied to somebody whom the
    question names, or excluded from a file of that child: a parent who works at the asked authority would learn of the
    case elsewhere, and could answer that the child is unknown (§1.3 rule 8).

    The service looks, beyond what anybody sees, and shows it to nobody; the asked authority's journal has it.
    """
    wanted = _family(question, at.date())
    with row_level_security.beyond():
        likely = candidates.likely(candidates.size_of(authority_id), blocking_keys.searched_for(wanted)).files
        # A child who is kept apart stands in no index.
        set_apart = candidates.apart([authority_id])
        cases = candidates.cases(
            authority_id, list(dict.fromkeys([*likely[: candidates.OPENED_AT_MOST], *set_apart]))
        )
        restricted = set(
            Referral.objects.filter(pk__in=[case.pk for case in cases], restricted=True).values_list(
                "pk", flat=True
            )
        )
        excluded = _excluded_from([case.pk for case in cases])
        apart, barred = None, set(hits.tied(_named(question), [authority_id], at=at))
        service = system(origin=actor.origin, obo=actor.user_id)
        with disclosure(
            actor=service,
            purpose=Purpose.SEARCH,
            at=at,
            objects=[case.pseudonym for case in cases],
            tenant=authority_id,
        ) as scope:
            for case in cases:
                for child in case.children.all():
                    is_apart = child.restricted or case.pk in restricted
                    if child.wrong_person or not (is_apart or case.pk in excluded):
                        continue
                    names = identity.plain_of([("children", child)], scope)[child.pk]
                    day = (case.received_at or case.created_at).date()
                    if _the_same(wanted.children[0], identity.child(child.pk, names, on=day)):
                        apart = apart or (child if is_apart else None)
                        barred |= excluded.get(case.pk, set())
    return apart, barred


def _excluded_from(cases: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return who is excluded, by case; an end that the service didn't write ends nothing."""
    excluded_users: dict[UUID, set[UUID]] = {}
    for row in Exclusion.objects.filter(referral__in=cases):
        if row.lifted_at is None or not row.is_authentic:
            excluded_users.setdefault(row.referral_id, set()).add(row.user_id)
    return excluded_users


def _the_same(one: identity.Child, other: identity.Child) -> bool:
    """Tell whether names and birth are the same once accents and case are gone; a month alone fits each of its days."""
    births = one.birth == other.birth if one.birth and other.birth else comparison.fits(one, other) > 0
    return births and (one.last[:1], one.first[:1]) == (other.last[:1], other.first[:1])


def open_of(referral_id: UUID) -> "QuerySet[Inquiry]":
    """Return the questions of a case that still wait for an answer or documents."""
    waiting = (InquiryState.ASKED, InquiryState.DOCUMENTS_ASKED)
    return Inquiry.objects.filter(side=Side.ASKER, referral=referral_id, state__in=waiting)

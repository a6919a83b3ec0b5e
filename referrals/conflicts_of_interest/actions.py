"""The cell's decisions on staff barred for a conflict of interest: who, from which case, and why in one word.

It never shows to whom somebody is tied, nor how. A declared tie bars outright; a similarity of names or numbers bars at
once and awaits a decision: a coordinator or supervisor confirms it with a reason, or two lift it, as every exclusion
(X02). Nobody decides on their own: the barred person doesn't see the case (domain.md §1.3 rule 8).
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, Topic, file_under, register
from core.inputs import Day, StrictSerializer, Text
from encryption import keys
from referrals.access import hanging_rows, visibility
from referrals.errors import GuardRefused, NotAllowed, NotVisible
from referrals.models import Exclusion, Referral
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import Cause, State

CONFIRMED: Final = "exclusion:confirmed"
register(CONFIRMED)
file_under(Topic.RIGHTS, CONFIRMED)

#: Who excludes from a case by hand (X01) sees whom the service excluded.
DECIDERS: Final = (Role.CRIP_COORDINATOR, Role.SUPERVISOR)
LAW: Final = "CASF R221-8"
CONFIRM: Final = "exclusion:confirm"


class TieInput(StrictSerializer):
    """Somebody to whom one is tied: last and first name, and what tells them from others. ``note``: for oneself."""

    last_name = Text(max_length=200)
    first_names = Text(max_length=200)
    usual_name = Text(max_length=200, required=False)
    birth_date = Day(required=False)
    phone = Text(max_length=50, required=False)
    note = Text(max_length=200, required=False)


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[Exclusion]":
    """Return those whom the service barred from cases that the actor sees by one of these roles, in force."""
    exclusions = Exclusion.objects.none()
    for role in DECIDERS:
        if actor.holding([role]):
            cases = visibility.visible_as(actor, role, at=at).values("pk")
            exclusions = exclusions | Exclusion.objects.filter(referral__in=cases)
    rows = exclusions.filter(by=None, lifted_at=None).exclude(user=actor.user_id).distinct()
    return hanging_rows.shown_with(rows.select_related("user"), actor, at=at)


def visible_row(pk: UUID, *, actor: Actor, at: datetime) -> Exclusion:
    exclusion = visible_to(actor, at=at).filter(pk=pk).first()
    if exclusion is None:
        raise NotVisible
    return exclusion


def awaiting(rows: "QuerySet[Exclusion]") -> "QuerySet[Exclusion]":
    """Keep those that await a decision."""
    return rows.filter(cause=Cause.NAME, confirmed_at=None)


def require_decider(actor: Actor) -> None:
    if not actor.holding(DECIDERS):
        raise NotAllowed(CONFIRM)


def confirm(pk: UUID, reason: str, *, actor: Actor, at: datetime) -> Exclusion:
    """Confirm that somebody stays barred; whoever confirms again changes nothing."""
    require_decider(actor)
    stepup.require(actor, at=at)
    # The case first, as every act on one: what two decide at once is decided in turn.
    case = Referral.objects.select_for_update(of=("self",)).get(
        pk=visible_row(pk, actor=actor, at=at).referral_id
    )
    exclusion = Exclusion.objects.get(pk=pk)
    if exclusion.lifted_at is not None:
        raise NotVisible
    if exclusion.cause != Cause.NAME:
        raise GuardRefused(CONFIRM, "likeness_awaits_a_decision", _NOTHING_TO_DECIDE, LAW)
    if exclusion.confirmed_at is None:
        role = next(r for r in DECIDERS if case.authority_id in {p.authority_id for p in actor.holding([r])})
        exclusion.confirmed_at, exclusion.confirmed_by = at, actor.user_id
        field: Any = Exclusion._meta.get_field("reason")
        key = keys.data_key(case.key_of("case"), case.pk)
        exclusion.reason = key.seal(field, exclusion.pk, reason)
        exclusion.save(update_fields=["confirmed_at", "confirmed_by", "reason"])
        journal.record(
            CONFIRMED,
            actor=actor.acting_as(role, authority_id=case.authority_id),
            at=at,
            objects=[case.pseudonym],
            tenant=case.authority_id,
            purpose=Purpose.HANDLING,
            payload=exclusion.pk.bytes,
        )
    return exclusion


_NOTHING_TO_DECIDE: Final = _("Un lien déclaré exclut de lui-même : il n'y a rien à confirmer.")


def line(row: Exclusion) -> dict[str, Any]:
    """Return one as a list shows it: nothing of the tie, nothing of the case but its shell."""
    case = row.referral
    return {
        "id": str(row.pk),
        "referral": str(case.pk),
        "reference": case.reference,
        "case_state": labelled(State(case.state)),
        "user": {"id": str(row.user_id), "name": row.user.full_name},
        "cause": labelled(Cause(row.cause)),
        "since_at": moment(row.since_at),
        "confirmed_at": moment(row.confirmed_at),
    }

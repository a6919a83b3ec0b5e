"""Recurring detection of anomalies, over the entries placed in the log since the last run.

Each authority has its own rules and thresholds. A rule's finding about a person or a file on one day is one anomaly,
however often it is found again: the batch of a killed worker may be examined twice.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from accounts.actions import freeze_sessions
from accounts.actor import SYSTEM, Actor
from accounts.models import Authority
from accounts.veil import account_behind
from audit import events, pseudonyms, reading, tree
from audit.anomalies import detection
from audit.anomalies.facts import Fact, Finding, Terms
from audit.anomalies.rules import RULES
from audit.errors import PseudonymRefused
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.access_review import actions
from referrals.access_review.sheet import Sheet
from referrals.models import AccessAnomaly, AnomalyMark, BreakGlass
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import calendar_of
from referrals.vocabulary.states import AnomalyState, GlassState, Machine
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

#: From this hour of the evening on, until that of the morning, nobody is at work but who is on call.
NIGHT: Final = (21, 6)
CONTESTED: Final = "G05"
#: How long a contested opening is looked at again, for work that stood still meanwhile.
AGAIN: Final = timedelta(days=30)


def terms_of(authority: Authority, *, at: datetime) -> Terms:
    protocol = protocol_of(authority, at)
    calendar = calendar_of(authority, protocol)

    def on_duty(instant: datetime) -> bool:
        wall = instant.astimezone(calendar.zone)
        return NIGHT[1] <= wall.hour < NIGHT[0] and calendar.is_working(wall.date())

    return Terms(
        at=at,
        limits={limit: getattr(protocol, limit) for rule in RULES for limit in rule.limits},
        zone=calendar.zone,
        on_duty=on_duty,
        rules=frozenset(protocol.anomaly_rules),
        closed=events.closed(),
        decoys=detection.decoys_of(authority.pk),
    )


@recurring("anomalies:sought", every=timedelta(minutes=1))
def seek(at: datetime) -> int:
    """Ask the rules of all that is new in the journal; return how many anomalies were found."""
    count = 0
    while True:
        raised, more = _seek(at)
        count += raised
        if not more:
            return count


def pass_over(at: datetime) -> None:
    """Let the rules begin behind what has its place already, if they were never asked: what was staged isn't odd."""
    origin = tree.newest()
    if origin is not None:
        place = tree.size_of(origin.number)
        with for_the_service():
            begun = AnomalyMark(pk=1, origin=origin.number, place=place, asked_at=at)
            AnomalyMark.objects.bulk_create([begun], ignore_conflicts=True)


def _seek(at: datetime) -> tuple[int, bool]:
    """Look at one batch, make what it shows and move the mark, in one transaction."""
    with for_the_service():
        AnomalyMark.objects.bulk_create([AnomalyMark(pk=1, asked_at=at)], ignore_conflicts=True)
        mark = AnomalyMark.objects.select_for_update().get(pk=1)
        with reading.as_auditor():
            placed = detection.new_facts(mark.origin, mark.place)
        if placed is None:
            return 0, False
        raised = 0
        for authority in Authority.objects.order_by("code"):
            new = placed.by_tenant.get(authority.pk, [])
            _freeze(new, authority, at=at)
            raised += sum(
                make(one, authority, at=at) for one in _findings(authority, new, mark.asked_at, at=at)
            )
        mark.origin, mark.place, mark.asked_at = placed.origin, placed.place, at
        mark.save()
        return raised, placed.more


def _freeze(new: Sequence[Fact], authority: Authority, *, at: datetime) -> None:
    """Stop the sessions of whoever has opened a decoy, once for each opening and not for what is found of it later.

    The rule makes the anomaly, which the auditor is told of; whoever was only curious signs in again (SEC-AZ17).
    """
    opened = [fact for fact in new if fact.opens]
    decoys = detection.decoys_of(authority.pk) if opened else frozenset()
    for pseudonym in {fact.actor for fact in opened if fact.actor and decoys.intersection(fact.subjects)}:
        # A row that somebody altered leads nowhere, and keeps nobody else's anomaly from being sought; it is logged.
        with suppress(PseudonymRefused):
            account = account_behind(pseudonym)
            if account is not None:
                freeze_sessions(actor=SYSTEM, at=at, user_id=account, tenant=authority.pk)


def _findings(authority: Authority, new: Sequence[Fact], since: datetime, *, at: datetime) -> list[Finding]:
    terms = terms_of(authority, at=at)
    with reading.as_auditor():
        facts = [*new, *detection.matured(authority.pk, since, terms)]
        if not facts:
            return []
        return detection.findings(facts, detection.Journal(authority.pk, at), authority.pk, terms)


def make(finding: Finding, authority: Authority, *, at: datetime, actor: Actor = SYSTEM) -> bool:
    """Make a finding an anomaly, unless it is one already; what is still only detected grows with it.

    Once somebody examines it, it grows no more: what comes later on that day is another one, under a key of its own.
    """
    of_day = Q(key=finding.key) | Q(key__startswith=f"{finding.key}/")
    # Locked: what is taken up at this moment is either grown before, or continued.
    existing = list(
        AccessAnomaly.objects.select_for_update().filter(of_day, authority=authority, rule=finding.rule)
    )
    taken = [one.last_at for one in existing if one.state != AnomalyState.DETECTED]
    rest = detection.later(finding, max(taken)) if taken else finding
    if rest is None:
        return False
    named = {
        "subjects": [str(one) for one in rest.subjects],
        "entries": [str(one) for one in rest.entries],
        "count": rest.count,
        "last_at": rest.last_at,
    }
    if len(taken) < len(existing):
        open_ = AccessAnomaly.objects.filter(pk__in=[one.pk for one in existing], state=AnomalyState.DETECTED)
        # A batch that is looked at again after a crash may show less than what is known.
        more = Q(count__lt=rest.count) | Q(count=rest.count, last_at__lt=rest.last_at)
        open_.filter(more).update(**named)
        return False
    anomaly = AccessAnomaly(
        authority=authority,
        rule=rest.rule,
        key=f"{rest.key}/{len(existing) + 1}" if existing else rest.key,
        who=rest.actor,
        first_at=rest.first_at,
        detected_at=at,
        **named,
    )
    sheet = Sheet(anomaly, actor=replace(actor, role=SYSTEM.role), at=at)
    actions.runner.run_step(steps.get(Machine.ANOMALY, "detect"), sheet, StepInput())
    return True


@recurring("anomalies:contested", every=timedelta(minutes=1))
def take_in_contested(at: datetime) -> int:
    """Make an anomaly of each emergency opening that its reviewer contested (domain.md §2.7 BreakGlass)."""
    with for_the_service():
        openings = BreakGlass.objects.filter(state=GlassState.REVIEWED_KO, reviewed_at__gt=at - AGAIN)
        rows = list(openings.select_related("referral__authority").order_by("reviewed_at", "id"))
        return sum(_contested(row, at) for row in rows)


def _contested(row: BreakGlass, at: datetime) -> bool:
    authority = row.referral.authority
    assert authority is not None  # noqa: S101 - a draft is never opened in an emergency
    finding = Finding(
        rule=CONTESTED,
        tenant=authority.pk,
        key=str(row.pk),
        actor=pseudonyms.actor(row.user_id),
        subjects=(row.referral.pseudonym,),
        entries=(),
        first_at=row.opened_at,
        last_at=row.ended_at or row.expires_at,
        count=1,
    )
    return make(finding, authority, at=at)

"""Checks of goals: each asks one thing of the evidence, with the parameters that a story's file gives it."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from referrals.vocabulary.assessment_answers import Seen
from referrals.vocabulary.states import ChildKind, DecisionCode, InformationState, Machine, YesNo
from web.training.evidence import Evidence, named

#: By their names; each takes the evidence and the parameters of a goal.
CHECKS: Final[dict[str, Callable[..., bool]]] = {}


def check[F: Callable[..., bool]](judge: F) -> F:
    """Register a check under its name."""
    CHECKS[judge.__name__] = judge
    return judge


@check
def filed(found: Evidence, *, lane: str = "") -> bool:
    """A concern was filed; ``lane``: by which step."""
    steps = {one.step for one in found.records if one.machine == Machine.REFERRAL}
    return bool(steps & ({lane} if lane else {"submit", "submit_urgent"}))


@check
def said(found: Evidence, *, field: str, among: Collection[str]) -> bool:
    """The filer's answer to a question is one of some."""
    return found.concern is not None and getattr(found.concern, field) in among


@check
def listed(found: Evidence, *, field: str, any_of: Collection[str]) -> bool:
    """The filer ticked one of some answers of a list."""
    return found.concern is not None and not set(any_of).isdisjoint(getattr(found.concern, field))


@check
def sources(found: Evidence, *, groups: Collection[Collection[str]]) -> bool:
    """The facts stand one by one, each with how it is known: at least one for each group of sources."""
    facts = named(found.facts, "source")
    return all(not facts.isdisjoint(group) for group in groups)


@check
def signs(found: Evidence, *, any_of: Collection[str], least: int = 1, modes: Collection[str] = ()) -> bool:
    """At least so many of some signs are ticked, in each of the modes."""
    ticked = [one for one in found.signs if one.code in any_of]
    return len({one.code for one in ticked}) >= least and set(modes) <= named(ticked, "mode")


@check
def children(found: Evidence, *, least: int, kind: str = "") -> bool:
    """So many children stand on the case; ``kind``: of these alone."""
    return len([one for one in found.children if not kind or one.kind == kind]) >= least


@check
def child(found: Evidence, *, field: str, among: Collection[Any]) -> bool:
    """Of a child whom the concern is about, something is said so."""
    return any(getattr(one, field) in among for one in found.children if one.kind == ChildKind.SUBJECT)


@check
def column(found: Evidence, *, field: str, among: Collection[Any]) -> bool:
    """The case itself stands so: its state, its status, whether it is restricted."""
    return found.case is not None and getattr(found.case, field) in among


@check
def urgency(found: Evidence, *, least: str) -> bool:
    """The urgency is as grave as that, or graver: ``U0`` to ``U3``."""
    return found.case is not None and str(found.case.urgency) >= least


@check
def done(found: Evidence, *, steps: Collection[str], within_minutes: int = 0) -> bool:
    """The learner did one of some steps; in time, counted from the receipt of the concern."""
    own = found.own(*steps)
    if not within_minutes or found.case is None or found.case.received_at is None:
        return bool(own)
    end = found.case.received_at + timedelta(minutes=within_minutes)
    return any(one.at <= end for one in own)


@check
def not_done(found: Evidence, *, steps: Collection[str], after: Collection[str] = ()) -> bool:
    """The learner neither did nor proposed any of some steps, and did what belonged there instead."""
    proposed = any(one.step in steps for one in found.asked)
    return not proposed and not found.own(*steps) and (not after or bool(found.own(*after)))


@check
def second_signature(found: Evidence, *, steps: Collection[str]) -> bool:
    """The learner proposed a step to another person, who signs."""
    return any(one.step in steps and one.approver_id != found.learner for one in found.asked)


@check
def judicial(found: Evidence, *, any_of: Collection[str]) -> bool:
    """A referral to the prosecutor was sent on one of some grounds, by the learner."""
    sent = found.own("send_judicial", "decide_judicial", "record_refusal", "decide_child")
    return bool(sent) and any(not set(any_of).isdisjoint(one.grounds) for one in found.judicial)


@check
def parents_kept_out(found: Evidence) -> bool:
    """Of an implicated parent it is recorded that the information is put off; and no such parent was told."""
    implicated = {one.pk for one in found.holders if one.implicated == YesNo.YES}
    about = [one for one in found.informed if one.holder_id in implicated]
    states = named(about, "state")
    return bool(implicated) and InformationState.DEFERRED in states and InformationState.DONE not in states


@check
def parents_told(found: Evidence) -> bool:
    """Each holder was told, or it is recorded why not yet."""
    answered = [one for one in found.informed if one.state != InformationState.PENDING]
    return bool(found.holders) and {one.pk for one in found.holders} <= named(answered, "holder_id")


@check
def glass_broken(found: Evidence, *, given_back: bool = False) -> bool:
    """The learner opened the file in an emergency, with a reason; and shut it afterwards."""
    own = [one for one in found.glasses if one.user_id == found.learner]
    return bool(own) and (not given_back or all(one.ended_at is not None for one in own))


@check
def glass_reviewed(found: Evidence) -> bool:
    """The learner reviewed an emergency opening of somebody else."""
    return any(one.reviewed_by == found.learner and one.user_id != found.learner for one in found.glasses)


@check
def team(found: Evidence, *, least: int = 2) -> bool:
    """So many assessors of different fields are on the case."""
    fields = {one.field for one in found.team if one.role == "assessor" and one.field}
    return len(fields) >= least


@check
def planned(found: Evidence, *, days: int) -> bool:
    """The plan of the assessment is due within so many days of its beginning: the three months run already."""
    return any(
        one.plan_on is not None and one.plan_on <= one.opened_at.date() + timedelta(days=days)
        for one in found.assessments
    )


@check
def all_seen(found: Evidence, *, alone: bool = False) -> bool:
    """Each child of the home was seen; ``alone``: without a parent, once at least."""
    seen = [one for one in found.sightings if one.seen == Seen.ALONE or (not alone and one.seen != Seen.NO)]
    return bool(found.children) and {one.pk for one in found.children} <= named(seen, "child_id")


@check
def all_decided(found: Evidence) -> bool:
    """Each child has a decision of its own."""
    return bool(found.children) and all(one.decision != DecisionCode.UNDECIDED for one in found.children)


@check
def decided(found: Evidence, *, first: str) -> bool:
    """The first child of the form, whom the concern is about, has this decision."""
    return bool(found.children) and found.children[0].decision == first


@check
def added(found: Evidence) -> bool:
    """Something was added to the filing."""
    return bool(found.complements)


@check
def not_filed_again(found: Evidence) -> bool:
    """No second concern was filed since."""
    return found.case is not None and found.filed == 0


def is_met(name: str, found: Evidence, said: Mapping[str, Any]) -> bool:
    """Tell whether a goal is met; before there is a case none is."""
    return found.case is not None and CHECKS[name](found, **said)

"""Inputs of runaways and of shelters without agreement."""

from core.inputs import Code, Id, Instant, Items, StrictSerializer, When
from referrals.vocabulary.decision_answers import Representative
from referrals.vocabulary.states import YesNo
from referrals.workflow.inputs import text


class Sheet(StrictSerializer):
    """What whoever finds the child must know, and which authorities' officers on call may read it."""

    description = text(max_length=5_000)
    danger = text(max_length=5_000)
    whom_to_call = text()
    authorities = Items(child=Id(), required=False, default=list)


class Runaway(StrictSerializer):
    """Since when and from where a child is away, and what the police know (T36)."""

    child = Id()
    since = Instant()
    last_seen_place = text()
    police_report_ref = text(required=False, max_length=200)
    no_report_reason = text(required=False)
    on_wanted_file = Code(YesNo.choices)
    sheet = Sheet()


class Found(StrictSerializer):
    """When, where and how a child was found (T36)."""

    child = Id()
    found_at = Instant()
    where = text()
    condition = text(max_length=5_000)


class Shelter(StrictSerializer):
    """Who is taken in, since when, where and by which service; the prosecutor is told without delay (T37, T38)."""

    in_own_row = frozenset({"place"})

    child = Id()
    since = Instant()
    place = text()
    service = Id()
    prosecutor_told_at = Instant()


class Shelter72h(Shelter):
    """T37: the holders are told too, or it is said why not yet (CASF L223-2 al. 5)."""

    needed_when = {
        "holders_reason": When("holders_told", ("no",)),
    }

    holders_told = Code(YesNo.choices)
    holders_reason = text(required=False)


class Shelter5d(Shelter):
    """T38: the legal representative can't agree; one who refuses makes it the judge's affair (CC 375-5)."""

    representative = Code(Representative.choices)
    representative_reason = text()

"""Inputs of the steps of a data breach; what is typed names nobody, and is sealed all the same."""

from typing import Any

from core.inputs import (
    Code,
    Codes,
    Flag,
    Id,
    Instant,
    Items,
    OptionalDay,
    OptionalId,
    OptionalInstant,
    StrictSerializer,
    Text,
    When,
    Whole,
)
from core.query import PagedQuery, Query
from referrals.vocabulary.data_breaches import (
    AGAINST,
    BreachKind,
    BreachRisk,
    BreachSource,
    Concerned,
    DataPart,
    Informing,
    Legible,
    NotificationPart,
    Touched,
    Way,
)
from referrals.vocabulary.states import BreachState
from referrals.workflow.inputs import required, text

#: How people learn of a breach; the other way is the service's own.
DECLARED = [(one.value, one.label) for one in BreachSource if one is not BreachSource.ANOMALY]
#: No département has more people.
PERSONS_MAX = 5_000_000
AUTHORITIES_MAX = 200


def _line(*, required: bool = False, max_length: int = 300) -> Text:
    if required:
        return Text(max_length=max_length)
    return Text(max_length=max_length, required=False, default="", allow_blank=True)


def _persons() -> Whole:
    return Whole(max_value=PERSONS_MAX, required=False, default=0)


class BreachQuery(PagedQuery):
    """Filters of the register."""

    state = Code(BreachState.choices, required=False)
    risk = Code(BreachRisk.choices, required=False)


class RegisterQuery(Query):
    """Filters of the register as a table: the same, without pages."""

    state = Code(BreachState.choices, required=False)
    risk = Code(BreachRisk.choices, required=False)


class NoticeQuery(Query):
    """Of which group the letter is; that one lacks is said to who may read it alone."""

    group = Code(Concerned.choices, required=False)


class DeclaringBreach(StrictSerializer):
    """DB1: what happened, since when, how it came to be known, and from when the 72 hours run.

    ``authorities``: whom it touches; needed from the platform, and from who declares at several. ``account``: the
    address of the account in question, which is suspended.
    """

    authorities = Items(child=Id(), required=False, default=list, max_length=AUTHORITIES_MAX)
    aware_at = Instant()
    kinds = Codes(BreachKind.choices, min_length=1)
    source = Code(DECLARED)
    what = text()
    seen = text()
    since = OptionalInstant()
    until = OptionalInstant()
    account = _line(max_length=254)


class AssessingBreach(StrictSerializer):
    """DB2: how many persons and entries, which data, the consequences, what was done, the risk and why.

    ``danger``: a child is in danger by it; ``reference``: of that child's case, whose coordinator is told at once.
    """

    needed_when = {"reference": When("danger", ("true",))}

    children = _persons()
    holders = _persons()
    implicated = _persons()
    filers = _persons()
    third_parties = _persons()
    agents = _persons()
    apart = _persons()
    entries = Whole(required=False, allow_null=True, default=None)
    parts = Codes(DataPart.choices, required=False, default=list)
    touched = Codes(Touched.choices, min_length=1)
    legible = Code(Legible.choices)
    consequences = text()
    measures = text()
    risk = Code(BreachRisk.choices)
    why = text()
    danger = Flag(required=False, default=False)
    reference = _line(max_length=20)


class NotifyingCnil(StrictSerializer):
    """DB3: the notification as it was sent, its receipt, and after 72 hours why it comes late (RGPD art. 33)."""

    part = Code(NotificationPart.choices)
    notified_at = Instant()
    reference = _line(required=True, max_length=60)
    proof = _line(required=True)
    nature = text()
    contact = _line(required=True)
    delay = text(required=False)


class RulingOutRisk(StrictSerializer):
    """DB4: why no risk is likely; who signs with the data protection officer."""

    reasons = text()
    approver = OptionalId()


_TOLD = (Informing.TOLD.value,)
_NOT_TOLD = tuple(one.value for one in Informing if one is not Informing.TOLD)
_OPINION = (*sorted(AGAINST), *_TOLD)
LETTER = ("happened", "consequences", "done", "advice", "contact")


class InformingPersons(StrictSerializer):
    """DB5: of one group, the day, the way and the letter; or why they aren't told (RGPD art. 34).

    The opinion of an inspector is asked for where the interest of the child or an inquiry is against it, before a
    holder who is implicated is told, and before holders are while the gate of §7.5 is shut (``gate.py``). ``proof``:
    how it was sent.
    """

    needed_when = {
        **dict.fromkeys(("on", "way", "proof", *LETTER), When("answer", _TOLD)),
        "reason": When("answer", _NOT_TOLD),
        **dict.fromkeys(("opinion_by", "opinion_on", "opinion"), When("answer", _OPINION)),
        "cnil_told_on": When("answer", tuple(sorted(AGAINST))),
    }

    group = Code(Concerned.choices)
    answer = Code(Informing.choices)
    on = OptionalDay()
    way = Code(Way.choices, required=False, default="", allow_blank=True)
    proof = _line()
    happened = text(required=False)
    consequences = text(required=False)
    done = text(required=False)
    advice = text(required=False)
    contact = _line()
    reason = text(required=False)
    opinion_by = OptionalId()
    opinion_on = OptionalDay()
    opinion = text(required=False)
    cnil_told_on = OptionalDay()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed: tuple[str, ...] = ("reason",)
        if attrs["answer"] == Informing.TOLD:
            needed = ("on", "way", *LETTER)
        if attrs["answer"] in AGAINST:
            needed = (*needed, "opinion_by", "opinion_on", "opinion", "cnil_told_on")
        elif attrs["answer"] == Informing.TOLD and attrs["group"] == Concerned.IMPLICATED:
            needed = (*needed, "opinion_by", "opinion_on", "opinion")
        if missing := [name for name in needed if not attrs[name]]:
            raise required(*missing)
        return attrs


class ReassessingBreach(StrictSerializer):
    """DB6: what is new, and since when it is known."""

    new = text()
    aware_at = Instant()


class ClosingBreach(StrictSerializer):
    """DB7: what changes so that it can't happen again."""

    changes = text()


class GivingBack(StrictSerializer):
    """DB8: why the account in question is given back."""

    reason = text()

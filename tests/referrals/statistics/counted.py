"""Many cases at once, as bare as counting needs them; and how a table is read out of an answer."""

from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from referrals.models import Child, JudicialReferral, Measure, Referral
from tests.conftest import see_all

PARIS = ZoneInfo("Europe/Paris")
#: When figures of 2025 are asked for.
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)

#: Facts by the class of what they count, typed by hand from domain.md §4.1, §4.8 and the columns of §1.3.
SHELL = {("outcome", "child"), ("outcome", "sibling_group"), ("channel", "child"), ("channel", "sibling_group"),
         ("urgency_ever", "child"), ("urgency_ever", "sibling_group"), ("kind", "child"), ("age", "child")}  # fmt: skip
BEYOND = {("sex", "child"), ("status_ever", "child"), ("danger_level", "child"), ("decision", "child"),
          ("measure_type", "measure"), ("measure_state", "measure"), ("judicial_state", "judicial_referral")}  # fmt: skip


def day(text):
    """Return noon of a day in Paris, or the minute that is said."""
    found = datetime.fromisoformat(text)
    return found.replace(hour=found.hour or 12, tzinfo=PARIS)


def received(world, many, on, children=({},), code="93", **said):
    """Let an authority have received so many cases on a day, each with these children; return the cases."""
    return received_on(world, [on] * many, children, code, **said)


def received_on(world, days, children=({},), code="93", **said):
    """Let an authority have received a case on each of these days; return the cases."""
    see_all()
    said = {"state": "closed_no_action", "department": code[:2], "age_band": "11-15", "under_15": True} | said
    cases = [
        Referral(
            id=pk, reference=pk.hex[:16], version=1, authority=world.authorities[code], created_at=at, received_at=at,
            submitted_at=at, statutory_due_at=at, filed_by=b"0" * 32, case_key=uuid4(), filer_key=uuid4(), **said,
        )
        for pk, at in ((uuid4(), on if isinstance(on, datetime) else day(on)) for on in days)
    ]  # fmt: skip
    Referral.objects.bulk_create(cases)
    usual = {"sex": "girl", "age_band": "11-15", "under_15": True}
    Child.objects.bulk_create(
        Child(referral=case, position=place, **(usual | child))
        for case in cases
        for place, child in enumerate(children)
    )
    return cases


def in_each_month(world, many, year=2025, **said):
    """Let an authority have received so many cases in each month of a year."""
    days = [f"{year}-{month:02}-15" for month in range(1, 13) for _ in range(many)]
    return received_on(world, days, **said)


def with_parts(cases):
    """Give each case a measure and a referral to justice for its first child."""
    firsts = {child.referral_id: child for child in Child.objects.filter(referral__in=cases, position=0)}
    Measure.objects.bulk_create(
        Measure(
            referral=case,
            child=firsts[case.pk],
            type_id="aed",
            judicial=False,
            proposed_at=NOW,
            state="active",
        )
        for case in cases
    )
    JudicialReferral.objects.bulk_create(
        JudicialReferral(referral=case, prepared_at=NOW, sent_at=NOW, state="sent") for case in cases
    )


def ask(world, who="statistician", code="93", of="93", **query):
    """Ask for an authority's figures."""
    return world.as_(who, code).get(f"authorities/{world.authorities[of].pk}/figures", **query)


def table(answer, fact, unit="child", place=0):
    """Return one table of an answer: by code, then by period."""
    said = answer.json()
    found = next(
        one for one in said["territories"][place]["tables"]
        if (one["fact"]["code"], one["unit"]["code"]) == (fact, unit)
    )  # fmt: skip
    rows = {row["code"]: row["numbers"] for row in found["rows"]} | {"total": found["total"]}
    return {code: dict(zip(said["periods"], numbers, strict=True)) for code, numbers in rows.items()}


def names(answer, place=0):
    """Return which facts are told in which unit."""
    return {(t["fact"]["code"], t["unit"]["code"]) for t in answer.json()["territories"][place]["tables"]}


def ids_in(value):
    """Return everything in an answer that is an id."""
    if isinstance(value, dict | list):
        return {
            found for one in (value.values() if isinstance(value, dict) else value) for found in ids_in(one)
        }
    try:
        return {str(UUID(value))} if isinstance(value, str) else set()
    except ValueError:
        return set()

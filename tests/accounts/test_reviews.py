"""Roles are looked at once a year: who reviews which, when a review is due, and what ends where nobody does (0034)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from accounts import actions, honorability, reviews
from accounts.actions import Appointment
from accounts.actor import SYSTEM
from accounts.errors import NotAllowed, NotVisible
from accounts.models import Membership
from accounts.roles import Role
from outbox import delivery
from outbox.models import Notice
from tests.accounts.conftest import FROM_TOKEN, acting, entries
from tests.night import NIGHT, one_in

pytestmark = pytest.mark.sec("SEC-AZ10")

YEAR, MONTH, DAY = timedelta(days=365), timedelta(days=30), timedelta(days=1)
TWO_WEEKS = timedelta(days=14)
#: Those that two persons give (SEC-AZ12), which supervisors and data protection officers review too.
OF_TWO = {"crip_coordinator", "supervisor", "auditor", "dpo", "territory_admin", "platform_admin"}
#: Typed by hand: who reviews which roles of the own authority. Nobody else reviews any.
REVIEWS = {"territory_admin": set(map(str, Role)), "supervisor": OF_TWO, "dpo": OF_TWO}
#: Whose last holder stays: else a child in danger reaches nobody, or nobody gives roles.
NEEDED = ("crip_coordinator", "on_call", "territory_admin")
#: Nobody who files is kept from it because nobody had the time to look.
REPORTING = ("filer", "api_119")
#: By day of those who review none one in four.
WHO = sorted({*REVIEWS, *one_in(4, map(str, Role))})
LAPSING = [str(role) for role in Role if str(role) not in (*NEEDED, *REPORTING)]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def reviewed(member, authority_93, now):
    """Return the membership of somebody in 93 whose role was reviewed so long ago."""

    def make(role, ago, *, authority=None, **more):
        seen = {"honorability_issued_on": now.date(), "honorability_seen_on": now.date()}
        more |= seen if role in honorability.Terms().roles else {}
        return member(Role(role), authority or authority_93, reviewed_at=now - ago, **more)

    return make


def told(membership, template):
    return Notice.objects.filter(user_id=membership.user_id, template=template, channel="mail").count()


def again(membership):
    return Membership.objects.get(pk=membership.pk)


def bodies(act):
    return [json.loads(bytes(one.body)) for one in entries(act=act)]


def lapse_after_telling(at):
    """Let time do its work: the holders are told, and two weeks later what nobody reviewed ends."""
    reviews.tell_holders(at - TWO_WEEKS)
    return reviews.lapse(at)


# --- Who reviews ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ2", "SEC-AZ12")
@pytest.mark.parametrize("who", WHO)
def test_each_role_reviews_those_of_the_table_and_no_other(reviewed, who, now):
    actor = acting(reviewed(who, DAY), at=now, origin=FROM_TOKEN)
    for role in Role:
        held = reviewed(role, YEAR)
        if role in REVIEWS.get(who, ()):
            actions.review(actor=actor, at=now, membership_id=held.pk)
        else:
            with pytest.raises(NotVisible if who in REVIEWS else NotAllowed):
                actions.review(actor=actor, at=now, membership_id=held.pk)
        expected = now if role in REVIEWS.get(who, ()) else now - YEAR
        assert again(held).reviewed_at == expected, (who, role)


@pytest.mark.parametrize("who", sorted(REVIEWS))
def test_nobody_reviews_a_role_of_their_own(reviewed, calling, who):
    held = reviewed(who, YEAR)

    answer = calling(held).post(f"memberships/{held.pk}/review")

    assert (answer.status_code, answer.json()["code"]) == (403, "own-review")
    assert again(held).reviewed_at == held.reviewed_at
    assert bodies("membership:reviewed") == []


@pytest.mark.sec("SEC-AZ5")
@pytest.mark.parametrize("who", sorted(REVIEWS))
def test_another_authoritys_and_absent_look_the_same(reviewed, calling, authority_75, who):
    theirs = reviewed("auditor", YEAR, authority=authority_75)
    caller = calling(reviewed(who, DAY))

    answers = [caller.post(f"memberships/{pk}/review") for pk in (theirs.pk, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    problems = [answer.json() | {"request_id": ""} for answer in answers]
    assert problems[0] == problems[1]
    assert again(theirs).reviewed_at == theirs.reviewed_at
    assert caller.get("memberships", review="due").json()["results"] == []


@pytest.mark.sec("SEC-AL1")
def test_a_review_is_an_entry_and_its_answer_says_until_when_it_counts(ada, reviewed, calling):
    held = reviewed("assessor", YEAR)

    first = calling(ada).post(f"memberships/{held.pk}/review", **{"Idempotency-Key": "the-same-key"})
    second = calling(ada).post(f"memberships/{held.pk}/review", **{"Idempotency-Key": "the-same-key"})

    assert (first.status_code, first.json()) == (200, second.json())
    done = again(held).reviewed_at
    assert done > held.reviewed_at
    assert first.json()["review_due_at"] == (done + YEAR).isoformat().replace("+00:00", "Z")
    (entry,) = bodies("membership:reviewed")
    assert (entry["tenant"], entry["to"], entry["role"]) == (
        str(held.authority_id),
        "assessor",
        "territory_admin",
    )
    assert len(entry["obj"]) == 1
    assert entry["obj"][0] not in (entry["actor"], str(held.user_id))


def test_a_review_puts_off_no_end_that_is_set(ada, reviewed, calling, now):
    held = reviewed("assessor", YEAR, valid_to=now + DAY)

    assert calling(ada).post(f"memberships/{held.pk}/review").json()["review_due_at"] is None
    assert again(held).valid_to == now + DAY


def test_what_has_ended_is_not_reviewed_but_given_anew(ada, reviewed, calling, now):
    held = reviewed("auditor", YEAR, valid_to=now - DAY)

    answer = calling(ada).post(f"memberships/{held.pk}/review")

    assert (answer.status_code, answer.json()["code"]) == (409, "already-there")
    assert (again(held).reviewed_at, again(held).valid_to) == (held.reviewed_at, held.valid_to)


# --- When -------------------------------------------------------------------------------------------------


def test_giving_a_role_is_its_first_review(ada, make_user, authority_93, now):
    """Of one that begins later, the day on which it begins."""
    for since in (None, now + MONTH):
        given = Appointment(user=make_user(), role=Role.ASSESSOR, authority=authority_93, since=since)
        held = actions.grant(actor=SYSTEM, at=now, appointment=given)

        assert again(held).reviewed_at == (since or now)
        assert again(held).review_due_at == (since or now) + YEAR


@pytest.mark.parametrize(
    ("days", "waits"), [(365 - 30 - 1, False), (365 - 30, True), (365 - 30 + 1, True), (365 + 99, True)]
)
def test_a_review_waits_from_thirty_days_before_it_is_due(ada, reviewed, calling, days, waits):
    held = reviewed("assessor", timedelta(days=days))

    found = calling(ada).get("memberships", review="due").json()["results"]

    assert [one["id"] for one in found] == [str(held.pk)] * waits
    assert len(entries(act="membership:listed", tenant=held.authority_id)) == 1


@pytest.mark.parametrize(("role", "days", "ends"), [
    (role, days, days >= 395) for role in ("assessor", "auditor") for days in (365, 394, 395, 396)
])  # fmt: skip
def test_a_review_is_due_after_a_year_and_the_role_ends_a_month_later(reviewed, role, days, ends, now):
    held = reviewed(role, timedelta())
    at = now + timedelta(days=days)
    for day in range(360, days + 1, 1 if NIGHT else 7):  # two weeks before it ends among them
        reviews.tell_holders(now + timedelta(days=day))

    assert held.review_due_at == now + YEAR
    assert reviews.lapse(at) == ends
    assert again(held).valid_to == (at if ends else None)


def test_what_nobody_reviewed_ends_as_if_somebody_had_ended_it(ada, reviewed, calling, now):
    """Its tokens open nothing from the next request on, and the journal says that the service did it, and why."""
    held = reviewed("assessor", YEAR + MONTH)
    program = calling(held)
    assert program.get("me").status_code == 200

    assert lapse_after_telling(now) == 1

    assert program.get("me").status_code == 401
    (entry,) = bodies("membership:lapsed")
    assert (entry["tenant"], entry["to"], entry["role"]) == (str(held.authority_id), "assessor", "system")
    assert bodies("membership:ended") == []
    assert calling(ada).post(f"memberships/{held.pk}/review").status_code == 409


@pytest.mark.parametrize("role", one_in(3, LAPSING))
def test_the_only_holder_of_most_roles_loses_it_all_the_same(reviewed, role, now):
    held = reviewed(role, YEAR + MONTH)

    assert lapse_after_telling(now) == 1
    assert again(held).valid_to == now


@pytest.mark.parametrize("role", NEEDED)
def test_the_last_of_what_an_authority_needs_stays_and_the_second_does_not(reviewed, authority_75, role, now):
    """However late: of two the one who was reviewed last. Whoever leaves within a month holds nothing up."""
    last = reviewed(role, 3 * YEAR)
    reviewed(role, DAY, authority=authority_75)
    leaving = reviewed(role, DAY, valid_to=now + MONTH)
    assert lapse_after_telling(now) == 0
    assert told(last, "roles.will-lapse") == 0
    assert last in reviews.waiting(Membership.objects.all(), at=now)

    second = reviewed(role, 2 * YEAR)

    assert lapse_after_telling(now) == 1
    assert reviews.lapse(now + MONTH) == 0
    assert [again(one).valid_to for one in (last, second, leaving)] == [now, None, now + MONTH]


@pytest.mark.parametrize("role", REPORTING)
def test_who_files_stays_however_late(reviewed, role, now):
    held, other = reviewed(role, 3 * YEAR), reviewed(role, 3 * YEAR)

    assert lapse_after_telling(now) == 0
    assert again(held).valid_to is again(other).valid_to is None
    assert told(held, "roles.will-lapse") == 0
    assert held in reviews.waiting(Membership.objects.all(), at=now)


def test_what_ends_before_its_review_waits_for_none(reviewed, now):
    held = reviewed("assessor", YEAR - MONTH, valid_to=now + MONTH)
    reviewed("assessor", YEAR + MONTH - TWO_WEEKS, valid_to=now + TWO_WEEKS)

    assert held not in reviews.waiting(Membership.objects.all(), at=now)
    assert reviews.tell_holders(now) == 0, "nor is it said to end for want of one"


def test_a_shorter_period_ends_nothing_on_its_first_day(reviewed, settings, now):
    """Nobody loses a role who wasn't told two weeks before, whatever is set meanwhile, or however long a worker stood."""
    held = reviewed("assessor", YEAR - MONTH)
    settings.ROLE_REVIEW_DAYS = 90

    assert reviews.lapse(now) == 0
    assert reviews.tell_holders(now) == 1
    assert reviews.lapse(now + TWO_WEEKS - timedelta(seconds=1)) == 0
    assert reviews.lapse(now + TWO_WEEKS) == 1
    assert again(held).valid_to == now + TWO_WEEKS


# --- Who is told ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "row_is_authentic"), [(365 + 15, False), (365 + 16, True), (365 + 17, True)]
)
def test_the_holder_is_told_two_weeks_before_and_once(reviewed, now, days, row_is_authentic):
    held = reviewed("assessor", timedelta(days=days))

    assert [reviews.tell_holders(now + timedelta(hours=n)) for n in (0, 1, 30)][:2] == [
        row_is_authentic,
        False,
    ]
    assert told(held, "roles.will-lapse") == 1


def test_a_review_in_time_ends_it_there_and_the_next_year_tells_again(ada, reviewed, calling, now):
    held = reviewed("assessor", YEAR + MONTH - TWO_WEEKS)
    reviews.tell_holders(now)
    calling(ada).post(f"memberships/{held.pk}/review")

    assert reviews.lapse(now + TWO_WEEKS) == 0
    assert reviews.tell_holders(now + YEAR + MONTH) == 1
    assert told(held, "roles.will-lapse") == 2


def test_the_holder_is_told_when_it_ended_in_words_that_name_nobody(reviewed, now):
    held = reviewed("assessor", YEAR + MONTH)
    lapse_after_telling(now)
    mail.outbox.clear()
    delivery.deliver_due()

    sent = [one for one in mail.outbox if one.to == [held.user.email]]
    assert [one.body.partition("\n")[0] for one in sent] == [
        "Un de vos rôles prend fin dans deux semaines, si votre administration ne le confirme pas.",
        "Un de vos rôles a pris fin, faute d'avoir été confirmé ; votre administration peut le redonner.",
    ]
    assert not [one for one in sent if held.user.full_name in one.body + one.subject]


def test_those_who_can_review_are_told_once_a_day_for_as_long_as_any_waits(ada, reviewed, calling, now):
    held, sam, dan = reviewed("assessor", YEAR), reviewed("supervisor", DAY), reviewed("dpo", DAY)

    assert [reviews.tell_of_waiting(now + timedelta(hours=n)) for n in (0, 1, 23, 24)] == [1, 0, 0, 1]
    assert [told(one, "roles.to-review") for one in (ada, sam, dan, held)] == [2, 0, 0, 0]
    reviewed("auditor", YEAR)
    assert reviews.tell_of_waiting(now + 2 * DAY) == 1
    assert [told(one, "roles.to-review") for one in (ada, sam, dan, held)] == [3, 1, 1, 0]
    for one in reviews.waiting(Membership.objects.all(), at=now):
        calling(ada).post(f"memberships/{one.pk}/review")
    assert reviews.tell_of_waiting(now + 3 * DAY) == 0


def test_nobody_is_told_of_the_own_roles_alone_nor_of_elsewhere(olga, reviewed, now):
    sam, dan = reviewed("supervisor", YEAR), reviewed("dpo", DAY)

    assert reviews.tell_of_waiting(now) == 1
    assert [told(one, "roles.to-review") for one in (sam, dan, olga)] == [0, 1, 0]


# --- The list ---------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ1")
@pytest.mark.parametrize("who", WHO)
def test_each_sees_what_they_review_of_the_own_authority(reviewed, calling, authority_75, who):
    """The longest unreviewed first."""
    held = [reviewed(role, YEAR + n * DAY) for n, role in enumerate(Role)]
    reviewed("auditor", YEAR, authority=authority_75)

    answer = calling(reviewed(who, DAY)).get("memberships", review="due")

    if who not in REVIEWS:
        assert answer.status_code == 403
        return
    expected = [str(one.pk) for one in reversed(held) if one.role in REVIEWS[who]]
    assert [one["id"] for one in answer.json()["results"]] == expected

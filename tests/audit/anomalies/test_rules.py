"""Each rule: one course of events that it finds, and a neighbouring one that it leaves alone (SEC-AL18)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from audit import events
from audit.anomalies import detection
from audit.anomalies.facts import NAMESAKE, Fact, Group, Terms
from audit.anomalies.patterns import itself, readers, within
from audit.anomalies.rules import BY_CODE, RULES

pytestmark = [pytest.mark.sec("SEC-AL18")]

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Paris
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
SPACE = UUID("11111111-2222-4333-8444-555555555555")
TENANT = uuid5(SPACE, "93")
PARIS = ZoneInfo("Europe/Paris")
LIMITS = {
    "anomaly_files_a_day": 5, "anomaly_idle_files_a_day": 3, "anomaly_night_files": 3, "anomaly_readers_a_day": 3,
    "anomaly_refusals_an_hour": 4, "anomaly_refusals_of_all": 12, "anomaly_probes_a_day": 3, "anomaly_dormant_days": 60, "anomaly_searchers": 3,
    "anomaly_failed_openings": 3, "anomaly_lift_hours": 24, "anomaly_clock_seconds": 60,
    "anomaly_namesake_hours": 24, "anomaly_closed_files_a_day": 3, "anomaly_glass_hours": 24, "anomaly_glass_alone": 1,
    "anomaly_search_minutes": 60, "anomaly_searches_alone": 2, "anomaly_places_minutes": 15,
    "anomaly_shared_hours": 48,
}  # fmt: skip


def one(name: object) -> UUID:
    """A pseudonym by a name of the test."""
    return uuid5(SPACE, str(name))


class Course:
    """Facts, one after another, each under an id of its own."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def fact(self, act: str, at: datetime, who: object = "nadia", file: object = None, **said) -> "Course":
        number = len(self.facts)
        subjects = () if file is None else (one(file),)
        values = {"tenant": TENANT, "actor": None if who is None else one(who), "subjects": subjects} | said
        self.facts.append(Fact(id=one(f"entry {number}"), at=at, act=act, **values))
        return self

    def opens(self, at: datetime, file: object, who: object = "nadia", **said) -> "Course":
        return self.fact(events.OPENED, at, who, file, **({"rule": "assigned", "state": "triage"} | said))

    def denied(self, at: datetime, rule: str = "not-found", **said) -> "Course":
        return self.fact("request:denied", at, outcome="deny", rule=rule, **said)


def found(
    course: Course, *, at: datetime = TUESDAY + 5 * DAY, rules=tuple(BY_CODE), decoys=frozenset(), **limits
):
    """What the rules say of a whole course; ``at`` is when they are asked."""
    terms = Terms(
        at=at,
        limits=LIMITS | limits,
        zone=PARIS,
        on_duty=lambda instant: (
            6 <= instant.astimezone(PARIS).hour < 21 and instant.astimezone(PARIS).weekday() < 5
        ),
        rules=frozenset(rules),
        closed=frozenset({"ended", "closed_no_action"}),
        decoys=decoys,
    )
    return detection.findings(course.facts, detection.Remembered(course.facts), TENANT, terms)


def of_rule(code: str, course: Course, **said) -> list:
    return [finding for finding in found(course, **said) if finding.rule == code]


def many(count: int, does: Callable[[Course, int], object]) -> Course:
    course = Course()
    for number in range(count):
        does(course, number)
    return course


# --- Each rule: what it finds, what it leaves alone ----------------------------------------------------


NIGHT = TUESDAY + 12 * HOUR + 10 * MINUTE  # 22:10 in Paris


def _volume(count):
    return many(count, lambda c, n: c.opens(TUESDAY + n * MINUTE, n))


def _idle(*, works: bool):
    course = many(3, lambda c, n: c.opens(TUESDAY + n * MINUTE, n, rule="territory"))
    return course.fact("referral:qualify", TUESDAY + HOUR, file=2) if works else course


def _readers(count):
    return many(count, lambda c, n: c.opens(TUESDAY + n * MINUTE, "the file", f"agent {n}"))


def _device(known: str):
    course = Course().fact("session:opened", TUESDAY - 3 * DAY, device=known)
    return course.fact("audit:exported", TUESDAY, device="firefox/140")


def _dormant(days: int):
    return Course().fact("session:closed", TUESDAY - days * DAY).opens(TUESDAY, 1)


def _same_search(count, digest=lambda _: "the same"):
    return many(
        count,
        lambda c, n: c.fact("search:done", TUESDAY + n * HOUR, f"agent {n}", asked=digest(n)),
    )


def _lift(*, known: bool):
    course = Course().opens(TUESDAY - 5 * DAY, "file", "cousin") if known else Course()
    course.fact("referral:lift_exclusion", TUESDAY, "boss", "file")
    return course.opens(TUESDAY + HOUR, "file", "cousin")


def _clock(step: timedelta):
    writer = one("writer")
    course = Course().fact("session:opened", TUESDAY, writer=writer, seq=1, mono=0)
    return course.fact("session:closed", TUESDAY + MINUTE + step, writer=writer, seq=2, mono=60_000_000)


def _namesake(*, works: bool):
    course = Course().fact("referral:assign", TUESDAY - DAY, file="file") if works else Course()
    return course.opens(TUESDAY, "file").fact(NAMESAKE, TUESDAY, file="file")


def _glass(*, works: bool):
    course = Course().fact("glass:open", TUESDAY, file="file").opens(TUESDAY + MINUTE, "file")
    course.fact("glass:expire", TUESDAY + HOUR, file="file")
    return course.fact("referral:log_contact", TUESDAY + 2 * HOUR, file="file") if works else course


def _searches(*, opens: bool):
    course = many(2, lambda c, n: c.fact("search:done", TUESDAY + n * MINUTE, asked=f"{n}"))
    return course.opens(TUESDAY + 10 * MINUTE, "file") if opens else course


def _places(*networks: str, pause: timedelta = MINUTE):
    return many(len(networks), lambda c, n: c.opens(TUESDAY + n * pause, n, network=networks[n]))


def _refused(people: int):
    """Of so many people five refusals, and one entry that stands for five more."""
    course = many(
        5 * people, lambda c, n: c.fact("request:denied", TUESDAY + n * timedelta(seconds=10), f"agent {n % people}",
                                        outcome="deny", rule=("not-found", "referral:qualify")[n % 2])
    )  # fmt: skip
    return course.fact(
        "request:denied", TUESDAY + 9 * MINUTE, "agent 0", outcome="deny", rule="cases-delayed", count=5
    )


HOME, WORK = "192.0.2.0/24", "198.51.100.0/24"


def _one_place(*, known: bool = False, act: str = "user:made", pause=DAY, **said):
    """An administrator gives access to an account, which is then used from the same network and browser."""
    place = {"network": WORK, "device": "firefox/140"}
    course = Course().fact("session:opened", TUESDAY - 9 * DAY, "zoe", **place) if known else Course()
    course.fact("session:opened", TUESDAY - HOUR, "ada", **place).fact(
        act, TUESDAY, "ada", "zoe's account", **place
    )
    return course.fact("session:opened", TUESDAY + pause, "zoe", **(place | said))


#: rule: (what it finds, what it leaves alone)
COURSES: dict[str, tuple[Course, Course]] = {
    "R01": (_volume(5), _volume(4)),
    "R02": (_idle(works=False), _idle(works=True)),
    "R03": (
        many(3, lambda c, n: c.opens(NIGHT + n * MINUTE, n)),
        many(3, lambda c, n: c.opens(NIGHT + n * MINUTE, n, role="on_call")),
    ),
    "R04": (_readers(3), _readers(2)),
    "R05": (
        many(4, lambda c, n: c.denied(TUESDAY + n * 10 * MINUTE, "not-allowed")),
        many(4, lambda c, n: c.denied(TUESDAY + n * 25 * MINUTE, "not-allowed")),
    ),
    "R06": (
        many(3, lambda c, n: c.denied(TUESDAY + n * HOUR)),
        many(3, lambda c, n: c.denied(TUESDAY + n * HOUR, file="a file that is there")),
    ),
    "R07": (_device("firefox/128"), _device("firefox/140")),
    "R08": (_dormant(60), _dormant(59)),
    "R09": (_same_search(3), _same_search(3, digest=str)),
    "R10": (
        many(3, lambda c, n: c.opens(TUESDAY + n * MINUTE, n, outcome="fail", values=2)),
        many(3, lambda c, n: c.opens(TUESDAY + n * MINUTE, n, outcome="fail", values=0)),
    ),
    "R11": (_lift(known=False), _lift(known=True)),
    "R12": (_clock(-HOUR), _clock(timedelta(seconds=30))),
    "R13": (Course().opens(TUESDAY, "decoy"), Course().opens(TUESDAY, "decoy", outcome="fail")),
    "R14": (_namesake(works=False), _namesake(works=True)),
    "R15": (
        many(3, lambda c, n: c.opens(TUESDAY + n * MINUTE, n, state="ended")),
        many(3, lambda c, n: c.opens(TUESDAY + n * MINUTE, n, state="ended", role="dpo")),
    ),
    "R16": (_glass(works=False), _glass(works=True)),
    "R17": (_searches(opens=False), _searches(opens=True)),
    "R18": (_places(HOME, WORK, HOME), _places(HOME, WORK, WORK)),
    "R19": (_refused(2), _refused(1)),
    "R20": (_one_place(), _one_place(known=True)),
}  # fmt: skip
DECOYS = frozenset({one("decoy")})


def test_every_rule_has_both_courses():
    assert COURSES.keys() == BY_CODE.keys() == {f"R{number:02}" for number in range(1, 21)}
    assert len(RULES) == 20


@pytest.mark.parametrize("code", COURSES)
def test_the_rule_finds_its_course_once_and_says_whom_and_what(code):
    course, _ = COURSES[code]

    (finding,) = of_rule(code, course, decoys=DECOYS)

    about_nobody = code in {"R04", "R09", "R12", "R19"}
    assert (finding.actor is None) is about_nobody
    assert finding.tenant == TENANT
    assert set(finding.entries) <= {fact.id for fact in course.facts}
    assert finding.first_at <= finding.last_at


@pytest.mark.parametrize("code", COURSES)
def test_the_rule_leaves_the_neighbour_alone(code):
    _, course = COURSES[code]

    assert of_rule(code, course, decoys=DECOYS) == []


@pytest.mark.parametrize("code", COURSES)
def test_a_rule_that_is_switched_off_finds_nothing_unless_it_is_always_on(code):
    course, _ = COURSES[code]

    assert bool(of_rule(code, course, rules=(), decoys=DECOYS)) is BY_CODE[code].always


@pytest.mark.parametrize("code", [rule.code for rule in RULES if rule.waits_for])
def test_what_nothing_followed_is_found_when_its_time_is_over(code):
    course, _ = COURSES[code]

    assert of_rule(code, course, at=TUESDAY + 2 * MINUTE) == []
    assert len(of_rule(code, course, at=TUESDAY + 3 * DAY)) == 1


@pytest.mark.parametrize(
    "code", ["R01", "R02", "R03", "R04", "R08", "R10", "R11", "R13", "R14", "R15", "R16", "R18"]
)
def test_a_file_of_the_case_that_is_downloaded_is_an_opening_and_no_work(code):
    """A download takes as much along as a page that is shown: no rule may be got round by it."""
    found, left = COURSES[code]

    assert len(of_rule(code, _by_download(found), decoys=DECOYS)) == 1
    assert of_rule(code, _by_download(left), decoys=DECOYS) == []


def _by_download(course: Course) -> Course:
    """Return the course in which whoever opened a case took a file of it."""
    other = Course()
    other.facts = [
        replace(fact, act="attachment:opened") if fact.act == events.OPENED else fact for fact in course.facts
    ]
    return other


@pytest.mark.parametrize(
    "act",
    [
        "attachment:opened", "message:read", "receipt:given", "glass:give_back", "audit:queried", "audit:exported",
        "anomaly:identities",
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["R02", "R14", "R16"])
def test_what_only_reads_is_no_work_that_excuses_an_opening(code, act):
    course = {"R02": _idle, "R14": _namesake, "R16": _glass}[code](works=False)
    for file in ("file", 0, 1, 2):
        course.fact(act, TUESDAY + 3 * HOUR, file=file)

    assert len(of_rule(code, course)) == 1


@pytest.mark.parametrize("code", ["R02", "R14"])
def test_to_break_the_glass_is_no_work_on_the_file_that_it_opens(code):
    course = {"R02": _idle, "R14": _namesake}[code](works=False)
    for file in ("file", 0, 1, 2):
        course.fact("glass:open", TUESDAY - MINUTE, file=file)

    assert len(of_rule(code, course)) == 1


@pytest.mark.sec("SEC-AZ24")
@pytest.mark.parametrize("act", ["user:made", "user:invited", "user:reopened", "membership:asked"])
def test_an_account_that_is_first_used_where_it_was_given_is_found(act):
    (found,) = of_rule("R20", _one_place(act=act, device="firefox/141"))
    assert found.actor == one("zoe")
    assert len(found.entries) == 2

    for other in ({"network": HOME}, {"network": ""}, {"device": "chrome/140"}, {"pause": 2 * DAY + MINUTE}):
        assert of_rule("R20", _one_place(act=act, **other)) == [], other


def test_a_namesake_at_night_is_found_at_once():
    course = Course().opens(NIGHT, "file").fact(NAMESAKE, NIGHT, file="file")

    assert len(of_rule("R14", course, at=NIGHT + MINUTE)) == 1


def test_what_is_found_again_bears_the_same_key():
    """So that a batch which is looked at twice, or a day that goes on, makes one anomaly."""
    (first,), (second,) = of_rule("R01", _volume(5)), of_rule("R01", _volume(9))

    assert (first.key, first.count, second.count) == (second.key, 5, 9)


def test_what_is_found_twice_on_a_day_is_one_finding_that_names_all_of_it():
    """Two decoys, two bursts of refusals: the second must not write over the first."""
    decoys = (
        Course().opens(TUESDAY, "decoy 1").opens(TUESDAY + HOUR, "decoy 2").opens(TUESDAY + DAY, "decoy 1")
    )
    today, tomorrow = of_rule("R13", decoys, decoys={one("decoy 1"), one("decoy 2")})
    assert (today.count, today.subjects) == (2, (one("decoy 1"), one("decoy 2")))
    assert (today.first_at, today.last_at, len(today.entries)) == (TUESDAY, TUESDAY + HOUR, 2)
    assert tomorrow.count == 1

    bursts = many(8, lambda course, n: course.denied(TUESDAY + n * MINUTE + (n >= 4) * 5 * HOUR))
    (burst,) = of_rule("R05", bursts)
    assert (burst.count, len(burst.entries)) == (8, 8)


def test_a_clock_that_moved_twice_is_told_by_its_largest_step():
    course = Course()
    for seq, seconds in enumerate((0, 100, 101, 401, 402)):
        mono = seq * 1_000_000
        course.fact(
            "x:y", TUESDAY + timedelta(seconds=seconds), None, writer=one("writer"), seq=seq, mono=mono
        )

    (step,) = of_rule("R12", course)

    assert (step.count, len(step.entries)) == (299, 4)


def test_a_night_is_one_night_though_midnight_passes():
    course = many(4, lambda c, n: c.opens(NIGHT + n * HOUR, n))

    (finding,) = of_rule("R03", course)

    assert finding.count == 4


def test_the_first_day_of_an_account_is_not_a_dormant_one():
    assert of_rule("R08", Course().opens(TUESDAY, 1)) == []
    assert of_rule("R07", Course().fact("audit:exported", TUESDAY, device="firefox/140")) == []


# --- What a rule costs ---------------------------------------------------------------------------------


def test_a_window_counts_each_fact_in_and_out_once():
    """A group of thousands of facts is asked each minute: as often as that, and no more, is anything counted."""
    course = many(2_000, lambda c, n: c.denied(TUESDAY + n * timedelta(seconds=10)))
    counted = []

    def counts(fact):
        counted.append(fact)
        return itself(fact)

    find = within(HOUR, lambda fact, _: True, counts, "anomaly_refusals_an_hour")
    terms = Terms(
        at=TUESDAY + DAY, limits={"anomaly_refusals_an_hour": 500}, zone=PARIS, on_duty=lambda _: True, rules=frozenset()
    )  # fmt: skip

    assert list(find(Group(tuple(course.facts)), terms)) == []
    assert len(counted) <= 2 * len(course.facts)


def test_a_window_forgets_what_left_it_and_knows_what_stands_in_it_twice():
    course = Course()
    for minute, who in ((0, "a"), (30, "b"), (50, "a"), (70, "c"), (95, "d")):
        course.opens(TUESDAY + minute * MINUTE, "file", who)
    find = within(HOUR, lambda fact, _: True, readers, "most", of_one=False)
    terms = Terms(at=TUESDAY + DAY, limits={"most": 3}, zone=PARIS, on_duty=lambda _: True, rules=frozenset())

    (hit,) = find(Group(tuple(course.facts)), terms)

    assert (hit.count, [fact.id for fact in hit.facts]) == (3, [fact.id for fact in course.facts[1:4]])

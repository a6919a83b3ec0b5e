"""SEC-AZ4: whoever is excluded finds nothing of the case in any list, by any filter, under any role."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from audit import journal
from outbox.notices import About, Recipients, tell
from referrals.cases.sorting import COLUMNS
from referrals.models import (
    Alert,
    BreakGlass,
    Clock,
    ClosureReview,
    EmergencySheet,
    Exclusion,
    Inquiry,
    Referral,
    SheetReader,
    TransferRequest,
)
from tests.days import today
from tests.expected.routes import LINES, ROUTES
from tests.expected.vocabulary import EXCLUDED, ROLES
from tests.factories.concerns import concern
from tests.factories.world import Caller
from tests.night import NIGHT, some
from tests.referrals.workflow.kit import Kit
from tests.referrals.workflow.relations import HERE, build, measure
from tests.schema import document
from tests.security.procedure import seeing_all
from tests.shared_fixtures import Unchanged, shared_fixture

pytestmark = [pytest.mark.sec("SEC-AZ4"), pytest.mark.both_databases("statements of every list")]

NOW = datetime.now(UTC)
STATES = ("draft", "submitted", "protected_admin")
#: Each parameter of a list of cases, with values that the cases below match: a new one without its values fails.
TRIED = {
    "GET /api/v1/referrals": {
        "state": STATES, "urgency": ("U1",), "unit": ("{unit}",), "department": (HERE,), "reference": ("{reference}",),
        "runaway": ("false",), "majority_near": ("false",), "overdue": ("true", "false"), "names": ("true",), "limit": ("1",), "cursor": (),
        "own": ("true",), "status": ("received", "in_progress"), "details": ("true",),
        "owner": ("me", "nobody", "{user}"), "filer": ("teacher",), "received_from": ("2020-01-01",), "received_to": ("2099-01-01",),
        "due_within": ("0", "366"), "similar": ("true", "false"), "unread": ("true", "false"),
        "sort": [sign + name for name in COLUMNS for sign in ("", "-")],
    },
    "GET /api/v1/closure-reviews": {
        "state": ("due", "confirmed", "reopened"), "overdue": ("true", "false"), "limit": ("1",), "cursor": (),
    },
    "GET /api/v1/break-glass": {
        "state": ("opened", "to_review"), "overdue": ("true", "false"), "limit": ("1",), "cursor": (),
    },
    "GET /api/v1/emergency-sheets": {"limit": ("1",), "cursor": ()},
    "GET /api/v1/notices": {"unread": ("true", "false"), "limit": ("1",), "cursor": ()},
    "GET /api/v1/measures": {
        "state": ("agreed",), "service": ("{service}",), "unit": ("{unit}",), "type": ("aed",), "judicial": ("false",),
        "limit": ("1",), "cursor": (),
    },
    "GET /api/v1/assignments": {
        "user": ("{user}",), "role": ("ase_inspector",), "limit": ("1",), "cursor": (),
    },
    "GET /api/v1/assignments/people": {"leaving": ("true", "false")},
    "GET /api/v1/measures/counts": {"by": ("service", "unit", "type", "state")},
    "GET /api/v1/transfers": {"limit": ("1",), "cursor": ()},
    "GET /api/v1/alerts": {"limit": ("1",), "cursor": ()},
    "GET /api/v1/inquiries": {"side": ("asker",), "state": ("asked",), "limit": ("1",), "cursor": ()},
    "GET /api/v1/exclusions": {"awaiting": ("true", "false"), "limit": ("1",), "cursor": ()},
    "GET /api/v1/clocks": {"state": ("overdue",), "code": ("C4",), "limit": ("1",), "cursor": ()},
}  # fmt: skip

#: Who sees lines of each list of cases.
READERS = {
    "referrals": "supervisor", "clocks": "supervisor", "closure-reviews": "supervisor", "emergency-sheets": "on_call",
    "notices": "supervisor", "break-glass": "supervisor", "measures": "supervisor", "measures/counts": "supervisor",
    "assignments": "supervisor", "assignments/people": "supervisor", "transfers": "crip_coordinator",
    "alerts": "supervisor", "exclusions": "supervisor", "inquiries": "crip_coordinator",
}  # fmt: skip
#: Parameters that a list can't do without.
NEEDED = {"GET /api/v1/assignments": ("user",)}


def parameters(route: str) -> set[str]:
    """Return the parameters that the schema declares for a list."""
    operation = document()["paths"][route.removeprefix("GET ")]["get"]
    return {one["name"] for one in operation["parameters"] if one["in"] == "query"}


def asked(route: str, **of_case: str) -> Iterator[dict[str, str]]:
    always = {name: of_case[name] for name in NEEDED.get(route, ())}
    yield always
    for name, values in TRIED[route].items():
        for value in some(values, f"{route} {name}"):
            yield always | {name: value.format(**of_case)}


@shared_fixture
def excluded(world):
    """Everybody in every role, tied to three cases of their own in every way at once, and excluded from each."""
    people = build(world, STATES, at=NOW, only=lambda _, relation: relation == EXCLUDED)
    for one in people:
        for case in one.cases.values():
            journal.new_subject(case.pk, at=NOW)
            Clock.objects.create(
                referral=case,
                code="C4",
                access_class="A",
                started_at=NOW,
                warn_at=NOW,
                due_at=NOW,
                statutory=True,
            )
            ClosureReview.objects.create(referral=case, step="withdraw", opened_at=NOW, due_at=NOW)
            BreakGlass.objects.create(
                referral=case, user=one.user, role=one.role, opened_at=NOW, expires_at=NOW + timedelta(hours=1),
                review_due_at=NOW,
            )  # fmt: skip
            Alert.objects.create(referral=case, cause="filed", sounded_at=NOW)
            Inquiry.objects.create(
                referral=case, thread=uuid4(), side="asker", authority=case.authority, reference=case.reference,
                other=world.authorities["75"], urgency="U1", ground="lived_there", holders="told", asked_at=NOW,
            )  # fmt: skip
            Exclusion.objects.create(
                referral=case, user=world.user("directory_editor", "75"), by=None, cause="name", since_at=NOW
            )
            child = case.children.first()
            measure(case, one.service, child, at=NOW, state="agreed", agreed_on=NOW.date()).save(
                force_insert=True
            )
            sheet = EmergencySheet.objects.create(
                referral=case, child=case.children.first(), reference=case.reference, authority=case.authority,
                opened_at=NOW,
            )  # fmt: skip
            SheetReader.objects.create(referral=case, sheet=sheet, authority=case.authority)
            TransferRequest.objects.create(
                referral=case, reference=case.reference, authority=world.authorities["75"], target=case.authority,
                state="arbitration" if one.role == "supervisor" else "sent", ground="moved", channel="electronic",
                asked_by=one.user.pk, asked_at=NOW, sent_at=NOW,
            )  # fmt: skip
            about = About(
                template="case.changed",
                reference=case.reference,
                subject_id=case.pk,
                authority_id=case.authority_id,
            )
            told = Recipients(users=[one.user.pk, world.user("supervisor").pk])
            with transaction.atomic():
                tell(about, told, at=NOW)
    assert {one.role for one in people} == set(ROLES)
    return Unchanged(people)


def test_every_list_is_of_a_kind_that_says_whether_it_speaks_of_cases(db_both):
    paths = document()["paths"]
    lists = {
        f"GET {path}"
        for path, one in paths.items()
        if "get" in one and "results" in str(resolved(one["get"]["responses"]["200"]))
    }

    assert {route.replace("<uuid:pk>", "{id}") for kind in LINES.values() for route in kind} == lists
    assert {route for kind in LINES.values() for route in kind} <= set(ROUTES)


def resolved(response):
    """Return the properties of the answer, one reference deep."""
    if "application/json" not in response["content"]:
        return []  # a document or an export
    schema = response["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    components = document()["components"]["schemas"]
    return list(components[name]["properties"]) if name else list(schema)


@pytest.mark.parametrize("route", LINES["cases"])
def test_every_parameter_of_a_list_of_cases_is_tried(db_both, route):
    assert set(TRIED[route]) == parameters(route)


@pytest.mark.slow("every list, as every role")
@pytest.mark.parametrize("route", LINES["cases"])
def test_no_list_of_cases_has_a_line_or_a_count_of_what_the_reader_is_excluded_from(world, excluded, route):
    """By day two roles ask for the whole list, and by one value of each parameter one that sees such lines."""
    reader = READERS[route.removeprefix("GET /api/v1/")]
    few = some(excluded, route, 2)
    for one in [*few, *(one for one in excluded if one.role == reader and one not in few)]:
        caller = Caller(one.secret)
        for case in some([*one.cases.values()], one.role + route):
            places = {"unit": world.units[HERE].pk, "service": one.service.pk, "user": one.user.pk}
            every = asked(route, reference=case.reference, **places)
            for params in every if NIGHT or one.role == reader else [next(every)]:
                answer = caller.get(route.removeprefix("GET /api/v1/"), **params)
                text = answer.content.decode()
                mine = [str(found.pk) for found in one.cases.values()] + [
                    *(c.reference for c in one.cases.values()),
                    *((str(one.service.pk),) if route.endswith("measures/counts") else ()),
                ]
                # A list of filings has fewer filters, and says so of whatever they are asked for (SEC-AZ19).
                filings = (400,) if route == "GET /api/v1/referrals" else ()
                assert answer.status_code in (200, 403, *filings), (one.role, params, text[:200])
                assert not [found for found in mine if found in text], (one.role, params)


def test_the_same_lists_have_these_lines_for_who_is_not_excluded(world, excluded):
    """Else the lists would be empty for another reason than the exclusion."""
    asked_for = {"assignments": {"user": next(one.user.pk for one in excluded if one.role == "assessor")}}
    assert {f"GET /api/v1/{path}" for path in READERS} == set(LINES["cases"])
    for path, role in READERS.items():
        assert world.as_(role).get(path, **asked_for.get(path, {})).json()["results"], path


@pytest.mark.parametrize("route", LINES["of one case"])
def test_no_part_of_the_case_is_listed(excluded, route):
    for one in some(excluded, route, 4):
        for case in some([*one.cases.values()], one.role + route):
            path = route.removeprefix("GET /api/v1/").replace("<uuid:pk>", str(case.pk))
            assert Caller(one.secret).get(path).status_code == 404, (one.role, route)


def test_lists_of_people_and_places_name_no_case(world, excluded):
    """They are lists of accounts; their answers hold neither id nor reference of any case."""
    held = [str(case.pk) for one in excluded for case in one.cases.values()]
    for route in LINES["no case"]:
        path = route.removeprefix("GET /api/v1/").replace("<uuid:pk>", str(world.authorities[HERE].pk))
        text = world.as_("territory_admin").get(path, limit=100).content.decode()
        assert not [pk for pk in held if pk in text], route


def test_the_journal_hides_no_entry_from_an_excluded_auditor_and_names_no_case(world):
    """Whoever may exclude could blind the audit otherwise; an entry has the pseudonym alone."""
    kit = Kit(world, "triage")
    world.as_("supervisor").get(f"referrals/{kit.case.pk}")
    kit.exclude("auditor")

    answer = world.as_("auditor").get("audit/entries", subject=str(journal.subject(kit.case.pk)))

    assert [line["act"] for line in answer.json()["results"]] == ["field:opened"]
    assert str(kit.case.pk) not in answer.content.decode()
    assert kit.case.reference not in answer.content.decode()


# --- Where a person is named --------------------------------------------------------------------------


NAMEABLE = ("assessor", "assessment_lead", "ase_inspector", "case_referent", "crip_coordinator", "supervisor")


@pytest.mark.parametrize("role", NAMEABLE)
def test_whoever_is_excluded_is_offered_for_nothing(world, role):
    kit = Kit(world, "triage")
    cell = world.as_("crip_coordinator_2")
    path, me = f"referrals/{kit.case.pk}/people", str(world.user(role).pk)
    assert me in {line["id"] for line in cell.get(path, role=role).json()["results"]}

    kit.exclude(role)

    assert me not in {line["id"] for line in cell.get(path, role=role).json()["results"]}


def test_whoever_is_excluded_signs_nothing_and_is_let_in_by_no_list(world):
    kit = Kit(world, "triage")
    kit.exclude("supervisor")
    me, cell = str(world.user("supervisor").pk), world.as_("crip_coordinator")
    named = {"named": [me, str(world.user("supervisor_2").pk)], "reason": "Agent.", "review_on": "2030-01-01"}
    until = today().isoformat()

    refused = [
        cell.step(kit.case.pk, "restrict", named),
        cell.step(kit.case.pk, "grant_access", {"user": me, "reason": "Renfort.", "until": until}),
        cell.step(kit.case.pk, "exclude", {"user": me, "reason": "Encore."}),
    ]

    assert [answer.status_code for answer in refused] == [409] * 3
    assert world.as_("supervisor").get(f"referrals/{kit.case.pk}").status_code == 404


def test_a_new_filing_takes_after_no_case_that_its_author_is_excluded_from(world):
    """``source_referral`` is answered as for a case that isn't there: no way to learn that there is one."""
    kit = Kit(world, "triage")
    kit.exclude("intake_agent")
    intake = world.as_("intake_agent")

    answers = [
        intake.post("referrals", concern(source_referral=pk))
        for pk in (str(kit.case.pk), "00000000-0000-4000-8000-00000000dead")
    ]

    bodies = [answer.json() | {"request_id": ""} for answer in answers]
    assert answers[0].status_code == 400
    assert bodies[0] == bodies[1]


def test_an_exclusion_beats_every_exceptional_right_at_once(world):
    """Named on the list, granted, asked to sign, assigned: all of it together opens nothing."""
    (one,) = build(
        world, ["triage"], at=NOW, only=lambda *pair: pair == ("ase_inspector", EXCLUDED), restricted=True
    )
    case = one.cases["triage"]
    caller = Caller(one.secret)
    assert caller.get(f"referrals/{case.pk}/clocks").status_code == 404

    with seeing_all():
        Exclusion.objects.filter(referral=case).update(lifted_at=NOW)
        Referral.objects.filter(pk=case.pk).update(restricted=False)
    journal.new_subject(case.pk, at=NOW)

    assert caller.get(f"referrals/{case.pk}/clocks").status_code == 200, (
        "nothing but the exclusion stood in the way"
    )

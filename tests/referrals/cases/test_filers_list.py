"""A filer finds out what the coarse line says, no more (SEC-AZ19): the list of filings, its cursors, and twins.

Twins are two filings with the same coarse line and all else apart. Whatever their filer asks, both answer the same.
"""

import base64
import re
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections

from accounts.models import Membership
from accounts.roles import Role
from referrals.access.matrix import NOBODY
from referrals.models import Clock, Joining, Referral
from referrals.vocabulary import formats
from referrals.vocabulary.states import CoarseStatus, State, Urgency
from tests.clock import NOW
from tests.conftest import see_all
from tests.expected.routes import ROUTES
from tests.factories.concerns import concern
from tests.factories.world import Caller
from tests.night import NIGHT, some
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

pytestmark = [
    pytest.mark.sec("SEC-AZ19"),
    pytest.mark.both_databases("what tells twins apart: statements and their number"),
]
LATE = NOW + timedelta(days=30)
#: Of a filing that nobody has acknowledged yet T04 is offered, of a closed one T08 isn't (domain.md §2.2, S4): so much a
#: filer finds out, and these are no twins of the others.
#: By coarse word, the rows of two filings that show it: the state of each, and what else may differ.
TWINS = {
    "received": [
        {"state": "acknowledged", "urgency": "U1"},
        {"state": "acknowledged", "urgency": "U3", "runaway": True, "version": 9, "next_due_at": NOW},
    ],
    "withdrawn": [
        {"state": "withdrawn", "withdrawn_at": NOW, "urgency": "U1"},
        {"state": "in_assessment", "withdrawn_at": NOW, "urgency": "U3", "version": 12, "next_due_at": LATE,
         "immediate_danger": True},
    ],
    "in_progress": [
        {"state": "triage", "urgency": "U1"},
        {"state": "protected_judicial", "urgency": "U3", "runaway": True, "restricted": True, "legal_hold": True,
         "version": 40, "next_due_at": NOW - timedelta(days=3), "prostitution_status": "established",
         "judicial_status": "sent", "left_open": True, "alert_open": True, "transfer_open": True},
    ],
    "closed": [
        {"state": "closed_no_action", "closed_at": NOW, "version": 7},
        {"state": "ended", "closed_at": NOW, "urgency": "U2", "version": 20, "restricted": True},
    ],
}  # fmt: skip
JSON = {"accept": "application/json"}
SUBMITTED = NOW - timedelta(days=2)


@shared_fixture
def twins(world) -> dict[str, list[Referral]]:
    """Pairs of filings of one filer, of the same minute, each pair with one coarse line and all else apart."""
    found = {}
    for word, rows in TWINS.items():
        found[word] = []
        for number, row in enumerate(rows):
            form = concern()
            form["children"][0]["first_names"] = f"Prénom{number}"
            answer = world.as_("filer").post(
                "referrals", form | {"submit": True}, key=f"twin-{word}-{number}"
            )
            assert answer.status_code == 201, answer.content
            see_all()
            pk = answer.json()["id"]
            moved = {"version": 3, "created_at": SUBMITTED, "submitted_at": SUBMITTED} | row
            Referral.objects.filter(pk=pk).update(**moved)
            Clock.objects.filter(referral=pk).update(started_at=SUBMITTED)
            found[word].append(Referral.objects.get(pk=pk))
    return found


def masked(text: str, row: Referral) -> str:
    """Return an answer without what names the filing, the request and the form."""
    text = text.replace(str(row.pk), "<id>").replace(row.reference, "<reference>")
    text = re.sub(r"(2026-11-24T\d\d:00):\d\d\.\d+", r"\1", text)  # of the own acts
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>", text)
    return re.sub(
        r'(value|nonce|content)="[^"]{20,}"', r'\1="<token>"', re.sub(r"\b[0-9a-f]{32}\b", "<hex>", text)
    )


def told(ask, row: Referral):
    """Return what an answer tells: status, headers, bytes, and how many statements it took in each database."""
    statements = Counter()

    def count(execute, sql, params, many, context):
        statements[context["connection"].alias] += 1
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(count), connections["keys"].execute_wrapper(count):
        answer = ask()
    see_all()
    headers = {name: masked(said, row) for name, said in answer.headers.items() if name not in ANEW}
    body = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    return answer.status_code, headers, masked(body.decode("utf-8", "replace"), row), statements


#: Headers that are another in each answer.
ANEW = ("X-Request-Id", "Set-Cookie", "Content-Security-Policy")
OF_ONE_CASE = sorted(
    route.partition(" ")[2] for route in ROUTES
    if route.startswith("GET /") and route.count("<") == 1 and re.search(r"/(api/v1/referrals|transmissions|dossiers)/<uuid:pk>", route)
    and "/receipt" not in route
)  # fmt: skip
#: Addresses of the API and of pages, of sharing among them: their answers leave in memory what all others use.
FIRST = ("/api/v1/referrals/", "/transmissions/", "/transmissions/<uuid:pk>/partage", "/dossiers/")
WRITES = sorted(
    route.partition(" ")[2] for route in ROUTES
    if route.startswith("POST /api/v1/referrals/<uuid:pk>/") and route.count("<") == 1
)  # fmt: skip


@pytest.mark.slow("every address of a case, for two filings")
@pytest.mark.parametrize("word", TWINS)
def test_every_address_tells_the_same_of_twins(world, twins, word):
    """The receipt's document is another for each filing, and says nothing of the course; its page is among them.

    By day each twin is asked another quarter of the addresses.
    """
    program = world.as_("filer").client
    page = Visitor(world, "filer").client

    few = OF_ONE_CASE if NIGHT else OF_ONE_CASE[[*TWINS].index(word) :: 4]

    def asked(row, paths=few):
        found = {}
        for path in paths:
            client = program if path.startswith("/api/") else page
            found[path] = told(partial(client.get, path.replace("<uuid:pk>", str(row.pk))), row)
        return found

    warming = [next(path for path in OF_ONE_CASE if path.startswith(start)) for start in FIRST]
    asked(twins[word][0], warming)  # whatever is remembered for a minute is remembered for both
    first, second = (asked(row) for row in twins[word])
    assert any(status == 200 for status, *_ in first.values())
    assert {path for path in first if first[path] != second[path]} == set()


@pytest.mark.slow("one step in 32, for two filings; at night every step")
@pytest.mark.parametrize("word", TWINS)
def test_every_refused_step_answers_the_same_for_twins(world, twins, word):
    """Whatever version is named, which a filer doesn't know."""
    client = world.as_("filer").client

    def asked(row):
        found = {}
        for path in some(WRITES, word, len(WRITES) // 32):
            for version in (None, '"1"', f'"{row.version}"'):
                headers = {"idempotency-key": "twin-key-1"} | ({"if-match": version} if version else {})
                named = path.replace("<uuid:pk>", str(row.pk))
                ask = partial(
                    client.post,
                    named,
                    {"no_such_member": 1},
                    content_type="application/json",
                    headers=headers,
                )
                found[path, version and version == '"1"'] = told(ask, row)
        return found

    asked(twins[word][0])
    first, second = (asked(row) for row in twins[word])
    assert {key for key in first if first[key] != second[key]} == set()


@pytest.mark.parametrize(
    "said", [{"text": "Suite."}, {"text": "Suite.", "request": str(NOBODY)}, {"no_such_member": 1}]
)
def test_to_add_to_a_filing_costs_the_same_whether_or_not_it_was_joined_to_a_file(world, twins, said):
    """A joined filing is closed, and its text is the file's from then on; its filer is told none of it.

    A danger that is told takes its course at the file at once, and costs more there: a protective act waits for nobody.
    """
    alone, joined = twins["in_progress"]
    file, further = twins["received"]
    closed = {"state": "merged", "closed_at": NOW, "version": joined.version + 1, "legal_hold": False}
    Referral.objects.filter(pk=joined.pk).update(**closed)
    for filing, target in ((joined, file), (file, further)):
        Joining.objects.create(referral=filing, target=target, kind="same_facts", joined_at=NOW)
    client = world.as_("filer").client

    def asked(row):
        ask = partial(
            client.post, f"/api/v1/referrals/{row.pk}/provide_info", said, content_type="application/json",
            headers={"idempotency-key": f"{row.pk}"},
        )  # fmt: skip
        return told(ask, row)

    asked(twins["received"][1])  # whatever is remembered for a minute is remembered for both
    first, second = asked(alone), asked(joined)
    assert first[0] == (200 if said == {"text": "Suite."} else first[0])
    assert first == second


def lines(caller: Caller, **asked) -> list[str]:
    """Return the ids of a whole list, page after page."""
    found, cursor = [], {}
    while True:
        answer = caller.get("referrals", **asked, **cursor)
        assert answer.status_code == 200, answer.content
        found += [line["id"] for line in answer.json()["results"]]
        if not answer.json()["next"]:
            return found
        cursor = {"cursor": answer.json()["next"]}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_filings_come_in_the_order_of_their_submission_whatever_happened_since(world, twins, size):
    filer = world.as_("filer")
    see_all()
    rows = [row for pair in twins.values() for row in pair]
    for number, row in enumerate(rows):
        Referral.objects.filter(pk=row.pk).update(submitted_at=SUBMITTED + timedelta(minutes=number))

    assert lines(filer, limit=size) == [str(row.pk) for row in rows]


@pytest.mark.parametrize("status", CoarseStatus.values)
def test_a_filer_filters_by_the_coarse_word_and_finds_both_of_each_pair(world, twins, status):
    filer = world.as_("filer")
    see_all()
    of_both = {str(row.pk): word for word, pair in twins.items() for row in pair}
    word_of = {
        "received": "received",
        "withdrawn": "received",
        "in_progress": "in_progress",
        "closed": "in_progress",
    }

    found = lines(filer, status=status, limit=3)

    assert sorted(found) == sorted(pk for pk, word in of_both.items() if word_of[word] == status)


def test_the_word_that_is_filtered_by_is_the_word_that_is_shown(world, twins):
    see_all()
    asked, answered = twins["in_progress"]
    Referral.objects.filter(pk=asked.pk).update(filer_asked=True)
    Referral.objects.filter(pk=answered.pk).update(filer_answered=True)
    draft = world.as_("filer").post("referrals", concern()).json()["id"]

    shown = {
        line["id"]: line["status"]["code"] for line in world.as_("filer").get("referrals").json()["results"]
    }

    assert {shown[str(asked.pk)], shown[str(answered.pk)], shown[draft]} == {"question", "answered", "draft"}
    for status in CoarseStatus.values:
        assert lines(world.as_("filer"), status=status) == [
            pk for pk, word in shown.items() if word == status
        ]


TOO_MUCH = [
    *({"state": state} for state in State.values if state != "draft"), *({"urgency": one} for one in Urgency.values),
    {"runaway": "true"}, {"runaway": "false"}, {"majority_near": "true"}, {"majority_near": "false"}, {"overdue": "true"}, {"overdue": "false"}, {"department": "93"},
]  # fmt: skip
ONE_OF_EACH = {next(iter(asked)): asked for asked in TOO_MUCH}


@pytest.mark.parametrize("asked", TOO_MUCH if NIGHT else [*ONE_OF_EACH.values()], ids=str)
def test_no_other_filter_is_known_to_the_list_of_filings(world, twins, asked):
    for name, more in (("filer", {}), ("filer", {"own": "true"}), ("crip_coordinator", {"own": "true"})):
        answer = world.as_(name).get("referrals", **asked, **more)

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-query"), (name, more)
    assert world.as_("crip_coordinator").get("referrals", **asked).status_code == 200


def test_a_filing_is_found_by_the_reference_of_its_receipt_alone(world, twins):
    see_all()
    moved, other = twins["in_progress"]
    known = formats.new_reference()
    Referral.objects.filter(pk=moved.pk).update(filed_reference=known)
    filer = world.as_("filer")

    assert lines(filer, reference=known) == [str(moved.pk)]
    assert lines(filer, reference=moved.reference) == []
    assert lines(filer, reference=other.reference) == [str(other.pk)]


def test_who_also_works_on_cases_has_two_lists_and_no_line_in_both(world, twins):
    """An assessor who filed at another authority: that filing has its coarse line in the own list, and no other."""
    see_all()
    Membership.objects.create(
        user=world.user("supervisor"),
        role=Role.FILER,
        authority=world.authorities["59"],
        valid_from=NOW - timedelta(days=9),
    )
    page = Visitor(world, "supervisor")
    form = concern()
    form["children"][0]["commune_insee"] = "59350"
    there = page.client.post(
        "/api/v1/referrals",
        form | {"submit": True},
        content_type="application/json",
        headers={"idempotency-key": "elsewhere"} | JSON,
    )
    assert there.status_code == 201, there.content
    pk = there.json()["id"]

    def listed(**asked):
        return page.client.get("/api/v1/referrals", {"limit": 100} | asked, headers=JSON).json()["results"]

    worked, own = {line["id"] for line in listed()}, listed(own="true")

    assert pk not in worked
    assert {str(row.pk) for pair in twins.values() for row in pair if not row.restricted} <= worked
    assert [(line["id"], line["status"]["code"]) for line in own] == [(pk, "received")]
    assert page.client.get("/api/v1/referrals", {"status": "received"}, headers=JSON).status_code == 400


def test_a_cursor_tells_nothing_and_is_good_for_its_reader_alone(world, twins):
    """It held the hidden deadline of a case in plain base64 once."""
    see_all()
    first = world.as_("crip_coordinator").get("referrals", limit=2).json()
    cursor = first["next"]

    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert not re.search(rb"20[0-9]{2}-[01][0-9]|[0-9a-f]{8}-[0-9a-f]{4}", raw)
    for line in first["results"]:
        assert line["id"].encode() not in raw
    assert world.as_("crip_coordinator").get("referrals", limit=2, cursor=cursor).status_code == 200
    for name in ("crip_coordinator_2", "supervisor", "filer"):
        answer = world.as_(name).get("referrals", limit=2, cursor=cursor)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-query"), name
    mine = world.as_("filer").get("referrals", limit=1).json()["next"]
    assert world.as_("filer_2").get("referrals", limit=1, cursor=mine).status_code == 400
    assert world.as_("filer").get("referrals", limit=1, cursor=mine).status_code == 200

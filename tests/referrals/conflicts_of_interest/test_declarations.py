"""What a member of staff declares is theirs alone: sealed, corrected, taken back, and read by nobody else."""

from uuid import uuid4

import pytest
from django.db import connection

from encryption.models import WrappedKey
from referrals.models import DeclaredTie, KinSearch, KinValue
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.referrals.conflicts_of_interest.conftest import NIECE, SISTER
from tests.security.needles import MARK, hits

pytestmark = pytest.mark.sec("SEC-CR1", "SEC-AZ11")
STAFF = (
    "intake_agent", "crip_coordinator", "assessor", "assessment_lead", "ase_inspector", "on_call", "case_referent",
    "measure_service", "supervisor", "exploitation_lead", "auditor", "dpo", "territory_admin", "platform_admin",
    "statistician", "directory_editor",
)  # fmt: skip


@pytest.mark.parametrize("who", STAFF)
def test_all_of_the_staff_declare_and_read_their_own(world, declared, who):
    pk = declared(who, **NIECE, phone="06 12 34 56 78", note="Ma nièce")

    (line,) = world.as_(who).get("ties").json()["results"]

    assert line.pop("id") == pk
    assert line.pop("declared_at")
    assert line == NIECE | {
        "unreadable": False,
        "usual_name": "",
        "phone": "06 12 34 56 78",
        "note": "Ma nièce",
    }


@pytest.mark.parametrize("who", ["filer", "filer_org_lead", "api_119"])
def test_who_files_alone_declares_nothing(world, who):
    """A filer sees but own filings; and one that vanished would tell that a child was recognised (SEC-AZ8)."""
    answers = [world.as_(who).get("ties"), world.as_(who).post("ties", NIECE)]

    assert [(answer.status_code, answer.json()["rule"]) for answer in answers] == [(403, "ties:declare")] * 2


def test_nobody_else_reads_a_tie_or_finds_its_address(world, declared):
    pk = declared("assessor", **NIECE)

    for who in (*STAFF, "assessor_2"):
        if who == "assessor":
            continue
        caller = world.as_(who)
        assert caller.get("ties").json()["results"] == []
        for verb in ("correct", "remove"):
            answer = caller.post(f"ties/{pk}/{verb}", SISTER if verb == "correct" else {})
            absent = caller.post(f"ties/{uuid4()}/{verb}", SISTER if verb == "correct" else {})
            assert answer.status_code == absent.status_code == 404
            assert answer.json() | {"request_id": ""} == absent.json() | {"request_id": ""}
    assert len(world.as_("assessor").get("ties").json()["results"]) == 1


def test_what_was_said_stands_nowhere_in_clear(world, declared):
    mark = MARK
    declared("assessor", last_name=mark, first_names=mark, usual_name=mark, note=mark)

    with as_owner(), connection.cursor() as cursor:
        for table in ("referrals_declaredtie", "referrals_kinvalue", "audit_entry", "accounts_replay"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of tables
            rows = repr(cursor.fetchall()).encode()
            assert not list(hits(rows, mark)), table


def test_a_value_doesnt_open_in_the_row_of_another(world, declared):
    first, second = (DeclaredTie.objects.get(pk=declared(who, **NIECE)) for who in ("assessor", "assessor_2"))
    DeclaredTie._base_manager.filter(pk=second.pk).update(said=first.said)  # by hand: the service refuses it

    (line,) = world.as_("assessor_2").get("ties").json()["results"]

    assert (line["unreadable"], line["last_name"]) == (True, "")


def test_a_correction_is_a_tie_of_its_own(world, declared):
    """What the old one barred from isn't told apart by taking its place."""
    pk = declared("assessor", **NIECE)

    answer = world.as_("assessor").post(f"ties/{pk}/correct", SISTER, key=uuid4().hex)

    assert answer.status_code == 200
    (line,) = world.as_("assessor").get("ties").json()["results"]
    assert (line["id"], line["last_name"]) == (answer.json()["id"], "Lefèvre")
    assert line["id"] != pk


def test_what_is_taken_back_is_destroyed_with_its_key(world, declared, django_capture_on_commit_callbacks):
    pk = declared("assessor", **NIECE)
    key = DeclaredTie.objects.get(pk=pk).key
    assert WrappedKey.objects.filter(pk=key).exists()

    with django_capture_on_commit_callbacks(execute=True):
        answer = world.as_("assessor").post(f"ties/{pk}/remove", key=uuid4().hex)

    assert answer.status_code == 204
    assert world.as_("assessor").get("ties").json()["results"] == []
    assert not WrappedKey.objects.filter(pk=key).exists()
    assert not KinValue.objects.filter(tie=pk).exists()
    assert DeclaredTie.objects.get(pk=pk).said is None


def test_the_same_request_twice_is_one_tie(world):
    said = [world.as_("assessor").post("ties", NIECE, key="one-declaration").json() for _ in range(2)]

    assert said[0] == said[1]
    assert DeclaredTie.objects.count() == 1


def test_taking_back_twice_under_one_key_is_told_alike(world, declared):
    pk = declared("assessor", **NIECE)

    codes = [world.as_("assessor").post(f"ties/{pk}/remove", key="one-removal").status_code for _ in range(2)]

    assert codes == [204, 204]


@pytest.mark.sec("SEC-CF4")
def test_so_many_are_declared_in_a_day_and_no_more(world, clock, settings):
    settings.TIES_PER_DAY = 2
    caller = world.as_("assessor")
    first = caller.post("ties", NIECE).json()["id"]
    assert caller.post(f"ties/{first}/remove").status_code == 204
    assert caller.post("ties", NIECE).status_code == 201

    refused = caller.post("ties", SISTER)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-ties")
    assert refused["Retry-After"]
    clock.on(days=1, minutes=1)
    assert caller.post("ties", SISTER).status_code == 201


@pytest.mark.sec("SEC-CF4")
def test_so_many_are_declared_at_all_and_no_more(world, settings):
    settings.TIES_PER_PERSON = 1
    caller = world.as_("assessor")
    assert caller.post("ties", NIECE).status_code == 201

    assert caller.post("ties", SISTER).status_code == 429
    assert DeclaredTie.objects.count() == 1


@pytest.mark.sec("SEC-AL1")
def test_each_act_stands_in_the_journal_and_says_nothing_of_whom(world, declared):
    caller = world.as_("assessor")
    pk = declared("assessor", **NIECE)
    caller.get("ties")
    caller.post(f"ties/{pk}/correct", SISTER)
    pk = caller.get("ties").json()["results"][0]["id"]
    caller.post(f"ties/{pk}/remove")

    acts = [entry.act for entry in written() if entry.act.startswith("tie:")]

    assert sorted(acts) == ["tie:corrected", "tie:declared", "tie:read", "tie:read", "tie:removed"]
    for entry in written(act="tie:declared"):
        assert b"Lef" not in bytes(entry.body)


@pytest.mark.parametrize(
    "wrong",
    [
        {"last_name": ""}, {"first_names": None}, {"birth_date": "14/03/2012"}, {"relation": "niece"},
        {"last_name": "x" * 201},
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(world, wrong):
    answer = world.as_("assessor").post("ties", NIECE | wrong)

    assert answer.status_code == 400
    assert [line["field"] for line in answer.json()["errors"]] == list(wrong)


def test_it_is_forgotten_whole_in_the_end(world, declared, clock):
    from referrals.conflicts_of_interest import declarations

    pk = declared("assessor", **NIECE)
    world.as_("assessor").post(f"ties/{pk}/remove")

    assert declarations.forget(clock.on(days=1)) == 0
    assert declarations.forget(clock.on(days=2)) == 1
    assert not DeclaredTie.objects.exists()


def test_what_a_leaver_declared_is_forgotten(world, declared, clock):
    from accounts.models import Membership
    from referrals.conflicts_of_interest import declarations
    from referrals.conflicts_of_interest import tasks as conflict_tasks

    declared("assessor", **NIECE)
    declared("assessor_2", **NIECE)
    conflict_tasks.begin(clock.now)
    see_all()
    gone = world.user("assessor")
    Membership.objects.filter(user=gone).update(valid_to=clock.now)

    assert declarations.forget(clock.on(days=89)) == 0
    see_all()
    assert declarations.forget(clock.on(days=2)) == 1
    see_all()

    assert not KinValue.objects.filter(user=gone).exists()
    assert not KinSearch.objects.filter(user=gone).exists()
    assert DeclaredTie.objects.filter(removed_at=None).get().user == world.user("assessor_2")


@pytest.mark.sec("SEC-CR12")
def test_a_restore_sweeps_no_key_of_a_tie(world, declared, clock):
    from referrals.retention import replay

    declared("assessor", **NIECE)

    replay._keys_brought_back(True, clock.on(days=60))

    assert len(world.as_("assessor").get("ties").json()["results"]) == 1

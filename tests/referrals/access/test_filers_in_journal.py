"""SEC-AL20: whoever files is named in the journal by the case, in every role and by both ties; who works isn't."""

import json
from uuid import UUID, uuid4

import pytest

from audit import journal, pseudonyms
from referrals.access import matrix
from referrals.access.matrix import FILED, Relation
from referrals.access.relations import CaseAccess
from referrals.models import StepRecord
from referrals.vocabulary.role_sets import CELL
from tests.audit.owner import as_owner, written
from tests.factories.concerns import concern, urgent
from tests.security.procedure import seeing_all

pytestmark = pytest.mark.sec("SEC-AL20")

AT = "2026-11-24T08:00:00+00:00"
#: All who draft, typed by hand; of the cell's the form is that of what came by phone.
DRAFTERS = ("filer", "intake_agent", "crip_coordinator", "on_call", "api_119")


def bodies(pk):
    with seeing_all():
        subject = journal.subject(UUID(pk))
    return subject, [json.loads(bytes(entry.body)) for entry in written(subject=subject)]


def test_the_roles_are_those_that_draft():
    assert set(matrix.DRAFTERS) == set(DRAFTERS)


@pytest.mark.parametrize("role", DRAFTERS)
def test_from_the_draft_on_whoever_files_is_named_by_the_case_alone(world, role):
    """What is drafted, changed, read, refused and filed; neither entries nor records name the account."""
    caller, user = world.as_(role), world.user(role).pk
    form = concern() if role not in CELL else concern(channel="phone", received_at=AT)
    pk = caller.post("referrals", form, key=uuid4().hex).json()["id"]
    caller.patch(f"referrals/{pk}", {"narrative": "Autre chose"}, version=caller.version(pk))
    caller.get(f"referrals/{pk}")
    assert caller.step(pk, "withdraw", {"reason": "Non"}).status_code in (403, 409)

    subject, said = bodies(pk)

    assert {body["act"] for body in said} >= {"referral:create", "request:denied"}
    assert {body["actor"] for body in said} == {str(pseudonyms.filer(user, subject))}
    assert {body[name] for body in said for name in ("org", "ip", "ua", "dev", "trace")} == {None}
    with seeing_all():
        assert not StepRecord.objects.filter(referral=pk, by__isnull=False).exists()


def test_what_one_files_urgently_at_once_is_named_by_the_case_too(world):
    """The service that acts in a filer's name names them so as well."""
    pk = (
        world.as_("filer")
        .post("referrals", urgent() | {"submit": True, "urgent": True}, key=uuid4().hex)
        .json()["id"]
    )
    subject, said = bodies(pk)
    filer = str(pseudonyms.filer(world.user("filer").pk, subject))

    assert {body["actor"] or body["obo"] for body in said} == {filer}


def test_the_lead_who_is_shown_a_draft_is_named_by_it_too(world):
    world.memberships["93", "filer"].organisation = world.services["93"]
    world.memberships["93", "filer"].save()
    filer, lead = world.as_("filer"), world.as_("filer_org_lead")
    pk = filer.post("referrals", concern(), key=uuid4().hex).json()["id"]
    assert filer.post(f"referrals/{pk}/share", key=uuid4().hex).status_code == 200
    assert lead.get(f"referrals/{pk}").status_code == 200
    assert lead.get("referrals?own=true").status_code == 200

    subject, said = bodies(pk)

    names = {body["act"]: body["actor"] for body in said}
    assert names["draft:shared"] == str(pseudonyms.filer(world.user("filer").pk, subject))
    assert names["field:opened"] == str(pseudonyms.filer(world.user("filer_org_lead").pk, subject))
    with as_owner():
        (page,) = [json.loads(bytes(one.body)) for one in written(act="list:opened")]
    assert (page["actor"], page["n"], page["obj"]) == (
        str(pseudonyms.actor(world.user("filer_org_lead").pk)), 1, [],
    )  # fmt: skip


def test_who_works_on_a_case_is_followed_as_before(world):
    """Whoever filed a case and works on it acts as staff there."""
    cell = world.as_("intake_agent")
    pk = cell.post("referrals", concern(channel="phone", received_at=AT), key=uuid4().hex).json()["id"]
    cell.step(pk, "submit", {}, expect=200)
    assert cell.get(f"referrals/{pk}").status_code == 200
    assert cell.get("referrals").status_code == 200

    subject, said = bodies(pk)

    own, filer = (
        str(pseudonyms.actor(world.user("intake_agent").pk)),
        str(pseudonyms.filer(world.user("intake_agent").pk, subject)),
    )
    by_act = {body["act"]: body["actor"] or body["obo"] for body in said}
    assert by_act["referral:submit"] == filer
    assert (by_act["referral:acknowledge"], by_act["list:opened"]) == (own, own)


@pytest.mark.parametrize("relation", Relation)
def test_only_own_filing_and_sharing_hide_who_it_is(relation):
    """Enumerated over the relations: each other one is followed, beside own filing too."""
    role = "filer"
    alone = CaseAccess(pairs=frozenset({(role, relation)}), draft=False, named=False)
    beside = CaseAccess(pairs=frozenset({(role, relation), (role, Relation.OWN)}), draft=False, named=False)

    assert alone.files_as(role) is alone.filed is (relation in FILED)
    assert beside.files_as(role) is beside.filed is (relation in FILED)
    assert not alone.files_as("assessor")

"""What an actor knows of itself, and what the permissions of accounts say."""

from dataclasses import FrozenInstanceError, replace
from uuid import uuid4

import pytest

from accounts.actor import SYSTEM, Actor, Position, system
from accounts.permissions import PERMISSIONS
from accounts.roles import Role
from audit.events import Origin

HERE, THERE, CLINIC = uuid4(), uuid4(), uuid4()


@pytest.fixture
def actor():
    """Coordinates here, audits there for a clinic."""
    return Actor(
        user_id=uuid4(),
        positions=(
            Position(uuid4(), Role.CRIP_COORDINATOR, HERE),
            Position(uuid4(), Role.AUDITOR, THERE, organisation_id=CLINIC),
        ),
        origin=Origin(rid="r", auth="session"),
    )


def test_roles_are_held_at_one_authority_each(actor):
    assert actor.authority_ids == {HERE, THERE}
    assert actor.roles_in(HERE) == {Role.CRIP_COORDINATOR}
    assert actor.roles_in(THERE) == {Role.AUDITOR}
    assert actor.roles_in(uuid4()) == frozenset()
    assert [p.authority_id for p in actor.holding([Role.AUDITOR, Role.FILER])] == [THERE]


def test_a_permission_holds_where_its_role_is_held(actor):
    """An auditor there reads no log here."""
    assert actor.may("audit.read") == {THERE}
    assert actor.may("accounts.manage") == frozenset()


def test_a_permission_that_does_not_exist_is_an_error(actor):
    with pytest.raises(KeyError):
        actor.may("audit.raed")


def test_the_permissions_are_those_of_the_matrix():
    """domain.md §1.3, classes L, M and the counts of A, and §1.1; who is a second person: SEC-AU1, SEC-AZ12."""
    assert {
        "audit.read": {Role.AUDITOR, Role.DPO},
        "audit.hold": {Role.DPO},
        "accounts.manage": {Role.TERRITORY_ADMIN},
        "factors.reset": {Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.DPO},
        "memberships.confirm": {Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.DPO},
        "honorability.read": {Role.TERRITORY_ADMIN, Role.SUPERVISOR},
        "memberships.review": {Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.DPO},
        "account-requests.decide": {Role.TERRITORY_ADMIN},
        "organisations.manage": {Role.TERRITORY_ADMIN},
        "settings.read": {
            Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.ASE_INSPECTOR,
            Role.ON_CALL, Role.CASE_REFERENT, Role.SUPERVISOR, Role.EXPLOITATION_LEAD, Role.AUDITOR, Role.DPO,
            Role.TERRITORY_ADMIN, Role.STATISTICIAN, Role.DIRECTORY_EDITOR,
        },
        "settings.change": {Role.TERRITORY_ADMIN},
        "guidance.review": {Role.TERRITORY_ADMIN},
        "directory.edit": {Role.DIRECTORY_EDITOR},
        "directory.read": {
            Role.FILER, Role.FILER_ORG_LEAD, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.ASSESSMENT_LEAD,
            Role.ASE_INSPECTOR, Role.ON_CALL, Role.CASE_REFERENT, Role.MEASURE_SERVICE, Role.SUPERVISOR,
            Role.EXPLOITATION_LEAD, Role.AUDITOR, Role.DPO, Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN, Role.STATISTICIAN,
            Role.DIRECTORY_EDITOR,
        },
        "directory.secret": {Role.ASE_INSPECTOR, Role.CASE_REFERENT, Role.ON_CALL, Role.SUPERVISOR},
        "directory.review": {Role.SUPERVISOR},
        "figures.read": {
            Role.STATISTICIAN, Role.SUPERVISOR, Role.DPO, Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN,
        },
        "rota.read": {
            Role.TERRITORY_ADMIN, Role.SUPERVISOR, Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT,
        },
        "rota.change": {Role.TERRITORY_ADMIN, Role.SUPERVISOR},
        "operations.read": {Role.PLATFORM_ADMIN},
    } == PERMISSIONS  # fmt: skip


def test_acting_in_a_role_names_it_and_its_organisation(actor):
    auditing = actor.acting_as(Role.AUDITOR)

    assert (auditing.role, auditing.organisation_id) == ("auditor", CLINIC)
    assert (actor.role, actor.organisation_id) == ("", None), "the actor itself is unchanged"
    assert auditing.positions == actor.positions


def test_nobody_acts_in_a_role_they_do_not_hold(actor):
    for refused in (
        lambda: actor.acting_as(Role.SUPERVISOR),
        lambda: actor.acting_as(Role.AUDITOR, authority_id=HERE),
        lambda: SYSTEM.acting_as(Role.AUDITOR),
    ):
        with pytest.raises(ValueError, match="doesn't hold"):
            refused()


def test_an_actor_never_changes(actor):
    with pytest.raises(FrozenInstanceError):
        actor.user_id = uuid4()
    with pytest.raises(FrozenInstanceError):
        actor.positions[0].role = Role.SUPERVISOR


@pytest.mark.sec("SEC-AZ11")
def test_the_service_itself_has_no_right_of_its_own():
    someone = uuid4()

    job = system(obo=someone)

    assert job.is_system
    assert (job.user_id, job.role, job.obo) == (None, "system", someone)
    assert job.authority_ids == frozenset()
    assert all(not job.may(permission) for permission in PERMISSIONS)


def test_no_account_is_the_service_whatever_its_roles(actor):
    assert not replace(actor, role="system").is_system

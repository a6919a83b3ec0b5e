"""POST /api/v1/invitations: account, roles and invitation in one act, by the rules that each part has for itself."""

import pytest
from django.utils import timezone

from accounts.models import GrantRequest, MailedLink, Membership, User
from accounts.roles import BY_TWO, PROGRAMS, Role
from tests.accounts.conftest import PASSWORD, entries
from tests.night import one_in, some

ADD = "invitations"
#: Roles with a unit or an institution.
NEEDING = {"assessment_lead", "filer_org_lead", "measure_service"}


@pytest.fixture
def adds(ada, signed_in):
    return signed_in(ada.user)


def wanted(authority, *roles, **changed):
    return {
        "email": "Zoe@Exemple.fr", "full_name": "Zoé Martin", "authority": str(authority.pk), "roles": list(roles),
        **changed,
    }  # fmt: skip


def faults(answer) -> dict[str, str]:
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def nobody_was_added() -> bool:
    return not User.objects.filter(email="zoe@exemple.fr").exists() and not entries(act="user:made")


def test_a_person_has_account_roles_and_invitation_by_one_act(adds, authority_93, unit, organisation):
    figures = {"role": "statistician", "unit": str(unit.pk)}
    filer = {"role": "filer", "organisation": str(organisation.pk), "valid_to": "2099-01-01T00:00:00+01:00"}

    answer = adds.post(ADD, wanted(authority_93, figures, filer, verified=True))

    assert answer.status_code == 201, answer.content
    made, said = User.objects.get(email="zoe@exemple.fr"), answer.json()
    assert (said["id"], said["state"], said["requests"]) == (str(made.pk), "invited", [])
    assert made.home_authority == authority_93
    assert made.verified_at is not None
    held = {row.role: (row.unit, row.organisation, row.valid_to) for row in made.memberships.all()}
    assert held["statistician"] == (unit, None, None)
    assert held["filer"][1:] == (organisation, timezone.datetime.fromisoformat(filer["valid_to"]))
    assert {one["role"]["code"] for one in said["roles"]} == set(held) == {"statistician", "filer"}
    assert MailedLink.objects.get(user=made).code is not None
    assert said["code"]
    for act, times in (
        ("user:made", 1),
        ("user:verified", 1),
        ("membership:granted", 2),
        ("user:invited", 1),
    ):
        assert len(entries(act=act)) == times, act


def test_nobody_is_vouched_for_unless_it_is_said(adds, authority_93):
    assert adds.post(ADD, wanted(authority_93)).json()["verified_at"] is None


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("role", some(sorted(BY_TWO - NEEDING - PROGRAMS), "newcomers", 2))
def test_a_role_of_two_persons_waits_for_the_second(adds, authority_93, member, make_user, signed_in, role):
    answer = adds.post(ADD, wanted(authority_93, {"role": role}))

    assert answer.status_code == 201, answer.content
    user, (asked,) = User.objects.get(email="zoe@exemple.fr"), answer.json()["requests"]
    assert (asked["role"]["code"], asked["confirmed"], answer.json()["roles"]) == (role, None, [])
    assert not Membership.objects.filter(user=user).exists()
    confirm = f"membership-requests/{asked['id']}/confirm"
    assert adds.post(confirm).json()["code"] == "two-persons-needed", "not whoever asked"
    second = member(Role.SUPERVISOR, authority_93, user=make_user("sam", password=PASSWORD))
    assert signed_in(second.user).post(confirm).status_code == 200
    assert Membership.objects.get(user=user).role == role


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        ({"role": "assessment_lead"}, {"roles.1.unit": "required"}),
        (
            {"role": "measure_service"},
            {"roles.1.organisation": "required", "roles.1.certificate": "required"},
        ),
        ({"role": "filer", "unit": "9d1f4a2e-0000-4000-8000-000000000000"}, {"roles.1.unit": "not-a-choice"}),
        ({"role": "filer", "valid_to": "2020-01-01T00:00:00+01:00"}, {"roles.1.valid_to": "too-early"}),
        ({"role": "statistician"}, {"roles.1.role": "duplicate"}),
        ({"role": "on_call"}, {"roles.2.role": "held-apart"}),
        ({"role": "teacher"}, {"roles.1.role": "not-a-choice"}),
        *(({"role": str(role)}, {"roles.1.role": "not-a-choice"}) for role in PROGRAMS),
    ],
)
def test_a_role_that_cannot_be_given_leaves_nothing_behind(adds, authority_93, role, fault):
    answer = adds.post(ADD, wanted(authority_93, {"role": "statistician"}, role, {"role": "auditor"}))

    assert (answer.status_code, faults(answer)) == (400, fault)
    assert nobody_was_added()
    assert not GrantRequest.objects.exists()


@pytest.mark.parametrize("of", ["unit", "organisation"])
def test_a_place_of_another_authority_is_none_of_the_choices(
    adds, authority_93, authority_75, unit, organisation, of
):
    place = {"unit": unit, "organisation": organisation}[of]
    type(place).objects.filter(pk=place.pk).update(authority=authority_75)

    answer = adds.post(ADD, wanted(authority_93, {"role": "assessor", of: str(place.pk)}))

    assert (answer.status_code, faults(answer)) == (400, {f"roles.0.{of}": "not-a-choice"})
    assert nobody_was_added()


@pytest.mark.parametrize("role", one_in(4, [role for role in Role if role is not Role.TERRITORY_ADMIN]))
def test_no_other_role_adds_anybody(member, make_user, authority_93, signed_in, role):
    caller = signed_in(member(role, authority_93, user=make_user("else", password=PASSWORD)).user)

    answer = caller.post(ADD, wanted(authority_93, {"role": "filer"}))

    assert answer.status_code == 403
    assert nobody_was_added()


def test_nobody_is_added_to_another_authority(adds, authority_75):
    answer = adds.post(ADD, wanted(authority_75, {"role": "filer"}))

    assert (answer.status_code, answer.json()["rule"]) == (403, "accounts.manage")
    assert nobody_was_added()


def test_whoever_the_administrator_knows_is_not_doubled(adds, alice, authority_93):
    answer = adds.post(ADD, wanted(authority_93, {"role": "assessor"}, email="ALICE@exemple.fr"))

    assert (answer.status_code, answer.json()["user"]) == (409, str(alice.user.pk))
    assert faults(answer) == {"email": "has-account"}
    assert alice.user.memberships.count() == 1


@pytest.mark.sec("SEC-AZ5")
@pytest.mark.parametrize("closed", [False, True])
def test_of_an_account_of_elsewhere_nothing_is_told(adds, paul, authority_93, closed):
    """Not whose it is, nor where, nor whether it is open; and it stays as it is."""
    User.objects.filter(pk=paul.user.pk).update(is_active=not closed)

    answer = adds.post(ADD, wanted(authority_93, {"role": "assessor"}, email="paul@exemple.fr"))

    assert (answer.status_code, faults(answer)) == (400, {"email": "not-usable"})
    assert str(paul.user.pk) not in answer.content.decode()
    assert "paul" not in answer.content.decode().lower()
    assert paul.user.memberships.count() == 1
    assert not MailedLink.objects.exists()


def test_the_same_request_adds_once_and_tells_the_code_once(adds, authority_93):
    body = wanted(authority_93, {"role": "filer"})

    first, second = (adds.post(ADD, body, **{"idempotency-key": "a-key-of-this"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["code"]
    assert second.json()["code"] is None
    assert Membership.objects.filter(user=first.json()["id"]).count() == 1

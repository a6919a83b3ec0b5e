"""GET /api/v1/authorities, GET and POST of their units and of organisations."""

import pytest

from accounts.models import Organisation, Unit
from tests.accounts.conftest import entries

SIRET = "73282932000074"


# --- authorities ------------------------------------------------------------------------------------------


def test_whoever_is_signed_in_sees_the_authorities(alice, calling, authority_93, authority_75):
    answer = calling(alice).get("authorities")

    assert answer.status_code == 200
    assert [line["code"] for line in answer.json()["results"]] == ["75", "93"]
    assert set(answer.json()["results"][0]) == {"id", "code", "name", "timezone"}


def test_one_is_found_by_its_code(alice, calling):
    answer = calling(alice).get("authorities", code="93")

    assert [line["code"] for line in answer.json()["results"]] == ["93"]


def test_a_stranger_sees_none(anonymous):
    assert anonymous.get("authorities").status_code == 401


# --- units ------------------------------------------------------------------------------------------------


def test_a_member_sees_the_units(alice, unit, calling):
    answer = calling(alice).get(f"authorities/{unit.authority_id}/units")

    assert [line["name"] for line in answer.json()["results"]] == ["Circonscription nord"]


@pytest.mark.sec("SEC-AZ5")
def test_nobody_else_does(paul, unit, calling):
    assert calling(paul).get(f"authorities/{unit.authority_id}/units").status_code == 404


def test_the_administrator_makes_a_unit(ada, calling, authority_93):
    answer = calling(ada).post(
        f"authorities/{authority_93.pk}/units", {"name": "Sud", "communes": ["93066", "93008"]}
    )

    assert answer.status_code == 201
    assert answer.json()["communes"] == ["93008", "93066"]
    assert Unit.objects.get().authority == authority_93
    assert len(entries(act="unit:made", tenant=authority_93.pk)) == 1


@pytest.mark.parametrize("who", ["alice", "nadia", "paul", "olga"])
@pytest.mark.usefixtures("alice")
def test_nobody_else_makes_one(request, who, calling, authority_93):
    answer = calling(request.getfixturevalue(who)).post(
        f"authorities/{authority_93.pk}/units", {"name": "Sud"}
    )

    assert answer.status_code == 403
    assert not Unit.objects.exists()


def test_a_unit_of_this_name_is_there_already(ada, unit, calling):
    answer = calling(ada).post(f"authorities/{unit.authority_id}/units", {"name": unit.name})

    assert answer.status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": " "},
        {"name": "x", "communes": ["93200"]},
        {"name": "x", "communes": "93066"},
        {"name": "x", "id": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_a_unit_that_cannot_be_is_refused(ada, calling, authority_93, body):
    assert calling(ada).post(f"authorities/{authority_93.pk}/units", body).status_code == 400


# --- organisations ----------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(authority_75):
    return Organisation.objects.create(name="Lycée des Ormes", kind="school", authority=authority_75)


@pytest.fixture
def national():
    return Organisation.objects.create(name="Ligne nationale", kind="helpline")


def test_a_member_sees_those_of_the_authority_and_of_the_country(
    nadia, organisation, elsewhere, national, calling
):
    answer = calling(nadia).get("organisations")

    assert [line["name"] for line in answer.json()["results"]] == ["Collège des Tilleuls", "Ligne nationale"]


def test_another_authoritys_are_not_to_be_had_by_asking(nadia, elsewhere, authority_75, calling):
    answer = calling(nadia).get("organisations", authority=str(authority_75.pk))

    assert answer.json()["results"] == []


def test_a_stranger_sees_no_organisation(anonymous):
    assert anonymous.get("organisations").status_code == 401


def test_the_administrator_adds_one(ada, calling, authority_93):
    body = {
        "name": "Clinique des Saules",
        "kind": "hospital",
        "authority": str(authority_93.pk),
        "siret": SIRET,
    }

    answer = calling(ada).post("organisations", body)

    assert answer.status_code == 201
    made = Organisation.objects.get()
    assert (made.name, made.kind, made.siret, made.authority) == (
        "Clinique des Saules",
        "hospital",
        SIRET,
        authority_93,
    )
    assert len(entries(act="organisation:made", tenant=authority_93.pk)) == 1


@pytest.mark.parametrize("who", ["alice", "nadia", "paul", "olga"])
@pytest.mark.usefixtures("alice")
def test_nobody_else_adds_one(request, who, calling, authority_93, organisation):
    body = {"name": "x", "kind": "other", "authority": str(authority_93.pk)}

    answer = calling(request.getfixturevalue(who)).post("organisations", body)

    assert answer.status_code == 403
    assert Organisation.objects.count() == 1


def test_a_register_number_is_known_once(ada, calling, authority_93, organisation):
    organisation.siret = SIRET
    organisation.save()
    body = {"name": "x", "kind": "other", "authority": str(authority_93.pk), "siret": SIRET}

    assert calling(ada).post("organisations", body).status_code == 409


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"siret": "73282932000075"}, "siret"),
        ({"uai": "0750655F"}, "uai"),
        ({"finess": "750712185"}, "finess"),
        ({"kind": "bank"}, "kind"),
        ({"name": "x" * 201}, "name"),
        ({"authority": "93"}, "authority"),
        ({"authority": "00000000-0000-4000-8000-000000000000"}, "authority"),
        ({"units": []}, "units"),
    ],
)
def test_an_organisation_that_cannot_be_is_refused(ada, calling, authority_93, changed, field):
    body = {"name": "x", "kind": "other", "authority": str(authority_93.pk), **changed}

    answer = calling(ada).post("organisations", body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Organisation.objects.exists()

"""GET /api/v1/me, for each kind of caller."""

from accounts.roles import Role
from tests.accounts.conftest import PASSWORD


def test_a_program_is_its_one_membership(alice, calling, authority_93, organisation):
    answer = calling(alice).get("me")

    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == str(alice.user_id)
    assert body["email"] == "alice@exemple.fr"
    assert body["scopes"] == ["read", "write"]
    assert body["positions"] == [
        {
            "id": str(alice.pk),
            "role": {
                "code": "filer",
                "label_fr": "Déclarant professionnel",
                "label_en": "Professional filer",
            },
            "authority": {
                "id": str(authority_93.pk),
                "code": "93",
                "name": "Département de la Seine-Saint-Denis",
                "timezone": "Europe/Paris",
            },
            "unit": None,
            "organisation": {"id": str(organisation.pk), "name": "Collège des Tilleuls"},
            "valid_to": None,
        }
    ]


def test_a_person_has_all_positions(alice, member, signed_in, authority_75):
    member(Role.ASSESSOR, authority_75, user=alice.user)

    body = signed_in(alice.user).get("me").json()

    assert [p["role"]["code"] for p in body["positions"]] == ["assessor", "filer"]
    assert body["scopes"] is None


def test_a_stranger_is_asked_to_sign_in(anonymous):
    answer = anonymous.get("me")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="repere"'
    assert answer["Content-Type"] == "application/problem+json"


def test_the_password_is_never_given_back(alice, signed_in):
    answer = signed_in(alice.user).get("me")

    assert PASSWORD.encode() not in answer.content
    assert b"password" not in answer.content

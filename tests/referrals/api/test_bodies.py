"""SEC-IN6: a member that a body doesn't declare changes nothing, whatever inner field it is named after.

Bodies of cases are tried with the whole procedure: ``tests/security/test_procedure.py``.
"""

import pytest

from tests.faults.crash import effects
from tests.security.undeclared import bodies_with, inner_names, refused_names

pytestmark = pytest.mark.sec("SEC-IN6")


def test_no_inner_name_is_taken_in_any_body_of_accounts(world):
    authority = str(world.authorities["93"].pk)
    bodies = {
        "organisations": {"name": "Foyer d'essai", "kind": "association", "authority": authority},
        "users": {"email": "nouvelle@test.invalid", "full_name": "Nouvelle Essai", "authority": authority},
        "users/search": {"words": "essai"},
        "invitations": {
            "email": "invitee@test.invalid",
            "full_name": "Invitée Essai",
            "authority": authority,
            "roles": [{"role": "assessor"}],
        },
        f"authorities/{authority}/units": {"name": "Unité d'essai"},
        "memberships": {"email": world.user("filer").email, "role": "statistician", "authority": authority},
        "session": {"email": world.user("filer").email, "password": "phrase de passe"},
    }
    rows = effects()
    for path, body in bodies.items():
        for _, sent, names in bodies_with(body, inner_names()):
            answer = world.as_("territory_admin").post(path, sent)

            assert answer.status_code == 400, (path, answer.content[:300])
            assert refused_names(answer) >= {"is_superuser", "role", "prefix", "sha256"} & names - set(
                body
            ), path
    assert effects() == rows

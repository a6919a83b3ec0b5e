"""Cases to ask about."""

from tests.factories.concerns import concern
from tests.security.procedure import Case, filed, plain, play
from tests.shared_fixtures import shared_fixture


@shared_fixture
def case(world) -> Case:
    """A case of 93 as it was filed; one of 59 and one of 75 lie beside it."""
    for code, commune in (("59", "59350"), ("75", "75056")):
        form = concern()
        form["children"][0]["commune_insee"] = commune
        answer = world.as_("filer", code).post("referrals", form | {"submit": True}, key=f"beside-it-{code}")
        assert answer.status_code == 201, answer.content
    found = Case(world, plain)
    play(world, filed(found, concern()))
    return found

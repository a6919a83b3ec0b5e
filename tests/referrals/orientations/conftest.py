"""A case for which a service is sought, and two services that answer."""

from datetime import timedelta
from typing import Any

from referrals.models import Orientation
from tests.factories.resources import a_service, a_structure
from tests.referrals.workflow.kit import AT, Kit
from tests.shared_fixtures import shared_fixture

NEED = "specialised_support"


class Seeking(Kit):
    """A case of 93 that looks for a service, beside a home and a team of the directory."""

    def __init__(self, world: Any) -> None:
        super().__init__(world, "triage")
        self.set_child(residence_department="93")
        self.put(urgency="U1")
        authority = self.case.authority
        self.home = a_service(
            authority, structure=a_structure(authority, name="Foyer de la Rive"), name="Le Foyer"
        )
        self.team = a_service(
            authority,
            structure=a_structure(authority, name="Association Nord"),
            name="L'Équipe",
            phone="+33139980101",
        )
        self.assign("assessor")

    def orientation(self, state: str = "proposed", **values: Any) -> Any:
        """Put an orientation to the home on the case, for its child; the next steps are about it."""
        given = {
            "need": NEED, "rules_version": "m1", "proposed_at": AT, "child": self.child, "resource": self.home
        } | values  # fmt: skip
        if state in ("asked", "under_study"):
            given = {
                "asked_at": AT, "asked_by": self.user("crip_coordinator"), "expires_at": AT + timedelta(days=30),
                "remind_at": AT + timedelta(days=10),
            } | given  # fmt: skip
        self.part = self.fill.row(Orientation, state=state, **given)
        return self.part

    def match(self, who: str = "crip_coordinator", **body: Any) -> Any:
        """Look for services at the API; return the answer's body."""
        answer = self.world.as_(who).post(
            f"referrals/{self.case.pk}/orientations/match", {"need": NEED} | body
        )
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def found(self, who: str = "crip_coordinator", **body: Any) -> list[str]:
        """Return the names of the services that are offered."""
        return [line["name"] for line in self.match(who, **body)["offered"]]


@shared_fixture
def seeking(world) -> Seeking:
    return Seeking(world)

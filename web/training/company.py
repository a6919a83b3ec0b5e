"""Company of a learner: the invented people of the training instance, who play what comes before the learner's part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.models import AuthorityTerritory, Membership, Organisation, User
from accounts.roles import Role
from audit.events import Origin
from web.training import forms
from web.training.playing import Player

#: How a step names the learner.
ME: Final = "me"


@dataclass(frozen=True, slots=True)
class Company(Player):
    """People of one authority by role, the learner last: a part is played by somebody else where there is one.

    ``since``: when the learner came.
    """

    origin: ClassVar[Origin] = Origin(auth="training")
    authority: UUID
    learner: User
    since: datetime
    people: Mapping[str, Sequence[User]]

    def user(self, name: str) -> User:
        """Return a person, as ``Player.user``.

        Raises:
            LookupError: the instance has too few people in that role.
        """
        if name == ME:
            return self.learner
        stem, _, number = name.rpartition("_")
        role, place = (stem, int(number)) if number.isdecimal() else (name, 1)
        return self.people[role][place - 1]

    def place(self, key: str) -> UUID:
        """Return the id of an institution of the authority: the first of a kind.

        Raises:
            LookupError: the authority has none of that kind.
        """
        organisation = (
            Organisation.objects.filter(authority=self.authority, kind=key).order_by("name", "pk").first()
        )
        if organisation is None:
            raise LookupError(key)
        return organisation.pk

    def commune(self, *, at: datetime) -> str:
        """Return a commune of the authority, by its INSEE code."""
        here = AuthorityTerritory.objects.in_force(at.date()).filter(authority=self.authority)
        department = here.values_list("department_code", flat=True).first() or ""
        return forms.COMMUNES.get(department, f"{department}001")


def gathered(learner: Actor, role: Role, *, at: datetime) -> Company:
    """Return the company of a learner, at the authority where the learner has the role of the story."""
    authority = learner.holding([role])[0].authority_id
    memberships = Membership.objects.in_force(at).filter(authority=authority).select_related("user")
    rows = sorted(
        memberships.order_by("valid_from", "user__email", "pk"),
        key=lambda row: row.user_id == learner.user_id,
    )
    people: dict[str, list[User]] = {}
    for row in rows:
        people.setdefault(row.role, []).append(row.user)
    own = next(row for row in rows if row.user_id == learner.user_id and row.role == role)
    return Company(authority, own.user, own.valid_from, people)

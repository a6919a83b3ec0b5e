"""Several cases at once: take them in charge, name people on them, or hand them over; an answer for each."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.request import ServiceRequest
from accounts.roles import Role
from core.inputs import Code, Day, OptionalId, StrictSerializer
from referrals.access import visibility
from referrals.errors import NotAllowed, NotVisible
from referrals.models import Referral
from referrals.reading import owners
from referrals.staffing import bulk
from referrals.staffing.inputs import PASSED, ROLES
from referrals.vocabulary.assessment_answers import TeamField
from referrals.workflow.inputs import required, text
from web.cases.choices import role_words
from web.forms import Ask, Follow, Pairs
from web.generic import InputPage

#: A case and its version, as the queue sends what was ticked.
_TICKED: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,9})", re.ASCII)


#: How many assessors the page lets one name; a team is two at least (CASF D226-2-5).
TEAM: Final = 3
#: What each step needs of the form.
NEEDED: Final[Mapping[str, Sequence[str]]] = {
    "assign": ("assessor_1", "field_1", "assessor_2", "field_2", "plan_on"),
    "name_decider": ("user",),
    "name_referent": ("user",),
    "pass_on": ("user", "leaver", "role", "reason"),
}


class Wanted(StrictSerializer):
    """Which step, and who is named: one person, or a team; of a hand-over also who leaves, in which role, and why."""

    step = Code([(name, "") for name in bulk.STEPS])
    user = OptionalId()
    leaver = OptionalId()
    role = Code(ROLES, required=False, default="", allow_blank=True)
    reason = text(required=False)
    assessor_1 = OptionalId()
    field_1 = Code(TeamField.choices, required=False, default="", allow_blank=True)
    assessor_2 = OptionalId()
    field_2 = Code(TeamField.choices, required=False, default="", allow_blank=True)
    assessor_3 = OptionalId()
    field_3 = Code(TeamField.choices, required=False, default="", allow_blank=True)
    lead = OptionalId()
    plan_on = Day(required=False, allow_null=True, default=None)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the step needs."""
        for name in NEEDED.get(said["step"], ()):
            if not said[name]:
                raise required(name)
        if said["assessor_3"] and not said["field_3"]:
            raise required("field_3")
        return said

    @staticmethod
    def step_input(said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the input of the step that is done to each case, as the API takes it."""
        if said["step"] == "assign":
            team = [
                {"user": str(said[f"assessor_{n}"]), "field": said[f"field_{n}"]}
                for n in range(1, TEAM + 1)
                if said[f"assessor_{n}"]
            ]
            lead = {"lead": str(said["lead"])} if said["lead"] else {}
            return {"team": team, "plan_on": said["plan_on"].isoformat()} | lead
        return {name: str(said[name]) for name in NEEDED.get(said["step"], ())}


def _of_team() -> tuple[Ask, ...]:
    whom = (_("Première personne"), _("Deuxième personne"), _("Troisième personne"))
    asks: list[Ask] = []
    for n, words in enumerate(whom, 1):
        optional = n == TEAM
        asks += [
            Ask(
                f"assessor_{n}", words, kind="select", width="half", optional=optional, nothing=_("À choisir")
            ),
            Ask(
                f"field_{n}",
                _("Son champ"),
                kind="select",
                width="half",
                optional=optional,
                nothing=_("À choisir"),
            ),
        ]
    lead = Ask(
        "lead",
        _("Cadre de l'évaluation"),
        kind="select",
        width="half",
        optional=True,
        nothing=_("Celui de l'unité"),
    )
    return (*asks, lead, Ask("plan_on", _("Début prévu"), width="date"))


OF_PERSON: Final = (Ask("user", _("Personne désignée"), kind="select", width="half", nothing=_("À choisir")),)
OF_HAND_OVER: Final = (
    Ask("leaver", _("De"), kind="select", width="half", nothing=_("À choisir")),
    Ask("role", _("Dans le rôle"), inline=True),
    Ask("reason", _("Motif"), rows=3),
)
ASKS: Final = (
    Ask(
        "step",
        _("Que faire ?"),
        follows=(
            Follow(("assign",), _of_team()),
            Follow(("name_decider", "name_referent", "pass_on"), OF_PERSON),
            Follow(("pass_on",), OF_HAND_OVER),
        ),
    ),
)


class Bulk(InputPage):
    """POST /dossiers/lot: first with what was ticked, then with the form filled in."""

    http_method_names = ["post"]
    takes = Wanted
    asks = ASKS
    template = "web/cases/bulk.html"

    def post(self, request: ServiceRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not bulk.offered(self.actor):
            raise NotAllowed("cases:bulk")
        if not 0 < len(self.cases) <= bulk.CASES_MAX:
            return self.show({"nothing": True, "most": bulk.CASES_MAX}, status=400)
        return super().post(request, *args, **kwargs)

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Show the form for the cases that were ticked; once it is filled in, do the step to each, and tell of each.

        Sent twice it does nothing twice: each case has moved on from the version that was shown.
        """
        cases = self.cases
        if "step" not in self.sent:
            return self.show(self.filled({}) | self.around())
        wanted = self.validated()
        name = wanted["step"]
        done = bulk.do(name, Wanted.step_input(wanted), cases, actor=self.actor, at=self.at)
        return self.show({"done": done, "step": self._steps()[name]})

    @cached_property
    def cases(self) -> dict[UUID, int]:
        """Return the cases that were ticked, with the version of each that was shown."""
        ticked = [_TICKED.fullmatch(one) for one in self.sent.texts("cases")]
        return {UUID(one[1]): int(one[2]) for one in ticked if one}

    def choices(self) -> Mapping[str, Pairs]:
        leavers: dict[str, str] = {}
        on_them = owners.current(self.actor, at=self.at).filter(referral__in=self._seen)
        for row in on_them.select_related("user").order_by("user__full_name", "id"):
            leavers.setdefault(str(row.user_id), f"{row.user.full_name} – {role_words(row.role)}")
        return {
            "step": list(self._steps().items()),
            "leaver": list(leavers.items()),
            "user": self._people(PASSED),
            "lead": self._people((Role.ASSESSMENT_LEAD,)),
        } | {f"assessor_{n}": self._people((Role.ASSESSOR,)) for n in range(1, TEAM + 1)}

    def _steps(self) -> dict[str, str]:
        return {step.name: str(step.label) for step in bulk.offered(self.actor)}

    @cached_property
    def _members(self) -> list[Membership]:
        """Return who may be put on a case at the authority of one of the cases."""
        here = {case.authority_id for case in self._seen}
        rows = Membership.objects.in_force(self.at).filter(
            authority__in=here, role__in=(*PASSED, Role.ASSESSMENT_LEAD)
        )
        return list(rows.select_related("user").order_by("user__full_name", "id"))

    def _people(self, roles: Collection[Role]) -> Pairs:
        """Return the persons who hold one of some roles there, each with those roles."""
        people: dict[str, str] = {}
        for row in self._members:
            if row.role not in roles:
                continue
            pk, words = str(row.user_id), role_words(row.role)
            people[pk] = f"{people[pk]}, {words}" if pk in people else f"{row.user.full_name} – {words}"
        return list(people.items())

    @cached_property
    def _seen(self) -> list[Referral]:
        seen = visibility.visible_to(self.actor, at=self.at, drafts=False).filter(pk__in=list(self.cases))
        cases = list(seen.order_by("reference"))
        if len(cases) < len(self.cases):
            raise NotVisible
        return cases

    def around(self) -> dict[str, Any]:
        return {
            "cases": [case.reference for case in self._seen],
            "ticked": [("cases", f"{pk}:{version}") for pk, version in self.cases.items()],
        }

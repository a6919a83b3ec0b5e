"""Several cases at once: name one person on them, or hand them over; an answer for each of them."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.request import ServiceRequest
from core.inputs import Code, Id, OptionalId, StrictSerializer
from referrals.access import visibility
from referrals.errors import NotAllowed, NotVisible
from referrals.models import Referral
from referrals.reading import owners
from referrals.staffing import bulk
from referrals.staffing.inputs import PASSED, ROLES
from referrals.workflow.inputs import required, text
from web.cases.choices import role_words
from web.forms import Ask, Follow, Pairs
from web.generic import InputPage

#: A case and its version, as the queue sends what was ticked.
_TICKED: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,9})", re.ASCII)


class Wanted(StrictSerializer):
    """Which step, who is named; of a hand-over also who leaves, in which role, and why."""

    step = Code([(name, "") for name in bulk.STEPS])
    user = Id()
    leaver = OptionalId()
    role = Code(ROLES, required=False, default="", allow_blank=True)
    reason = text(required=False)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for what a hand-over needs."""
        if said["step"] == "pass_on":
            for name in ("leaver", "role", "reason"):
                if not said[name]:
                    raise required(name)
        return said


OF_HAND_OVER: Final = (
    Ask("leaver", _("De"), kind="select", width="half"),
    Ask("role", _("Dans le rôle"), inline=True),
    Ask("reason", _("Motif"), rows=3),
)
ASKS: Final = (
    Ask("step", _("Que faire ?"), follow=Follow(("pass_on",), OF_HAND_OVER)),
    Ask("user", _("Personne désignée"), kind="select", width="half"),
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
        values = self.validated()
        name = values.pop("step")
        body = values if name == "pass_on" else {"user": values["user"]}
        spoken = {key: str(value) for key, value in body.items()}
        done = bulk.do(name, spoken, cases, actor=self.actor, at=self.at)
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
            "user": self._people(),
        }

    def _steps(self) -> dict[str, str]:
        return {step.name: str(step.label) for step in bulk.offered(self.actor)}

    def _people(self) -> Pairs:
        """Return who holds a role that works by assignment at the authority of one of the cases."""
        here = {case.authority_id for case in self._seen}
        rows = Membership.objects.in_force(self.at).filter(authority__in=here, role__in=PASSED)
        people: dict[str, str] = {}
        for row in rows.select_related("user").order_by("user__full_name", "id"):
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

"""The three endpoints of the table, bare: the same inputs, answers and rows; who is signed in may do anything.

The pipeline before them (sign-in, the transaction, the settings of row-level security) is the service's own. What
may be done next is told from memory, for in the service that is a question of rights.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import roles
from accounts.actor import Actor
from bench.bare import filing
from bench.bare import models as bare
from core.paging import page_of
from core.query import Query
from referrals import models as service
from referrals.access import matrix
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.cases.api import NewConcern
from referrals.cases.filters import CaseQuery
from referrals.execution import abilities
from referrals.reading import clocks, fields
from referrals.rest.case_views import CaseView
from referrals.vocabulary import formats
from referrals.vocabulary.states import CoarseStatus, Machine, State, Urgency
from referrals.workflow.step import steps

SHELL = (
    "version", "department", "channel", "variant", "age_band", "under_15", "under_2", "runaway", "restricted",
    "majority_near", "legal_hold", "left_open", "info_requested", "prostitution_status", "immediate_danger",
    "transfer_open",
)  # fmt: skip
INSTANTS = (
    "created_at", "received_at", "submitted_at", "acknowledged_at", "closed_at", "statutory_due_at",
    "target_due_at", "next_due_at", "counts_from",
)  # fmt: skip
COORDINATOR = CaseAccess(
    frozenset({(roles.Role.CRIP_COORDINATOR, matrix.Relation.TERRITORY)}), draft=False, named=False
)


def _shown(model: Any) -> list[str]:
    """Return the attributes that the coordinator is shown of a table, decided once and for all."""
    hidden = ("K", "A") if model is service.Concern else ("K",)
    return [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in fields.INTERNAL and getattr(field, "access_class", "K") not in hidden
    ]


SHOWN = {model.__name__: _shown(model) for model in (service.Concern, *service.PARTS.values())}
_offered: dict[tuple[str, str], dict[str, Any]] = {}


def shell(referral: Any) -> dict[str, Any]:
    body = {
        "id": str(referral.pk),
        "reference": referral.reference,
        "authority": str(referral.authority_id),
        "unit": str(referral.unit_id) if referral.unit_id else None,
        "state": formats.labelled(State(referral.state)),
        "urgency": formats.labelled(Urgency(referral.urgency)),
        "judicial_status": referral.judicial_status or None,
    }
    for name in SHELL:
        body[name] = getattr(referral, name)
    for name in INSTANTS:
        body[name] = formats.moment(getattr(referral, name))
    return body


def row(one: Any) -> dict[str, Any]:
    body = {"id": str(one.pk)}
    for name in SHOWN[type(one).__name__]:
        body[name] = _plain(getattr(one, name))
    return body


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return formats.moment(value)
    return str(value) if isinstance(value, UUID) else value


def timed(referral: Any, running: Any, *, at: datetime) -> list[dict[str, Any]]:
    """Return the lines of a case's clocks."""
    calendar = clocks.calendar_in_force(referral, at=at)
    return [clocks.clock_line(clock, calendar, at=at) for clock in running]


def offered(referral: Any, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return what the service would offer the coordinator, asked once of one case in the same situation."""
    situation = (referral.state, referral.urgency)
    if situation not in _offered:
        same = service.Referral.objects.get(pk=referral.pk)
        offers = abilities.abilities(same, Sight(COORDINATOR), actor=actor, at=at)
        _offered[situation] = {
            name: [(line, line["href"].partition(str(same.pk))[2]) for line in lines]
            for name, lines in offers.items()
        }
    base = f"/api/v1/referrals/{referral.pk}"
    return {
        name: [{**line, "href": base + tail} for line, tail in lines]
        for name, lines in _offered[situation].items()
    }


class Cases(CaseView):
    base = "bare"

    def rows(self, actor: Actor) -> Any:
        return bare.Referral.objects.filter(authority_id__in=sorted(actor.authority_ids))

    def filed(self, data: dict[str, Any], *, actor: Actor, at: datetime) -> filing.Filing:
        """Insert a filing; return its rows."""
        made = filing.drawn_up(bare, data, actor=actor, at=at)
        filing.insert(made)
        return made

    def get(self, request: Request) -> Response:
        query = CaseQuery.of(request.query_params)
        rows = self.rows(self.actor)
        for name in ("state", "urgency", "department", "runaway"):
            if name in query:
                rows = rows.filter(**{name: query[name]})
        page = page_of(
            rows,
            limit=query["limit"],
            order=("next_due_at", "id"),
            cursor=query.get("cursor"),
            bound_to=self.base,
        )
        return Response({"results": [shell(one) for one in page.items], "next": page.next})

    def post(self, request: Request) -> Response:
        actor, at = self.actor, self.at
        once = filing.Once(request, actor)
        if once.past() is not None:
            raise Http404
        body = NewConcern(data=request.data)
        body.is_valid(raise_exception=True)
        made = self.filed(dict(body.validated_data), actor=actor, at=at)
        referral = made.referral
        once.keep(referral, at=at)
        withdraw = abilities._described(steps.get(Machine.REFERRAL, "withdraw"))
        answer = {
            "id": str(referral.pk),
            "reference": referral.reference,
            "status": formats.labelled(CoarseStatus.RECEIVED),
            "submitted_at": formats.moment(referral.submitted_at),
            "withdrawn_at": None,
            "clocks": [clock for clock in timed(referral, made.clocks, at=at) if clock["code"] == "C5"],
            "available_actions": [{**withdraw, "href": f"/api/v1/referrals/{referral.pk}/withdraw"}],
            "blocked_actions": [],
            "made": str(referral.pk),
        }
        return Response(
            answer, status=201, headers={"Location": f"/api/v1/{self.base}/referrals/{referral.pk}"}
        )


class OneCase(CaseView):
    tables: Any = bare

    def case_of(self, pk: UUID, actor: Actor) -> Any:
        rows = self.tables.Referral.objects.select_related("authority", "concern")
        referral = rows.prefetch_related("clocks", *self.tables.PARTS).filter(pk=pk).first()
        if referral is None:
            raise Http404
        return referral

    def get(self, request: Request, pk: UUID) -> Response:
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        referral = self.case_of(pk, actor)
        body = shell(referral)
        body["clocks"] = timed(referral, referral.clocks.all(), at=at)
        body |= offered(referral, actor=actor, at=at)
        body["concern"] = row(referral.concern)
        del body["concern"]["id"]
        body["concern"]["not_known"] = referral.concern.not_known
        for name in self.tables.PARTS:
            body[name] = [row(one) for one in getattr(referral, name).all()]
        return Response(body, headers={"ETag": f'"{referral.version}"'})

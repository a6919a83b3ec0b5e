"""API of services: search, read, make, change, verify, places, reported errors, and the number of the night."""

from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import require_somewhere
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.api.pages import page_schema
from accounts.naming import visible
from accounts.signin import actor_of, at_of
from core.paging import envelope
from core.query import Query
from directory import queries
from directory.access import EDIT, READ, visible_services
from directory.actions import capacities, merging, reports, secrets, services
from directory.api.serializers import (
    HistoryOut,
    MergedOut,
    NightPhoneOut,
    ReportOut,
    ServiceLineOut,
    ServicePageOut,
    WaitingOut,
)
from directory.inputs import (
    CapacityInput,
    MergeInput,
    ReportInput,
    SearchInput,
    ServiceChange,
    ServiceOfInput,
    VerificationInput,
)
from directory.models import ErrorReport, Service

CREATED = 201
TAGS = ["directory"]


def _answer(request: Request, pk: UUID, *, status: int = 200) -> Response:
    page = queries.service(pk, actor=actor_of(request), at=at_of(request))
    return Response(ServicePageOut(page).data, status=status)


class ServiceSearch(APIView):
    """POST /api/v1/resources/search."""

    @extend_schema(
        operation_id="resources_search",
        tags=TAGS,
        request=SearchInput,
        responses={200: page_schema("ServicePage", ServiceLineOut)},
    )
    def post(self, request: Request) -> Response:
        """Search the services by need, place, age and name, a page at a time; nothing is kept of what was asked.

        A POST, so that what is asked stands in no address.
        """
        Query.of(request.query_params)
        actor = actor_of(request)
        require_somewhere(actor, READ)
        page = queries.search(SearchInput.read(request.data), actor=actor, at=at_of(request))
        return Response(envelope(page, ServiceLineOut(page.items, many=True).data))


class Services(APIView):
    """POST /api/v1/resources."""

    @extend_schema(
        operation_id="resources_make",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=ServiceOfInput,
        responses={201: ServicePageOut},
    )
    def post(self, request: Request) -> Response:
        """Make a service of a structure that one keeps."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)

        def make() -> Service:
            body = ServiceOfInput.read(request.data)
            return services.make(body.pop("structure"), body, actor=actor, at=at_of(request))

        service = do_once(request, visible_services(actor), make, status=CREATED)
        return _answer(request, service.pk, status=CREATED)


class OneService(APIView):
    """GET, PATCH /api/v1/resources/{id}."""

    @extend_schema(operation_id="resources_read", tags=TAGS, responses={200: ServicePageOut})
    def get(self, request: Request, pk: UUID) -> Response:
        """Read a service; of one that was merged, the one that is kept."""
        Query.of(request.query_params)
        return _answer(request, pk)

    @extend_schema(
        operation_id="resources_change",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=ServiceChange,
        responses={200: ServicePageOut},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given of a service that one keeps."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_services(actor), pk)

        def change() -> Service:
            return services.change(pk, ServiceChange.read(request.data), actor=actor, at=at_of(request))

        do_once(request, visible_services(actor), change)
        return _answer(request, pk)


class VerifyService(APIView):
    """POST /api/v1/resources/{id}/verify."""

    @extend_schema(
        operation_id="resources_verify",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=VerificationInput,
        responses={200: ServicePageOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Write down that a service's entry is right, and how one knows."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_services(actor), pk)

        def verify() -> Service:
            return services.verify(pk, VerificationInput.read(request.data), actor=actor, at=at_of(request))

        do_once(request, visible_services(actor), verify)
        return _answer(request, pk)


class Capacities(APIView):
    """POST /api/v1/resources/{id}/capacities."""

    @extend_schema(
        operation_id="resources_capacity",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=CapacityInput,
        responses={200: ServicePageOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Write how many places a service has, and how many it says are free."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_services(actor), pk)

        def tell() -> Service:
            told = capacities.tell(pk, CapacityInput.read(request.data), actor=actor, at=at_of(request))
            return told.service

        do_once(request, visible_services(actor), tell)
        return _answer(request, pk)


class MergeServices(APIView):
    """POST /api/v1/resources/{id}/merge."""

    @extend_schema(
        operation_id="resources_merge",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=MergeInput,
        responses={200: MergedOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Merge another service into this one; its id keeps finding this one."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_services(actor), pk)

        def merge() -> Service:
            lost = MergeInput.read(request.data)["lost"]
            return merging.merge_services(pk, lost, actor=actor, at=at_of(request))

        return Response(MergedOut(do_once(request, visible_services(actor), merge)).data)


class ServiceHistory(APIView):
    """GET /api/v1/resources/{id}/history."""

    @extend_schema(operation_id="resources_history", tags=TAGS, responses={200: HistoryOut})
    def get(self, request: Request, pk: UUID) -> Response:
        """Read what was said of each field of a service, the newest first."""
        Query.of(request.query_params)
        actor = actor_of(request)
        lines = queries.history(visible(visible_services(actor), pk), actor=actor)
        return Response(HistoryOut({"results": lines}).data)


class ServicesToVerify(APIView):
    """GET /api/v1/resources/to-verify."""

    @extend_schema(operation_id="resources_to_verify", tags=TAGS, responses={200: WaitingOut})
    def get(self, request: Request) -> Response:
        """List the services that one keeps and that are to be verified, the longest unverified first."""
        Query.of(request.query_params)
        lines = queries.to_verify(actor_of(request), at=at_of(request))
        return Response(WaitingOut({"results": lines}).data)


class ServiceErrors(APIView):
    """POST /api/v1/resources/{id}/errors."""

    @extend_schema(
        operation_id="resources_report",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=ReportInput,
        responses={201: ReportOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say in one sentence what is wrong in an entry; it is sealed, and read by its editors alone."""
        actor = actor_of(request)
        visible(visible_services(actor), pk)

        def report() -> ErrorReport:
            return reports.report(pk, ReportInput.read(request.data), actor=actor, at=at_of(request))

        own = ErrorReport.objects.filter(by=actor.user_id)
        return Response(ReportOut(do_once(request, own, report, status=CREATED)).data, status=CREATED)


class NightPhone(APIView):
    """POST /api/v1/resources/{id}/night-phone."""

    @extend_schema(
        operation_id="resources_night_phone", tags=TAGS, request=None, responses={200: NightPhoneOut}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Open the number of a service's night duty; each time is an entry of the journal."""
        Query.of(request.query_params)
        opened = partial(secrets.open_night_phone, pk, actor=actor_of(request), at=at_of(request))
        return Response(NightPhoneOut({"number": opened()}).data)

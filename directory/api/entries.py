"""API of services and structures: search, read, make, change, verify, place, merge, report, open the night's number."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import require_somewhere
from accounts.actor import Actor
from accounts.api.once import do_once
from accounts.naming import visible
from accounts.signin import actor_of, at_of
from core.api import operation
from core.inputs import StrictSerializer
from core.paging import Page
from core.query import Query
from directory import queries
from directory.access import EDIT, READ, visible_services, visible_structures
from directory.actions import capacities, merging, places, reports, secrets, services, structures
from directory.api.serializers import (
    HistoryOut,
    MergedOut,
    NightPhoneOut,
    PairsOut,
    ReportOut,
    ServiceLineOut,
    ServicePageOut,
    StructurePageOut,
    WaitingOut,
)
from directory.inputs import (
    CapacityInput,
    MergeInput,
    PlaceOfInput,
    ReportInput,
    SearchInput,
    ServiceChange,
    ServiceOfInput,
    StructureChange,
    StructureInput,
    VerificationInput,
)
from directory.models import ErrorReport, Service, Structure
from directory.queries.views import ServicePage, StructurePage

CREATED: Final = 201
TAG: Final = "directory"


class Write[M: Model](Protocol):
    """An act upon an entry."""

    def __call__(self, pk: UUID, body: Mapping[str, Any], /, *, actor: Actor, at: datetime) -> M: ...


def write[M: Model](
    request: Request,
    pk: UUID,
    act: Write[M],
    takes: type[StrictSerializer],
    rows: Callable[[Actor], QuerySet[M]],
    *,
    status: int = 200,
) -> M:
    """Do an act of editors once upon an entry that the caller sees.

    Raises:
        NotAllowed: the caller edits nowhere.
        NotVisible: there is no such entry for the caller.
    """
    actor = actor_of(request)
    require_somewhere(actor, EDIT)
    visible(rows(actor), pk)
    return do_once(
        request,
        rows(actor),
        lambda: act(pk, takes.read(request.data), actor=actor, at=at_of(request)),
        status=status,
    )


def _service(request: Request, pk: UUID) -> ServicePage:
    return queries.service(pk, actor=actor_of(request), at=at_of(request))


def _structure(request: Request, pk: UUID) -> StructurePage:
    return queries.structure(pk, actor=actor_of(request), at=at_of(request))


class ServiceSearch(APIView):
    @operation("resources_search", TAG, ServiceLineOut, takes=SearchInput, page="ServicePage", query=Query)
    def post(self, request: Request) -> Page:
        """Search the services by need, place, age and name, a page at a time; nothing is kept of what was asked.

        A POST, so that what is asked stands in no address.
        """
        Query.of(request.query_params)
        actor = actor_of(request)
        require_somewhere(actor, READ)
        return queries.search(SearchInput.read(request.data), actor=actor, at=at_of(request))


class Services(APIView):
    @operation("resources_make", TAG, ServicePageOut, takes=ServiceOfInput, status=CREATED, once=True)
    def post(self, request: Request) -> ServicePage:
        """Make a service of a structure that one keeps."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)

        def make() -> Service:
            body = ServiceOfInput.read(request.data)
            return services.make(body.pop("structure"), body, actor=actor, at=at_of(request))

        return _service(request, do_once(request, visible_services(actor), make, status=CREATED).pk)


class OneService(APIView):
    @operation("resources_read", TAG, ServicePageOut)
    def get(self, request: Request, pk: UUID) -> ServicePage:
        """Read a service; of one that was merged, the one that is kept."""
        Query.of(request.query_params)
        return _service(request, pk)

    @operation("resources_change", TAG, ServicePageOut, takes=ServiceChange, once=True)
    def patch(self, request: Request, pk: UUID) -> ServicePage:
        """Change what is given of a service that one keeps."""
        write(request, pk, services.change, ServiceChange, visible_services)
        return _service(request, pk)


class VerifyService(APIView):
    @operation("resources_verify", TAG, ServicePageOut, takes=VerificationInput, once=True)
    def post(self, request: Request, pk: UUID) -> ServicePage:
        """Write down that a service's entry is right, and how one knows."""
        write(request, pk, services.verify, VerificationInput, visible_services)
        return _service(request, pk)


class Capacities(APIView):
    @operation("resources_capacity", TAG, ServicePageOut, takes=CapacityInput, once=True)
    def post(self, request: Request, pk: UUID) -> ServicePage:
        """Write how many places a service has, and how many it says are free."""
        write(request, pk, self._write, CapacityInput, visible_services)
        return _service(request, pk)

    @staticmethod
    def _write(pk: UUID, body: Mapping[str, Any], /, *, actor: Actor, at: datetime) -> Service:
        return capacities.write(pk, body, actor=actor, at=at).service


class MergeServices(APIView):
    @operation("resources_merge", TAG, MergedOut, takes=MergeInput, once=True)
    def post(self, request: Request, pk: UUID) -> Service:
        """Merge another service into this one; its id keeps finding this one."""
        return write(request, pk, self._merge, MergeInput, visible_services)

    @staticmethod
    def _merge(pk: UUID, body: Mapping[str, Any], /, *, actor: Actor, at: datetime) -> Service:
        return merging.merge_services(pk, body["lost"], actor=actor, at=at)


class ServiceHistory(APIView):
    @operation("resources_history", TAG, HistoryOut)
    def get(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Read what was said of each field of a service, the newest first."""
        Query.of(request.query_params)
        actor = actor_of(request)
        return {"results": queries.history(visible(visible_services(actor), pk), actor=actor)}


class ServicesToVerify(APIView):
    @operation("resources_to_verify", TAG, WaitingOut)
    def get(self, request: Request) -> dict[str, Any]:
        """List the services that one keeps and that are to be verified, the longest unverified first."""
        Query.of(request.query_params)
        return {"results": queries.to_verify(actor_of(request), at=at_of(request))}


class ServiceErrors(APIView):
    @operation("resources_report", TAG, ReportOut, takes=ReportInput, status=CREATED, once=True)
    def post(self, request: Request, pk: UUID) -> ErrorReport:
        """Say in one sentence what is wrong in an entry; it is sealed, and read by its editors alone."""
        actor = actor_of(request)
        visible(visible_services(actor), pk)

        def report() -> ErrorReport:
            return reports.report(pk, ReportInput.read(request.data), actor=actor, at=at_of(request))

        return do_once(request, ErrorReport.objects.filter(by=actor.user_id), report, status=CREATED)


class NightPhone(APIView):
    @operation("resources_night_phone", TAG, NightPhoneOut)
    def post(self, request: Request, pk: UUID) -> dict[str, str]:
        """Open the number of a service's night duty; each time is an entry of the journal."""
        Query.of(request.query_params)
        return {"number": secrets.open_night_phone(pk, actor=actor_of(request), at=at_of(request))}


class Structures(APIView):
    @operation("structures_make", TAG, StructurePageOut, takes=StructureInput, status=CREATED, once=True)
    def post(self, request: Request) -> StructurePage:
        """Make a structure that one's authority keeps."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)

        def make() -> Structure:
            return structures.make(StructureInput.read(request.data), actor=actor, at=at_of(request))

        return _structure(request, do_once(request, visible_structures(actor), make, status=CREATED).pk)


class OneStructure(APIView):
    @operation("structures_read", TAG, StructurePageOut)
    def get(self, request: Request, pk: UUID) -> StructurePage:
        """Read a structure with its services; of one that was merged, the one that is kept."""
        Query.of(request.query_params)
        return _structure(request, pk)

    @operation("structures_change", TAG, StructurePageOut, takes=StructureChange, once=True)
    def patch(self, request: Request, pk: UUID) -> StructurePage:
        """Change what is given of a structure that one keeps."""
        write(request, pk, structures.change, StructureChange, visible_structures)
        return _structure(request, pk)


class StructurePlaces(APIView):
    @operation("structures_place", TAG, StructurePageOut, takes=PlaceOfInput, once=True)
    def post(self, request: Request, pk: UUID) -> StructurePage:
        """Say where a structure is, or a service of it, and who may know; a secret address is never given back."""
        write(request, pk, self._put, PlaceOfInput, visible_structures)
        return _structure(request, pk)

    @staticmethod
    def _put(pk: UUID, body: Mapping[str, Any], /, *, actor: Actor, at: datetime) -> Structure:
        place = {name: value for name, value in body.items() if name != "service"}
        return places.put(pk, body["service"], place, actor=actor, at=at).structure


class MergeStructures(APIView):
    @operation("structures_merge", TAG, MergedOut, takes=MergeInput, once=True)
    def post(self, request: Request, pk: UUID) -> Structure:
        """Merge another structure into this one, which takes over its services."""
        return write(request, pk, self._merge, MergeInput, visible_structures)

    @staticmethod
    def _merge(pk: UUID, body: Mapping[str, Any], /, *, actor: Actor, at: datetime) -> Structure:
        return merging.merge_structures(pk, body["lost"], actor=actor, at=at)


class PossibleDuplicates(APIView):
    @operation("structures_duplicates", TAG, PairsOut)
    def get(self, request: Request) -> dict[str, Any]:
        """List the structures that one keeps and that may be one: same SIRET or FINESS, or phone and commune."""
        Query.of(request.query_params)
        return {"results": queries.possible_duplicates(actor_of(request))}

"""API of structures and their places: read, make, change, put at a place, merge."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import require_somewhere
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.naming import visible
from accounts.signin import actor_of, at_of
from core.query import Query
from directory import queries
from directory.access import EDIT, visible_structures
from directory.actions import merging, places, structures
from directory.api.serializers import MergedOut, PairsOut, StructurePageOut
from directory.inputs import MergeInput, PlaceOfInput, StructureChange, StructureInput
from directory.models import Structure

CREATED = 201
TAGS = ["directory"]


def _answer(request: Request, pk: UUID, *, status: int = 200) -> Response:
    page = queries.structure(pk, actor=actor_of(request), at=at_of(request))
    return Response(StructurePageOut(page).data, status=status)


class Structures(APIView):
    """POST /api/v1/structures."""

    @extend_schema(
        operation_id="structures_make",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=StructureInput,
        responses={201: StructurePageOut},
    )
    def post(self, request: Request) -> Response:
        """Make a structure that one's authority keeps."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)

        def make() -> Structure:
            return structures.make(StructureInput.read(request.data), actor=actor, at=at_of(request))

        structure = do_once(request, visible_structures(actor), make, status=CREATED)
        return _answer(request, structure.pk, status=CREATED)


class OneStructure(APIView):
    """GET, PATCH /api/v1/structures/{id}."""

    @extend_schema(operation_id="structures_read", tags=TAGS, responses={200: StructurePageOut})
    def get(self, request: Request, pk: UUID) -> Response:
        """Read a structure with its services; of one that was merged, the one that is kept."""
        Query.of(request.query_params)
        return _answer(request, pk)

    @extend_schema(
        operation_id="structures_change",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=StructureChange,
        responses={200: StructurePageOut},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given of a structure that one keeps."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_structures(actor), pk)

        def change() -> Structure:
            return structures.change(pk, StructureChange.read(request.data), actor=actor, at=at_of(request))

        do_once(request, visible_structures(actor), change)
        return _answer(request, pk)


class StructurePlaces(APIView):
    """POST /api/v1/structures/{id}/places."""

    @extend_schema(
        operation_id="structures_place",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=PlaceOfInput,
        responses={200: StructurePageOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say where a structure is, or a service of it, and who may know; a secret address is never given back."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_structures(actor), pk)

        def put() -> Structure:
            body = PlaceOfInput.read(request.data)
            return places.put(pk, body.pop("service"), body, actor=actor, at=at_of(request)).structure

        do_once(request, visible_structures(actor), put)
        return _answer(request, pk)


class MergeStructures(APIView):
    """POST /api/v1/structures/{id}/merge."""

    @extend_schema(
        operation_id="structures_merge",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=MergeInput,
        responses={200: MergedOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Merge another structure into this one, which takes over its services."""
        actor = actor_of(request)
        require_somewhere(actor, EDIT)
        visible(visible_structures(actor), pk)

        def merge() -> Structure:
            lost = MergeInput.read(request.data)["lost"]
            return merging.merge_structures(pk, lost, actor=actor, at=at_of(request))

        return Response(MergedOut(do_once(request, visible_structures(actor), merge)).data)


class PossibleDuplicates(APIView):
    """GET /api/v1/structures/duplicates."""

    @extend_schema(operation_id="structures_duplicates", tags=TAGS, responses={200: PairsOut})
    def get(self, request: Request) -> Response:
        """List the structures that one keeps and that may be one: same SIRET or FINESS, or phone and commune."""
        Query.of(request.query_params)
        return Response(PairsOut({"results": queries.possible_duplicates(actor_of(request))}).data)

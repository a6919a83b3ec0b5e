"""API of imports and exports of the directory: try a file, do it, decide on held rows, take a file away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import require_somewhere
from accounts.api.once import do_once
from accounts.errors import InvalidInput
from accounts.imports import upload
from accounts.naming import visible
from accounts.request import bare
from accounts.signin import actor_of, at_of
from core.api import RowOut, operation
from core.inputs import Code, Id, StrictSerializer
from core.one_file import FILE
from core.paging import Page, page_of
from core.query import PagedQuery, Query
from directory.access import EDIT, editable_imports, import_rows
from directory.actions import exports, imports
from directory.codes import Visibility
from directory.exchange.inputs import HeldInput, ImportTrialInput
from directory.exchange.plan import Outcome, Plan
from directory.models import DirectoryImport, HeldRow

TAG, FORM = "directory", "multipart/form-data"
#: So many lines of each kind are shown; the counts are of all.
_SHOWN = 200
_AUDIENCES = [(one.value, one.label) for one in (Visibility.PUBLIC, Visibility.PROFESSIONAL)]


class ResourceImportForm(ImportTrialInput):
    """The form as it is sent."""

    file = serializers.FileField()


class NothingBeside(StrictSerializer):
    """A form that holds the file alone."""


class ResourceImportFileForm(serializers.Serializer[Any]):
    """The form of a file that was tried."""

    file = serializers.FileField()


class ResourceImportOut(RowOut[DirectoryImport]):
    """An import in numbers, with source, licence and day of its data."""

    model = DirectoryImport
    columns = (
        "id authority source licence stated_on options digest tried_by tried_at done_at created changed unchanged"
        " archived held refused left_out"
    )


class ResourceImportLineOut(serializers.Serializer[Any]):
    """What one row would do; ``kept``: fields that a person verified later than the file says."""

    line = serializers.IntegerField(
        help_text="In the file, or its rank in a list, from 1; 0: it isn't in it."
    )
    kind = serializers.CharField()
    source_id = serializers.CharField()
    outcome = serializers.CharField()
    name = serializers.CharField()
    changed = serializers.ListField(child=serializers.CharField())
    kept = serializers.ListField(child=serializers.CharField())


class ResourceImportFaultOut(serializers.Serializer[Any]):
    """Why one row isn't taken."""

    line = serializers.IntegerField()
    field = serializers.CharField(help_text="As the file calls it; empty where it is the row as a whole.")
    code = serializers.CharField()
    text = serializers.CharField(help_text="For people, in the language of the request.")


class ResourceImportPlanOut(ResourceImportOut):
    """An import with what it would do or did, row by row, as far as it isn't unchanged."""

    lines = ResourceImportLineOut(many=True, read_only=True)
    faults = ResourceImportFaultOut(many=True, read_only=True)


class HeldRowOut(RowOut[HeldRow]):
    """A row of an import that is like a structure with a secret address.

    Its id in the source isn't told: registers give the address by it.
    """

    model = HeldRow
    columns = "id run authority structure matched_by settled_at settled_by same"


class ExportQuery(Query):
    """Whose entries, and for whom the file is."""

    authority = Id(required=False, help_text="May be left out by who keeps the entries of one alone.")
    audience = Code(choices=_AUDIENCES, required=False, default=Visibility.PUBLIC.value)


class ResourceImports(APIView):
    parser_classes = ()

    @operation("resource_imports_list", TAG, ResourceImportOut, page="ResourceImportPage")
    def get(self, request: Request) -> Page:
        """List the imports of what one keeps, the newest first."""
        query = PagedQuery.of(request.query_params)
        return page_of(editable_imports(actor_of(request)), order=("-tried_at", "-id"), **query)

    @operation(
        "resource_imports_try", TAG, ResourceImportPlanOut, takes={FORM: ResourceImportForm}, status=201
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Try a file: answer what it would do, row by row; nothing of it is written or kept."""
        Query.of(request.query_params)
        actor, at = actor_of(request), at_of(request)
        require_somewhere(actor, EDIT)
        arrived: upload.Arrived | None = getattr(bare(request), "brought", None)
        if arrived is None:
            return upload.to_come(bare(request))
        body = ImportTrialInput.read(_fields(arrived))
        return Response(
            _planned(*imports.try_import(body, bytes(arrived.raw), actor=actor, at=at)), status=201
        )


class OneResourceImport(APIView):
    @operation("resource_imports_read", TAG, ResourceImportOut)
    def get(self, request: Request, pk: UUID) -> DirectoryImport:
        """Read one import, in numbers."""
        Query.of(request.query_params)
        return visible(editable_imports(actor_of(request)), pk)


class DoResourceImport(APIView):
    parser_classes = ()

    @operation("resource_imports_do", TAG, ResourceImportPlanOut, takes={FORM: ResourceImportFileForm})
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Write what was tried, by the same file, all of it or nothing; an import is done once."""
        Query.of(request.query_params)
        actor, at = actor_of(request), at_of(request)
        visible(editable_imports(actor), pk)
        arrived: upload.Arrived | None = getattr(bare(request), "brought", None)
        if arrived is None:
            return upload.to_come(bare(request))
        NothingBeside.read(_fields(arrived))
        return Response(_planned(*imports.do_import(pk, bytes(arrived.raw), actor=actor, at=at)))


class ResourcesOnHold(APIView):
    @operation("resources_held_list", TAG, HeldRowOut, page="HeldRowPage")
    def get(self, request: Request) -> Page:
        """List the rows on which somebody is to decide."""
        query = PagedQuery.of(request.query_params)
        return page_of(import_rows(actor_of(request)).filter(settled_at=None), order=("id",), **query)


class SettleResource(APIView):
    @operation("resources_held_settle", TAG, HeldRowOut, takes=HeldInput, once=True)
    def post(self, request: Request, pk: UUID) -> HeldRow:
        """Say whether a held row is the structure that it is like."""
        actor = actor_of(request)
        visible(import_rows(actor), pk)

        def settle() -> HeldRow:
            return imports.settle_row(pk, HeldInput.read(request.data), actor=actor, at=at_of(request))

        return do_once(request, import_rows(actor), settle)


class ExportDataInclusion(APIView):
    @operation("resources_export_data_inclusion", TAG, {(200, "application/zip"): OpenApiResponse(
        OpenApiTypes.BINARY, "Structures and services of data.inclusion 1.0.10, and the side file."
    )}, query=ExportQuery)  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """Take away what one keeps; never a secret address. Each export is an entry."""
        archive = exports.export_data_inclusion(_whose(request), actor=actor_of(request), at=at_of(request))
        return HttpResponse(archive, content_type="application/zip")


class ExportHsds(APIView):
    @operation("resources_export_hsds", TAG, {
        200: OpenApiResponse(OpenApiTypes.OBJECT, "Organizations and services of HSDS 3.0.")
    }, query=ExportQuery)  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """Take away what one keeps, as HSDS 3.0; never a secret address. Each export is an entry."""
        document = exports.export_hsds(_whose(request), actor=actor_of(request), at=at_of(request))
        return HttpResponse(document, content_type="application/json")


routes = [
    path("resources/imports", ResourceImports.as_view(), name="resource-imports"),
    path("resources/imports/<uuid:pk>", OneResourceImport.as_view(), name="resource-import"),
    path("resources/imports/<uuid:pk>/do", DoResourceImport.as_view(), name="resource-import-do"),
    path("resources/held", ResourcesOnHold.as_view(), name="resources-held"),
    path("resources/held/<uuid:pk>/settle", SettleResource.as_view(), name="resources-held-settle"),
    path(
        "resources/exports/data-inclusion",
        ExportDataInclusion.as_view(),
        name="resources-export-data-inclusion",
    ),
    path("resources/exports/hsds", ExportHsds.as_view(), name="resources-export-hsds"),
]


def _whose(request: Request) -> dict[str, Any]:
    query = ExportQuery.of(request.query_params)
    return {"authority": query.get("authority"), "audience": query["audience"]}


def _fields(arrived: upload.Arrived) -> dict[str, Any]:
    if arrived.refused:
        raise InvalidInput({FILE: [arrived.refused]})
    return arrived.fields


def _planned(run: DirectoryImport, plan: Plan) -> Mapping[str, Any]:
    shown = [step for step in plan.steps if step.outcome != Outcome.UNCHANGED or step.kept]
    lines = [
        {
            "line": step.line,
            "kind": step.kind,
            "source_id": step.source_id,
            "outcome": str(step.outcome),
            "name": step.name,
            "changed": step.changed() if step.outcome == Outcome.CHANGED else [],
            "kept": list(step.kept),
        }
        for step in shown[:_SHOWN]
    ]
    faults = [
        {"line": one.line, "field": one.field, "code": one.fault.value, "text": str(one.fault.label)}
        for one in plan.refused[:_SHOWN]
    ]
    return ResourceImportOut(run).data | {"lines": lines, "faults": faults}

"""Imports of people and institutions: try a file, ask for it, confirm it as a second person, undo it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions, queries
from accounts.imports import upload
from accounts.imports.faults import Refused
from accounts.imports.plan import CHANGED, CREATED, Planned
from accounts.imports.rows import Institution, Person
from accounts.imports.trial import Trial
from accounts.inputs import ImportDecisionInput, ImportInput
from accounts.models import ImportRun
from accounts.request import bare
from accounts.signin import actor_of, by
from accounts.validated_actions import tried_import
from core.api import RowOut, operation
from core.paging import Page
from core.query import PagedQuery, Query


class ImportForm(ImportInput):
    """The form as it is sent."""

    file = serializers.FileField()


class ImportOut(RowOut[ImportRun]):
    """An import, in numbers: what it would do, or did; it names nobody of the file."""

    model = ImportRun
    columns = (
        "id authority source stated_on origin tried_by tried_at asked_at decided_by decided_at confirmed "
        "undone_by undone_at digest created changed unchanged refused left_out"
    )
    origin = serializers.CharField(read_only=True, help_text="Of a public file: source, licence and day.")


class ImportLineOut(serializers.Serializer[Any]):
    """What one line would do."""

    line = serializers.IntegerField(help_text="In the file, from 1.")
    outcome = serializers.ChoiceField(choices=[(one, one) for one in (CREATED, CHANGED)])
    name = serializers.CharField()
    email = serializers.CharField(required=False)
    role = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    numbers = serializers.DictField(child=serializers.CharField(), required=False)


class ImportFaultOut(serializers.Serializer[Any]):
    """Why one line isn't taken."""

    line = serializers.IntegerField()
    column = serializers.CharField(
        allow_blank=True, help_text="Empty where it is the line's fault as a whole."
    )
    code = serializers.CharField()
    text = serializers.CharField(help_text="For people, in the language of the request.")


class ReadImportOut(ImportOut):
    """One import with what it would do, line by line, while it waits; empty lists once it is decided on."""

    lines = ImportLineOut(many=True, read_only=True)
    faults = ImportFaultOut(many=True, read_only=True)


class InvitedOut(serializers.Serializer[Any]):
    """Whom an import invited."""

    user = serializers.UUIDField()
    code = serializers.CharField(help_text="To be told beside the mail; shown this once.")


class DoneImportOut(ImportOut):
    """An import that was written."""

    invited = InvitedOut(many=True, read_only=True)


class Imports(APIView):
    step_up = frozenset({"POST"})
    parser_classes = ()

    @operation("imports_list", "people", ImportOut, page="ImportPage")
    def get(self, request: Request) -> Page:
        """List the imports that the caller administers or may confirm, the newest first."""
        return queries.import_page(PagedQuery.of(request.query_params), **by(request))

    @operation("import_try", "people", ReadImportOut, takes={"multipart/form-data": ImportForm}, status=201)
    def post(self, request: Request) -> HttpResponseBase:
        """Try a file: answer what it would create, change, leave and refuse, line by line; nothing is written."""
        Query.of(request.query_params)
        arrived = getattr(bare(request), "brought", None)
        access.require_somewhere(actor_of(request), "accounts.manage")
        if arrived is None:
            return upload.to_come(bare(request))
        run = tried_import(arrived, **by(request))
        return Response(_read(run, actions.read_import(run=run, **by(request))), status=201)


class OneImport(APIView):
    @operation("import_read", "people", ReadImportOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read one import; while it waits, line by line, and that look is an entry."""
        Query.of(request.query_params)
        return Response(_read(*queries.import_read(pk, **by(request))))


class AskImport(APIView):
    step_up = frozenset({"POST"})

    @operation("import_ask", "people", ImportOut)
    def post(self, request: Request, pk: UUID) -> ImportRun:
        """Ask that a second person confirm what one tried; within a week of the trial."""
        return actions.ask_import(run_id=pk, **by(request))


class ConfirmImport(APIView):
    step_up = frozenset({"POST"})

    @operation("import_confirm", "people", DoneImportOut, takes=ImportDecisionInput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm as a second person: all of it is written at once, and who is new is invited.

        The codes of the invitations are in this answer alone, to be told by telephone or face to face.
        """
        access.require_somewhere(actor_of(request), "memberships.confirm")
        sent = ImportDecisionInput.read(request.data)
        run, invited = actions.decide_import(run_id=pk, confirmed=True, digest=sent["digest"], **by(request))
        codes = [{"user": str(user.pk), "code": code} for user, code in invited]
        return Response(ImportOut(run).data | {"invited": codes})


class RefuseImport(APIView):
    step_up = frozenset({"POST"})

    @operation("import_refuse", "people", ImportOut)
    def post(self, request: Request, pk: UUID) -> ImportRun:
        """Refuse as a second person: nothing is written, and nothing of the file is left."""
        run, _invited = actions.decide_import(run_id=pk, confirmed=False, digest="", **by(request))
        return run


class UndoImport(APIView):
    step_up = frozenset({"POST"})

    @operation("import_undo", "people", ImportOut)
    def post(self, request: Request, pk: UUID) -> ImportRun:
        """Take back what it wrote, but for what was used since, which stays."""
        return actions.undo_import(run_id=pk, **by(request))


def _read(run: ImportRun, trial: Trial | None) -> dict[str, Any]:
    lines = [_line(row, line) for row, line in trial.acting()] if trial else []
    faults = [_fault(one) for one in trial.all_refused()] if trial else []
    return ImportOut(run).data | {"lines": lines, "faults": faults}


def _line(row: Person | Institution, planned: Planned) -> dict[str, Any]:
    line = {"line": planned.line, "outcome": planned.outcome}
    if isinstance(row, Person):
        return line | {"name": row.full_name, "email": row.email, "role": row.role}
    return line | {"name": row.name, "kind": row.kind, "numbers": row.numbers}


def _fault(one: Refused) -> dict[str, Any]:
    return {
        "line": one.line,
        "column": one.column,
        "code": one.fault.value,
        "text": str(one.fault.label),
    }

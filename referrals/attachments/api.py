"""API of attachments: list, send, read, mark as evidence, take from a draft."""

from collections.abc import Iterable
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import handoff_tokens
from accounts.errors import MissingKey
from accounts.models import Replay
from accounts.replays import Once
from accounts.request import bare
from audit import journal
from audit.disclosure import disclosure
from audit.events import FILE_OPENED, Purpose
from core.inputs import Flag, StrictSerializer
from core.query import Query
from referrals.access import row_level_security
from referrals.access.relations import CaseAccess
from referrals.attachments import keeping, notice, rights, serving, upload
from referrals.attachments.inputs import BodyToCome, Upload
from referrals.attachments.names import neutral_name
from referrals.attachments.upload import Arrived
from referrals.execution.runner import StepResult
from referrals.models import Attachment, Referral
from referrals.reading.disclosures import count_opening, opened
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.rest.documents import ByAddress
from referrals.vocabulary.attachments import SERVED_AS

CREATED: Final = 201
FILES: Final = "/api/v1/files/"  # at the host of files alone
#: Nothing that the file holds may do anything, should somebody open it in a browser after all (SEC-FI4).
POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class UploadForm(Upload):
    """The form as it is sent."""

    file = serializers.FileField()


class Mark(StrictSerializer):
    """Whether the file is evidence, so that it is kept as it came."""

    evidence = Flag()


class BarredLine(serializers.Serializer[None]):
    """Since when a file is set aside, why, and whether it was decided on, or has gone."""

    at = serializers.DateTimeField()
    reason = schema.CodedValue()
    condemned_at = serializers.DateTimeField(allow_null=True)
    destroyed_at = serializers.DateTimeField(allow_null=True)


class AttachmentLine(serializers.Serializer[None]):
    """One attachment; of one that waits for its complement only ``id``, ``at`` and ``waiting``.

    One that was set aside has ``barred``, neither name nor digest, and is served to nobody.
    """

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    waiting = serializers.BooleanField()
    kind = schema.CodedValue(required=False)
    access_class = serializers.CharField(required=False)
    media = schema.CodedValue(required=False)
    scan = schema.CodedValue(required=False)
    size = serializers.IntegerField(required=False)
    evidence = serializers.BooleanField(required=False)
    original = serializers.BooleanField(required=False)
    role = serializers.CharField(required=False)
    by = serializers.UUIDField(required=False, allow_null=True)
    children = serializers.ListField(child=serializers.UUIDField(), required=False)
    complement = serializers.UUIDField(required=False, allow_null=True)
    filing = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.JSONField(required=False)
    sha256 = serializers.JSONField(required=False, allow_null=True)
    barred = BarredLine(required=False, allow_null=True)


class AttachmentPage(serializers.Serializer[None]):
    """The attachments of a case, and what whoever sends one must know."""

    results = AttachmentLine(many=True)
    next = serializers.CharField(allow_null=True)
    sending = serializers.JSONField()


class Attachments(CaseView):
    content_negotiation_class = ByAddress
    parser_classes = ()

    @extend_schema(responses=AttachmentPage, operation_id="attachments_list")
    def get(self, request: Request, pk: UUID) -> Response:
        """List the attachments that the caller reads, within one disclosure, and tell what may be sent."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        actor, at = self.actor, self.at
        lines = opened(
            referral,
            ties,
            lambda scope: serving.listed(referral, ties, scope, actor=actor, at=at),
            actor=actor,
            at=at,
            purpose=Purpose.FILING if ties.coarse or ties.draft else Purpose.HANDLING,
        )
        return Response(listed(lines, None) | {"sending": notice.notice_body()})

    @extend_schema(
        request={"multipart/form-data": UploadForm},
        responses={201: schema.CaseAnswer},
        operation_id="attachments_add",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Send one file with its kind: scanned, parsed, written anew; the original goes unless it is evidence."""
        Query.of(request.query_params)
        arrived: Arrived | None = getattr(bare(request), "arrived", None)
        if arrived is None:
            return self._await(request, pk)
        return self.write(pk, partial(self._add, pk, arrived), status=CREATED)

    def _await(self, request: Request, pk: UUID) -> BodyToCome:
        referral, ties = self.seen(pk)
        rights.adding(referral, ties)
        upload.require_form(bare(request))
        size = int(request.META["CONTENT_LENGTH"])
        actor, at = self.actor, self.at
        return BodyToCome(keeping.may_add(referral, ties, size, actor=actor, at=at))

    def once(self, *, required: bool) -> Once | None:
        """Return the request's idempotency: what it says is its fields, and the digest of its file."""
        arrived: Arrived = bare(self.request).arrived
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            if required:
                raise MissingKey
            return None
        return Once.of(key, f"{self.request.method} {self.request.path}", arrived.said())

    def done_before(self, pk: UUID, past: Replay) -> Response:
        """Answer an upload that came before as it was answered then; what came with it now is thrown away."""
        again = super().done_before(pk, past)
        again.status_code = CREATED
        return again

    def _add(self, pk: UUID, arrived: Arrived) -> StepResult:
        values = Upload.read(arrived.fields)
        done = keeping.add(
            pk,
            arrived,
            kind=values["kind"],
            evidence=values["evidence"],
            children=values["children"],
            actor=self.actor,
            at=self.at,
        )
        arrived.held = True
        return done


class OneAttachment(CaseView):
    @extend_schema(
        responses=schema.CaseAnswer, operation_id="attachments_remove", parameters=[schema.IDEMPOTENCY_KEY]
    )
    def delete(self, request: Request, pk: UUID, part: UUID) -> Response:  # noqa: ARG002
        """Take a file from a draft; nothing that was filed is ever taken away by this."""
        actor, at = self.actor, self.at
        return self.write(pk, lambda: keeping.remove(pk, part, actor=actor, at=at))


class MarkAttachment(CaseView):
    @extend_schema(
        request=Mark,
        responses=schema.CaseAnswer,
        operation_id="attachments_mark",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID, part: UUID) -> Response:
        """Mark a file as evidence while its original is there, or take mark and original away."""
        actor, at = self.actor, self.at

        def mark() -> StepResult:
            keeping.markable(pk, part, actor=actor, at=at)
            body = Mark.read(request.data)
            return keeping.mark(pk, part, evidence=body["evidence"], actor=actor, at=at)

        return self.write(pk, mark)


class Content(CaseView):
    """An attachment as a file: written anew, or, of evidence, as it came."""

    content_negotiation_class = ByAddress
    original = False

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            303: OpenApiResponse(
                description="A browser is sent to the host of files, with a pass in the address."
            ),
        }
    )
    def get(self, request: Request, pk: UUID, part: UUID) -> HttpResponseBase:
        """Read one attachment as a file; the entry is in the journal before its first byte leaves.

        Where files have a host of their own, a browser is sent there: what a file does, should it ever do anything,
        it does where no cookie and no page of the service is (SEC-FI4). Nothing is opened before it asks there.
        """
        Query.of(request.query_params)
        served = self.servable(pk, part)
        if settings.FILES_ORIGIN:
            what = pk.bytes + part.bytes + bytes([self.original])
            handed = handoff_tokens.given(bare(request), what, at=self.at)
            if handed is not None:
                return HttpResponse(
                    status=303, headers={"Location": f"{settings.FILES_ORIGIN}{FILES}{handed}"}
                )
        return self.read(*served)

    def servable(self, pk: UUID, part: UUID) -> tuple[Referral, Attachment, Referral, CaseAccess]:
        """Return the case, the file, the filing that holds it and the ties that count there, if it may be read now."""
        referral, ties = self.seen(pk)
        row, holder, own = serving.readable(referral, ties, part, actor=self.actor, at=self.at)
        serving.require_servable(row, own, original=self.original)
        return referral, row, holder, own

    def read(
        self, referral: Referral, row: Attachment, holder: Referral, own: CaseAccess
    ) -> HttpResponseBase:
        """Open the file within a disclosure."""
        actor, at = self.actor, self.at
        count_opening(holder, own, actor=actor, at=at, purpose=_purpose(own))
        with disclosure(
            actor=own.reader(actor),
            purpose=_purpose(own),
            at=at,
            objects=sorted({referral.pseudonym, journal.subject(holder.pk)}),
            tenant=referral.authority_id,
            act=FILE_OPENED,
            rule=own.reading_relation(),
            state=str(referral.state),
            always=True,
            urgent=holder.in_danger,
        ) as scope:
            pieces, digest = serving.content(row, scope, original=self.original)
        return self._answer(row, pieces, digest)

    def _answer(self, row: Attachment, pieces: Iterable[bytes], digest: str) -> StreamingHttpResponse:
        kind, name = SERVED_AS[row.media][0], neutral_name(row.pk, row.media)
        if self.original:
            kind, name = "application/octet-stream", f"piece-{row.pk.hex[:8]}.original"
        response = StreamingHttpResponse(pieces, content_type=kind)
        response["Content-Length"] = str(row.original_size if self.original else row.size)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Content-Security-Policy"] = POLICY
        response["Repr-Digest"] = f"sha-256=:{digest}:"
        return response


class Original(Content):
    """Of evidence, the file as it came: for those who write what goes to justice."""

    original = True


class Handed(Content):
    """A file at the host of files: whoever brings a pass that one of the two above gave."""

    permission_classes = [AllowAny]
    http_method_names = ["get"]

    def get(self, request: Request, handed: str) -> HttpResponseBase:  # type: ignore[override]  # another address
        """Read the file that the pass is for, with the rights of now."""
        Query.of(request.query_params)
        actor, what = handoff_tokens.taken(handed, bare(request), at=self.at)
        bare(request).actor = actor
        row_level_security.open_for(actor)
        self.original = bool(what[-1])
        return self.read(*self.servable(UUID(bytes=what[:16]), UUID(bytes=what[16:32])))


def _purpose(ties: CaseAccess) -> Purpose:
    if ties.draft:
        return Purpose.FILING
    return Purpose.EMERGENCY if ties.glass else Purpose.HANDLING

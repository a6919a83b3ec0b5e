"""Document to the prosecutor, as a printable page and as PDF; each reading is a disclosure."""

import base64
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from core.query import Query
from encryption import digest
from encryption.sealed import Sealed
from referrals.errors import NotAllowed, NotVisible
from referrals.reading.disclosures import opened
from referrals.rest.case_views import CaseView
from referrals.rest.documents import POLICY, ByAddress, own_style
from referrals.rest.pdf import pdf


class Document(CaseView):
    """The document to the prosecutor: while it is prepared, and as it was sent."""

    content_negotiation_class = ByAddress

    @extend_schema(
        responses={(200, "text/html"): OpenApiTypes.STR},
        operation_id="judicial_referrals_document",
    )
    def get(self, request: Request, pk: UUID, part: UUID) -> HttpResponse:
        """Read the document as a page that prints: it asks for nothing from elsewhere, and bears its hash."""
        page = self.page(request, pk, part)
        response = HttpResponse(page, content_type="text/html; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="document.html"'
        response["Content-Security-Policy"] = f"{POLICY}; style-src {own_style(page)}"
        whole = base64.b64encode(digest.sha256(page.encode())).decode()
        response["Repr-Digest"] = f"sha-256=:{whole}:"
        return response

    def page(self, request: Request, pk: UUID, part: UUID) -> str:
        """Return the document, opened within a disclosure."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        if "I" not in ties.reads:
            raise NotAllowed("read:judicial-document")
        row = referral.judicial_referrals.filter(pk=part).prefetch_related("children").first()
        if row is None or row.letter is None:
            raise NotVisible
        if not ties.named and any(child.restricted for child in row.children.all()):
            raise NotVisible
        letter: Sealed = row.letter
        page: str = opened(
            referral,
            ties,
            letter.open,
            actor=self.actor,
            at=self.at,
        )
        return page


class DocumentPdf(Document):
    @extend_schema(
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        operation_id="judicial_referrals_document_pdf",
    )
    def get(self, request: Request, pk: UUID, part: UUID) -> HttpResponse:
        """Read the document as PDF, made from the page."""
        response = HttpResponse(pdf(self.page(request, pk, part)), content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="document.pdf"'
        return response

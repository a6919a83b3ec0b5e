"""``/referrals/{id}/receipt``: the filer's receipt, as data, as a printable page, and as PDF."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.query import Query
from referrals.filing import receipts
from referrals.filing.receipt_pdf import page
from referrals.rest import schema
from referrals.rest.case_views import CaseView
from referrals.rest.documents import POLICY, ByAddress, own_style
from referrals.rest.pdf import pdf


class Receipt(CaseView):
    @extend_schema(responses=schema.Receipt, operation_id="referrals_receipt")
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return reference, instant and the journal's proof of it; `proof` follows the filing by some seconds."""
        return Response(self.found(request, pk))

    def found(self, request: Request, pk: UUID) -> dict[str, Any]:
        Query.of(request.query_params)
        return receipts.receipt_of(pk, actor=self.actor, at=self.at)


class ReceiptPage(Receipt):
    content_negotiation_class = ByAddress

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR}, operation_id="referrals_receipt_page")
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return the receipt as a page that prints, with QR codes of its proof; it holds nothing of the case."""
        html = self.page(request, pk)
        response = HttpResponse(html, content_type="text/html; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="receipt.html"'
        response["Content-Security-Policy"] = f"{POLICY}; style-src {own_style(html)}"
        return response

    def page(self, request: Request, pk: UUID) -> str:
        filing = self.found(request, pk)
        return page(filing, receipts.cell_of(pk, actor=self.actor, at=self.at))


class ReceiptPdf(ReceiptPage):
    @extend_schema(
        responses={(200, "application/pdf"): OpenApiTypes.BINARY}, operation_id="referrals_receipt_pdf"
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return the receipt as PDF, made from the page."""
        response = HttpResponse(pdf(self.page(request, pk)), content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="receipt.pdf"'
        return response

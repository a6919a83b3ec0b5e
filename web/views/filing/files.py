"""Attachments of a filing: sent with a draft, or before a later complement (domain.md §4.6, T08)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.request import ServiceRequest
from audit.events import Purpose
from referrals.access.relations import CaseAccess
from referrals.attachments import keeping, serving
from referrals.errors import NotAllowed
from referrals.models import Referral
from referrals.reading.disclosures import opened
from web.forms import ZONE
from web.generic import ButtonPage
from web.uploads import UploadPage, form_of, kinds, line_of, may_add
from web.views.filing.sent import QuestionQuery, own


class FilesPage(UploadPage):
    query = QuestionQuery
    template = "web/filing/files.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        referral, ties = own(self, pk)
        may = may_add(referral, ties)
        lines = opened(
            referral,
            ties,
            lambda scope: serving.listed(referral, ties, scope, actor=self.actor, at=self.at),
            actor=self.actor,
            at=self.at,
            purpose=Purpose.FILING,
        )
        return self.show(
            self.heading(referral, ties)
            | form_of(kinds(may) if may else (), {})
            | {"lines": [_line(pk, one, draft=ties.draft) for one in lines], "listed": True}
        )

    def case(self, pk: UUID) -> tuple[Referral, CaseAccess]:
        return own(self, pk)

    def heading(self, referral: Referral, ties: CaseAccess) -> dict[str, Any]:
        return {"pk": referral.pk, "draft": ties.draft, "add_at": self._addition(referral.pk)}

    def onwards(self, pk: UUID) -> str:
        referral, ties = own(self, pk)
        return reverse("filing-files", args=[referral.pk]) if ties.draft else self._addition(pk)

    def _addition(self, pk: UUID) -> str:
        question = self.asked.get("question")
        return reverse("filing-add", args=[pk]) + (
            f"?{urlencode({'question': question})}" if question else ""
        )


def _line(pk: UUID, line: Mapping[str, Any], *, draft: bool) -> dict[str, Any]:
    remove = reverse("filing-file-remove", args=[pk, line["id"]]) if draft else ""
    return line_of(pk, line, ZONE) | {"remove": remove}


class RemoveFile(ButtonPage):
    """Takes a file from a draft."""

    def do(self, pk: UUID, part: UUID) -> None:
        _, ties = own(self, pk)
        if ties.shared:
            raise NotAllowed("attachment:remove")
        keeping.remove(pk, part, actor=self.actor, at=self.at)

    def goes_to(self) -> str:
        return reverse("filing-files", args=[self.pk])

"""Draft shared with the lead of the filer's institution, and what the lead reads of it (domain.md §1.1, §1.3 ``s``)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.request import ServiceRequest
from accounts.roles import Role
from referrals.cases.queries import whole
from referrals.filing import actions as filing_actions
from referrals.filing.form import Sharing
from web.cases.report import chapters_of, parts_of
from web.filing.draft import Draft
from web.forms import Ask, Field, Pairs
from web.generic import InputPage, named
from web.page import Page, go_to

ASKS: Final = (Ask("organisation", _("De quel établissement transmettez-vous ?")),)


class SharePage(InputPage):
    takes, asks = Sharing, ASKS
    template = "web/filing/share.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        draft = filing_actions.shareable(pk, actor=self.actor, at=self.at)
        return {"shown": draft.shared_with is not None}

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show the draft, or show it no longer."""
        filing_actions.shareable(pk, actor=self.actor, at=self.at)
        if self.sent.text("then") == "hide":
            filing_actions.unshare(pk, actor=self.actor, at=self.at)
        else:
            filing_actions.share(pk, self.validated()["organisation"], actor=self.actor, at=self.at)
        return go_to(reverse("filing-share", args=[pk]))

    def choices(self) -> Mapping[str, Pairs]:
        own = {p.organisation_id for p in self.actor.holding([Role.FILER]) if p.organisation_id}
        rows = Organisation.objects.filter(pk__in=own).order_by("name", "pk")
        return {"organisation": named(rows)}

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        return super().fields(values, faults) if len(self.choices()["organisation"]) > 1 else []

    def around(self) -> dict[str, Any]:
        return {"pk": self.pk, "places": self.choices()["organisation"], "shown": False}


def shared(page: Page, pk: UUID) -> HttpResponse:
    """Return what the lead of an institution reads of a draft that is shown: its facts, and nothing to do."""
    _, body = whole(page.request, pk)
    page.template = "web/filing/shared.html"  # of this request's own view
    return page.show({"chapters": chapters_of(body.get("concern", {})), "parts": parts_of(body)})


def may_share(draft: Draft) -> bool:
    """Tell whether the draft may be shown: it is typed by somebody who files from an institution."""
    return draft.ties.as_filer() is Role.FILER and any(
        p.organisation_id for p in draft.actor.holding([Role.FILER])
    )

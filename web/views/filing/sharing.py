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
from referrals.filing.inputs import Sharing
from web import forms
from web.filing.draft import Draft
from web.forms import Ask
from web.page import FormPage, Page, go_to
from web.views.cases.case import chapters_of, parts_of

ASKS: Final = (Ask("organisation", _("De quel établissement transmettez-vous ?")),)


class SharePage(FormPage):
    """GET, POST /transmissions/{id}/partage."""

    template = "web/filing/share.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Say what the lead would read, and whether the draft is shown now.

        Raises:
            NotVisible, WrongState, NotAllowed: see ``drafts.shareable``.
        """
        draft = filing_actions.shareable(pk, actor=self.actor, at=self.at)
        return self.page(pk, {}, is_shared=draft.shared_with is not None)

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show the draft, or show it no longer."""
        filing_actions.shareable(pk, actor=self.actor, at=self.at)
        if request.POST.get("then") == "hide":
            filing_actions.unshare(pk, actor=self.actor, at=self.at)
        else:
            body = Sharing.read(self.typed())
            filing_actions.share(pk, body["organisation"], actor=self.actor, at=self.at)
        return go_to(reverse("filing-share", args=[pk]))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show the question again."""
        return self.page(pk, self.typed(), problem)

    def typed(self) -> dict[str, Any]:
        """Return what was chosen."""
        return forms.body_of(Sharing, ASKS, self.request.POST)

    def page(
        self,
        pk: UUID,
        values: Mapping[str, Any],
        problem: Mapping[str, Any] | None = None,
        *,
        is_shared: bool = False,
    ) -> HttpResponse:
        """Return the page; where one works for one institution alone there is nothing to choose."""
        own = {p.organisation_id for p in self.actor.holding([Role.FILER]) if p.organisation_id}
        rows = Organisation.objects.filter(pk__in=own).order_by("name", "pk")
        places = [(str(row.pk), row.name) for row in rows]
        fields = (
            forms.fields_of(
                Sharing, ASKS, values, faults=forms.faults_of(problem), choices={"organisation": places}
            )
            if len(places) > 1
            else []
        )
        return self.show(
            {
                "pk": pk,
                "fields": fields,
                "places": places,
                "shown": is_shared,
                "problem": problem,
                "faults": forms.summary(problem, fields),
            }
        )


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

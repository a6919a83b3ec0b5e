"""Yearly review of roles: those that the reader reviews, and the record of a review."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, reviews
from accounts.models import Membership
from accounts.queries import membership_page
from accounts.request import ServiceRequest
from core.inputs import ITEMS_MAX, Id, Items, StrictSerializer
from core.query import PagedQuery
from referrals.vocabulary.formats import moment
from web import forms
from web.administration.base import MANAGES, REVIEWS, AdministrationPage
from web.administration.certificates import certificate_words
from web.cases import confirmation, display
from web.forms import Fault, Option
from web.journal.base import address
from web.page import FormPage
from web.views.administration.roles import role_line
from web.views.cases.queue import ZONE

#: The button of one line stands for that line alone, whatever is ticked.
ONLY: Final = "only"
CHOSEN: Final = "chosen"


class ReviewsQuery(PagedQuery, confirmation.ConfirmationQuery):
    """A page of the list, and what was just done."""


class ChosenInput(StrictSerializer):
    """The roles that are said to be held rightly."""

    chosen = Items(child=Id(), allow_empty=False)


class Reviews(AdministrationPage, FormPage):
    tab = "reviews-page"
    opens_for = (REVIEWS,)
    query = ReviewsQuery
    template = "web/access_review/reviews.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List what the reader is to review, the longest unreviewed first; the look is an entry."""
        filters = self.filters | {"limit": min(self.filters["limit"], ITEMS_MAX)}
        page = membership_page(filters | {"review": "due"}, actor=self.actor, at=self.at, names=True)
        onwards = address("reviews-page", {"cursor": page.next}) if page.next else ""
        return self.show(
            self.page_context(page.items)
            | {"next": onwards, "first": "cursor" not in self.asked, "once": self.key()}
        )

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        sent = ChosenInput.read({CHOSEN: self._sent()})
        chosen = sorted(set(sent[CHOSEN]))
        self.once({CHOSEN: [str(pk) for pk in chosen]}, lambda: self._review(chosen))
        return self.onwards(reverse("reviews-page"))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        serializer = ChosenInput(data={CHOSEN: self._sent()})
        chosen = serializer.validated_data[CHOSEN] if serializer.is_valid() else []
        known = reviews.waiting(access.reviewable_memberships(self.actor), at=self.at).filter(pk__in=chosen)
        rows = known.select_related("user", "authority", "unit", "organisation").order_by("reviewed_at", "pk")
        faults = [Fault(str(_("Rôles à revoir")), detail) for detail in forms.faults_of(problem).values()]
        again = {"problem": problem, "faults": faults, "once": self.key(problem)}
        return self.show(self.page_context(list(rows), ticked=True) | again | {"next": "", "first": False})

    def _sent(self) -> list[str]:
        only = self.sent.text(ONLY)
        return [only] if only else self.sent.texts(CHOSEN)

    def _review(self, chosen: list[UUID]) -> UUID:
        """Review them in the order of their ids: two persons who review the same wait for each other in no ring."""
        for pk in chosen:
            actions.review(actor=self.actor, at=self.at, membership_id=pk)
        return chosen[0]

    def page_context(self, rows: list[Membership], *, ticked: bool = False) -> dict[str, Any]:
        memberships = Membership.objects.filter(pk__in=[row.pk for row in rows])
        ending = set(reviews.ending(memberships, at=self.at).values_list("pk", flat=True))
        lines = [
            role_line(row)
            | {
                "certificate": certificate_words(row, at=self.at)
                if row.authority_id in self.actor.may("honorability.read")
                else "",
                "own": row.user_id == self.actor.user_id,
                "option": Option(
                    str(row.pk), format_html("<strong>{}</strong>", row.user.full_name), ticked, f"f-{row.pk}"
                ),
                "ends_here": row.authority_id in self.actor.may(MANAGES),
                "reviewed": display.instant(moment(row.reviewed_at), ZONE),
                "due": display.instant(moment(row.review_due_at), ZONE),
                "late": row.review_due_at is not None and row.review_due_at <= self.at,
                "lapses": display.instant(moment(row.lapses_at), ZONE) if row.pk in ending else "",
            }
            for row in rows
        ]
        return self.around() | {"lines": lines}

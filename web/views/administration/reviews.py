"""Yearly review of roles: those that the reader reviews, and the record of a review."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, reviews
from accounts.models import Membership
from accounts.queries import membership_page
from core.inputs import ITEMS_MAX, Id, Items, StrictSerializer
from referrals.vocabulary.formats import moment
from web import forms
from web.administration.base import MANAGES, REVIEWS, AdministrationPage
from web.administration.role_rows import certificate_words
from web.cases import display
from web.forms import ZONE, Fault, Option
from web.generic import ConfirmPage, ListQuery
from web.journal.base import address
from web.views.administration.roles import role_line

#: The button of one line stands for that line alone, whatever is ticked.
ONLY: Final = "only"
CHOSEN: Final = "chosen"


class ChosenInput(StrictSerializer):
    """The roles that are said to be held rightly."""

    chosen = Items(child=Id(), allow_empty=False)


class Reviews(AdministrationPage, ConfirmPage):
    tab = onward = "reviews-page"
    opens_for = (REVIEWS,)
    query = ListQuery
    template = "web/access_review/reviews.html"

    def context(self) -> dict[str, Any]:
        """List what the reader is to review, the longest unreviewed first; the look is an entry."""
        filters = {name: value for name, value in self.asked.items() if name != "done"}
        filters |= {"limit": min(filters["limit"], ITEMS_MAX), "review": "due"}
        page = membership_page(filters, actor=self.actor, at=self.at, names=True)
        onwards = address("reviews-page", {"cursor": page.next}) if page.next else ""
        return {"lines": self._lines(page.items), "next": onwards, "first": "cursor" not in self.asked}

    def body(self) -> dict[str, Any]:
        """Return the roles that were ticked, or the one whose button was pressed."""
        return {CHOSEN: sorted(set(map(str, ChosenInput.read({CHOSEN: self._sent()})[CHOSEN])))}

    def do(self, body: dict[str, Any]) -> UUID:
        """Review all of them, or none.

        In the order of their ids: two persons who review the same wait for each other in no ring.
        """
        chosen = [UUID(one) for one in body[CHOSEN]]
        for pk in chosen:
            actions.review(actor=self.actor, at=self.at, membership_id=pk)
        return chosen[0]

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(self.goes_to(made))

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        """Show again what was ticked and waits still, with why it wasn't done; where nothing was, that it is asked."""
        serializer = ChosenInput(data={CHOSEN: self._sent()})
        chosen = serializer.validated_data[CHOSEN] if serializer.is_valid() else []
        waiting = reviews.waiting(access.reviewable_memberships(self.actor), at=self.at).filter(pk__in=chosen)
        rows = waiting.select_related("user", "authority", "unit", "organisation").order_by(
            "reviewed_at", "pk"
        )
        faults = [Fault(str(_("Rôles à revoir")), detail) for detail in forms.faults_of(problem).values()]
        lines = {"lines": self._lines(list(rows), ticked=True), "next": "", "first": False}
        return super().again(problem) | {"faults": faults} | lines

    def _sent(self) -> list[str]:
        only = self.sent.text(ONLY)
        return [only] if only else self.sent.texts(CHOSEN)

    def _lines(self, rows: list[Membership], *, ticked: bool = False) -> list[dict[str, Any]]:
        memberships = Membership.objects.filter(pk__in=[row.pk for row in rows])
        ending = set(reviews.ending(memberships, at=self.at).values_list("pk", flat=True))
        return [
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

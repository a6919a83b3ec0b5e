"""Reviews of the guidance pages: which are due, who read what, and recording one (field.md B.6)."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.actions.guidancereviews import Review, record_review, withdraw_review
from accounts.inputs import GuidanceReviewInput
from accounts.models import GuidanceReview
from accounts.naming import visible
from web.administration import words
from web.administration.base import GUIDES, AdministrationPage
from web.administration.forms import AdministrationForm, Confirmation
from web.generic import ShownPage
from web.guidance import files, reviews
from web.guidance.numbers import numbers
from web.guidance.shown import SECTIONS


class Reviews(AdministrationPage, ShownPage):
    tab = "guidance-reviews"
    opens_for = (GUIDES,)
    template = "web/administration/guidance.html"

    def context(self) -> dict[str, Any]:
        today = self.at.date()
        by_text, own = reviews.by_text(today), self.actor.may(GUIDES)
        lines = [
            {
                "page": page,
                "section": SECTIONS[page.section],
                "review": (review := by_text.get(reviews.key_of(page))),
                "own": review is not None and review.authority_id in own,
                "overdue": not page.is_current(today),
            }
            for lang in files.LANGUAGES
            for page in files.pages(lang).values()
        ]
        return {"lines": lines, "unchecked": [one for one in numbers().values() if not one.is_checked(today)]}


class Record(AdministrationForm):
    tab = onward = "guidance-reviews"
    opens_for = (GUIDES,)
    takes, asks = GuidanceReviewInput, words.GUIDANCE
    title, button = _("Enregistrer une relecture"), _("Enregistrer la relecture")
    page: files.GuidePage

    def prepare(self, lang: str, section: str, page: str) -> None:
        guide_page = files.pages(lang).get(f"{section}/{page}") if lang in files.LANGUAGES else None
        if guide_page is None:
            raise Http404
        self.page = guide_page

    def do(self, body: dict[str, Any]) -> UUID:
        values = GuidanceReviewInput.read(body)
        pk = values.pop("authority")
        authority = next((one for one in self.authorities if one.pk == pk), None)
        if authority is None:
            raise Http404
        review = Review(path=self.page.path, language=self.page.lang, digest=self.page.digest, **values)
        return record_review(review, authority, actor=self.actor, at=self.at).pk

    def around(self) -> dict[str, Any]:
        return super().around() | {"about": f"{self.page.title} ({self.page.lang})"}


class Withdraw(Confirmation):
    tab = back = "guidance-reviews"
    opens_for = (GUIDES,)
    title = _("Retirer une relecture")
    about = _("La page dira de nouveau qu'aucun professionnel ne l'a relue.")

    def lines(self) -> list[tuple[Any, str]]:
        own = GuidanceReview.objects.filter(authority__in=self.actor.may(GUIDES))
        row: GuidanceReview = visible(own, self.pk)
        return [(_("Page"), row.path), (_("Relue par"), f"{row.name}, {row.function}, {row.body}")]

    def do(self, body: dict[str, Any]) -> UUID:
        return withdraw_review(self.pk, actor=self.actor, at=self.at).pk

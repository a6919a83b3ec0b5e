"""Reviews of the guidance pages: which are due, who read what, and recording one (field.md B.6)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.guidancereviews import Review, record_review, withdraw_review
from accounts.inputs import GuidanceReviewInput
from accounts.models import GuidanceReview
from accounts.naming import visible
from accounts.request import ServiceRequest
from web.administration import words
from web.administration.base import GUIDES, AdministrationPage
from web.administration.forms import Confirmation, InputForm
from web.guidance import files, reviews
from web.guidance.numbers import numbers
from web.guidance.shown import SECTIONS


class Reviews(AdministrationPage):
    tab = "guidance-reviews"
    opens_for = (GUIDES,)
    template = "web/administration/guidance.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        today = self.at.date()
        held = reviews.by_text(today)
        own = self.actor.may(GUIDES)
        lines = [
            {
                "page": page,
                "section": SECTIONS[page.section],
                "review": held.get(reviews.key_of(page)),
                "own": (review := held.get(reviews.key_of(page))) is not None and review.authority_id in own,
                "overdue": not page.is_current(today),
            }
            for lang in files.LANGUAGES
            for page in files.pages(lang).values()
        ]
        unchecked = [one for one in numbers().values() if not one.is_checked(today)]
        return self.show(self.around() | {"lines": lines, "unchecked": unchecked})


class Record(InputForm):
    tab = "guidance-reviews"
    opens_for = (GUIDES,)
    takes, asks = GuidanceReviewInput, words.GUIDANCE
    title, button, back = _("Enregistrer une relecture"), _("Enregistrer la relecture"), "guidance-reviews"

    @property
    def page(self) -> files.GuidePage:
        lang, path = self.kwargs["lang"], "{section}/{page}".format(**self.kwargs)
        page = files.pages(lang).get(path) if lang in files.LANGUAGES else None
        if page is None:
            raise Http404
        return page

    def get(self, request: ServiceRequest, **_: str) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context() | self.filled({"authority": str(self.authorities[0].pk)}))

    def act(self, request: ServiceRequest, **_: str) -> HttpResponse:  # noqa: ARG002 - Django's signature
        page, body = self.page, self.body()
        self.once(body, lambda: self._record(page, body))
        return self.onwards(reverse(self.back))

    def _record(self, page: files.GuidePage, body: Mapping[str, Any]) -> UUID:
        said = GuidanceReviewInput.read(body)
        authority = next((one for one in self.authorities if one.pk == said.pop("authority")), None)
        if authority is None:
            raise Http404
        review = Review(path=page.path, language=page.lang, digest=page.digest, **said)
        return record_review(review, authority, actor=self.actor, at=self.at).pk

    def redisplay(self, problem: Mapping[str, Any], **_: str) -> HttpResponse:
        return self.show(self.page_context() | self.again(problem))

    def page_context(self) -> dict[str, Any]:
        return super().page_context() | {"about": f"{self.page.title} ({self.page.lang})"}


class Withdraw(Confirmation):
    tab = "guidance-reviews"
    opens_for = (GUIDES,)
    title, back = _("Retirer une relecture"), "guidance-reviews"
    about = _("La page dira de nouveau qu'aucun professionnel ne l'a relue.")

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        own = GuidanceReview.objects.filter(authority__in=self.actor.may(GUIDES))
        row: GuidanceReview = visible(own, pk)
        return [(_("Page"), row.path), (_("Relue par"), f"{row.name}, {row.function}, {row.body}")]

    def do(self, pk: UUID) -> UUID:
        return withdraw_review(pk, actor=self.actor, at=self.at).pk

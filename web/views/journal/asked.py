"""Questions about one's own access to files: the agent reads and answers; the auditor doesn't know the name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from audit.events import Purpose
from core.query import PagedQuery
from referrals.access_review import actions as access_review_actions
from referrals.access_review import queries as access_review_queries
from referrals.access_review.inputs import AnswerIn
from referrals.access_review.queries import question_page
from referrals.errors import NotVisible
from referrals.models import AccessAnomaly
from web.cases import confirmation, display
from web.cases.stepforms import ask_of, summary
from web.generic import InputPage
from web.journal.base import address
from web.page import Page, go_to
from web.views.cases.queue import ZONE


class AskedQuery(PagedQuery, confirmation.ConfirmationQuery):
    """Where to go on; ``done``: what led back here."""


class AccessQuestions(Page):
    query = AskedQuery
    template = "web/journal/asked_of.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List the questions that an auditor has put to the reader; the look is an entry."""
        filters = {name: value for name, value in self.asked.items() if name != "done"}
        page = question_page(filters, actor=self.actor, at=self.at)
        return self.show(
            {
                "lines": [in_a_line(row) for row in page.items],
                "done": confirmation.confirmed_step(self)[0] != "",
                "next": address("access-questions-page", {"cursor": page.next}) if page.next else "",
            }
        )


class AccessQuestion(InputPage):
    keeps = True
    takes, asks = AnswerIn, (ask_of(AnswerIn, "answer"),)
    template = "web/journal/answer.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        anomaly = self._one(pk)
        return self.show({"line": in_a_line(anomaly)} | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        request.purpose = Purpose.AUDIT  # a refusal bears it too
        self._one(pk)
        body = self.body()

        def act() -> UUID:
            answer = self.validated()["answer"]
            access_review_actions.answer(pk, answer, actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        return go_to(reverse("access-questions-page") + confirmation.query_of(self.actor, "anomaly-answer"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show({"line": in_a_line(self._one(pk))} | again)

    def _one(self, pk: UUID) -> AccessAnomaly:
        anomaly = access_review_actions.asked_of(self.actor, at=self.at).filter(pk=pk).first()
        if anomaly is None:
            raise NotVisible
        return anomaly


def in_a_line(anomaly: AccessAnomaly) -> dict[str, Any]:
    """Return a question as the agent reads it: when, how much, until when to answer; not by which rule (SEC-AZ17)."""
    question = access_review_queries.question(anomaly)
    return {
        "pk": question["id"],
        "count": question["count"],
        "answer": display.label(question["answer"]),
        **{
            name: display.instant(question[key], ZONE)
            for name, key in (
                ("first", "first_at"),
                ("last", "last_at"),
                ("asked", "asked_at"),
                ("due", "answer_due_at"),
                ("answered", "answered_at"),
            )
        },
    }

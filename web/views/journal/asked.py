"""Questions about one's own access to files: the agent reads and answers; the auditor doesn't know the name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from audit.events import Purpose
from core.paging import Page
from referrals.access_review import actions, queries
from referrals.access_review.inputs import AnswerIn
from referrals.errors import NotVisible
from referrals.models import AccessAnomaly
from web.cases import confirmation, display
from web.cases.stepforms import ask_of, summary
from web.forms import ZONE
from web.generic import InputPage, ListPage


class AccessQuestions(ListPage):
    """The questions that an auditor has put to the reader; the look is an entry."""

    template = "web/journal/asked_of.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return queries.question_page(asked, actor=self.actor, at=self.at)

    def line(self, row: AccessAnomaly) -> dict[str, Any]:
        return in_a_line(row)

    def around(self) -> dict[str, Any]:
        return {"done": confirmation.confirmed_step(self)[0] != ""}


class AccessQuestion(InputPage):
    keeps = True
    takes, asks = AnswerIn, (ask_of(AnswerIn, "answer"),)
    purpose, onward, done = Purpose.AUDIT, "access-questions-page", "anomaly-answer"
    template = "web/journal/answer.html"

    def prepare(self, pk: UUID) -> None:
        row = actions.asked_of(self.actor, at=self.at).filter(pk=pk).first()
        if row is None:
            raise NotVisible
        self.row = row

    def do(self, body: dict[str, Any]) -> UUID:
        answer = AnswerIn.read(body)["answer"]
        actions.answer(self.pk, answer, actor=self.actor, at=self.at)
        return self.pk

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        again = super().again(problem)
        return again | {"faults": summary(problem, again["entries"])}

    def around(self) -> dict[str, Any]:
        return {"line": in_a_line(self.row)}


def in_a_line(anomaly: AccessAnomaly) -> dict[str, Any]:
    """Return a question as the agent reads it: when, how much, until when to answer; not by which rule (SEC-AZ17)."""
    question = queries.question(anomaly)
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

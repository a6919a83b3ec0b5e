"""Course for filers: pages read in a minute, each with questions; a wrong answer explains, nothing is counted."""

from collections.abc import Sequence

from django.http import HttpResponse

from accounts.errors import NotVisible
from accounts.request import ServiceRequest
from web.forms import Option, Sent
from web.training import files
from web.training.files import Choice, Lesson, Question
from web.views.training.base import TrainingPage


class OneLesson(TrainingPage):
    template = "web/training/lesson.html"

    def get(self, request: ServiceRequest, code: str) -> HttpResponse:
        lesson = _lesson(code)
        return self.show(self._answered(lesson, [None] * len(lesson.questions), answered=False))

    def post(self, request: ServiceRequest, code: str) -> HttpResponse:
        lesson = _lesson(code)
        picked = [_picked(self.sent, number) for number in range(len(lesson.questions))]
        if not lesson.wrong(picked):
            self.progress.learn(code)
        return self.show(self._answered(lesson, picked, answered=True))

    def _answered(self, lesson: Lesson, picked: Sequence[int | None], *, answered: bool) -> dict[str, object]:
        wrong = lesson.wrong(picked)
        codes = list(files.lessons())
        place = codes.index(lesson.code) + 1
        return {
            "lesson": lesson,
            "place": place,
            "of": len(codes),
            "answered": answered,
            "whole": answered and not wrong,
            "following": codes[place] if place < len(codes) else None,
            "questions": [
                {
                    "name": f"q{number}",
                    "text": question.text,
                    "options": _options(question, f"q{number}", choice),
                    "told": _addressed_to(question, choice),
                }
                for number, (question, choice) in enumerate(zip(lesson.questions, picked, strict=True))
            ],
        }


def _options(question: Question, name: str, picked: int | None) -> list[Option]:
    """Return the choices as rounds to tick."""
    return [
        Option(str(place), str(choice.text), place == picked, f"{name}-{place}")
        for place, choice in enumerate(question.choices)
    ]


def _addressed_to(question: Question, picked: int | None) -> Choice | None:
    """Return the choice that was picked, whose words are said to it; None where there is none such."""
    return None if picked is None or picked >= len(question.choices) else question.choices[picked]


def _picked(sent: Sent, number: int) -> int | None:
    """Return which choice was picked; None for none."""
    answer = sent.text(f"q{number}")
    return int(answer) if answer.isdecimal() and len(answer) == 1 else None


def _lesson(code: str) -> Lesson:
    lesson = files.lessons().get(code)
    if lesson is None:
        raise NotVisible
    return lesson

"""Files of the training: stories, goals and lessons as data (TOML), each text in French and English.

A file is read once, and refused where something is missing: a story whose goal nobody checks would praise everybody.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.urls import NoReverseMatch, reverse

from accounts.roles import Role
from core.languages import ENGLISH, FRENCH, for_reader
from web.training.checks import CHECKS

FOLDER: Final = Path(__file__).parent
#: Version of the course that an attestation names: it grows with what the lessons and stories ask.
COURSE: Final = "repere-course/1"
#: So many questions a lesson has at least, and so long is it read: a minute, at 200 words.
QUESTIONS: Final = 3
WORDS: Final = 200


class BadFile(Exception):
    """A file that is no story, goal or lesson: which, and why."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages; in that of the reader where it becomes text."""

    fr: str
    en: str

    def __str__(self) -> str:
        return for_reader({FRENCH: self.fr, ENGLISH: self.en})


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a story is checked against; ``missed``: what was missed and why it matters; ``law``: as it is cited."""

    code: str
    check: str
    met: Words
    missed: Words
    law: str
    page: str
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def guide(self) -> str:
        """The address of the page of the guide; empty where there is none."""
        return guide_address(self.page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story: of which scenario (domain.md §10), for which role, what one sees and does, and its goals.

    ``scene``: what is played before the learner's part; none where the learner files.
    """

    code: str
    scenario: str
    role: Role
    scene: str
    title: Words
    who: Words
    seen: Sequence[Words]
    tasks: Sequence[Words]
    goals: Sequence[Goal]


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that may be picked, and what is said to it."""

    text: Words
    right: bool
    why: Words


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a lesson; one of its choices is right."""

    text: Words
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A page of the course: what is read in a minute, and its questions."""

    code: str
    title: Words
    text: Sequence[Words]
    page: str
    questions: Sequence[Question]

    @property
    def guide(self) -> str:
        """The address of the page of the guide that says more; empty where there is none."""
        return guide_address(self.page)

    def wrong(self, picked: Sequence[int | None]) -> list[int]:
        """Return the numbers of the questions, from 0, to which the choice that was picked isn't the right one."""
        return [
            number
            for number, (question, choice) in enumerate(zip(self.questions, picked, strict=True))
            if choice is None or not 0 <= choice < len(question.choices) or not question.choices[choice].right
        ]


def guide_address(page: str) -> str:
    """Return the address of a page of the guide; empty where this instance has no guide."""
    try:
        return reverse("guide-page", args=page.split("/"))
    except NoReverseMatch:
        return ""


@cache
def goals() -> Mapping[str, Goal]:
    """Return all goals by their codes.

    Raises:
        BadFile: one lacks something, or names no check.
    """
    return {code: _goal(code, goal) for code, goal in _read(FOLDER / "goals.toml").items()}


def _goal(code: str, said: Mapping[str, Any]) -> Goal:
    try:
        if said["check"] not in CHECKS:
            raise BadFile(f"{code}: no check {said['check']}")
        return Goal(
            code=code,
            check=said["check"],
            met=_words(said["met"]),
            missed=_words(said["missed"]),
            law=said["law"],
            page=said["page"],
            said=said.get("said", {}),
        )
    except (KeyError, TypeError) as error:
        raise BadFile(f"{code}: {error}") from error


@cache
def stories() -> Mapping[str, Story]:
    """Return the stories by their codes, in the order of their files.

    Raises:
        BadFile: one of them.
    """
    return {one.code: one for one in _stories()}


def _stories() -> Iterator[Story]:
    for file in sorted((FOLDER / "stories").glob("*.toml")):
        story = _read(file)
        try:
            yield Story(
                code=file.stem.partition("-")[2],
                scenario=story["scenario"],
                role=Role(story["role"]),
                scene=story.get("scene", ""),
                title=_words(story["title"]),
                who=_words(story["who"]),
                seen=[_words(one) for one in story["seen"]],
                tasks=[_words(one) for one in story["tasks"]],
                goals=[_goal_of(one, story.get("said", {})) for one in story["goals"]],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadFile(f"{file.name}: {error}") from error


def _goal_of(code: str, said: Mapping[str, Mapping[str, Any]]) -> Goal:
    """Return a goal with the parameters that a story gives it."""
    goal = goals()[code]
    if code not in said:
        return goal
    return Goal(
        code=code,
        check=goal.check,
        met=goal.met,
        missed=goal.missed,
        law=goal.law,
        page=goal.page,
        said={**goal.said, **said[code]},
    )


@cache
def lessons() -> Mapping[str, Lesson]:
    """Return the lessons by their codes, in the order of their files.

    Raises:
        BadFile: one of them: too long, too few questions, no right answer or several.
    """
    return {one.code: one for one in _lessons()}


def _lessons() -> Iterator[Lesson]:
    for file in sorted((FOLDER / "lessons").glob("*.toml")):
        content = _read(file)
        try:
            lesson = Lesson(
                code=file.stem.partition("-")[2],
                title=_words(content["title"]),
                text=[_words(one) for one in content["text"]],
                page=content["page"],
                questions=[_question(one) for one in content["questions"]],
            )
        except (KeyError, TypeError) as error:
            raise BadFile(f"{file.name}: {error}") from error
        if fault := _fault_of(lesson):
            raise BadFile(f"{file.name}: {fault}")
        yield lesson


def _question(said: Mapping[str, Any]) -> Question:
    choices = [Choice(_words(one), one.get("right", False), _words(one["why"])) for one in said["choices"]]
    return Question(_words(said), choices)


def _fault_of(lesson: Lesson) -> str:
    if len(lesson.questions) < QUESTIONS:
        return "too few questions"
    if any(sum(choice.right for choice in one.choices) != 1 for one in lesson.questions):
        return "not one right answer"
    if any(sum(len(getattr(one, lang).split()) for one in lesson.text) > WORDS for lang in (FRENCH, ENGLISH)):
        return "too long"
    return ""


def _words(said: Mapping[str, Any]) -> Words:
    return Words(said["fr"].strip(), said["en"].strip())


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{file.name}: {error}") from error

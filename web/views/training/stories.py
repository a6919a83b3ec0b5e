"""Stories to work on: the list by role, one story, and what the learner made of it."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.errors import NotAllowed
from accounts.request import ServiceRequest
from accounts.roles import Role
from web.page import go_to
from web.training import actions, files, queries
from web.training.files import Story
from web.training.progress import Begun
from web.views.training.base import TrainingPage, story_of


class Stories(TrainingPage):
    public = True
    template = "web/training/index.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        if request.actor is None:
            return go_to(reverse("training-enter"))
        done = queries.completed(self.progress, at=self.at)
        groups: dict[Role, list[tuple[Story, str]]] = {}
        for story in files.stories().values():
            state = "done" if story.code in done else "begun" if self.progress.begun(story.code) else ""
            groups.setdefault(story.role, []).append((story, state))
        own = self.actor.roles
        return self.show(
            {
                "groups": sorted(groups.items(), key=lambda group: group[0] not in own),
                "lessons": [(one, one.code in self.progress.learnt) for one in files.lessons().values()],
                "attestable": queries.may_be_attested(self.progress, at=self.at),
            }
        )


class StoryPage(TrainingPage):
    def story_context(self, story: Story) -> dict[str, object]:
        begun = self.progress.begun(story.code)
        return {
            "story": story,
            "begun": begun,
            "mine": bool(self.actor.holding([story.role])),
            "start": None if begun is None else _start(story, begun),
            "reference": None if begun is None or begun.case is None else queries.reference(begun.case),
        }


class OneStory(StoryPage):
    template = "web/training/story.html"

    def get(self, request: ServiceRequest, code: str) -> HttpResponse:
        return self.show(self.story_context(story_of(code)))

    def post(self, request: ServiceRequest, code: str) -> HttpResponseRedirect:
        story = story_of(code)
        if not self.actor.holding([story.role]):
            raise NotAllowed("training:begin")
        case, learner = actions.begin(story, actor=self.actor, at=self.at)
        self.progress.begin(code, learner=learner, case=case, at=self.at)
        return go_to(reverse("training-story", args=[code]))


class Review(StoryPage):
    template = "web/training/review.html"

    def get(self, request: ServiceRequest, code: str) -> HttpResponse:
        story = story_of(code)
        begun = self.progress.begun(code)
        if begun is None:
            return go_to(reverse("training-story", args=[code]))
        acted = queries.has_acted(begun, at=self.at)
        results = queries.results(story, begun, at=self.at) if acted else []
        return self.show(
            self.story_context(story)
            | {"results": results, "whole": bool(results) and all(one.met for one in results)}
        )


def _start(story: Story, begun: Begun) -> str:
    """Return the address at which the learner's part goes on."""
    if begun.case is None:
        return reverse("filing-new")
    if story.role is Role.ON_CALL:
        return reverse("openings")  # the case is opened there, by its reference
    return reverse("filing" if story.role is Role.FILER else "case", args=[begun.case])

"""What pages of the training share: they are there in a training instance alone."""

from django.conf import settings

from accounts.errors import NotVisible
from web.page import Page
from web.training import files
from web.training.files import Story
from web.training.progress import Progress


class TrainingPage(Page):
    def require_person(self) -> None:
        if not settings.TRAINING:
            raise NotVisible
        super().require_person()

    @property
    def progress(self) -> Progress:
        """What this session holds of the learner's way."""
        return Progress(self.request.session)


def story_of(code: str) -> Story:
    story = files.stories().get(code)
    if story is None:
        raise NotVisible
    return story

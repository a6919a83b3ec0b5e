"""What pages of the training share: they are there in a training instance alone."""

from django.conf import settings

from accounts.errors import NotVisible
from web.page import Page
from web.training import files
from web.training.files import Story
from web.training.progress import Progress


class TrainingPage(Page):
    """A page of the training, for whoever has signed in there."""

    def require_person(self) -> None:
        """Ask for a training instance first: elsewhere there is no such page, for nobody.

        Raises:
            NotVisible: this instance is none.
        """
        if not settings.TRAINING:
            raise NotVisible
        super().require_person()

    @property
    def progress(self) -> Progress:
        """What this session holds of the learner's way."""
        return Progress(self.request.session)


def story_of(code: str) -> Story:
    """Return a story.

    Raises:
        NotVisible: there is none of that name.
    """
    story = files.stories().get(code)
    if story is None:
        raise NotVisible
    return story

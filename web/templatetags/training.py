"""The story that a learner works on, beside the pages on which they work."""

from django import template

from accounts.request import ServiceRequest
from web.training import files
from web.training.files import Story
from web.training.progress import Progress

register = template.Library()


@register.simple_tag
def story_at_hand(request: ServiceRequest) -> Story | None:
    """Return the story that was begun last in this session; None on the training's own pages, and for none."""
    if request.path.startswith("/entrainement"):
        return None
    return files.stories().get(Progress(request.session).at_hand)

"""Input of the on-call rota, for the API and the page."""

from core.inputs import Code, Id, Instant, StrictSerializer, Whole
from referrals.models.on_call_rota import Place
from referrals.on_call_rota import actions


class NewShift(StrictSerializer):
    """An officer, in which place, from when until when (the last instant not included), in how many weeks."""

    officer = Id()
    place = Code(Place.choices)
    starts_at = Instant()
    ends_at = Instant()
    weeks = Whole(min_value=1, max_value=actions.MOST_WEEKS, required=False, default=1)

"""Input of a calendar feed."""

from core.inputs import StrictSerializer, Text


class FeedInput(StrictSerializer):
    """A feed to be made: by which device or calendar people recognise it."""

    name = Text(max_length=60, help_text="By which its owner recognises it: the device, or the calendar.")

"""Input of saving a view."""

from core.inputs import StrictSerializer, Text


class NewView(StrictSerializer):
    """A name, and the query of the list's address: filters, order, lines a page."""

    name = Text(max_length=40)
    query = Text(max_length=1_000, required=False, allow_blank=True, default="")

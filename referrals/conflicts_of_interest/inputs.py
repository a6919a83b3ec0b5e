"""Inputs of declared ties."""

from core.inputs import Day, StrictSerializer, Text


class TieInput(StrictSerializer):
    """Somebody to whom one is tied: last and first name, and what tells them from others. ``note``: for oneself."""

    last_name = Text(max_length=200)
    first_names = Text(max_length=200)
    usual_name = Text(max_length=200, required=False)
    birth_date = Day(required=False)
    phone = Text(max_length=50, required=False)
    note = Text(max_length=200, required=False)

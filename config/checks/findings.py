"""Findings of checks: an error, which prevents a start, or a warning."""

from typing import Final

from django.core.checks import CheckMessage, Error, Warning

#: The tag of checks that ask settings and machine alone; ``manage.py bootstrap`` runs them before it writes anything.
SETTINGS: Final = "settings"


def error(number: int, sentence: str) -> CheckMessage:
    """Return an error, by its number and the sentence that says what to set."""
    return Error(sentence, id=f"repere.E{number:03}")


def warning(number: int, sentence: str) -> CheckMessage:
    """Return a warning, by its number and the sentence that says what to set."""
    return Warning(sentence, id=f"repere.W{number:03}")

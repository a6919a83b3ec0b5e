"""Words of the pages for the copy of an access request, in French whoever asks for it (domain.md §7.5)."""

from django.utils.translation import override

from core.languages import FRENCH, in_language
from web.cases import display, words
from web.journal.words import PURPOSES


def label(name: str, owner: str) -> str:
    """Return what a field of a model is called."""
    return in_language(words.of(name, owner), FRENCH)


def step(machine: str, name: str) -> str:
    """Return what a step is called."""
    with override(FRENCH):
        return display.step_words(machine, name)


def step_lines(machine: str, name: str, data: object) -> list[tuple[str, str]]:
    """Return label and text of what a step was done with; ids say nothing and are left out."""
    declared = display.step_of(machine, name)
    with override(FRENCH):
        lines = [] if declared is None else display.step_lines(declared.takes, data, {})
    return [(line.label, line.text) for line in lines]


def purpose(code: str) -> str:
    """Return what a purpose of the journal is called."""
    return in_language(PURPOSES[code], FRENCH) if code in PURPOSES else code

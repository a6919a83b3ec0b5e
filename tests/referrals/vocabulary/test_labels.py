"""What people read of a code, a setting or a delay is a sentence in two languages, a proper name apart."""

from django.utils.functional import Promise
from django.utils.translation import override

from core.languages import in_both
from referrals.policy.definitions import SETTINGS
from referrals.statistics.dimensions import FIGURES
from referrals.vocabulary.states import Coded, State
from referrals.workflow.deadlines import DEADLINES

#: Labels that are numbers, initials or names of places.
NAMES = {"119", "CRIP", "PDF", "Moselle", "Alsace", "Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte",
         "Saint-Pierre-et-Miquelon", "Saint-Barthélemy", "Saint-Martin"}  # fmt: skip


def labels():
    yield from (member.label for kind in Coded.__subclasses__() for member in kind)
    for setting in SETTINGS.values():
        yield setting.label
        yield from setting.options.values()
    yield from (facts.delay for facts in DEADLINES.values())
    yield from (figure.label for figure in FIGURES)


def test_each_label_is_a_sentence_of_the_catalogue():
    assert [label for label in labels() if not isinstance(label, Promise) and label not in NAMES] == []


def test_a_label_is_in_the_reader_s_language_and_both_are_told_in_any():
    both = {"fr": "Première analyse en cours", "en": "First analysis under way"}
    for language in ("fr", "en"):
        with override(language):
            assert str(State.TRIAGE.label) == both[language]
            assert State.TRIAGE.labels_by_language == in_both(State.TRIAGE.label) == both

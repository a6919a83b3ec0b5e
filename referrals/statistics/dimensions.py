"""Dimensions of the figures: the name, readers, units and codes of each coded fact.

No two facts are sums of each other's codes, or one table would give away what another one suppresses. So the variant of
a filing isn't here (its channel says nearly the same), nor whether a concern was qualified (its outcome does).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.languages import Text, in_both
from referrals.models import MeasureType
from referrals.policy.definitions import Protocol
from referrals.vocabulary import ages, assessment_answers, filing_answers, people, states
from referrals.vocabulary.ages import bands
from referrals.vocabulary.states import Coded

#: ``{"fr": …, "en": …}``, as an answer has it.
type Label = Mapping[str, str]

SIBLING_GROUP: Final = "sibling_group"
CHILD: Final = "child"
MEASURE: Final = "measure"
JUDICIAL_REFERRAL: Final = "judicial_referral"
UNITS: Final[Mapping[str, Text]] = {
    SIBLING_GROUP: _("Fratries"),
    CHILD: _("Enfants"),
    MEASURE: _("Mesures"),
    JUDICIAL_REFERRAL: _("Saisines de l'autorité judiciaire"),
}
#: The code of what nobody answered, and of what is in no list any more.
NOT_RECORDED: Final = "not_recorded"


@dataclass(frozen=True, slots=True)
class Coding:
    """The codes of a fact with their labels, in order; ``within`` names the code for what is counted under another."""

    labels: Mapping[str, Label]
    within: Mapping[str, str] = field(default_factory=dict)

    def of(self, code: str) -> str:
        """Return the code under which a counted one is told."""
        group = self.within.get(code, code)
        return group if group in self.labels else NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Figure:
    """One fact. ``counted`` gives the name of its count (``referrals/statistics/aggregates.py``) in each unit.

    ``of_case``: what is said of a sibling group as a whole, so that every child of it is counted under the same code.
    """

    code: str
    label: Text
    access_class: str
    counted: Mapping[str, str]
    values: type[Coded] | None = None
    of_case: bool = False

    def units(self, count_unit: str) -> tuple[str, ...]:
        """Return the units in which it is told where the authority counts in ``count_unit`` (COUNT_UNIT).

        What is said of each child is counted in one unit at a time: a group by its youngest child and children by
        their own ages would be two tables that bound each other.
        """
        own = tuple(self.counted)
        if not {SIBLING_GROUP, CHILD} & set(own):
            return own
        if count_unit == "both":
            return own if self.of_case else (CHILD,)
        return tuple(unit for unit in own if unit == count_unit)


def _of_case(code: str, label: Text, access_class: str, values: type[Coded]) -> Figure:
    name = {SIBLING_GROUP: f"referral.{code}", CHILD: f"child.{code}"}
    return Figure(code, label, access_class, name, values, of_case=True)


OUTCOME: Final = _of_case("outcome", _("État ou suite"), "A", states.State)
FIGURES: Final = (
    OUTCOME,
    _of_case("channel", _("Voie de transmission"), "A", filing_answers.Channel),
    _of_case("urgency_ever", _("Urgence la plus haute"), "A", states.Urgency),
    Figure("kind", _("Place de l'enfant dans le dossier"), "A", {CHILD: "child.kind"}, states.ChildKind),
    # Of a group that of the youngest child concerned.
    Figure("age", _("Tranche d'âge"), "A", {SIBLING_GROUP: "referral.age", CHILD: "child.age"}),
    Figure("sex", _("Sexe"), "B", {CHILD: "child.sex"}, people.Sex),
    Figure(
        "status_ever",
        _("Prostitution : statut le plus grave"),
        "D",
        {SIBLING_GROUP: "referral.status_ever", CHILD: "child.status_ever"},
        states.Exploitation,
    ),
    Figure(
        "danger_level",
        _("Danger à la qualification"),
        "D",
        {CHILD: "child.danger_level"},
        assessment_answers.DangerLevel,
    ),
    Figure("decision", _("Décision"), "J", {CHILD: "child.decision"}, states.DecisionCode),
    Figure("measure_type", _("Type de mesure"), "J", {MEASURE: "measure.type_id"}),
    Figure("measure_state", _("État de la mesure"), "J", {MEASURE: "measure.state"}, states.MeasureState),
    Figure(
        "judicial_state",
        _("État de la saisine"),
        "I",
        {JUDICIAL_REFERRAL: "judicial_referral.state"},
        states.JudicialState,
    ),
)
#: By unit the fact whose codes add up to all that is counted.
WHOLE: Final[Mapping[str, Figure]] = {
    SIBLING_GROUP: OUTCOME,
    CHILD: OUTCOME,
    MEASURE: FIGURES[-2],
    JUDICIAL_REFERRAL: FIGURES[-1],
}
_NO_OUTCOME: Final = (states.State.DRAFT, states.State.ARCHIVED, states.State.PURGED)


def codings(protocol: Protocol) -> dict[str, Coding]:
    """Return the codes of each fact, age bands as the authority has them; one query, for the measures' catalogue."""
    by_figure = {figure.code: _coding(figure, protocol) for figure in FIGURES}
    types = MeasureType.objects.values_list("code", "label_fr", "label_en")
    by_figure["measure_type"] = _closed({code: {"fr": fr, "en": en} for code, fr, en in types})
    return by_figure


def _coding(figure: Figure, protocol: Protocol) -> Coding:
    if figure.code == "age":
        return _of_ages(protocol)
    members = list(figure.values or ())
    if figure is OUTCOME:
        members = [state for state in members if state not in _NO_OUTCOME]
    return _closed({str(member): member.labels_by_language for member in members})


def _of_ages(protocol: Protocol) -> Coding:
    own = bands([int(age) for age in protocol.age_bands])
    labels = {code: in_both(format_lazy(_("{age} ans"), age=code)) for code in own}
    labels |= {str(band): band.labels_by_language for band in (ages.AgeBand.ADULT, ages.AgeBand.UNKNOWN)}
    within = {part: code for code, parts in own.items() for part in parts}
    return _closed(labels, within)


def _closed(labels: Mapping[str, Label], within: Mapping[str, str] | None = None) -> Coding:
    return Coding({**labels, NOT_RECORDED: in_both(_("Non renseigné"))}, within or {})

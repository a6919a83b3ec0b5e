"""Inputs of the review of accesses."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.anomalies.rules import RULES
from core.inputs import Code, StrictSerializer
from core.languages import Text
from core.query import PagedQuery
from referrals.vocabulary.oversight import Answer
from referrals.vocabulary.states import AnomalyState, Coded

#: What each rule finds; G05 isn't one of the journal's, but a step that puts an emergency opening before the auditors.
RULE_LABELS: Final[Mapping[str, Text]] = {
    **{rule.code: rule.label for rule in RULES},
    "G05": _("Ouverture d'urgence contestée"),
}


class AnomalyQuery(PagedQuery):
    """Filters of the list of anomalies."""

    state = Code(AnomalyState.choices, required=False)
    rule = Code(list(RULE_LABELS.items()), required=False)


class AnswerIn(StrictSerializer):
    """The agent's answer: a code."""

    answer = Code(Answer.choices)


class Ground(Coded):
    """Why an auditor finds an access justified."""

    ASSIGNED = "assigned", _("Dossier confié à l'agent")
    INSTRUCTION = "instruction", _("Sur instruction")
    EMERGENCY = "emergency", pgettext_lazy("ground", "Urgence")
    MISTAKE = "mistake", _("Erreur sans conséquence")
    SYSTEM = "system", _("Panne ou intervention sur le service")


class Wrong(Coded):
    """Why an auditor finds an access unjustified."""

    NO_ANSWER = "no_answer", _("Aucune réponse")
    CURIOSITY = "curiosity", _("Aucun motif de service")
    RELATIVE = "relative", _("Personne proche de l'agent")
    STOLEN = "stolen", _("Compte utilisé par un tiers")
    PASSED_ON = "passed_on", _("Informations transmises")
    OTHER = "other", _("Autre motif")


class Grounded(StrictSerializer):
    """N05: why it was justified."""

    ground = Code(Ground.choices)


class Judged(StrictSerializer):
    """N06: why it was not."""

    reason = Code(Wrong.choices)

"""Coded answers of a rectification (T42)."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class Correctable(Coded):
    """Where a value stands that a rectification corrects (T42)."""

    CONCERN = "concern", _("La transmission")
    CHILDREN = "children", _("Un enfant")
    HOLDERS = "holders", _("Un titulaire de l'autorité parentale")
    FACTS = "facts", _("Un fait")
    SIGNS = "signs", _("Un signe")
    HEALTH_SIGNS = "health_signs", _("Un signe de santé")
    THIRD_PARTIES = "third_parties", _("Un tiers")
    DIGITAL_TRACES = "digital_traces", _("Une trace en ligne")
    STEPS = "steps", _("Ce qui a été noté à une étape")

"""Coded answers of a rectification (T42)."""

from referrals.vocabulary.states import Coded


class Correctable(Coded):
    """Where a value stands that a rectification corrects (T42)."""

    CONCERN = "concern", "The concern", "La transmission"
    CHILDREN = "children", "A child", "Un·e enfant"
    HOLDERS = "holders", "A holder of parental authority", "Un·e titulaire de l'autorité parentale"
    FACTS = "facts", "A fact", "Un fait"
    SIGNS = "signs", "A sign", "Un signe"
    HEALTH_SIGNS = "health_signs", "A sign of health", "Un signe de santé"
    THIRD_PARTIES = "third_parties", "A third party", "Un tiers"
    DIGITAL_TRACES = "digital_traces", "A trace online", "Une trace en ligne"
    STEPS = "steps", "What was noted with a step", "Ce qui a été noté à une étape"

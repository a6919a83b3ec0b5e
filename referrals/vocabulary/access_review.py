"""Codes of the review of an access: answers, risk, who was informed."""

from referrals.vocabulary.states import Coded


class Answer(Coded):
    """What the agent says to the auditor's question."""

    MY_CASE = "my_case", "It was a case of mine", "Dossier dont j'avais la charge"
    ASKED = "asked", "A colleague or superior asked me to", "À la demande d'un collègue ou d'un supérieur"
    EMERGENCY = "emergency", "An emergency", "Urgence"
    ERROR = "error", "Opened by mistake", "Ouvert par erreur"
    NOT_ME = "not_me", "It wasn't me", "Ce n'était pas moi"
    OTHER = "other", "Another reason, told in person", "Autre raison, dite de vive voix"


class Risk(Coded):
    """The risk to the persons concerned, as the data protection officer judges it (RGPD art. 33, 34)."""

    RULED_OUT = "ruled_out", "Ruled out", "Écarté"
    RISK = "risk", "A risk", "Risque"
    HIGH = "high", "A high risk", "Risque élevé"


class Informed(Coded):
    """Whether the persons concerned were told (RGPD art. 34)."""

    YES = "yes", "They were told", "Informées"
    CHILD_INTEREST = (
        "child_interest",
        "No: against the child's interest",
        "Non : contraire à l'intérêt de l'enfant",
    )
    INQUIRY = "inquiry", "No: an inquiry is under way", "Non : enquête en cours"

"""Coded answers of exchanges: whom a question is put to, what kind of exchange is put on record."""

from referrals.vocabulary.states import Coded


class ContactKind(Coded):
    """Kind of an exchange put on record (domain.md T49)."""

    PROSECUTOR = "prosecutor", "Prosecutor", "Parquet"
    POLICE = "police", "Police", "Police, gendarmerie"
    HEALTH = "health", "Health", "Santé"
    FAMILY = "family", "Family", "Famille"
    FILER = "filer", "Filer", "Déclarant"
    ATTEMPT = "attempt", "Attempt to meet the child", "Tentative de rencontre"
    FEEDBACK_REQUEST = "feedback_request", "Feedback asked", "Demande de retour"
    ADDRESS_REQUEST = "address_request", "Address asked", "Demande d'adresse"
    ADDRESS_ANSWER = "address_answer", "Address received", "Réponse d'adresse"
    OTHER = "other", "Other", "Autre"


class Recipient(Coded):
    """Whom a request for information is put to (domain.md T07)."""

    FILER = "filer", "Filer", "Déclarant"
    PARTNER = "partner", "Named partner", "Partenaire désigné"

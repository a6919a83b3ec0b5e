"""States and coded values of the procedure, with their English and French labels.

Values are stored and sent as they stand here and never change meaning. Source: domain.md §1.2, §2–§5.
"""

from typing import Self

from django.db import models


class Coded(models.TextChoices):
    """A stored code with two labels: ``.label`` is French (what people read), ``.en`` English."""

    en: str

    def __new__(cls, value: str, en: str = "") -> Self:
        """Keep the English label beside the code; Django takes the last part (French) as label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.en = en
        return member

    def __str__(self) -> str:
        return str(self.value)

    @property
    def labels_by_language(self) -> dict[str, str]:
        """Return ``{"fr": …, "en": …}`` for an answer of the API."""
        return {"fr": str(self.label), "en": self.en}


class State(Coded):
    """States of the referral (domain.md §2.1)."""

    DRAFT = "draft", "Draft", "Brouillon"
    SUBMITTED = "submitted", "Submitted", "Transmise"
    ACKNOWLEDGED = "acknowledged", "Acknowledged", "Réceptionnée"
    TRIAGE = "triage", "First analysis under way", "Première analyse en cours"
    QUALIFIED = "qualified", "Qualified as a concern", "Qualifiée information préoccupante"
    IN_ASSESSMENT = "in_assessment", "In assessment", "En évaluation"
    REPORT_SUBMITTED = (
        "report_submitted",
        "Report delivered, decision awaited",
        "Rapport remis – décision attendue",
    )
    ADMIN_OFFER = "admin_offer", "Administrative protection offered", "Protection administrative proposée"
    JUDICIAL_PENDING = (
        "judicial_pending",
        "With the judicial authority",
        "Autorité judiciaire saisie – suite attendue",
    )
    PROTECTED_ADMIN = "protected_admin", "Administrative protection", "Protection administrative en cours"
    PROTECTED_JUDICIAL = "protected_judicial", "Judicial protection", "Protection judiciaire en cours"
    NOT_QUALIFIED = "not_qualified", "Not qualified", "Non qualifiée (réorientée / sans objet)"
    CLOSED_NO_ACTION = "closed_no_action", "Closed without action", "Classée sans suite"
    ENDED = "ended", "Follow-up ended", "Fin de prise en charge"
    TRANSFERRED = "transferred", "Transferred to another authority", "Transférée à un autre département"
    MERGED = "merged", "Joined to an earlier referral", "Jointe à un dossier existant (IP complémentaire)"
    WITHDRAWN = "withdrawn", "Withdrawn before receipt", "Retirée avant réception"
    ARCHIVED = "archived", "Intermediate archive", "Archivage intermédiaire"
    PURGED = "purged", "Eliminated", "Éliminée"


OPENED = (
    State.ACKNOWLEDGED,
    State.TRIAGE,
    State.QUALIFIED,
    State.IN_ASSESSMENT,
    State.REPORT_SUBMITTED,
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)
ACTIVE = (State.SUBMITTED, *OPENED)
CLOSED = (
    State.NOT_QUALIFIED,
    State.CLOSED_NO_ACTION,
    State.ENDED,
    State.TRANSFERRED,
    State.MERGED,
    State.WITHDRAWN,
)
ANY = (*ACTIVE, *CLOSED, State.ARCHIVED)
#: Closed, and still in the hands of the authority: of a transferred case only a read-only stub stays (§2.1).
KEPT_HERE = tuple(state for state in CLOSED if state != State.TRANSFERRED)


class CoarseStatus(Coded):
    """All that a filer sees of the state (domain.md §1.4)."""

    DRAFT = "draft", "Draft", "Brouillon"
    RECEIVED = "received", "Received", "Reçue"
    QUESTION = "question", "A question for you", "Une question pour vous"
    IN_PROGRESS = "in_progress", "Being handled", "En cours de traitement"
    ANSWERED = "answered", "Answer sent", "Réponse envoyée"


class JudicialState(Coded):
    """States of a referral to the judicial authority (domain.md §2.6)."""

    PREPARED = "prepared", "Prepared", "Préparé"
    SENT = "sent", "Sent", "Transmis"
    RECEIVED = "received", "Receipt confirmed", "Réception confirmée"
    ANSWERED = "answered", "Answered", "Suite reçue"
    CLOSED = "closed", "Closed", "Clos"
    DISCARDED = "discarded", "Discarded", "Abandonné"


class AssessmentState(Coded):
    """States of an assessment (domain.md §2.6)."""

    TO_ASSIGN = "to_assign", "To be assigned", "À confier"
    PLANNED = "planned", "Planned", "Planifiée"
    ONGOING = "ongoing", "Under way", "En cours"
    DRAFT_REPORT = "draft_report", "Report being written", "Rapport en rédaction"
    TO_VALIDATE = "to_validate", "To be validated", "À valider"
    DELIVERED = "delivered", "Delivered", "Remis"
    SUPPLEMENT = "supplement", "Supplement asked", "Complément demandé"
    ABORTED = "aborted", "Broken off", "Interrompue"


class MeasureState(Coded):
    """States of a protection measure (domain.md §2.6)."""

    PROPOSED = "proposed", "Proposed", "Proposée"
    AGREED = "agreed", "Agreed (administrative)", "Accord recueilli (administratif)"
    ORDERED = "ordered", "Ordered (judicial)", "Ordonnée (judiciaire)"
    AWAITING_START = "awaiting_start", "Awaiting start", "En attente d'exécution"
    ACTIVE = "active", "Active", "En cours"
    SUSPENDED = "suspended", "Suspended", "Suspendue"
    ENDED = "ended", "Ended at its term", "Arrivée à échéance"
    LIFTED = "lifted", "Lifted", "Mainlevée"
    TRANSFERRED = "transferred", "Transferred, kept going", "Transférée avec maintien"
    NOT_EXECUTED = "not_executed", "Decided, never carried out", "Décidée mais non mise en œuvre"
    CANCELLED = "cancelled", "Cancelled", "Annulée"


ALIVE = (
    MeasureState.PROPOSED,
    MeasureState.AGREED,
    MeasureState.ORDERED,
    MeasureState.AWAITING_START,
    MeasureState.ACTIVE,
    MeasureState.SUSPENDED,
)
OPEN_JUDICIAL = (JudicialState.PREPARED, JudicialState.SENT, JudicialState.RECEIVED)


class Urgency(Coded):
    """Grades of urgency (domain.md §3.4); only a person lowers one."""

    U0 = "U0", "Standard", "Standard"
    U1 = "U1", "Priority", "Prioritaire"
    U2 = "U2", "Urgent (24–72 h)", "Urgent (24–72 h)"
    U3 = "U3", "Life at risk, imminent danger", "Urgence vitale / danger imminent"


class Exploitation(Coded):
    """A child's situation as to prostitution (domain.md §2.1)."""

    NONE = "none", "Not applicable", "Sans objet"
    REFUTED = "refuted", "Ruled out, with reasons", "Écartée (motivée)"
    AT_RISK = "at_risk", "At risk", "En risque (pré-prostitutionnel)"
    SUSPECTED = "suspected", "Suspected", "Suspectée"
    ESTABLISHED = "established", "Established", "Avérée"


#: Gravest last: an index in this order compares two statuses.
GRAVITY = (
    Exploitation.NONE,
    Exploitation.REFUTED,
    Exploitation.AT_RISK,
    Exploitation.SUSPECTED,
    Exploitation.ESTABLISHED,
)
EXPLOITED = (Exploitation.SUSPECTED, Exploitation.ESTABLISHED)


class Whereabouts(Coded):
    """Where a child is, gravest first (domain.md §2.1)."""

    RUNAWAY = "runaway", "Runaway", "En fugue"
    UNKNOWN = "unknown", "Unknown place", "Lieu inconnu"
    ABROAD = "abroad", "Abroad", "À l'étranger"
    SHELTERED = "sheltered", "Sheltered", "Mis·e à l'abri"
    KNOWN = "known", "Located", "Localisé·e"


class ChildMet(Coded):
    """Whether the assessment team has met a child (domain.md §2.1)."""

    NEVER = "never", "Not met", "Pas rencontré·e"
    WITH_HOLDER = "with_holder", "Met with a holder", "Rencontré·e avec un titulaire"
    ALONE = "alone", "Met alone", "Rencontré·e seul·e"


class ChildKind(Coded):
    """Why a child is on the case (domain.md §2.1)."""

    SUBJECT = "subject", "Subject of the concern", "Concerné·e par la transmission"
    HOUSEHOLD = "household", "Other minor of the home", "Autre mineur·e du domicile"


class DecisionCode(Coded):
    """What is decided for one child; strongest last (domain.md §2.2 Decisions)."""

    UNDECIDED = "undecided", "Undecided", "À décider"
    CLOSE = "close", "Close", "Classement"
    CONTINUE = "continue", "Continue the measure under way", "Poursuite de la mesure en cours"
    ADMIN = "admin", "Administrative protection", "Protection administrative"
    JUDICIAL = "judicial", "Judicial authority", "Autorité judiciaire"


STRENGTH = (DecisionCode.CLOSE, DecisionCode.CONTINUE, DecisionCode.ADMIN, DecisionCode.JUDICIAL)


class Ground(Coded):
    """Legal ground of a referral to the prosecutor (CASF L226-4; law 2002-305 art. 13; domain.md §2.4)."""

    EARLIER_ACTIONS = "1", "Earlier actions insufficient", "Actions antérieures insuffisantes"
    REFUSAL = "2", "Family refuses", "Refus explicite ou implicite de la famille"
    NO_COLLABORATION = "3", "Collaboration impossible", "Impossibilité de collaboration"
    NOT_ASSESSABLE = "4", "Assessment impossible", "Impossibilité d'évaluer"
    GRAVE_DANGER = "5", "Grave and immediate danger", "Danger grave et immédiat"
    PROSTITUTION = "6", "Prostitution (law of 4 March 2002)", "Prostitution – art. 13 loi du 4 mars 2002"


class Competence(Coded):
    """Which prosecutor is seized: of where the child lives, in an emergency of where it was found (domain.md §8.2)."""

    RESIDENCE = "residence", "Place of residence", "Parquet du lieu de résidence (CPC 1181)"
    FOUND = (
        "found",
        "Place where the child was found",
        "Parquet du lieu où l'enfant a été trouvé·e (CC 375-5)",
    )


class Outcome(Coded):
    """What justice answered for one child (domain.md §2.6)."""

    OPP = "opp", "Provisional placement order", "Ordonnance de placement provisoire"
    JUDGE_MEASURE = "judge_measure", "Measure ordered", "Mesure ordonnée"
    NO_FURTHER = "no_further", "No further action by the prosecutor", "Sans suite du parquet"
    RETURNED = "returned", "Returned, L226-4 not met", "Renvoi au département"
    NON_LIEU = "non_lieu", "No ground for educational assistance", "Non-lieu à assistance éducative"
    LAPSED = "lapsed", "Lapsed", "Caduque"
    JUDGE_SEIZED = "judge_seized", "Juvenile judge seized", "Juge des enfants saisi"
    CRIMINAL_INQUIRY = "criminal_inquiry", "Criminal inquiry", "Enquête pénale"
    CRIMINAL_COURT = "criminal_court", "Criminal court seized", "Juridiction pénale saisie"


ORDERING = (Outcome.OPP, Outcome.JUDGE_MEASURE)
WITHOUT_MEASURE = (Outcome.NO_FURTHER, Outcome.RETURNED, Outcome.NON_LIEU, Outcome.LAPSED)
DECIDING = (*ORDERING, *WITHOUT_MEASURE)


class InformationState(Coded):
    """States of the information owed to a holder (domain.md §2.7)."""

    PENDING = "pending", "To do", "À faire"
    DONE = "done", "Done", "Faite"
    DEFERRED = "deferred", "Deferred", "Différée"
    NOT_APPLICABLE = "not_applicable", "Not applicable", "Sans objet"


class ApprovalState(Coded):
    """States of a second signature (domain.md §2.7)."""

    REQUESTED = "requested", "Requested", "Demandée"
    APPROVED = "approved", "Approved", "Accordée"
    REFUSED = "refused", "Refused", "Refusée"
    LAPSED = "lapsed", "Lapsed", "Caduque"


class ReviewState(Coded):
    """States of the review of a closing by one person (domain.md §2.7)."""

    DUE = "due", "To be reviewed", "À relire"
    CONFIRMED = "confirmed", "Confirmed", "Confirmée"
    REOPENED = "reopened", "Reopened", "Rouverte"


class DuplicateState(Coded):
    """States of a pair of files that may belong together (domain.md §2.7)."""

    SUGGESTED = "suggested", "Suggested", "Suggéré"
    CONFIRMED = "confirmed", "Confirmed", "Confirmé"
    REJECTED = "rejected", "Rejected", "Écarté"


class RequestState(Coded):
    """States of a request for information (domain.md §2.7)."""

    OPEN = "open", "Open", "Ouverte"
    ANSWERED = "answered", "Answered", "Répondue"
    EXPIRED = "expired", "Expired", "Expirée"
    CANCELLED = "cancelled", "Cancelled", "Annulée"


class TransferState(Coded):
    """States of a request that another authority takes a case over (domain.md §2.7)."""

    PREPARED = "prepared", "Prepared", "Préparé"
    SENT = "sent", "Sent", "Transmis"
    ACCEPTED = "accepted", "Accepted", "Accepté"
    INTEGRATED = "integrated", "Integrated", "Intégré"
    REFUSED = "refused", "Refused", "Refusé"
    ARBITRATION = "arbitration", "Arbitration", "Arbitrage"
    KEPT = "kept", "Kept at the origin", "Maintenu à l'origine"


class Cause(Coded):
    """Why somebody is excluded from a case: said by a person, or found by comparing (domain.md §1.3 rule 8)."""

    PERSON = "person", "Said by a person", "Déclarée par une personne"
    TIE = "tie", "A tie that the person declared", "Lien que la personne a déclaré"
    NAME = "name", "The person's own name or number", "Nom ou numéro de la personne elle-même"


#: A request that is neither settled nor given up: a case has at most one (T31).
OPEN_TRANSFER = (
    TransferState.PREPARED,
    TransferState.SENT,
    TransferState.REFUSED,
    TransferState.ARBITRATION,
)


class FeedbackState(Coded):
    """States of the answer owed to whoever filed (domain.md §2.7)."""

    DUE = "due", "To do", "À faire"
    OVERDUE = "overdue", "Overdue", "En retard"
    SENT = "sent", "Sent", "Envoyé"
    WITHHELD = "withheld", "Withheld, with reasons", "Non communiqué (motif)"


class GlassState(Coded):
    """States of an emergency opening (domain.md §2.7 BreakGlass)."""

    OPENED = "opened", "Open", "Ouvert"
    TO_REVIEW = "to_review", "To be reviewed", "À examiner"
    REVIEWED_OK = "reviewed_ok", "Found justified", "Validé"
    REVIEWED_KO = "reviewed_ko", "Contested", "Contesté"


class AlertState(Coded):
    """States of an urgent call (domain.md §10 S7; §11.1 ``ESCALATION``)."""

    OPEN = "open", "Unanswered", "Sans réponse"
    ACKNOWLEDGED = "acknowledged", "Answered", "Prise en compte"
    OVER = "over", "No longer of use", "Sans objet"


class BatchState(Coded):
    """States of a batch of files to be destroyed (domain.md §2.7)."""

    PROPOSED = "proposed", "Proposed", "Proposé"
    VISA_REQUESTED = "visa_requested", "Visa requested", "Visa demandé"
    VISA_GRANTED = "visa_granted", "Visa granted", "Visa obtenu"
    REFUSED = "refused", "Refused", "Refusé"
    EXECUTED = "executed", "Executed", "Exécuté"


OPEN_BATCH = (BatchState.PROPOSED, BatchState.VISA_REQUESTED, BatchState.VISA_GRANTED)


class AnomalyState(Coded):
    """States of an anomaly of access (domain.md §2.7)."""

    DETECTED = "detected", "Detected", "Détectée"
    UNDER_REVIEW = "under_review", "Under review", "En examen"
    JUSTIFIED = "justified", "Justified", "Justifiée"
    UNJUSTIFIED = "unjustified", "Unjustified", "Injustifiée"
    REPORTED = "reported", "Reported", "Signalée"
    CLOSED = "closed", "Closed", "Close"


class Machine(Coded):
    """The four machines, and the small ones beside them (domain.md §2.7)."""

    REFERRAL = "referral", "Referral", "Transmission"
    JUDICIAL = "judicial", "Referral to the judicial authority", "Signalement"
    ASSESSMENT = "assessment", "Assessment", "Évaluation"
    MEASURE = "measure", "Measure", "Mesure"
    REVIEW = "review", "Review of a closing", "Relecture de clôture"
    DUPLICATE = "duplicate", "File that may be about the same child", "Rapprochement de dossiers"
    FEEDBACK = "feedback", "Feedback to the filer", "Retour au déclarant"
    GLASS = "glass", "Emergency opening", "Ouverture d'urgence"
    ALERT = "alert", "Urgent call", "Appel d'urgence"
    BATCH = "batch", "Batch of files to be destroyed", "Bordereau d'élimination"
    TRANSFER = "transfer", "Transfer to another authority", "Transfert à une autre autorité"
    ANOMALY = "anomaly", "Anomaly of access", "Anomalie d'accès"

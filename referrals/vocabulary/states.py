"""States of a case and of its parts, and the codes that every feature shares."""

from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import in_both


class Coded(models.TextChoices):
    """A stored code; its label is a sentence in the reader's language (``core/languages.py``)."""

    @property
    def labels_by_language(self) -> dict[str, str]:
        """Return ``{"fr": …, "en": …}`` for an answer of the API."""
        return dict(self._labels_by_language)

    @cached_property
    def _labels_by_language(self) -> dict[str, str]:
        # A list of cases has hundreds of labels: each is looked up once a process.
        return in_both(self.label)


class State(Coded):
    """States of the referral (domain.md §2.1)."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("Transmise")
    ACKNOWLEDGED = "acknowledged", _("Réceptionnée")
    TRIAGE = "triage", _("Première analyse en cours")
    QUALIFIED = "qualified", _("Qualifiée information préoccupante")
    IN_ASSESSMENT = "in_assessment", _("En évaluation")
    REPORT_SUBMITTED = (
        "report_submitted",
        _("Rapport remis – décision attendue"),
    )
    ADMIN_OFFER = "admin_offer", _("Protection administrative proposée")
    JUDICIAL_PENDING = (
        "judicial_pending",
        _("Autorité judiciaire saisie – suite attendue"),
    )
    PROTECTED_ADMIN = "protected_admin", _("Protection administrative en cours")
    PROTECTED_JUDICIAL = "protected_judicial", _("Protection judiciaire en cours")
    NOT_QUALIFIED = "not_qualified", _("Non qualifiée (réorientée / sans objet)")
    CLOSED_NO_ACTION = "closed_no_action", _("Classée sans suite")
    ENDED = "ended", _("Fin de prise en charge")
    TRANSFERRED = "transferred", _("Transférée à un autre département")
    MERGED = "merged", _("Jointe à un dossier existant (IP complémentaire)")
    WITHDRAWN = "withdrawn", _("Retirée avant réception")
    ARCHIVED = "archived", _("Archivage intermédiaire")
    PURGED = "purged", _("Éliminée")


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

    DRAFT = "draft", _("Brouillon")
    RECEIVED = "received", _("Reçue")
    QUESTION = "question", _("Une question pour vous")
    IN_PROGRESS = "in_progress", _("En cours de traitement")
    ANSWERED = "answered", _("Réponse envoyée")


class JudicialState(Coded):
    """States of a referral to the judicial authority (domain.md §2.6)."""

    PREPARED = "prepared", _("Préparé")
    SENT = "sent", _("Transmis")
    RECEIVED = "received", _("Réception confirmée")
    ANSWERED = "answered", _("Suite reçue")
    CLOSED = "closed", _("Clos")
    DISCARDED = "discarded", _("Abandonné")


class AssessmentState(Coded):
    """States of an assessment (domain.md §2.6)."""

    TO_ASSIGN = "to_assign", _("À confier")
    PLANNED = "planned", _("Planifiée")
    ONGOING = "ongoing", pgettext_lazy("assessment state", "En cours")
    DRAFT_REPORT = "draft_report", _("Rapport en rédaction")
    TO_VALIDATE = "to_validate", _("À valider")
    DELIVERED = "delivered", _("Remis")
    SUPPLEMENT = "supplement", _("Complément demandé")
    ABORTED = "aborted", _("Interrompue")


class MeasureState(Coded):
    """States of a protection measure (domain.md §2.6)."""

    PROPOSED = "proposed", _("Proposée")
    AGREED = "agreed", _("Accord recueilli (administratif)")
    ORDERED = "ordered", _("Ordonnée (judiciaire)")
    AWAITING_START = "awaiting_start", _("En attente d'exécution")
    ACTIVE = "active", pgettext_lazy("measure state", "En cours")
    SUSPENDED = "suspended", _("Suspendue")
    ENDED = "ended", _("Arrivée à échéance")
    LIFTED = "lifted", _("Mainlevée")
    TRANSFERRED = "transferred", _("Transférée avec maintien")
    NOT_EXECUTED = "not_executed", _("Décidée mais non mise en œuvre")
    CANCELLED = "cancelled", _("Annulée")


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

    U0 = "U0", _("Standard")
    U1 = "U1", _("Prioritaire")
    U2 = "U2", _("Urgent (24–72 h)")
    U3 = "U3", _("Urgence vitale / danger imminent")


class Exploitation(Coded):
    """A child's situation as to prostitution (domain.md §2.1)."""

    NONE = "none", pgettext_lazy("exploitation", "Sans objet")
    REFUTED = "refuted", _("Écartée (motivée)")
    AT_RISK = "at_risk", _("En risque (pré-prostitutionnel)")
    SUSPECTED = "suspected", _("Suspectée")
    ESTABLISHED = "established", _("Avérée")


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

    RUNAWAY = "runaway", _("En fugue")
    UNKNOWN = "unknown", _("Lieu inconnu")
    ABROAD = "abroad", _("À l'étranger")
    SHELTERED = "sheltered", _("Mis à l'abri")
    KNOWN = "known", _("Localisé")


class ChildMet(Coded):
    """Whether the assessment team has met a child (domain.md §2.1)."""

    NEVER = "never", _("Pas rencontré")
    WITH_HOLDER = "with_holder", _("Rencontré avec un titulaire")
    ALONE = "alone", _("Rencontré seul")


class ChildKind(Coded):
    """Why a child is on the case (domain.md §2.1)."""

    SUBJECT = "subject", _("Concerné par la transmission")
    HOUSEHOLD = "household", _("Autre enfant du domicile")


class DecisionCode(Coded):
    """What is decided for one child; strongest last (domain.md §2.2 Decisions)."""

    UNDECIDED = "undecided", pgettext_lazy("decision code", "À décider")
    CLOSE = "close", pgettext_lazy("decision code", "Classement")
    CONTINUE = "continue", _("Poursuite de la mesure en cours")
    ADMIN = "admin", _("Protection administrative")
    JUDICIAL = "judicial", _("Autorité judiciaire")


STRENGTH = (DecisionCode.CLOSE, DecisionCode.CONTINUE, DecisionCode.ADMIN, DecisionCode.JUDICIAL)


class Ground(Coded):
    """Legal ground of a referral to the prosecutor (CASF L226-4; law 2002-305 art. 13; domain.md §2.4)."""

    EARLIER_ACTIONS = "1", _("Actions antérieures insuffisantes")
    REFUSAL = "2", _("Refus explicite ou implicite de la famille")
    NO_COLLABORATION = "3", _("Impossibilité de collaboration")
    NOT_ASSESSABLE = "4", _("Impossibilité d'évaluer")
    GRAVE_DANGER = "5", _("Danger grave et immédiat")
    PROSTITUTION = "6", _("Prostitution – art. 13 loi du 4 mars 2002")


class SendingWay(Coded):
    """How a referral to justice was sent (domain.md §2.6 J02, PARQUET_CHANNEL)."""

    MAIL = "mail", pgettext_lazy("sending", "Courriel")
    PHONE_THEN_MAIL = "phone_then_mail", _("Téléphone, puis courriel")
    PORTAL = "portal", _("Portail sécurisé")
    PLEX = "plex", _("PLEX, la plateforme d'échange de la justice")
    POST = "post", _("Lettre recommandée")
    BY_HAND = "by_hand", _("Remise en main propre")


class Competence(Coded):
    """Which prosecutor is seized: of where the child lives, in an emergency of where it was found (domain.md §8.2)."""

    RESIDENCE = "residence", _("Parquet du lieu de résidence (CPC 1181)")
    FOUND = (
        "found",
        _("Parquet du lieu où l'enfant a été trouvé (CC 375-5)"),
    )


class Outcome(Coded):
    """What justice answered for one child (domain.md §2.6)."""

    OPP = "opp", _("Ordonnance de placement provisoire")
    JUDGE_MEASURE = "judge_measure", _("Mesure ordonnée")
    NO_FURTHER = "no_further", _("Sans suite du parquet")
    RETURNED = "returned", _("Renvoi au département")
    NON_LIEU = "non_lieu", _("Non-lieu à assistance éducative")
    LAPSED = "lapsed", _("Caduque")
    JUDGE_SEIZED = "judge_seized", _("Juge des enfants saisi")
    CRIMINAL_INQUIRY = "criminal_inquiry", _("Enquête pénale")
    CRIMINAL_COURT = "criminal_court", _("Juridiction pénale saisie")


ORDERING = (Outcome.OPP, Outcome.JUDGE_MEASURE)
WITHOUT_MEASURE = (Outcome.NO_FURTHER, Outcome.RETURNED, Outcome.NON_LIEU, Outcome.LAPSED)
DECIDING = (*ORDERING, *WITHOUT_MEASURE)


class InformationState(Coded):
    """States of the information owed to a holder (domain.md §2.7)."""

    PENDING = "pending", _("À faire")
    DONE = "done", _("Faite")
    DEFERRED = "deferred", _("Différée")
    NOT_APPLICABLE = "not_applicable", pgettext_lazy("information state", "Sans objet")


class ApprovalState(Coded):
    """States of a second signature (domain.md §2.7)."""

    REQUESTED = "requested", _("Demandée")
    APPROVED = "approved", _("Accordée")
    REFUSED = "refused", _("Refusée")
    LAPSED = "lapsed", _("Caduque")


class ReviewState(Coded):
    """States of the review of a closing by one person (domain.md §2.7)."""

    DUE = "due", _("À relire")
    CONFIRMED = "confirmed", _("Confirmée")
    REOPENED = "reopened", _("Rouverte")


class DuplicateState(Coded):
    """States of a pair of files that may belong together (domain.md §2.7)."""

    SUGGESTED = "suggested", _("Suggéré")
    CONFIRMED = "confirmed", _("Confirmé")
    REJECTED = "rejected", pgettext_lazy("duplicate state", "Écarté")


class RequestState(Coded):
    """States of a request for information (domain.md §2.7)."""

    OPEN = "open", _("Ouverte")
    ANSWERED = "answered", _("Répondue")
    EXPIRED = "expired", _("Expirée")
    CANCELLED = "cancelled", _("Annulée")


class TransferState(Coded):
    """States of a request that another authority takes a case over (domain.md §2.7)."""

    PREPARED = "prepared", _("Préparé")
    SENT = "sent", _("Transmis")
    ACCEPTED = "accepted", _("Accepté")
    INTEGRATED = "integrated", _("Intégré")
    REFUSED = "refused", _("Refusé")
    ARBITRATION = "arbitration", _("Arbitrage")
    KEPT = "kept", _("Maintenu à l'origine")


class Cause(Coded):
    """Why somebody is excluded from a case: said by a person, or found by comparing (domain.md §1.3 rule 8)."""

    PERSON = "person", _("Déclarée par une personne")
    TIE = "tie", _("Lien que la personne a déclaré")
    NAME = "name", _("Nom ou numéro de la personne elle-même")


#: A request that is neither settled nor given up: a case has at most one (T31).
OPEN_TRANSFER = (
    TransferState.PREPARED,
    TransferState.SENT,
    TransferState.REFUSED,
    TransferState.ARBITRATION,
)


class FeedbackState(Coded):
    """States of the answer owed to whoever filed (domain.md §2.7)."""

    DUE = "due", _("À faire")
    OVERDUE = "overdue", _("En retard")
    SENT = "sent", _("Envoyé")
    WITHHELD = "withheld", _("Non communiqué (motif)")


class GlassState(Coded):
    """States of an emergency opening (domain.md §2.7 BreakGlass)."""

    OPENED = "opened", _("Ouvert")
    TO_REVIEW = "to_review", _("À examiner")
    REVIEWED_OK = "reviewed_ok", _("Validé")
    REVIEWED_KO = "reviewed_ko", _("Contesté")


class AlertState(Coded):
    """States of an urgent call (domain.md §10 S7; §11.1 ``ESCALATION``)."""

    OPEN = "open", pgettext_lazy("alert state", "Sans réponse")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert state", "Prise en compte")
    OVER = "over", pgettext_lazy("alert state", "Sans objet")


class BatchState(Coded):
    """States of a batch of files to be destroyed (domain.md §2.7)."""

    PROPOSED = "proposed", _("Proposé")
    VISA_REQUESTED = "visa_requested", _("Visa demandé")
    VISA_GRANTED = "visa_granted", _("Visa obtenu")
    REFUSED = "refused", _("Refusé")
    EXECUTED = "executed", _("Exécuté")


OPEN_BATCH = (BatchState.PROPOSED, BatchState.VISA_REQUESTED, BatchState.VISA_GRANTED)


class AnomalyState(Coded):
    """States of an anomaly of access (domain.md §2.7)."""

    DETECTED = "detected", _("Détectée")
    UNDER_REVIEW = "under_review", _("En examen")
    JUSTIFIED = "justified", _("Justifiée")
    UNJUSTIFIED = "unjustified", _("Injustifiée")
    REPORTED = "reported", _("Signalée")
    CLOSED = "closed", _("Close")


class InquiryState(Coded):
    """States of a question to another département about a child's past (CASF L221-3; domain.md §2.7)."""

    ASKED = "asked", _("Posée")
    ANSWERED = "answered", _("Répondue")
    DOCUMENTS_ASKED = "documents_asked", _("Pièces demandées")
    REFUSED = "refused", pgettext_lazy("inquiry", "Refusée")
    WITHDRAWN = "withdrawn", pgettext_lazy("inquiry", "Retirée")
    CLOSED = "closed", pgettext_lazy("inquiry", "Close")


class AccessRequestState(Coded):
    """States of a request for access to personal data (RGPD art. 15; domain.md §2.7)."""

    RECEIVED = "received", pgettext_lazy("access request", "Reçue")
    IDENTITY_CHECK = "identity_check", pgettext_lazy("access request", "Vérification d'identité")
    COLLECTING = "collecting", _("Dossier en préparation")
    REDACTION = "redaction", _("Masquage en cours")
    ANSWERED = "answered", pgettext_lazy("access request", "Répondue")
    PARTIAL = "partial", pgettext_lazy("access request", "Répondue en partie")
    REFUSED = "refused", pgettext_lazy("access request", "Refusée")
    APPEALED = "appealed", pgettext_lazy("access request", "Recours")
    CLOSED = "closed", pgettext_lazy("access request", "Close")


UNANSWERED_ACCESS = (
    AccessRequestState.RECEIVED,
    AccessRequestState.IDENTITY_CHECK,
    AccessRequestState.COLLECTING,
    AccessRequestState.REDACTION,
)
ANSWERED_ACCESS = (AccessRequestState.ANSWERED, AccessRequestState.PARTIAL, AccessRequestState.REFUSED)


class BreachState(Coded):
    """States of a data breach (RGPD art. 33, 34; domain.md §2.7)."""

    DECLARED = "declared", pgettext_lazy("data breach", "Déclarée")
    ASSESSED = "assessed", pgettext_lazy("data breach", "Évaluée")
    NOTIFIED = "notified", _("Notifiée à la CNIL")
    NOT_NOTIFIED = "not_notified", _("Non notifiée (risque écarté)")
    CLOSED = "closed", pgettext_lazy("data breach", "Close")


class LetterState(Coded):
    """States of a letter of a case (domain.md §4.9)."""

    PREPARED = "prepared", pgettext_lazy("letter", "En préparation")
    SIGNED = "signed", pgettext_lazy("letter", "Signé")
    SENT = "sent", pgettext_lazy("letter", "Envoyé")
    DISCARDED = "discarded", pgettext_lazy("letter", "Abandonné")


class OrientationState(Coded):
    """States of an orientation: a service of the directory, asked for a child (field.md A.6)."""

    PROPOSED = "proposed", pgettext_lazy("orientation", "Proposée")
    ASKED = "asked", pgettext_lazy("orientation", "Demandée")
    UNDER_STUDY = "under_study", pgettext_lazy("orientation", "À l'étude")
    ACCEPTED = "accepted", pgettext_lazy("orientation", "Acceptée")
    REFUSED = "refused", pgettext_lazy("orientation", "Refusée")
    EXPIRED = "expired", pgettext_lazy("orientation", "Sans réponse")
    WITHDRAWN = "withdrawn", pgettext_lazy("orientation", "Retirée")


#: The service was asked and hasn't answered for good.
AWAITED_ORIENTATION = (OrientationState.ASKED, OrientationState.UNDER_STUDY)
OPEN_ORIENTATION = (OrientationState.PROPOSED, *AWAITED_ORIENTATION)
#: It came to nothing: another service is looked for.
FAILED_ORIENTATION = (OrientationState.REFUSED, OrientationState.EXPIRED)


class Machine(Coded):
    """The four machines, and the small ones beside them (domain.md §2.7)."""

    REFERRAL = "referral", pgettext_lazy("machine", "Transmission")
    JUDICIAL = "judicial", pgettext_lazy("machine", "Signalement")
    ASSESSMENT = "assessment", _("Évaluation")
    MEASURE = "measure", _("Mesure")
    REVIEW = "review", _("Relecture de clôture")
    DUPLICATE = "duplicate", _("Rapprochement de dossiers")
    FEEDBACK = "feedback", _("Retour au déclarant")
    GLASS = "glass", pgettext_lazy("machine", "Ouverture d'urgence")
    ALERT = "alert", _("Appel d'urgence")
    BATCH = "batch", _("Bordereau d'élimination")
    TRANSFER = "transfer", _("Transfert à une autre autorité")
    ANOMALY = "anomaly", _("Anomalie d'accès")
    INQUIRY = "inquiry", _("Demande à un autre département")
    ACCESS_REQUEST = "access_request", pgettext_lazy("machine", "Demande d'accès")
    BREACH = "breach", _("Violation de données")
    LETTER = "letter", pgettext_lazy("machine", "Courrier")
    ORIENTATION = "orientation", pgettext_lazy("machine", "Orientation")


class YesNo(Coded):
    """An answer that may be that one doesn't know."""

    YES = "yes", _("Oui")
    NO = "no", _("Non")
    UNKNOWN = "unknown", _("Ne sait pas")


#: Where a case stands once each child was decided for, whatever became of the decisions since.
AFTER_DECISION = (
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)


def gravest(statuses: list[str]) -> Exploitation:
    """Return the gravest of some statuses."""
    return max((Exploitation(status) for status in statuses), key=GRAVITY.index, default=Exploitation.NONE)

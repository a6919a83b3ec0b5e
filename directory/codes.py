"""Coded values of the directory, with their French labels (domain.md §6.1; field.md A.4, A.6).

Values are stored and sent as they stand here and never change meaning. Those of data.inclusion are its own
(``directory/exchange/data_inclusion.py``).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.events import Purpose


class ResourceKind(models.TextChoices):
    """What a structure is (domain.md §6.1)."""

    CRIP = "crip", _("Cellule de recueil (CRIP)")
    ASE_UNIT = "ase_unit", _("Service territorial de l'ASE, maison des solidarités")
    EMERGENCY_SHELTER = "emergency_shelter", _("Accueil d'urgence 24 h/24, foyer de l'enfance")
    SPECIALISED_HOME = "specialised_home", _("Hébergement spécialisé de mineurs victimes d'exploitation")
    MECS = "mecs", _("Maison d'enfants à caractère social (MECS)")
    LIEU_DE_VIE = "lieu_de_vie", _("Lieu de vie et d'accueil")
    FOSTER = "foster", _("Accueil familial")
    SPECIALISED_NGO = "specialised_ngo", _("Association spécialisée")
    TRAFFICKING_SCHEME = "trafficking_scheme", _("Dispositif pour les victimes de traite")
    UAPED = "uaped", _("Unité d'accueil pédiatrique (UAPED), unité médico-judiciaire")
    HOSPITAL_EMERGENCY = "hospital_emergency", _("Urgences, pédiatrie, psychotraumatisme")
    SEXUAL_HEALTH = "sexual_health", _("Centre de santé sexuelle, CeGIDD, IVG")
    MENTAL_HEALTH = "mental_health", _("CMP, CMPEA, maison des adolescents, PAEJ")
    ADDICTION = "addiction", _("CSAPA, consultation jeunes consommateurs, CAARUD")
    STREET_OUTREACH = "street_outreach", _("Prévention spécialisée, maraude")
    LEGAL_VICTIM_HELP = "legal_victim_help", _("Aide aux victimes, CIDFF, avocat d'enfants, point-justice")
    POLICE_MINORS = "police_minors", _("Police ou gendarmerie, protection des mineurs")
    PARQUET = "parquet", _("Permanence du parquet des mineurs")
    SCHOOL_CONTACT = "school_contact", _("Service social et de santé scolaire")
    PARENTS_SUPPORT = "parents_support", _("Soutien aux parents")
    EXIT_SCHEME = "exit_scheme", _("Parcours de sortie de la prostitution (majeurs)")
    TRAINING = "training", _("Formation")


class Need(models.TextChoices):
    """What a child, its family or a professional needs (field.md A.4)."""

    TONIGHT_SHELTER = "tonight_shelter", _("Un hébergement pour cette nuit")
    DISTANCE_SHELTER = "distance_shelter", _("Un accueil éloigné")
    SPECIALISED_SUPPORT = "specialised_support", _("Un accompagnement spécialisé")
    OUTREACH = "outreach", _("Un premier contact par une équipe qui va vers les jeunes")
    MEDICAL_FORENSIC = "medical_forensic", _("Une audition et un examen médico-légal (UAPED)")
    GENERAL_CARE = "general_care", _("Des soins")
    SEXUAL_HEALTH = "sexual_health", _("Une consultation de santé sexuelle")
    MENTAL_HEALTH = "mental_health", _("Un soutien psychologique")
    ADDICTION = "addiction", _("Une aide pour une addiction")
    LEGAL_VICTIM = "legal_victim", _("Un avocat ou une aide aux victimes")
    COMPLAINT = "complaint", _("Un dépôt de plainte")
    SCHOOL_LINK = "school_link", _("Un lien avec l'école")
    PARENTS_SUPPORT = "parents_support", _("Un soutien aux parents")
    DIGITAL_REMOVAL = "digital_removal", _("Un retrait d'images en ligne")
    RUNAWAY_SEARCH = "runaway_search", _("Une recherche d'enfant en fugue")
    TRAFFICKING_IDENTIFICATION = "trafficking_identification", _("Une identification de victime de traite")
    PREVENTION_SESSION = "prevention_session", _("Une séance de prévention")
    TRAINING_ADVICE = "training_advice", _("Une formation ou un conseil entre professionnels")


#: Needs for which a place is asked, so that free places and the hour count.
SHELTER = (Need.TONIGHT_SHELTER, Need.DISTANCE_SHELTER)


class Sex(models.TextChoices):
    """Whom a service takes; a list that is empty means all of them."""

    GIRL = "girl", _("Fille")
    BOY = "boy", _("Garçon")
    OTHER = "other", pgettext_lazy("sex", "Autre")


class Situation(models.TextChoices):
    """A situation that a service takes, takes case by case, or refuses (field.md A.4)."""

    RUNAWAY = "runaway", _("Fugue")
    SUBSTANCE = "substance", _("Consommation de produits")
    DUAL_STATUS = "dual_status", _("Victime et mise en cause")
    UNACCOMPANIED = "unaccompanied", _("Mineur non accompagné")
    WITH_CHILD = "with_child", _("Avec un enfant")
    NO_PAPERS = "no_papers", _("Sans papiers d'identité")


class Accepts(models.TextChoices):
    """Whether a service takes a situation."""

    YES = "yes", pgettext_lazy("accepts", "Oui")
    CASE = "case", _("Au cas par cas")
    NO = "no", pgettext_lazy("accepts", "Non")


class PlaceKind(models.TextChoices):
    """How somebody is put up."""

    SHELTER = "shelter", _("Foyer, accueil d'urgence")
    HOME = "home", _("Maison d'enfants")
    FOSTER = "foster", _("Famille d'accueil")
    FLAT = "flat", _("Appartement")
    HOTEL = "hotel", _("Hôtel")
    HOSPITAL = "hospital", _("Lit d'hôpital")


class Visibility(models.TextChoices):
    """Who may know an address (field.md A.7)."""

    PUBLIC = "public", _("Publique")
    PROFESSIONAL = "professional", _("Réservée aux professionnels")
    SECRET = "secret", _("Secrète")


class Specialised(models.TextChoices):
    """How far a service is made for minors in prostitution; the first is preferred."""

    DEDICATED = "dedicated", _("Dédié aux mineurs victimes d'exploitation sexuelle")
    TRAINED = "trained", _("Équipe formée")
    GENERAL = "general", pgettext_lazy("service", "Généraliste")


class Asker(models.TextChoices):
    """Who may ask a service; a list that is empty means anybody."""

    USERS = "users", _("Les jeunes et leurs familles")
    PROFESSIONALS = "professionals", _("Les professionnels")
    ASE = "ase", _("L'ASE")
    JUDGE = "judge", _("Le juge ou le procureur")


class Agreement(models.TextChoices):
    """What must be there before a service takes somebody."""

    JUDGE_ORDER = "judge_order", _("Une décision du juge ou du procureur")
    ASE_DECISION = "ase_decision", _("Une décision de l'ASE")
    HOLDERS_AGREE = "holders_agree", _("L'accord des titulaires de l'autorité parentale")
    CHILD_AGREES = "child_agrees", _("L'adhésion du jeune")
    FUNDING = "funding", _("Une prise en charge financière")


class Status(models.TextChoices):
    """Whether a structure or service works."""

    ACTIVE = "active", _("En activité")
    SUSPENDED = "suspended", _("Suspendu")
    CLOSED = "closed", pgettext_lazy("directory status", "Fermé")


class SafeChannel(models.TextChoices):
    """By which way a service may be told of a child; never SMS (field.md A.4)."""

    PHONE = "phone", _("Téléphone")
    SEALED_MAIL = "sealed_mail", _("Courriel chiffré")
    MSSANTE = "mssante", _("MSSanté")
    POST = "post", pgettext_lazy("channel", "Courrier")
    FORM = "form", _("Formulaire en ligne")


class Means(models.TextChoices):
    """How a statement of the directory was verified."""

    PHONE = "phone", pgettext_lazy("means", "Par téléphone")
    MAIL = "mail", pgettext_lazy("means", "Par courriel")
    VISIT = "visit", pgettext_lazy("means", "Sur place")
    LINK = "link", _("Par la structure, avec son lien")
    IMPORT = "import", _("Par un fichier")
    TYPED = "typed", _("Sans vérification")


class OpeningPurpose(models.TextChoices):
    """Why a secret address is opened: those purposes of the journal for which somebody must know it."""

    HANDLING = Purpose.HANDLING.value, _("Suivi d'un dossier")
    ASSESSMENT = Purpose.ASSESSMENT.value, _("Évaluation d'une situation")
    DECISION = Purpose.DECISION.value, _("Décision à prendre")
    MEASURE = Purpose.MEASURE.value, _("Accueil ou mesure à organiser")
    JUDICIAL = Purpose.JUDICIAL.value, _("Demande d'un magistrat")
    EMERGENCY = Purpose.EMERGENCY.value, _("Mise à l'abri en urgence")


class Source(models.TextChoices):
    """Where a row comes from."""

    OWN = "own", _("Saisie dans Repère")
    DATA_INCLUSION = "data_inclusion", _("data.inclusion")
    HSDS = "hsds", _("Fichier HSDS")
    FINESS = "finess", _("FINESS")
    SERVICE_PUBLIC = "service_public", _("Annuaire de service-public.fr")
    TABLE = "table", _("Tableau de l'autorité")
    CURATED = "curated", _("Sources publiques, saisies à la main")

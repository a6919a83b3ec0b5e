"""Coded answers about a filing: who files, how it arrived, how it began (domain.md §1.2, §2.1, §4.5)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary.states import Coded


class FilerProfession(Coded):
    """Who files (domain.md §1.2)."""

    TEACHER = "teacher", _("Enseignement")
    SCHOOL_HEAD = "school_head", _("Direction d'école ou d'établissement")
    SCHOOL_LIFE = "school_life", _("CPE, AED, vie scolaire")
    SCHOOL_SOCIAL_WORKER = (
        "school_social_worker",
        _("Service social scolaire"),
    )
    SCHOOL_NURSE_DOCTOR = "school_nurse_doctor", _("Santé scolaire")
    SPECIALISED_EDUCATOR = "specialised_educator", _("Éducation spécialisée")
    STREET_OUTREACH = "street_outreach", _("Prévention spécialisée")
    RESIDENTIAL_STAFF = "residential_staff", _("Personnel de MECS ou de foyer")
    DEPT_SOCIAL_WORKER = (
        "dept_social_worker",
        _("Service social du département, PMI"),
    )
    PHYSICIAN = "physician", _("Médecin")
    HOSPITAL_STAFF = "hospital_staff", _("Personnel hospitalier")
    MIDWIFE_SEXUAL_HEALTH = "midwife_sexual_health", _("Sage-femme, santé sexuelle")
    PSYCHOLOGIST = "psychologist", _("Psychologue")
    PJJ_STAFF = "pjj_staff", _("Personnel de la PJJ")
    POLICE_GENDARMERIE = "police_gendarmerie", pgettext_lazy("filer profession", "Police, gendarmerie")
    ASSOCIATION_SPECIALISED = "association_specialised", _("Association spécialisée")
    ANIMAL_PROTECTION = "animal_protection", _("Association de protection animale")
    YOUTH_WORKER = "youth_worker", _("Animation, mission locale, sport, loisirs")
    TRANSPORT_HOTEL = "transport_hotel", _("Hôtellerie, transport, plateforme")
    ELECTED_OFFICIAL = "elected_official", _("Élu local")
    OTHER_PRO = "other_pro", _("Autre profession")
    PRIVATE_PERSON = "private_person", _("Particulier")
    MINOR_SELF = "minor_self", _("La personne mineure elle-même")
    PARENT = "parent", _("Parent")


#: Those whom L226-5 al. 1 doesn't cover: feedback on request only (C5b), never C5.
NOT_PROFESSIONAL = (FilerProfession.PRIVATE_PERSON, FilerProfession.MINOR_SELF, FilerProfession.PARENT)


class OrganisationType(Coded):
    """Type of the filer's structure, kept in clear for statistics (domain.md §4.5)."""

    SCHOOL = "school", _("Établissement scolaire")
    HEALTH = "health", _("Santé")
    SOCIAL = "social", _("Service social ou médico-social")
    JUSTICE_POLICE = "justice_police", _("Justice, police, gendarmerie")
    ASSOCIATION = "association", _("Association")
    BUSINESS = "business", _("Entreprise")
    HELPLINE = "helpline", pgettext_lazy("organisation type", "119")
    OTHER = "other", _("Autre")


class Channel(Coded):
    """How a concern arrived (domain.md §4.5)."""

    ONLINE = "online", _("En ligne")
    PHONE = "phone", _("Téléphone")
    LETTER = "letter", _("Courrier")
    EMAIL = "email", pgettext_lazy("channel", "Courriel")
    IN_PERSON = "in_person", _("En personne")
    HELPLINE_119 = "119", "119"
    PROSECUTOR = "prosecutor_request", _("Soit-transmis")


class FeedbackChannel(Coded):
    """How the filer wants the answer (domain.md §4.5)."""

    PLATFORM = "platform", _("Dans l'application")
    EMAIL = "email", pgettext_lazy("feedback channel", "Courriel")
    PHONE = "phone", _("Téléphone")
    LETTER = "letter", _("Courrier")
    NONE = "none", _("Aucun")


class Variant(Coded):
    """How a referral began (domain.md §2.1)."""

    STANDARD = "standard", pgettext_lazy("variant", "Transmission")
    COPY_OF_DIRECT_REPORT = "copy_of_direct_report", _("Copie de signalement direct")
    PROSECUTOR_REQUEST = "prosecutor_request", _("Soit-transmis du parquet")
    FROM_119 = "from_119", _("Transmise par le 119")
    TRANSFER_IN = "transfer_in", _("Reprise d'une autre autorité")

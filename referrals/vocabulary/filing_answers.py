"""Coded answers about a filing: who files, how it arrived, how it began (domain.md §1.2, §2.1, §4.5)."""

from referrals.vocabulary.states import Coded


class FilerProfession(Coded):
    """Who files (domain.md §1.2)."""

    TEACHER = "teacher", "Teacher", "Enseignant·e"
    SCHOOL_HEAD = "school_head", "Head of school", "Chef·fe d'établissement, directeur·rice d'école"
    SCHOOL_LIFE = "school_life", "School staff", "CPE, AED, vie scolaire"
    SCHOOL_SOCIAL_WORKER = (
        "school_social_worker",
        "School social worker",
        "Assistant·e de service social scolaire",
    )
    SCHOOL_NURSE_DOCTOR = "school_nurse_doctor", "School nurse or doctor", "Infirmier·e, médecin scolaire"
    SPECIALISED_EDUCATOR = "specialised_educator", "Specialised educator", "Éducateur·rice spécialisé·e"
    STREET_OUTREACH = "street_outreach", "Street outreach", "Prévention spécialisée"
    RESIDENTIAL_STAFF = "residential_staff", "Children's home staff", "Professionnel·le de MECS, foyer"
    DEPT_SOCIAL_WORKER = (
        "dept_social_worker",
        "Social worker of the département",
        "Travailleur·se social·e, PMI",
    )
    PHYSICIAN = "physician", "Physician", "Médecin"
    HOSPITAL_STAFF = "hospital_staff", "Hospital staff", "Professionnel·le hospitalier"
    MIDWIFE_SEXUAL_HEALTH = "midwife_sexual_health", "Midwife, sexual health", "Sage-femme, santé sexuelle"
    PSYCHOLOGIST = "psychologist", "Psychologist", "Psychologue"
    PJJ_STAFF = "pjj_staff", "Judicial youth protection", "Professionnel·le PJJ"
    POLICE_GENDARMERIE = "police_gendarmerie", "Police", "Police, gendarmerie"
    ASSOCIATION_SPECIALISED = "association_specialised", "Specialised association", "Association spécialisée"
    ANIMAL_PROTECTION = "animal_protection", "Animal protection", "Association de protection animale"
    YOUTH_WORKER = "youth_worker", "Youth worker", "Animation, mission locale, sport, loisirs"
    TRANSPORT_HOTEL = "transport_hotel", "Hotel, transport", "Hôtellerie, transport, plateforme"
    ELECTED_OFFICIAL = "elected_official", "Elected official", "Élu·e local·e"
    OTHER_PRO = "other_pro", "Other professional", "Autre professionnel"
    PRIVATE_PERSON = "private_person", "Private person", "Particulier"
    MINOR_SELF = "minor_self", "The minor", "Le ou la mineur·e elle-même"
    PARENT = "parent", "Parent", "Parent"


#: Those whom L226-5 al. 1 doesn't cover: feedback on request only (C5b), never C5.
NOT_PROFESSIONAL = (FilerProfession.PRIVATE_PERSON, FilerProfession.MINOR_SELF, FilerProfession.PARENT)


class OrganisationType(Coded):
    """Type of the filer's structure, kept in clear for statistics (domain.md §4.5)."""

    SCHOOL = "school", "School", "Établissement scolaire"
    HEALTH = "health", "Health", "Santé"
    SOCIAL = "social", "Social service", "Service social ou médico-social"
    JUSTICE_POLICE = "justice_police", "Justice, police", "Justice, police, gendarmerie"
    ASSOCIATION = "association", "Association", "Association"
    BUSINESS = "business", "Business", "Entreprise"
    HELPLINE = "helpline", "Helpline", "119"
    OTHER = "other", "Other", "Autre"


class Channel(Coded):
    """How a concern arrived (domain.md §4.5)."""

    ONLINE = "online", "Online", "En ligne"
    PHONE = "phone", "Phone", "Téléphone"
    LETTER = "letter", "Letter", "Courrier"
    EMAIL = "email", "E-mail", "Courriel"
    IN_PERSON = "in_person", "In person", "En personne"
    HELPLINE_119 = "119", "119", "119"
    PROSECUTOR = "prosecutor_request", "Prosecutor's request", "Soit-transmis"


class FeedbackChannel(Coded):
    """How the filer wants the answer (domain.md §4.5)."""

    PLATFORM = "platform", "In the application", "Dans l'application"
    EMAIL = "email", "E-mail", "Courriel"
    PHONE = "phone", "Phone", "Téléphone"
    LETTER = "letter", "Letter", "Courrier"
    NONE = "none", "None", "Aucun"


class Variant(Coded):
    """How a referral began (domain.md §2.1)."""

    STANDARD = "standard", "Concern", "Transmission"
    COPY_OF_DIRECT_REPORT = "copy_of_direct_report", "Copy of a direct report", "Copie de signalement direct"
    PROSECUTOR_REQUEST = "prosecutor_request", "Prosecutor's request", "Soit-transmis du parquet"
    FROM_119 = "from_119", "From 119", "Transmise par le 119"
    TRANSFER_IN = "transfer_in", "Taken over from another authority", "Reprise d'une autre autorité"

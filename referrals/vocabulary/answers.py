"""Coded answers of the concern form and of the steps' inputs (domain.md §1.2, §2.4, §3, §4, §5).

States are in ``states.py``; here are the choices that a person ticks.
"""

from referrals.vocabulary.states import Coded


class YesNo(Coded):
    """An answer that may be that one doesn't know."""

    YES = "yes", "Yes", "Oui"
    NO = "no", "No", "Non"
    UNKNOWN = "unknown", "Doesn't know", "Ne sait pas"


class SearchMethod(Coded):
    """How earlier files of a child were looked for (T06)."""

    INDEX = "index", "In the index", "Recherche automatique"
    BY_HAND = "by_hand", "By hand", "Recherche manuelle"


class Representative(Coded):
    """Whether a child's legal representative can agree to a shelter (CASF L223-2 al. 2)."""

    UNABLE = "unable", "Can't agree", "Hors d'état de donner son accord"
    REFUSES = "refuses", "Able, and refuses", "En état de le donner, et refuse"


class IdentityKnown(Coded):
    """How well the child is identified (domain.md §4.1)."""

    KNOWN = "known", "Known", "Connue"
    PARTIAL = "partial", "Partly known", "Partielle"
    UNKNOWN = "unknown", "Unknown", "Inconnue"


class Sex(Coded):
    """As recorded for statistics, with a fourth answer (domain.md §4.1)."""

    GIRL = "girl", "Girl", "Fille"
    BOY = "boy", "Boy", "Garçon"
    OTHER = "other", "Other", "Autre"
    UNKNOWN = "unknown", "Not known", "Non connu"


class PlaceType(Coded):
    """Where a fact took place (domain.md §3.5)."""

    HOTEL = "hotel", "Hotel", "Hôtel"
    SHORT_LET = "short_let", "Short let", "Location de courte durée"
    HOME = "home", "Home", "Domicile"
    RESIDENTIAL = "residential", "Children's home", "Foyer / MECS"
    STREET = "street", "Street", "Rue"
    VEHICLE = "vehicle", "Vehicle", "Véhicule"
    SCHOOL = "school", "School", "Établissement scolaire"
    ONLINE = "online", "Online", "En ligne"
    ABROAD = "abroad", "Abroad", "Étranger"
    UNKNOWN = "unknown", "Unknown", "Inconnu"


class FactSource(Coded):
    """How the filer knows a fact (domain.md §4.3)."""

    SEEN = "seen", "Seen", "Vu"
    HEARD_FROM_CHILD = "heard_from_child", "Heard from the child", "Entendu de l'enfant"
    REPORTED = "reported", "Reported by a third party", "Rapporté par un tiers"
    DOCUMENT = "document", "Document", "Document"


class SignMode(Coded):
    """How a sign is known; unticked never means absent (domain.md §3.1)."""

    OBSERVED = "observed", "Observed by me", "Observé par moi"
    REPORTED = "reported", "Reported", "Rapporté"
    NOT_KNOWN = "not_known", "Not known", "Non connu"


class SituationType(Coded):
    """Nature of the situation (domain.md §3.5)."""

    PRE_PROSTITUTION = "pre_prostitution", "Before prostitution", "Situation pré-prostitutionnelle"
    OCCASIONAL = "occasional", "Occasional, exchange", "Prostitution occasionnelle / échange"
    NETWORK_PIMPING = "network_pimping", "Pimping", "Proxénétisme"
    LOVERBOY = "loverboy", "Hold of a 'boyfriend'", "Emprise d'un « petit ami »"
    PEERS = "peers", "Among peers", "Entre pairs / recrutement par une amie"
    FAMILY = "family", "By a parent or relative", "Exploitation par un parent ou proche"
    ONLINE = "online", "Online", "Exploitation en ligne"
    NO_THIRD_PARTY_KNOWN = "no_third_party_known", "No third party known", "Sans tiers connu"
    FOREIGN_TRAFFICKING = "foreign_trafficking", "Trafficking", "Traite (mineur·e étranger·e, MNA)"
    UNKNOWN = "unknown", "Not determined", "Non déterminé"


class EmergencyCall(Coded):
    """Who has been called already (domain.md §4.3)."""

    POLICE = "17", "Police (17)", "Police / gendarmerie (17)"
    PROSECUTOR = "prosecutor", "Prosecutor", "Parquet"
    HELPLINE_119 = "119", "119", "119"
    SAMU = "samu", "Ambulance (15)", "SAMU (15)"
    CRIP = "crip", "CRIP", "CRIP"
    NOBODY = "nobody", "Nobody yet", "Personne pour l'instant"


class NotInformedReason(Coded):
    """Why the holders were not told beforehand (CASF L226-2-1; domain.md §4.2)."""

    CHILD_INTEREST = "child_interest", "Against the child's interest", "Contraire à l'intérêt de l'enfant"
    HOLDER_IMPLICATED = "holder_implicated", "A parent is implicated", "Parent impliqué"
    REPRISALS = "reprisals", "Risk of reprisals", "Risque de représailles"
    FLIGHT = "flight", "Risk of flight", "Risque de fuite"
    UNREACHABLE = "unreachable", "Out of reach", "Injoignable"
    PROSECUTOR = "prosecutor", "Prosecutor's instruction", "Consigne du parquet"
    URGENCY = "urgency", "Urgency", "Urgence"
    OTHER = "other", "Other", "Autre"


class HolderLink(Coded):
    """Link of a holder of parental authority with the child (domain.md §4.2)."""

    FATHER = "father", "Father", "Père"
    MOTHER = "mother", "Mother", "Mère"
    GUARDIAN = "guardian", "Guardian", "Tuteur"
    ASE = "ase", "Child welfare service", "ASE"
    OTHER = "other", "Other", "Autre"
    UNKNOWN = "unknown", "Unknown", "Inconnu"


class ThirdPartyRole(Coded):
    """Part that a third party is said to play (domain.md §4.4)."""

    ALLEGED_EXPLOITER = "alleged_exploiter", "Alleged exploiter", "Tiers présumé exploiteur"
    BUYER = "buyer", "Buyer of sexual acts", "Auteur d'achat d'actes sexuels"
    RECRUITER = "recruiter", "Recruiter", "Recruteur"
    ACCOMPLICE = "accomplice", "Accomplice", "Complice"
    WITNESS = "witness", "Witness", "Témoin"


class ThirdPartyLink(Coded):
    """Link of a third party with the child (domain.md §4.4)."""

    FAMILY = "family", "Family", "Famille"
    PARTNER = "partner", "Partner", "Petit ami ou partenaire"
    PEER = "peer", "Peer", "Pair, ami·e"
    ACQUAINTANCE = "acquaintance", "Acquaintance", "Connaissance"
    PROFESSIONAL = "professional", "Professional", "Professionnel·le"
    STRANGER = "stranger", "Stranger", "Inconnu de l'enfant"
    UNKNOWN = "unknown", "Not known", "Non connu"


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


class DangerCategory(Coded):
    """CC art. 375, CASF R226-2-2 (domain.md §2.4)."""

    HEALTH = "health", "Health", "Santé"
    SECURITY = "security", "Security", "Sécurité"
    MORALITY = "morality", "Morality", "Moralité"
    EDUCATION = "education_conditions", "Conditions of education", "Conditions d'éducation"
    DEVELOPMENT = "development", "Development", "Développement physique, affectif, intellectuel et social"


class DangerLevel(Coded):
    """Grade of danger (domain.md §2.4)."""

    NO_DANGER = "no_danger", "No danger nor risk", "Pas de danger ni de risque"
    RISK = "risk", "Risk of danger", "Risque de danger"
    DANGER = "danger", "Danger", "Danger"
    GRAVE_IMMEDIATE = "grave_immediate", "Grave and immediate danger", "Danger grave et immédiat"


class Maltreatment(Coded):
    """Types of maltreatment (domain.md §2.4)."""

    SEXUAL = "sexual", "Sexual violence", "Violences sexuelles"
    PHYSICAL = "physical", "Physical violence", "Violences physiques"
    NEGLECT = "neglect", "Gross neglect", "Négligences lourdes"
    PSYCHOLOGICAL = "psychological", "Psychological violence", "Violences psychologiques"
    EXPLOITATION = "exploitation", "Sexual exploitation", "Exploitation sexuelle / prostitution"
    COUPLE_VIOLENCE = "couple_violence", "Exposure to couple violence", "Exposition aux violences conjugales"


class Reorientation(Coded):
    """Who takes over a concern that isn't an *information préoccupante* (domain.md §2.4)."""

    SECTOR_SOCIAL_SERVICE = "sector_social_service", "Local social service", "Service social de secteur"
    PMI = "pmi", "Mother and child health", "PMI"
    SCHOOL_SOCIAL_SERVICE = "school_social_service", "School social service", "Service social scolaire"
    MEASURE_SERVICE = "measure_service", "Service already in charge", "Service déjà chargé d'une mesure"
    ADOLESCENT_HOUSE = "adolescent_house", "Adolescents' centre", "Maison des adolescents"
    FAMILY_JUDGE = "family_judge", "Family judge", "Juge aux affaires familiales (conflit parental)"
    POLICE = "police", "Police", "Police (hors protection)"
    OTHER_AUTHORITY = "other_authority", "Other authority", "Autre département"
    NO_OBJECT = "no_object", "No object", "Sans objet / information erronée"


class TeamField(Coded):
    """Field of an assessor (CASF D226-2-5; domain.md §1.1)."""

    SOCIO_EDUCATIONAL = "socio_educational", "Socio-educational", "Socio-éducatif"
    SOCIAL = "social", "Social", "Social"
    HEALTH = "health", "Health", "Santé"
    PSYCHOLOGY = "psychology", "Psychology", "Psychologie"


class Proposal(Coded):
    """What the report proposes (CASF D226-2-7; domain.md §2.4)."""

    CLASSEMENT = "classement", "No further action", "Classement"
    ADAPTED_ACTIONS = "adapted_actions", "Adapted actions, ASE service", "Actions adaptées / prestation ASE"
    JUDICIAL = "judicial", "Judicial authority", "Saisine de l'autorité judiciaire (argumentée)"
    CONTINUATION = "continuation", "Continue the measure under way", "Poursuite de la prise en charge"


class Occasion(Coded):
    """What the holders must be told of (domain.md §2.7)."""

    TRANSMISSION = "transmission", "Transmission", "Transmission"
    ASSESSMENT = "assessment", "Assessment", "Évaluation"
    JUDICIAL_REFERRAL = "judicial_referral", "Judicial referral", "Saisine de l'autorité judiciaire"
    DECISION = "decision", "Decision", "Décision"


class DeferralReason(Coded):
    """Why the information of a holder waits (domain.md T16)."""

    CHILD_INTEREST = "child_interest", "Against the child's interest", "Contraire à l'intérêt de l'enfant"
    HOLDER_IMPLICATED = "holder_implicated", "The holder is implicated", "Titulaire impliqué"
    PROSECUTOR = "prosecutor", "Prosecutor's instruction", "Consigne du parquet"


class Seen(Coded):
    """Whether a contact saw the child (domain.md T17)."""

    NO = "no", "Not seen", "Non"
    WITH_HOLDER = "with_holder", "With a holder", "Avec un titulaire"
    ALONE = "alone", "Alone", "Seul·e"


class VisitKind(Coded):
    """Kind of a contact of the assessment (domain.md T17)."""

    HOME_VISIT = "home_visit", "Home visit", "Visite à domicile"
    MEETING = "meeting", "Meeting", "Rencontre"
    ATTEMPT = "attempt", "Failed attempt", "Tentative sans succès"
    PHONE = "phone", "Phone call", "Appel"
    PARTNER = "partner", "Talk with a partner", "Échange avec un partenaire"


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


class OwedTo(Coded):
    """To whom an answer is owed (L226-5; domain.md §1.4, S5)."""

    PROFESSIONAL = "professional", "Professional or elected official", "Professionnel·le ou élu·e"
    PRIVATE = "private", "Private person who asks", "Particulier qui le demande"
    HELPLINE = "helpline", "The helpline, for what it passed on", "119, pour ce qu'il a transmis"


class Withholding(Coded):
    """Why an answer is withheld (CASF D226-2-8; domain.md §1.4)."""

    CHILD_INTEREST = "child_interest", "Against the child's interest", "Contraire à l'intérêt de l'enfant"
    CHILD_ENDANGERED = "child_endangered", "May endanger the child", "Peut mettre l'enfant en danger"
    REQUESTER_AT_RISK = (
        "requester_at_risk",
        "Puts at risk the requester, who lives in the child's home",
        "Met en danger le demandeur, qui vit au domicile de l'enfant",
    )
    SECRECY = "secrecy", "Professional secrecy", "Secret professionnel"
    WITHDRAWN = "withdrawn", "The filing was taken back", "Transmission retirée"
    TRANSFERRED = (
        "transferred",
        "The authority that took the case over answers",
        "L'autorité qui a repris le dossier répond",
    )


class EndReason(Coded):
    """Why a follow-up or measure ends (MOTFININT 1 and 3, MOTIFML; domain.md §2.6 M12–M14)."""

    TERM = "term", "Term reached", "Échéance"
    TRANSFER = "transfer", "Transfer, the measure goes on", "Transfert avec maintien"
    NO_DANGER = "10", "No danger left", "Absence de danger"
    IMPOSSIBLE = "11", "Impossible to carry out", "Impossibilité d'exercer"
    MOVED = "12", "Move announced", "Déménagement annoncé"
    MOVED_NO_ADDRESS = "13", "Moved without address", "Déménagement sans laisser d'adresse"
    ADOPTION = "14", "Adoption", "Adoption"
    MAJORITY = "15", "Majority", "Majorité"
    EMANCIPATION = "16", "Emancipation", "Émancipation"
    YOUNG_ADULT = "17", "Young-adult measure", "Mesure jeune majeur"
    DEATH = "18", "Death", "Décès"
    OTHER = "19", "Other", "Autre"


class ShelterEnd(Coded):
    """How an emergency shelter ends (domain.md M12)."""

    RETURNED = "returned", "Returned", "Retour"
    ADMITTED = "admitted", "Admitted", "Admission"
    JUDGE_SEIZED = "judge_seized", "Judge seized", "Juge saisi"


class CloseGround(Coded):
    """Ground on which a child's part is closed (domain.md §2.2)."""

    NO_DANGER = "no_danger", "Danger ruled out", "Danger écarté"
    RISK_LEFT = "risk_left", "A risk is left, with reasons", "Risque résiduel (motivé)"
    MAJORITY = "majority", "Majority", "Majorité"
    DEATH = "death", "Death", "Décès"


class AgeBand(Coded):
    """Age bands of the queue and of statistics (domain.md §11.1 AGE_BANDS)."""

    UNDER_3 = "0-2", "Under 3", "Moins de 3 ans"
    FROM_3 = "3-5", "3 to 5", "3 à 5 ans"
    FROM_6 = "6-10", "6 to 10", "6 à 10 ans"
    FROM_11 = "11-15", "11 to 15", "11 à 15 ans"
    FROM_16 = "16-17", "16 and 17", "16 et 17 ans"
    ADULT = "18+", "18 and over", "18 ans et plus"
    UNKNOWN = "unknown", "Unknown", "Inconnu"


class LivingWith(Coded):
    """With whom a child lives (domain.md §4.1)."""

    BOTH_PARENTS = "both_parents", "Both parents", "Ses deux parents"
    MOTHER = "mother", "Mother", "Sa mère"
    FATHER = "father", "Father", "Son père"
    MOTHER_PARTNER = "mother_partner", "Mother and partner", "Sa mère et son conjoint"
    FATHER_PARTNER = "father_partner", "Father and partner", "Son père et sa conjointe"
    ALTERNATE = "alternate", "Alternately with each", "En résidence alternée"
    RELATIVE = "relative", "Relative", "Un membre de la famille"
    FOSTER = "foster", "Foster care", "Famille d'accueil"
    RESIDENTIAL = "residential", "Children's home", "Établissement"
    ALONE = "alone", "Alone", "Seul·e"
    OTHER = "other", "Other", "Autre"
    UNKNOWN = "unknown", "Not known", "Non connu"


class Attendance(Coded):
    """School attendance (domain.md §4.1)."""

    REGULAR = "regular", "Regular", "Régulière"
    IRREGULAR = "irregular", "Irregular", "Irrégulière"
    ABSENT = "absent", "No longer attends", "Absentéisme lourd ou déscolarisation"
    NOT_ENROLLED = "not_enrolled", "Not enrolled", "Non scolarisé·e"
    UNKNOWN = "unknown", "Not known", "Non connue"


#: Signs of the spotting grid by family, ``code: French label`` (domain.md §3.2).
SIGNS: dict[str, dict[str, str]] = {
    "behaviour": {
        "repeated_runaway": "Fugues répétées, y compris courtes",
        "disappearing_far": "Déplacements fréquents dans d'autres villes, départements, à l'étranger",
        "sudden_change": "Changement brutal : agressivité, colère, irritabilité, tristesse, pleurs",
        "self_harm": "Scarifications, mise en danger de soi, tentative de suicide",
        "sleep_anxiety": "Troubles du sommeil, peurs, paniques",
        "night_absences": "Sorties nocturnes, absences inexpliquées, fatigue le matin",
        "disproportionate_phone": "Panique ou colère démesurée quand le téléphone est retiré",
        "secrecy": "Mensonges répétés, réponses apprises, évitement",
        "sexualised_language": "Langage cru, évocation de relations dégradantes, termes inadaptés à l'âge",
        "banalisation": "Discours banalisant",
        "minimises_age": "Se fait passer pour majeur·e, cache son âge",
    },
    "material": {
        "unexplained_cash": "Sommes d'argent inexpliquées",
        "gifts_luxury": "Cadeaux, vêtements ou produits de luxe inexpliqués",
        "leisure_mismatch": "Loisirs sans rapport avec l'argent de poche",
        "several_phones": "Plusieurs téléphones, changements fréquents de numéro",
        "clothes_change": "Tenue hypersexualisée ou au contraire négligée ; tenues de rechange",
        "hotel_traces": "Cartes, clés, réservations d'hôtel ou de location de courte durée",
        "sexual_health_items": "Préservatifs, lubrifiant, lingerie en quantité",
        "transport_tickets": "Billets de train, VTC, taxis inexpliqués",
        "allowance_unused": "Ne réclame plus l'argent de poche du foyer",
        "tattoo_mark": "Tatouage ou marque imposée, surnom",
    },
    "relations": {
        "new_older_contacts": "Nouvelles fréquentations, plus âgées, inconnues",
        "controlling_boyfriend": "« Petit ami » possessif, plus âgé, qui contrôle",
        "isolation": "Isolement, rupture avec les ami·es et la famille",
        "family_break": "Rupture familiale, conflit aigu",
        "vehicle_near_home": "Véhicules inconnus qui attendent près du foyer ou du collège",
        "peer_recruiting": "Propose ou se voit proposer « un plan » par une amie",
        "debt_threat": "Dettes, chantage, menaces, peur d'un tiers",
        "accompanied_always": "Toujours accompagné·e, quelqu'un parle à sa place",
    },
    "health": {
        "injuries": "Ecchymoses, traumatismes, cicatrices, dissimulés",
        "sti_pregnancy_requests": "Demandes répétées : dépistage, test de grossesse, IVG, contraception",
        "substances": "Alcool, drogues, médicaments, protoxyde d'azote",
        "hygiene_change": "Douches très fréquentes ou absence de toilette",
        "weight_change": "Prise ou perte de poids rapide",
        "dissociation": "Absence, anesthésie émotionnelle, psychotraumatisme",
        "early_pregnancy": "Grossesse précoce",
    },
    "school": {
        "absenteeism": "Absentéisme, retards, exclusions",
        "dropout": "Décrochage, déscolarisation",
        "fall_in_results": "Chute des résultats, endormissements",
        "rumours_images": "Rumeurs, images intimes qui circulent",
        "leaves_with_adults": "Part avec des adultes à la sortie",
    },
    "digital": {
        "intense_messaging": "Usage intensif, échanges avec des inconnus",
        "ads_profiles": "Annonce ou profil (site, réseaux)",
        "recruit_offers": "Sollicitations d'argent, de « shooting », de logement en ligne",
        "paid_images": "Vente d'images ou de vidéos, caméra payante",
        "money_apps": "Applications de paiement, cartes prépayées, cryptomonnaie",
        "geo_shared": "Localisation partagée avec un tiers",
        "blackmail_images": "Chantage aux images",
    },
}
SIGN_CODES = tuple(code for family in SIGNS.values() for code in family)
#: Signs that say something of the child's health: their very code is sealed (domain.md §4.3).
HEALTH_SIGNS = frozenset({*SIGNS["health"], "self_harm", "sleep_anxiety", "sexual_health_items"})


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

"""Coded answers of a filing: who files and how (domain.md §1.2, §2.1, §4.5), facts, signs (§3.1, §3.2)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.languages import Text
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


class PlaceType(Coded):
    """Where a fact took place (domain.md §3.5)."""

    HOTEL = "hotel", _("Hôtel")
    SHORT_LET = "short_let", _("Location de courte durée")
    HOME = "home", _("Domicile")
    RESIDENTIAL = "residential", _("Foyer / MECS")
    STREET = "street", _("Rue")
    VEHICLE = "vehicle", _("Véhicule")
    SCHOOL = "school", _("Établissement scolaire")
    ONLINE = "online", _("En ligne")
    ABROAD = "abroad", _("Étranger")
    UNKNOWN = "unknown", _("Inconnu")


class FactSource(Coded):
    """How the filer knows a fact (domain.md §4.3)."""

    SEEN = "seen", _("Vu")
    HEARD_FROM_CHILD = "heard_from_child", _("Entendu de l'enfant")
    REPORTED = "reported", _("Rapporté par un tiers")
    DOCUMENT = "document", _("Document")


class SituationType(Coded):
    """Nature of the situation (domain.md §3.5)."""

    PRE_PROSTITUTION = "pre_prostitution", _("Situation pré-prostitutionnelle")
    OCCASIONAL = "occasional", _("Prostitution occasionnelle / échange")
    NETWORK_PIMPING = "network_pimping", _("Proxénétisme")
    LOVERBOY = "loverboy", _("Emprise d'un « petit ami »")
    PEERS = "peers", _("Entre pairs / recrutement par une amie")
    FAMILY = "family", _("Exploitation par un parent ou proche")
    ONLINE = "online", _("Exploitation en ligne")
    NO_THIRD_PARTY_KNOWN = "no_third_party_known", _("Sans tiers connu")
    FOREIGN_TRAFFICKING = "foreign_trafficking", _("Traite (mineurs étrangers, MNA)")
    UNKNOWN = "unknown", _("Non déterminé")


class EmergencyCall(Coded):
    """Who has been called already (domain.md §4.3)."""

    POLICE = "17", _("Police / gendarmerie (17)")
    PROSECUTOR = "prosecutor", _("Parquet")
    HELPLINE_119 = "119", "119"
    SAMU = "samu", _("SAMU (15)")
    CRIP = "crip", "CRIP"
    NOBODY = "nobody", _("Personne pour l'instant")


class SignMode(Coded):
    """How a sign is known; unticked never means absent (domain.md §3.1)."""

    OBSERVED = "observed", _("Observé par moi")
    REPORTED = "reported", _("Rapporté")
    NOT_KNOWN = "not_known", _("Non connu")


#: Signs of the spotting grid by family, ``code: label`` (domain.md §3.2).
SIGNS: dict[str, dict[str, Text]] = {
    "behaviour": {
        "repeated_runaway": _("Fugues répétées, y compris courtes"),
        "disappearing_far": _("Déplacements fréquents dans d'autres villes, départements, à l'étranger"),
        "sudden_change": _("Changement brutal : agressivité, colère, irritabilité, tristesse, pleurs"),
        "self_harm": _("Scarifications, mise en danger de soi, tentative de suicide"),
        "sleep_anxiety": _("Troubles du sommeil, peurs, paniques"),
        "night_absences": _("Sorties nocturnes, absences inexpliquées, fatigue le matin"),
        "disproportionate_phone": _("Panique ou colère démesurée quand le téléphone est retiré"),
        "secrecy": _("Mensonges répétés, réponses apprises, évitement"),
        "sexualised_language": _("Langage cru, évocation de relations dégradantes, termes inadaptés à l'âge"),
        "banalisation": _("Discours banalisant"),
        "minimises_age": _("Se fait passer pour une personne majeure, cache son âge"),
    },
    "material": {
        "unexplained_cash": _("Sommes d'argent inexpliquées"),
        "gifts_luxury": _("Cadeaux, vêtements ou produits de luxe inexpliqués"),
        "leisure_mismatch": _("Loisirs sans rapport avec l'argent de poche"),
        "several_phones": _("Plusieurs téléphones, changements fréquents de numéro"),
        "clothes_change": _("Tenue hypersexualisée ou au contraire négligée ; tenues de rechange"),
        "hotel_traces": _("Cartes, clés, réservations d'hôtel ou de location de courte durée"),
        "sexual_health_items": _("Préservatifs, lubrifiant, lingerie en quantité"),
        "transport_tickets": _("Billets de train, VTC, taxis inexpliqués"),
        "allowance_unused": _("Ne réclame plus l'argent de poche du foyer"),
        "tattoo_mark": _("Tatouage ou marque imposée, surnom"),
    },
    "relations": {
        "new_older_contacts": _("Nouvelles fréquentations, plus âgées, inconnues"),
        "controlling_boyfriend": _("« Petit ami » possessif, plus âgé, qui contrôle"),
        "isolation": _("Isolement, rupture avec les amis et la famille"),
        "family_break": _("Rupture familiale, conflit aigu"),
        "vehicle_near_home": _("Véhicules inconnus qui attendent près du foyer ou du collège"),
        "peer_recruiting": _("Propose ou se voit proposer « un plan » par une amie"),
        "debt_threat": _("Dettes, chantage, menaces, peur d'un tiers"),
        "accompanied_always": _("Jamais sans quelqu'un, qui parle à sa place"),
    },
    "health": {
        "injuries": _("Ecchymoses, traumatismes, cicatrices, dissimulés"),
        "sti_pregnancy_requests": _("Demandes répétées : dépistage, test de grossesse, IVG, contraception"),
        "substances": _("Alcool, drogues, médicaments, protoxyde d'azote"),
        "hygiene_change": _("Douches très fréquentes ou absence de toilette"),
        "weight_change": _("Prise ou perte de poids rapide"),
        "dissociation": _("Absence, anesthésie émotionnelle, psychotraumatisme"),
        "early_pregnancy": _("Grossesse précoce"),
    },
    "school": {
        "absenteeism": _("Absentéisme, retards, exclusions"),
        "dropout": _("Décrochage, déscolarisation"),
        "fall_in_results": _("Chute des résultats, endormissements"),
        "rumours_images": _("Rumeurs, images intimes qui circulent"),
        "leaves_with_adults": _("Part avec des adultes à la sortie"),
    },
    "digital": {
        "intense_messaging": _("Usage intensif, échanges avec des inconnus"),
        "ads_profiles": _("Annonce ou profil (site, réseaux)"),
        "recruit_offers": _("Sollicitations d'argent, de « shooting », de logement en ligne"),
        "paid_images": _("Vente d'images ou de vidéos, caméra payante"),
        "money_apps": _("Applications de paiement, cartes prépayées, cryptomonnaie"),
        "geo_shared": _("Localisation partagée avec un tiers"),
        "blackmail_images": _("Chantage aux images"),
    },
}
SIGN_CODES = tuple(code for family in SIGNS.values() for code in family)
#: Signs that say something of the child's health: their very code is sealed (domain.md §4.3).
HEALTH_SIGNS = frozenset({*SIGNS["health"], "self_harm", "sleep_anxiety", "sexual_health_items"})

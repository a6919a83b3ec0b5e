"""Coded answers about a fact: its place, its source, its kind, who was called (domain.md §3.5, §4.3)."""

from referrals.vocabulary.states import Coded


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

"""Coded answers about a fact: its place, its source, its kind, who was called (domain.md §3.5, §4.3)."""

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


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

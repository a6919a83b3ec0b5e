"""The signs of the spotting grid, by family, and how one is known (domain.md §3.1, §3.2)."""

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.vocabulary.states import Coded


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

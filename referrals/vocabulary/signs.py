"""The signs of the spotting grid, by family, and how one is known (domain.md §3.1, §3.2)."""

from referrals.vocabulary.states import Coded


class SignMode(Coded):
    """How a sign is known; unticked never means absent (domain.md §3.1)."""

    OBSERVED = "observed", "Observed by me", "Observé par moi"
    REPORTED = "reported", "Reported", "Rapporté"
    NOT_KNOWN = "not_known", "Not known", "Non connu"


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

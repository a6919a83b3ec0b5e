"""What each sign of the grid means, in one sentence, for whoever hesitates to tick it (domain.md §3)."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

MEANINGS: Final[Mapping[str, Any]] = {
    "repeated_runaway": _("L'enfant part sans prévenir, même pour une nuit, et ne dit pas où il était."),
    "disappearing_far": _("Un exploiteur déplace souvent l'enfant d'une ville à l'autre."),
    "sudden_change": _("L'entourage dit ne plus reconnaître l'enfant depuis quelques semaines."),
    "self_harm": _("Demande un avis médical sans attendre ; en cas de crise, appelez le 15."),
    "sleep_anxiety": _("Cauchemars, nuits sans sommeil, sursauts, peur de sortir ou de rester seul."),
    "night_absences": _("Absent la nuit ou tôt le matin, endormi en journée, sans explication."),
    "disproportionate_phone": _("Le téléphone est souvent le lien avec la personne qui contrôle l'enfant."),
    "secrecy": _("Les mêmes phrases reviennent, le récit change, les questions simples sont évitées."),
    "sexualised_language": _(
        "Des mots du milieu de la prostitution, ou une connaissance que l'âge n'explique pas."
    ),
    "banalisation": _("Par exemple : « je gère », « c'est de l'argent facile », « tout le monde le fait »."),
    "minimises_age": _(
        "Faux papiers, fausse date de naissance sur un profil, maquillage pour paraître adulte."
    ),
    "unexplained_cash": _("Plus d'argent que l'enfant ne peut en avoir reçu ou gagné."),
    "gifts_luxury": _("Le cadeau peut venir de la personne qui recrute, ou être une forme de paiement."),
    "leisure_mismatch": _("Restaurants, soirées, salons de beauté, voyages que personne ne dit avoir payés."),
    "several_phones": _("Un second téléphone sert souvent aux contacts que l'on cache."),
    "clothes_change": _("Des vêtements emportés dans un sac et qui ne servent pas à l'école."),
    "hotel_traces": _("L'exploitation a souvent lieu à l'hôtel ou dans un logement loué à la nuit."),
    "sexual_health_items": _("En nombre inhabituel, dans le sac ou la chambre, vus sans fouiller."),
    "transport_tickets": _("Des trajets payés par quelqu'un d'autre, la nuit ou loin."),
    "allowance_unused": _("L'enfant a une autre source d'argent."),
    "tattoo_mark": _("Une marque ou un prénom peut signifier l'appartenance à quelqu'un."),
    "new_older_contacts": _("Des personnes dont l'enfant ne donne que le prénom ou le pseudonyme."),
    "controlling_boyfriend": _(
        "Il décide des sorties, du téléphone, des vêtements ; l'enfant le défend ou le craint."
    ),
    "isolation": _("La personne qui exploite coupe l'enfant de ceux qui pourraient l'aider."),
    "family_break": _("Un enfant rejeté ou en conflit accepte plus facilement qu'on l'héberge."),
    "vehicle_near_home": _("Notez la plaque, l'heure et le lieu, sans vous approcher."),
    "peer_recruiting": _("Une victime peut être poussée à en recruter d'autres : elle reste une victime."),
    "debt_threat": _("Une dette, souvent inventée, sert à obliger l'enfant à continuer."),
    "accompanied_always": _("L'enfant n'est jamais seul avec un adulte à qui il pourrait parler."),
    "injuries": _("Des traces cachées par les vêtements, ou expliquées de plusieurs façons."),
    "sti_pregnancy_requests": _("C'est la répétition qui alerte, non une demande isolée."),
    "substances": _("Un produit peut servir à supporter les actes, ou à obliger l'enfant."),
    "hygiene_change": _(
        "Se laver sans cesse, ou ne plus prendre soin de soi, peut suivre des violences sexuelles."
    ),
    "weight_change": _("Sans maladie connue, en quelques semaines."),
    "dissociation": _("L'enfant paraît ailleurs, raconte le pire sans émotion, ne se souvient plus."),
    "early_pregnancy": _("En dessous de 15 ans surtout, ou quand l'enfant ne peut pas dire qui est le père."),
    "absenteeism": _("Des absences nouvelles, les mêmes jours, ou les lendemains de sortie."),
    "dropout": _("L'enfant ne vient plus, ou n'est plus inscrit nulle part."),
    "fall_in_results": _("Une baisse nette en peu de temps, chez un enfant qui suivait."),
    "rumours_images": _("Ne regardez pas les images et ne les transférez pas : notez qui vous en a parlé."),
    "leaves_with_adults": _("Des adultes que l'école et la famille ne connaissent pas."),
    "intense_messaging": _("Des messages à toute heure, de personnes que l'enfant n'a jamais rencontrées."),
    "ads_profiles": _("Notez l'adresse ou le pseudonyme que l'on vous a montré ; ne créez pas de compte."),
    "recruit_offers": _("De fausses offres d'emploi ou de photos servent à recruter."),
    "paid_images": _("Vendre ses images est déjà une exploitation quand l'enfant est mineur."),
    "money_apps": _("Des sommes reçues de personnes que l'enfant ne connaît pas."),
    "geo_shared": _("Quelqu'un suit en permanence où se trouve l'enfant."),
    "blackmail_images": _("Menacé de voir ses images diffusées, l'enfant obéit. Aide : 3018."),
}

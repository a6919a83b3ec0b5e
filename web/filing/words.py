"""Labels of the concern form, question by question (domain.md §3.6, §4.1–4.5).

``referrals/filing/form.py`` declares the answers; this module has only the wording. A question puts no category on the
child, and says why it is asked where that isn't plain.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from web.forms import Ask, Follow
from web.numbers import dial_lazy

#: Where a child is, said of « un enfant » whatever the sex.
_WHEREABOUTS: Final = (("sheltered", _("Mis à l'abri")), ("known", _("Localisé")))
NOT_TOLD: Final = _("Non communiqué")
UNKNOWN: Final = _("Je ne sais pas")
YES: Final = ("yes",)

# --- What reached the cell otherwise (§4.5) ---------------------------------------------------------------

RECEPTION: Final = (
    Ask(
        "channel",
        _("Comment est-ce arrivé ?"),
        only=("phone", "letter", "email", "in_person", "119", "prosecutor_request"),
    ),
    Ask(
        "received_at",
        _("Reçu le, à"),
        _("Le jour et l'heure de l'appel ou du courrier : le délai légal court à partir de là."),
    ),
    Ask(
        "received_late_reason",
        _("Si cela remonte à plusieurs jours : pourquoi le saisir seulement maintenant ?"),
        rows=2,
        optional=True,
    ),
)

# --- The child ------------------------------------------------------------------------------------------

IDENTITY: Final = (
    Ask(
        "identity_known",
        _("Connaissez-vous l'identité de l'enfant ?"),
        _("Une transmission est recevable même si vous ne savez pas qui est l'enfant."),
        inline=True,
    ),
    Ask("last_name", _("Nom de famille"), width="half", unknown=UNKNOWN),
    Ask("first_names", _("Prénoms"), width="half", unknown=UNKNOWN),
    Ask("birth_date", _("Date de naissance"), unknown=UNKNOWN),
    Ask("sex", _("Sexe ou genre"), _("Les garçons aussi sont concernés."), inline=True),
)
AGE: Final = (
    Ask(
        "age_estimated_min",
        _("Âge minimal"),
        _("En années. Dans le doute, considérez que l'enfant est mineur."),
    ),
    Ask("age_estimated_max", _("Âge maximal"), _("En années.")),
)
PLACE: Final = (
    Ask(
        "address",
        _("Adresse habituelle"),
        _("Numéro, rue, bâtiment ; ou le foyer qui héberge l'enfant."),
        rows=1,
        unknown=UNKNOWN,
    ),
    Ask(
        "whereabouts",
        _("Où se trouve l'enfant maintenant ?"),
        _("« Localisé » : vous savez où l'enfant se trouve en ce moment."),
        instead=_WHEREABOUTS,
        follow=Follow(
            ("runaway",),
            (
                Ask("runaway_since", _("En fugue depuis le"), unknown=UNKNOWN),
                Ask("last_seen_place", _("Dernier lieu où l'enfant a été vu"), rows=1, unknown=UNKNOWN),
                Ask(
                    "police_report_ref",
                    _("Déclaration à la police ou à la gendarmerie"),
                    _(
                        "Numéro de la déclaration, ou service qui l'a prise. Toute fugue se déclare sans délai."
                    ),
                    width="half",
                    rows=1,
                    unknown=UNKNOWN,
                ),
            ),
            _("Si l'enfant est en fugue"),
        ),
    ),
    Ask(
        "whereabouts_detail",
        _("Précisions sur ce lieu"),
        _("Adresse, chambre, véhicule."),
        rows=1,
        optional=True,
    ),
    Ask(
        "safe_contact_way",
        _("Comment joindre l'enfant sans risque ?"),
        _(
            "Dites aussi ce qu'il ne faut pas faire : numéro surveillé, heures à éviter. Ne sera "
            "jamais montré aux parents."
        ),
        rows=2,
        optional=True,
    ),
)
LIFE: Final = (
    Ask(
        "current_measure",
        _("Une mesure de protection ou un suivi est-il en cours ?"),
        _("Par exemple : aide éducative à domicile, placement, suivi par un service social."),
        inline=True,
        follow=Follow(
            YES, (Ask("current_measure_detail", _("Laquelle, par quel service ?"), rows=2, optional=True),)
        ),
    ),
)
MORE_OF_CHILD: Final = (
    Ask("usual_name", _("Nom d'usage"), width="half", optional=True),
    Ask("nickname", _("Surnom ou pseudonyme"), width="half", optional=True),
    Ask("mother_birth_name", _("Nom de naissance de la mère"), width="half", optional=True),
    Ask("age_source", _("D'où vient l'estimation de l'âge ?"), width="half", rows=1, optional=True),
    Ask("living_with", _("Avec qui vit l'enfant ?"), width="half", optional=True),
    Ask("school_name", _("Établissement scolaire"), width="half", optional=True),
    Ask("school_level", _("Classe"), width="short", optional=True),
    Ask("attendance", _("Assiduité"), optional=True),
    Ask("disability", _("Situation de handicap, reconnue ou supposée"), rows=1, optional=True),
    Ask("language", _("Langue, besoin d'interprète"), width="half", optional=True),
    Ask("unaccompanied", _("L'enfant est-il un mineur non accompagné ?"), inline=True, optional=True),
    Ask("nationality_hint", _("Nationalité, si elle est utile à la protection"), width="half", optional=True),
)
SIBLING: Final = (
    Ask("last_name", _("Nom de famille"), width="half", optional=True),
    Ask("first_names", _("Prénoms"), width="half", optional=True),
    Ask("birth_date", _("Date de naissance"), optional=True),
    Ask("sex", _("Sexe ou genre"), inline=True, optional=True),
    Ask("school_name", _("Établissement scolaire"), width="half", optional=True),
)

# --- The family -----------------------------------------------------------------------------------------

HOLDER: Final = (
    Ask("name", _("Nom et prénom"), width="half"),
    Ask("link", _("Lien avec l'enfant")),
    Ask("phone", _("Téléphone"), width="half", optional=True),
    Ask("address", _("Adresse, si elle est différente"), rows=1, optional=True),
    Ask(
        "implicated",
        _("Cette personne est-elle impliquée dans ce qui vous inquiète ?"),
        inline=True,
        optional=True,
    ),
)
HOME: Final = (
    Ask(
        "holder_implicated",
        _("Un titulaire de l'autorité parentale est-il impliqué ?"),
        _("La réponse change ce que l'on dit aux parents, et quand."),
        inline=True,
        follow=Follow(YES, (Ask("holder_implicated_text", _("De quelle façon ?"), rows=3, optional=True),)),
    ),
    Ask(
        "has_household_minors",
        _("D'autres enfants vivent-ils au domicile ?"),
        _("La loi demande d'évaluer aussi leur situation."),
        inline=True,
    ),
    Ask("other_adults", _("Autres adultes au domicile"), rows=1, optional=True),
    Ask(
        "parental_authority",
        _("Exercice de l'autorité parentale"),
        _("Séparation, jugement, délégation."),
        rows=1,
        optional=True,
    ),
)

# --- What happened --------------------------------------------------------------------------------------

FACT: Final = (
    Ask(
        "text",
        _("Que s'est-il passé ?"),
        _("Un fait à la fois, sans interpréter. Les mots de l'enfant entre guillemets."),
        rows=8,
    ),
    Ask("source", _("Comment le savez-vous ?")),
    Ask("on", _("Date"), optional=True),
    Ask(
        "period",
        _("Sinon, période"),
        _("Par exemple : depuis la rentrée, le week-end."),
        width="half",
        optional=True,
    ),
    Ask("place_type", _("Lieu"), inline=True, optional=True),
    Ask("place_text", _("Précisions sur le lieu"), rows=1, optional=True),
)
WORDS_OF_CHILD: Final = (
    Ask(
        "child_words",
        _("Qu'a dit l'enfant ?"),
        _(
            "Ses mots exacts, entre guillemets, même crus : dans quelle situation, à qui. N'interrogez pas l'enfant."
        ),
        rows=6,
        optional=True,
    ),
    Ask(
        "child_words_how",
        _("Comment ces mots ont-ils été recueillis ?"),
        _("Par qui, quand, où ; spontanés ou en réponse à quelle question ; notés aussitôt ou de mémoire."),
        rows=2,
        optional=True,
    ),
    Ask("child_opinion", _("Que pense l'enfant de cette transmission ?"), rows=3, unknown=UNKNOWN),
    Ask(
        "child_not_heard",
        _("Si vous n'avez rien entendu de l'enfant : pourquoi ?"),
        kind="select",
        nothing=_("Sans réponse"),
        width="half",
    ),
    Ask("child_informed", _("L'enfant sait-il que vous transmettez ?"), inline=True),
)
SITUATION: Final = (
    Ask(
        "situation_type",
        _("Quelle est la nature de la situation, selon vous ?"),
        _("Plusieurs réponses sont possibles. « Non déterminé » est une réponse."),
    ),
    Ask(
        "prostitution_status_filer",
        _("Quelle est votre certitude qu'il s'agit d'une situation prostitutionnelle ?"),
        _("Votre avis oriente l'analyse ; il ne décide de rien. L'enfant est victime dans tous les cas."),
        unknown=UNKNOWN,
        only=("none", "at_risk", "suspected", "established"),
    ),
)
THIRD_PARTY: Final = (
    Ask("role", _("Rôle présumé"), _("Ce que vous supposez : l'enquête l'établira.")),
    Ask("name", _("Nom, prénom ou surnom"), width="half", optional=True),
    Ask("age", _("Âge ou tranche d'âge"), width="short", optional=True),
    Ask("is_minor", _("Cette personne est-elle mineure ?"), inline=True, optional=True),
    Ask("link", _("Lien avec l'enfant"), optional=True),
    Ask("phone", _("Téléphone"), width="half", optional=True),
    Ask("vehicle", _("Véhicule, immatriculation"), width="half", optional=True),
    Ask("address", _("Adresse ou lieu habituel"), rows=1, optional=True),
)
OTHERS: Final = (
    Ask(
        "other_victims",
        _("D'autres mineurs sont-ils concernés ?"),
        inline=True,
        follow=Follow(
            YES,
            (Ask("other_victims_text", _("De qui s'agit-il, et que savez-vous ?"), rows=3, optional=True),),
        ),
    ),
    Ask("gang_known", _("Plusieurs personnes exploitent-elles l'enfant ?"), inline=True, optional=True),
    Ask("money_flow", _("Argent : moyens de paiement, sommes, qui les reçoit"), rows=3, optional=True),
)
TRACE: Final = (
    Ask("platform", _("Site ou application"), width="half"),
    Ask("handle", _("Compte ou pseudonyme"), width="half", optional=True),
    Ask("url", _("Adresse de la page"), optional=True),
    Ask("phone", _("Téléphone affiché"), width="half", optional=True),
    Ask("on", _("Vu le"), optional=True),
    Ask(
        "capture_kept",
        _("Une capture d'écran a été conservée"),
        _("Ne l'envoyez pas si elle montre une nudité : décrivez-la."),
    ),
)

# --- Danger, and what was done --------------------------------------------------------------------------

DANGER: Final = (
    Ask(
        "danger_now",
        _("L'enfant est-il en danger immédiat ?"),
        dial_lazy(_("Si oui, appelez d'abord le 17, ou le 114 par SMS.")),
        inline=True,
        follow=Follow(YES, (Ask("danger_what", _("Quel danger, et pourquoi maintenant ?"), rows=4),)),
    ),
    Ask(
        "emergency_done", _("Qui avez-vous déjà appelé ?"), _("« Personne pour l'instant » est une réponse.")
    ),
)
DONE: Final = (
    Ask(
        "prior_actions",
        _("Qu'avez-vous déjà fait, avec quel résultat ?"),
        _("Entretiens, aides proposées, contacts avec d'autres professionnels."),
        unknown=UNKNOWN,
    ),
    Ask(
        "prior_reports",
        _("Y a-t-il déjà eu une transmission ou un signalement ?"),
        inline=True,
        optional=True,
        follow=Follow(YES, (Ask("prior_reports_text", _("Quand, à qui ?"), rows=3, optional=True),)),
    ),
    Ask("strengths", _("Personnes ressources, points d'appui"), rows=3, optional=True),
    Ask(
        "health_facts",
        _("Éléments de santé utiles"),
        _("Le strict nécessaire. Lu par les seules personnes qui ont à connaître de la santé."),
        rows=3,
        optional=True,
    ),
    Ask("expectation", _("Qu'attendez-vous de cette transmission ?"), rows=3, optional=True),
)
JUSTICE: Final = (
    Ask(
        "variant",
        _("Avez-vous déjà saisi directement le procureur ?"),
        _(
            "Si oui, cette transmission est la copie de votre signalement, que la loi demande d'adresser "
            "au département (CASF L226-4)."
        ),
        inline=True,
        only=("standard", "copy_of_direct_report"),
        instead=(("standard", _("Non")), ("copy_of_direct_report", _("Oui"))),
        follow=Follow(
            ("copy_of_direct_report",),
            (
                Ask("direct_report_recipient", _("À quel parquet ?"), width="half"),
                Ask("direct_report_sent_on", _("Envoyé le")),
                Ask("direct_report_document", _("Texte du signalement"), rows=10),
            ),
        ),
    ),
)
PARENTS: Final = (
    Ask(
        "parents_informed",
        _("Les parents sont-ils informés de cette transmission ?"),
        inline=True,
        follow=Follow(
            YES,
            (
                Ask("parents_informed_on", _("Le")),
                Ask("parents_informed_by", _("Par qui ?"), width="half"),
                Ask("parents_informed_how", _("Comment ?"), _("Entretien, téléphone, lettre."), rows=2),
                Ask("parents_reaction", _("Leur réaction"), rows=3, optional=True),
            ),
            _("Si oui"),
        ),
        otherwise=Follow(
            ("no", "unknown"),
            (
                Ask(
                    "not_informed_reason",
                    _("Pour quel motif ?"),
                    _(
                        "N'informez pas les parents si l'un d'eux est impliqué, si l'enfant risque des représailles ou une fugue."
                    ),
                ),
                Ask("not_informed_text", _("Précisions sur ce motif"), rows=3, optional=True),
            ),
            _("Sinon"),
        ),
    ),
)

# --- Who files ------------------------------------------------------------------------------------------

SELF: Final = (
    Ask("filer_name", _("Vos nom et prénom"), width="half", rows=1, auto="name", unknown=NOT_TOLD),
    Ask(
        "filer_email", _("Votre courriel professionnel"), width="half", rows=1, auto="email", unknown=NOT_TOLD
    ),
    Ask(
        "filer_phone",
        _("Votre téléphone"),
        _("Pour que la cellule puisse vous rappeler."),
        width="half",
        rows=1,
        auto="tel",
        optional=True,
    ),
    Ask("filer_profession", _("Votre profession"), width="half", unknown=NOT_TOLD),
    Ask("filer_org", _("Votre structure"), width="half", rows=1, auto="organization", unknown=NOT_TOLD),
    Ask("filer_org_type", _("Type de structure"), width="half", optional=True),
)
TIE: Final = (
    Ask(
        "filer_role_to_child",
        _("Votre lien avec l'enfant"),
        _("Par exemple : professeur principal, infirmière du collège, voisin."),
        width="half",
        rows=1,
        unknown=UNKNOWN,
    ),
    Ask(
        "filer_is_source",
        _("Avez-vous vu ou entendu vous-même ce que vous rapportez ?"),
        _("« Non » si quelqu'un d'autre vous l'a raconté : votre transmission compte autant."),
        inline=True,
    ),
    Ask(
        "bound_by_secrecy",
        _("Êtes-vous soumis au secret professionnel ?"),
        _("Le secret n'interdit pas cette transmission (code pénal, 226-14)."),
        inline=True,
        optional=True,
    ),
)
ANSWER: Final = (
    Ask("feedback_channel", _("Comment souhaitez-vous recevoir des nouvelles des suites ?"), unknown=UNKNOWN),
    Ask("feedback_contact", _("Comment vous joindre sans risque ?"), rows=2, optional=True),
    Ask(
        "confidentiality_wish",
        _("Souhaitez-vous que votre identité ne soit pas révélée à la famille ?"),
        inline=True,
        optional=True,
    ),
)
NOTICE: Final = (
    Ask("good_faith_notice", _("J'ai lu ce qui précède et je transmets de bonne foi ce que je sais.")),
)

# --- The short lane: who, where, what (T03) --------------------------------------------------------------

URGENT_FACT: Final = (
    Ask("text", _("Que se passe-t-il ?"), _("Ce que vous voyez ou entendez, en quelques mots."), rows=4),
    Ask("source", _("Comment le savez-vous ?"), inline=True),
)
URGENT: Final = (
    Ask("danger_what", _("Quel danger, et pourquoi maintenant ?"), rows=3),
    Ask(
        "emergency_done", _("Qui avez-vous déjà appelé ?"), _("« Personne pour l'instant » est une réponse.")
    ),
)
URGENT_SELF: Final = (
    Ask(
        "filer_phone",
        _("Numéro où vous rappeler"),
        _("La personne d'astreinte vous appelle si elle a besoin d'en savoir plus."),
        width="half",
        rows=1,
        auto="tel",
        unknown=_("On ne peut pas me rappeler"),
    ),
)
URGENT_CHILD: Final = (
    Ask("whereabouts", _("Où se trouve l'enfant maintenant ?"), inline=True, instead=_WHEREABOUTS),
    Ask(
        "whereabouts_detail",
        _("Précisions sur ce lieu"),
        _("Adresse, chambre, véhicule."),
        rows=1,
        optional=True,
    ),
    Ask(
        "identity_known",
        _("Connaissez-vous l'identité de l'enfant ?"),
        inline=True,
        follow=Follow(
            ("known", "partial"),
            (
                Ask("last_name", _("Nom de famille"), width="half", optional=True),
                Ask("first_names", _("Prénoms"), width="half", optional=True),
                Ask("birth_date", _("Date de naissance"), optional=True),
            ),
        ),
        otherwise=Follow(
            ("partial", "unknown"),
            (
                Ask("age_estimated_min", _("Âge minimal"), optional=True),
                Ask("age_estimated_max", _("Âge maximal"), optional=True),
            ),
        ),
    ),
)

"""Articles in R and D of the Code de l'action sociale et des familles."""

from datetime import date
from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.law.article import Article, Checked, Code

_article = partial(Article, code=Code.CASF)
#: The section of R221-1 and following.
_SERVICE: Final = "LEGISCTA000006145438"
#: When the decree 2016-1476 of 28 October 2016 on the assessment came into force.
_DECREE_OF_2016: Final = date(2016, 11, 4)

ARTICLES: Final = (
    _article(
        number="R221-2",
        says=_(
            "Pour une personne majeure de moins de vingt et un ans, ou émancipée, le président du conseil "
            "départemental n'agit qu'à sa demande. L'accord de ses parents ne la lie plus."
        ),
        checked=Checked.FULL,
        place=_SERVICE,
    ),
    _article(
        number="R221-5",
        says=_(
            "Avant de transmettre ce qui concerne une famille partie dans un autre département, le président du "
            "conseil départemental d'origine informe les parents et, pour une prestation, recueille leur accord écrit. "
            "Il ne le fait pas si c'est contraire à l'intérêt de l'enfant."
        ),
        checked=Checked.FULL,
        place=_SERVICE,
    ),
    _article(
        number="R221-6",
        says=_(
            "Le département d'origine transmet la copie des informations recueillies, des décisions, des rapports et "
            "du projet pour l'enfant. Si le juge laisse la mesure au département d'origine, il ne transmet que la "
            "décision et les éléments nécessaires au paiement."
        ),
        checked=Checked.FULL,
        place=_SERVICE,
    ),
    _article(
        number="R221-7",
        says=_(
            "Les documents partent dans les meilleurs délais, sous pli confidentiel et en recommandé avec avis de "
            "réception. Ils peuvent être transmis par voie électronique, selon les règles de sécurité de "
            "l'administration."
        ),
        checked=Checked.PART,
        place=_SERVICE,
    ),
    _article(
        number="R221-8",
        says=_(
            "Seuls les agents désignés un par un et habilités par le président du conseil départemental ont accès à "
            "ces données. Ils n'y accèdent que pour les missions qui leur sont confiées."
        ),
        checked=Checked.PART,
        place=_SERVICE,
    ),
    _article(
        number="R221-9",
        says=_(
            "Les données peuvent être conservées deux ans après la dernière opération ou la dernière mesure, cinq ans "
            "pour une action éducative en milieu ouvert, dix ans pour un enfant placé. Après la majorité elles ne sont "
            "plus transmises, sauf si une mesure d'action éducative est en cours."
        ),
        checked=Checked.PART,
        place=_SERVICE,
    ),
    _article(
        number="R221-10",
        says=_(
            "Les parents informés d'une information préoccupante le sont aussi de l'informatisation de ces données. "
            "Ils exercent leurs droits d'accès et de rectification auprès du président du conseil départemental."
        ),
        checked=Checked.PART,
        place=_SERVICE,
    ),
    _article(
        number="R222-6",
        says=_(
            "L'accompagnement d'un jeune majeur, formalisé dans un projet, répond à six besoins : des ressources, un "
            "logement, un emploi ou une formation, l'accès aux soins, les démarches administratives, un soutien "
            "éducatif et social. L'entretien qui précède la majorité permet de les préparer."
        ),
        since=date(2022, 8, 7),
        checked=Checked.PART,
    ),
    _article(
        number="R226-2-2",
        says=_(
            "Une information préoccupante alerte la cellule sur un mineur dont la santé, la sécurité, la moralité, "
            "l'éducation ou le développement sont en danger ou risquent de l'être. Elle sert à évaluer sa situation et "
            "à déterminer la protection et l'aide dont il peut bénéficier."
        ),
        checked=Checked.PART,
    ),
    _article(
        number="D223-13",
        says=_(
            "Le projet pour l'enfant se construit avec les parents, l'enfant et tous ceux qui participent à sa vie, à "
            "partir de l'évaluation de sa situation. Il est mis à jour au moins une fois par an, et tous les six mois "
            "avant deux ans."
        ),
        checked=Checked.FULL,
        since=date(2016, 10, 1),
        place="LEGIARTI000033167652",
    ),
    _article(
        number="D226-2-3",
        says=_(
            "L'évaluation apprécie le danger pour l'enfant et les autres mineurs du domicile, et non la véracité des "
            "faits allégués. Elle est menée indépendamment des procédures judiciaires, selon le référentiel national."
        ),
        checked=Checked.FULL,
    ),
    _article(
        number="D226-2-4",
        says=_(
            "L'évaluation est faite dans les trois mois de la réception de l'information préoccupante, et plus vite "
            "selon le danger et l'âge, notamment avant deux ans. Si elle fait apparaître un danger dont le procureur "
            "doit être avisé (CASF L226-4), la justice est saisie."
        ),
        checked=Checked.FULL,
        since=_DECREE_OF_2016,
        place="LEGIARTI000033336311",
    ),
    _article(
        number="D226-2-5",
        says=_(
            "L'équipe qui évalue compte au moins deux professionnels de champs différents : socio-éducatif, social, "
            "santé ou psychologie. Sauf exception, elle ne compte pas ceux qui suivent déjà la famille."
        ),
        checked=Checked.FULL,
    ),
    _article(
        number="D226-2-6",
        says=_(
            "Sauf intérêt contraire de l'enfant, les parents sont informés de l'évaluation ; l'équipe les rencontre et "
            "rencontre l'enfant au moins une fois à leur domicile. Si elle ne peut pas rencontrer l'enfant, la justice "
            "est saisie."
        ),
        checked=Checked.FULL,
        since=_DECREE_OF_2016,
        place="LEGIARTI000033336315",
    ),
    _article(
        number="D226-2-7",
        says=_(
            "Le rapport a une conclusion commune, qui confirme ou écarte un danger ou un risque de danger. Elle "
            "propose un classement, des actions adaptées ou, avec ses arguments, la saisine de la justice."
        ),
        checked=Checked.FULL,
    ),
    _article(
        number="D226-2-8",
        says=_(
            "La personne qui n'est ni professionnelle ni élue reçoit, si elle le demande, la confirmation que son "
            "information a été prise en compte. Elle ne la reçoit pas si c'est contraire à l'intérêt de l'enfant, si "
            "cela peut le mettre en danger, ou la mettre elle-même en danger quand elle vit avec lui."
        ),
        checked=Checked.FULL,
        since=date(2022, 12, 31),
    ),
    _article(
        number="D226-3-4",
        says=_(
            "L'identité du mineur est remplacée, pour les observatoires, par un pseudonyme que l'on ne peut pas "
            "déchiffrer. Les résultats publiés ne permettent d'identifier personne, ni directement ni indirectement."
        ),
        checked=Checked.FULL,
    ),
)

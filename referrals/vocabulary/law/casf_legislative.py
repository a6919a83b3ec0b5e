"""Articles in L of the Code de l'action sociale et des familles."""

from datetime import date
from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.law.article import Article, Checked, Code

_article = partial(Article, code=Code.CASF)
#: The section of the cell and of concerns, L226-1 and following; that of benefits, L222-1 and following.
_CONCERNS: Final = "LEGISCTA000006157590"
_BENEFITS: Final = "LEGISCTA000006157583"
#: When the law of 7 February 2022 on the protection of children came into force.
_LAW_OF_2022: Final = date(2022, 2, 9)

ARTICLES: Final = (
    _article(
        number="L121-2",
        says=_(
            "Dans les quartiers et les lieux où l'insertion des jeunes et des familles est difficile, le département "
            "participe à des actions de prévention. La prévention spécialisée s'adresse à ceux qui sont en difficulté "
            "ou en rupture avec leur milieu."
        ),
        checked=Checked.PART,
    ),
    _article(
        number="L133-6",
        says=_(
            "Qui travaille ou intervient bénévolement dans un établissement ou un service de protection de l'enfance "
            "présente, avant de commencer, une attestation d'honorabilité de moins de six mois, puis une nouvelle tous "
            "les trois ans. Le département la délivre après consultation du casier judiciaire et du fichier des "
            "auteurs d'infractions sexuelles ou violentes."
        ),
        checked=Checked.NOT,
        read_in=None,
    ),
    _article(
        number="L221-1",
        says=_(
            "Le service de l'aide sociale à l'enfance soutient les enfants en danger ou qui risquent de l'être et leur "
            "famille, et organise le recueil des informations préoccupantes. Il soutient aussi, depuis la loi du "
            "7 février 2022, les mineurs en situation de prostitution, même occasionnelle."
        ),
        checked=Checked.PART,
        since=_LAW_OF_2022,
    ),
    _article(
        number="L221-2-1",
        says=_(
            "Un enfant pris en charge par l'aide sociale à l'enfance, autrement que par une mesure d'assistance "
            "éducative, peut être confié à un tiers qui l'accueille durablement et bénévolement. Le service informe, "
            "accompagne et contrôle ce tiers."
        ),
        checked=Checked.PART,
    ),
    _article(
        number="L221-2-6",
        says=_(
            "À tout enfant que l'aide sociale à l'enfance prend en charge, le président du conseil départemental "
            "propose un parrain ou une marraine, si c'est son intérêt et avec l'accord des parents. Il propose aussi "
            "un mentor, qui l'aide à devenir autonome."
        ),
        checked=Checked.PART,
        since=_LAW_OF_2022,
        place="LEGIARTI000045134717",
    ),
    _article(
        number="L221-3",
        says=_(
            "Quand une famille suivie, ou concernée par une information préoccupante en cours, change de département, "
            "le président du conseil départemental d'origine en informe celui du département d'accueil et lui transmet "
            "ce qui est utile. Il peut aussi demander à un autre département ce qu'il sait d'un enfant qui y a été "
            "signalé ou pris en charge."
        ),
        checked=Checked.PART,
    ),
    _article(
        number="L222-2",
        says=_(
            "L'aide à domicile est donnée, à sa demande ou avec son accord, à qui a la charge effective d'un enfant, "
            "quand la santé, la sécurité, l'entretien ou l'éducation de celui-ci l'exigent. Elle peut être donnée "
            "aussi aux mineurs émancipés et aux majeurs de moins de 21 ans qui ont des difficultés sociales."
        ),
        checked=Checked.FULL,
        place=_BENEFITS,
    ),
    _article(
        number="L222-3",
        says=_(
            "L'aide à domicile comprend l'intervention d'un technicien de l'intervention sociale et familiale, un "
            "accompagnement en économie sociale et familiale, l'action d'un service éducatif et des aides financières. "
            "Ces aides sont données ensemble ou séparément."
        ),
        checked=Checked.PART,
        place=_BENEFITS,
    ),
    _article(
        number="L222-4-2",
        says=_(
            "Sur décision du président du conseil départemental, un mineur est accueilli tout ou partie de la journée, "
            "si possible près de chez lui. L'accueil lui apporte un soutien éducatif et accompagne sa famille."
        ),
        checked=Checked.PART,
        place=_BENEFITS,
    ),
    _article(
        number="L222-5",
        says=_(
            "L'aide sociale à l'enfance prend en charge les mineurs qui ne peuvent pas rester provisoirement chez eux, "
            "ceux que le juge lui confie, les femmes enceintes et les mères isolées avec un enfant de moins de trois "
            "ans. Elle prend aussi en charge, jusqu'à 21 ans, les jeunes majeurs sans ressources ou soutien suffisants "
            "qui lui ont été confiés avant leur majorité."
        ),
        checked=Checked.FULL,
        place=_BENEFITS,
    ),
    _article(
        number="L222-5-1",
        says=_(
            "Un an au plus tard avant sa majorité, tout mineur pris en charge par l'aide sociale à l'enfance est reçu "
            "en entretien : son parcours, ses droits et les conditions d'un accompagnement lui sont dits. S'il est "
            "accueilli à dix-sept ans, l'entretien a lieu dès que possible ; une personne de confiance peut y assister."
        ),
        checked=Checked.PART,
        place=_BENEFITS,
    ),
    _article(
        number="L223-1",
        says=_(
            "Qui demande une prestation de l'aide sociale à l'enfance est informé de ses conditions et de ses "
            "conséquences, et peut se faire accompagner dans ses démarches. Une évaluation de la situation de l'enfant "
            "et de sa famille précède la prestation."
        ),
        checked=Checked.PART,
        since=date(2022, 2, 23),
    ),
    _article(
        number="L223-1-1",
        says=_(
            "Pour chaque mineur qui reçoit une prestation ou fait l'objet d'une mesure de protection, un document "
            "unique, le projet pour l'enfant, est établi et l'accompagne tout au long de son parcours. Il dit ce qui "
            "est fait, dans quel but, dans quels délais et pour combien de temps, et qui est le référent de l'enfant."
        ),
        checked=Checked.PART,
        since=_LAW_OF_2022,
        place="LEGIARTI000045136789",
    ),
    _article(
        number="L223-1-3",
        says=_(
            "Le mineur pris en charge par l'aide sociale à l'enfance peut désigner, par écrit ou de vive voix, une "
            "personne de confiance. Elle peut assister à l'entretien qui prépare sa majorité."
        ),
        checked=Checked.PART,
        since=_LAW_OF_2022,
        place="LEGIARTI000045135092",
    ),
    _article(
        number="L223-2",
        says=_(
            "Sans décision de justice, aucune admission à l'aide sociale à l'enfance ne se décide sans l'accord écrit "
            "des représentants légaux ; en urgence, l'enfant est recueilli cinq jours avant que la justice soit "
            "saisie. Un mineur en fugue et en danger immédiat peut être accueilli 72 heures, les parents et le "
            "procureur étant prévenus sans délai."
        ),
        checked=Checked.FULL,
        since=date(2007, 3, 6),
    ),
    _article(
        number="L223-5",
        says=_(
            "Sauf si la justice a confié l'enfant, aucune mesure ne dure plus d'un an ; elle est renouvelable. Le "
            "service établit un rapport sur la situation de l'enfant au moins une fois par an, et tous les six mois "
            "avant trois ans."
        ),
        checked=Checked.FULL,
    ),
    _article(
        number="L226-2-1",
        says=_(
            "Qui met en œuvre la protection de l'enfance ou lui apporte son concours transmet sans délai au président "
            "du conseil départemental toute information préoccupante. Les parents en sont informés avant, sauf si "
            "c'est contraire à l'intérêt de l'enfant."
        ),
        checked=Checked.FULL,
        place=_CONCERNS,
    ),
    _article(
        number="L226-2-2",
        says=_(
            "Les personnes soumises au secret professionnel qui participent à la protection de l'enfance peuvent "
            "partager entre elles ce qui est nécessaire à cette mission, et rien de plus. Les parents, et l'enfant "
            "selon son âge, en sont informés avant, sauf si c'est contraire à l'intérêt de l'enfant."
        ),
        checked=Checked.PART,
        place=_CONCERNS,
    ),
    _article(
        number="L226-3",
        says=_(
            "Le président du conseil départemental recueille, traite et évalue les informations préoccupantes dans une "
            "cellule, selon des protocoles passés avec l'État, la justice et leurs partenaires. Une équipe "
            "pluridisciplinaire évalue la situation de l'enfant selon un référentiel national, et celle des autres "
            "mineurs du domicile."
        ),
        checked=Checked.FULL,
        place=_CONCERNS,
    ),
    _article(
        number="L226-3-3",
        says=_(
            "Les informations sur les mesures dont bénéficient les mineurs et les jeunes de moins de 21 ans sont "
            "transmises au service statistique du ministère et, sous pseudonyme, aux observatoires de la protection de "
            "l'enfance. Elles ne servent qu'aux études, à la recherche et aux statistiques publiques."
        ),
        checked=Checked.PART,
        place=_CONCERNS,
    ),
    _article(
        number="L226-4",
        says=_(
            "Le président du conseil départemental avise sans délai le procureur quand un mineur est en danger et que "
            "l'aide n'a pas suffi, que la famille la refuse ou ne peut pas y collaborer, que l'évaluation est "
            "impossible, ou que le danger est grave et immédiat. Le professionnel qui saisit lui-même le procureur en "
            "adresse une copie au président du conseil départemental."
        ),
        checked=Checked.PART,
        since=date(2016, 3, 16),
        place=_CONCERNS,
    ),
    _article(
        number="L226-5",
        says=_(
            "Le président du conseil départemental informe dans les trois mois le professionnel ou l'élu des suites "
            "de ce qu'il a transmis ; il informe les autres personnes à leur demande. Quand il saisit la justice, il "
            "en informe les parents par écrit."
        ),
        checked=Checked.FULL,
        place="LEGIARTI000045137051",
    ),
)

"""Articles of the other codes, of the law of 4 March 2002 and of the RGPD."""

from datetime import date
from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.law.article import Article, Checked, Code

_read = partial(Article, checked=Checked.FULL)
_partly_read = partial(Article, checked=Checked.PART)
_not_read = partial(Article, checked=Checked.NOT, read_in=None)
#: When the law of 7 February 2022 on the protection of children came into force.
_LAW_OF_2022: Final = date(2022, 2, 9)
#: From when the RGPD applies (its article 99).
_APPLIES: Final = date(2018, 5, 25)

ARTICLES: Final = (
    _read(
        code=Code.CC,
        number="375",
        says=_(
            "Le juge des enfants peut ordonner des mesures d'assistance éducative quand la santé, la sécurité ou la "
            "moralité d'un mineur sont en danger, ou son éducation ou son développement gravement compromis. Une "
            "mesure dure deux ans au plus et peut être renouvelée ; un rapport est transmis au juge chaque année, et "
            "tous les six mois avant deux ans."
        ),
        since=_LAW_OF_2022,
        place="LEGIARTI000045136798",
    ),
    _read(
        code=Code.CC,
        number="375-1",
        says=_(
            "Le juge des enfants cherche l'adhésion de la famille, entend seul l'enfant capable de discernement et "
            "décide dans son seul intérêt. Si cet intérêt l'exige, il fait désigner un avocat pour l'enfant, ou un "
            "administrateur ad hoc s'il n'est pas capable de discernement."
        ),
    ),
    _read(
        code=Code.CC,
        number="375-2",
        says=_(
            "Chaque fois que c'est possible le mineur reste dans son milieu : le juge charge une personne ou un "
            "service d'aider la famille, pour un an au plus, renouvelable, quand l'aide est renforcée. Il peut "
            "autoriser le service à héberger l'enfant de façon exceptionnelle ou périodique, ou imposer des "
            "obligations."
        ),
        since=_LAW_OF_2022,
        place="LEGIARTI000045136808",
    ),
    _read(
        code=Code.CC,
        number="375-3",
        says=_(
            "Si la protection de l'enfant l'exige, le juge peut le confier à l'autre parent, à un proche, à l'aide "
            "sociale à l'enfance ou à un établissement. Sauf urgence, il fait évaluer un accueil par un proche avant "
            "de confier l'enfant à un service ou à un établissement."
        ),
        since=_LAW_OF_2022,
        place="LEGIARTI000045136622",
    ),
    _read(
        code=Code.CC,
        number="375-4",
        says=_(
            "Quand l'enfant est confié à un proche ou à un établissement, le juge peut charger un service d'aider ceux "
            "qui l'accueillent et sa famille. Quand il est confié à l'aide sociale à l'enfance, il peut à titre "
            "exceptionnel charger la protection judiciaire de la jeunesse de ce suivi, si le parquet le requiert par "
            "écrit."
        ),
        since=date(2019, 12, 30),
        place="LEGIARTI000041473294",
    ),
    _read(
        code=Code.CC,
        number="375-4-1",
        says=_(
            "Le juge des enfants peut proposer aux parents une médiation familiale et, avec leur accord, désigner un "
            "médiateur. Il ne la propose pas si des violences sont alléguées ou si l'un des parents a une emprise "
            "manifeste sur l'autre."
        ),
        since=_LAW_OF_2022,
        place="LEGIARTI000045134852",
    ),
    _read(
        code=Code.CC,
        number="375-5",
        says=_(
            "Le juge peut placer l'enfant à titre provisoire ; en urgence, le procureur du lieu où l'enfant a été "
            "trouvé le peut aussi et saisit le juge dans les huit jours. Le procureur peut de même interdire la sortie "
            "du territoire, pour deux mois au plus."
        ),
        since=date(2016, 6, 5),
        place="LEGIARTI000032655173",
    ),
    _read(
        code=Code.CC,
        number="375-6",
        says=_(
            "Le juge peut à tout moment modifier ou retirer ses décisions d'assistance éducative. Il le fait d'office "
            "ou à la requête des parents, de qui accueille l'enfant, du tuteur, du mineur ou du parquet."
        ),
        since=date(1987, 7, 24),
        place="LEGIARTI000006426814",
    ),
    _read(
        code=Code.CC,
        number="375-7",
        says=_(
            "Les parents gardent l'autorité parentale et, si l'enfant est confié, un droit de correspondance, de "
            "visite et d'hébergement que le juge fixe, encadre ou suspend. Le juge peut décider que le lieu d'accueil "
            "reste anonyme, et interdire la sortie du territoire pour deux ans au plus."
        ),
        since=_LAW_OF_2022,
        place="LEGIARTI000045136610",
    ),
    _read(
        code=Code.CC,
        number="375-9-1",
        says=_(
            "Si les prestations familiales ne servent pas aux besoins des enfants et que l'aide à domicile ne suffit "
            "pas, le juge peut les faire verser à un délégué aux prestations familiales. La mesure dure deux ans au "
            "plus et peut être renouvelée."
        ),
        since=_LAW_OF_2022,
        place="LEGIARTI000045136686",
    ),
    _read(
        code=Code.CC,
        number="377",
        says=_(
            "Les parents peuvent demander au juge de déléguer tout ou partie de l'exercice de leur autorité parentale "
            "à un proche, à un établissement ou à l'aide sociale à l'enfance. Qui a recueilli l'enfant peut aussi le "
            "demander, notamment s'ils s'en désintéressent ou ne peuvent pas l'exercer."
        ),
        since=date(2024, 3, 20),
        place="LEGIARTI000049294110",
    ),
    _read(
        code=Code.CC,
        number="378-1",
        says=_(
            "L'autorité parentale peut être retirée aux parents dont la conduite met manifestement l'enfant en danger, "
            "ou qui pendant plus de deux ans d'une mesure n'ont pas exercé leurs droits et devoirs. Le parquet, la "
            "famille, le tuteur ou l'aide sociale à l'enfance saisit le tribunal judiciaire."
        ),
        since=date(2020, 1, 1),
        place="LEGIARTI000039367649",
    ),
    _read(
        code=Code.CC,
        number="414",
        says=_("La majorité est fixée à dix-huit ans. À cet âge, chacun est capable d'exercer ses droits."),
        since=date(2009, 1, 1),
        place="LEGIARTI000006427400",
    ),
    _read(
        code=Code.CP,
        number="226-14",
        says=_(
            "Le secret professionnel n'interdit pas d'informer les autorités de maltraitances infligées à un mineur, "
            "et un professionnel de santé peut en informer le procureur ou la cellule sans l'accord du mineur. Le "
            "signalement fait de bonne foi n'engage aucune responsabilité, ni civile, ni pénale, ni disciplinaire."
        ),
    ),
    _read(
        code=Code.CP,
        number="227-23",
        says=_(
            "Enregistrer, transmettre, diffuser ou détenir l'image pornographique d'un mineur est puni de cinq ans "
            "d'emprisonnement et de 75 000 euros d'amende. Les peines sont plus lourdes si l'image est diffusée à tous "
            "par un réseau, ou en bande organisée."
        ),
    ),
    _read(
        code=Code.CP,
        number="434-4-1",
        says=_(
            "Qui sait qu'un mineur de moins de quinze ans a disparu et n'en informe pas les autorités, pour empêcher "
            "ou retarder les recherches, commet un délit. La peine est de deux ans d'emprisonnement et de 30 000 euros "
            "d'amende."
        ),
    ),
    _read(
        code=Code.CPC,
        number="1181",
        says=_(
            "Le juge compétent est celui du lieu où demeure l'un des parents, le tuteur, la personne ou le service à "
            "qui l'enfant a été confié, ou à défaut le mineur. Si cette personne déménage, il se dessaisit au profit "
            "du juge du nouveau lieu, sauf décision motivée."
        ),
    ),
    _read(
        code=Code.CPC,
        number="1183",
        says=_(
            "Le juge peut ordonner toute mesure d'information sur la personnalité et les conditions de vie du mineur "
            "et de ses parents. Ce sont notamment la mesure judiciaire d'investigation éducative, les examens médicaux "
            "et les expertises."
        ),
    ),
    _read(
        code=Code.CPC,
        number="1184",
        says=_(
            "Si le juge a placé l'enfant en urgence sans entendre la famille, il la convoque dans les quinze jours ; "
            "saisi par le procureur qui a placé l'enfant, il statue dans les quinze jours. Sinon l'enfant est rendu à "
            "ses parents, s'ils le demandent."
        ),
    ),
    _read(
        code=Code.CPC,
        number="1185",
        says=_(
            "Le juge décide au fond dans les six mois de la mesure provisoire, sinon l'enfant est rendu à ses parents "
            "s'ils le demandent. Il peut prolonger ce délai de six mois au plus, après avis du procureur."
        ),
    ),
    _partly_read(
        code=Code.CPP,
        number="40",
        says=_(
            "Le procureur de la République reçoit les plaintes et les dénonciations et décide de leur suite. Toute "
            "autorité et tout fonctionnaire qui apprend un crime ou un délit dans ses fonctions l'en avise sans délai."
        ),
    ),
    _partly_read(
        code=Code.CJPM,
        number="",
        says=_(
            "Ce code régit la responsabilité pénale des mineurs, atténuée selon leur âge, et cherche leur relèvement "
            "par des mesures éducatives. Avant treize ans, un mineur est présumé incapable de discernement et ne peut "
            "être condamné à une peine."
        ),
    ),
    _read(
        code=Code.PATRIMOINE,
        number="L211-4",
        says=_(
            "Sont des archives publiques les documents qui viennent de l'activité de l'État, des collectivités et des "
            "établissements publics. Le sont aussi ceux des personnes privées qui gèrent un service public ou exercent "
            "une mission de service public."
        ),
        since=date(2016, 7, 9),
    ),
    _read(
        code=Code.PATRIMOINE,
        number="L212-2",
        says=_(
            "Quand les archives publiques ne servent plus couramment, elles sont triées entre celles que l'on conserve "
            "et celles que l'on élimine. L'autorité qui les a produites et l'administration des archives s'accordent "
            "sur ce qui s'élimine, et comment."
        ),
        since=date(2008, 7, 17),
    ),
    _read(
        code=Code.PATRIMOINE,
        number="R212-14",
        says=_(
            "Un service qui veut éliminer des documents en soumet la liste au visa de la personne chargée du contrôle "
            "de l'État sur les archives. Sans ce visa toute élimination est interdite."
        ),
        since=date(2021, 1, 2),
    ),
    _not_read(
        code=Code.RGPD,
        number="5",
        says=_(
            "Les données sont traitées loyalement, dans un but précis, sans excès ; elles sont exactes et gardées le "
            "temps nécessaire. Une sécurité appropriée les protège."
        ),
        since=_APPLIES,
    ),
    _read(
        code=Code.RGPD,
        number="12",
        says=_(
            "La réponse à une demande d'exercice de droits est donnée en termes clairs, dans le mois de sa réception. "
            "Ce délai peut être prolongé de deux mois, si la personne en est informée, avec les motifs, dans ce mois."
        ),
        since=_APPLIES,
    ),
    _read(
        code=Code.RGPD,
        number="15",
        says=_(
            "Toute personne obtient la confirmation que ses données sont traitées, leur copie, et de savoir pourquoi, "
            "pour qui et jusqu'à quand. La copie ne porte pas atteinte aux droits et libertés d'autrui."
        ),
        since=_APPLIES,
    ),
    _not_read(
        code=Code.RGPD,
        number="16",
        says=_(
            "Toute personne peut faire rectifier les données inexactes qui la concernent. Elle peut aussi faire "
            "compléter celles qui sont incomplètes."
        ),
        since=_APPLIES,
    ),
    _partly_read(
        code=Code.RGPD,
        number="32",
        says=_(
            "Le responsable du traitement prend des mesures de sécurité adaptées au risque, comme le chiffrement et la "
            "pseudonymisation. Il teste et évalue régulièrement leur efficacité."
        ),
        since=_APPLIES,
    ),
    _read(
        code=Code.RGPD,
        number="33",
        says=_(
            "Une violation de données est notifiée à l'autorité de contrôle dans les 72 heures de sa découverte, sauf "
            "si un risque pour les personnes est peu probable. Une notification plus tardive dit les raisons du retard."
        ),
        since=_APPLIES,
    ),
    _read(
        code=Code.RGPD,
        number="34",
        says=_(
            "Quand une violation fait courir un risque élevé aux personnes, elles en sont informées en termes clairs. "
            "On leur dit ce qui s'est passé, les conséquences probables, ce qui a été fait et à qui s'adresser."
        ),
        since=_APPLIES,
    ),
    _partly_read(
        code=Code.LOI_2002_305,
        number="13",
        says=_(
            "La prostitution des mineurs est interdite sur tout le territoire. Un mineur qui s'y livre, même "
            "occasionnellement, est réputé en danger et relève de la protection du juge des enfants."
        ),
    ),
)

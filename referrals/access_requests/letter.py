"""The letter ``access_answer``: what the requester is told (domain.md §4.9, §7.5; RGPD art. 12, 15). French alone.

Of a refusal it tells nothing of whether a file exists; of an extension the reasons; of an answer what it holds, why
passages are hidden, and the remedies. Its outside bears the authority and the reference alone.
"""

from collections.abc import Sequence
from typing import Any, Final

from core.languages import FRENCH, in_language
from referrals.access_requests.sheet import Sheet
from referrals.letters.head import letter_head
from referrals.letters.paper import Paper, Section
from referrals.vocabulary.access_requests import AccessRefusal, ExtensionGround, Right, Withheld

CLOSING: Final = "Je vous prie d'agréer mes salutations distinguées."
REMEDIES: Final = Section(
    heading="Vos recours",
    points=(
        "auprès de la ou du délégué à la protection des données de notre collectivité ;",
        "auprès de la Commission nationale de l'informatique et des libertés (CNIL), www.cnil.fr ;",
        "pour les documents administratifs, auprès de la Commission d'accès aux documents administratifs (CADA), "
        "www.cada.fr, dans les deux mois ;",
        "devant la juridiction compétente.",
    ),
)
#: Words that tell nothing: neither whether there is a file, nor about whom.
REFUSED: Final = {
    AccessRefusal.NOT_IDENTIFIED: "Les éléments reçus ne permettent pas d'établir votre identité avec certitude.",
    AccessRefusal.NO_STANDING: "Les éléments reçus ne permettent pas d'établir en quelle qualité vous demandez.",
    AccessRefusal.UNFOUNDED_OR_EXCESSIVE: "Votre demande est manifestement infondée ou excessive, notamment par sa "
    "répétition (article 12, paragraphe 5, du RGPD).",
}
#: Of what protects an inquiry or a child the letter says no more than of any other.
_NEUTRAL: Final = (
    "Il ne peut pas y être donné de suite favorable, dans les limites que la loi et le règlement posent à "
    "ce droit."
)
_NO_FILE: Final = (
    "Cette réponse est la même, que des données vous concernant soient traitées ou non. Elle ne préjuge "
    "de rien."
)
LISTS: Final = (
    ", la liste des consultations (dates, fonctions, finalités) et ce qui permet d'en vérifier le nombre"
)
PURPOSES: Final = (
    "recueil et évaluation des informations préoccupantes, décision et suivi des mesures de protection "
    "(articles L226-3 et suivants du code de l'action sociale et des familles)"
)
RIGHTS: Final = (
    "Vous pouvez demander la rectification de données inexactes, la limitation du traitement, ou vous y opposer dans "
    "les limites de la mission de service public. Aucune décision n'est prise par un traitement automatisé."
)


def _paper(sheet: Sheet, sections: Sequence[Section], *, title: str) -> Paper:
    row = sheet.row
    return Paper(
        title=title,
        head=letter_head(row.authority, sheet.at),
        to=(str(sheet.said.get("name", "")), *str(sheet.said.get("contact", "")).splitlines()),
        on=sheet.today,
        reference=row.reference,
        sections=tuple(sections),
        greeting="Madame, Monsieur,",
        closing=CLOSING,
        signed_as="La ou le délégué à la protection des données",
    )


def _opening(sheet: Sheet) -> str:
    on = f"{sheet.row.received_on:%d/%m/%Y}"
    right = in_language(Right(sheet.row.right).label, FRENCH).lower()
    return (
        f"Nous avons reçu le {on} votre demande d'exercice d'un droit sur des données personnelles ({right})."
    )


def extension(sheet: Sheet, said: Any) -> Paper:
    """Return the letter that tells of an extension, with its reasons (AR10)."""
    ground = in_language(ExtensionGround(said["ground"]).label, FRENCH).lower()
    due = f"{sheet.row.due_at.astimezone(sheet.zone):%d/%m/%Y}" if sheet.row.due_at else ""
    paragraphs = (
        _opening(sheet),
        f"Le délai d'un mois est prolongé de deux mois (article 12, paragraphe 3, du RGPD), pour ce motif : {ground}.",
        str(said["reasons"]),
        f"Nous vous répondrons au plus tard le {due}.",
    )
    return _paper(sheet, [Section(paragraphs=paragraphs), REMEDIES], title="Prolongation du délai de réponse")


def refusal(sheet: Sheet, reason: str) -> Paper:
    """Return the letter that refuses: it tells nothing of whether a file exists (AR12)."""
    words = REFUSED.get(AccessRefusal(reason), _NEUTRAL)
    section = Section(paragraphs=(_opening(sheet), words, _NO_FILE))
    return _paper(sheet, [section, REMEDIES], title="Réponse à votre demande")


def reply(
    sheet: Sheet, said: Any, codes: Sequence[Withheld], *, parts: int, readers: int, listed: bool = True
) -> Paper:
    """Return the letter that goes with an answer: what it holds, what is hidden and why, the remedies (AR11).

    ``readers``: how many consultations there are; ``listed``: whether they are told.
    """
    if sheet.row.right != Right.ACCESS:
        sections = [Section(paragraphs=(_opening(sheet), str(said["done"])))]
    elif not parts and not readers:
        sections = [Section(paragraphs=(_opening(sheet), "Nous ne traitons aucune donnée vous concernant."))]
    else:
        lists = LISTS if listed else ""
        paragraphs = [
            _opening(sheet),
            f"Nous traitons des données vous concernant. Vous en trouverez la copie jointe, avec son index{lists}.",
            f"Finalités : {PURPOSES}.",
            RIGHTS,
        ]
        sections = [Section(paragraphs=tuple(paragraphs))]
        if codes:
            why = tuple(f"{in_language(code.label, FRENCH)} ;" for code in codes)
            sections.append(Section(heading="Passages occultés, par motif", points=why))
    if said.get("word"):
        sections.append(Section(paragraphs=(str(said["word"]),)))
    return _paper(sheet, [*sections, REMEDIES], title="Réponse à votre demande")

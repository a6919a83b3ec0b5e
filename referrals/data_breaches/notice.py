"""The letter to a group of persons whom a breach puts at high risk: ``breach_notice`` (RGPD art. 34; domain.md §4.9).

It says in plain words what happened, whom to ask, the likely consequences, what was done and what one can do; never
who did it, whom else it touched, or by which way.
"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from core.languages import in_language
from referrals.letters.head import letter_head
from referrals.letters.paper import Paper, Section
from referrals.models import DataBreach
from referrals.vocabulary.data_breaches import BreachKind, DataPart

#: What happened, in plain words, by what was touched.
HAPPENED: Final = {
    BreachKind.CONFIDENTIALITY: _(
        "Des informations qui vous concernent ont été vues par une personne qui n'avait pas à les voir."
    ),
    BreachKind.INTEGRITY: _("Des informations qui vous concernent ont été modifiées à tort."),
    BreachKind.AVAILABILITY: _(
        "Des informations qui vous concernent ont été perdues ou sont restées hors d'atteinte."
    ),
}


def paper(row: DataBreach, words: dict[str, Any], *, at: datetime, language: str) -> Paper:
    """Return the letter to one group, of what was typed for it; ``words`` as ``InformingPersons`` takes them."""

    def translated(text: Any) -> str:
        return in_language(text, language)

    kinds = [translated(HAPPENED[BreachKind(kind)]) for kind in row.kinds]
    parts = [translated(DataPart(part).label) for part in row.parts]
    authority: Any = row.authority
    return Paper(
        title=translated(_("Une violation de vos données personnelles")),
        head=letter_head(authority, at),
        to=(translated(_("Remis à la personne concernée")),),
        on=at.astimezone(ZoneInfo(authority.timezone)).date(),
        reference="",
        greeting=translated(_("Madame, Monsieur,")),
        sections=(
            Section(
                heading=translated(_("Ce qui s'est passé")),
                paragraphs=(*kinds, words["happened"]),
            ),
            *(
                [Section(heading=translated(_("De quelles informations il s'agit")), points=tuple(parts))]
                if parts
                else []
            ),
            Section(heading=translated(_("Les conséquences possibles")), paragraphs=(words["consequences"],)),
            Section(heading=translated(_("Ce que nous avons fait")), paragraphs=(words["done"],)),
            Section(heading=translated(_("Ce que vous pouvez faire")), paragraphs=(words["advice"],)),
            Section(
                heading=translated(_("À qui vous adresser")),
                paragraphs=(
                    translated(_("La personne déléguée à la protection des données vous répond :")),
                    words["contact"],
                    translated(
                        _(
                            "Vous pouvez aussi adresser une réclamation à la CNIL (www.cnil.fr, 3 place de "
                            "Fontenoy, TSA 80715, 75334 Paris Cedex 07)."
                        )
                    ),
                ),
            ),
        ),
        signed_as=translated(_("Délégation à la protection des données")),
        language=language,
    )

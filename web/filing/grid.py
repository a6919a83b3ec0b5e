"""Grid of warning signs as pages: one family of signs each, and why it is asked (domain.md §3).

The grid helps to notice: it proves nothing and scores nothing. An unticked sign isn't absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.signs import SIGNS, SignMode
from web.forms import clean, words_of


@dataclass(frozen=True, slots=True)
class Family:
    """One page of the grid."""

    code: str
    slug: str
    title: Any
    why: Any


FAMILIES: Final = (
    Family(
        "behaviour",
        "signes-comportement",
        _("Comportement"),
        _(
            "Un changement de comportement a mille causes : c'est sa rencontre avec d'autres signes qui alerte."
        ),
    ),
    Family(
        "material",
        "signes-materiels",
        _("Indices matériels"),
        _("Ce qui se voit sans fouiller. Ne cherchez pas dans les affaires de l'enfant."),
    ),
    Family(
        "relations",
        "signes-relations",
        _("Relations"),
        _("L'emprise d'une personne, souvent présentée comme amie ou amoureuse, précède l'exploitation."),
    ),
    Family(
        "health",
        "signes-sante",
        _("Santé"),
        _(
            "Ces réponses sont scellées à part et lues par les seules personnes qui ont à connaître de la santé."
        ),
    ),
    Family(
        "school",
        "signes-scolarite",
        _("Scolarité"),
        _("L'école voit souvent la première que quelque chose se défait."),
    ),
    Family(
        "digital",
        "signes-numerique",
        _("Numérique"),
        _(
            "La mise en relation se fait surtout en ligne. Notez ce qu'on vous a montré, ne cherchez pas vous-même."
        ),
    ),
)

ENGLISH: Final[Mapping[str, str]] = {
    "repeated_runaway": "Repeated runaways, short ones too",
    "disappearing_far": "Frequent trips to other towns, départements, abroad",
    "sudden_change": "Sudden change: aggression, anger, irritability, sadness, tears",
    "self_harm": "Self-harm, putting oneself in danger, attempted suicide",
    "sleep_anxiety": "Sleep disorders, fears, panic",
    "night_absences": "Going out at night, unexplained absences, tired in the morning",
    "disproportionate_phone": "Panic or excessive anger when the phone is taken away",
    "secrecy": "Repeated lies, rehearsed answers, avoidance",
    "sexualised_language": "Crude language, talk of degrading relations, words unfit for the age",
    "banalisation": "Talk that makes it banal",
    "minimises_age": "Passes for an adult, hides their age",
    "unexplained_cash": "Unexplained sums of money",
    "gifts_luxury": "Unexplained presents, clothes or luxury goods",
    "leisure_mismatch": "Leisure beyond any pocket money",
    "several_phones": "Several phones, frequent changes of number",
    "clothes_change": "Over-sexualised clothes or neglected ones; spare clothes in the bag",
    "hotel_traces": "Cards, keys, bookings of hotels or short lets",
    "sexual_health_items": "Condoms, lubricant, underwear in quantity",
    "transport_tickets": "Unexplained train tickets, rides, taxis",
    "allowance_unused": "No longer asks for the home's pocket money",
    "tattoo_mark": "Imposed tattoo or mark, nickname",
    "new_older_contacts": "New acquaintances, older, unknown",
    "controlling_boyfriend": "Possessive, older “boyfriend” who controls",
    "isolation": "Isolation, break with friends and family",
    "family_break": "Break with the family, acute conflict",
    "vehicle_near_home": "Unknown vehicles waiting near the children's home or school",
    "peer_recruiting": "Offers or is offered “a plan” by a friend",
    "debt_threat": "Debts, blackmail, threats, fear of somebody",
    "accompanied_always": "Always accompanied, somebody speaks in their place",
    "injuries": "Bruises, injuries, scars, hidden",
    "sti_pregnancy_requests": "Repeated requests: STI tests, pregnancy tests, abortion, contraception",
    "substances": "Alcohol, drugs, medicines, nitrous oxide",
    "hygiene_change": "Very frequent showers, or no washing",
    "weight_change": "Quick gain or loss of weight",
    "dissociation": "Absence, emotional numbness, trauma",
    "early_pregnancy": "Early pregnancy",
    "absenteeism": "Absence, lateness, exclusions",
    "dropout": "Dropping out of school",
    "fall_in_results": "Falling results, falling asleep",
    "rumours_images": "Rumours, intimate images going round",
    "leaves_with_adults": "Leaves with adults after school",
    "intense_messaging": "Intense use, exchanges with strangers",
    "ads_profiles": "Advertisement or profile (site, networks)",
    "recruit_offers": "Online offers of money, “shooting”, lodging",
    "paid_images": "Selling of images or videos, paid camera",
    "money_apps": "Payment apps, prepaid cards, cryptocurrency",
    "geo_shared": "Location shared with somebody",
    "blackmail_images": "Blackmail with images",
}


def label(code: str) -> str:
    """Return the words of a sign in the reader's language."""
    if get_language() != "fr":
        return ENGLISH[code]
    return next(words[code] for words in SIGNS.values() if code in words)


@dataclass(slots=True)
class Row:
    """A sign on its page."""

    code: str
    label: str
    modes: list[tuple[str, str, bool]]
    text: str
    error: str = ""


def rows_of(family: Family, signs: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the signs of a family with what was ticked."""
    ticked = {sign["code"]: sign for sign in signs}
    modes = [(str(mode), words_of(str(mode), str(mode.label))) for mode in SignMode]
    return [
        Row(
            code,
            label(code),
            [(mode, words, ticked.get(code, {}).get("mode") == mode) for mode, words in modes],
            str(ticked.get(code, {}).get("text") or ""),
        )
        for code in SIGNS[family.code]
    ]


def sent(family: Family, post: QueryDict) -> list[dict[str, Any]]:
    """Return what a browser sends of a family, as the form takes it; a remark alone ticks nothing."""
    return [
        {"code": code, "mode": mode, "text": clean(post.get(f"{code}-text", ""))}
        for code in SIGNS[family.code]
        if (mode := post.get(f"{code}-mode", ""))
    ]


def merged(
    family: Family, before: Iterable[Mapping[str, Any]], now: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return all signs of the form: those of other families as they were, and of this one as it is sent."""
    own = SIGNS[family.code]
    days = {sign["code"]: sign["on"] for sign in before if sign.get("on")}
    kept = [dict(sign) for sign in before if sign["code"] not in own]
    return kept + [sign | ({"on": days[sign["code"]]} if sign["code"] in days else {}) for sign in now]

"""The sentences of the rules of matching: codes with values become text in the language of whoever reads.

A sentence is kept as its code and values (``directory/findings.py``), since an orientation shows it again months later,
maybe in the other language. A placeholder is rendered by the function of its name below.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from string import Formatter
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.territory import commune, departments
from core.languages import ENGLISH, FRENCH, Text, for_reader
from directory.codes import Accepts, Agreement, Asker, Means, Need, Sex, Situation

YEAR: Final = 12

#: Sentence by code; an empty one where a rule has nothing to say.
SENTENCES: Final[Mapping[str, Text]] = {
    "nothing": "",
    # R1
    "need_met": _("Propose : {need}"),
    "need_not_met": _("Ne propose pas : {need}"),
    "needs_untold": _("N'indique pas à quels besoins il répond"),
    # R2
    "verified": _("Vérifié le {on} {means}"),
    "verified_somehow": _("Vérifié le {on}"),
    "typed": _("Saisi le {on}, sans vérification"),
    "to_check": _("Vérifié pour la dernière fois le {on} : à vérifier de nouveau"),
    "stale": _("Vérifié pour la dernière fois le {on} : trop ancien pour être proposé"),
    "never_verified": _("Jamais vérifié"),
    "closed": _("Fermé définitivement"),
    "structure_closed": _("La structure a fermé"),
    "suspended": _("Suspendu"),
    "suspended_until": _("Suspendu jusqu'au {on}"),
    "structure_suspended": _("La structure est suspendue"),
    "suspension_over": _("Suspendu jusqu'au {on} : reprise à vérifier"),
    "merged": _("Cette fiche est remplacée par une autre"),
    # R3
    "anybody_asks": _("Toute personne peut le saisir"),
    "askers": _("Saisine par {askers} seulement"),
    # R4
    "takes_commune": _("Reçoit de cette commune"),
    "takes_group": _("Reçoit de cette intercommunalité"),
    "takes_department": _("Reçoit du département : {department}"),
    "takes_country": _("Reçoit de tout le pays"),
    "takes_part": _("Reçoit d'une partie de ce territoire : commune à préciser"),
    "takes_others": _("Reçoit seulement de : {zones}"),
    "takes_elsewhere": _("Ne reçoit pas de ce territoire"),
    "refuses_department": _("Ne reçoit pas du département : {department}"),
    "territory_untold": _("Territoire de l'enfant non précisé"),
    "far_country": _("Reçoit de tout le pays, hors de ce département (lieu : {place})"),
    "far_zone": _("Reçoit de ce territoire, dans un autre département (lieu : {place})"),
    "far_not": _("Ne propose pas d'accueil éloigné pour ce territoire"),
    "far_same": _("Se trouve dans le même département : {place}"),
    "far_danger": _("Se trouve dans un département à éviter : {place}"),
    "far_untold": _("Département du lieu non renseigné"),
    # R5
    "age_fits": _("{ages} : convient ({age})"),
    "age_misfit": _("{ages} : ne convient pas ({age})"),
    "age_overlaps": _("{ages} : âge à préciser ({age})"),
    "age_unknown": _("{ages} : âge de l'enfant non connu"),
    "ages_untold": _("Âges reçus non renseignés"),
    # R6
    "sex_fits": _("Reçoit : {sexes}"),
    "sex_misfit": _("Reçoit seulement : {sexes}"),
    "sex_unknown": _("Reçoit : {sexes} ; sexe de l'enfant non renseigné"),
    # R7
    "situations": "{situations}",
    # R8
    "round_the_clock": _("Ouvert 24 h/24"),
    "open_until": _("Ouvert maintenant, ferme à {time}"),
    "open_until_day": _("Ouvert maintenant, ferme le {day} à {time}"),
    "opens": _("Fermé maintenant, ouvre à {time}"),
    "opens_tomorrow": _("Fermé maintenant, ouvre demain à {time}"),
    "opens_on": _("Fermé maintenant, ouvre le {day} à {time}"),
    "not_open": _("Fermé maintenant"),
    "hours_in_words": _("Horaires à lire : {text}"),
    "hours_unclear": _("Horaires à vérifier pour maintenant : {text}"),
    "hours_untold": _("Horaires non renseignés"),
    # R10
    "agreements_there": _("Accords demandés, déjà là : {agreements}"),
    "agreements_missing": _("Il manque : {agreements}"),
    "agreements_untold": _("À vérifier : {to_check}"),
    "agreements_missing_and_untold": _("Il manque : {agreements} ; à vérifier : {to_check}"),
    # R11
    "vacancy": "{vacancy}",
    "vacancy_unknown": _("Places libres non connues"),
}


def sentence_of(code: str, values: Mapping[str, Any]) -> str:
    """Return the sentence of a code in the reader's language.

    Raises:
        KeyError: a code that there isn't, or a value is missing.
    """
    sentence = str(SENTENCES[code])
    names = {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}
    return sentence.format(**{name: _PLACES[name](values) for name in names})


def _inside(label: object) -> str:
    """Return a label as it reads inside a sentence: its first letter small, unless it begins with an acronym."""
    text = str(label)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _label(choices: type[TextChoices], code: str) -> str:
    """Return a code's label; the code itself where it is no more one of them."""
    return str(choices(code).label) if code in choices.values else code


def _listed(choices: type[TextChoices], codes: Iterable[str]) -> str:
    return ", ".join(_inside(_label(choices, code)) for code in codes)


def _day(day: date) -> str:
    text = date_format(day, "j F Y")
    return for_reader({FRENCH: f"1er{text[1:]}", ENGLISH: text}) if day.day == 1 else text


def _time(at: datetime) -> str:
    """Return a time of day on the clock that it was written by: « 18 h », « 18 h 30 »."""
    if at.minute:
        return gettext("{hour} h {minute}").format(hour=at.hour, minute=f"{at.minute:02}")
    return gettext("{hour} h").format(hour=at.hour)


def _place(code: str) -> str:
    """Return the name of a département or commune; the code of any other zone."""
    place = commune(code)
    return departments().get(code) or (place.name if place else code)


def _sexes(codes: Iterable[str]) -> str:
    many = {
        Sex.GIRL: pgettext("whom a service takes", "filles"),
        Sex.BOY: pgettext("whom a service takes", "garçons"),
        Sex.OTHER: pgettext("whom a service takes", "autre"),
    }
    return ", ".join(many[Sex(code)] if code in Sex.values else code for code in codes)


# --- Ages


def _years(months: int) -> str:
    return ngettext("{n} an", "{n} ans", months // YEAR).format(n=months // YEAR)


def _exactly(months: int) -> str:
    """Return an age to the month: in months below two years, then « 2 ans et 6 mois »."""
    if months < 2 * YEAR:
        return ngettext("{n} mois", "{n} mois", months).format(n=months)
    if months % YEAR == 0:
        return _years(months)
    rest = ngettext("{n} mois", "{n} mois", months % YEAR).format(n=months % YEAR)
    return gettext("{years} et {months}").format(years=_years(months), months=rest)


def _until(months: int) -> str:
    """Return the last age that is taken: a whole year reads « 17 ans », until the day before the next birthday."""
    if months % YEAR == YEAR - 1 and months > YEAR:
        return _years(months)
    if months % YEAR == 0 and months >= 2 * YEAR:
        return gettext("{years} tout juste").format(years=_years(months))
    return _exactly(months)


def _ages(values: Mapping[str, Any]) -> str:
    """Return the ages that a service takes: « 12 à 17 ans »."""
    low, high = values["from"], values["to"]
    if low is None:
        return gettext("Jusqu'à {age}").format(age=_until(high))
    if high is None:
        return gettext("À partir de {age}").format(age=_exactly(low))
    if low % YEAR == 0 and high % YEAR == YEAR - 1 and high > YEAR:
        return gettext("{low} à {high} ans").format(low=low // YEAR, high=high // YEAR)
    return gettext("De {low} à {high}").format(low=_exactly(low), high=_until(high))


def _age(values: Mapping[str, Any]) -> str:
    """Return the age of a child, or the band in which it is."""
    low, high = values["age"]
    if low // YEAR == high // YEAR:
        return _years(low) if low >= 2 * YEAR or low != high else _exactly(low)
    return gettext("{low} à {high} ans").format(low=low // YEAR, high=high // YEAR)


# --- Situations, places


def _situations(values: Mapping[str, Any]) -> str:
    """Return what a service says of each situation of the case: « Fugue : au cas par cas, appeler »."""
    answers = {
        Accepts.YES: gettext("accepté"),
        Accepts.CASE: gettext("au cas par cas"),
        Accepts.NO: gettext("refusé"),
    }
    untold = gettext("non renseigné")
    each = []
    for code, answer, words in values["situations"]:
        what = answers[Accepts(answer)] if answer in Accepts.values else untold
        text = f"{what}, {words}" if words else what
        each.append(gettext("{situation} : {answer}").format(situation=_label(Situation, code), answer=text))
    return reduce(lambda one, other: gettext("{one} ; {other}").format(one=one, other=other), each or [""])


def _vacancy(values: Mapping[str, Any]) -> str:
    """Return how many places are free, and when that was told: « 1 place déclarée hier »."""
    count, days = values["count"], values["days"]
    if count == 0:
        near = {0: gettext("Aucune place libre, dit aujourd'hui"), 1: gettext("Aucune place libre, dit hier")}
        return near.get(days) or gettext("Aucune place libre, déclaré il y a {days} jours").format(days=days)
    if days == 0:
        sentence = ngettext("{n} place déclarée aujourd'hui", "{n} places déclarées aujourd'hui", count)
    elif days == 1:
        sentence = ngettext("{n} place déclarée hier", "{n} places déclarées hier", count)
    else:
        sentence = ngettext(
            "{n} place déclarée il y a {days} jours", "{n} places déclarées il y a {days} jours", count
        )
    return sentence.format(n=count, days=days)


def _on(values: Mapping[str, Any]) -> str:
    return _day(date.fromisoformat(values["on"]))


def _at(values: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(values["at"])


_PLACES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "need": lambda values: _inside(_label(Need, values["need"])),
    "on": _on,
    "means": lambda values: _inside(_label(Means, values["means"])),
    "askers": lambda values: _listed(Asker, values["askers"]),
    "department": lambda values: _place(values["department"]),
    "place": lambda values: _place(values["place"]),
    "zones": lambda values: ", ".join(map(_place, values["zones"])),
    "ages": _ages,
    "age": _age,
    "sexes": lambda values: _sexes(values["sexes"]),
    "situations": _situations,
    "time": lambda values: _time(_at(values)),
    "day": lambda values: _day(_at(values).date()),
    "text": lambda values: str(values["text"]),
    "agreements": lambda values: _listed(Agreement, values["agreements"]),
    "to_check": lambda values: _listed(Agreement, values["to_check"]),
    "vacancy": _vacancy,
}

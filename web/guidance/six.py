"""Six questions that lead to what to do now: whom to call, what to write down, what not to do, and how to file.

Nothing of the answers is kept, and none stands in an address. Each sentence rests on a page of the guide, which it
names; a doubt counts as the graver answer. Sources: field.md B.1; CASF L226-2-1, L226-4; code pénal 226-14.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.inputs import Code, Codes, StrictSerializer
from core.languages import Text
from web.forms import Ask


class Who(StrEnum):
    """Who asks."""

    PROFESSIONAL = "professional"
    RELATIVE = "relative"
    CHILD = "child"


class Saw(StrEnum):
    """What was seen or heard."""

    SIGNS = "signs"
    TOLD = "told"
    ONLINE = "online"
    RUNAWAY = "runaway"
    VIOLENCE = "violence"


#: What the names of the answers begin with where they are carried on to a filing.
CARRIED: Final = "six-"
YES, NO, UNKNOWN = "yes", "no", "unknown"
WITH_ME, KNOWN, AWAY = "with_me", "known", "away"

_WHO: Final = (
    (Who.PROFESSIONAL, _("Un professionnel ou un élu")),
    (Who.RELATIVE, _("Un parent, un proche, un voisin")),
    (Who.CHILD, _("L'enfant ou le jeune concerné")),
)
_SAW: Final = (
    (Saw.SIGNS, _("Des signes : fugues, absences, cadeaux, second téléphone, fatigue")),
    (Saw.TOLD, _("L'enfant, ou un ami, en a parlé")),
    (Saw.ONLINE, _("Des images, des annonces ou des messages en ligne")),
    (Saw.RUNAWAY, _("Une fugue, une disparition")),
    (Saw.VIOLENCE, _("Des coups, des menaces, un adulte qui contrôle")),
)
_DANGER: Final = ((YES, _("Oui")), (NO, _("Non")), (UNKNOWN, _("Je ne sais pas")))
_WHERE: Final = (
    (WITH_ME, _("Avec moi")),
    (KNOWN, _("Dans un lieu que je connais")),
    (AWAY, _("En fugue, ou introuvable")),
    (UNKNOWN, _("Je ne sais pas")),
)
_HELP: Final = ((YES, _("Oui")), (NO, _("Non, ou pas maintenant")), (UNKNOWN, _("Je ne sais pas")))
_PARENTS: Final = (
    (YES, _("Oui, ils le protègent")),
    (NO, _("Non : l'un d'eux est impliqué, ou violent")),
    (UNKNOWN, _("Je ne sais pas")),
)


class SixAnswers(StrictSerializer):
    """The answers; all are asked for, for a doubt is an answer too."""

    who = Code([(str(code), label) for code, label in _WHO])
    saw = Codes([(str(code), label) for code, label in _SAW], min_length=1)
    danger = Code(list(_DANGER))
    where = Code(list(_WHERE))
    help = Code(list(_HELP))
    parents = Code(list(_PARENTS))


ASKS: Final = (
    Ask("who", _("1. Qui êtes-vous ?")),
    Ask("saw", _("2. Qu'avez-vous vu ou entendu ?"), _("Plusieurs réponses sont possibles.")),
    Ask("danger", _("3. L'enfant est-il en danger cette nuit ?"), inline=True),
    Ask("where", _("4. Où est l'enfant ?")),
    Ask("help", _("5. L'enfant veut-il de l'aide ?"), inline=True),
    Ask("parents", _("6. Ses parents le protègent-ils ?")),
)


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence, and the page of the guide on which it rests."""

    words: Text
    page: str

    @property
    def address(self) -> str:
        """Return the address of that page."""
        return reverse("guide-page", args=self.page.split("/"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do now. ``urgent``: by the urgent lane; ``files``: whoever asks can file here."""

    urgent: bool
    files: bool
    call: tuple[Advice, ...]
    note: tuple[Advice, ...]
    avoid: tuple[Advice, ...]


def answer(said: Mapping[str, Any]) -> Answer:
    """Return what the answers lead to."""
    return Answer(
        urgent=said["danger"] == YES,
        files=said["who"] == Who.PROFESSIONAL,
        call=tuple(_call(said)),
        note=tuple(_note(said)),
        avoid=tuple(_avoid(said)),
    )


def _call(said: Mapping[str, Any]) -> Iterator[Advice]:
    if said["danger"] == YES:
        yield Advice(
            _("Appelez le 17 ou le 112 maintenant. Si vous ne pouvez pas parler, écrivez au 114 par SMS."),
            "faire/premiers-gestes",
        )
    if said["danger"] == UNKNOWN:
        yield Advice(
            _(
                "Dans le doute, appelez le 119, jour et nuit : on vous aide à évaluer. Si le danger se précise, le 17."
            ),
            "faire/que-puis-je-faire",
        )
    if said["where"] == AWAY or Saw.RUNAWAY in said["saw"]:
        yield Advice(
            _(
                "Déclarez la disparition à la police ou à la gendarmerie (17) sans attendre. "
                "Le 116 000 aide la famille."
            ),
            "droit/numeros",
        )
    if Saw.ONLINE in said["saw"]:
        yield Advice(_("Le 3018 aide à faire retirer des images ou des annonces."), "mecanismes/images")
    yield _AFTERWARDS[Who(said["who"])]


_AFTERWARDS: Final[Mapping[Who, Advice]] = {
    Who.PROFESSIONAL: Advice(
        _(
            "Parlez-en à votre responsable ou à un collègue, puis transmettez à la cellule du département sans délai."
        ),
        "ecrire/information-preoccupante",
    ),
    Who.RELATIVE: Advice(
        _(
            "Appelez le 119 pour un conseil ou pour prévenir. C'est gratuit, et l'appel n'apparaît pas sur la facture."
        ),
        "faire/que-puis-je-faire",
    ),
    Who.CHILD: Advice(
        _(
            "Le 119 répond jour et nuit, aussi par tchat. C'est gratuit, et l'appel n'apparaît pas sur la facture. "
            "Rien n'est de votre faute."
        ),
        "droit/numeros",
    ),
}


def _note(said: Mapping[str, Any]) -> Iterator[Advice]:
    page = "ecrire/information-preoccupante"
    yield Advice(
        _("Le jour, l'heure, le lieu. D'un côté ce que vous avez vu, de l'autre ce que l'on vous a dit."),
        page,
    )
    if Saw.TOLD in said["saw"]:
        yield Advice(
            _("Les mots exacts de l'enfant, entre guillemets, sans les corriger."), "dire/parler-avec"
        )
    if Saw.ONLINE in said["saw"]:
        yield Advice(
            _(
                "L'adresse de la page, le pseudonyme, le jour. Décrivez l'image : ne la gardez pas, ne l'envoyez pas."
            ),
            "mecanismes/images",
        )
    if Saw.VIOLENCE in said["saw"] or said["danger"] == YES:
        yield Advice(_("Une plaque, un numéro de chambre, des horaires, l'allure des adultes."), page)
    if said["where"] == AWAY or Saw.RUNAWAY in said["saw"]:
        yield Advice(_("Le dernier lieu où l'enfant a été vu, ses vêtements, ses contacts."), page)


def _avoid(said: Mapping[str, Any]) -> Iterator[Advice]:
    page = "faire/ne-pas-faire"
    yield Advice(_("N'enquêtez pas vous-même, n'interrogez pas l'enfant, ne promettez pas le secret."), page)
    yield Advice(_("Ne prévenez pas la personne qui l'exploite, et ne vous mettez pas en danger."), page)
    if said["help"] != YES and said["who"] != Who.CHILD:
        yield Advice(
            _("N'attendez pas son accord pour transmettre : un mineur ne consent pas à son exploitation."),
            page,
        )
    if said["parents"] == YES:
        yield Advice(
            _("N'agissez pas dans le dos des parents : informez-les avant de transmettre, sauf danger."),
            "ecrire/information-preoccupante",
        )
    else:
        yield Advice(_("Ne prévenez pas les parents avant d'en avoir parlé à la cellule ou au 119."), page)


def as_filed(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the answers say in the concern form, for a filing that takes them over; doubts stay open."""
    concern: dict[str, Any] = {}
    if said["danger"] in (YES, NO):
        concern["danger_now"] = said["danger"]
    if said["parents"] == NO:
        concern |= {
            "holder_implicated": YES,
            "parents_informed": NO,
            "not_informed_reason": "holder_implicated",
        }
    where = {WITH_ME: "known", KNOWN: "known", AWAY: "runaway"}.get(said["where"])
    if where is not None:
        concern["children"] = [{"kind": "subject", "whereabouts": where}]
    return concern

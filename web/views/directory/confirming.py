"""Page by which a service confirms or corrects its entry, without an account (field.md A.8).

Nothing is shown before the secret of the link was sent by the form: behind the ``#`` no server is told of it, and no
mail scanner that opens the address sees or uses up anything. Looking at the entry uses up nothing either; the answer
does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import LinkRefused
from accounts.request import ServiceRequest
from core.inputs import StrictSerializer
from directory import confirmations, freshness
from directory.actions.confirmations import confirm
from directory.codes import Accepts, Need, Sex, Situation, Status
from directory.confirmations import RIGHT, WRONG, ConfirmationInput, Linked, OpenLinkInput
from directory.models import Service
from web.credentials import TOKEN, refused
from web.forms import Ask, Fault, Follow
from web.generic import InputPage

_ANSWERS: Final = ((RIGHT, _("C'est juste")), (WRONG, _("À corriger")))
_IF_WRONG: Final = (WRONG,)
_WAITS: Final = _("Un gestionnaire de l'annuaire vous appelle avant de le changer.")
_YEARS: Final = {"inputmode": "numeric", "maxlength": "2"}
_WORKS: Final = Ask(
    "works",
    _("Accueillez-vous en ce moment ?"),
    instead=(
        (str(Status.ACTIVE), _("Oui")),
        (str(Status.SUSPENDED), _("Non, pas pour l'instant")),
        (str(Status.CLOSED), _("Nous n'accueillons plus")),
    ),
    follow=Follow(
        (str(Status.SUSPENDED),),
        (
            Ask(
                "suspended_until",
                _("Jusqu'au"),
                _("Ce jour-là, vous accueillez à nouveau. Laissez vide si vous ne le savez pas."),
            ),
        ),
    ),
)
_VACANCY: Final = Ask(
    "vacancy",
    _("Places libres aujourd'hui"),
    _("Ce nombre est montré pendant une semaine. Laissez vide si vous ne le savez pas."),
    optional=True,
)
_LAST: Final = (
    Ask(
        "remark",
        _("Autre chose à corriger"),
        _("Une phrase pour les gestionnaires de l'annuaire. N'écrivez rien sur un enfant."),
        rows=3,
        optional=True,
    ),
    Ask("said_by", _("Votre nom ou votre fonction"), optional=True),
)
#: What each question asks for where what is kept is wrong.
_CORRECTIONS: Final[Mapping[str, tuple[Any, tuple[Ask, ...]]]] = {
    "phone": (_("Téléphone"), (Ask("phone", _("Le bon numéro"), _WAITS, kind="text", width="half"),)),
    "email": (
        _("Courriel"),
        (Ask("email", _("La bonne adresse"), _WAITS, kind="email"),),
    ),
    "contact": (_("Personne à joindre"), (Ask("contact", _("Nom ou fonction")),)),
    "hours": (
        _("Horaires"),
        (Ask("hours", _("Vos horaires"), _("Par exemple : du lundi au vendredi, 9 h à 18 h.")),),
    ),
    "ages": (
        _("Âges accueillis"),
        (
            Ask("age_from", _("À partir de, en années"), attributes=_YEARS),
            Ask("age_to", _("Jusqu'à, en années"), _("Le dernier âge accueilli."), attributes=_YEARS),
        ),
    ),
    "sexes": (
        _("Qui vous accueillez"),
        (Ask("sexes", _("Vous accueillez"), _("Ne cochez rien si vous accueillez tout le monde.")),),
    ),
    "accepts": (
        _("Situations"),
        tuple(Ask(f"accepts_{one}", one.label, inline=True) for one in Situation),
    ),
    "delay": (_("Délai de réponse"), (Ask("delay", _("Délai, en heures")),)),
    "documents": (
        _("Documents"),
        (
            Ask("documents_wanted", _("À joindre à une demande"), rows=3),
            Ask("documents_never", _("À ne jamais envoyer"), rows=3),
        ),
    ),
    "capacity": (
        _("Nombre de places"),
        (Ask("maximum", _("En tout")), Ask("emergency", _("Dont en urgence"))),
    ),
}


class ConfirmEntry(InputPage):
    public = True
    ids = ""
    takes: type[StrictSerializer] = OpenLinkInput
    asks: Sequence[Ask] = (TOKEN,)
    template = "web/directory/confirm.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show(self.filled({}))

    def act(self, request: ServiceRequest) -> HttpResponse:
        if self.sent.text("then") != "answer":
            linked = confirmations.opened(self.validated()["token"], at=self.at)
            self._ask_about(linked)
            return self.show(self._entry(linked, self.fields(_retained(linked))))
        self.takes = ConfirmationInput
        self.asks = () if self.sent.ticked("all_right") else questions(None)
        done = confirm(ConfirmationInput.read(self.body() | self._carried()), at=self.at)
        return self.show({"done": done})

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the answers again beside what is kept, or the form for the link where it opens nothing."""
        try:
            linked = confirmations.opened(self.sent.text("token"), at=self.at)
        except LinkRefused:
            linked = None
        if linked is None or self.sent.text("then") != "answer":
            self.takes, self.asks = OpenLinkInput, (TOKEN,)
            words = gettext("Un lien est valable %(days)s jours et ne sert qu'une fois.")
            fault = Fault("", words % {"days": settings.DIRECTORY_LINK_DAYS}, "token")
            return self.show(self.filled({}) | refused(problem, fault))
        self._ask_about(linked)
        return self.show(self._entry(linked, []) | self.again(problem))

    def _carried(self) -> dict[str, Any]:
        return {"token": self.sent.text("token"), "all_right": self.sent.ticked("all_right")}

    def _ask_about(self, linked: Linked) -> None:
        self.takes, self.asks = ConfirmationInput, questions(linked)

    def _entry(self, linked: Linked, entries: Sequence[Any]) -> dict[str, Any]:
        """Return what the page shows of an entry, its questions included."""
        service = linked.service
        return {
            "linked": linked,
            "entries": entries,
            "token": self.sent.text("token"),
            "needs": [Need(one).label for one in service.needs if one in Need.values],
            "kept_lines": [(str(label), retained_words(code, linked)) for code, label in _labels(linked)],
        }


def _labels(linked: Linked) -> list[tuple[str, Any]]:
    return [
        (code, label)
        for code, (label, _asks) in _CORRECTIONS.items()
        if code != "capacity" or linked.capacity is not None
    ]


def questions(linked: Linked | None) -> tuple[Ask, ...]:
    """Return the questions about an entry, each with what is kept; None: all that may be sent."""
    question_list = [_WORKS]
    for code, (label, corrections) in _CORRECTIONS.items():
        if code == "capacity" and linked is not None and linked.capacity is None:
            continue
        hint = "" if linked is None else retained_words(code, linked)
        question = Ask(f"{code}_said", label, hint, instead=_ANSWERS, inline=True)
        question_list.append(replace(question, follow=Follow(_IF_WRONG, corrections)))
    if linked is None or linked.capacity is not None or freshness.is_emergency(linked.service.needs):
        question_list.append(_VACANCY)
    return (*question_list, *_LAST)


def retained_words(code: str, linked: Linked) -> str:
    service = linked.service
    words: Mapping[str, Any] = {
        "phone": lambda: service.phone or service.structure.phone,
        "email": lambda: service.email or service.structure.email,
        "contact": lambda: service.contact_name,
        "hours": lambda: service.opening_hours_text or service.opening_hours,
        "ages": lambda: ages_in_words(service),
        "sexes": lambda: ", ".join(str(Sex(one).label) for one in service.sexes) or gettext("Tous"),
        "accepts": lambda: _situations(service),
        "delay": lambda: _delay(service.answer_delay_hours),
        "documents": lambda: _documents(service),
        "capacity": lambda: _places(linked),
    }
    return words[code]() or gettext("Rien n'est indiqué")


def ages_in_words(service: Service) -> str:
    """Return the ages that a service takes in years; empty where it names none."""
    lowest, highest = service.age_min_months, service.age_max_months
    ages = {"low": (lowest or 0) // 12, "high": (highest or 0) // 12}
    if lowest is None and highest is None:
        return ""
    if highest is None:
        return gettext("À partir de %(low)s ans") % ages
    if lowest is None:
        return gettext("Jusqu'à %(high)s ans") % ages
    return gettext("De %(low)s à %(high)s ans") % ages


def _situations(service: Service) -> str:
    lines = []
    for situation in Situation:
        terms = service.accepts.get(situation, {})
        if terms.get("answer") in Accepts.values:
            answer = f"{situation.label} – {Accepts(terms['answer']).label}"
            lines.append(f"{answer} ({terms['words']})" if terms.get("words") else answer)
    return " ; ".join(lines)


def _delay(hours: int | None) -> str:
    return "" if hours is None else gettext("%(hours)s h") % {"hours": hours}


def _documents(service: Service) -> str:
    lines = []
    if service.documents_wanted:
        lines.append(gettext("À joindre : %(text)s") % {"text": service.documents_wanted})
    if service.documents_never:
        lines.append(gettext("À ne jamais envoyer : %(text)s") % {"text": service.documents_never})
    return " – ".join(lines)


def _places(linked: Linked) -> str:
    row = linked.capacity
    if row is None or row.maximum is None:
        return ""
    counts = {"maximum": row.maximum, "emergency": row.emergency}
    if row.emergency is None:
        return gettext("%(maximum)s en tout") % counts
    return gettext("%(maximum)s en tout, dont %(emergency)s en urgence") % counts


def _retained(linked: Linked) -> dict[str, Any]:
    service = linked.service
    row = linked.capacity
    return {
        "works": str(service.status),
        "suspended_until": service.suspended_until.isoformat() if service.suspended_until else None,
        "phone": service.phone,
        "email": service.email,
        "contact": service.contact_name,
        "hours": service.opening_hours_text or service.opening_hours,
        "age_from": None if service.age_min_months is None else service.age_min_months // 12,
        "age_to": None if service.age_max_months is None else service.age_max_months // 12,
        "sexes": list(service.sexes),
        "delay": service.answer_delay_hours,
        "documents_wanted": service.documents_wanted,
        "documents_never": service.documents_never,
        "maximum": None if row is None else row.maximum,
        "emergency": None if row is None else row.emergency,
        "vacancy": linked.vacancy,
    } | {f"accepts_{one}": service.accepts.get(one, {}).get("answer", "") for one in Situation}

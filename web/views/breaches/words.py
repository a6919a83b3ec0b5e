"""Wording of a data breach: its line in the register, its course, what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from referrals.data_breaches import inputs
from web.cases import display
from web.cases import words as case_words
from web.cases.display import Line
from web.forms import ZONE

LOOKS: Final = {
    "declared": "late",
    "assessed": "wait",
    "notified": "wait",
    "not_notified": "done",
    "closed": "done",
}
#: What was typed, by the sealed field that keeps it, under the words of its question.
TYPED: Final[Mapping[str, type[Any]]] = {
    "facts": inputs.DeclaringBreach,
    "assessment": inputs.AssessingBreach,
    "letters": inputs.InformingPersons,
}


def line(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": body["id"],
        "authority": body["authority"]["name"],
        "state": display.label(body["state"]),
        "look": "late" if body["overdue"] else LOOKS[body["state"]["code"]],
        "kinds": ", ".join(map(display.label, body["kinds"])),
        "source": display.label(body["source"]),
        "risk": display.label(body["risk"]),
        "declared": display.instant(body["declared_at"], ZONE),
        "due": display.instant(body["due_at"], ZONE),
        "overdue": body["overdue"],
        "suspended": bool(body["suspended_at"]) and not body["lifted_at"],
    }


def course(body: Mapping[str, Any]) -> list[Line]:
    """Return the course of a breach so far; what hasn't happened is left out."""

    def when(name: str) -> str:
        return display.instant(body[name], ZONE)

    span = " – ".join(dict.fromkeys(filter(None, (when("since"), when("until")))))
    pairs = [
        (gettext("Comment elle est connue"), display.label(body["source"])),
        (gettext("Nature"), " ; ".join(map(display.label, body["kinds"]))),
        (gettext("Découverte le"), when("aware_at")),
        (gettext("Déclarée le"), when("declared_at")),
        (gettext("Période"), span),
        (gettext("Compte suspendu le"), when("suspended_at")),
        (gettext("Suspension levée le"), when("lifted_at")),
        (gettext("Évaluée le"), when("assessed_at")),
        (gettext("Risque"), display.label(body["risk"])),
        (gettext("Un enfant en danger"), gettext("Oui") if body["danger"] else ""),
        (gettext("Personnes concernées, environ"), persons(body)),
        (gettext("Enregistrements, environ"), str(body["entries"] or "")),
        (gettext("Catégories de données"), ", ".join(map(display.label, body["parts"]))),
        (gettext("Données"), ", ".join(map(display.label, (*body["touched"], *_one(body["legible"]))))),
        (gettext("72 heures arrêtées le"), when("stopped_at")),
        (gettext("Arrêtées par"), display.label(body["stopped_by"])),
        (gettext("CNIL avisée le"), when("notified_at")),
        (gettext("Notification complète le"), when("complete_at")),
        (gettext("Notifiée après 72 heures"), gettext("Oui") if body["late"] else ""),
        (gettext("Close le"), when("closed_at")),
    ]
    return [Line(label, text) for label, text in pairs if text]


def _one(coded: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return [coded] if coded else []


def persons(body: Mapping[str, Any]) -> str:
    return ", ".join(f"{display.label(one['group'])} : {one['count']}" for one in body["persons"])


def groups(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was said for each group, and those of which nothing was said yet."""
    lines = [
        {
            "code": one["group"]["code"],
            "group": display.label(one["group"]),
            "answer": display.label(one["answer"]),
            "told": one["answer"]["code"] == "told",
            "on": display.instant(one["on"], ZONE),
            "way": display.label(one["way"]),
            "opinion": display.instant(one["opinion_on"], ZONE),
            "cnil": display.instant(one["cnil_told_on"], ZONE),
        }
        for one in body["groups"]
    ]
    return [*lines, *({"group": display.label(one), "open": True} for one in body["unanswered"])]


def typed(body: Mapping[str, Any]) -> list[tuple[str, list[Line]]]:
    """Return what was typed, under the titles of its steps; what the reader doesn't read is left out."""
    notifications: list[tuple[str, list[Line]]] = []
    if isinstance(body["facts"], Mapping):
        notifications.append((gettext("Ce qui s'est passé"), _lines(inputs.DeclaringBreach, body["facts"])))
    if isinstance(body["assessment"], Mapping):
        notifications.append((gettext("L'évaluation"), _lines(inputs.AssessingBreach, body["assessment"])))
    notifications += [
        (gettext("Notification à la CNIL"), display.step_lines(inputs.NotifyingCnil, notification, {}))
        for notification in body["notifications"] or []
        if isinstance(notification, Mapping)
    ]
    notifications += [
        (gettext("Information nouvelle"), _lines(inputs.ReassessingBreach, {"new": notification["new"]}))
        for notification in body["news"] or []
        if isinstance(notification, Mapping)
    ]
    closing = body["closing"] if isinstance(body["closing"], Mapping) else {}
    titles = {
        "ruled_out": gettext("Pourquoi aucun risque n'est probable"),
        "lifted": gettext("Pourquoi la suspension est levée"),
        "changes": gettext("Ce qui change"),
    }
    last = [Line(title, closing[name]) for name, title in titles.items() if name in closing]
    return [*notifications, *([(gettext("Suites"), last)] if last else [])]


def lost(body: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Tell whether something that was typed can't be opened any more."""
    return any(display.unreadable(body[name]) for name in names)


def _lines(takes: type[Any], said: Mapping[str, Any]) -> list[Line]:
    return [
        Line(str(case_words.of(name, takes.__name__)), str(text))
        for name, text in said.items()
        if isinstance(text, str) and text
    ]


def counted(figures: Mapping[str, Any] | None) -> str:
    """Return in a sentence what the journal shows, for whoever assesses."""
    if figures is None:
        return ""
    count_text = ngettext(
        "Le journal montre %(n)s lecture, de %(files)s dossier(s).",
        "Le journal montre %(n)s lectures, de %(files)s dossier(s).",
        figures["entries"],
    ) % {"n": figures["entries"], "files": figures["files"]}
    if figures["partial"]:
        count_text += " " + gettext("Il y en a davantage que le service n'en compte : complétez.")
    return count_text

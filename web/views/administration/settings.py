"""Settings of an authority: values in force, coming changes, history; each changes from a given day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from core import texts
from core.inputs import Code, Day, Flag, StrictSerializer, Text
from core.languages import for_reader
from referrals.errors import NotVisible
from referrals.policy.chapters import Chapter
from referrals.policy.definitions import SETTINGS
from referrals.policy.field_types import DAYS, UNITS
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import CHANGE, Change
from referrals.policy_changes.inputs import SettingChangeInput
from web import forms
from web.administration import lists, opening, words
from web.administration.base import AdministrationPage
from web.cases.base import BlanksLeftOut
from web.forms import Ask, Entry, Input, Sent, day_in_words
from web.generic import ConfirmPage, ShownPage
from web.journal.base import address


class SettingsPage(AdministrationPage):
    def lines_of(self, authority: UUID) -> list[dict[str, Any]]:
        authority_row = policy_changes_actions.authority_for(self.actor, authority, CHANGE)
        self.tab = f"settings-{authority}"  # of this answer
        return policy_changes_actions.changes_shown(authority_row, at=self.at)


SOUGHT: Final = Ask("words", _("Chercher un réglage"), attributes={"maxlength": "60"})


class SettingsQuery(BlanksLeftOut):
    """Which settings: of one chapter, whose label, code, law or choices have some words, or that aren't set yet."""

    chapter = Code(Chapter.choices, required=False)
    words = Text(max_length=60, required=False)
    missing = Flag(in_query=True, required=False, default=False)


class Settings(SettingsPage, ShownPage):
    query = SettingsQuery
    template = "web/policy_changes/settings.html"

    def context(self, authority: UUID) -> dict[str, Any]:
        every = self.lines_of(authority)
        chapter, sought = self.asked.get("chapter"), self.asked.get("words", "")
        if sought:
            shown = [line for line in every if holds_words(line, sought)]
        elif chapter:
            shown = [line for line in every if line["chapter"]["code"] == chapter]
        elif self.asked["missing"]:
            shown = [line for line in every if line["key"] in opening.NEEDED and not line["value"]]
        else:
            shown = [line for line in every if line["value"] != line["default"] or line["to_come"]]
        lines = [
            in_words(line) | {"address": reverse("setting-page", args=[authority, line["key"]])}
            for line in shown
        ]
        return {
            "tab": self.tab,
            "here": reverse("settings-page", args=[authority]),
            "chapters": chapters_of(every),
            "chapter": chapter,
            "words": sought,
            "filters": forms.fields_of(SettingsQuery, [SOUGHT], {"words": sought}),
            "lines": lines,
            "title": _title(chapter, missing=self.asked["missing"]) if not sought else "",
        }


def _title(chapter: str | None, *, missing: bool) -> Any:
    return Chapter(chapter).label if chapter else _("Réglages à compléter") if missing else ""


def chapters_of(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, object, int]]:
    counts = Counter(line["chapter"]["code"] for line in lines)
    return [(one.value, one.label, counts[one.value]) for one in Chapter if counts[one.value]]


def holds_words(line: Mapping[str, Any], sought: str) -> bool:
    """Tell whether a setting has all the words that were typed, in either language, whatever their accents."""
    parts = [
        line["key"].replace("_", " "),
        line["key"],
        SETTINGS[line["key"]].law or "",
        *line["label"].values(),
    ]
    parts += line["chapter"]["label"].values()
    parts += [label for choice in line.get("choices", ()) for label in choice["label"].values()]
    return texts.holds_words(" ".join(parts), sought)


class OneSetting(SettingsPage, ConfirmPage):
    """A setting, its history, and the form that lets it take a new value from a day on."""

    keeps = True
    template = "web/policy_changes/setting.html"
    setting: Mapping[str, Any]

    def prepare(self, authority: UUID, key: str) -> None:
        lines = self.lines_of(authority)
        setting = next((line for line in lines if line["key"] == key), None)
        if setting is None:
            raise NotVisible
        self.setting = setting

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"entries": _entries(self.setting), "once": self.key()}

    def act(self, request: ServiceRequest, authority: UUID, key: str) -> HttpResponseBase:
        if self.sent.text("more") != key:
            return super().act(request, authority, key)
        self.prepare(authority, key)
        entries = _entries(self.setting, self.sent, more=True)
        return self.show(self.around() | {"entries": entries, "once": self.key()})

    def body(self) -> dict[str, Any]:
        return _worded(self.setting, self.sent)

    def do(self, body: dict[str, Any]) -> UUID:
        change = Change(**SettingChangeInput.read(body))
        return policy_changes_actions.change(
            self.kwargs["authority"], change, actor=self.actor, at=self.at
        ).pk

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(reverse("setting-page", kwargs=self.kwargs))

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        entries = _entries(self.setting, self.sent, problem)
        faults = forms.beside(entries)
        of_all = forms.fault_of(problem, f"values.{self.setting['key']}")
        if self.setting["kind"] == lists.HOURS and of_all:
            first = next(forms.all_of(entries))
            faults.insert(0, forms.Fault(in_words(self.setting)["title"], of_all, first.anchor))
        return super().again(problem) | {"entries": entries, "faults": faults}

    def around(self) -> dict[str, Any]:
        line, authority = self.setting, self.kwargs["authority"]
        changes = [(change, False) for change in line["history"] if change not in line["to_come"]]
        return (
            super().around()
            | in_words(line)
            | {
                "back": address("settings-page", {"chapter": line["chapter"]["code"]}, authority),
                "history": [
                    {
                        "value": value_in_words(line, change["value"]),
                        "from": day_in_words(change["effective_on"]),
                        "by": change["made_by"] or gettext("Le service"),
                        "made": day_in_words(change["made_at"]),
                        "to_come": to_come,
                    }
                    for change, to_come in [*((change, True) for change in line["to_come"]), *changes]
                ],
            }
        )


def _worded(line: Mapping[str, Any], sent: Sent) -> dict[str, Any]:
    key, kind = line["key"], line["kind"]
    asks = [words.EFFECTIVE] if kind in (lists.HOURS, lists.ROWS) else [ask_of(line), words.EFFECTIVE]
    body = forms.body_of(form_of(key), asks, sent)
    if kind == lists.HOURS:
        body[key] = lists.hours(sent, key)
    elif kind == lists.ROWS and sent.count(key) is not None:
        body[key] = [row for _, row in lists.rows(sent, key)]
    values: dict[str, Any] = {"values": {key: body[key]} if key in body else {}}
    return values | ({"effective_on": body["effective_on"]} if "effective_on" in body else {})


def _entries(
    line: Mapping[str, Any],
    sent: Sent | None = None,
    problem: Mapping[str, Any] | None = None,
    *,
    more: bool = False,
) -> list[Entry]:
    """Return the form of a setting: as it was typed, else with the value in force."""
    key, kind = line["key"], line["kind"]
    faults = forms.faults_of(problem) | forms.faults_of(problem, "values.")
    values = {} if sent is None else forms.typed(form_of(key), [words.EFFECTIVE], sent)
    day: list[Entry] = list(forms.fields_of(form_of(key), [words.EFFECTIVE], values, faults=faults))
    if kind == lists.HOURS:
        return lists.fields_of_hours(key, line["value"], sent, problem) + day
    if kind == lists.ROWS:
        label = _label(line["label"])
        return [lists.group_of_rows(key, label, line["value"], sent, problem, more=more), *day]
    if "values" in faults:
        faults[key] = faults.get(key) or faults["values"]
    values[key] = line["value"] if sent is None else forms.typed(form_of(key), [ask_of(line)], sent)[key]
    pairs = [(one["code"], _label(one["label"])) for one in line.get("choices", ())]
    choices = {key: pairs} if pairs else {}
    return [*forms.fields_of(form_of(key), [ask_of(line)], values, faults=faults, choices=choices), *day]


@cache
def form_of(key: str) -> type[Input]:
    """Return the input of a change of one setting: its value, and the day from which on it is in force."""
    members = {
        "__doc__": "A change of one setting.",
        "__module__": __name__,
        "effective_on": Day(),
        key: SETTINGS[key].input(),
    }
    return type("SettingForm", (StrictSerializer,), members)


def ask_of(line: Mapping[str, Any]) -> Ask:
    bounds = ""
    if line["kind"] == "whole":
        bounds = gettext("De %(least)s à %(most)s.") % {"least": line["minimum"], "most": line["maximum"]}
    elif line.get("marks"):
        bounds = gettext("Mots remplis automatiquement : %(marks)s") % {
            "marks": ", ".join(f"{{{one}}}" for one in line["marks"])
        }
    unit = str(UNITS[line["unit"] or ""])
    label = f"{_label(line['label'])} ({unit})" if unit else _label(line["label"])
    return Ask(line["key"], label, bounds, width="short" if line["kind"] == "whole" else "")


def _label(labels: Mapping[str, str]) -> str:
    return for_reader(labels)


def in_words(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a setting as a line: what it is, its value in force, whether it was ever changed."""
    return {
        "key": line["key"],
        "title": _label(line["label"]),
        "law": SETTINGS[line["key"]].law,
        "value": value_in_words(line, line["value"]),
        "default": value_in_words(line, line["default"]),
        "changed": line["value"] != line["default"],
        "coming": len(line["to_come"]),
        "since": day_in_words(line["effective_on"]) if line["effective_on"] else "",
        "by": (line["made_by"] or gettext("Le service")) if line["effective_on"] else "",
    }


def value_in_words(line: Mapping[str, Any], value: Any) -> str:
    kind = line["kind"]
    if kind == "flag":
        return gettext("Oui") if value else gettext("Non")
    if kind in ("choice", "codes"):
        labels = {one["code"]: _label(one["label"]) for one in line.get("choices", ())}
        return ", ".join(labels.get(one, str(one)) for one in (value if isinstance(value, list) else [value]))
    if kind == "week":
        closed = gettext("fermé")
        return "\n".join(
            f"{lists.day_name(day)}{gettext(' : ')}{lists.spans_in_words(value[day]) or closed}"
            for day in DAYS
        )
    if kind == "rows":
        rows = [
            " – ".join(str(part) for part in row.values() if isinstance(part, str) and part) for row in value
        ]
        return "\n".join(rows) or gettext("Aucune ligne")
    unit = str(UNITS[line["unit"] or ""])
    return f"{value} {unit}".strip()

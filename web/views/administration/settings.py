"""The settings of an authority: values in force, what is to come, history; each is changed from a day on."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext

from audit.inputs import Day, StrictSerializer
from referrals import settingchanges
from referrals.api.settings import SettingChangeInput
from referrals.errors import NotVisible
from referrals.protocol import SETTINGS
from referrals.settingchanges import CHANGE, Change
from referrals.settingtypes import DAYS, UNITS
from web import forms
from web.administration import words
from web.administration.base import AdministrationPage
from web.cases.base import fresh_key
from web.forms import Ask, Input, day_in_words
from web.page import FormPage

#: Kinds that a page has a field for; the others are lists of rows, shown here and changed by the API.
ASKED_HERE: Final = ("whole", "flag", "choice", "text", "codes")


class SettingsPage(AdministrationPage):
    """A page about the settings of one authority."""

    def lines_of(self, authority: UUID) -> list[dict[str, Any]]:
        """Return every setting as the API tells it.

        Raises:
            NotVisible, NotAllowed: the reader doesn't choose the settings of this authority.
        """
        found = settingchanges.authority_for(self.actor, authority, CHANGE)
        self.tab = f"settings-{authority}"  # type: ignore[misc]  # of this answer
        return settingchanges.told(found, at=self.at)


class Settings(SettingsPage):
    """GET /administration/{authority}/reglages."""

    template = "web/administration/settings.html"

    def get(self, request: HttpRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the settings with their values in force, those that were changed marked as such."""
        lines = [in_words(line) | {"address": reverse("setting-page", args=[authority, line["key"]])}
                 for line in self.lines_of(authority)]  # fmt: skip
        return self.show(self.around() | {"lines": lines})


class OneSetting(SettingsPage, FormPage):
    """GET, POST /administration/{authority}/reglages/{key}."""

    template = "web/administration/setting.html"

    def get(self, request: HttpRequest, authority: UUID, key: str) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show a setting, its history, and the form that changes it.

        Raises:
            NotVisible: there is no such setting, or not for this reader.
        """
        line = self._line(authority, key)
        values = {key: line["value"], "effective_on": ""}
        return self.show(
            self._around(authority, line) | {"entries": self._fields(line, values), "once": fresh_key()}
        )

    def act(self, request: HttpRequest, authority: UUID, key: str) -> HttpResponse:
        """Let the setting take a new value from a day on.

        Raises:
            NotVisible, NotAllowed, InvalidInput: as the act itself refuses.
        """
        line = self._line(authority, key)
        body = forms.body_of(form_of(key), [ask_of(line), words.EFFECTIVE], request.POST)
        said = {"values": {key: body[key]} if key in body else {}}
        said |= {"effective_on": body["effective_on"]} if "effective_on" in body else {}

        def act() -> UUID:
            given = SettingChangeInput(data=said)
            given.is_valid(raise_exception=True)
            change = Change(**given.validated_data)
            return settingchanges.change(authority, change, actor=self.actor, at=self.at).pk

        self.once(said, act)
        return self.onwards(reverse("setting-page", args=[authority, key]))

    def redisplay(self, problem: Mapping[str, Any], authority: UUID, key: str) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        line, sent = self._line(authority, key), self.request.POST
        typed = sent.getlist(key) if line["kind"] == "codes" else sent.get(key, "")
        value = typed == "true" if line["kind"] == "flag" else typed
        faults = forms.faults_of(problem) | forms.faults_of(problem, "values.")
        if "values" in faults:
            faults[key] = faults.get(key) or faults["values"]
        fields = self._fields(line, {key: value, "effective_on": sent.get("effective_on", "")}, faults)
        shown = [forms.Fault(str(one.ask.label), one.error, one.anchor) for one in fields if one.error]
        again = fresh_key() if problem["status"] == 422 else sent.get("once", "")
        return self.show(
            self._around(authority, line)
            | {"entries": fields, "problem": problem, "faults": shown, "once": again}
        )

    def _line(self, authority: UUID, key: str) -> dict[str, Any]:
        found = next((line for line in self.lines_of(authority) if line["key"] == key), None)
        if found is None:
            raise NotVisible
        return found

    def _fields(
        self, line: Mapping[str, Any], values: Mapping[str, Any], faults: Mapping[str, str] | None = None
    ) -> list[forms.Field]:
        if line["kind"] not in ASKED_HERE:
            return []
        pairs = [(one["code"], _label(one["label"])) for one in line.get("choices", ())]
        choices = {line["key"]: pairs} if pairs else {}
        asks = [ask_of(line), words.EFFECTIVE]
        return forms.fields_of(form_of(line["key"]), asks, values, faults=faults, choices=choices)

    def _around(self, authority: UUID, line: Mapping[str, Any]) -> dict[str, Any]:
        changes = [(told, False) for told in line["history"] if told not in line["to_come"]]
        return self.around() | in_words(line) | {
            "back": reverse("settings-page", args=[authority]),
            "history": [
                {
                    "value": value_in_words(line, told["value"]), "from": day_in_words(told["effective_on"]),
                    "by": told["made_by"] or gettext("Le service"), "made": day_in_words(told["made_at"]),
                    "to_come": to_come,
                }
                for told, to_come in [*((told, True) for told in line["to_come"]), *changes]
            ],
        }  # fmt: skip


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
    """Return how a page asks for the value of a setting."""
    bounds = ""
    if line["kind"] == "whole":
        bounds = gettext("De %(least)s à %(most)s.") % {"least": line["minimum"], "most": line["maximum"]}
    elif line.get("marks"):
        bounds = gettext("Ce qui sera rempli : %(marks)s") % {
            "marks": ", ".join(f"{{{one}}}" for one in line["marks"])
        }
    unit = UNITS[line["unit"] or ""][get_language() == "en"]
    label = f"{_label(line['label'])} ({unit})" if unit else _label(line["label"])
    return Ask(line["key"], label, bounds, width="short" if line["kind"] == "whole" else "")


def _label(labels: Mapping[str, str]) -> str:
    return labels["en" if get_language() == "en" else "fr"]


def in_words(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a setting as a line: what it is, its value in force, whether it was ever changed."""
    return {
        "key": line["key"], "title": _label(line["label"]), "law": line["law"] or "",
        "value": value_in_words(line, line["value"]), "default": value_in_words(line, line["default"]),
        "changed": line["value"] != line["default"], "coming": len(line["to_come"]),
        "since": day_in_words(line["effective_on"]) if line["effective_on"] else "",
        "asked_here": line["kind"] in ASKED_HERE,
    }  # fmt: skip


def value_in_words(line: Mapping[str, Any], value: Any) -> str:
    """Return the value of a setting as people say it."""
    kind = line["kind"]
    if kind == "flag":
        return gettext("Oui") if value else gettext("Non")
    if kind in ("choice", "codes"):
        labels = {one["code"]: _label(one["label"]) for one in line.get("choices", ())}
        return ", ".join(labels.get(one, str(one)) for one in (value if isinstance(value, list) else [value]))
    if kind == "week":
        return "\n".join(f"{_day(day)}{gettext(' : ')}{_spans(value[day])}" for day in DAYS)
    if kind == "rows":
        rows = [" – ".join(str(part) for part in row.values() if part) for row in value]
        return "\n".join(rows) or gettext("Aucune ligne")
    unit = UNITS[line["unit"] or ""][get_language() == "en"]
    return f"{value} {unit}".strip()


def _spans(spans: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(f"{span['opens']}–{span['closes']}" for span in spans) or gettext("fermé")


def _day(name: str) -> str:
    french = dict(
        zip(DAYS, ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"), strict=True)
    )
    return name.capitalize() if get_language() == "en" else french[name].capitalize()

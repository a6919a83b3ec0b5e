"""What waits for an editor or a supervisor: errors reported, entries that may be twice, openings."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotVisible
from accounts.models import Authority
from accounts.request import ServiceRequest
from directory import access, queries
from directory.actions import merging, reports, secrets
from directory.inputs import LookInput, SettledInput
from directory.queries import StructurePage
from web import forms
from web.directory import lines, words
from web.directory.base import DirectoryPage
from web.forms import ZONE, Field, Option
from web.generic import ConfirmPage, ShownPage

#: As many lines of each list are shown; the next come once these are done.
SHOWN: Final = 15


class Tasks(DirectoryPage, ShownPage):
    opens_for = access.EDIT
    template = "web/directory/tasks.html"

    def context(self) -> dict[str, Any]:
        return {"lists": lines.tasks(self.actor, at=self.at, shown=SHOWN)}


class Settle(DirectoryPage):
    http_method_names = ["post"]
    opens_for = access.EDIT

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        body = SettledInput.read({"corrected": self.sent.ticked("corrected")})
        reports.settle(pk, body, actor=self.actor, at=self.at)
        return self.onwards(reverse("directory-tasks"))


class Merge(DirectoryPage, ConfirmPage):
    opens_for = access.EDIT
    template = "web/directory/merge.html"

    def body(self) -> dict[str, Any]:
        pk, other = str(self.pk), str(self.kwargs["other"])
        return {"kept": other if self.sent.text("kept") == other else pk}

    def do(self, body: dict[str, Any]) -> UUID:
        """Make them one; return the one that is kept."""
        pair = (self.pk, self.kwargs["other"])
        survivor, lost = sorted(pair, key=lambda one: str(one) != body["kept"])
        return merging.merge(survivor, lost, actor=self.actor, at=self.at).pk

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(reverse("directory-structure", args=[self.body()["kept"]]))

    def around(self) -> dict[str, Any]:
        one, two = (
            queries.structure(each, actor=self.actor, at=self.at) for each in (self.pk, self.kwargs["other"])
        )
        if not (one.may_edit and two.may_edit):
            raise NotVisible
        return super().around() | {
            "title": gettext("Une structure ou deux ?"),
            "back": reverse("directory-tasks"),
            "entries": [_which(one, two)],
            "button": _("Réunir les deux fiches"),
            "why": _("Le même numéro : SIRET, FINESS, ou téléphone dans la même commune."),
            **lines.side_by_side(one, two),
        }


def _which(one: StructurePage, two: StructurePage) -> Field:
    """Return the question which of two entries stays."""
    (ask,) = words.MERGE
    which = Field(ask, "radios", ask.name, f"{forms.IDS}{ask.name}")
    which.options = [
        Option(
            str(one.row.pk), gettext("Fiche A : %(name)s") % {"name": one.row.name}, True, f"{which.id}-0"
        ),
        Option(
            str(two.row.pk), gettext("Fiche B : %(name)s") % {"name": two.row.name}, False, f"{which.id}-1"
        ),
    ]
    return which


# --- Openings of secret addresses, for the supervisor who looks at them (field.md A.7, rule 4) ------------


class OpeningsPage(DirectoryPage):
    opens_for = access.REVIEW

    def waiting(self) -> dict[UUID, dict[str, Any]]:
        """Return those that wait for a look, the first due first, in the times of the reader's authority."""
        own = Authority.objects.filter(pk__in=self.actor.may(access.REVIEW)).order_by("code").first()
        zone = ZoneInfo(own.timezone) if own is not None else ZONE
        rows = queries.openings_to_look_at(self.actor, at=self.at)
        return {one.id: lines.opening(one, zone, at=self.at) for one in rows}


class Openings(OpeningsPage, ShownPage):
    template = "web/directory/openings.html"

    def context(self) -> dict[str, Any]:
        return {"lines": list(self.waiting().values())}


class Look(OpeningsPage, ConfirmPage):
    """Who opened which address when and why; the address itself isn't shown."""

    onward = "directory-openings"
    template = "web/directory/look.html"

    def body(self) -> dict[str, Any]:
        return {"justified": self.sent.text("justified") == "true"} if "justified" in self.sent else {}

    def do(self, body: dict[str, Any]) -> UUID:
        secrets.look_at(self.pk, LookInput.read(body), actor=self.actor, at=self.at)
        return self.pk

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(self.goes_to(made))

    def around(self) -> dict[str, Any]:
        waiting = self.waiting()
        if self.pk not in waiting:
            raise NotVisible
        return super().around() | {"back": reverse(self.onward), "line": waiting[self.pk]}

"""What waits for an editor: errors reported, entries to verify, links without an answer, entries that may be twice."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotVisible
from accounts.request import ServiceRequest
from directory import access, queries
from directory.actions import merging, reports
from directory.inputs import SettledInput
from directory.queries import StructurePage
from web import forms
from web.directory import lines, words
from web.directory.base import DirectoryPage
from web.forms import Field, Option
from web.page import FormPage

#: As many lines of each list are shown; the next come once these are done.
SHOWN: Final = 15


class Tasks(DirectoryPage):
    opens_for = access.EDIT
    template = "web/directory/tasks.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        listed = lines.tasks(self.actor, at=self.at, shown=SHOWN)
        return self.show(self.around() | {"lists": listed})


class Settle(DirectoryPage):
    http_method_names = ["post"]
    opens_for = access.EDIT

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Say whether the entry was wrong, and go back to what waits."""
        body = SettledInput.read({"corrected": self.sent.ticked("corrected")})
        reports.settle(pk, body, actor=self.actor, at=self.at)
        return self.onwards(reverse("directory-tasks"))


class Merge(DirectoryPage, FormPage):
    opens_for = access.EDIT
    template = "web/directory/merge.html"

    def get(self, request: ServiceRequest, pk: UUID, other: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self.page_context(pk, other) | {"once": self.key()})

    def act(self, request: ServiceRequest, pk: UUID, other: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        kept, lost = (other, pk) if self.sent.text("kept") == str(other) else (pk, other)
        self.once({"kept": str(kept)}, lambda: merging.merge(kept, lost, actor=self.actor, at=self.at).pk)
        return self.onwards(reverse("directory-structure", args=[kept]))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, other: UUID) -> HttpResponse:
        return self.show(
            self.page_context(pk, other) | {"problem": problem, "faults": [], "once": self.key(problem)}
        )

    def page_context(self, pk: UUID, other: UUID) -> dict[str, Any]:
        one, two = (queries.structure(each, actor=self.actor, at=self.at) for each in (pk, other))
        if not (one.may_edit and two.may_edit):
            raise NotVisible
        return self.around() | {
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

"""Paper form, for when there is no network: the same questions in the same order."""

from django.http import HttpResponse

from accounts.request import ServiceRequest
from web import forms
from web.filing import grid, place
from web.filing.sections import GROUPS, Section
from web.page import StandingPage


class PaperPage(StandingPage):
    """GET /formulaire-papier."""

    template = "web/filing/paper.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form to print."""
        groups = [
            {"title": group.title, "sections": [_section(one) for one in group.sections]} for group in GROUPS
        ]
        return self.show({"groups": groups})


def _section(section: Section) -> dict[str, object]:
    if section.family is not None:
        return {"title": section.title, "rows": grid.rows_of(section.family, [])}
    asks = list(forms.every(section.asks))
    fields = forms.fields_of(
        section.takes, [forms.Ask(one.name, one.label, only=one.only) for one in asks], {}
    )
    if section.slug == "lieu":
        town = place.fields_of({}, {})
        town[0].options, town[0].kind = [], "text"
        fields = [*town, *fields]
    return {"title": section.title, "fields": fields}

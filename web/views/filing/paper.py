"""Paper form, for when there is no network: the same questions in the same order."""

from django.http import HttpResponse

from accounts.request import ServiceRequest
from web import forms
from web.filing import grid, place
from web.filing.sections import sections
from web.filing.topics import PlaceTopic, SignsTopic, Topic
from web.page import StandingPage


class PaperPage(StandingPage):
    template = "web/filing/paper.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        pages = [
            {"title": one.title, "topics": [_topic(topic) for topic in one.topics]}
            for one in sections(by_cell=False, asked=False)
        ]
        return self.show({"pages": pages})


def _topic(topic: Topic) -> dict[str, object]:
    if isinstance(topic, SignsTopic):
        rows = [row for family in grid.FAMILIES for row in grid.rows_of(family, [])]
        return {"title": topic.title, "rows": rows}
    asks = [
        forms.Ask(one.name, one.label, rows=one.rows, only=one.only, instead=one.instead)
        for one in forms.every(topic.asks)
    ]
    fields = forms.fields_of(topic.takes, asks, {})
    if isinstance(topic, PlaceTopic):
        town, where = place.fields_of({}, {})
        where.options, where.kind = [], "text"
        fields = [town, where, *fields]
    return {"title": topic.title, "fields": fields}

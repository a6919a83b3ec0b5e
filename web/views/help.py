"""Help pages, for everybody: the procedure, the lexicon and the articles of law; no case, no person."""

from django.http import HttpResponse

from accounts.request import ServiceRequest
from core.inputs import Code
from core.query import Query
from referrals.vocabulary.states import State
from web.cases.base import BlanksLeftOut
from web.help import articles, lexicon, procedure
from web.page import Page


class HereQuery(BlanksLeftOut, Query):
    """``state``: the station to be marked; which case stands there isn't said."""

    state = Code(State.choices, required=False)


class ProcedurePage(Page):
    public = True
    query = HereQuery
    template = "web/help/procedure.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        here = str(self.asked.get("state", ""))
        return self.show({"procedure": procedure.drawn(here), "here_at": here, "delays": procedure.delays()})


class LexiconPage(Page):
    public = True
    template = "web/help/lexicon.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show({"terms": lexicon.told()})


class ArticlesPage(Page):
    public = True
    template = "web/help/articles.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show({"codes": articles.by_code()})

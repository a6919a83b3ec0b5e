"""Help pages, for everybody: the procedure, the lexicon and the articles of law; no case, no person."""

from typing import Any

from core.inputs import Code
from core.query import Query
from referrals.vocabulary.states import State
from web.cases.base import BlanksLeftOut
from web.generic import ShownPage
from web.help import articles, lexicon, procedure


class HereQuery(BlanksLeftOut, Query):
    """``state``: the station to be marked; which case stands there isn't said."""

    state = Code(State.choices, required=False)


class ProcedurePage(ShownPage):
    public = True
    query = HereQuery
    template = "web/help/procedure.html"

    def context(self) -> dict[str, Any]:
        here = str(self.asked.get("state", ""))
        return {"procedure": procedure.drawn(here), "here_at": here, "delays": procedure.delays()}


class LexiconPage(ShownPage):
    public = True
    template = "web/help/lexicon.html"

    def context(self) -> dict[str, Any]:
        return {"terms": lexicon.term_lines()}


class ArticlesPage(ShownPage):
    public = True
    template = "web/help/articles.html"

    def context(self) -> dict[str, Any]:
        return {"codes": articles.by_code()}

"""Search by name: a POST, because no address and no log may hold the name searched for (SEC-AU9)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.query import Query
from referrals.duplicates import name_search
from referrals.duplicates.inputs import Wanted
from referrals.rest import schema
from referrals.rest.case_views import CaseView
from referrals.vocabulary import formats


class Searches(CaseView):
    @extend_schema(request=Wanted, responses=schema.NamesFound, operation_id="searches_create")
    def post(self, request: Request) -> Response:
        """Look for a child by name: files that the caller sees, and which other authority to call (§1.3 rule 6).

        Every search counts and is written down, one that is repeated too: there is nothing here to do only once.
        """
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        name_search.require_cell(actor)
        values = Wanted.read(request.data)
        searcher, authority = name_search.searcher(actor, values.pop("authority"))
        answer = name_search.search(name_search.Query(**values), authority, actor=searcher, at=at)
        left_out = {
            "left_out": [formats.labelled(why) for why in answer.left_out],
            "not_indexed": answer.not_indexed,
        }
        answer_body = {"results": answer.lines, "more": answer.more, "elsewhere": answer.elsewhere}
        return Response(answer_body | left_out)

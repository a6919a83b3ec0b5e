"""Search by name: a POST, because no address and no log may hold the name searched for (SEC-AU9)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from core.inputs import Day, Id, StrictSerializer, Text
from core.query import Query
from referrals.duplicates import name_search
from referrals.matching import phonetics
from referrals.rest import schema
from referrals.rest.case_views import CaseView


class Wanted(StrictSerializer):
    """Who is looked for: one name at least; with a second fact the search goes by the index."""

    last_name = Text(max_length=200, required=False, allow_blank=True, default="")
    first_names = Text(max_length=200, required=False, allow_blank=True, default="")
    birth_date = Day(required=False, default=None, allow_null=True)
    authority = Id(required=False, default=None, allow_null=True)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for a name that holds at least one word.

        Raises:
            serializers.ValidationError: there is none.
        """
        if not any(phonetics.words(said[name]) for name in ("last_name", "first_names")):
            raise serializers.ValidationError({"last_name": [ErrorDetail("", code="required")]})
        return said


class Searches(CaseView):
    """Searches by name."""

    @extend_schema(request=Wanted, responses=schema.NamesFound, operation_id="searches_create")
    def post(self, request: Request) -> Response:
        """Look for a child by name: files that the caller sees, and which other authority to call (§1.3 rule 6).

        Every search counts and is written down, one that is repeated too: there is nothing here to do only once.
        """
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        name_search.require_cell(actor)
        values = Wanted.read(request.data)
        searcher, authority = name_search.searcher(actor, values.pop("authority"))
        answer = name_search.search(name_search.Query(**values), authority, actor=searcher, at=at)
        return Response({"results": answer.lines, "more": answer.more, "elsewhere": answer.elsewhere})

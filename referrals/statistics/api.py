"""``/authorities/{id}/figures``: the figures of a year, for the observatory and other readers."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.signin import actor_of, at_of
from referrals.rest import schema
from referrals.statistics import queries
from referrals.statistics.queries import FigureQuery


def _numbers() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(allow_null=True),
        help_text="In the order of `periods`. Null: not told, for it is small, or a small one could be worked out.",
    )


class FigureRow(schema.CodedValue):
    """The numbers of one code."""

    numbers = _numbers()


class FigureTable(serializers.Serializer[None]):
    """One fact in one unit."""

    fact = schema.CodedValue()
    unit = schema.CodedValue()
    total = _numbers()
    rows = FigureRow(many=True)


class FigureTerritory(serializers.Serializer[None]):
    """The tables of one territory; territories share no case."""

    department = serializers.CharField(allow_null=True, help_text="Null: the whole authority, or elsewhere.")
    elsewhere = serializers.BooleanField(
        help_text="What was received for none of the authority's départements."
    )
    tables = FigureTable(many=True)


class FiguresOut(serializers.Serializer[None]):
    """The figures of one year."""

    authority = serializers.UUIDField()
    year = serializers.IntegerField()
    publishable = serializers.BooleanField()
    count_unit = serializers.CharField(
        help_text="COUNT_UNIT as the year ended: `both`, `child`, `sibling_group`."
    )
    least = serializers.IntegerField(
        help_text="SMALL_CELL_MIN as the year ended: no number from 1 to it is told."
    )
    grain = serializers.CharField(help_text="PUBLIC_GRAIN as the year ended: what `territories` are.")
    periods = serializers.ListField(
        child=serializers.CharField(),
        help_text="`2025`, `2025-Q1`, `2025-01`: by receipt, in the authority's zone.",
    )
    territories = FigureTerritory(many=True)


class Figures(APIView):
    """GET /api/v1/authorities/{id}/figures."""

    @extend_schema(
        parameters=[FigureQuery], responses=FiguresOut, operation_id="figures_read", tags=["places"]
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Count the concerns received in a year, their children and measures, by one fact at a time.

        Numbers below the authority's least one aren't told, nor what they could be worked out from. Administrators
        have the facts of the shell alone. Each reading is journaled.
        """
        filters = FigureQuery.of(request.query_params)
        return Response(
            queries.of_year(
                pk,
                filters.get("year"),
                publishable=filters["publishable"],
                actor=actor_of(request),
                at=at_of(request),
            )
        )

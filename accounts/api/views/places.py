"""Authorities, their units, and institutions."""

from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions
from accounts.access import require, require_somewhere, units_of, visible_organisations
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.api.pages import page_schema
from accounts.api.serializers import AuthorityOut, OrganisationOut, UnitOut
from accounts.inputs import AuthorityQuery, CorrectionInput, OfAuthorityQuery, OrganisationInput, UnitInput
from accounts.models import Authority, Unit
from accounts.naming import visible
from accounts.signin import actor_of, at_of
from accounts.validated_actions import corrected, made_organisation
from core.paging import envelope, page_of
from core.query import PagedQuery


class Authorities(APIView):
    """GET /api/v1/authorities."""

    @extend_schema(
        operation_id="authorities_list",
        tags=["places"],
        parameters=[AuthorityQuery],
        responses={200: page_schema("AuthorityPage", AuthorityOut)},
    )
    def get(self, request: Request) -> Response:
        """List the authorities, by code."""
        query = AuthorityQuery.of(request.query_params)
        code = query.pop("code", None)
        authorities = Authority.objects.all() if code is None else Authority.objects.filter(code=code)
        page = page_of(authorities, order=("code", "id"), bound_to=code or "", **query)
        return Response(envelope(page, AuthorityOut(page.items, many=True).data))


class Units(APIView):
    """GET, POST /api/v1/authorities/{id}/units."""

    @extend_schema(
        operation_id="units_list",
        tags=["places"],
        parameters=[PagedQuery],
        responses={200: page_schema("UnitPage", UnitOut)},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List the units of one of one's own authorities, by name."""
        query = PagedQuery.of(request.query_params)
        page = page_of(units_of(actor_of(request), pk), order=("name", "id"), bound_to=str(pk), **query)
        return Response(envelope(page, UnitOut(page.items, many=True).data))

    @extend_schema(
        operation_id="units_make",
        tags=["places"],
        parameters=[IDEMPOTENCY_KEY],
        request=UnitInput,
        responses={201: UnitOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a unit of an authority that one administers."""
        actor, authority = actor_of(request), visible(Authority.objects, pk)
        require(actor, "accounts.manage", authority.pk)

        def make() -> Unit:
            new_unit = actions.NewUnit(authority=authority, **UnitInput.read(request.data))
            return actions.make_unit(actor=actor, at=at_of(request), new_unit=new_unit)

        unit = do_once(request, units_of(actor, authority.pk), make, status=status.HTTP_201_CREATED)
        return Response(UnitOut(unit).data, status=status.HTTP_201_CREATED)


class Organisations(APIView):
    """GET, POST /api/v1/organisations."""

    @extend_schema(
        operation_id="organisations_list",
        tags=["places"],
        parameters=[OfAuthorityQuery],
        responses={200: page_schema("OrganisationPage", OrganisationOut)},
    )
    def get(self, request: Request) -> Response:
        """List the institutions of one's own authorities and of the whole country, by name."""
        query = OfAuthorityQuery.of(request.query_params)
        authority = query.pop("authority", None)
        organisations = visible_organisations(actor_of(request))
        if authority is not None:
            organisations = organisations.filter(authority=authority)
        page = page_of(organisations, order=("name", "id"), bound_to=str(authority), **query)
        return Response(envelope(page, OrganisationOut(page.items, many=True).data))

    @extend_schema(
        operation_id="organisations_make",
        tags=["places"],
        parameters=[IDEMPOTENCY_KEY],
        request=OrganisationInput,
        responses={201: OrganisationOut},
    )
    def post(self, request: Request) -> Response:
        """Add an institution to the list of an authority that one administers."""
        actor = actor_of(request)
        require_somewhere(actor, "organisations.manage")
        make = partial(made_organisation, request.data, actor=actor, at=at_of(request))
        organisation = do_once(request, visible_organisations(actor), make, status=status.HTTP_201_CREATED)
        return Response(OrganisationOut(organisation).data, status=status.HTTP_201_CREATED)


class OneOrganisation(APIView):
    """PUT /api/v1/organisations/{id}."""

    @extend_schema(
        operation_id="organisations_correct",
        tags=["places"],
        request=CorrectionInput,
        responses={200: OrganisationOut},
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Correct the entry of an institution on the list of an authority that one administers."""
        organisation = corrected(request.data, pk, actor=actor_of(request), at=at_of(request))
        return Response(OrganisationOut(organisation).data)

"""Authorities, their units, and institutions."""

from functools import partial
from uuid import UUID

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import actions
from accounts.access import require, require_somewhere, units_of, visible_organisations
from accounts.api.once import do_once
from accounts.api.serializers import AuthorityOut, OrganisationOut, UnitOut
from accounts.inputs import AuthorityQuery, CorrectionInput, OfAuthorityQuery, OrganisationInput, UnitInput
from accounts.models import Authority, Organisation, Unit
from accounts.naming import visible
from accounts.signin import actor_of, by
from accounts.validated_actions import corrected, made_organisation
from core.api import operation
from core.paging import Page, page_of
from core.query import PagedQuery


class Authorities(APIView):
    @operation("authorities_list", "places", AuthorityOut, page="AuthorityPage", query=AuthorityQuery)
    def get(self, request: Request) -> Page:
        """List the authorities, by code."""
        query = AuthorityQuery.of(request.query_params)
        code = query.pop("code", None)
        authorities = Authority.objects.all() if code is None else Authority.objects.filter(code=code)
        return page_of(authorities, order=("code", "id"), bound_to=code or "", **query)


class Units(APIView):
    @operation("units_list", "places", UnitOut, page="UnitPage")
    def get(self, request: Request, pk: UUID) -> Page:
        """List the units of one of one's own authorities, by name."""
        query = PagedQuery.of(request.query_params)
        return page_of(units_of(actor_of(request), pk), order=("name", "id"), bound_to=str(pk), **query)

    @operation("units_make", "places", UnitOut, takes=UnitInput, status=201, once=True)
    def post(self, request: Request, pk: UUID) -> Unit:
        """Make a unit of an authority that one administers."""
        actor, authority = actor_of(request), visible(Authority.objects, pk)
        require(actor, "accounts.manage", authority.pk)

        def make() -> Unit:
            new_unit = actions.NewUnit(authority=authority, **UnitInput.read(request.data))
            return actions.make_unit(new_unit=new_unit, **by(request))

        return do_once(request, units_of(actor, authority.pk), make, status=201)


class Organisations(APIView):
    @operation(
        "organisations_list", "places", OrganisationOut, page="OrganisationPage", query=OfAuthorityQuery
    )
    def get(self, request: Request) -> Page:
        """List the institutions of one's own authorities and of the whole country, by name."""
        query = OfAuthorityQuery.of(request.query_params)
        authority = query.pop("authority", None)
        organisations = visible_organisations(actor_of(request))
        if authority is not None:
            organisations = organisations.filter(authority=authority)
        return page_of(organisations, order=("name", "id"), bound_to=str(authority), **query)

    @operation(
        "organisations_make", "places", OrganisationOut, takes=OrganisationInput, status=201, once=True
    )
    def post(self, request: Request) -> Organisation:
        """Add an institution to the list of an authority that one administers."""
        actor = actor_of(request)
        require_somewhere(actor, "organisations.manage")
        make = partial(made_organisation, request.data, **by(request))
        return do_once(request, visible_organisations(actor), make, status=201)


class OneOrganisation(APIView):
    @operation("organisations_correct", "places", OrganisationOut, takes=CorrectionInput)
    def put(self, request: Request, pk: UUID) -> Organisation:
        """Correct the entry of an institution on the list of an authority that one administers."""
        return corrected(request.data, pk, **by(request))

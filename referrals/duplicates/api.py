"""API of related files: candidates, links, and the filings merged into a file."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose
from core.query import Query
from encryption.sealed import OpenScope
from referrals.access import joined_filings
from referrals.access.relations import CaseAccess
from referrals.duplicates import actions, queries
from referrals.models import Referral
from referrals.reading.disclosures import count_opening
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.vocabulary import formats


class OfSeveral(CaseView):
    """A view that tells of other cases beside its own: its entry names all of them."""

    def opened(
        self,
        referral: Referral,
        ties: CaseAccess,
        others: Iterable[UUID],
        read: Callable[[OpenScope], list[dict[str, Any]]],
        **more: Any,
    ) -> Response:
        """Answer with what ``read`` takes out of the case and of the others, within one disclosure, and with more."""
        count_opening(referral, ties, actor=self.actor, at=self.at)
        with disclosure(
            actor=ties.reader(self.actor),
            purpose=Purpose.HANDLING,
            at=self.at,
            objects=[referral.pseudonym, *journal.subjects(set(others)).values()],
            tenant=referral.authority_id,
            always=True,
        ) as scope:
            return Response(listed(read(scope), None) | more)


class Duplicates(OfSeveral):
    @extend_schema(responses=schema.Duplicates, operation_id="referrals_duplicates")
    def get(self, request: Request, pk: UUID) -> Response:
        """List the files that may be about the same child, with the reasons, and what was decided of each.

        Whoever of the cell reads the list has looked at the matches in it: it is all that a program can be shown.
        """
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        actor, at = self.actor, self.at

        def read(scope: OpenScope) -> list[dict[str, Any]]:
            lines = queries.duplicates(referral, ties, scope, actor=actor, at=at)
            actions.look([UUID(line["id"]) for line in lines if line["looked_at"] is None], ties, at=at)
            return lines

        why = queries.left_out(referral, ties)
        left_out = [formats.labelled(why)] if why else []
        searching = queries.searching(referral, ties)
        return self.opened(referral, ties, (), read, searching=searching, left_out=left_out)


class Links(OfSeveral):
    """Files linked to this one: siblings, later facts, what is joined."""

    @extend_schema(responses=schema.Parts, operation_id="referrals_links")
    def get(self, request: Request, pk: UUID) -> Response:
        """List the files linked or joined to this one, as far as the caller sees them."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        actor, at = self.actor, self.at
        return self.opened(referral, ties, (), lambda _: queries.links(referral, ties, actor=actor, at=at))


class JoinedFilings(OfSeveral):
    @extend_schema(responses=schema.Parts, operation_id="referrals_filings")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the filings joined to this file, as far as the caller's role on the file goes."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        actor, at = self.actor, self.at
        joined = (
            [filing.pk for filing in joined_filings.joined_filings(referral)] if "D" in ties.reads else []
        )
        return self.opened(
            referral,
            ties,
            joined,
            lambda scope: queries.filings(referral, ties, scope, actor=actor, at=at),
        )

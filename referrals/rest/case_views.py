"""Base classes of the views of a case: caller, version, idempotency key, and the answer.

Views translate in, call once, translate out. They hold no rule.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.api.once import once_of
from accounts.models import Replay
from accounts.replays import Once
from accounts.request import actor_in, bare
from core.query import Query
from referrals.access import case_ties, matrix, visibility
from referrals.access.relations import CaseAccess
from referrals.errors import NotVisible
from referrals.execution.abilities import described
from referrals.execution.preconditions import MALFORMED
from referrals.execution.results import ASKED, StepResult
from referrals.models import Referral
from referrals.reading import filings
from referrals.reading.disclosures import seen

_ETAG: Final = re.compile(r'"(0|[1-9][0-9]{0,8})"', re.ASCII)


class CaseView(APIView):
    """A view of the API of cases."""

    def actor(self, request: Request) -> Actor:
        """Return who asks."""
        return actor_in(bare(request))

    def at(self, request: Request) -> datetime:
        """Return the instant of the request."""
        return bare(request).at

    def version(self, request: Request) -> int | None:
        """Return the version in ``If-Match``; None without one, a version that none has if it is malformed."""
        header = request.headers.get("If-Match")
        if header is None:
            return None
        match = _ETAG.fullmatch(header.strip())
        return int(match[1]) if match else MALFORMED

    def seen(self, request: Request, pk: UUID) -> tuple[Referral, CaseAccess]:
        """Return a case that the caller may know of, with what ties the caller to it.

        Raises:
            NotVisible: absent, or not for this caller.
        """
        return seen(bare(request), pk)

    def once(self, request: Request, *, required: bool) -> Once | None:
        """Return the request's idempotency, if it has a key.

        Raises:
            MissingKey, MalformedKey: a key is required, or isn't one.
        """
        return once_of(request, required=required)

    def write(
        self,
        request: Request,
        pk: UUID,
        act: Callable[[], StepResult],
        *,
        filing: bool = False,
        status: int | None = None,
    ) -> Response:
        """Do a write on a case the caller may know of: at once, or not again under the same Idempotency-Key.

        ``filing``: the write files a concern, so that a key is required and a program is answered by its receipt.
        ``status`` is that of the answer, where it isn't the act's own.
        """
        Query.of(request.query_params)
        try:
            self.seen(request, pk)
        except NotVisible:
            if filing and (again := self.receipt_again(request)) is not None:
                return again
            return self.unseen(request, pk)
        actor, once = self.actor(request), self.once(request, required=filing)
        if once is not None:
            once.wait(actor)
            if (past := once.honoured(actor)) is not None:
                return self.done_before(request, pk, past)
        done = act()
        if once is not None:
            self.keep(request, once, done)
        return self.answer(request, done, status=status)

    def done_before(self, request: Request, pk: UUID, past: Replay) -> Response:
        """Answer a write that was done already under the same Idempotency-Key; rights are asked again."""
        # Read anew: whoever did it first may have moved the case while this request waited.
        referral, _ = self.seen(request, pk)
        awaits = past.status == ASKED
        done = StepResult(
            referral=referral, made=None if awaits else past.part, approval=past.part if awaits else None
        )
        return self.answer(request, done, status=past.status)

    def unseen(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - a view may know better
        """Answer a write on a case that the caller may not know of.

        Raises:
            NotVisible: always, unless the view knows better.
        """
        raise NotVisible

    def receipt_again(self, request: Request, *, status: int | None = None) -> Response | None:
        """Return the receipt of a program's filing that is sent a second time; None where there is none.

        The program may know nothing of the case any more, its receipt excepted (domain.md §1.3).
        """
        actor = self.actor(request)
        if not actor.holding(matrix.RECEIVERS) or (once := once_of(request)) is None:
            return None
        past = once.honoured(actor)
        filed = (
            visibility.receipts(actor, at=self.at(request)).filter(pk=past.thing).first() if past else None
        )
        if past is None or filed is None:
            return None
        return Response(filings.receipt(filed), status=status or past.status)

    def keep(self, request: Request, once: Once, done: StepResult) -> None:
        """Keep what a request did under its Idempotency-Key."""
        once.keep(
            self.actor(request),
            status=done.status,
            thing=done.referral.pk,
            part=done.approval or done.made,
            version=done.referral.version,
            at=self.at(request),
        )

    def answer(self, request: Request, done: StepResult, *, status: int | None = None) -> Response:
        """Answer a write: the shell, what may be done next, the clocks; never a sealed value (design.md)."""
        actor, at = self.actor(request), self.at(request)
        # What is asked anew is the right to see it; the case itself is as the act has left it.
        seen = visibility.still_seen(actor, done.referral.pk, at=at)
        if seen is None:  # the act itself took the case out of the actor's sight
            filed = visibility.receipts(actor, at=at).filter(pk=done.referral.pk).first()
            if filed is not None:
                return Response(filings.receipt(filed), status=status or done.status)
            left = {"id": str(done.referral.pk)}
            if done.made is not None:  # what was made elsewhere: a case that was taken over (T32)
                left["made"] = str(done.made)
            return Response(left, status=status or done.status)
        body = described(done.referral, case_ties.ties_of(seen, actor), actor=actor, at=at)
        if done.made is not None:
            body["made"] = str(done.made)
        if done.approval is not None:
            body["approval"] = str(done.approval)
        if done.warnings:
            body["warnings"] = list(done.warnings)
        return tagged(Response(body, status=status or done.status), done.referral, body)


def tagged(response: Response, referral: Referral, body: Mapping[str, Any]) -> Response:
    """Set the ``ETag``, which is the version; a filer is shown none, for it would tell that somebody works."""
    if "version" in body:
        response["ETag"] = f'"{referral.version}"'
    return response


def listed(rows: Sequence[Any], cursor: str | None) -> dict[str, Any]:
    """Return a page."""
    return {"results": list(rows), "next": cursor}

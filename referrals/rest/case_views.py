"""Base classes of the views of a case: caller, version, idempotency key, and the answer.

Views translate in, call once, translate out. They hold no rule.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.api.once import once_of
from accounts.models import Replay
from accounts.replays import Once
from accounts.request import actor_in, bare
from core.api import operation
from core.query import Query
from referrals.access import case_ties, matrix, visibility
from referrals.access.relations import CaseAccess
from referrals.errors import NotVisible
from referrals.execution.abilities import described
from referrals.execution.preconditions import MALFORMED
from referrals.execution.runner import ASKED, StepResult
from referrals.models import Referral
from referrals.reading import filings
from referrals.reading.disclosures import seen

_ETAG: Final = re.compile(r'"(0|[1-9][0-9]{0,8})"', re.ASCII)


class CaseView(APIView):
    """A view of the API of cases: who asks, when, and ``filters``, which the address asks for behind its ``?``."""

    filters: dict[str, Any]

    @property
    def actor(self) -> Actor:
        return actor_in(bare(self.request))

    @property
    def at(self) -> datetime:
        return bare(self.request).at

    @property
    def version(self) -> int | None:
        """Return the version in ``If-Match``; None without one, a version that none has if it is malformed."""
        header = self.request.headers.get("If-Match")
        if header is None:
            return None
        match = _ETAG.fullmatch(header.strip())
        return int(match[1]) if match else MALFORMED

    def seen(self, pk: UUID) -> tuple[Referral, CaseAccess]:
        """Return a case that the caller may know of, with what ties the caller to it.

        Raises:
            NotVisible: absent, or not for this caller.
        """
        return seen(bare(self.request), pk)

    def once(self, *, required: bool) -> Once | None:
        """Return the request's idempotency, if it has a key.

        Raises:
            MissingKey, MalformedKey: a key is required, or isn't one.
        """
        return once_of(self.request, required=required)

    def write(
        self,
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
        Query.of(self.request.query_params)
        try:
            self.seen(pk)
        except NotVisible:
            if filing and (again := self.receipt_again()) is not None:
                return again
            return self.unseen(pk)
        actor, once = self.actor, self.once(required=filing)
        if once is not None:
            once.wait(actor)
            if (past := once.honoured(actor)) is not None:
                return self.done_before(pk, past)
        done = act()
        if once is not None:
            self.keep(once, done)
        return self.answer(done, status=status)

    def done_before(self, pk: UUID, past: Replay) -> Response:
        """Answer a write that was done already under the same Idempotency-Key; rights are asked again."""
        # Read anew: whoever did it first may have moved the case while this request waited.
        referral, _ = self.seen(pk)
        awaits = past.status == ASKED
        done = StepResult(
            referral=referral, made=None if awaits else past.part, approval=past.part if awaits else None
        )
        return self.answer(done, status=past.status)

    def unseen(self, pk: UUID) -> Response:  # noqa: ARG002 - a view may know better
        """Answer a write on a case that the caller may not know of.

        Raises:
            NotVisible: always, unless the view knows better.
        """
        raise NotVisible

    def receipt_again(self, *, status: int | None = None) -> Response | None:
        """Return the receipt of a program's filing that is sent a second time; None where there is none.

        The program may know nothing of the case any more, its receipt excepted (domain.md §1.3).
        """
        actor = self.actor
        if not actor.holding(matrix.RECEIVERS) or (once := once_of(self.request)) is None:
            return None
        past = once.honoured(actor)
        filed = visibility.receipts(actor, at=self.at).filter(pk=past.thing).first() if past else None
        if past is None or filed is None:
            return None
        return Response(filings.receipt(filed), status=status or past.status)

    def keep(self, once: Once, done: StepResult) -> None:
        """Keep what a request did under its Idempotency-Key."""
        once.keep(
            self.actor,
            status=done.status,
            thing=done.referral.pk,
            part=done.approval or done.made,
            version=done.referral.version,
            at=self.at,
        )

    def answer(self, done: StepResult, *, status: int | None = None) -> Response:
        """Answer a write: the shell, what may be done next, the clocks; never a sealed value (design.md)."""
        actor, at = self.actor, self.at
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


def case_operation(
    name: str,
    answer: Any,
    *,
    query: type[Query] | None = None,
    takes: object = None,
    tag: str | None = None,
    status: int = 200,
    once: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """Declare a method of a ``CaseView``: the OpenAPI operation ``name``, with ``answer`` as its schema.

    The method takes what the address names. It returns what JSON holds, which is answered with ``status``, or a
    response, which goes out as it is. ``query`` is read before it, into ``self.filters``; without one no parameter is
    taken. ``takes`` is the input in the body; the method reads it, after the rights were asked. ``once``: an
    Idempotency-Key may come, to which the method sees.
    """

    def declare(method: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(method)
        def respond(view: CaseView, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            view.filters = (query or Query).of(request.query_params)
            result = method(view, *args, **kwargs)
            return result if isinstance(result, HttpResponseBase) else Response(result, status=status)

        return operation(name, tag, {status: answer}, takes=takes, query=query, once=once)(respond)

    return declare


def tagged(response: Response, referral: Referral, body: Mapping[str, Any]) -> Response:
    """Set the ``ETag``, which is the version; a filer is shown none, for it would tell that somebody works."""
    if "version" in body:
        response["ETag"] = f'"{referral.version}"'
    return response


def listed(rows: Sequence[Any], cursor: str | None) -> dict[str, Any]:
    """Return a page."""
    return {"results": list(rows), "next": cursor}

"""Request pipeline of the API and the pages: one transaction, one instant, one actor, a record of refusals.

``Arrival`` gives the request its id. ``Gate`` refuses all requests while a restored database awaits its replay.
``OneTransaction`` reads the instant of the act from the database's clock and answers only after the commit. Inside it,
``Caller`` authenticates the caller and tells row-level security whose rows these are. An answer of 400 or more rolls
all of it back, and the keys made for it are destroyed, unless the refusal itself must be kept (a counted wrong one-time
code: ``request.stands``); then the refusal is written, in a transaction of its own (SEC-AL2 to AL4). Views find
``request.at`` and ``request.actor``; a view that has let the caller know of a case sets ``request.concerned``, so that
the refusal names it, and ``request.purpose`` where the purpose matters. ``accounts/request.py`` declares all attributes
that are set on a request.

A request with a file runs twice: the first transaction checks rights, then the body is read with no transaction open,
and the second checks again and stores the file. The API parses a form in no other way. A request that has to call
another server also runs twice (``accounts/outbound_calls.py``), and so does one that has to prove something by entries
that have no place yet: it is rolled back, waits, and is run again (``audit/places.py``).
"""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, transaction
from django.http import HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from accounts import sessions, throttling
from accounts.actor import Actor
from accounts.errors import AccountsError, TokenRefused, TokensDelayed
from accounts.origin import origin_of
from accounts.outbound_calls import Outside
from accounts.request import Refusal, ServiceRequest
from accounts.signin import actor_for
from audit import alarms, places
from audit.disclosure import watched
from audit.errors import AuditError, JournalUnavailable
from audit.events import Outcome
from audit.journal import count_anonymous_denial, record_refusal
from config import closed, errors, probing
from core import paging
from core.clock import instant
from encryption.errors import EncryptionError
from encryption.keys import MadeKeys, noted
from outbox import maintenance_gate
from outbox.errors import OutboxError
from referrals.access import exceptions as access_exceptions
from referrals.access import row_level_security
from referrals.attachments.inputs import BodyToCome
from referrals.errors import CasesDelayed
from web import assets
from web.urls import SEGMENTS

API: Final = "/api/v1/"
#: What the supervisor and the monitoring ask.
SUPERVISED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
#: These, and the files of pages that are there while the service is closed.
OPEN: Final = SUPERVISED | frozenset({*(f"/{one.pattern}" for one in assets.routes())})
FIRST_REFUSAL: Final = 400
OUR_FAULT: Final = 500
#: Methods that change nothing but the journal.
SAFE: Final = frozenset({"GET", "HEAD"})

type View = Callable[[ServiceRequest], HttpResponse]


def is_carried(request: ServiceRequest) -> bool:
    """Tell whether the request is one of the API or of a page: the others read no case and know nobody."""
    return request.path_info.startswith(API) or request.path_info.split("/", 2)[1] in SEGMENTS


class Arrival:
    """Give the request its id, which every log line, entry and error of it bears."""

    def __init__(self, get_response: View) -> None:
        """Stand before ``get_response``."""
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponse:
        """Answer with the id in ``X-Request-Id``; an id that came with the request counts for nothing."""
        rid = str(uuid4())
        request.rid = rid
        structlog.contextvars.bind_contextvars(request_id=rid)
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response["X-Request-Id"] = rid
        return response


class Gate:
    """Answer nothing but the supervisor's questions while the service is closed (SEC-FT12), or say so (SEC-FT17).

    Nothing is written then, the journal neither: it would be written into a database that isn't whole.
    """

    def __init__(self, get_response: View) -> None:
        """Stand before ``get_response``."""
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponse:
        """Go on, or answer 503."""
        if request.path_info in SUPERVISED:
            _be_named(request)
        if request.path_info not in OPEN:
            try:
                maintenance_gate.require_open()
            except (OutboxError, EncryptionError, DatabaseError) as failed:
                return errors.answer_to(failed, request) or closed.answer(request)
        return self.get_response(request)


def _be_named(request: ServiceRequest) -> None:
    """Let a probe that calls this process by an address, or by a container's name, ask by the name of the service.

    Nothing in these answers depends on the name; a monitoring system can't choose what it sends as ``Host``.
    """
    try:
        request.get_host()
    except DisallowedHost:
        request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]


class OneTransaction:
    """Carry a request through one transaction, and write down what was refused."""

    def __init__(self, get_response: View) -> None:
        """Stand before ``get_response``."""
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponse:
        """Answer after the commit; a request that fails leaves its refusal and nothing else."""
        if not is_carried(request):
            return self.get_response(request)
        response = self._answered(request)
        with suppress(DatabaseError, EncryptionError):  # it is tried again after the next request
            alarms.raise_again(at=request.at)
        sessions.note_use(request)
        throttling.note_failure(request)
        return response

    def _answered(self, request: ServiceRequest) -> HttpResponse:
        request.at = datetime.now(UTC)  # until the database has told its own
        request.actor = None
        request.concerned = None
        request.purpose = None
        if request.path_info.startswith(API):
            # Django would parse a form into memory and files of its own when it is asked for a token of the form.
            request.POST = QueryDict()
            request._files = MultiValueDict()  # what Django's own parsing would set
        response = self._attempted(request)
        # What the first pass opened was rolled back, and left with nobody: the second one opens it anew.
        if request.awaited and places.wait_for(request.awaited):
            response = self._attempted(request)
        return response if response.status_code < FIRST_REFUSAL else _written_down(request, response)

    def _attempted(self, request: ServiceRequest) -> HttpResponse:
        """Run the request in a transaction; answer with what was opened only if each opening is written down."""
        request.awaited = frozenset()  # set by config/errors.py
        with watched() as watch, noted() as new_keys:
            try:
                response = self._carried(request, new_keys)
                if isinstance(response, BodyToCome | Outside):
                    response = self._received(request, response, new_keys)
                if response.status_code < FIRST_REFUSAL:
                    watch.require_recorded()
            except (DatabaseError, AuditError) as failed:
                response = errors.answer_to(failed, request) or errors.server_error(request)
        return response

    def _received(
        self, request: ServiceRequest, awaited: BodyToCome | Outside, new_keys: MadeKeys
    ) -> HttpResponse:
        """Read the body that the first transaction let in, or call outside, with none open; then ask all again."""
        try:
            awaited.receive(request)
        except Exception as failed:
            answer = errors.answer_to(failed, request)
            if answer is None:
                raise
            return answer
        response = self._carried(request, new_keys)
        # Not where it ended otherwise: whether a commit that broke off counts is known to the sweep alone.
        awaited.settle(kept=response.status_code < FIRST_REFUSAL)
        return response

    def _carried(self, request: ServiceRequest, new_keys: MadeKeys) -> HttpResponse:
        with transaction.atomic():
            request.at = instant(row_level_security.close())
            request.stands = False  # set by config/errors.py
            response = self.get_response(request)
            refused = response.status_code >= FIRST_REFUSAL and not request.stands
            if refused:
                transaction.set_rollback(True)
        if refused:
            new_keys.take_back()
            # The session is what it was: a cookie of what was rolled back would sign the caller out.
            response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return response


class Caller:
    """Find out who is asking, and let the database show the rows of their authorities."""

    def __init__(self, get_response: View) -> None:
        """Stand before ``get_response``."""
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponse:
        """Go on with ``request.actor``, or refuse a token that opens nothing."""
        if not is_carried(request):
            return self.get_response(request)
        try:
            actor = actor_for(request, at=request.at)
        except TokenRefused as refused:
            wait = throttling.token_failed(request, at=request.at)
            answer = errors.answer_to(TokensDelayed(wait) if wait else refused, request)
            return answer or errors.refuse(request, 401, "not-authenticated")
        except AccountsError as refused:
            return errors.answer_to(refused, request) or errors.refuse(request, 401, "not-authenticated")
        request.actor = actor
        if actor is not None:
            request.refusals = row_level_security.open_for(actor, asked=probing.question_of(request, actor))
        remembered = access_exceptions.remembering() if request.method in SAFE else nullcontext()
        with remembered, paging.read_by(actor.user_id if actor is not None else None):
            return self.get_response(request)

    def process_view(self, request: ServiceRequest, *_: object) -> HttpResponse | None:
        """Let whoever was refused too many cases wait, before anything is looked at (SEC-AZ23)."""
        delayed = probing.wait_of(request)
        return None if delayed is None else errors.answer_to(delayed, request)

    def process_exception(self, request: ServiceRequest, exception: Exception) -> HttpResponse | None:
        """Answer what the view of a page raises; the API's framework answers for its own views."""
        return errors.answer_to(exception, request)


def _written_down(request: ServiceRequest, response: HttpResponse) -> HttpResponse:
    """Write the refusal; where that can't be done, nothing else may be said either (SEC-AL4)."""
    refusal: Refusal | None = getattr(request, "refusal", None)
    rule = (refusal.rule or refusal.code) if refusal is not None else f"status-{response.status_code}"
    if refusal is not None and refusal.code == JournalUnavailable.code:
        return response
    try:
        actor = request.actor
        if actor is None:
            count_anonymous_denial(at=request.at, rule=rule, origin=origin_of(request, auth="none"))
        else:
            due = probing.note(request, response, refusal.code if refusal is not None else "")
            if due is None:
                _record(request, actor, rule, failed=response.status_code >= OUR_FAULT)
            elif due:
                request.concerned = request.purpose = None
                _record(request, actor, CasesDelayed.code, failed=False, count=due)
    except AuditError as failed:
        return errors.answer_to(failed, request) or closed.answer(request)
    return response


def _record(
    request: ServiceRequest, actor: Actor, rule: str, *, failed: bool, count: int | None = None
) -> None:
    pseudonym, authority, filing = request.concerned or (None, None, False)
    # Where it isn't known whose case it was about, the auditors of all the caller's authorities see it.
    tenants: list[UUID | None] = [authority] if authority else [*sorted(actor.authority_ids)] or [None]
    for tenant in tenants:
        record_refusal(
            actor=replace(actor, filing=filing),
            at=request.at,
            rule=rule,
            outcome=Outcome.FAIL if failed else Outcome.DENY,
            objects=[pseudonym] if pseudonym else [],
            tenant=tenant,
            purpose=request.purpose,
            count=count,
        )

"""Error contract: the HTTP status of each error, and its problem document (RFC 9457).

The apps raise errors that know no HTTP; here one table gives each its status, and ``answer_to`` makes the document. It
is built from fixed sentences (``config/error_messages.py``), codes and field names: it returns nothing that was sent
(SEC-IN11), and all 404 are the same bytes but for the request id (SEC-AZ5). Where a part of the service is out, every
request gets one answer (``config/closed.py``).
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import structlog
from django.core import exceptions as django
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_from_request
from rest_framework import exceptions as drf
from rest_framework.request import Request

from accounts import errors as accounts
from accounts.request import Refusal, ServiceRequest, bare
from audit import errors as audit
from config import closed
from config.closed import PROBLEM, RETRY_AFTER_SECONDS
from config.error_messages import FAULTS, STATUSES, TITLES
from config.parsing import BodyRefused
from core import french, query
from core.languages import Text
from encryption import errors as encryption
from outbox import errors as outbox
from referrals import errors as referrals
from web import problems
from web.journal import rules

STATUS: Final[dict[type[Exception], int]] = {
    encryption.Unreadable: 409,
    encryption.RowChanged: 409,
    encryption.KeysUnavailable: 503,
    encryption.KeyExhausted: 503,
    encryption.ScopeClosed: 503,
    encryption.Unsealable: 400,
    outbox.AddressRefused: 400,
    outbox.ServiceClosed: 503,
    audit.JournalUnavailable: 503,
    audit.NotAuditor: 403,
    audit.PseudonymRefused: 409,
    query.InvalidQuery: 400,
    audit.NotInTree: 404,
    audit.PlaceAwaited: 409,
    audit.LogContradicted: 503,
    audit.OriginRefused: 503,
    audit.WitnessFileFaulty: 503,
    audit.NoWitnessedCheckpoint: 409,
    audit.HoldStands: 409,
    audit.JournalBehind: 503,
    audit.LedgerUnavailable: 503,
    audit.LedgerRefused: 409,
    audit.ExportRefused: 409,
    accounts.SignInRefused: 401,
    accounts.PresentPasswordRefused: 401,
    accounts.SignInDelayed: 429,
    accounts.AsksDelayed: 429,
    accounts.LinkRefused: 409,
    accounts.TokensDelayed: 429,
    accounts.ProofRefused: 401,
    accounts.StepUpRequired: 401,
    accounts.TooManyTries: 429,
    accounts.PasskeyNeeded: 403,
    accounts.TooManyFactors: 409,
    accounts.TooManyFeeds: 409,
    accounts.LastFactor: 409,
    accounts.OwnReset: 403,
    accounts.ProviderRefused: 401,
    accounts.ProviderUnavailable: 503,
    accounts.IdentityUnknown: 401,
    accounts.IdentityTaken: 409,
    accounts.OrganisationDiffers: 409,
    accounts.TokenRefused: 401,
    accounts.CrossSiteRefused: 403,
    accounts.NotAllowed: 403,
    accounts.NotVisible: 404,
    accounts.InvalidInput: 400,
    accounts.AlreadyThere: 409,
    accounts.NumberTaken: 409,
    accounts.AddressTaken: 409,
    accounts.ImportOutdated: 409,
    accounts.OwnRequest: 403,
    accounts.TwoPersonsNeeded: 403,
    accounts.OwnGrant: 403,
    accounts.CertificateMissing: 409,
    accounts.OwnReview: 403,
    accounts.OwnAccount: 403,
    accounts.PeopleSignIn: 403,
    accounts.MissingKey: 400,
    accounts.MalformedKey: 400,
    accounts.KeyReused: 422,
    referrals.NotVisible: 404,
    referrals.UnknownAction: 404,
    referrals.NotAllowed: 403,
    referrals.WrongState: 409,
    referrals.GuardRefused: 409,
    referrals.ApproverRefused: 409,
    referrals.ApprovalClosed: 409,
    referrals.TransferBroken: 409,
    referrals.StaleVersion: 412,
    referrals.MissingVersion: 428,
    referrals.IncompleteFiling: 400,
    referrals.InvalidInput: 400,
    referrals.TooManySearches: 429,
    referrals.TooManyTies: 429,
    referrals.TooManyExports: 429,
    referrals.TooManyLookups: 429,
    referrals.CapReached: 429,
    referrals.CasesDelayed: 429,
    referrals.SearchTooWide: 409,
    referrals.ExportTooWide: 409,
    referrals.ExportClosed: 409,
    referrals.OwnExport: 403,
    referrals.FileRefused: 422,
    referrals.FileTooLarge: 413,
    referrals.QuotaReached: 409,
    referrals.UploadCut: 400,
    referrals.NotScannedYet: 409,
    referrals.NotServed: 409,
    referrals.FileBarred: 409,
    referrals.ObjectMissing: 409,
    referrals.UploadsBusy: 503,
    referrals.ParserUnavailable: 503,
    referrals.StoreUnavailable: 503,
}
"""The status of each class of the apps' ``errors.py``; a subclass has its parent's unless it has a line."""

FRAMEWORK: Final[dict[type[Exception], tuple[int, str]]] = {
    drf.ValidationError: (400, "invalid-input"),
    drf.ParseError: (400, "body-not-json"),
    drf.NotAuthenticated: (401, "not-authenticated"),
    drf.AuthenticationFailed: (401, "authentication-failed"),
    drf.PermissionDenied: (403, "not-allowed"),
    drf.NotFound: (404, "not-found"),
    drf.MethodNotAllowed: (405, "method-not-allowed"),
    drf.NotAcceptable: (406, "not-acceptable"),
    drf.UnsupportedMediaType: (415, "unsupported-media-type"),
    drf.Throttled: (429, "throttled"),
    Http404: (404, "not-found"),
    django.PermissionDenied: (403, "not-allowed"),
    django.RequestDataTooBig: (400, "body-too-large"),
    django.SuspiciousOperation: (400, "bad-request"),
    django.BadRequest: (400, "bad-request"),
    OperationalError: (503, "unavailable"),
    InterfaceError: (503, "unavailable"),
}
# The pages of the journal tell refusals by the same sentences.
rules.add_titles(
    {str(getattr(error, "code", "")): STATUSES[status] for error, status in STATUS.items()}
    | TITLES
    | {f"status-{status}": title for status, title in STATUSES.items()}
)

#: A part of the service doesn't answer, or may not: one answer for all that was asked (``config/closed.py``).
OUT: Final = (
    encryption.KeysUnavailable,
    outbox.ServiceClosed,
    audit.JournalUnavailable,
    OperationalError,
    InterfaceError,
)
#: PostgreSQL's word for a transaction that may only read: a standby that was asked to write.
_READ_ONLY: Final = "25006"
UNNAMED: Final = "?"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_BOUND: Final = re.compile(r"-?[0-9]{1,16}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WRITTEN_HERE: Final = frozenset(
    {"type", "title", "status", "code", "request_id", "detail", "errors", "fields", "parameters", "missing"}
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with one field; ``need`` says what asks for a missing one."""

    field: str
    code: str
    bound: str = ""
    need: str = ""

    def document(self) -> dict[str, str]:
        """Return what the caller reads, in the present language; a code without a sentence is told as ``invalid``."""
        code = self.code.replace("_", "-")
        if code not in FAULTS:
            code = "invalid"
        item = {"field": self.field, "code": code, "detail": str(FAULTS[code])}
        more = {"bound": self.bound, "need": self.need}
        return item | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class _Problem:
    """A refusal on its way to the wire: ``extra`` is for the program, ``detail`` a sentence of the apps."""

    status: int
    code: str
    detail: Text = ""
    extra: Mapping[str, Any] | None = None
    faults: Iterable[_Fault] = ()


def problem(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Answer an error raised by a view of the API; DRF's exception handler.

    None lets an unexpected error go on to Django's last resort, ``server_error``.
    """
    return answer_to(exc, context["request"])


def answer_to(exc: Exception, request: ServiceRequest | Request) -> HttpResponse | None:
    """Return the document for ``exc``, or None if it is no refusal but a fault of ours.

    ``request`` is Django's or DRF's. Leaves what to journal in ``request.refusal``.
    """
    carried = bare(request) if isinstance(request, Request) else request
    out = isinstance(exc, OUT) or _is_unusable(exc)
    problem = _described(exc) or (_Problem(503, "unavailable") if out else None)
    if problem is None:
        return None
    if problem.status >= 500:
        _log.error("request:failed", code=problem.code, status=problem.status, exc_info=exc)
    if out:
        _leave(carried, problem)
        return closed.answer(carried)
    response = _document(carried, problem)
    # What was written on the way to the refusal counts: a wrong code is one more of them (config/pipeline.py).
    carried.stands = getattr(exc, "stands", False)
    carried.awaited = exc.entries if isinstance(exc, audit.PlaceAwaited) else frozenset()
    if (wait := getattr(exc, "wait", None)) is not None:  # in seconds; DRF's Throttled too
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _is_unusable(exc: Exception) -> bool:
    """Tell whether a database answers and can't be used: SQLite's file is damaged, PostgreSQL's server only reads."""
    return type(exc) is DatabaseError or getattr(exc.__cause__, "sqlstate", "") == _READ_ONLY


def status_of(kind: type[BaseException]) -> int | None:
    """Return the status of a class of the apps' errors, its nearest parent's if it has no line of its own."""
    return next((STATUS[parent] for parent in kind.__mro__ if parent in STATUS), None)


def request_id(request: ServiceRequest) -> str:
    """Return the id that the pipeline gave to the request; give one if it was refused before that."""
    rid: str = getattr(request, "rid", "") or str(uuid4())
    request.rid = rid
    return rid


def bad_request(request: ServiceRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself finds suspicious; its ``handler400``."""
    return answer_to(exception, request) or refuse(request, 400, "bad-request")


def forbidden(request: ServiceRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer ``PermissionDenied`` outside the API; Django's ``handler403``."""
    return refuse(request, 403, "not-allowed")


def not_found(request: ServiceRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer an address that leads nowhere, as if it led to something hidden; Django's ``handler404``."""
    return refuse(request, 404, "not-found")


def server_error(request: ServiceRequest) -> HttpResponse:
    """Answer what nobody foresaw; Django's ``handler500``, the last resort.

    What the middleware raises comes here too, so a refusal among it gets its own answer. A fault is logged
    with its traceback; ``config/logs.py`` keeps values out of it.
    """
    raised = sys.exception()
    if isinstance(raised, Exception) and (answer := answer_to(raised, request)) is not None:
        return answer
    _log.error("request:failed", code="internal-error", status=500, exc_info=raised)
    return refuse(request, 500, "internal-error")


def csrf_failure(request: ServiceRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """Answer an unsafe request without its CSRF token; why isn't said."""
    return refuse(request, 403, "csrf")


def refuse(request: ServiceRequest, status: int, code: str) -> HttpResponse:
    """Return the document of a refusal that no exception stands for."""
    return _document(request, _Problem(status, code))


def _described(exc: Exception) -> _Problem | None:
    if (status := status_of(type(exc))) is not None:
        return _of_app(exc, status)
    if isinstance(exc, BodyRefused):
        return _Problem(400, exc.code)
    if isinstance(exc, drf.ValidationError):
        return _Problem(*FRAMEWORK[drf.ValidationError], faults=_faults(exc.detail))
    described = next((FRAMEWORK[parent] for parent in type(exc).__mro__ if parent in FRAMEWORK), None)
    return None if described is None else _Problem(*described)


def _of_app(exc: Exception, status: int) -> _Problem:
    code: str = getattr(exc, "code", "")
    if status == 404:
        return _Problem(404, "not-found")  # nothing more: "absent" and "not for you" look the same
    extra: Mapping[str, Any] = getattr(exc, "extra", {})
    detail: Text = exc.args[0] if exc.args else ""  # not ``str(exc)``: the language of the answer comes later
    return _Problem(status, code, detail=detail, extra=extra, faults=_faults_of_app(extra))


def _faults_of_app(extra: Mapping[str, Any]) -> Iterator[_Fault]:
    """Yield the faults that an app names itself: a map of names to codes, or a list of items."""
    for name, codes in _items(extra, "fields", "parameters"):
        for code in [codes] if isinstance(codes, str) else codes:
            yield _Fault(_path(name.split(".")), str(code))
    for item in extra.get("missing", ()):
        yield _Fault(_path(item["field"].split(".")), "required", need=item.get("need", ""))


def _items(extra: Mapping[str, Any], *keys: str) -> Iterator[tuple[str, Any]]:
    for key in keys:
        named = extra.get(key, {})
        if isinstance(named, Mapping):
            yield from named.items()
        else:
            yield from ((item["field"], item["code"]) for item in named)


def _faults(detail: object, path: tuple[str, ...] = ()) -> Iterator[_Fault]:
    """Yield a fault for each leaf of DRF's nested lists and maps of errors."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _faults(inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(detail, list | tuple):
        for place, inner in enumerate(detail):
            yield from _faults(inner, (*path, str(place)) if isinstance(inner, Mapping) else path)
    else:
        # The message is a bound or nothing (core/inputs.py); the framework's own may repeat what was sent.
        bound = str(detail) if _BOUND.fullmatch(str(detail)) else ""
        yield _Fault(_path(path), str(getattr(detail, "code", None) or "invalid"), bound)


def _path(parts: Iterable[str]) -> str:
    return ".".join(part if part.isdecimal() or _NAME.fullmatch(part) else UNNAMED for part in parts)


def _document(request: ServiceRequest, problem: _Problem) -> HttpResponse:
    language = get_language_from_request(request)
    _leave(request, problem)
    for_reader = french.for_page() if problems.is_read_by_a_person(request) else nullcontext()
    with translation.override(language), for_reader:
        response = _written(request, _body(request, problem))
    response["Content-Language"] = language
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="repere"'
    if problem.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _body(request: ServiceRequest, problem: _Problem) -> dict[str, Any]:
    """Return the document in the present language; what an app says that the title says already is left out."""
    title = str(TITLES.get(problem.code, STATUSES[problem.status]))
    body: dict[str, Any] = {
        "type": f"urn:repere:problem:{problem.code}",
        "title": title,
        "status": problem.status,
        "code": problem.code,
        "request_id": request_id(request),
    }
    if (detail := str(problem.detail)) not in ("", title):
        body["detail"] = detail
    if items := [fault.document() for fault in problem.faults]:
        body["errors"] = items
    extra = problem.extra or {}
    return body | {key: value for key, value in extra.items() if key not in _WRITTEN_HERE}


def _written(request: ServiceRequest, body: Mapping[str, Any]) -> HttpResponse:
    """Return the document as its reader takes it: a page for a person, JSON for a program."""
    if problems.is_read_by_a_person(request):
        return problems.page(request, body)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return HttpResponse(text, status=body["status"], content_type=PROBLEM)


def _leave(request: ServiceRequest, problem: _Problem) -> None:
    rule = str((problem.extra or {}).get("rule", ""))
    request.refusal = Refusal(problem.status, problem.code, rule)  # for the pipeline

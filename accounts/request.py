"""The request as the pipeline carries it: Django's own, with what is found out about it on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from rest_framework.request import Request

from accounts.actor import Actor
from accounts.models import Session
from accounts.oidc.visits import Visit
from audit.events import Purpose

type Redisplay = Callable[[Mapping[str, Any]], HttpResponse]


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    rule: str


class ServiceRequest(HttpRequest):
    """Django's request, with the attributes that this service sets on it.

    It is declared and never made: Django makes requests of its own class, so nothing may ask ``isinstance`` for this
    one. An attribute is there once it was set; whoever may come earlier, or where it isn't always set, reads it with
    ``getattr`` and a default.

    Attributes:
        rid: The request's id. Set by ``config/pipeline.py``, or by ``config/errors.py`` where that came first; read by
            ``accounts/origin.py``.
        at: The instant of the request, by the database's clock. Set by ``config/pipeline.py``, or by
            ``config/closed.py`` where that came first; read by all that acts.
        actor: Who asks; None for a stranger. Set as ``at``, made None by the page that signs out, and whoever was given
            a pass by the host of files (``referrals/attachments/api.py``); read by all that asks for rights.
        concerned: Pseudonym and authority of the case that the caller was let know of, and whether they file it. Set by
            ``referrals/reading/disclosures.py``; read by the pipeline, for a refusal names the case.
        refusals: What the database keeps of the caller's refused requests, where the address is one of cases. Set by
            ``config/pipeline.py``; read by ``config/probing.py``.
        purpose: What the case was opened for. Set by views; read by the pipeline, for a refusal names it.
        refusal: What to journal of a refusal. Set by ``config/errors.py``; read by the pipeline.
        stands: Whether what was written counts in spite of the refusal. Set by ``config/errors.py``; read by the
            pipeline.
        awaited: The entries without which the request can't be done, and which have no place yet. Set by
            ``config/errors.py``; read by the pipeline, which waits for them.
        redisplay: What shows a form again with its faults. Set by forms (``web/page.py``); read by ``web/problems.py``.
        onward: Where to go on after a fresh proof. Set by ``web/page.py``; read by ``web/problems.py``.
        back: The case to which a page leads back that isn't possible now. Set by ``web/views/cases/steps.py``; read by
            ``web/problems.py``.
        brought: What a call outside returned, of whatever type. Set by ``accounts/outbound_calls.py``; read by the view
            that asked for the call.
        visit: The way on which somebody came back from a provider. Set and read by ``web/views/providers.py``, in its
            first pass and its second.
        arrived: The file that came, an ``Arrived``, whose class stands in an app above. Set by
            ``referrals/attachments/inputs.py``; read by the views that take a file.
        failed_marks: Under which marks a failure counts, and when. Set and read by ``accounts/throttling.py``.
        session_used: The session whose use is to be written, and when. Set and read by ``accounts/sessions.py``.
    """

    rid: str
    at: datetime
    actor: Actor | None
    concerned: tuple[UUID, UUID | None, bool] | None
    refusals: bytes | memoryview | None
    purpose: Purpose | None
    refusal: Refusal
    stands: bool
    awaited: frozenset[UUID]
    redisplay: Redisplay
    onward: str
    back: UUID
    brought: Any
    visit: Visit
    arrived: Any
    failed_marks: tuple[tuple[bytes, ...], datetime]
    session_used: tuple[Session | None, datetime]
    #: Django's own name for what it parsed of a form: set empty where it is to parse nothing.
    _files: "MultiValueDict[str, UploadedFile[Any]]"


def bare(request: Request) -> ServiceRequest:
    """Return the request that the pipeline carries, under the one of the API's framework."""
    return cast("ServiceRequest", request._request)


def actor_in(request: ServiceRequest) -> Actor:
    """Return who asks; only where somebody has to be signed in."""
    return cast("Actor", request.actor)

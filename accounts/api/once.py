"""Idempotency-Key header of a request (SEC-IN12)."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from accounts.errors import MissingKey
from accounts.naming import visible
from accounts.replays import Once
from accounts.signin import actor_of, at_of
from core.api import IDEMPOTENCY_KEY as IDEMPOTENCY_KEY


def once_of(request: Request, *, required: bool = False) -> Once | None:
    """Return the request's idempotency, if it has a key.

    Raises:
        MissingKey: a key is required here.
        MalformedKey: it isn't one.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None:
        return Once.of(key, f"{request.method} {request.path}", request.data)
    if required:
        raise MissingKey
    return None


def do_once[M: Model](request: Request, known: QuerySet[M], act: Callable[[], M], *, status: int = 200) -> M:
    """Return what the request makes: by ``act``, or, if it came before under the same key, as that is now.

    ``status`` is that of the answer. See ``done_before``.
    """
    past = done_before(request, known)
    if past is not None:
        return past
    made = act()
    keep_done(request, made.pk, status=status)
    return made


def done_before[M: Model](request: Request, known: QuerySet[M]) -> M | None:
    """Return what the same request under the same key made before, as it is now; None if it is new.

    To be asked when the caller's right has been, and before the body is read: who may no more isn't told. ``known``
    are the rows that the caller may see now.

    Raises:
        NotVisible: what it made isn't among them any more.
        KeyReused, MalformedKey: the key came with another request, or isn't one.
    """
    once = once_of(request)
    if once is None:
        return None
    actor = actor_of(request)
    once.wait(actor)
    past = once.honoured(actor)
    return None if past is None else visible(known, past.thing)


def keep_done(request: Request, thing: UUID, *, status: int) -> None:
    once = once_of(request)
    if once is not None:
        once.keep(actor_of(request), status=status, thing=thing, at=at_of(request))

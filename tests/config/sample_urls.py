"""Addresses that fail in every way an address can: the error contract is asked through HTTP."""

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import include, path
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import errors as accounts
from audit import errors as audit
from config.errors import bad_request, forbidden, not_found, server_error
from core import query
from core.inputs import StrictSerializer, Text, Whole
from encryption import errors as encryption

CANARY = "Canary-Dupont-1947"


class Ruled(accounts.NotAllowed):
    """A refusal with all that a program may read."""

    def __init__(self):
        super().__init__(
            "Seule la coordination peut faire cela.", rule="only_coordination", law="CASF", version=3
        )


class Fault(Exception):
    """What nobody foresaw, with a value in its message."""


RAISED = {
    "unreadable": encryption.Unreadable(),
    "keys": encryption.KeysUnavailable(),
    "journal": audit.JournalUnavailable(),
    "journal-too-large": audit.EntryTooLarge(),
    "query": query.InvalidQuery({"limit": "malformed", "page": "unknown"}),
    "ruled": Ruled(),
    "absent": accounts.NotVisible(),
    "hidden": accounts.NotVisible("Masqué.", rule="excluded"),
    "http404": Http404(CANARY),
    "drf404": drf.NotFound(CANARY),
    "denied": PermissionDenied(CANARY),
    "drf403": drf.PermissionDenied(CANARY),
    "anonymous": drf.NotAuthenticated(),
    "token": accounts.TokenRefused(),
    "throttled": drf.Throttled(wait=7),
    "suspicious": SuspiciousOperation(CANARY),
    "bad": BadRequest(CANARY),
    "database": OperationalError(CANARY),
    "fault": Fault(CANARY),
    "parse": drf.ParseError(CANARY),
    "validation": drf.ValidationError({"kind": [f'"{CANARY}" is not a valid choice.'], CANARY: ["wrong"]}),
}


class Open(APIView):
    """A view that anybody may ask."""

    authentication_classes = ()
    permission_classes = ()


class Raise(Open):
    """Raise what the address names."""

    def get(self, request, name):
        raise RAISED[name]


class Input(StrictSerializer):
    """A body with two members."""

    name = Text(max_length=5)
    count = Whole(max_value=9)


class Take(Open):
    """Take a body."""

    def post(self, request):
        found = Input(data=request.data)
        found.is_valid(raise_exception=True)
        return Response(found.validated_data)


def raise_outside(request, name):
    """Raise outside the API."""
    raise RAISED[name]


urlpatterns = [
    path("", include("config.urls")),
    path("in/<name>", Raise.as_view()),
    path("take", Take.as_view()),
    path("out/<name>", raise_outside),
    path("plain", lambda request: HttpResponse("ok")),
]
handler400, handler403, handler404, handler500 = bad_request, forbidden, not_found, server_error

"""Roles on a form: which may be chosen and where, and the rows of a form that gives several at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from accounts import access, honorability
from accounts.actor import Actor
from accounts.inputs import ROLES_MAX, RoleInput
from accounts.models import Authority, Membership, Unit
from accounts.roles import BY_TWO, PROGRAMS, Role
from web import forms
from web.administration import words
from web.cases.choices import role_words
from web.forms import Group, Pairs, Row, Sent, day_in_words

ROWS: Final = "roles"


def certificate_words(row: Membership, *, at: datetime) -> str:
    """Return in a few words how a role's certificate of honorability stands; nothing where none is followed."""
    last = honorability.ends_on(row, at)
    if last is None:
        return ""
    if row.honorability_seen_on is None and row.honorability_asked_on is None:
        return gettext("Attestation d'honorabilité manquante")
    day = day_in_words(last.isoformat())
    if last < at.date():
        return gettext("Attestation d'honorabilité dépassée depuis le %(day)s") % {"day": day}
    if row.honorability_seen_on is None:
        return gettext("Attestation d'honorabilité à présenter avant le %(day)s") % {"day": day}
    return gettext("Attestation d'honorabilité valable jusqu'au %(day)s") % {"day": day}


def choices(actor: Actor, authorities: Iterable[Authority]) -> dict[str, Pairs]:
    """Return roles, units and institutions; the act itself refuses what it doesn't take."""
    units = Unit.objects.filter(authority__in=authorities).order_by("name", "pk")
    places = access.visible_organisations(actor).order_by("name", "pk")
    return {
        "role": [(str(one), _spelled(one)) for one in Role if one not in PROGRAMS],
        "unit": [(str(one.pk), one.name) for one in units],
        "organisation": [(str(one.pk), one.name) for one in places],
    }


def _spelled(role: Role) -> str:
    return gettext("%(role)s (à deux)") % {"role": role_words(role)} if role in BY_TWO else role_words(role)


def typed(sent: Sent) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows that were filled in, each with its number on the page."""
    rows = (
        (n, forms.body_of(RoleInput, words.ROLE_OF_ROW, sent, prefix=f"{ROWS}-{n}-"))
        for n in range(min(sent.count(ROWS) or 0, ROLES_MAX))
    )
    return [(n, body) for n, body in rows if body]


def group(
    sent: Sent | None, problem: Mapping[str, Any] | None, pairs: Mapping[str, Pairs], *, more: bool = False
) -> Group:
    """Return the rows as they were typed, one without an answer at first; one ``more`` if asked."""
    places = [] if sent is None else [n for n, _body in typed(sent)]
    count = 1 if sent is None else min((sent.count(ROWS) or 0) + more, ROLES_MAX)
    rows = [_row(n, places, sent, problem, pairs) for n in range(count)]
    if count == 1:
        rows[0].title = ""
    error = forms.fault_of(problem, ROWS)
    return Group(ROWS, gettext("Rôles"), str(words.TWO_PERSONS), rows, more=count < ROLES_MAX, error=error)


def _row(
    n: int,
    places: Sequence[int],
    sent: Sent | None,
    problem: Mapping[str, Any] | None,
    pairs: Mapping[str, Pairs],
) -> Row:
    prefix = f"{ROWS}-{n}-"
    values = {} if sent is None else forms.typed(RoleInput, words.ROLE_OF_ROW, sent, prefix=prefix)
    faults = forms.faults_of(problem, f"{ROWS}.{places.index(n)}.") if n in places else {}
    fields = forms.fields_of(
        RoleInput, words.ROLE_OF_ROW, values, faults=faults, prefix=prefix, choices=pairs
    )
    return Row(gettext("Rôle %(n)s") % {"n": n + 1}, fields)

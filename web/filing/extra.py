"""Questions that the competent authority adds to the form: which authority, which questions, their labels."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.territory import competent_authority
from core.inputs import StrictSerializer
from core.languages import for_reader
from referrals.filing import questions
from referrals.policy.definitions import protocol_of
from referrals.policy.list_types import Row
from web.filing.draft import Said
from web.forms import Ask, answer_in_words

UNKNOWN = _("Je ne sais pas")


def authority_for(form: Said, *, at: datetime) -> Authority | None:
    """Return the authority that will receive the filing, as far as the draft says where the child is."""
    for child in form.get("children", []):
        place = child.get("commune_insee") or child.get("residence_department")
        authority = competent_authority(place, on=at.date()) if place else None
        if authority is not None:
            return authority
    return None


def by_id(sent: str) -> Authority | None:
    """Return the authority that a page named; its questions are no secret (``/authorities/{id}/form``)."""
    try:
        return Authority.objects.filter(pk=UUID(sent)).first()
    except ValueError:
        return None


def asked_by(authority: Authority | None, *, at: datetime) -> list[Row]:
    """Return its questions."""
    return list(protocol_of(authority, at).form_questions) if authority is not None else []


def input_of(rows: list[Row]) -> type[StrictSerializer]:
    """Return the input declaration of the answers."""
    fields: dict[str, Any] = {row.code: questions.field_of(row) for row in rows}
    return type("ExtraAnswers", (StrictSerializer,), {"__doc__": "Answers to an authority.", **fields})


def asks_of(rows: list[Row]) -> tuple[Ask, ...]:
    """Return the questions in the reader's language, with the authority's own words for choices."""
    return tuple(
        Ask(
            row.code,
            for_reader({"fr": row.fr, "en": row.en}),
            unknown=UNKNOWN,
            rows=3,
            instead=tuple(
                (choice.code, for_reader({"fr": choice.fr, "en": choice.en})) for choice in row.choices
            ),
            optional=not row.required,
        )
        for row in rows
    )


def answers_of(form: Said) -> Said:
    """Return the answers given so far, as a page shows them: null is that one doesn't know."""
    answers = form.get("extra") or {}
    given = {code: value for code, value in answers.items() if value is not None}
    return given | {"not_known": [code for code, value in answers.items() if value is None]}


def missing(form: Said, *, at: datetime) -> list[dict[str, str]]:
    """Return the questions that must be answered and aren't."""
    authority = authority_for(form, at=at)
    return (
        []
        if authority is None
        else list(questions.missing_answers(protocol_of(authority, at), form.get("extra")))
    )


def answer_lines(form: Said, *, at: datetime) -> list[tuple[str, str]]:
    """Return the answers in words."""
    rows, answers = asked_by(authority_for(form, at=at), at=at), answers_of(form)
    lines = [(str(ask.label), answer_in_words(input_of(rows), ask, answers)) for ask in asks_of(rows)]
    return [line for line in lines if line[1]]

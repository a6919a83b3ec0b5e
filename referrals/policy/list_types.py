"""Types of settings that are lists: codes out of a set, and an authority's own rows (partners, variants, questions).

``codes`` and ``rows`` declare a field of ``referrals/policy/settings/`` as ``whole`` and its kin do. Rules read an
immutable value: a tuple of codes, or of rows that are read by attribute.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.inputs import Code, Codes, Flag, Items, StrictSerializer, Text, Whole
from core.languages import Text as Sentence
from referrals.policy.field_types import Setting, declared

#: A code of the authority's own, in the form that every code of the service has.
CODE_MAX: Final = 40
ANSWER_MAX: Final = 2000
ROWS_MAX: Final = 30
CHOICES_MAX: Final = 20
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class Chosen(Codes):
    """Codes out of a set, of which some can't be left out."""

    def __init__(self, choices: Any, *, kept: Sequence[str], **kwargs: Any) -> None:
        super().__init__(choices, min_length=1, **kwargs)
        self.kept = kept

    def run_validation(self, data: object = serializers.empty) -> Any:
        """Return the codes.

        Raises:
            ValidationError: ``required`` where one that stays was left out, or a code of ``Codes``.
        """
        chosen = super().run_validation(data)
        if not set(self.kept) <= set(chosen):
            raise serializers.ValidationError("", code="required")
        return chosen


def codes(
    default: Sequence[str],
    options: Mapping[str, Sentence],
    label: Sentence,
    *,
    kept: Sequence[str] = (),
    law: str = "",
) -> Any:
    """Declare some codes out of ``options``, one at least; those of ``kept`` can't be left out."""
    return declared(
        Setting(
            label,
            law,
            "codes",
            lambda: Chosen([*options.items()], kept=kept, required=False),
            list(default),
            loaded=lambda value: tuple(code for code in options if code in value),
            options=options,
        )
    )


# --- Rows ---------------------------------------------------------------------------------------------


class Own(Text):
    """A code of the authority's own: small letters, digits, underscores."""

    def __init__(self) -> None:
        super().__init__(max_length=CODE_MAX)

    def to_internal_value(self, data: object) -> str:
        """Return the code.

        Raises:
            ValidationError: ``not-code``, or a code of ``Text``.
        """
        code = super().to_internal_value(data)
        if not _CODE.fullmatch(code):
            raise serializers.ValidationError("", code="not-code")
        return code


class Partner(StrictSerializer):
    """A partner with whom the authority has a protocol (CASF L226-3), and how to reach it: duty numbers, a box."""

    kind = Code(
        [
            ("prosecutor", _("Parquet")),
            ("education", _("Éducation nationale")),
            ("hospital", _("Hôpital")),
            ("police", pgettext_lazy("partner", "Police, gendarmerie")),
            ("other", _("Autre")),
        ]
    )
    name = Text(max_length=200)
    contact = Text(max_length=500, multiline=True, required=False, default="", allow_blank=True)


class Variant(StrictSerializer):
    """A local variant of a measure of the national catalogue, whose rules and official code it keeps (§5)."""

    code = Own()
    of = Text(max_length=CODE_MAX)
    fr = Text(max_length=200)
    en = Text(max_length=200)


class Choice(StrictSerializer):
    """One answer out of several to a question of the authority."""

    code = Own()
    fr = Text(max_length=200)
    en = Text(max_length=200)


class Question(StrictSerializer):
    """A question that the authority adds to the concern form (FORM_EXTRA_FIELDS)."""

    code = Own()
    fr = Text(max_length=300)
    en = Text(max_length=300)
    kind = Code(
        [
            ("text", _("Texte")),
            ("yes_no", _("Oui / Non / Ne sait pas")),
            ("number", _("Nombre")),
            ("day", _("Date")),
            ("choice", _("Choix")),
        ]
    )
    max_length = Whole(min_value=1, max_value=ANSWER_MAX, required=False, default=500)
    choices = Items(child=Choice(), required=False, default=list, max_length=CHOICES_MAX)
    required = Flag(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for answers exactly where one is chosen, each once."""
        named = [choice["code"] for choice in attrs["choices"]]
        if (attrs["kind"] == "choice") != bool(named) or len(set(named)) != len(named):
            raise serializers.ValidationError({"choices": [ErrorDetail("", code="one-of")]})
        return attrs


class Row:
    """One row of a setting, read by attribute, never changed, equal to another that says the same."""

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, Any]) -> None:
        """Keep what the row says; lists in it are tuples."""
        self._said = dict(said)

    def __getattr__(self, name: str) -> Any:
        """Return a member.

        Raises:
            AttributeError: the row has no such member.
        """
        if name == "_said" or name not in self._said:
            raise AttributeError(name)
        return self._said[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self._said == other._said

    def __hash__(self) -> int:
        return hash(tuple(self._said.items()))

    def __repr__(self) -> str:
        return f"Row({self._said!r})"


def _frozen(value: object) -> Any:
    if isinstance(value, Mapping):
        return Row({str(name): _frozen(inner) for name, inner in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


class Rows(Items[StrictSerializer]):
    """Rows of which each is named once."""

    def __init__(self, item: Callable[[], StrictSerializer], *, key: str, **kwargs: object) -> None:
        super().__init__(child=item(), max_length=ROWS_MAX, **kwargs)
        self.key = key

    def run_validation(self, data: object = serializers.empty) -> Any:
        """Return the rows as JSON holds them.

        Raises:
            ValidationError: ``duplicate`` where two rows have one name, or a code of a row.
        """
        entries = super().run_validation(data)
        named = [row[self.key] for row in entries]
        if len(set(named)) != len(named):
            raise serializers.ValidationError("", code="duplicate")
        return [_plain(row) for row in entries]


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def rows(item: Callable[[], StrictSerializer], label: Sentence, *, key: str = "code", law: str = "") -> Any:
    """Declare rows of the authority's own, none at first; ``key`` is the member that names one."""
    return declared(
        Setting(
            label,
            law,
            "rows",
            lambda: Rows(item, key=key, required=False),
            [],
            loaded=_frozen,
            bounds={"maximum": ROWS_MAX},
        )
    )

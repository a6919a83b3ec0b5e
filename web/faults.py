"""What a person reads beside a field that is wrong, by the kind of the field: what to do about it.

``config/error_messages.py`` has the sentences for programs, which speak of JSON; a code without words here keeps its
sentence from there.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.languages import Text
from web.forms import Input

#: The codes of an answer that isn't there.
MISSING: Final = frozenset({"required", "blank", "null", "empty", "min-length"})
#: By the kind of field: the words for a missing answer, and those for other codes; ``%(bound)s`` is the bound.
SENTENCES: Final[Mapping[str, tuple[Text, Mapping[str, Text]]]] = {
    "rows": (
        _("Remplissez au moins une ligne."),
        {"max-length": _("Gardez %(bound)s lignes au plus.")},
    ),
    "several": (
        _("Cochez au moins une réponse."),
        {
            "max-length": _("Cochez %(bound)s réponses au plus."),
            "too-many-items": _("Cochez %(bound)s réponses au plus."),
            "not-list": _("Cochez au moins une réponse."),
        },
    ),
    "choice": (
        _("Choisissez une réponse."),
        dict.fromkeys(("not-a-choice", "not-id"), _("Choisissez une réponse.")),
    ),
    "flag": (_("Cochez cette case."), {"not-boolean": _("Cochez cette case.")}),
    "instant": (
        _("Indiquez le jour et l'heure."),
        {
            "not-instant": _("Indiquez le jour et l'heure, par exemple 02/03/2026 14:05."),
            "too-early": _("Cette date est trop ancienne : vérifiez l'année."),
            "too-late": _("Cette date est trop lointaine : vérifiez l'année."),
        },
    ),
    "day": (
        _("Indiquez une date."),
        {
            "not-date": _("Indiquez une date, par exemple 02/03/2026."),
            "too-early": _("Cette date est trop ancienne : vérifiez l'année."),
            "too-late": _("Cette date est trop lointaine : vérifiez l'année."),
        },
    ),
    "number": (
        _("Écrivez un nombre."),
        {
            "not-integer": _("Écrivez un nombre entier, en chiffres."),
            "too-small": _("Écrivez %(bound)s au moins."),
            "too-large": _("Écrivez %(bound)s au plus."),
        },
    ),
    "text": (
        _("Écrivez une réponse."),
        {
            "too-short": _("Écrivez au moins %(bound)s caractères."),
            "too-long": _("Écrivez %(bound)s caractères au plus."),
            "control-character": _("Ce texte contient un caractère invisible : effacez-le, ou retapez le texte."),
        },
    ),
}  # fmt: skip
#: What is missing, where the member has a name of its own; by its kind and name.
NAMED: Final[Mapping[str, Text]] = {
    "several.danger_categories": _("Choisissez au moins un danger."),
    "several.documents": _("Choisissez au moins un document."),
    "several.grounds": _("Choisissez au moins un fondement."),
    "several.reasons": _("Choisissez au moins une raison."),
    "several.children": _("Cochez au moins un enfant."),
    "rows.team": _("Désignez au moins une personne."),
    "rows.children": _("Répondez pour au moins un enfant."),
    "rows.conclusions": _("Répondez pour chaque enfant."),
    "choice.child": _("Choisissez un enfant."),
    "choice.user": _("Choisissez une personne."),
    "choice.approver": _("Choisissez une personne."),
    "choice.measure": _("Choisissez une mesure."),
    "choice.file": _("Choisissez un fichier."),
    "text.motivation": _("Écrivez le motif."),
    "text.reason": _("Écrivez le motif."),
}
KINDS: Final[Mapping[type[Any] | tuple[type[Any], ...], str]] = {
    serializers.ListSerializer: "rows",
    serializers.ListField: "several",
    (serializers.ChoiceField, serializers.UUIDField): "choice",
    serializers.BooleanField: "flag",
    serializers.DateTimeField: "instant",
    serializers.DateField: "day",
    serializers.IntegerField: "number",
    serializers.CharField: "text",
}


def worded(problem: Mapping[str, Any], takes: type[Input]) -> dict[str, Any]:
    """Return a problem document with each fault in the words of the page that asked for ``takes``."""
    errors = [item | {"detail": _sentence(takes, item)} for item in problem.get("errors", ())]
    return {**problem, "errors": errors} if errors else dict(problem)


def _sentence(takes: type[Input], item: Mapping[str, Any]) -> str:
    declared = _declared(takes(), item["field"].split("."))
    kind = next((kind for types, kind in KINDS.items() if isinstance(declared, types)), "")
    if not kind:
        return str(item["detail"])
    missing, others = SENTENCES[kind]
    words = missing if item["code"] in MISSING else others.get(item["code"])
    if words == missing:
        words = NAMED.get(f"{kind}.{item['field'].rpartition('.')[2]}", missing)
    bound = item.get("bound") or getattr(declared, "max_length", "")
    return str(words) % {"bound": bound} if words is not None else str(item["detail"])


def _declared(field: Any, path: list[str]) -> Any:
    """Return what a path leads to in a declaration; a place in a list leads to what the list is of."""
    for name in path:
        whole = isinstance(field, serializers.Serializer)
        field = field.fields.get(name) if whole else getattr(field, "child", None)
    return field

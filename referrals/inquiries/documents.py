"""Documents that answer an inquiry: about one child, without who told, third parties, others and class K (R221-6).

They are those of a transfer (``referrals/transfers/documents.py``), made about this child alone. Texts that are about
several children are left out. Of the others every name that the file knows of anybody else is replaced, and each
passage that a person has marked; what is replaced is absent from what is sealed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from django.db.models import Model

from encryption.fields import SealedField
from encryption.sealed import OpenScope
from referrals.models import Child, Measure
from referrals.transfers import documents as transfer_documents
from referrals.vocabulary.between_authorities import PAPERS, Document, Redaction
from referrals.workflow.case import Case
from referrals.workflow.context import as_json

#: What names somebody or leads to them, by the relation of the case and whom it is about.
NAMES: Final[tuple[tuple[str, tuple[str, ...], Redaction], ...]] = (
    ("children", ("last_name", "first_names", "usual_name", "nickname"), Redaction.OTHER_CHILD),
    ("third_parties", ("name", "phone", "vehicle", "address"), Redaction.THIRD_PARTY),
    ("digital_traces", ("handle", "phone"), Redaction.THIRD_PARTY),
)
OF_FILER: Final = ("filer_name", "filer_email", "filer_phone", "filer_org", "feedback_contact")
PLACES: Final = (("children", "whereabouts_detail"), ("measures", "place"))
#: A shorter word of a name is one of the language too.
_SHORTEST: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")

type Masks = Mapping[str, Redaction]


def there(case: Case) -> set[str]:
    return transfer_documents.there(case) & {str(paper) for paper in PAPERS}


def made(
    case: Case, child: Child, kinds: Iterable[str], passages: Masks, scope: OpenScope
) -> dict[str, dict[str, Any]]:
    """Return the documents by kind, redacted.

    Raises:
        Unreadable: a value of the file can't be opened, so that nobody knows what to leave out.
    """
    masks = {**_masks_of(case, child, scope), **passages}
    return {kind: _masked(_of_child(Document(kind), case, child, scope), masks) for kind in kinds}


def _of_child(kind: Document, case: Case, child: Child, scope: OpenScope) -> dict[str, Any]:
    content: dict[str, Any] = as_json(transfer_documents.MAKERS[kind](case, [child], scope))
    # What a court decided, it gives itself.
    content.pop("judicial_outcomes", None)
    measures = content.get("measures", ())
    for measure in measures:
        for name in [name for name in measure if _class_of(Measure, name) == "I"]:
            del measure[name]
    return content


def _class_of(model: type[Model], name: str) -> str:
    fields = {field.name: getattr(field, "access_class", "") for field in model._meta.concrete_fields}
    return fields.get(name, "")


# --- What is left out ---------------------------------------------------------------------------------


def _masks_of(case: Case, child: Child, scope: OpenScope) -> dict[str, Redaction]:
    """Return the words that lead to anybody else, with whom each is about; none of the child's own names."""
    own = set(_words(_values([child], NAMES[0][1], scope)))
    masks: dict[str, Redaction] = {}
    for relation, fields, about in NAMES:
        rows = [row for row in getattr(case.referral, relation).all() if row.pk != child.pk]
        masks |= dict.fromkeys(_whole_and_words(_values(rows, fields, scope), own), about)
    masks |= dict.fromkeys(
        _whole_and_words(_values([case.referral.concern], OF_FILER, scope), own), Redaction.FILER
    )
    for relation, name in PLACES:
        masks |= dict.fromkeys(
            _values(getattr(case.referral, relation).all(), (name,), scope), Redaction.ADDRESS
        )
    return masks


def _values(rows: Iterable[Any], names: Sequence[str], scope: OpenScope) -> Iterator[str]:
    for row in rows:
        for name in names:
            if (
                isinstance(row._meta.get_field(name), SealedField)
                and (value := getattr(row, name)) is not None
            ):
                yield str(value.open(scope)).strip()


def _words(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (_bare(word) for word in _WORD.findall(value) if len(word) >= _SHORTEST)


def _whole_and_words(values: Iterable[str], own: set[str]) -> Iterator[str]:
    for value in values:
        if _bare(value) not in own:
            yield value
        yield from (word for word in _words([value]) if word not in own)


def _masked(content: dict[str, Any], masks: Masks) -> dict[str, Any]:
    folded = {_bare(word): about for word, about in masks.items() if word.strip()}
    words = sorted(folded, key=len, reverse=True)
    if not words:
        return content
    # On the borders of words alone: a first name may stand within another word.
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words))

    def replaced(text: str) -> str:
        parts, end = [], 0
        for hit in pattern.finditer(_bare(text)):
            parts += [text[end : hit.start()], _instead(folded[hit[0]])]
            end = hit.end()
        return "".join([*parts, text[end:]])

    def through(value: Any) -> Any:
        if isinstance(value, str):
            return replaced(value)
        if isinstance(value, Mapping):
            return {name: through(inner) for name, inner in value.items()}
        return [through(inner) for inner in value] if isinstance(value, list) else value

    return {name: through(value) for name, value in content.items()}


def _bare(text: str) -> str:
    """Return a text in small letters without accents, sign for sign: names are often typed without."""
    return "".join(map(_bare_sign, text))


@cache
def _bare_sign(sign: str) -> str:
    small = unicodedata.normalize("NFD", sign)[0].lower()
    return small if len(small) == 1 else sign  # a place in the one text has to be that place in the other


def _instead(about: Redaction) -> str:
    return f"[occulté : {about.label}]"

"""The copy of a request: read, with what is hidden marked; hide passages by their words or on an image; lift (AR6)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit.events import Purpose
from core.inputs import StrictSerializer
from referrals.access_requests import actions, drawing, reviewing
from referrals.access_requests.copies import Box, Span
from referrals.access_requests.reviewing import Copy, Reviewed
from referrals.errors import FileRefused, NotServed, NotVisible
from referrals.vocabulary.access_requests import Withheld
from web.cases import confirmation
from web.forms import Ask
from web.generic import InputPage
from web.page import Page, go_to

_CODE: Final = Ask("code", _("Motif"), kind="select", nothing=_("À choisir"))
EVERYWHERE: Final[Sequence[Ask]] = (
    Ask(
        "words",
        _("Mots à occulter partout"),
        _("Un nom, par exemple. Les majuscules, les accents et les espaces ne comptent pas."),
        attributes={"maxlength": "200"},
    ),
    _CODE,
)
IN_TEXT: Final[Sequence[Ask]] = (
    Ask(
        "words",
        _("Passage à occulter"),
        _("Recopiez-le, ou sélectionnez-le dans le texte."),
        rows=2,
        attributes={"data-takes-selection": "copy-text"},
    ),
    Ask(
        "occurrence",
        _("Lequel, s'il y est plusieurs fois"),
        _("1 pour le premier ; rien pour tous."),
        optional=True,
    ),
    Ask("whole", _("Occulter toute cette donnée")),
    _CODE,
)
_SIDE_WORDS: Final = (
    ("left", _("Bord gauche")),
    ("top", _("Bord haut")),
    ("right", _("Bord droit")),
    ("bottom", _("Bord bas")),
)
IN_DOCUMENT: Final[Sequence[Ask]] = (
    Ask("words", _("Mots à occulter"), _("Chaque fois qu'ils sont sur cette page."), rows=2, optional=True),
    Ask("everywhere", _("Sur toutes les pages du document")),
    *(
        Ask(
            name,
            label,
            _("De 0 à 1000, depuis le coin haut gauche.") if name == "left" else "",
            width="short",
            optional=True,
        )
        for name, label in _SIDE_WORDS
    ),
    Ask("whole", _("Occulter tout le document")),
    _CODE,
)
LIFTING: Final[Sequence[Ask]] = (Ask("reason", _("Pourquoi ce passage est-il communiqué ?"), rows=4),)


class CopyQuery(reviewing.CopyQuery, confirmation.ConfirmationQuery):
    """Which group is shown, and what was just done."""


class PartQuery(reviewing.PartQuery, confirmation.ConfirmationQuery):
    """Which page of a document is shown, and what was just done."""


class CopyPage(InputPage):
    """A page on which passages of a copy are hidden or lifted."""

    keeps = True
    purpose = Purpose.HANDLING

    def redisplay(self, problem: Mapping[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form alone as it was typed, with its faults: the page of a refusal opens nothing."""
        row = reviewing.reviewable(self.pk, actor=self.actor, at=self.at)
        self.template = "web/access_requests/again.html"
        return self.show({"reference": row.reference, "back": self.back()} | self.again(problem))

    def back(self) -> str:
        return reverse("access-copy-part", args=[self.pk, self.kwargs["part"]])

    def after(self, made: UUID) -> HttpResponse:
        return go_to(self.back() + confirmation.query_of(self.actor, "access_request-redact"))


class WholeCopy(CopyPage):
    query = CopyQuery
    takes = reviewing.HidingEverywhere
    asks = EVERYWHERE
    template = "web/access_requests/copy.html"

    def prepare(self, pk: UUID) -> None:
        self.copy = reviewing.opened(pk, actor=self.actor, at=self.at)

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return one group of the copy, each text with what is hidden in it marked, and how much there is of each."""
        copy = self.copy
        groups = _groups(copy.parts)
        chosen = self.asked["groupe"]
        name, here = list(groups.items())[chosen - 1] if chosen <= len(groups) else ("", [])
        return {
            "pk": pk,
            "reference": copy.row.reference,
            "may_change": copy.may_change,
            "groups": [_group(pk, number, groups, chosen) for number in range(1, len(groups) + 1)],
            "group": name,
            "parts": [_shown(pk, part) for part in here],
            "totals": _totals(copy.parts),
            "count": len(copy.parts),
        } | confirmation.in_words(self)

    def body(self) -> dict[str, Any]:
        body = super().body()
        self.takes.read(body)
        return body

    def do(self, body: dict[str, Any]) -> UUID:
        """Hide words wherever they stand."""
        values = self.takes.read(body)
        words, code = values["words"], Withheld(values["code"])
        reviewing.hide_everywhere(self.copy, words, code, actor=self.actor, at=self.at)
        return self.pk

    def back(self) -> str:
        return reverse("access-copy", args=[self.pk])


class CopyPart(CopyPage):
    query = PartQuery
    template = "web/access_requests/part.html"

    def prepare(self, pk: UUID, part: UUID) -> None:
        self.copy = reviewing.opened(pk, actor=self.actor, at=self.at)
        self.one = self.copy.one(part)
        self._takes(self.one.part.attachment is not None)

    def context(self, pk: UUID, part: UUID) -> dict[str, Any]:
        """Return one part, a text or a page of a document, with what is hidden in it."""
        copy, one = self.copy, self.one
        return (
            {
                "pk": pk,
                "reference": copy.row.reference,
                "may_change": copy.may_change and one.withheld is None,
                "can_lift": copy.may_change,
                "part": _shown(pk, one),
                "passages": _passages(pk, one),
            }
            | (self._document(copy, one) if one.part.attachment else {})
            | confirmation.in_words(self)
        )

    def body(self) -> dict[str, Any]:
        body = super().body()
        self.takes.read(body)
        return body

    def do(self, body: dict[str, Any]) -> UUID:
        """Hide a passage."""
        copy, one, values = self.copy, self.one, self.takes.read(body)
        if one.part.attachment is None:
            reviewing.hide_in_text(copy, one, values, actor=self.actor, at=self.at)
        else:
            page = self.asked["page"] - 1
            reviewing.hide_in_document(copy, one, page, values, actor=self.actor, at=self.at)
        return self.one.pk

    def after(self, made: UUID) -> HttpResponse:
        done = confirmation.query_of(self.actor, "access_request-redact")
        return go_to(self.back() + done + f"&{urlencode({'page': self.asked['page']})}")

    def redisplay(self, problem: Mapping[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        self._takes("left" in self.sent)  # which form it was, the names of what was sent tell
        return super().redisplay(problem, *args, **kwargs)

    def _takes(self, is_document: bool) -> None:
        self.takes: type[StrictSerializer] = (
            reviewing.HidingInDocument if is_document else reviewing.HidingInText
        )
        self.asks = IN_DOCUMENT if is_document else IN_TEXT

    def _document(self, copy: Copy, one: Reviewed) -> dict[str, Any]:
        """Return what a page shows of a document: its page as an image, the words on it, and the other pages."""
        page = self.asked["page"]
        try:
            media, source = reviewing.document(copy, one, actor=self.actor, at=self.at)
            page_words = drawing.words(media, source, page - 1)
        except (NotServed, FileRefused):
            return {"unreadable": True}
        place = reverse("access-copy-part", args=[copy.row.pk, one.pk])
        others = [
            (number, f"{place}?page={number}")
            for number in (page - 1, page + 1)
            if 0 < number <= page_words.pages
        ]
        return {
            "page": page,
            "pages": page_words.pages,
            "image": reverse("access-copy-page", args=[copy.row.pk, one.pk]) + f"?page={page}",
            "words": " ".join(word.text for word in page_words.words),
            "previous": next((address for number, address in others if number < page), ""),
            "following": next((address for number, address in others if number > page), ""),
        }


class PageImage(Page):
    query = reviewing.PartQuery

    def get(self, request: ServiceRequest, pk: UUID, part: UUID) -> HttpResponse:
        """Return a page of a document as an image with what is hidden on it painted over; the reading is an entry."""
        picture = reviewing.picture(pk, part, self.asked["page"] - 1, actor=self.actor, at=self.at)
        return HttpResponse(picture, content_type="image/jpeg")


class Lift(CopyPage):
    takes = reviewing.Lifting
    asks = LIFTING
    template = "web/access_requests/lift.html"

    def context(self, pk: UUID, part: UUID, passage: UUID) -> dict[str, Any]:
        copy = reviewing.opened(pk, actor=self.actor, at=self.at)
        one = copy.one(part)
        row = next((row for row in one.passages if row.pk == passage), None)
        if row is None or row.locked or not copy.may_change:
            raise NotVisible
        [line] = [line for line in _passages(pk, one) if line["pk"] == passage]
        return {
            "reference": copy.row.reference,
            "part": _shown(pk, one),
            "passage": line,
            "back": self.back(),
        }

    def body(self) -> dict[str, Any]:
        reviewing.reviewable(self.pk, actor=self.actor, at=self.at)
        return super().body()

    def do(self, body: dict[str, Any]) -> UUID:
        passage: UUID = self.kwargs["passage"]
        reason = self.takes.read(body)["reason"]
        actions.lift(self.pk, passage, reason, actor=self.actor, at=self.at)
        return passage


# --- What is shown -----------------------------------------------------------------------------------


def _groups(parts: Iterable[Reviewed]) -> dict[str, list[Reviewed]]:
    """Return the parts by file and category, in the order of the references."""
    groups: dict[str, list[Reviewed]] = {}
    for part in sorted(parts, key=lambda one: (one.case, one.part.access_class, one.number)):
        groups.setdefault(f"{part.case} – {part.category}", []).append(part)
    return groups


def _group(pk: UUID, number: int, groups: Mapping[str, Sequence[Reviewed]], chosen: int) -> dict[str, Any]:
    name, parts = list(groups.items())[number - 1]
    return {
        "name": name,
        "href": f"{reverse('access-copy', args=[pk])}?groupe={number}",
        "count": len(parts),
        "hidden": sum(len(part.passages) for part in parts),
        "chosen": number == chosen,
    }


def _totals(parts: Iterable[Reviewed]) -> list[dict[str, Any]]:
    counts = dict.fromkeys(Withheld, 0)
    for part in parts:
        for passage in part.passages:
            counts[passage.code] += 1
    return [{"label": str(code.label), "count": count} for code, count in counts.items() if count]


def _shown(pk: UUID, part: Reviewed) -> dict[str, Any]:
    hidden = len(part.passages)
    return {
        "pk": part.pk,
        "number": part.number,
        "label": part.part.label,
        "case": part.case,
        "category": part.category,
        "on": f"{part.part.on:%d/%m/%Y}" if part.part.on else "",
        "href": reverse("access-copy-part", args=[pk, part.pk]),
        "document": part.part.attachment is not None,
        "segments": reviewing.segments(part),
        "withheld": str(part.withheld.code.label) if part.withheld else "",
        "hidden": ngettext("%(n)s passage occulté", "%(n)s passages occultés", hidden) % {"n": hidden}
        if hidden
        else "",
    }


def _passages(pk: UUID, part: Reviewed) -> list[dict[str, Any]]:
    return [
        {
            "pk": one.pk,
            "what": _what(part, one.where),
            "code": str(one.code.label),
            "locked": one.locked,
            "by": gettext("par une personne") if one.by_person else gettext("par le service"),
            "href": "" if one.locked else reverse("access-copy-lift", args=[pk, part.pk, one.pk]),
        }
        for one in part.passages
    ]


def _what(part: Reviewed, where: Span | Box | None) -> str:
    if isinstance(where, Span):
        return gettext("« %(words)s »") % {"words": (part.part.text or "")[where.start : where.end]}
    if isinstance(where, Box):
        return gettext("Page %(page)s, de %(left)s, %(top)s à %(right)s, %(bottom)s") % {
            "page": where.page + 1,
            "left": where.left,
            "top": where.top,
            "right": where.right,
            "bottom": where.bottom,
        }
    return gettext("Toute la donnée")

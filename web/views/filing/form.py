"""Sections of the form, one page each: shown as filled, saved at every step."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext

from accounts.access import own_account
from accounts.request import ServiceRequest
from accounts.roles import Role
from core.inputs import Whole
from core.query import Query
from referrals.errors import NotAllowed
from referrals.execution.preconditions import MALFORMED
from referrals.filing.form import PARTS_MAX
from referrals.policy.list_types import Row
from web import forms
from web.filing import extra, grid, place
from web.filing.draft import Draft, Said, changed, of_kind, put
from web.filing.sections import CHILD, Section, after, home_of, sections
from web.forms import Sent
from web.page import FormPage, go_to

#: Pages of a child that are about the child already named there.
ABOUT_CHILD: Final = ("lieu", "quotidien")


class ItemQuery(Query):
    """Which item of a list the page is about, counted from 0."""

    n = Whole(in_query=True, required=False, default=0, max_value=PARTS_MAX - 1)


class SectionPage(FormPage):
    """GET, POST /transmissions/{id}/{section}."""

    section: ClassVar[Section] = CHILD
    query = ItemQuery
    template = "web/filing/section.html"
    holds = True

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show what was answered so far."""
        draft = Draft.of(request, pk)
        form = draft.read()
        return self.page(pk, self.values(form), version=draft.referral.version, context=self.around(form))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Save the page, and go on to the next one or back to the list."""
        draft = Draft.of(request, pk)
        body = self.body(draft, remove="remove" in self.sent)
        saved = draft.save(body, version=version_of(self.sent)).referral
        if self.saves_draft:
            return self.draft_saved(saved.version)
        return go_to(self.onwards(pk, self.sent.text("then")))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show the page as it was typed."""
        version = problem.get("version", self.sent.text("version"))
        return self.page(pk, self.typed(), version=version, problem=problem)

    # --- What differs between pages of the concern, of an item, of a child's place ---------------------

    @property
    def number(self) -> int:
        """Return which item of its list the page is about."""
        return int(self.asked["n"])

    @property
    def path(self) -> str:
        """Return where in the form the page's fields stand, as faults name them."""
        return f"{self.section.part}.{self.sent.text('place', '0')}." if self.section.part else ""

    def values(self, form: Said) -> Mapping[str, Any]:
        """Return what was answered of this page."""
        if not self.section.part:
            return form | self.presumed(form)
        items = form[self.section.part]
        places = of_kind(items, self.section.kind)
        return items[places[self.number]] if self.number < len(places) else {}

    def presumed(self, form: Said) -> Said:
        """Return what the service knows of the filer and nobody has typed yet; it is saved once it was seen."""
        if self.section.slug != "vous" or form.get("filer_name") or not self.actor.holding([Role.FILER]):
            return {}
        user = own_account(self.actor)
        return {"filer_name": user.full_name, "filer_email": user.email, "filer_phone": user.phone or None}

    def around(self, form: Said) -> dict[str, Any]:
        """Return the other items of the list, to go to, and the place of this one in the form."""
        if not self.section.part:
            return {}
        places = of_kind(form[self.section.part], self.section.kind)
        here = places[self.number] if self.number < len(places) else len(form[self.section.part])
        return {"items": list(range(len(places))), "new": self.number >= len(places), "place": here}

    def typed(self) -> Said:
        """Return what the browser sent of this page."""
        return forms.body_of(self.section.takes, self.section.asks, self.sent)

    def body(self, draft: Draft, *, remove: bool) -> Said:
        """Return what is to be saved."""
        typed = self.typed()
        if not self.section.part:
            return typed
        items = draft.read()[self.section.part]
        rows, _ = changed(
            items, self.number, self.section.kind, lambda item: None if remove else put(item, typed)
        )
        return {self.section.part: rows}

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str]) -> list[forms.Field]:
        """Return the fields of the page."""
        return forms.fields_of(self.section.takes, self.section.asks, values, faults=faults)

    def page(
        self,
        pk: UUID,
        values: Mapping[str, Any],
        *,
        version: object,
        problem: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        """Return the page."""
        fields = self.fields(values, forms.faults_of(problem, self.path))
        faults = forms.summary(problem, fields, self.path)
        shared = {
            "section": self.section,
            "fields": fields,
            "problem": problem,
            "faults": faults,
            "version": version,
            "pk": pk,
            "number": self.number,
            "place": self.sent.text("place", "0"),
        }
        return self.show(shared | dict(context or {}))

    def onwards(self, pk: UUID, then: str) -> str:
        """Return where the person goes on: another of the same, the next section, or the list."""
        if then == "another":
            return f"{address(pk, self.section)}?n={self.number + 1}"
        following = after(self.section)
        if then == "list" or following is None:
            return reverse("filing", args=[pk])
        stays = following.slug in ABOUT_CHILD and self.number
        return address(pk, following) + (f"?n={self.number}" if stays else "")


class ReceptionPage(SectionPage):
    """How what the cell types in reached it, and when: the page of intake agents and coordinators alone."""

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show the page.

        Raises:
            NotAllowed: the draft is typed by whoever files it.
        """
        self._require_cell(request, pk)
        return super().get(request, pk)

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Save the page.

        Raises:
            NotAllowed: see ``get``.
        """
        self._require_cell(request, pk)
        return super().act(request, pk)

    def _require_cell(self, request: ServiceRequest, pk: UUID) -> None:
        if not Draft.of(request, pk).by_cell:
            raise NotAllowed("draft:reception")

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str]) -> list[forms.Field]:
        """Return the fields, the instant as the browser's field takes it."""
        at = values.get("received_at")
        return super().fields({**values, "received_at": forms.typed_instant(at) if at else at}, faults)


class PlacePage(SectionPage):
    """The page that finds out which authority is competent."""

    def typed(self) -> Said:
        """Return the answers; the commune as it was typed, for it may have no code."""
        return super().typed() | {"residence_department": self.sent.text("residence_department")}

    def body(self, draft: Draft, *, remove: bool) -> Said:
        """Return the children with their place as codes."""
        body = super().body(draft, remove=remove)
        places = of_kind(body["children"], self.section.kind)
        if self.number < len(places):
            child = body["children"][places[self.number]]
            child.update(place.body_of(self.sent, self.path))
        return body

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str]) -> list[forms.Field]:
        """Return the fields, the place first."""
        typed = self.sent.text("commune_insee") if "commune_insee" in self.sent else None
        return place.fields_of(values, faults, typed=typed) + super().fields(values, faults)


class GridPage(SectionPage):
    """A page of the spotting grid."""

    template = "web/filing/grid.html"

    @property
    def family(self) -> grid.Family:
        """Return the family of signs that the page shows."""
        assert self.section.family is not None  # noqa: S101 - the routes see to it
        return self.section.family

    def values(self, form: Said) -> Mapping[str, Any]:
        """Return the signs ticked so far."""
        return {"signs": form["signs"]}

    def typed(self) -> Said:
        """Return the signs ticked on this page."""
        return {"signs": grid.sent(self.family, self.sent)}

    def body(self, draft: Draft, *, remove: bool) -> Said:  # noqa: ARG002 - a family is never removed
        """Return all signs of the form."""
        return {"signs": grid.merged(self.family, draft.read()["signs"], self.typed()["signs"])}

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str]) -> list[forms.Field]:  # noqa: ARG002
        """Return none: the grid has rows."""
        return []

    def page(self, pk: UUID, values: Mapping[str, Any], **options: Any) -> HttpResponse:
        """Return the page with its rows."""
        rows = grid.rows_of(self.family, values["signs"])
        options["context"] = {**(options.get("context") or {}), "rows": rows, "family": self.family}
        return super().page(pk, values, **options)


class QuestionsPage(SectionPage):
    """The authority's own questions; which authority, follows from the child's place."""

    template = "web/filing/questions.html"

    @cached_property
    def rows(self) -> list[Row]:
        """Return the questions, of the authority that the page named."""
        return extra.asked_by(extra.by_id(self.sent.text("authority")), at=self.at)

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Find the authority, then show its questions."""
        draft = Draft.of(request, pk)
        form = draft.read()
        authority = extra.authority_for(form, at=self.at)
        self.rows = extra.asked_by(authority, at=self.at)
        context = {"authority": authority, "placed": authority is not None}
        return self.page(pk, extra.answers_of(form), version=draft.referral.version, context=context)

    def typed(self) -> Said:
        """Return the answers."""
        body = forms.body_of(extra.input_of(self.rows), extra.asks_of(self.rows), self.sent)
        unknown = body.pop("not_known", [])
        return {code: value for code, value in body.items() if value != ""} | dict.fromkeys(unknown)

    def body(self, draft: Draft, *, remove: bool) -> Said:  # noqa: ARG002 - answers are never a list
        """Return the answers, asked of each question that was answered."""
        typed = self.typed()
        answers = {code: value for code, value in typed.items() if value is not None}
        extra.input_of(self.rows)(data=answers, partial=True).is_valid(raise_exception=True)
        return {"extra": typed}

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str]) -> list[forms.Field]:
        """Return the fields."""
        answers = values if "not_known" in values else extra.answers_of({"extra": dict(values)})
        return forms.fields_of(extra.input_of(self.rows), extra.asks_of(self.rows), answers, faults=faults)

    def page(self, pk: UUID, values: Mapping[str, Any], **options: Any) -> HttpResponse:
        """Return the page; sent again, it is about the same authority."""
        if options.get("context") is None:
            authority = extra.by_id(self.sent.text("authority"))
            options["context"] = {"authority": authority, "placed": authority is not None}
        return super().page(pk, values, **options)


def version_of(sent: Sent) -> int:
    """Return the version that the page was made from; one that none has if it was tampered with."""
    return MALFORMED if sent.version is None else sent.version


def address(pk: UUID, section: Section) -> str:
    """Return the address of a section of a draft."""
    return reverse(f"filing-{section.slug}", args=[pk])


def lines_of(
    problem: Mapping[str, Any] | None, pk: UUID, missing: Sequence[Mapping[str, str]], *, has_child: bool
) -> list[dict[str, str]]:
    """Return what is still missing, in the order of the form, as links to the question or else the page that asks."""
    paths = [item["field"] for item in [*missing, *(problem or {}).get("errors", ())]]
    order = [section.slug for section in sections()]
    by_link: dict[str, dict[str, str]] = {}
    homes = [(home_of(path, has_child=has_child), path) for path in paths]
    for home, path in sorted(
        ((home, path) for home, path in homes if home), key=lambda one: order.index(one[0].slug)
    ):
        number = path.split(".")[1] if home.part and path.count(".") > 1 else "0"
        question_asked = next(
            (ask for ask in forms.every(home.asks) if ask.name == path.rpartition(".")[2]), None
        )
        link = (
            address(pk, home)
            + (f"?n={number}" if number != "0" else "")
            + (f"#f-{question_asked.name}" if question_asked else "")
        )
        question = "" if question_asked is None else str(question_asked.label)
        title = str(home.title)
        if number != "0":  # which of several children, facts or people lacks it
            title = gettext("%(title)s (n° %(number)s)") % {"title": title, "number": int(number) + 1}
        by_link.setdefault(link, {"title": title, "question": question, "link": link})
    return list(by_link.values())

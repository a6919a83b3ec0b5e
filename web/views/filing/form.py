"""Pages of the form: shown as filled, saved at every step."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.request import ServiceRequest
from core.inputs import Code, Whole
from core.query import Query
from referrals.errors import NotAllowed
from referrals.execution.preconditions import MALFORMED
from referrals.filing.form import PARTS_MAX
from referrals.policy.list_types import Row
from referrals.workflow import births
from web import forms, young_adults
from web.filing import extra, place
from web.filing.draft import NOT_KNOWN, Draft, Said, changed, of_kind, put
from web.filing.filer import filing_departments, presumed
from web.filing.lists import ANOTHER, REMOVE, ListTopic
from web.filing.sections import CHILD, QUESTIONS, RECEPTION, Section, home_of, sections
from web.filing.topics import Page, Shown
from web.forms import Sent
from web.page import FormPage, go_to
from web.views.filing.progress import address, is_begun, lines_of

#: The lists whose items all stand on one page.
LISTS: Final = tuple(
    topic.slug for section in sections() for topic in section.topics if isinstance(topic, ListTopic)
)


class ItemQuery(Query):
    """Which item of a list the page is about, from 0; which list shows a row more; whether to mark what is missing."""

    n = Whole(in_query=True, required=False, default=0, max_value=PARTS_MAX - 1)
    more = Code([(slug, slug) for slug in LISTS], required=False, default="")
    missing = Code([("yes", "yes")], required=False, default="")


class SectionPage(FormPage):
    section: ClassVar[Section] = CHILD
    query = ItemQuery
    template = "web/filing/section.html"
    holds = True

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show what was answered so far; once the page was saved, what is missing too."""
        draft = Draft.of(request, pk)
        form = draft.read()
        missing = draft.missing()
        here = [item["field"] for item in missing if self._asks(item["field"], form)]
        wants = bool(self.asked["missing"]) or is_begun(draft.referral, self.section, self.number)
        shown = Page(
            self.values(form),
            path=self.path_in(form),
            missing=here if wants else (),
            more=self.asked["more"],
            suggestions=place.of_departments(filing_departments(self.actor, at=self.at))
            if self.section == CHILD
            else (),
        )
        has_questions = bool(extra.asked_by(extra.authority_for(form, at=self.at), at=self.at))
        around = self.section_context(form) | {
            "missing": lines_of(
                None, pk, [{"field": path} for path in shown.missing], has_child=bool(form["children"])
            ),
            "asked": has_questions,
            "by_cell": draft.by_cell,
        }
        return self.page(pk, shown, version=draft.referral.version, context=around)

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        draft = Draft.of(request, pk)
        body = self.body(draft, remove="remove" in self.sent)
        saved = draft.save(body, version=version_of(self.sent)).referral
        if self.saves_draft:
            return self.draft_saved(saved.version)
        return go_to(self.onwards(pk, self.sent.text("then"), body))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        version = problem.get("version", self.sent.text("version"))
        shown = Page(self.typed(), problem=problem, path=self.path)
        return self.page(pk, shown, version=version)

    # --- What differs between pages of the concern and of an item ---------------------------------------

    @property
    def number(self) -> int:
        return int(self.asked["n"])

    @property
    def path(self) -> str:
        """Return where in the form the page's fields stand, as faults name them."""
        return f"{self.section.part}.{self.sent.text('place', '0')}." if self.section.part else ""

    def path_in(self, form: Said) -> str:
        """Return where the page's fields stand in what the draft says."""
        if not self.section.part:
            return ""
        places = of_kind(form[self.section.part], self.section.kind)
        return f"{self.section.part}.{places[self.number]}." if self.number < len(places) else "-"

    def _asks(self, path: str, form: Said) -> bool:
        """Tell whether the page asks for a missing item: of a child, of the one whom it is about."""
        home = home_of(path, has_child=bool(form["children"]))
        if home is None or home[0] != self.section:
            return False
        return path.count(".") < 2 or not self.section.part or path.startswith(self.path_in(form))

    def values(self, form: Said) -> Mapping[str, Any]:
        if not self.section.part:
            return form | (presumed(self.actor, form) if self.section.slug == "vous" else {})
        items = form[self.section.part]
        places = of_kind(items, self.section.kind)
        return items[places[self.number]] if self.number < len(places) else {}

    def section_context(self, form: Said) -> dict[str, Any]:
        if not self.section.part:
            return {}
        places = of_kind(form[self.section.part], self.section.kind)
        here = places[self.number] if self.number < len(places) else len(form[self.section.part])
        return {"items": list(range(len(places))), "new": self.number >= len(places), "place": here}

    def typed(self) -> Said:
        return together(topic.typed(self.sent) for topic in self.section.topics)

    def body(self, draft: Draft, *, remove: bool) -> Said:
        form = draft.read()
        typed = together(topic.body(self.sent, form, self.path) for topic in self.section.topics)
        if self.section.part:
            rows, _ = changed(
                form[self.section.part],
                self.number,
                self.section.kind,
                lambda item: None if remove else put(item, typed),
            )
            typed = {self.section.part: rows}
        dates = young_adults.of_children(typed.get("children", ()), form["children"])
        young_adults.ask(dates, self.sent, births.days_at(draft.referral.received_at or self.at))
        return typed

    def page(
        self, pk: UUID, shown: Page, *, version: object, context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        topics = [topic.show(shown) for topic in self.section.topics]
        around = dict(context or {})
        steps = list(
            sections(
                by_cell=around.get("by_cell", self.sent.text("by_cell") == "yes"),
                asked=around.get("asked", self.sent.text("asked") == "yes"),
            )
        )
        at = steps.index(self.section) if self.section in steps else 0
        shared = {
            "section": self.section,
            "topics": topics,
            "problem": shown.problem,
            "faults": self.faults(shown, topics),
            "version": version,
            "pk": pk,
            "number": self.number,
            "place": self.sent.text("place", "0"),
            "by_cell": RECEPTION in steps,
            "asked": QUESTIONS in steps,
            "step": at + 1,
            "steps": len(steps),
            "first": at == 0 and not self.number,
            "last": at + 1 == len(steps),
        }
        return self.show(shared | around)

    def faults(self, shown: Page, topics: Sequence[Shown]) -> list[forms.Fault]:
        """Return the lines of the error summary."""
        fields = [one for topic in topics for one in topic.fields]
        beside = forms.beside(fields)
        named = {one.ask.name for one in fields if one.error}
        elsewhere = [
            item
            for item in (shown.problem or {}).get("errors", ())
            if not named & set(item["field"].split("."))
        ]
        return beside + [forms.Fault(item["field"], item["detail"]) for item in elsewhere]

    def onwards(self, pk: UUID, then: str, body: Said) -> str:
        here, number = address(pk, self.section), f"?n={self.number}" if self.number else ""
        if then.startswith(REMOVE):
            return f"{here}#t-{then.removeprefix(REMOVE).rpartition('-')[0]}"
        for topic in self.section.topics:
            if isinstance(topic, ListTopic) and then == f"{ANOTHER}{topic.slug}":
                return f"{here}?more={topic.slug}#r-{topic.slug}-{len(topic.rows_of(body))}"
        if then == "another":
            return f"{here}?n={self.number + 1}"
        if then == "list" or "remove" in self.sent:
            return reverse("filing", args=[pk])
        # A page is always one of its own steps, whatever was sent.
        by_cell = self.section == RECEPTION or self.sent.text("by_cell") == "yes"
        has_questions = self.section == QUESTIONS or self.sent.text("asked") == "yes"
        steps = list(sections(by_cell=by_cell, asked=has_questions))
        at = steps.index(self.section)
        if then == "back":
            return address(pk, steps[max(at - 1, 0)]) + (number if not at else "")
        return address(pk, steps[at + 1]) if at + 1 < len(steps) else reverse("filing-check", args=[pk])


class ReceptionPage(SectionPage):
    """How what the cell types in reached it, and when: the page of intake agents and coordinators alone."""

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        self._require_cell(request, pk)
        return super().get(request, pk)

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        self._require_cell(request, pk)
        return super().act(request, pk)

    def _require_cell(self, request: ServiceRequest, pk: UUID) -> None:
        if not Draft.of(request, pk).by_cell:
            raise NotAllowed("draft:reception")


class QuestionsPage(SectionPage):
    """The authority's own questions; which authority, follows from the child's place."""

    template = "web/filing/questions.html"

    @cached_property
    def rows(self) -> list[Row]:
        return extra.asked_by(extra.by_id(self.sent.text("authority")), at=self.at)

    def typed(self) -> Said:
        body = forms.body_of(extra.input_of(self.rows), extra.asks_of(self.rows), self.sent)
        unknown = body.pop("not_known", [])
        return {code: value for code, value in body.items() if value != ""} | dict.fromkeys(unknown)

    def body(self, draft: Draft, *, remove: bool) -> Said:
        typed = self.typed()
        answers = {code: value for code, value in typed.items() if value is not None}
        extra.input_of(self.rows)(data=answers, partial=True).is_valid(raise_exception=True)
        return {"extra": typed}

    def section_context(self, form: Said) -> dict[str, Any]:
        authority = extra.authority_for(form, at=self.at)
        return {"authority": authority, "placed": authority is not None}

    def values(self, form: Said) -> Mapping[str, Any]:
        self.rows = extra.asked_by(extra.authority_for(form, at=self.at), at=self.at)
        return extra.answers_of(form)

    def page(
        self, pk: UUID, shown: Page, *, version: object, context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """Return the page; sent again, it is about the same authority."""
        if context is None:
            authority = extra.by_id(self.sent.text("authority"))
            context = {"authority": authority, "placed": authority is not None}
        values = (
            shown.values if "not_known" in shown.values else extra.answers_of({"extra": dict(shown.values)})
        )
        fields = forms.fields_of(
            extra.input_of(self.rows), extra.asks_of(self.rows), values, faults=forms.faults_of(shown.problem)
        )
        for one in fields:
            one.missing = f"extra.{one.ask.name}" in shown.missing
        entries = {"fields": fields, "faults": forms.summary(shown.problem, fields)}
        return super().page(pk, shown, version=version, context=dict(context) | entries)


def version_of(sent: Sent) -> int:
    """Return the version that the page was made from; one that none has if it was tampered with."""
    return MALFORMED if sent.version is None else sent.version


def together(parts: Iterable[Said]) -> Said:
    """Return what the topics of a page say, as one: what isn't known of each is one list."""
    merged: Said = {}
    for part in parts:
        unknown = [*merged.get(NOT_KNOWN, []), *part.get(NOT_KNOWN, [])]
        merged |= part
        if NOT_KNOWN in merged:
            merged[NOT_KNOWN] = unknown
    return merged

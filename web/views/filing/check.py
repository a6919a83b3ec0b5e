"""Check the answers, and file: by the ordinary lane (T02) or, in danger, by the urgent one (T03)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.urls import reverse

from accounts.replays import Once
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.events import Purpose
from referrals.access import visibility
from referrals.errors import IncompleteFiling
from referrals.execution import perform
from referrals.execution.preconditions import StepRequest
from referrals.filing.form import ConcernForm
from referrals.reading.disclosures import seen
from referrals.vocabulary.required_items import missing_urgent_items
from referrals.vocabulary.states import ChildKind, Machine
from referrals.workflow.form_rows import answers_of
from referrals.workflow.step import steps
from web import forms
from web.filing import extra, place, words
from web.filing.draft import NOT_KNOWN, Draft, Said, of_kind, put
from web.filing.filer import presumed
from web.filing.lists import ListTopic
from web.filing.sections import QUESTIONS, Section, sections
from web.filing.topics import Topic, part_input
from web.page import FormPage, go_to
from web.views.filing.form import version_of
from web.views.filing.progress import address, lines_of


class CheckPage(FormPage):
    template = "web/filing/check.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        draft = Draft.of(request, pk)
        form = draft.read()
        missing = [item for item in draft.missing() if item["field"] != "good_faith_notice"]
        missing += extra.missing(form, at=self.at)
        return self.show(
            {
                "pk": pk,
                "sections": [
                    _answers(one, form, pk, at=self.at)
                    for one in sections(
                        by_cell=draft.by_cell,
                        asked=bool(extra.asked_by(extra.authority_for(form, at=self.at), at=self.at)),
                    )
                ],
                "missing": lines_of(None, pk, missing, has_child=bool(form["children"])),
                "files": draft.referral.attachments.count(),
                "version": draft.referral.version,
                "key": uuid4().hex,
                "notice": forms.fields_of(
                    ConcernForm, words.NOTICE, {"good_faith_notice": form.get("good_faith_notice")}
                ),
            }
        )

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """File (T02)."""
        agreed = {"good_faith_notice": self.sent.ticked("good_faith_notice")}
        return file(self, pk, agreed, "submit", lambda _: agreed)

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        fields = forms.fields_of(
            ConcernForm,
            words.NOTICE,
            {"good_faith_notice": self.sent.ticked("good_faith_notice")},
            faults=forms.faults_of(problem),
        )
        faults = [one for one in forms.summary(problem, fields) if one.anchor]
        has_child = seen(self.request, pk)[0].children.filter(kind=ChildKind.SUBJECT).exists()
        context = {
            "pk": pk,
            "problem": problem,
            "faults": faults,
            "again": True,
            "notice": fields,
            "key": uuid4().hex,
            "missing": lines_of(problem, pk, [], has_child=has_child),
            "version": problem.get("version", self.sent.text("version")),
        }
        return self.show(context)


def file(
    page: FormPage,
    pk: UUID,
    typed: Mapping[str, Any],
    step: str,
    body: Callable[[Draft], Mapping[str, Any]],
    *,
    also_missing: Sequence[str] = (),
) -> HttpResponse:
    """Save a last page into the draft and file it, once for each page that was shown, however often it is sent.

    ``typed`` is what the browser sent, by which a page that comes twice is known; ``body`` makes of it what is saved.
    ``also_missing``: what the page asks for beyond the step, and lacks; it is told with all that the step lacks.

    Raises:
        IncompleteFiling: something is missing, all of it in one list.
    """
    request = page.request
    seen(request, pk)
    once = Once.of(page.sent.text("key"), f"POST {request.path}", dict(typed))
    once.wait(page.actor)
    if once.honoured(page.actor) is None:
        draft = Draft.of(request, pk)
        request.purpose = Purpose.FILING  # a refusal bears it too
        saved = draft.save(body(draft), version=version_of(page.sent)).referral
        if also_missing:
            own = [{"field": name, "need": "U"} for name in also_missing]
            raise IncompleteFiling([*own, *missing_urgent_items(answers_of(saved))])
        wanted = StepRequest(step=steps.get(Machine.REFERRAL, step), referral_id=pk, version=saved.version)
        done = perform.perform(wanted, actor=page.actor, at=page.at)
        once.keep(page.actor, status=done.status, thing=pk, version=done.referral.version, at=page.at)
    if page.actor.holding([Role.FILER]):
        return go_to(reverse("filing-receipt", args=[pk]))
    seen_now = visibility.visible_to(page.actor, at=page.at).filter(pk=pk).exists()
    return go_to(reverse("case", args=[pk]) if seen_now else reverse("filings"))


# --- The answers in words -------------------------------------------------------------------------------


def _answers(section: Section, form: Said, pk: UUID, *, at: datetime) -> dict[str, Any]:
    """Return the answers of a page, in a block for each topic and each item."""
    link = address(pk, section)
    if section == QUESTIONS:
        blocks: list[dict[str, Any]] = [{"lines": extra.answer_lines(form, at=at)}]
    elif section.part:
        items = form[section.part]
        blocks = [
            {"title": topic.title, "lines": topic.answers(items[at]), "link": f"{link}?n={n}"}
            for n, at in enumerate(of_kind(items, section.kind))
            for topic in section.topics
        ]
    else:
        blocks = [block for topic in section.topics for block in _blocks(topic, form)]
    return {"title": section.title, "link": link, "blocks": [one for one in blocks if one["lines"]]}


def _blocks(topic: Topic, form: Said) -> list[dict[str, Any]]:
    if isinstance(topic, ListTopic):
        return [{"title": topic.title, "lines": lines} for lines in topic.lines_each(form)]
    return [{"title": topic.title, "lines": topic.answers(form)}]


# --- The short lane -------------------------------------------------------------------------------------


class UrgentPage(FormPage):
    """GET, POST /transmissions/{id}/urgence: a number to call back, who, where, what, on one page (T03)."""

    template = "web/filing/urgent.html"
    holds = True

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        draft = Draft.of(request, pk)
        form = draft.read()
        child, _ = _first_subject(form)
        fact = form["facts"][0] if form["facts"] else {}
        values = form | presumed(self.actor, form)
        return self.page(pk, child, fact, values, version=draft.referral.version)

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        if self.saves_draft or self.sent.text("then") == "later":
            return self._keep(pk)
        typed = self.typed()
        concern = typed["concern"]
        # A person is asked for it; a program files who, where, what alone (domain.md T03).
        has_phone = concern.get("filer_phone") or "filer_phone" in concern[NOT_KNOWN]
        lacks = () if has_phone else ("filer_phone",)
        return file(self, pk, typed, "submit_urgent", self.body, also_missing=lacks)

    def _keep(self, pk: UUID) -> HttpResponse:
        draft = Draft.of(self.request, pk)
        saved = draft.save(self.body(draft), version=version_of(self.sent)).referral
        return self.draft_saved(saved.version) if self.saves_draft else go_to(reverse("filing", args=[pk]))

    def body(self, draft: Draft) -> Said:
        form, typed = draft.read(), self.typed()
        where = place.body_of(self.sent, "children.0.", prefix="child-")
        first, others = _first_subject(form)
        fact = put(form["facts"][0] if form["facts"] else {}, typed["fact"])
        return {
            **presumed(self.actor, form),
            **typed["concern"],
            "danger_now": "yes",
            "children": [put(first, typed["child"] | where), *others],
            "facts": [fact, *form["facts"][1:]],
        }

    def typed(self) -> dict[str, Said]:
        sent = self.sent
        return {
            "child": forms.body_of(part_input("children"), words.URGENT_CHILD, sent, prefix="child-"),
            "fact": forms.body_of(part_input("facts"), words.URGENT_FACT, sent, prefix="fact-"),
            "concern": forms.body_of(ConcernForm, words.URGENT + words.URGENT_SELF, sent),
        }

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        typed = self.typed()
        typed["child"] |= place.typed(self.sent, prefix="child-")
        version = problem.get("version", self.sent.text("version"))
        return self.page(
            pk, typed["child"], typed["fact"], typed["concern"], version=version, problem=problem
        )

    def page(
        self,
        pk: UUID,
        child: Said,
        fact: Said,
        concern: Said,
        *,
        version: object,
        problem: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        of_child = forms.faults_of(problem, "children.0.")
        of_fact = forms.faults_of(problem, "facts.0.")
        fact_errors = [
            item["detail"] for item in (problem or {}).get("errors", ()) if item["field"] == "facts"
        ]
        if fact_errors:
            of_fact.setdefault("text", fact_errors[0])
        facts = forms.fields_of(part_input("facts"), words.URGENT_FACT, fact, faults=of_fact, prefix="fact-")
        danger = forms.fields_of(ConcernForm, words.URGENT, concern, faults=forms.faults_of(problem))
        where = place.fields_of(child, of_child, prefix="child-")
        who = forms.fields_of(
            part_input("children"), words.URGENT_CHILD, child, faults=of_child, prefix="child-"
        )
        back = forms.fields_of(ConcernForm, words.URGENT_SELF, concern, faults=forms.faults_of(problem))
        fields = [*back, *facts, *danger, *where, *who]
        here = ("children.0.", *(one.ask.name for one in fields), "facts")
        elsewhere = [one for one in (problem or {}).get("errors", ()) if not one["field"].startswith(here)]
        return self.show(
            {
                "pk": pk,
                "fields": fields,
                "version": version,
                "key": uuid4().hex,
                "problem": problem,
                "faults": forms.beside(fields),
                "missing": lines_of(None, pk, elsewhere, has_child=True),
            }
        )


def _first_subject(form: Said) -> tuple[Said, list[Said]]:
    """Return the first child whom a draft is about, a new one if there is none, and the other children.

    Another child of the home may have been typed in before.
    """
    children = list(form["children"])
    places = of_kind(children, ChildKind.SUBJECT)
    return (children.pop(places[0]) if places else {"kind": ChildKind.SUBJECT.value}), children

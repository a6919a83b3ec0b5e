"""The kinds of pages: one thing, a list, an act that is confirmed, a form that sends an input, a button, a step.

A page declares what differs from its kind: ``prepare`` reads what every pass needs, ``around`` and ``context`` are what
its template shows, ``do`` calls the act. A form that was refused is shown without ``values`` and ``context``, which may
open what is sealed: a reading in a request that is rolled back would leave no entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit.events import Purpose
from core import paging
from core.inputs import StrictSerializer
from core.query import PagedQuery, Query
from referrals.errors import NotVisible
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step
from web import faults, forms
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.panel import brings
from web.cases.stepforms import ask_of, summary
from web.forms import IDS, Ask, Field, Pairs, members
from web.page import FormPage, Page, go_to


class ListQuery(PagedQuery, confirmation.ConfirmationQuery):
    """Where a list goes on, and what was just done."""


class PagesQuery(BlanksLeftOut, PagedQuery):
    """Where a list goes on."""


class ShownPage(Page):
    """Whatever its template shows of one thing."""

    def get(self, request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.show(self.around() | self.context(*args, **kwargs))

    def context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        raise NotImplementedError


class ListPage(ShownPage):
    """A list by pages, with the filters of its address."""

    query: ClassVar[type[Query]] = ListQuery
    filtered_by: ClassVar[Sequence[Ask]] = ()
    #: Parameters without a question that the next page keeps too.
    carried: ClassVar[Sequence[str]] = ()

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the filters that are set."""
        names = (*(ask.name for ask in self.filtered_by), *self.carried)
        return {name: self.asked[name] for name in names if name in self.asked}

    def context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        page = self.rows({name: value for name, value in self.asked.items() if name != "done"})
        context: dict[str, Any] = {
            "lines": [self.line(row) for row in page.items],
            "next": address_of(self.request.path, self.chosen | {"cursor": page.next}) if page.next else "",
            "first": "cursor" not in self.asked,
            "filtered": bool(self.chosen),
        }
        if self.filtered_by:
            fields = forms.fields_of(self.query, self.filtered_by, self.chosen, choices=self.choices())
            context["filters"] = fields
        return context

    def rows(self, asked: dict[str, Any]) -> paging.Page:
        raise NotImplementedError

    def line(self, row: Any) -> Any:
        """Return a row as the template shows it."""
        return row

    def choices(self) -> Mapping[str, Pairs]:
        return {}


class ConfirmPage(FormPage):
    """A page that asks whether something is to be done, and does it once."""

    #: The page to go on to: one without an argument, else the page of what was done.
    onward: ClassVar[str] = ""
    shows: ClassVar[str] = ""
    #: What that page says was done.
    done: ClassVar[str] = ""
    #: What the act is done for; a refusal bears it too.
    purpose: ClassVar[Purpose | None] = None

    def get(self, request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.prepare(*args, **kwargs)
        return self.show(self.around() | self.filled(self.values()) | self.context(*args, **kwargs))

    def act(self, request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.purpose is not None:
            request.purpose = self.purpose
        self.prepare(*args, **kwargs)
        body = self.body()
        return self.after(self.once(body, lambda: self.do(body)))

    def redisplay(self, problem: Mapping[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        self.prepare(*args, **kwargs)
        return self.show(self.around() | self.again(problem))

    def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Read what showing, acting and showing again all need."""

    def context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return what stands beside the form while nothing was refused."""
        return {}

    def values(self) -> Mapping[str, Any]:
        """Return what stands in the form at first."""
        return {}

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"once": self.key()}

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        return {"problem": problem, "faults": [], "once": self.key(problem)}

    def body(self) -> dict[str, Any]:
        return {}

    def do(self, body: dict[str, Any]) -> UUID:
        """Call the act; return what it was done to."""
        raise NotImplementedError

    def goes_to(self, made: UUID) -> str:
        """Return where one goes on."""
        return reverse(self.shows, args=[made]) if self.shows else reverse(self.onward)

    def after(self, made: UUID) -> HttpResponse:
        return go_to(self.goes_to(made) + confirmation.query_of(self.actor, self.done))


class InputPage(ConfirmPage):
    """A page with one form, made from the input of the call that it sends; ``entries`` are its fields on the page."""

    takes: type[StrictSerializer]
    asks: Sequence[Ask]
    #: What the ids of its fields begin with.
    ids: ClassVar[str] = IDS

    def choices(self) -> Mapping[str, Pairs]:
        """Return what may be chosen, by member, where the declaration doesn't have it."""
        return {}

    def body(self) -> dict[str, Any]:
        """Return what was sent, as the call takes it."""
        return forms.body_of(self.takes, self.asks, self.sent)

    def validated(self) -> dict[str, Any]:
        return self.takes.read(self.body())

    def typed(self) -> dict[str, Any]:
        """Return what was sent, as it is shown again."""
        return forms.typed(self.takes, self.asks, self.sent)

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"entries": self.fields(values), "once": self.key()}

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form as it was typed, with its faults and their summary."""
        problem = faults.worded(problem, self.takes)
        fields = self.fields(self.typed(), forms.faults_of(problem))
        lines = forms.summary(problem, fields)
        return {"entries": fields, "problem": problem, "faults": lines, "once": self.key(problem)}

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        return forms.fields_of(
            self.takes, self.asks, values, faults=faults, choices=self.choices(), ids=self.ids
        )


class StepInputPage(InputPage):
    """A form that sends what a step of the procedure takes."""

    step: Step
    #: Members that are chosen from a list of rows.
    selects: ClassVar[Sequence[str]] = ()

    def ask(self, name: str) -> Ask:
        """Return how the page asks for a member."""
        ask = ask_of(self.step.takes, name)
        if name not in self.selects:
            return ask
        return Ask(name, ask.label, ask.hint, kind="select", nothing=_("À choisir"), optional=ask.optional)

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        again = super().again(problem)
        return again | {"faults": summary(problem, again["entries"])}

    def around(self) -> dict[str, Any]:
        step = self.step
        return super().around() | {
            "title": display.step_words(str(step.machine), step.name),
            "law": step.law,
            "brings": brings(step),
        }


class RowStepPage(StepInputPage):
    """A step on a row that is no case; one that isn't possible now says why instead."""

    keeps = True
    machine: ClassVar[Machine]
    runner: ClassVar[Any]
    row: Any
    #: What the runner opened to show the form; nothing where it is sent or shown again.
    opened: Any = None

    def one(self, pk: UUID) -> Any:
        """Return a row of which the reader may know."""
        raise NotImplementedError

    def declared(self, name: str) -> Step:
        """Return a step of the machine that people do on a row that is there."""
        step = display.step_of(self.machine, name)
        if step is None or step.internal or step.creates:
            raise NotVisible
        return step

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponseBase:
        self.step, self.row = self.declared(step), self.one(pk)
        self.opened = self.runner.require_possible(self.step, self.row, actor=self.actor, at=self.at)
        self.asks_for()
        return self.show(self.around() | self.filled(self.values()) | self.context())

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponseBase:
        self.step = self.declared(step)
        request.purpose = self.purpose or self.step.purpose
        return super().act(request, pk, step)

    def prepare(self, pk: UUID, step: str) -> None:
        self.step, self.row = self.declared(step), self.one(pk)
        self.asks_for()

    def asks_for(self) -> None:
        """Ask for what the step takes."""
        self.takes = self.step.takes  # of this request
        self.asks = [self.ask(name) for name in members(self.step.takes)]

    def do(self, body: dict[str, Any]) -> UUID:
        self.runner.perform(self.step, self.pk, body, actor=self.actor, at=self.at)
        return self.pk

    def around(self) -> dict[str, Any]:
        return super().around() | {"back": reverse(self.shows, args=[self.row.pk])}

    def after(self, made: UUID) -> HttpResponse:
        done = f"{self.step.machine}-{self.step.name}"
        return go_to(self.goes_to(made) + confirmation.query_of(self.actor, done, awaits=self.awaits()))

    def awaits(self) -> bool:
        """Tell whether a second signature is awaited."""
        return False


class ButtonPage(Page):
    """An act by the button of another page, to which it goes back."""

    http_method_names = ["post"]
    onward: ClassVar[str]

    def post(self, request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.do(*args, **kwargs)
        return go_to(self.goes_to())

    def do(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def goes_to(self) -> str:
        return reverse(self.onward)


class FileButton(Page):
    """A button by which a file is fetched."""

    http_method_names = ["post"]
    kind: ClassVar[str]
    name: ClassVar[str]

    def post(self, request: ServiceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return attached(self.file(*args, **kwargs), self.kind, self.name)

    def file(self, *args: Any, **kwargs: Any) -> bytes:
        raise NotImplementedError


def address_of(path: str, params: Mapping[str, Any]) -> str:
    """Return an address with its parameters; those without a value are left out."""
    query = {name: _spelled(value) for name, value in params.items() if value not in (None, "")}
    return path + (f"?{urlencode(query)}" if query else "")


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def named(rows: Iterable[Any]) -> Pairs:
    """Return rows to choose from, by their names."""
    return [(str(row.pk), row.name) for row in rows]


def labelled(codes: Iterable[Any]) -> Pairs:
    """Return codes to choose from, by their labels."""
    return [(str(code), str(code.label)) for code in codes]


def attached(body: bytes | str, kind: str, name: str) -> HttpResponse:
    """Return a file to keep."""
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

"""The two kinds of pages of administration that write: one with a form, one that asks for a confirmation."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from web import forms
from web.administration.base import AdministrationPage
from web.cases.base import fresh_key
from web.forms import Ask, Field, Input
from web.page import FormPage


class InputForm(AdministrationPage, FormPage):
    """A page with one form, made from the input of the call that it sends."""

    takes: ClassVar[type[Input]]
    asks: tuple[Ask, ...]
    title: ClassVar[Any]
    button: ClassVar[Any]
    back: ClassVar[str] = "administration"
    template = "web/administration/form.html"

    def again(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        sent = self.request.POST
        fields = self._fields({ask.name: sent.get(ask.name, "") for ask in self.asks}, problem)
        again = fresh_key() if problem["status"] == 422 else sent.get("once", "")
        faults = forms.summary(problem, fields)
        return self.show(
            self._around() | {"entries": fields, "problem": problem, "faults": faults, "once": again}
        )

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Return what may be chosen, by member."""
        return {"authority": [(str(one.pk), one.name) for one in self.authorities]}

    def _fields(self, values: Mapping[str, Any], problem: Mapping[str, Any] | None = None) -> list[Field]:
        faults = forms.faults_of(problem)
        return forms.fields_of(self.takes, self.asks, values, faults=faults, choices=self.choices())

    def _around(self) -> dict[str, Any]:
        return self.around() | {
            "title": self.title,
            "button": self.button,
            "back": reverse(self.back),
            "once": fresh_key(),
        }


class AdministrationForm(InputForm):
    """Such a page whose address names nothing: its form makes something."""

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        first = str(self.authorities[0].pk)
        return self.show(self._around() | {"entries": self._fields({"authority": first, "language": "fr"})})

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Do what the form says, once, and go back to the list."""
        body = forms.body_of(self.takes, self.asks, request.POST)
        self.once(body, lambda: self.do(body))
        return self.onwards(reverse(self.back))

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Call the act; return what it made."""
        raise NotImplementedError

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        return self.again(problem)


class Confirmation(AdministrationPage, FormPage):
    """A page that asks whether something is to be done to one row, and does it."""

    title: ClassVar[Any]
    about: ClassVar[Any]
    back: ClassVar[str] = "administration"
    onward: ClassVar[str] = ""  # where it is seen what was done, if that isn't where one came from
    template = "web/administration/confirm.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Ask.

        Raises:
            NotVisible: absent, or of an authority that the reader doesn't administer.
        """
        return self.show(self._around(pk) | {"once": fresh_key()})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Do it, once, and go on to where it is seen."""
        self.once({}, lambda: self.do(pk))
        return self.onwards(reverse(self.onward or self.back))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Ask again, with why it was refused."""
        return self.show(
            self._around(pk) | {"problem": problem, "faults": [], "once": self.request.POST.get("once", "")}
        )

    def do(self, pk: UUID) -> UUID:
        """Call the act; return what it was done to."""
        raise NotImplementedError

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return what the row is, in words."""
        raise NotImplementedError

    def _around(self, pk: UUID) -> dict[str, Any]:
        return self.around() | {
            "title": self.title,
            "about": self.about,
            "back": reverse(self.back),
            "said": self.lines(pk),
        }

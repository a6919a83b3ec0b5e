"""The two kinds of pages of administration that write: one with a form, one that asks for a confirmation."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from accounts.request import ServiceRequest
from web.administration.base import AdministrationPage
from web.forms import Field, Pairs
from web.page import FormPage, InputPage


class InputForm(AdministrationPage, InputPage):
    """A page of administration with one form; where the reader administers one authority, it isn't asked for."""

    title: ClassVar[Any]
    button: ClassVar[Any]
    back: ClassVar[str] = "administration"
    template = "web/administration/form.html"

    def choices(self) -> dict[str, Pairs]:
        """Return what may be chosen, by member."""
        return {"authority": [(str(one.pk), one.name) for one in self.authorities]}

    def body(self) -> dict[str, Any]:
        """Return what was sent, and the only authority that there may be."""
        only = {"authority": str(self.authorities[0].pk)} if self._is_clear_where() else {}
        return only | super().body()

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        """Return the fields of the form."""
        fields = super().fields(values, faults)
        return [one for one in fields if one.ask.name != "authority" or not self._is_clear_where()]

    def _is_clear_where(self) -> bool:
        return len(self.authorities) == 1 and any(ask.name == "authority" for ask in self.asks)

    def page_context(self) -> dict[str, Any]:
        return self.around() | {"title": self.title, "button": self.button, "back": reverse(self.back)}


class AdministrationForm(InputForm):
    """Such a page whose address names nothing: its form makes something."""

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form."""
        return self.show(self.page_context() | self.filled(self.first_values()))

    def first_values(self) -> dict[str, Any]:
        """Return what is filled in beforehand."""
        return {"authority": str(self.authorities[0].pk), "language": "fr"}

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Do what the form says, once, and go back to the list."""
        body = self.body()
        self.once(body, lambda: self.do(body))
        return self.onwards(reverse(self.back))

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Call the act; return what it made."""
        raise NotImplementedError

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        return self.show(self.page_context() | self.again(problem))


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
        return self.show(self.page_context(pk) | {"once": self.key()})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Do it, once, and go on to where it is seen."""
        self.once({}, lambda: self.do(pk))
        return self.onwards(reverse(self.onward) if self.onward else self.back_to(pk))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Ask again, with why it was refused."""
        return self.show(
            self.page_context(pk) | {"problem": problem, "faults": [], "once": self.key(problem)}
        )

    def back_to(self, pk: UUID) -> str:  # noqa: ARG002 - some come from the page of the row
        """Return where one came from."""
        return reverse(self.back)

    def do(self, pk: UUID) -> UUID:
        """Call the act; return what it was done to."""
        raise NotImplementedError

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return what the row is, in words."""
        raise NotImplementedError

    def page_context(self, pk: UUID) -> dict[str, Any]:
        return self.around() | {
            "title": self.title,
            "about": self.about,
            "back": self.back_to(pk),
            "said": self.lines(pk),
        }

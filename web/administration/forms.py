"""The two kinds of pages of administration that write: one with a form, one that asks for a confirmation."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from web.administration.base import AdministrationPage
from web.forms import Field, Pairs
from web.generic import ConfirmPage, InputPage, named


class AdministrationForm(AdministrationPage, InputPage):
    """A page of administration with one form; where the reader administers one authority, it isn't asked for."""

    title: ClassVar[Any]
    button: ClassVar[Any]
    about: ClassVar[Any] = ""
    onward = "administration"
    template = "web/administration/form.html"

    def around(self) -> dict[str, Any]:
        return super().around() | {
            "title": self.title,
            "button": self.button,
            "about": self.about,
            "back": reverse(self.onward),
        }

    def values(self) -> dict[str, Any]:
        return {"authority": str(self.authorities[0].pk), "language": "fr"}

    def choices(self) -> dict[str, Pairs]:
        return {"authority": named(self.authorities)}

    def body(self) -> dict[str, Any]:
        only = {"authority": str(self.authorities[0].pk)} if self._is_clear_where() else {}
        return only | super().body()

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        fields = super().fields(values, faults)
        return [one for one in fields if one.ask.name != "authority" or not self._is_clear_where()]

    def _is_clear_where(self) -> bool:
        return len(self.authorities) == 1 and any(ask.name == "authority" for ask in self.asks)

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(self.goes_to(made))


class Confirmation(AdministrationPage, ConfirmPage):
    """A page that asks whether something is to be done to one row, and does it."""

    title: ClassVar[Any]
    about: ClassVar[Any]
    back: ClassVar[str] = "administration"
    template = "web/administration/confirm.html"

    def around(self) -> dict[str, Any]:
        return super().around() | {
            "title": self.title,
            "about": self.about,
            "back": self.back_to(),
            "said": self.lines(),
        }

    def back_to(self) -> str:
        """Return where one came from: to some, from the page of the row."""
        return reverse(self.back)

    def lines(self) -> list[tuple[Any, str]]:
        """Return what the row is, in words."""
        raise NotImplementedError

    def goes_to(self, made: UUID) -> str:
        return super().goes_to(made) if self.onward else self.back_to()

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(self.goes_to(made))

"""Base classes of the forms by which editors keep the directory: a page with one form, and one that asks twice."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.naming import visible
from accounts.request import ServiceRequest
from directory import access
from directory.models import Service, Structure
from web.directory.base import DirectoryPage
from web.page import InputPage


class EditorForm(DirectoryPage, InputPage):
    """A page with one form, for whoever keeps entries; its address may name what it is about."""

    keeps = True
    opens_for: ClassVar[str] = access.EDIT
    title: Any = ""
    button: Any = _("Enregistrer")
    about: Any = ""
    template = "web/directory/form.html"

    def get(self, request: ServiceRequest, **of: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show the form, filled with what is known.

        Raises:
            NotVisible: no such entry, or one that another authority keeps.
        """
        self.find(**of)
        return self.show(self.around() | self.here() | self.filled(self.values()))

    def act(self, request: ServiceRequest, **of: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Do what the form says, once, and go on to what it is about."""
        self.find(**of)
        body = self.body()
        made = self.once(body, lambda: self.do(body))
        return self.onwards(self.after(made))

    def redisplay(self, problem: Mapping[str, Any], **of: Any) -> HttpResponse:
        """Show the form as it was typed, with its faults."""
        self.find(**of)
        return self.show(self.around() | self.here() | self.again(problem))

    # --- What differs -------------------------------------------------------------------------------------

    def find(self, **of: Any) -> None:
        """Find what the address names."""

    def values(self) -> dict[str, Any]:
        """Return what stands in the form at first."""
        return {}

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Call the act; return what it was done to."""
        raise NotImplementedError

    def after(self, made: UUID) -> str:
        """Return where one goes on."""
        raise NotImplementedError

    def back(self) -> str:
        """Return where one came from."""
        raise NotImplementedError

    def of(self) -> str:
        """Return what the form is about, in words."""
        return ""

    def here(self) -> dict[str, Any]:
        """Return what stands around the form."""
        return {
            "title": self.title,
            "button": self.button,
            "about": self.about,
            "back": self.back(),
            "of": self.of(),
        }


class StructureForm(EditorForm):
    """A form of one structure."""

    structure: Structure

    def find(self, **of: Any) -> None:
        """Find the structure.

        Raises:
            NotVisible: absent, merged into another, or kept by another authority.
        """
        self.structure = visible(access.kept_structures(self.actor).filter(merged_into=None), of["pk"])

    def of(self) -> str:
        """Return its name."""
        return self.structure.name


class ServiceForm(EditorForm):
    """A form of one service."""

    service: Service

    def find(self, **of: Any) -> None:
        """Find the service.

        Raises:
            NotVisible: absent, merged into another, or kept by another authority.
        """
        self.service = visible(access.kept_services(self.actor).filter(merged_into=None), of["pk"])

    def of(self) -> str:
        """Return its name, and that of its structure."""
        return f"{self.service.name}, {self.service.structure.name}"


def authorities(page: DirectoryPage) -> list[Authority]:
    """Return the authorities whose entries the reader keeps."""
    return list(Authority.objects.filter(pk__in=page.actor.may(access.EDIT)).order_by("code"))

"""Base classes of the forms by which editors keep the directory: a page with one form, of a structure or a service."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.naming import visible
from directory import access
from directory.models import Service, Structure
from web.directory.base import DirectoryPage
from web.generic import InputPage


class DirectoryForm(DirectoryPage, InputPage):
    title: Any = ""
    button: Any = _("Enregistrer")
    about: Any = ""
    template = "web/directory/form.html"

    def around(self) -> dict[str, Any]:
        return super().around() | {
            "title": self.title,
            "button": self.button,
            "about": self.about,
            "back": self.back(),
            "of": self.of(),
        }

    def back(self) -> str:
        """Return where one came from."""
        raise NotImplementedError

    def of(self) -> str:
        """Return what the form is about, in words."""
        return ""

    def after(self, made: UUID) -> HttpResponse:
        return self.onwards(self.goes_to(made))


class EditorForm(DirectoryForm):
    """A form for whoever keeps entries; its address may name what it is about."""

    keeps = True
    opens_for = access.EDIT


class StructureForm(EditorForm):
    """A form of one structure, which leads back to its page."""

    shows = "directory-structure"
    structure: Structure

    def prepare(self, pk: UUID) -> None:
        self.structure = visible(access.editable_structures(self.actor).filter(merged_into=None), pk)

    def of(self) -> str:
        return self.structure.name

    def back(self) -> str:
        return self.goes_to(self.structure.pk)


class ServiceForm(EditorForm):
    """A form of one service, which leads back to its page."""

    shows = "directory-service"
    service: Service

    def prepare(self, pk: UUID, **more: Any) -> None:  # noqa: ARG002 - of the forms whose address names more
        self.service = visible(access.editable_services(self.actor).filter(merged_into=None), pk)

    def of(self) -> str:
        return f"{self.service.name}, {self.service.structure.name}"

    def back(self) -> str:
        return self.goes_to(self.service.pk)


def authorities(page: DirectoryPage) -> list[Authority]:
    """Return the authorities whose entries the reader keeps."""
    return list(Authority.objects.filter(pk__in=page.actor.may(access.EDIT)).order_by("code"))

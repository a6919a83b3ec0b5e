"""What is left to do before an authority receives its first concern."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.naming import visible
from accounts.request import ServiceRequest
from web.administration import opening
from web.administration.base import MANAGES, AdministrationPage


class Opening(AdministrationPage):
    template = "web/administration/opening.html"

    def get(self, request: ServiceRequest, authority: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        place = visible(Authority.objects.filter(pk__in=self.actor.may(MANAGES)), authority)
        self.tab = f"opening-{authority}"  # of this answer
        tasks = opening.tasks(place, at=self.at)
        left = [task for task in tasks if not task.done]
        done = [task for task in tasks if task.done]
        return self.show(
            self.around() | {"title": _("À faire pour ouvrir le service"), "left": left, "ready": done}
        )

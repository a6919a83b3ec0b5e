"""Pages by which one enters a training instance, and reads the mails that it doesn't send; elsewhere not found."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from accounts import signin
from accounts.actions import training as entering
from accounts.errors import NotVisible
from accounts.origin import origin_of
from accounts.request import ServiceRequest
from outbox import training
from web.generic import ShownPage
from web.page import go_to, own_address
from web.training.progress import Progress
from web.views.training.base import TrainingPage

#: What the form says for a filer of one's own.
ANEW: Final = "new"


class Enter(TrainingPage):
    public = True
    template = "web/training_instance/enter.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        everybody = entering.people(at=self.at)
        of_story: dict[str, Any] = {}
        for one in everybody:
            if one.role in entering.OF_A_STORY:
                of_story.setdefault(one.role, one)
        return self.show(
            {
                "anew": ANEW,
                "of_story": list(of_story.values()),
                "others": [one for one in everybody if one not in of_story.values()],
            }
        )

    def post(self, request: ServiceRequest) -> HttpResponse:
        who, origin = self.sent.text("who"), origin_of(request, auth=signin.SESSION)
        if who == ANEW:
            user = entering.enter_anew(origin=origin, at=self.at)
        else:
            user = entering.enter(_id(who), origin=origin, at=self.at)
        progress = Progress(request.session).held
        signin.open_session(request, user, at=self.at)
        Progress(request.session).take_over(progress)
        return go_to(own_address(self.sent.text("next", reverse("training"))))


class Mails(TrainingPage, ShownPage):
    template = "web/training_instance/mails.html"

    def context(self) -> dict[str, Any]:
        return {"mails": training.mails()}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotVisible from None

"""A request for access of the demonstration: the mother of S12 asks for her son's file; who she is is established."""

from datetime import datetime, timedelta
from typing import Final

from config.demo.cast import Cast, Stage
from config.demo.show import HOME
from config.demo.stories import siblings
from referrals.access import row_level_security
from referrals.access_requests import actions
from referrals.models import AccessRequest
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from web.training import forms

OFFICER: Final = "dpo"


def stage(cast: Cast, *, now: datetime) -> None:
    """Let the officer receive a request and establish who asks; nothing if there is a request already."""
    at = now - timedelta(days=24)
    with row_level_security.for_the_service():
        if AccessRequest.objects.exists():
            return
        officer = Stage(cast, HOME).actor(OFFICER, at=at)
        request = {
            "requester": "holder",
            "way": "letter",
            "received_on": at.date().isoformat(),
            "name": "Mère Exemple",
            "contact": "2 rue de l'Essai\n93000 Bobigny",
            "last_name": "Exemple",
            "first_names": "Tom",
            "birth_date": forms.born(12, now - siblings.AGO).isoformat(),
            "words": "Je souhaite une copie de tout ce que vous avez sur mon fils et moi.",
        }
        row = actions.receive(request, actor=officer, at=at)
        identified = {
            "proof": "paper",
            "standing": "holder_in_office",
            "in_office": True,
            "how": "Carte d'identité et livret de famille regardés au guichet, rien n'est gardé.",
        }
        step = steps.get(Machine.ACCESS_REQUEST, "confirm_identity")
        actions.runner.perform(step, row.pk, identified, actor=officer, at=at)

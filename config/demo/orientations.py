"""Orientations of the demonstration: a service said no and another one is asked, for one case of the cell."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from config.demo.cast import Cast, Stage
from config.demo.show import HOME
from directory.codes import Need
from directory.models import Reach
from referrals.access import row_level_security, visibility
from referrals.models import Orientation, Referral
from referrals.vocabulary.states import OPENED

WHO: Final = "crip_coordinator"
#: Needs for which the demonstration's directory has a service, in the order in which they are tried.
NEEDS: Final = (Need.TONIGHT_SHELTER, Need.MENTAL_HEALTH)
WHY: Final = "Choisi pour la démonstration."


def stage(cast: Cast, *, now: datetime) -> None:
    """Let a coordinator ask two services for one case; nothing if there is an orientation, or no service to ask."""
    with transaction.atomic(), row_level_security.for_the_service():
        if Orientation.objects.exists():
            return
        stage = Stage(cast, HOME)
        seen = visibility.visible_to(stage.actor(WHO, at=now), at=now)
        case = seen.filter(state__in=OPENED, restricted=False).order_by("reference").first()
        if case is None:
            return
        for number, need in enumerate(NEEDS):
            reach = Reach.objects.filter(need=need).order_by("service__name").first()
            if reach is not None:
                _ask(stage, case, need, reach, at=now - timedelta(days=2 - number), refused=number == 0)


def _ask(stage: Stage, case: Referral, need: Need, reach: Reach, *, at: datetime, refused: bool) -> None:
    """Propose a service and ask it; the first one says that it has no place."""
    child = case.children.order_by("position").first()
    made = stage.on_orientation(
        WHO,
        case.pk,
        "propose",
        at=at,
        need=need,
        resource=reach.service_id,
        child=child.pk if child is not None and not child.restricted else None,
        text="Une jeune de 14 ans a besoin d'aide sans délai.",
        despite=WHY,
    ).made
    stage.on_orientation(
        WHO, case.pk, "ask", at=at, orientation=made, channel="phone", at_=at, whom="La permanence"
    )
    if refused:
        stage.on_orientation(
            WHO,
            case.pk,
            "refuse",
            at=at,
            orientation=made,
            reason="no_place",
            answer="Complet jusqu'à lundi.",
        )

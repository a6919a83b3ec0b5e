"""S7: Saturday, 23:40; an exploiter waits in a car."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from config.demo.cast import Stage
from web.training import acts, forms
from web.training.playing import children_of

SATURDAY = 5


def play(stage: Stage, now: datetime) -> UUID:
    """Play S7 from Saturday night to Monday: the officer on call breaks the glass, the coordinator reviews it."""
    at = last_saturday(now)
    case = stage.file("filer_home", _beaten(at), at=at, urgent=True)
    child = children_of(case)[0]
    glass = acts.break_glass(
        stage, case, "Appel de l'astreinte : danger immédiat.", at=at + timedelta(minutes=4)
    )
    sent = at + timedelta(minutes=50)
    stage.do(
        "on_call", case, "send_judicial", at=sent, children=[child], **acts.to_justice(["5", "6"], on=at)
    )
    stage.on_glass("on_call", case, "give_back", at=sent + timedelta(minutes=5), glass=glass)
    monday = at + timedelta(hours=33, minutes=20)
    stage.read("crip_coordinator", case, at=monday)
    stage.on_glass("crip_coordinator", case, "approve", at=monday, glass=glass, note="Justifiée.")
    acts.triage(stage, case, at=monday + timedelta(minutes=10))
    acts.qualify(stage, case, "grave_immediate", "U3", at=monday + timedelta(minutes=30))
    return case


def last_saturday(now: datetime) -> datetime:
    """Return 23:40 (Paris) of the last Saturday whose Monday is over."""
    here = now.astimezone(ZoneInfo("Europe/Paris"))
    day = here.date() - timedelta(days=3)
    day -= timedelta(days=(day.weekday() - SATURDAY) % 7)
    return datetime.combine(day, time(23, 40), tzinfo=here.tzinfo).astimezone(now.tzinfo)


def _beaten(at: datetime) -> dict[str, object]:
    return forms.alarm(
        [forms.child("59", "Noa", forms.born(16, at), "girl", last_name="Gabarit", current_measure="yes")],
        "Rentrée au foyer avec des traces de coups ; un homme l'attend dans une voiture.",
        "L'homme est toujours devant le foyer.",
        filer_profession="residential_staff",
        prostitution_status_filer="suspected",
    )

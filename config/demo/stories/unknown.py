"""S1: a girl without a name in a hotel, at night."""

from datetime import datetime, timedelta
from uuid import UUID

from config.demo.cast import Stage
from web.training import acts, forms
from web.training.playing import children_of


def play(stage: Stage, now: datetime) -> UUID:
    """Play S1 up to the first analysis, with her identity found.

    The officer on call opens by breaking the glass; the coordinator reviews it in the morning. Not there yet:
    ``record_found`` (an exchange with the police stands for it), the new duplicate search.
    """
    at = (now - timedelta(days=3)).replace(hour=1, minute=10, second=0, microsecond=0)
    case = stage.file("filer_hotel", _seen_at_the_desk(), at=at, urgent=True)
    glass = acts.break_glass(
        stage, case, "Appel de l'hôtel, une mineure en danger.", at=at + timedelta(minutes=20)
    )
    stage.read("on_call", case, at=at + timedelta(minutes=21))
    girl = children_of(case)[0]
    sent = at + timedelta(minutes=40)
    stage.do("on_call", case, "send_judicial", at=sent, children=[girl], **acts.to_justice(["5", "6"], on=at))
    stage.on_glass("on_call", case, "give_back", at=sent + timedelta(minutes=10), glass=glass)
    located_at = at + timedelta(hours=3)
    stage.do(
        "crip_coordinator",
        case,
        "log_contact",
        at=located_at,
        kind="police",
        with_whom="Brigade de protection des mineurs",
        means="Téléphone",
        at_=located_at,
        text="La mineure est retrouvée et mise à l'abri ; elle a donné son identité.",
    )
    facts = {
        "identity_known": "known",
        "last_name": "Fictif",
        "first_names": "Inès",
        "birth_date": forms.born(14, at),
    }
    stage.do(
        "crip_coordinator",
        case,
        "rectify",
        at=located_at + acts.HOUR,
        corrections=[
            {"part": "children", "row": girl, "field": name, "value": value} for name, value in facts.items()
        ],
        reason="Identité communiquée par la police.",
    )
    stage.on_glass(
        "crip_coordinator", case, "approve", at=at + timedelta(hours=8), glass=glass, note="Justifiée."
    )
    acts.triage(stage, case, at=at + timedelta(hours=8))
    return case


def _seen_at_the_desk() -> dict[str, object]:
    return forms.alarm(
        [
            {
                "identity_known": "unknown",
                "age_estimated_min": 13,
                "age_estimated_max": 16,
                "sex": "girl",
                "commune_insee": forms.COMMUNES["75"],
                "whereabouts": "known",
                "whereabouts_detail": "Chambre 12 de l'hôtel de démonstration",
            }
        ],
        "Depuis trois nuits, des adultes différents montent dans la chambre d'une très jeune fille.",
        "Un adulte est dans la chambre en ce moment.",
        filer_profession="transport_hotel",
    )

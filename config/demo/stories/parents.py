"""S3: a father is the exploiter; nobody at home may be told."""

from datetime import datetime, timedelta
from uuid import UUID

from config.demo.cast import Stage
from referrals.models import Holder, Referral
from web.training import acts, forms
from web.training.playing import children_of, each


def play(stage: Stage, now: datetime) -> UUID:
    """Play S3 up to the decisions: the girl stays protected by the judge, an offer is made for each sibling.

    Not there yet: letters and notifications, so that what may not be sent is shown by the deferral alone.
    """
    at = now - timedelta(days=30)
    case = stage.file("filer_nurse", _concern_of_school(at), at=at, urgent=True)
    stage.read("crip_coordinator", case, at=at + timedelta(minutes=15))
    girl = children_of(case)[0]
    _refer(stage, case, girl, at=at + timedelta(minutes=45))
    _placed(stage, case, girl, at=at + acts.DAY)
    acts.triage(stage, case, at=at + 2 * acts.DAY)
    acts.qualify(stage, case, "grave_immediate", "U3", at=at + 2 * acts.DAY + acts.HOUR)
    acts.assign(stage, case, at=at + 3 * acts.DAY)
    acts.visit(stage, case, at=at + 8 * acts.DAY)
    acts.report(
        stage,
        case,
        [("danger", "continuation"), ("danger", "adapted_actions"), ("danger", "adapted_actions")],
        at=at + 20 * acts.DAY,
    )
    _decide(stage, case, at=at + 25 * acts.DAY)
    return case


def _concern_of_school(at: datetime) -> dict[str, object]:
    home = {"kind": "household", "last_name": "Spécimen"}
    return forms.concern(
        [
            forms.child("93", "Lou", forms.born(13, at), "girl", last_name="Spécimen"),
            forms.child("93", "Sam", forms.born(9, at), "boy", **home),
            forms.child("93", "Mia", forms.born(6, at), "girl", **home),
        ],
        "Elle dit que son père la conduit chez des hommes, le soir, contre de l'argent.",
        on=at,
        holders=[{"name": "Père Spécimen", "link": "father", "implicated": "yes"}],
        holder_implicated="yes",
        parents_informed="no",
        not_informed_reason="holder_implicated",
        has_household_minors="yes",
        situation_type=["family"],
        prostitution_status_filer="established",
        danger_now="yes",
        danger_what="Elle rentre ce soir chez son père.",
        emergency_done=["prosecutor"],
        filer_profession="school_nurse_doctor",
        bound_by_secrecy="yes",
    )


def _refer(stage: Stage, case: UUID, girl: UUID, *, at: datetime) -> None:
    """Refer the girl to the prosecutor, and put off the information of the father (T15, T16)."""
    fields = acts.to_justice(["5", "6"], on=at)
    stage.do("crip_coordinator", case, "send_judicial", at=at, children=[girl], **fields)
    stage.do(
        "crip_coordinator",
        case,
        "inform_holders",
        at=at + acts.HOUR,
        holder=Holder.objects.get(referral=case).pk,
        occasion="judicial_referral",
        outcome="deferred",
        reason="prosecutor",
        reason_text="Ne rien révéler pendant l'enquête.",
        review_on=at.date() + timedelta(days=7),
    )


def _placed(stage: Stage, case: UUID, girl: UUID, *, at: datetime) -> None:
    """Record the prosecutor's order, confide the placement, then note that the judge is seized (J04, M06, M07)."""
    stage.on_justice(
        "crip_coordinator",
        case,
        "record_outcome",
        at=at,
        outcomes=[{"child": girl, "type": "opp", "on": at.date(), "copy": "Ordonnance de démonstration."}],
        orders=[
            {
                "child": girl,
                "type": "opp_prosecutor",
                "ordered_on": at.date(),
                "ordered_by": "Parquet",
                "place": "Adresse protégée de démonstration",
            }
        ],
    )
    placement = Referral.objects.get(pk=case).measures.get()
    service = stage.place("service")
    stage.do(
        "crip_coordinator", case, "name_service", at=at + acts.HOUR, measure=placement.pk, service=service
    )
    stage.on_measure("measure_service", placement, "start", at=at + 4 * acts.HOUR, started_on=at.date())
    seized = at + 5 * acts.DAY
    stage.on_justice(
        "crip_coordinator",
        case,
        "record_outcome",
        at=seized,
        outcomes=[{"child": girl, "type": "judge_seized", "on": seized.date(), "copy": "Requête au juge."}],
    )


def _decide(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Decide for each child; less than justice for the girl's suspected exploitation is signed by two (T23)."""
    girl, *siblings = children_of(case)
    proposal = stage.do(
        "ase_inspector",
        case,
        "decide_admin",
        at=at,
        decisions=[
            *each(
                [girl],
                decision="continue",
                motivation="Le placement ordonné la protège.",
                **acts.hearing(at),
            ),
            *each(
                siblings,
                decision="admin",
                motivation="Un soutien à domicile auprès de leur mère.",
                **acts.hearing(at),
            ),
        ],
        measures=each(siblings, type="aed", aim="Soutenir la mère et les enfants.", duration_months=6),
        motivation="Une décision par enfant.",
        approver=stage.id_of("supervisor"),
    )
    stage.read("supervisor", case, at=at + acts.HOUR)
    stage.sign("supervisor", case, proposal, at=at + 2 * acts.HOUR)

"""S8: the family refuses; justice sends the case back."""

from datetime import datetime, timedelta
from uuid import UUID

from config.demo.cast import Stage
from referrals.models import Holder, Referral
from web.training import acts, forms
from web.training.playing import children_of, each


def play(stage: Stage, now: datetime) -> UUID:
    """Play S8 up to the prosecutor's return: the child is undecided, and a new decision is due (C8)."""
    at = now - timedelta(days=70)
    case = stage.file("filer_association", _seen_in_the_street(at), at=at)
    stage.read("intake_agent", case, at=at + 4 * acts.HOUR)
    acts.triage(stage, case, at=at + acts.DAY)
    acts.qualify(stage, case, "danger", "U1", at=at + acts.DAY + acts.HOUR)
    acts.assign(stage, case, at=at + 2 * acts.DAY)
    acts.visit(stage, case, at=at + 7 * acts.DAY)
    acts.report(stage, case, [("danger", "adapted_actions")], at=at + 40 * acts.DAY)
    _offer(stage, case, at=at + 46 * acts.DAY)
    _refused(stage, case, at=at + 62 * acts.DAY)
    _returned(stage, case, at=at + 68 * acts.DAY)
    return case


def _seen_in_the_street(at: datetime) -> dict[str, object]:
    return forms.concern(
        [forms.child("93", "Kim", forms.born(15, at), "girl", last_name="Maquette")],
        "Elle passe ses nuits avec des jeunes plus âgés, qui lui offrent téléphone et vêtements.",
        on=at,
        prostitution_status_filer="at_risk",
        situation_type=["pre_prostitution"],
        filer_profession="street_outreach",
        filer_org_type="association",
    )


def _offer(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Offer educational help at home (T23 ⇒ T43, M01)."""
    child = children_of(case)
    stage.do(
        "ase_inspector",
        case,
        "decide_admin",
        at=at,
        decisions=each(
            child,
            decision="admin",
            motivation="Le danger est confirmé ; la mère est présente.",
            **acts.hearing(at),
        ),
        measures=each(child, type="aed", aim="Remettre un cadre, reprendre l'école.", duration_months=6),
        motivation="Une aide éducative à domicile.",
    )


def _refused(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Record that the mother refuses and the father doesn't answer; the danger goes to justice (T25)."""
    mother = Holder.objects.filter(referral=case).order_by("position")[0]
    stage.do(
        "ase_inspector",
        case,
        "record_refusal",
        at=at,
        child=children_of(case)[0],
        refusals=[{"holder": mother.pk, "how": "Refus écrit", "on": at.date()}],
        attempts="Deux courriers et trois appels au père, sans réponse.",
        danger_persists=True,
        **acts.to_justice(["2"], on=at),
    )
    for holder in Holder.objects.filter(referral=case):
        stage.do(
            "ase_inspector",
            case,
            "inform_holders",
            at=at + acts.HOUR,
            holder=holder.pk,
            occasion="judicial_referral",
            outcome="done",
            told_on=at.date(),
            means="Courrier recommandé",
        )


def _returned(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Record that the prosecutor finds L226-4 not met (T28): the inspector decides again."""
    stage.do(
        "ase_inspector",
        case,
        "judicial_outcome",
        at=at,
        judicial_referral=Referral.objects.get(pk=case).judicial_referrals.get().pk,
        outcomes=each(children_of(case), type="returned", on=at.date(), copy="Soit-transmis de retour."),
    )

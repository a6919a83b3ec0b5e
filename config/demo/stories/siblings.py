"""S12: four children of one home, one report, four decisions."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from config.demo.cast import Stage
from referrals.models import Holder, Measure, Referral
from referrals.vocabulary.letters import LetterKind
from web.training import acts, forms
from web.training.playing import children_of, each

#: How long ago the story begins.
AGO: Final = timedelta(days=85)


def play(stage: Stage, now: datetime) -> UUID:
    """Play S12 up to the placement of the eldest, with help at home under way for her brother.

    Not there yet: the single message to the filer, and the observatory's export.
    """
    at = now - AGO
    case = stage.file("filer_hospital", _seen_at_the_hospital(at), at=at)
    stage.read("crip_coordinator", case, at=at + 2 * acts.HOUR)
    acts.triage(stage, case, at=at + acts.DAY)
    acts.qualify(stage, case, "danger", "U2", at=at + acts.DAY + acts.HOUR)
    acts.assign(stage, case, at=at + 2 * acts.DAY)
    acts.visit(stage, case, at=at + 6 * acts.DAY)
    acts.report(
        stage,
        case,
        [
            ("danger", "judicial"),
            ("risk", "adapted_actions"),
            ("no_danger", "classement"),
            ("risk", "adapted_actions"),
        ],
        at=at + 38 * acts.DAY,
    )
    _decide(stage, case, at=at + 43 * acts.DAY)
    _letters(stage, case, at=at + 44 * acts.DAY)
    _answers(stage, case, at=at + 50 * acts.DAY)
    _placed(stage, case, at=at + 60 * acts.DAY)
    return case


def _seen_at_the_hospital(at: datetime) -> dict[str, object]:
    home = {"kind": "household"}
    return forms.concern(
        [
            forms.child("93", "Lina", forms.born(15, at), "girl"),
            forms.child("93", "Tom", forms.born(12, at), "boy", **home),
            forms.child("93", "Max", forms.born(4, at), "boy", **home),
            forms.child("93", "Zoé", forms.born(1, at), "girl", **home),
        ],
        "Elle est amenée aux urgences par un adulte qui paie la chambre et répond à sa place.",
        on=at,
        has_household_minors="yes",
        prostitution_status_filer="suspected",
        situation_type=["loverboy"],
        filer_profession="hospital_staff",
        filer_org_type="health",
    )


def _decide(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Take four decisions and make one move: the strongest, justice for the eldest (T43, T26)."""
    eldest, brother, little, baby = children_of(case)
    for child in (brother, baby):
        stage.do(
            "ase_inspector",
            case,
            "decide_child",
            at=at,
            child=child,
            decision="admin",
            motivation="Un soutien à domicile.",
            **acts.hearing(at),
            measures=[{"child": child, "type": "aed", "aim": "Soutenir le foyer.", "duration_months": 6}],
        )
    stage.do(
        "ase_inspector",
        case,
        "decide_judicial",
        at=at + acts.HOUR,
        children=[eldest],
        decisions=[
            *each(
                [eldest],
                decision="judicial",
                motivation="La famille ne peut pas la protéger.",
                **acts.hearing(at),
            ),
            *each([little], decision="close", motivation="Le rapport écarte le danger.", **acts.hearing(at)),
        ],
        motivation="La situation de l'aînée relève du juge.",
        **acts.to_justice(["3", "6"], on=at),
    )


def _letters(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Write to the child whose case is closed, given by hand; another one's letter to a holder waits (§4.9)."""
    _, brother, little, _ = children_of(case)
    stage.letter(
        "ase_inspector",
        case,
        LetterKind.CHILD_LETTER,
        at=at,
        child=little,
        words={"why": "Les adultes qui t'ont rencontré pensent que tu es bien chez toi."},
        sent={"way": "professional", "proof": "Lue et remise par l'évaluatrice, au domicile."},
    )
    stage.letter("ase_inspector", case, LetterKind.DECISION_HOLDERS, at=at, child=brother)


def _answers(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Record an agreement for the brother, a refusal for the baby; decide again for her, in place (M02, M03, T43)."""
    _, brother, _, baby = children_of(case)
    agreed = Measure.objects.get(referral=case, child=brother)
    stage.on_measure(
        "ase_inspector",
        agreed,
        "agree",
        at=at,
        agreed_on=at.date(),
        signed_by="Les deux titulaires",
        agreement="Accord écrit.",
        child_opinion="D'accord.",
    )
    service = stage.place("service")
    stage.do("ase_inspector", case, "name_service", at=at + acts.HOUR, measure=agreed.pk, service=service)
    stage.on_measure("measure_service", agreed, "start", at=at + 3 * acts.DAY, started_on=at.date())
    refusals = [
        {"holder": holder.pk, "how": "Refus oral", "on": at.date()}
        for holder in Holder.objects.filter(referral=case)
    ]
    refused = Measure.objects.get(referral=case, child=baby)
    stage.on_measure("ase_inspector", refused, "refuse", at=at + 4 * acts.DAY, refusals=refusals)
    stage.do(
        "ase_inspector",
        case,
        "decide_child",
        at=at + 5 * acts.DAY,
        child=baby,
        decision="admin",
        motivation="La famille accepterait une aide au quotidien.",
        **acts.hearing(at + 5 * acts.DAY),
        measures=[{"child": baby, "type": "tisf", "aim": "Aider au quotidien.", "duration_months": 6}],
    )


def _placed(stage: Stage, case: UUID, *, at: datetime) -> None:
    """Record the judge's placement of the eldest (T28 ⇒ J04, M05)."""
    eldest = children_of(case)[0]
    stage.do(
        "ase_inspector",
        case,
        "judicial_outcome",
        at=at,
        judicial_referral=Referral.objects.get(pk=case).judicial_referrals.get().pk,
        outcomes=each([eldest], type="judge_measure", on=at.date(), copy="Jugement de démonstration."),
        orders=[
            {
                "child": eldest,
                "type": "placement_ase",
                "ordered_on": at.date(),
                "ordered_by": "Juge des enfants",
                "term_on": at.date() + timedelta(days=365),
            }
        ],
    )

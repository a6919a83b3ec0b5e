"""Guards of the assessment: a multidisciplinary team (D226-2-5), visits made, a complete report."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.languages import Text
from referrals.assessment.inputs import Extension, HandIn, Report, Supplement, Team, TeamChange
from referrals.vocabulary.assessment_answers import DangerLevel, Dimension, Seen, VisitKind, wanted
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import AssessmentState, ChildMet, Machine
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import SeizeJusticeForAll
from referrals.workflow.rules import answers, rule

MULTIDISCIPLINARY: Final = _("L'équipe réunit au moins deux professionnels de deux champs différents.")
FOLLOWS_FAMILY: Final = _("Un évaluateur suit déjà la famille : une dérogation motivée est nécessaire.")


@rule(MULTIDISCIPLINARY, fact_class="A")
def team_is_multidisciplinary(case: Case, step_input: Supplement | Team | None) -> bool:
    """The team counts two professionals of two fields at least (CASF D226-2-5)."""
    if step_input is None or not getattr(step_input, "team", None):
        return True
    users = {item.user for item in step_input.team}
    fields = {item.field for item in step_input.team}
    return len(users) >= case.protocol.team_size_min and len(fields) >= case.protocol.team_fields_min


@rule(FOLLOWS_FAMILY, fact_class="A")
def team_does_not_follow_the_family(case: Case, step_input: Supplement | Team | TeamChange | None) -> bool:
    """Nobody of the team follows the family now, save with a written waiver (CASF D226-2-5)."""
    return all(
        (item.waiver or not item.follows_family)
        and follows_no_family_of_the_case(case, item.user, item.waiver)
        for item in [*getattr(step_input, "team", []), *getattr(step_input, "join", [])]
    )


def follows_no_family_of_the_case(case: Case, user: UUID, waiver: str) -> bool:
    """Whoever is to assess isn't the referent of the case, save with a written waiver (CASF D226-2-5)."""
    referents = {assignment.user_id for assignment in case.assignments if assignment.role == "case_referent"}
    return bool(waiver) or user not in referents


@rule(MULTIDISCIPLINARY, fact_class="A")
def resulting_team_is_multidisciplinary(case: Case, step_input: TeamChange | None) -> bool:
    """The team that a change leaves still counts two professionals of two fields (T47, D226-2-5)."""
    if step_input is None:
        return True
    joining = {item.user: item.field for item in step_input.join}
    return changed_team_is_multidisciplinary(case, leaving=step_input.leave, joining=joining)


def changed_team_is_multidisciplinary(
    case: Case, *, leaving: Collection[UUID], joining: Mapping[UUID, str]
) -> bool:
    """Who stays, and who joins with which field, counts two professionals of two fields (D226-2-5)."""
    stays = {
        assignment.user_id: assignment.field
        for assignment in case.assignments
        if assignment.role == "assessor" and assignment.user_id not in leaving
    }
    stays |= joining
    return (
        len(stays) >= case.protocol.team_size_min
        and len(set(stays.values())) >= case.protocol.team_fields_min
    )


@rule(_("Les tentatives de rencontre ne sont pas encore assez nombreuses au dossier."), fact_class="H")
def attempts_were_made(case: Case, step_input: SeizeJusticeForAll | None) -> bool:
    """Attempts stored by assessors (T17, T49) come before one says that the child can't be met (T18).

    They are those of the present assessment, UNREACHABLE_ATTEMPTS at least; whoever has left the team counts.
    """
    assessors = case.referral.assignments.filter(role=Role.ASSESSOR).values("user_id")
    attempts = case.visits().filter(kind=VisitKind.ATTEMPT)
    standing = Q(by__stands_in__absent__in=assessors, by__stands_in__role=Role.ASSESSOR)
    attempt_count = attempts.filter(Q(by__in=assessors) | standing).distinct().count()
    return attempt_count >= case.protocol.unreachable_attempts


@rule(
    _("Un enfant du dossier a été rencontré : saisissez le parquet pour l'autre (fondement 4)."),
    fact_class="D",
)
def no_child_was_met(case: Case, step_input: SeizeJusticeForAll | None) -> bool:
    """T18 is for a case in which no child was met; else ground 4 of T15 for the other (D226-2-6)."""
    return all(child.child_met == ChildMet.NEVER for child in case.children)


@rule(_("Le rapport n'a pas encore été remis au cadre par l'équipe."), fact_class="H")
def assessment_awaits_validation(case: Case, step_input: Report | None) -> bool:
    """The report has been handed in by the team (A05)."""
    assessment = case.open_assessment
    return assessment is not None and assessment.state == AssessmentState.TO_VALIDATE


@rule(_("Le cadre qui valide le rapport ne peut pas être membre de l'équipe d'évaluation."), fact_class="A")
def validator_is_not_of_team(case: Case, step_input: Report | None) -> bool:
    """Whoever validates the report didn't write it, nor for an absent member of the team (T20)."""
    wrote = case.referral.steps.filter(
        machine=Machine.ASSESSMENT, by=case.actor.user_id, role=Role.ASSESSOR, part=case.assessment_id
    )
    return case.actor.user_id not in case.team() and not wrote.exists()


@rule(_("Chaque enfant du dossier doit avoir une conclusion et une proposition."), fact_class="H")
def every_child_has_a_conclusion(case: Case, step_input: HandIn | Report | None) -> bool:
    """The report concludes for each child of the household (CASF D226-2-7; §2.8 no. 8)."""
    concluded = {
        pk for pk, conclusion in case.conclusions.items() if conclusion.danger_level and conclusion.proposal
    }
    return all(child.pk in concluded for child in case.children)


#: The sentence for each dimension that is missing for a child.
MISSING: Final = {
    Dimension.NEEDS_RIGHTS: _(
        "Rapport : les besoins et droits fondamentaux d'un enfant ne sont pas évalués."
    ),
    Dimension.HEALTH: _("Rapport : l'état de santé d'un enfant n'est pas évalué."),
    Dimension.EDUCATION: _("Rapport : les conditions d'éducation d'un enfant ne sont pas évaluées."),
    Dimension.DEVELOPMENT: _("Rapport : le développement d'un enfant n'est pas évalué."),
    Dimension.WELLBEING: _("Rapport : le bien-être d'un enfant n'est pas évalué."),
    Dimension.SUFFERING: _("Rapport : les signes de souffrance d'un enfant ne sont pas évalués."),
}


#: The same for what an authority wants beside the decree.
ITEM_MISSING: Final = _("Rapport : un point que votre autorité demande n'est pas examiné pour un enfant.")


@answers(*MISSING.values(), ITEM_MISSING, fact_class="H")
def every_dimension_is_assessed(case: Case, step_input: HandIn | Report | None) -> Text | None:
    """Each dimension that the authority wants, those of the decree first, is assessed for each child (D226-2-3; §4.10).

    It has a finding, with its text or reason.
    """
    assessment = case.open_assessment
    if assessment is None:
        return None
    done = set(assessment.findings.filter(complete=True).values_list("child_id", "dimension"))
    lacking = (
        MISSING.get(dimension, ITEM_MISSING)
        for dimension in wanted(case.protocol.report_items)
        if any((child.pk, dimension) not in done for child in case.children)
    )
    return next(lacking, None)


@rule(
    _(
        "Rapport : dites pour chaque enfant les dangers retenus, et sa situation prostitutionnelle avec l'emprise, la "
        "dette et le lieu où il dort ce soir."
    ),
    fact_class="H",
)
def every_danger_is_told(case: Case, step_input: HandIn | Report | None) -> bool:
    """The report says each child's exploitation, and which danger where it concludes on one (§2.4, §4.10)."""
    assessment = case.open_assessment
    if assessment is None:
        return True
    dangers = {row.child_id: row for row in assessment.dangers.filter(complete=True)}
    return all(
        child.pk in dangers and (dangers[child.pk].danger_categories or not _in_danger(case, child.pk))
        for child in case.children
    )


def _in_danger(case: Case, child: UUID) -> bool:
    conclusion = case.conclusions.get(child)
    return conclusion is not None and conclusion.danger_level not in ("", DangerLevel.NO_DANGER)


@rule(
    _(
        "Rapport : dites ce que chaque titulaire dit des besoins de l'enfant, de ses propres difficultés, de la "
        "situation et de ce qu'il propose, ou pourquoi il ne s'est pas exprimé."
    ),
    fact_class="H",
)
def every_holder_was_heard(case: Case, step_input: HandIn | Report | None) -> bool:
    """Each holder's opinion stands in the report, or why there is none (CASF D226-2-3, D226-2-6)."""
    assessment = case.open_assessment
    if assessment is None:
        return True
    holder_ids = set(assessment.opinions.filter(complete=True).values_list("holder_id", flat=True))
    return all(holder.pk in holder_ids for holder in case.holders)


@rule(
    _(
        "Rapport : dites pour chaque enfant ce qu'il dit, ce qu'il souhaite et ce qui lui a été dit, quand et "
        "par qui ; ou pourquoi il n'a pas été entendu."
    ),
    fact_class="H",
)
def every_child_was_heard(case: Case, step_input: HandIn | Report | None) -> bool:
    """Each child's own words stand in the report, or why there are none (CASF D226-2-6, D226-2-7)."""
    assessment = case.open_assessment
    if assessment is None:
        return True
    child_ids = set(assessment.voices.filter(complete=True).values_list("child_id", flat=True))
    return all(child.pk in child_ids for child in case.children)


@rule(
    _(
        "Le rapport doit comporter le texte, le référentiel, l'avis de l'entourage (ou le motif de son absence) et "
        "l'examen des informations antérieures : lesquelles, et comment chacune a été prise en compte."
    ),
    fact_class="H",
)
def report_is_complete(case: Case, step_input: HandIn | Report | None) -> bool:
    """The report has its text, framework version, opinions and earlier concerns (D226-2-3 V, D226-2-7; T20)."""
    assessment = case.open_assessment
    if assessment is None:
        return True
    parts = (assessment.report, assessment.entourage_opinions, assessment.earlier_concerns)
    return (
        bool(assessment.framework_version)
        and assessment.earlier_concerns_considered
        and all(part is not None for part in parts)
    )


def answered_inquiries(case: Case) -> set[UUID]:
    """Return the inquiries of the case to which another authority answered that it knows the child."""
    return set(case.referral.inquiries.filter(side=Side.ASKER, known=True).values_list("pk", flat=True))


@rule(_("Rapport : dites comment la réponse d'un autre département a été prise en compte."), fact_class="H")
def every_inquiry_was_considered(case: Case, step_input: HandIn | Report | None) -> bool:
    """The report says how it considers each answer of another authority about a child's past (D226-2-3; IQ7)."""
    assessment = case.open_assessment
    if assessment is None:
        return True
    considered = set(assessment.considered.values_list("inquiry", flat=True))
    return answered_inquiries(case) <= considered


@rule(
    _("Une visite à domicile et une rencontre avec l'enfant sont attendues, ou le motif de leur absence."),
    fact_class="H",
)
def visits_were_made(case: Case, step_input: Report | None) -> bool:
    """The report rests on a home visit and a meeting with a child, or says why there was none (T17, T20)."""
    if step_input is None or step_input.no_visit_reason:
        return True
    visits = case.visits()
    met = visits.filter(sightings__seen__in=[Seen.WITH_HOLDER, Seen.ALONE])
    return visits.filter(kind=VisitKind.HOME_VISIT).exists() and met.exists()


@rule(_("La nouvelle date interne doit être à venir."), fact_class="A")
def new_date_lies_ahead(case: Case, step_input: Extension | None) -> bool:
    """The new internal date of a late assessment is still to come (T19)."""
    return step_input is None or step_input.expected_on > case.today


@rule(
    _("Aucune équipe n'est en place : elle doit être désignée avec la demande de complément."), fact_class="A"
)
def team_is_named_where_none_is(case: Case, step_input: Supplement | None) -> bool:
    """A supplement where no assessment exists names a team first (T21)."""
    return step_input is None or bool(case.team() or step_input.team)

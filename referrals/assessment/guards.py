"""Guards of the assessment: a multidisciplinary team (D226-2-5), visits made, a complete report."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.db.models import Q

from accounts.roles import Role
from referrals.assessment.inputs import Extension, HandIn, Report, Supplement, Team, TeamChange
from referrals.vocabulary.assessment_answers import Seen, VisitKind
from referrals.vocabulary.states import AssessmentState, ChildMet, Machine
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import SeizeJusticeForAll

FOLLOWS_FAMILY: Final = "Un évaluateur suit déjà la famille : une dérogation motivée est nécessaire."


def team_is_multidisciplinary(case: Case, step_input: Supplement | Team | None) -> str | None:
    """The team counts two professionals of two fields at least (CASF D226-2-5)."""
    if step_input is None or not getattr(step_input, "team", None):
        return None
    users = {item.user for item in step_input.team}
    fields = {item.field for item in step_input.team}
    if len(users) < case.protocol.team_size_min or len(fields) < case.protocol.team_fields_min:
        return "L'équipe réunit au moins deux professionnels de deux champs différents."
    return None


def team_does_not_follow_the_family(
    case: Case, step_input: Supplement | Team | TeamChange | None
) -> str | None:
    """Nobody of the team follows the family now, save with a written waiver (CASF D226-2-5)."""
    for item in [*getattr(step_input, "team", []), *getattr(step_input, "join", [])]:
        if item.follows_family and not item.waiver:
            return FOLLOWS_FAMILY
        if reason := follows_no_family_of_the_case(case, item.user, item.waiver):
            return reason
    return None


def follows_no_family_of_the_case(case: Case, user: UUID, waiver: str) -> str | None:
    """Whoever is to assess isn't the referent of the case, save with a written waiver (CASF D226-2-5)."""
    referents = {assignment.user_id for assignment in case.assignments if assignment.role == "case_referent"}
    return FOLLOWS_FAMILY if user in referents and not waiver else None


def resulting_team_is_multidisciplinary(case: Case, step_input: TeamChange | None) -> str | None:
    """The team that a change leaves still counts two professionals of two fields (T47, D226-2-5)."""
    if step_input is None:
        return None
    joining = {item.user: item.field for item in step_input.join}
    return changed_team_is_multidisciplinary(case, leaving=step_input.leave, joining=joining)


def changed_team_is_multidisciplinary(
    case: Case, *, leaving: Collection[UUID], joining: Mapping[UUID, str]
) -> str | None:
    """Who stays, and who joins with which field, counts two professionals of two fields (D226-2-5)."""
    stays = {
        assignment.user_id: assignment.field
        for assignment in case.assignments
        if assignment.role == "assessor" and assignment.user_id not in leaving
    }
    stays |= joining
    if len(stays) < case.protocol.team_size_min or len(set(stays.values())) < case.protocol.team_fields_min:
        return "L'équipe réunit au moins deux professionnels de deux champs différents."
    return None


def attempts_were_made(case: Case, step_input: SeizeJusticeForAll | None) -> str | None:
    """Attempts stored by assessors (T17, T49) come before one says that the child can't be met (T18).

    They are those of the present assessment, UNREACHABLE_ATTEMPTS at least; whoever has left the team counts.
    """
    assessors = case.referral.assignments.filter(role=Role.ASSESSOR).values("user_id")
    attempts = case.visits().filter(kind=VisitKind.ATTEMPT)
    standing = Q(by__stands_in__absent__in=assessors, by__stands_in__role=Role.ASSESSOR)
    attempt_count = attempts.filter(Q(by__in=assessors) | standing).distinct().count()
    if attempt_count < case.protocol.unreachable_attempts:
        return "Les tentatives de rencontre ne sont pas encore assez nombreuses au dossier."
    return None


def no_child_was_met(case: Case, step_input: SeizeJusticeForAll | None) -> str | None:
    """T18 is for a case in which no child was met; else ground 4 of T15 for the other (D226-2-6)."""
    if any(child.child_met != ChildMet.NEVER for child in case.children):
        return "Un enfant du dossier a été rencontré : saisir le parquet pour l'autre (fondement 4)."
    return None


def assessment_awaits_validation(case: Case, step_input: Report | None) -> str | None:
    """The report has been handed in by the team (A05)."""
    assessment = case.open_assessment
    if assessment is None or assessment.state != AssessmentState.TO_VALIDATE:
        return "Le rapport n'a pas encore été remis au cadre par l'équipe."
    return None


def validator_is_not_of_team(case: Case, step_input: Report | None) -> str | None:
    """Whoever validates the report didn't write it, nor for an absent member of the team (T20)."""
    wrote = case.referral.steps.filter(
        machine=Machine.ASSESSMENT, by=case.actor.user_id, role=Role.ASSESSOR, part=case.assessment_id
    )
    if case.actor.user_id in case.team() or wrote.exists():
        return "Le cadre qui valide le rapport ne peut pas être membre de l'équipe d'évaluation."
    return None


def every_child_has_a_conclusion(case: Case, step_input: HandIn | Report | None) -> str | None:
    """The report concludes for each child of the household (CASF D226-2-7; §2.8 no. 8)."""
    concluded = {
        pk for pk, conclusion in case.conclusions.items() if conclusion.danger_level and conclusion.proposal
    }
    if any(child.pk not in concluded for child in case.children):
        return "Chaque enfant du dossier doit avoir une conclusion et une proposition."
    return None


def report_is_complete(case: Case, step_input: HandIn | Report | None) -> str | None:
    """The report has its framework version, opinions and earlier concerns (D226-2-3 V, D226-2-7; T20)."""
    assessment = case.open_assessment
    if assessment is None:
        return None
    parts = (
        assessment.report,
        assessment.child_opinions,
        assessment.holder_opinions,
        assessment.entourage_opinions,
    )
    if (
        not assessment.framework_version
        or not assessment.earlier_concerns_considered
        or any(part is None for part in parts)
    ):
        return (
            "Le rapport doit comporter le référentiel, les avis de l'enfant, des titulaires et de l'entourage "
            "(ou le motif de leur absence) et l'examen des informations antérieures."
        )
    return None


def visits_were_made(case: Case, step_input: Report | None) -> str | None:
    """The report rests on a home visit and a meeting with a child, or says why there was none (T17, T20)."""
    if step_input is None or step_input.no_visit_reason:
        return None
    visits = case.visits()
    met = visits.filter(sightings__seen__in=[Seen.WITH_HOLDER, Seen.ALONE])
    if visits.filter(kind=VisitKind.HOME_VISIT).exists() and met.exists():
        return None
    return "Une visite à domicile et une rencontre avec l'enfant sont attendues, ou le motif de leur absence."


def new_date_lies_ahead(case: Case, step_input: Extension | None) -> str | None:
    """The new internal date of a late assessment is still to come (T19)."""
    if step_input is not None and step_input.expected_on <= case.today:
        return "La nouvelle date interne doit être à venir."
    return None


def team_is_named_where_none_is(case: Case, step_input: Supplement | None) -> str | None:
    """A supplement where no assessment exists names a team first (T21)."""
    if step_input is not None and not case.team() and not step_input.team:
        return "Aucune équipe n'est en place : elle doit être désignée avec la demande de complément."
    return None

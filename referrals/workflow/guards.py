"""Why a step may be refused: one rule, one function, one sentence.

A guard takes the case and the input, and returns the reason in French (for the professional), or None.
The input is None while one asks only what is possible; a guard that needs it then lets pass. The first
line of a guard's docstring is the rule in English. Source: domain.md §2.2, §2.5, §2.6.
"""

from typing import Any

from django.db.models import Q

from accounts.roles import Role
from referrals.workflow.case import Case
from referrals.workflow.codes import CloseGround, DangerLevel, Seen, VisitKind, YesNo
from referrals.workflow.composing import document_is_there
from referrals.workflow.states import (
    DECIDING,
    EXPLOITED,
    STRENGTH,
    AssessmentState,
    ChildMet,
    DecisionCode,
    Exploitation,
    InformationState,
    Machine,
    MeasureState,
    State,
    Urgency,
)

# --- The concern and its first analysis ---------------------------------------------------------------


def qualification_from_triage(case: Case, given: Any) -> str | None:
    """Qualification comes after the first analysis, unless the authority has no such step (QUALIFICATION_STEP)."""
    if case.referral.state == State.ACKNOWLEDGED and case.protocol.qualification_step:
        return "La première analyse doit être ouverte avant la qualification."
    return None


def search_is_proven(case: Case, given: Any) -> str | None:
    """Where there was no first analysis, the qualification brings the proof of search itself (T06, T10)."""
    if case.referral.state == State.ACKNOWLEDGED and given is not None and not given.search:
        return "La recherche de dossiers antérieurs doit être faite, et son résultat indiqué, avant la qualification."
    return None


def children_are_qualified(case: Case, given: Any) -> str | None:
    """Every child of the concern gets its categories of danger (T10)."""
    if given is None:
        return None
    named = {item.child for item in given.children}
    if any(child.pk not in named for child in case.children) or len(named) != len(given.children):
        return "La qualification porte sur chaque enfant du dossier, une fois."
    return children_belong(case, given)


def children_belong(case: Case, given: Any) -> str | None:
    """Children named in a step are children of this case."""
    if given is None:
        return None
    named = [getattr(item, "child", item) for item in getattr(given, "children", [])]
    named += [item.child for item in getattr(given, "decisions", [])]
    single = getattr(given, "child", None)
    named += [single] if single else []
    if any(case.child(pk) is None for pk in named):
        return "Un des enfants désignés ne figure pas au dossier."
    return None


def child_is_on_record(case: Case, given: Any) -> str | None:
    """The child is on record: also by mistake, for what was thought of it must be taken back (T44; S4)."""
    if given is None or case.on_record(given.child) is not None:
        return None
    return "L'enfant désigné·e ne figure pas au dossier."


def no_sign_of_exploitation(case: Case, given: Any) -> str | None:
    """A child for whom exploitation is suspected or established is never reoriented (T11)."""
    if any(child.prostitution_status in EXPLOITED for child in case.recorded):
        return "Une situation prostitutionnelle suspectée ou avérée ne peut pas être réorientée."
    return None


def not_urgent(case: Case, given: Any) -> str | None:
    """An urgent concern (U2, U3) is not reoriented (T11)."""
    if case.referral.urgency in (Urgency.U2, Urgency.U3):
        return "Une transmission urgente (U2 ou U3) ne peut pas être réorientée."
    return None


def no_judicial_referral_open(case: Case, given: Any) -> str | None:
    """No referral to justice is waiting for its answer."""
    if case.judicial_open():
        return "Une saisine de l'autorité judiciaire est en attente de suite."
    return None


def no_measure_alive(case: Case, given: Any) -> str | None:
    """No measure of any child is alive."""
    if case.measures_alive():
        return "Une mesure est encore vivante pour un enfant du dossier."
    return None


# --- The team -----------------------------------------------------------------------------------------


def team_is_multidisciplinary(case: Case, given: Any) -> str | None:
    """The team counts two professionals of two fields at least (CASF D226-2-5)."""
    if given is None or not getattr(given, "team", None):
        return None
    users = {item.user for item in given.team}
    fields = {item.field for item in given.team}
    if len(users) < case.protocol.team_size_min or len(fields) < case.protocol.team_fields_min:
        return "L'équipe réunit au moins deux professionnels de deux champs différents."
    return None


def team_does_not_follow_the_family(case: Case, given: Any) -> str | None:
    """Nobody of the team follows the family now, save with a written waiver (CASF D226-2-5)."""
    if given is None:
        return None
    referents = {found.user_id for found in case.assignments if found.role == "case_referent"}
    for item in [*getattr(given, "team", []), *getattr(given, "join", [])]:
        if (item.follows_family or item.user in referents) and not item.waiver:
            return "Un évaluateur suit déjà la famille : une dérogation motivée est nécessaire."
    return None


def resulting_team_is_multidisciplinary(case: Case, given: Any) -> str | None:
    """The team that a change leaves still counts two professionals of two fields (T47, D226-2-5)."""
    if given is None:
        return None
    stays = {
        found.user_id: found.field
        for found in case.assignments
        if found.role == "assessor" and found.user_id not in given.leave
    }
    stays |= {item.user: item.field for item in given.join}
    if len(stays) < case.protocol.team_size_min or len(set(stays.values())) < case.protocol.team_fields_min:
        return "L'équipe réunit au moins deux professionnels de deux champs différents."
    return None


# --- Danger, justice, holders -------------------------------------------------------------------------


def ground_fits_the_child(case: Case, given: Any) -> str | None:
    """The referral to justice of an established prostitution ticks ground 6 (law 2002-305 art. 13; §2.5)."""
    if given is None or not getattr(given, "grounds", None):
        return None
    children = case.of_case(getattr(given, "children", [])) or case.children
    if any(c.prostitution_status == Exploitation.ESTABLISHED for c in children) and "6" not in given.grounds:
        return "Pour une situation avérée, le fondement 6 (loi du 4 mars 2002, art. 13) doit être coché."
    return None


def prepared_referral_is_of_case(case: Case, given: Any) -> str | None:
    """A prepared referral to justice that is sent belongs to the case and is still prepared (J02)."""
    wanted = getattr(given, "judicial_referral", None)
    if wanted is None:
        return None
    if not any(found.pk == wanted and found.state == "prepared" for found in case.judicial_referrals):
        return "Cette saisine préparée n'existe pas ou a déjà été transmise."
    return None


def implicated_holder_waits(case: Case, given: Any) -> str | None:
    """A holder implicated in the facts is not informed: deferral is forced (T16)."""
    if given is None or given.outcome != InformationState.DONE:
        return None
    holder = next((found for found in case.holders if found.pk == given.holder), None)
    concern = case.referral.concern
    alone = concern.holder_implicated == YesNo.YES and not any(
        h.implicated == YesNo.YES for h in case.holders
    )
    if holder is not None and (holder.implicated == YesNo.YES or alone):
        return "Un titulaire impliqué dans les faits ne peut pas être informé : l'information est différée."
    return None


def holder_is_of_case(case: Case, given: Any) -> str | None:
    """The holder named is a holder of this case."""
    if given is None or any(found.pk == given.holder for found in case.holders):
        return None
    return "Ce titulaire de l'autorité parentale ne figure pas au dossier."


def review_date_is_near(case: Case, given: Any) -> str | None:
    """A deferral is looked at again within the authority's delay (REVIEW_DAYS; §2.8 no. 4)."""
    if given is None or given.outcome != InformationState.DEFERRED:
        return None
    days = (given.review_on - case.today).days if given.review_on else -1
    if not 0 <= days <= case.protocol.holder_deferral_review_days:
        return f"La date de revue doit tomber dans les {case.protocol.holder_deferral_review_days} jours."
    return None


# --- Assessment ---------------------------------------------------------------------------------------


def attempts_were_made(case: Case, given: Any) -> str | None:
    """Attempts stored by assessors (T17, T49) come before one says that the child can't be met (T18).

    They are those of the present assessment, UNREACHABLE_ATTEMPTS at least; whoever has left the team counts.
    """
    assessors = case.referral.assignments.filter(role=Role.ASSESSOR).values("user_id")
    attempts = case.visits().filter(kind=VisitKind.ATTEMPT)
    standing = Q(by__stands_in__absent__in=assessors, by__stands_in__role=Role.ASSESSOR)
    made = attempts.filter(Q(by__in=assessors) | standing).distinct().count()
    if made < case.protocol.unreachable_attempts:
        return "Les tentatives de rencontre ne sont pas encore assez nombreuses au dossier."
    return None


def no_child_was_met(case: Case, given: Any) -> str | None:
    """T18 is for a case in which no child was met; else ground 4 of T15 for the other (D226-2-6)."""
    if any(child.child_met != ChildMet.NEVER for child in case.children):
        return "Un enfant du dossier a été rencontré : saisir le parquet pour l'autre (fondement 4)."
    return None


def assessment_awaits_validation(case: Case, given: Any) -> str | None:
    """The report has been handed in by the team (A05)."""
    found = case.open_assessment
    if found is None or found.state != AssessmentState.TO_VALIDATE:
        return "Le rapport n'a pas encore été remis au cadre par l'équipe."
    return None


def validator_is_not_of_team(case: Case, given: Any) -> str | None:
    """Whoever validates the report didn't write it, nor for an absent member of the team (T20)."""
    wrote = case.referral.steps.filter(
        machine=Machine.ASSESSMENT, by=case.actor.user_id, role=Role.ASSESSOR, part=case.assessment_id
    )
    if case.actor.user_id in case.team() or wrote.exists():
        return "Le cadre qui valide le rapport ne peut pas être membre de l'équipe d'évaluation."
    return None


def every_child_has_a_conclusion(case: Case, given: Any) -> str | None:
    """The report concludes for each child of the household (CASF D226-2-7; §2.8 no. 8)."""
    concluded = {pk for pk, found in case.conclusions.items() if found.danger_level and found.proposal}
    if any(child.pk not in concluded for child in case.children):
        return "Chaque enfant du dossier doit avoir une conclusion et une proposition."
    return None


def report_is_complete(case: Case, given: Any) -> str | None:
    """The report has its framework version, opinions and earlier concerns (D226-2-3 V, D226-2-7; T20)."""
    found = case.open_assessment
    if found is None:
        return None
    said = (found.report, found.child_opinions, found.holder_opinions, found.entourage_opinions)
    if (
        not found.framework_version
        or not found.earlier_concerns_considered
        or any(part is None for part in said)
    ):
        return (
            "Le rapport doit comporter le référentiel, les avis de l'enfant, des titulaires et de l'entourage "
            "(ou le motif de leur absence) et l'examen des informations antérieures."
        )
    return None


def visits_were_made(case: Case, given: Any) -> str | None:
    """The report rests on a home visit and a meeting with a child, or says why there was none (T17, T20)."""
    if given is None or given.no_visit_reason:
        return None
    visits = case.visits()
    met = visits.filter(sightings__seen__in=[Seen.WITH_HOLDER, Seen.ALONE])
    if visits.filter(kind=VisitKind.HOME_VISIT).exists() and met.exists():
        return None
    return "Une visite à domicile et une rencontre avec l'enfant sont attendues, ou le motif de leur absence."


def new_date_lies_ahead(case: Case, given: Any) -> str | None:
    """The new internal date of a late assessment is still to come (T19)."""
    if given is not None and given.expected_on <= case.today:
        return "La nouvelle date interne doit être à venir."
    return None


def team_is_named_where_none_is(case: Case, given: Any) -> str | None:
    """A supplement where no assessment exists names a team first (T21)."""
    if given is not None and not case.team() and not given.team:
        return "Aucune équipe n'est en place : elle doit être désignée avec la demande de complément."
    return None


# --- Decisions, child by child ------------------------------------------------------------------------


def child_may_be_decided(case: Case, child: Any, code: str, ground: str = "") -> str | None:
    """Ask the guards of T22, T23, T26, T27 for one child (domain.md T43)."""
    if code == DecisionCode.JUDICIAL:
        return None
    if not case.beyond_childhood(child):
        if not case.was_met(child) and not (code == DecisionCode.CONTINUE and told_by_service(case)):
            return "L'enfant n'a pas été rencontré : seule la saisine de l'autorité judiciaire est possible."
        if code != DecisionCode.CLOSE and (reason := _prostitution_rule(case, child)):
            return reason
    return {
        DecisionCode.CLOSE: _may_close,
        DecisionCode.ADMIN: _may_protect,
        DecisionCode.CONTINUE: _may_continue,
    }[DecisionCode(code)](case, child, ground)


def _prostitution_rule(case: Case, child: Any) -> str | None:
    mode = case.protocol.prostitution_judicial_mode
    bound = {"advisory": (), "mandatory": EXPLOITED}.get(mode, (Exploitation.ESTABLISHED,))
    if child.prostitution_status in bound and not case.judicial_answered(child):
        return "Prostitution : l'autorité judiciaire doit d'abord être saisie, et avoir répondu, pour cet enfant."
    return None


def spares_justice(case: Case, child: Any, code: str) -> bool:
    """Tell whether a decision leaves justice out for an exploited child: where nothing bars it, people are warned."""
    exploited = child.prostitution_status in EXPLOITED and not case.beyond_childhood(child)
    less = code in (DecisionCode.ADMIN, DecisionCode.CONTINUE)
    return exploited and less and not case.judicial_answered(child)


def _may_close(case: Case, child: Any, ground: str) -> str | None:
    if case.judicial_open(child):
        return "Une saisine de l'autorité judiciaire est en attente de suite pour cet enfant."
    if case.measures_alive(child):
        return "Une mesure est encore vivante pour cet enfant."
    if case.beyond_childhood(child):
        ends = (CloseGround.MAJORITY, CloseGround.DEATH)
        return None if ground in ends else "Le motif du classement est la majorité ou le décès."
    if child.prostitution_status in EXPLOITED:
        return "Une situation suspectée ou avérée doit d'abord être écartée, motifs et seconde signature à l'appui."
    found = case.conclusions.get(child.pk)
    level = found.danger_level if found else ""
    if level == DangerLevel.NO_DANGER or (level == DangerLevel.RISK and ground == CloseGround.RISK_LEFT):
        return None
    return "Le rapport n'écarte pas le danger pour cet enfant."


def _may_protect(case: Case, child: Any, ground: str) -> str | None:
    found = case.conclusions.get(child.pk)
    if found is None or found.danger_level in ("", DangerLevel.NO_DANGER):
        return "Le rapport ne confirme ni danger ni risque de danger pour cet enfant."
    return None


def _may_continue(case: Case, child: Any, ground: str) -> str | None:
    if not case.measures_alive(child):
        return "Aucune mesure n'est en cours pour cet enfant."
    return None


def carried_decisions_hold(case: Case, given: Any) -> str | None:
    """Each decision that the step carries satisfies the guards of its child."""
    if given is None:
        return None
    for item in given.decisions:
        child = case.child(item.child)
        if child is not None and (reason := child_may_be_decided(case, child, item.decision, item.ground)):
            return reason
    return None


def recorded_decisions_still_hold(case: Case, given: Any) -> str | None:
    """Decisions taken earlier are asked again when the case moves: facts may have changed since."""
    for child in case.children:
        if child.pk in case.carried or child.decision == DecisionCode.UNDECIDED:
            continue
        ground = case.recorded_ground(child)
        if reason := child_may_be_decided(case, child, child.decision, ground):
            return reason
    return None


def _strongest_is(case: Case, given: Any, wanted: DecisionCode) -> str | None:
    if given is None:
        return _reachable(case, wanted)
    decided = [DecisionCode(case.decision_of(child)) for child in case.children]
    if DecisionCode.UNDECIDED in decided or not decided:
        return "Chaque enfant du dossier doit avoir une décision."
    if max(decided, key=STRENGTH.index) != wanted:
        return "La décision la plus forte parmi les enfants ne correspond pas à cette étape."
    return None


def _reachable(case: Case, wanted: DecisionCode) -> str | None:
    """Say what already bars the step before any input: a stronger decision, or guards no child can pass."""
    known = [DecisionCode(c.decision) for c in case.children if c.decision != DecisionCode.UNDECIDED]
    if any(STRENGTH.index(found) > STRENGTH.index(wanted) for found in known):
        return "La décision la plus forte parmi les enfants ne correspond pas à cette étape."
    undecided = [child for child in case.children if child.decision == DecisionCode.UNDECIDED]
    for child in undecided:
        weaker = STRENGTH[: STRENGTH.index(wanted) + 1]
        reasons = [_first_refusal(case, child, code) for code in weaker]
        if all(reasons):
            return reasons[-1]
    return None


def _first_refusal(case: Case, child: Any, code: DecisionCode) -> str | None:
    grounds = ("", CloseGround.RISK_LEFT, CloseGround.MAJORITY) if code == DecisionCode.CLOSE else ("",)
    reasons = [child_may_be_decided(case, child, code, ground) for ground in grounds]
    return None if None in reasons else reasons[0]


def strongest_is_close(case: Case, given: Any) -> str | None:
    """The strongest decision among the children is to close (T22)."""
    return _strongest_is(case, given, DecisionCode.CLOSE)


def strongest_is_admin(case: Case, given: Any) -> str | None:
    """The strongest decision among the children is an administrative protection (T23)."""
    return _strongest_is(case, given, DecisionCode.ADMIN)


def strongest_is_continue(case: Case, given: Any) -> str | None:
    """The strongest decision among the children is to continue (T27)."""
    return _strongest_is(case, given, DecisionCode.CONTINUE)


def strongest_is_judicial_after_report(case: Case, given: Any) -> str | None:
    """From the report, the strongest decision is judicial (T26)."""
    if case.referral.state != State.REPORT_SUBMITTED or given is None:
        return None
    return _strongest_is(case, given, DecisionCode.JUDICIAL)


def triage_may_continue(case: Case, given: Any) -> str | None:
    """From the first analysis one continues only if each child has a judicial measure (T27).

    Where the authority lets the service in charge assess, any measure will do, with the service's note.
    """
    if case.referral.state != State.TRIAGE:
        return None
    alive = [case.measures_alive(child) for child in case.children]
    if alive and all(any(found.judicial for found in own) for own in alive):
        return None
    if not (alive and all(alive) and told_by_service(case)):
        return "Sans rapport, la poursuite suppose une mesure judiciaire en cours pour chaque enfant."
    if given is not None and not given.met_on_note:
        return (
            "La note du service chargé de la mesure est attendue : elle dit quand l'enfant a été rencontré."
        )
    return None


def told_by_service(case: Case) -> bool:
    """Tell whether the note of the service in charge says when a child was met: before any report (T27, config)."""
    return case.referral.state == State.TRIAGE and case.protocol.service_in_charge_assesses


def child_decision_is_open(case: Case, given: Any) -> str | None:
    """After the report phase a child is decided in place only when undecided again (T43)."""
    if given is None or case.referral.state == State.REPORT_SUBMITTED:
        return None
    child = case.child(given.child)
    if child is not None and child.decision != DecisionCode.UNDECIDED:
        return (
            "Cet enfant a déjà une décision ; elle ne se reprend qu'après un refus ou une suite judiciaire."
        )
    if given.decision == DecisionCode.JUDICIAL:
        return "La saisine de l'autorité judiciaire passe par sa propre étape."
    return None


def child_decision_holds(case: Case, given: Any) -> str | None:
    """The decision satisfies the guards of its child (T43)."""
    child = case.child(given.child) if given is not None else None
    return child_may_be_decided(case, child, given.decision, given.ground) if child is not None else None


def measures_fit_the_decision(case: Case, given: Any) -> str | None:
    """Measures proposed with a decision are for a child whose decision is administrative (M01)."""
    if given is None:
        return None
    for item in getattr(given, "measures", []):
        child = case.child(getattr(item, "child", None) or given.child)
        code = getattr(given, "decision", None) or (case.decision_of(child) if child else "")
        if child is None or code != DecisionCode.ADMIN:
            return "Une mesure administrative se propose à un enfant pour qui elle est décidée."
    return None


# --- Agreement, refusal, answer of justice -----------------------------------------------------------


def measure_is_proposed(case: Case, given: Any) -> str | None:
    """The agreement is about an administrative measure proposed in this case (T24, M02)."""
    if given is None:
        proposed = [found for found in case.measures if found.state == MeasureState.PROPOSED]
        return None if proposed else "Aucune mesure proposée n'attend d'accord."
    if not any(found.pk == given.measure and found.state == MeasureState.PROPOSED for found in case.measures):
        return "Cette mesure n'est pas en attente d'accord."
    return None


def every_holder_is_traced(case: Case, given: Any) -> str | None:
    """A refusal names each holder and what it answered, or tells the attempts made after C9 (T25, M03)."""
    if given is None:
        return None
    child = case.child(given.get("child") or case.part.child_id)
    if child is not None and case.of_age(child):
        return (
            None if given.attempts else "La personne est majeure : sa propre réponse doit figurer au constat."
        )
    named = {item.holder for item in given.refusals}
    if any(found.pk not in named for found in case.holders) and not given.attempts:
        return "La trace de chaque titulaire, ou les tentatives faites, doit figurer au constat."
    return None


def persisting_danger_is_referred(case: Case, given: Any) -> str | None:
    """A refusal while danger persists goes to justice with grounds 2 or 3, argued and proven (T25; L226-4 I b)."""
    if given is None or not given.danger_persists:
        return None
    if (
        not given.grounds
        or not set(given.grounds) & {"2", "3"}
        or not document_is_there(case, given)
        or not given.sending_proof
    ):
        return "Le danger persiste : la saisine (fondement 2 ou 3), son document et la preuve d'envoi sont requis."
    return None


def referral_is_argued(case: Case, given: Any) -> str | None:
    """The referral has its grounds, document and proof of sending, or was sent and gets the report (T26; L226-4).

    A report that is there goes along by itself; on a referral sent before it, one says how it was sent after.
    """
    if given is None:
        return None
    children = case.to_be_referred(given)
    if given.already_sent and all(case.awaiting_answer([child]) for child in children):
        report, sent = case.delivered_report, case.awaiting_answer(children)
        lacking = report is not None and any(row.report_id != report.pk for row in sent)
        if lacking and not given.sending_proof:
            return "Le rapport doit rejoindre la saisine déjà transmise : la preuve de son envoi est requise."
        return None
    if not (given.grounds and document_is_there(case, given) and given.sending_proof and given.recipient):
        return "La saisine suppose un fondement, un document, un destinataire et la preuve de l'envoi."
    return None


def outcome_is_of_case(case: Case, given: Any) -> str | None:
    """The answer of justice is about a referral to justice of this case and its children (J04)."""
    if given is None:
        sent = ("sent", "received", "answered", "closed")
        found = any(row.state in sent for row in case.judicial_referrals)
        return None if found else "Aucune saisine transmise n'attend de suite."
    judicial = case.part or next(
        (found for found in case.judicial_referrals if found.pk == given.judicial_referral), None
    )
    if judicial is None or judicial.state not in ("sent", "received", "answered", "closed"):
        return "Cette saisine n'a pas été transmise."
    if any(not any(c.pk == item.child for c in judicial.children.all()) for item in given.outcomes):
        return "Un des enfants n'est pas concerné par cette saisine."
    return None


def outcome_decides(case: Case, given: Any) -> str | None:
    """T28 is for an answer that decides; others are recorded on the referral to justice (J04)."""
    if given is None or any(item.type in DECIDING for item in given.outcomes):
        return None
    return "Aucune des suites indiquées n'est décisive."


def nothing_is_left_open(case: Case, given: Any) -> str | None:
    """A follow-up ends with no child undecided (T30)."""
    if any(child.decision == DecisionCode.UNDECIDED for child in case.children):
        return "Un enfant attend encore une décision."
    return None


# --- Status, urgency, restriction, people -------------------------------------------------------------


def status_moves_lawfully(case: Case, given: Any) -> str | None:
    """A status goes up by anyone; suspected or established come down to *refuted* only (T44)."""
    child = case.on_record(given.child) if given is not None else None
    if child is None:
        return None
    before, after = Exploitation(child.prostitution_status), Exploitation(given.value)
    up = (Exploitation.AT_RISK, *EXPLOITED)
    if before in EXPLOITED and after == Exploitation.REFUTED:
        return None
    if before == Exploitation.AT_RISK and after == Exploitation.NONE:
        return None
    if after in up and (before not in up or up.index(after) > up.index(before)):
        return None
    return "Une situation suspectée ou avérée ne peut qu'être écartée, motifs et seconde signature à l'appui."


def urgency_keeps_its_floor(case: Case, given: Any) -> str | None:
    """Urgency stays ≥ U2 while a child is exploited, and U3 while danger is immediate (T45)."""
    if given is None:
        return None
    cleared = set(given.clear_danger)
    if any(c.immediate_danger and c.pk not in cleared for c in case.children) and given.value != Urgency.U3:
        return "L'urgence reste U3 tant qu'un danger immédiat est signalé."
    exploited = any(c.prostitution_status in EXPLOITED for c in case.recorded)
    if exploited and given.value in (Urgency.U0, Urgency.U1):
        return "L'urgence ne descend pas sous U2 tant qu'une situation est suspectée ou avérée."
    return None


def restriction_names_enough(case: Case, given: Any) -> str | None:
    """A restriction names two persons at least, one of them a supervisor (T46)."""
    if given is None:
        return None
    if len(set(given.named)) < 2:
        return "Au moins deux personnes sont nommées, dont un·e encadrant·e."
    return None


def case_is_restricted(case: Case, given: Any) -> str | None:
    """Only a restricted case or child can be opened again (T46)."""
    return None if case.is_restricted else "Le dossier n'est pas restreint."


OF_ITS_LIST = "L'accès est déjà restreint : seules les personnes nommées peuvent y toucher."


def restriction_is_of_its_list(case: Case, given: Any) -> str | None:
    """Who changes a restriction is on its list: a broken glass reads, and lets nobody in (T46; §1.3 rule 3)."""
    return OF_ITS_LIST if case.is_restricted and not case.listed else None

"""Parts of the document to the prosecutor that the case knows: the home, who was told, words, what went before.

A part that isn't known says so (« non connu »), one that has nothing to say too (« sans objet »). Who filed stands in
none (class C), nor a place under K; a child who is kept for named persons is named by them alone (§1.3 rule 3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Model

from accounts.roles import Role
from encryption.sealed import OpenScope, Sealed
from referrals.models import Decision, HolderInformation, HolderOpinion, Inquiry, Joining, Voice
from referrals.vocabulary.assessment_answers import HolderNotMet, NotHeard, WayHeard
from referrals.vocabulary.between_authorities import Following, Side
from referrals.vocabulary.decision_answers import Request
from referrals.vocabulary.people import DeferralReason, NotInformedReason, Occasion
from referrals.vocabulary.states import (
    ChildMet,
    DecisionCode,
    InformationState,
    MeasureState,
    Outcome,
    State,
    Whereabouts,
    YesNo,
)
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Child, Concern, Holder, JudicialReferral

NOT_KNOWN: Final = "non connu"
NOTHING: Final = "sans objet"
#: Who may read the assessment (domain.md §1.3, class H), and so let it be quoted.
READS_ASSESSMENTS: Final = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR)

type Lines = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A child or a holder: a heading, and lines under it."""

    name: str
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody said, verbatim, and how that was collected."""

    text: str
    how: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Open a field of a row as text; nothing where there is nothing."""

    scope: OpenScope

    def __call__(self, row: Model, name: str) -> str:
        value = getattr(row, name)
        if isinstance(value, Sealed):
            value = value.open(self.scope)
        if value in (None, ""):
            return ""
        return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)


def ages(row: Model, opened: Opened) -> str:
    span = [age for age in (opened(row, "age_estimated_min"), opened(row, "age_estimated_max")) if age]
    return f"{' à '.join(span)} ans" if span else NOT_KNOWN


def day(text: str) -> str:
    """Return a day as French writes it; a sealed day opens as ISO text or as a date."""
    try:
        return date.fromisoformat(text).strftime("%d/%m/%Y")
    except ValueError:
        return text


def label(codes: Any, value: str) -> str:
    """Return the words of a code; what is no code as it is."""
    return str(codes(value).label) if value in codes.values else value


def on(instant: datetime | date | None, case: Case) -> str:
    """Return a day of the authority's zone as French writes it."""
    if isinstance(instant, datetime):
        instant = instant.astimezone(case.zone).date()
    return instant.strftime("%d/%m/%Y") if instant is not None else ""


def _may_know_of(case: Case, child: Any) -> bool:
    return not child.restricted or case.actor.user_id in case.on_list()


# --- 4. Other minors of the home --------------------------------------------------------------------------


def other_minors(case: Case, concerned: Iterable["Child"]) -> list[Any]:
    """Return the children of the case whom the referral isn't for; one who is kept apart, to its list alone."""
    named = {child.pk for child in concerned}
    return [child for child in case.children if child.pk not in named and _may_know_of(case, child)]


def minor(row: "Child", opened: "Opened") -> Person:
    """Return another minor of the home: name, age, link with the home, met or not."""
    names = " ".join(filter(None, (opened(row, "first_names"), opened(row, "last_name"))))
    age = day(opened(row, "birth_date")) or ages(row, opened)
    met = str(ChildMet(row.child_met).label)
    lines = [("Né le, ou âge", age), ("Lien", str(row.get_kind_display())), ("Rencontre", met)]
    return Person(name=names or "Identité non connue", lines=lines)


def no_minors(concern: "Concern") -> str:
    """Return what is said where no other minor is on record: that there is none, or that it isn't known."""
    return NOTHING if concern.has_household_minors == YesNo.NO else NOT_KNOWN


# --- 5. Who was told ---------------------------------------------------------------------------------------


def holder_informed(row: "Holder", opened: "Opened", case: Case, judicial: "JudicialReferral") -> Lines:
    """Return whether a holder was told: when, how, or why not; and whether an instruction is asked for (§4.9)."""
    wants_instruction = Request.INSTRUCTION_ON_PARENTS in judicial.asked_for
    informed = HolderInformation.objects.filter(holder=row)
    rows = {one.occasion: one for one in informed}
    return [
        ("Informé de la transmission", _of_filing(rows.get(Occasion.TRANSMISSION), opened, case)),
        ("Informé de la présente saisine", _of_occasion(rows.get(Occasion.JUDICIAL_REFERRAL), opened, case)),
        (
            "Consigne sur son information",
            "instruction demandée au parquet" if wants_instruction else "pas demandée au parquet",
        ),
    ]


def _of_filing(row: HolderInformation | None, opened: "Opened", case: Case) -> str:
    """Return what the cell has said, else what was filed: never by whom, which would tell who filed."""
    if row is not None and row.state != InformationState.PENDING:
        return _of_occasion(row, opened, case)
    concern = case.referral.concern
    if concern.parents_informed == YesNo.YES:
        informed_day = day(opened(concern, "parents_informed_on"))
        return (
            f"oui, le {informed_day}, avant la transmission" if informed_day else "oui, avant la transmission"
        )
    if concern.parents_informed == YesNo.NO:
        reason = label(NotInformedReason, concern.not_informed_reason) or NOT_KNOWN
        return f"non : {reason.lower()}"
    return NOT_KNOWN


def _of_occasion(row: HolderInformation | None, opened: "Opened", case: Case) -> str:
    if row is None or row.state == InformationState.PENDING:
        return "non, pas encore"
    if row.state == InformationState.DONE:
        by = f"par les services de {case.referral.authority.name}"
        return ", ".join(filter(None, (f"oui, le {on(row.told_on, case)}", by, opened(row, "means"))))
    if row.state == InformationState.DEFERRED:
        reason = label(DeferralReason, row.reason) or NOT_KNOWN
        return f"non, différé : {reason.lower()} ; à revoir le {on(row.review_on, case)}"
    return f"{NOTHING} : {opened(row, 'reason_text') or NOT_KNOWN}"


# --- 7 and 9. Words and opinions -----------------------------------------------------------------------------


def words(case: Case, concerned: Iterable["Child"], opened: "Opened") -> list[Words]:
    """Return the child's words, verbatim, each with how they were collected."""
    concern = case.referral.concern
    lines = []
    if child_words := opened(concern, "child_words"):
        lines.append(Words(text=child_words, how=opened(concern, "child_words_how") or NOT_KNOWN))
    lines += [
        Words(text=child_words, how=_way(voice, opened, case))
        for voice in _voices(concerned)
        if (child_words := opened(voice, "words"))
    ]
    return lines


def opinions(case: Case, concerned: Iterable["Child"], opened: "Opened") -> list[Words]:
    """Return the opinions of child and holders; ``how`` says whose each is."""
    concern = case.referral.concern
    lines = [
        Words(
            text=opened(concern, "child_opinion") or _unheard(concern),
            how="Avis de l'enfant, à la transmission",
        )
    ]
    for voice in _voices(concerned):
        text = opened(voice, "wants") or label(NotHeard, voice.not_heard)
        if text:
            lines.append(Words(text=text, how="Avis de l'enfant, recueilli par l'évaluation ou la décision"))
    reaction = opened(concern, "parents_reaction") or NOT_KNOWN
    lines.append(Words(text=reaction, how="Réaction des titulaires, à la transmission"))
    if case.actor.role in READS_ASSESSMENTS:
        for one in HolderOpinion.objects.filter(referral=case.referral).select_related("holder"):
            parts = [opened(one, name) for name in ("needs", "difficulties", "understanding", "proposals")]
            text = "\n".join(filter(None, parts)) or label(HolderNotMet, one.not_met) or NOT_KNOWN
            whose = opened(one.holder, "name") or "titulaire"
            lines.append(Words(text=text, how=f"Avis de {whose}, recueilli par l'évaluation"))
    return lines


def _unheard(concern: "Concern") -> str:
    return label(NotHeard, concern.child_not_heard) or NOT_KNOWN


def _voices(concerned: Iterable["Child"]) -> list[Voice]:
    return list(Voice.objects.filter(child__in=[child.pk for child in concerned]).order_by("heard_on", "id"))


def _way(voice: Voice, opened: "Opened", case: Case) -> str:
    way = (
        f"le {on(voice.heard_on, case)}" if voice.heard_on else "",
        label(WayHeard, voice.heard).lower(),
        f"par {by}" if (by := opened(voice, "heard_by")) else "",
    )
    return ", ".join(filter(None, way)) or NOT_KNOWN


# --- 8. What went before ---------------------------------------------------------------------------------------


def earlier_reports(concern: "Concern", opened: "Opened") -> str:
    if concern.prior_reports == YesNo.NO:
        return NOTHING
    return opened(concern, "prior_reports_text") or NOT_KNOWN


def earlier(case: Case, judicial: "JudicialReferral", concerned: Iterable["Child"]) -> Lines:
    """Return earlier concerns, referrals to justice, decisions and measures of these children: day and outcome."""
    referral, children = case.referral, {child.pk for child in concerned}
    lines: list[tuple[datetime | date | None, str, str]] = []
    for joining in Joining.objects.filter(target=referral, undone_at=None).select_related("referral"):
        before = joining.referral
        if before.restricted and case.actor.user_id not in case.on_list():
            continue
        lines.append((before.received_at, "Information préoccupante", "jointe au présent dossier"))
    for row in Inquiry.objects.filter(referral=referral, side=Side.ASKER, known=True, child__in=children):
        kinds = ", ".join(str(Following(kind).label).lower() for kind in row.kinds)
        lines.append((row.answered_at, f"Connu de {row.other.name}", kinds or NOT_KNOWN))
    for sent in referral.judicial_referrals.exclude(pk=judicial.pk).filter(sent_at__isnull=False):
        if {child.pk for child in sent.children.all()} & children:
            outcomes = [
                str(Outcome(one.type).label) for one in sent.outcomes.all() if one.child_id in children
            ]
            lines.append(
                (
                    sent.sent_at,
                    "Saisine de l'autorité judiciaire",
                    ", ".join(outcomes) or "pas encore de suite",
                )
            )
    lines += [
        (decision.at, "Décision", str(DecisionCode(decision.code).label))
        for decision in Decision.objects.filter(referral=referral, child__in=children)
    ]
    for measure in referral.measures.filter(child__in=children).select_related("type"):
        day_of = measure.started_on or measure.ordered_on or measure.agreed_on or measure.proposed_at
        lines.append((day_of, measure.type.label_fr, str(MeasureState(measure.state).label)))
    earlier_lines = [
        (f"{on(instant, case) or 'date non connue'} – {what}", outcome) for instant, what, outcome in lines
    ]
    return [*earlier_lines, *_reopened(case)]


def _reopened(case: Case) -> Lines:
    """Return earlier closings of this very file."""
    steps = case.referral.steps.filter(to_state=State.CLOSED_NO_ACTION).order_by("order")
    return [(f"{on(one.at, case)} – Information préoccupante", "classée, puis reprise") for one in steps]


# --- 11. Tonight -------------------------------------------------------------------------------------------------


def tonight(
    case: Case, judicial: "JudicialReferral", concerned: Iterable["Child"], opened: "Opened"
) -> list[str]:
    """Return what protects the child tonight: what was written, and the measures alive; never the place."""
    children = list(concerned)
    parts = [opened(judicial, "tonight")] if opened(judicial, "tonight") else []
    for child in children:
        if opened(child, "whereabouts") == Whereabouts.SHELTERED:
            parts.append("L'enfant est mis à l'abri.")
        parts += [
            f"{one.type.label_fr} : {MeasureState(one.state).label}" for one in case.measures_alive(child)
        ]
    return list(dict.fromkeys(parts)) or [NOT_KNOWN]

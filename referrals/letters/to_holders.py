"""Letters to holders of parental authority: assessment, interview, referral to justice, decision, transfer (§4.9).

Each holder is written to apart. A letter says what its step decided, never what was told, by whom, or what another
holder, another child or the report says. None is made for one who is implicated, or whose information waits.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from accounts.roles import Role
from referrals.letters.letter_context import LetterContext
from referrals.letters.registry import LetterType, Occasion, register
from referrals.letters.writing import (
    DEAR,
    READ_ALOUD,
    YOUNG,
    Body,
    Withheld,
    Writing,
    day_in_french,
    label,
    lower,
    of,
)
from referrals.vocabulary.assessment_answers import TeamField
from referrals.vocabulary.between_authorities import FormalityKind, Fulfilment
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.letters import Audience, LetterKind, LetterWay, SourceKind
from referrals.vocabulary.states import (
    ALIVE,
    AssessmentState,
    DecisionCode,
    Ground,
    JudicialState,
    Machine,
    State,
    TransferState,
)

if TYPE_CHECKING:
    from referrals.models import Measure

HOLDER_WAYS: Final = (LetterWay.HAND, LetterWay.REGISTERED, LetterWay.POST, LetterWay.PROFESSIONAL)
HOLDER: Final = frozenset({"holder.name", "holder.address", "holder.link"})
CHILD_NAME: Final = frozenset({"child.first_names", "child.last_name"})
S: Final = SourceKind

# --- An assessment is set up (T13) --------------------------------------------------------------------


def _assessments(look: LetterContext) -> Iterator[Occasion]:
    row, assigned = look.case.assessment, list(look.recorded(Machine.REFERRAL, "assign"))
    over = (AssessmentState.TO_ASSIGN, AssessmentState.ABORTED, AssessmentState.DELIVERED)
    if row is None or row.state in over or not assigned or not look.minors:
        return
    for holder in look.holders():
        yield Occasion(part=row.pk, holder=holder.pk, on=look.day(assigned[-1].at))


def _assessment(w: Writing) -> Body:
    look, referral = w.look, w.look.case.referral
    received = look.day(referral.received_at)
    w.setting("letter_assessment_text")
    w.say(S.RECEIPT, f"Nous avons reçu une information le {day_in_french(received)}.", on=received)
    fields = {one.field for one in look.case.assignments if one.role == Role.ASSESSOR and one.field}
    trades = ", ".join(sorted(lower(label(TeamField(one).label)) for one in fields))
    team = "une équipe de plusieurs professionnels" + (f" ({trades})" if trades else "")
    service = referral.unit.name if referral.unit is not None else look.case.protocol.crip_name
    w.say(S.ASSESSMENT, f"L'évaluation est menée par {team}. Service : {service}.", on=w.occasion.on)
    due = day_in_french(look.day(referral.statutory_due_at))
    w.say(S.DELAY, f"Elle est terminée au plus tard le {due}." if due else "")
    w.setting("letter_data_text", heading="Vos droits")
    return Body(
        title="Mise en place d'une évaluation",
        to=w.holder_lines(),
        greeting=w.dear,
        passages=tuple(w.passages),
    )


# --- Before a meeting (T17, M21) ----------------------------------------------------------------------


def _meetings(look: LetterContext) -> Iterator[Occasion]:
    row = look.case.assessment
    if look.case.referral.state == State.IN_ASSESSMENT and row is not None:
        if look.minors:
            for holder in look.holders():
                yield Occasion(part=row.pk, holder=holder.pk, on=look.day(row.opened_at))
        for child in look.case.children:
            if not child.deceased:
                yield Occasion(part=row.pk, children=(child.pk,), on=look.day(row.opened_at))
    for clock in look.case.open_clocks:
        measure = look.measure(clock.part) if clock.code == ClockCode.C25 else None
        if measure is not None and look.case.child(measure.child_id) is not None:
            yield Occasion(part=measure.pk, children=(measure.child_id,), on=look.day(clock.started_at))


def _meeting(w: Writing) -> Body:
    words, to_child = w.words, bool(w.occasion.children)
    age = w.age_of(w.child) if to_child else ""
    if age in (READ_ALOUD, YOUNG):
        w.say(S.CHILD, "Nous voudrions te rencontrer pour parler avec toi.")
    else:
        w.setting("letter_meeting_text")
    w.say(
        S.ADDED,
        facts=[
            ("Quand", str(words.get("meeting_when") or "")),
            ("Où", str(words.get("meeting_place") or "")),
            ("Qui sera là", str(words.get("meeting_with") or "")),
            ("Interprète", str(words.get("interpreter") or "")),
            ("Qui peut venir", str(words.get("companion") or "")),
        ],
    )
    if age not in (READ_ALOUD, YOUNG):
        w.setting("letter_meeting_change_text")
    elif w.phone:
        w.say(S.CHILD, f"Si tu préfères un autre jour ou un autre endroit, tu peux appeler le {w.phone}.")
    if not to_child:
        return Body(
            title="Invitation à un entretien",
            to=w.holder_lines(),
            greeting=w.dear,
            passages=tuple(w.passages),
        )
    name = w.first_name(w.child)
    return Body(
        title="Invitation à un entretien",
        to=(name,) if name else (),
        greeting="" if age else DEAR,
        passages=tuple(w.passages),
        closing=False,
        large=True,
        reference=False,
    )


# --- Justice is seized (T15, T18, T25, T26) -----------------------------------------------------------

_L226_4: Final = "Article L226-4 du code de l'action sociale et des familles"
ARTICLE: Final = {Ground.PROSTITUTION: "Article 13 de la loi n° 2002-305 du 4 mars 2002"}


def _seized(look: LetterContext) -> Iterator[Occasion]:
    minors = {child.pk for child in look.minors}
    for row in look.case.judicial_referrals:
        if row.sent_at is None or row.state in (JudicialState.PREPARED, JudicialState.DISCARDED):
            continue
        about = tuple(child.pk for child in row.children.all() if child.pk in minors)
        for holder in look.holders() if about else ():
            yield Occasion(part=row.pk, children=about, holder=holder.pk, on=look.day(row.sent_at))


def _referral(w: Writing) -> Body:
    row = of(w.look.case.judicial_referrals, w.occasion.part)
    w.setting("letter_referral_text")
    names = ", ".join(w.name_of(child) for child in w.children)
    w.say(S.CHILD, f"Cette saisine concerne {names}.")
    articles = dict.fromkeys(ARTICLE.get(Ground(one), _L226_4) for one in sorted(row.grounds))
    sent, to = day_in_french(w.look.day(row.sent_at)), str(w.opened(row, "recipient"))
    w.say(
        S.JUSTICE,
        f"Nous avons saisi l'autorité judiciaire ({to}) le {sent}. Fondement : {' ; '.join(articles) or _L226_4}.",
        on=w.occasion.on,
    )
    w.setting("letter_referral_rights_text", heading="Vos droits")
    return Body(
        title="Saisine de l'autorité judiciaire",
        to=w.holder_lines(),
        greeting=w.dear,
        passages=tuple(w.passages),
    )


# --- A decision (T22, T23, T43, M11) ------------------------------------------------------------------

_DECIDED: Final = {
    DecisionCode.CLOSE: "L'évaluation est terminée. Aucune suite n'est donnée.",
    DecisionCode.ADMIN: "Une aide est proposée à votre famille.",
    DecisionCode.CONTINUE: "La mesure en cours se poursuit.",
}


def _decisions(look: LetterContext) -> Iterator[Occasion]:
    minors = {child.pk for child in look.minors}
    for child, row in look.decisions.items():
        if child in minors and row.code in _DECIDED:
            for holder in look.holders():
                yield Occasion(part=row.pk, children=(child,), holder=holder.pk, on=look.day(row.at))
    for record in look.recorded(Machine.MEASURE, "renew"):
        measure = look.measure(record.part)
        if measure is not None and measure.child_id in minors:
            for holder in look.holders():
                about = (measure.child_id,)
                yield Occasion(part=record.pk, children=about, holder=holder.pk, on=look.day(record.at))


def _decision(w: Writing) -> Body:
    child, decision = w.child, w.look.decision(w.occasion.part)
    if decision is not None:
        w.say(S.DECISION, _DECIDED[DecisionCode(decision.code)], on=w.occasion.on)
        alive = [row for row in w.look.case.measures if row.child_id == child.pk and row.state in ALIVE]
        shown = {
            DecisionCode.ADMIN: [row for row in alive if not row.judicial],
            DecisionCode.CONTINUE: alive,
        }.get(DecisionCode(decision.code), [])
    else:
        renewed = w.look.measure_of(w.occasion.part)
        if renewed is None:
            raise LookupError(w.occasion.part)
        w.say(S.MEASURE, "La mesure suivante est renouvelée.", on=w.occasion.on)
        shown = [renewed]
    w.say(S.CHILD, f"Cette décision concerne {w.name_of(child)}.")
    for measure in shown:
        w.say(S.MEASURE, facts=measure_lines(w, measure), on=w.look.day(measure.proposed_at))
    if any(not measure.judicial for measure in shown):
        w.setting("letter_agreement_text")
    w.setting("letter_remedies_text", heading="Contester cette décision")
    return Body(
        title="Notification de la décision", to=w.holder_lines(), greeting=w.dear, passages=tuple(w.passages)
    )


def measure_lines(w: Writing, measure: "Measure", *, service: bool = True) -> list[tuple[str, str]]:
    """Return a measure's lines. Where a child is taken in the service isn't named: its name may tell the place (K)."""
    named = service and measure.service is not None and not measure.type.takes_in
    months = measure.duration_months
    return [
        ("Mesure", measure.type.label_fr),
        ("But", str(w.opened(measure, "aim"))),
        ("Service", str(measure.service.name) if named and measure.service is not None else ""),
        ("Durée", f"{months} mois" if months else ""),
        ("Début", day_in_french(measure.started_on)),
        ("Terme", "au plus tard à la majorité" if measure.until_majority else day_in_french(measure.term_on)),
    ]


# --- The case goes to another authority (T31) ---------------------------------------------------------


def _transfers(look: LetterContext) -> Iterator[Occasion]:
    for row in look.transfers:
        if row.state in (TransferState.PREPARED, TransferState.SENT) and look.minors:
            for holder in look.holders():
                yield Occasion(part=row.pk, holder=holder.pk, on=look.day(row.asked_at))


def _transfer(w: Writing) -> Body:
    row = of(w.look.transfers, w.occasion.part)
    if deferred(w.opened(row, "formalities")):
        raise Withheld
    w.setting("letter_holders_transfer_text")
    asked = day_in_french(w.occasion.on)
    w.say(S.TRANSFER, f"Nous l'avons demandé le {asked} à : {row.target.name}.", on=w.occasion.on)
    return Body(
        title="Transmission à un autre département",
        to=w.holder_lines(),
        greeting=w.dear,
        passages=tuple(w.passages),
    )


def deferred(formalities: Any) -> bool:
    """Tell whether a transfer says that the holders are told later (R221-5-1)."""
    deferred_lines = formalities if isinstance(formalities, list) else []
    return any(
        one.get("kind") == FormalityKind.HOLDERS_INFORMED and one.get("outcome") == Fulfilment.DEFERRED
        for one in deferred_lines
        if isinstance(one, dict)
    )


register(
    LetterType(
        kind=LetterKind.HOLDERS_ASSESSMENT,
        audience=Audience.HOLDER,
        signers=(Role.CRIP_COORDINATOR, Role.ASSESSMENT_LEAD),
        law="CASF D226-2-6 I, R221-10",
        classes=frozenset("BJ"),
        sources=frozenset({S.SETTING, S.RECEIPT, S.ASSESSMENT, S.DELAY}),
        opens=HOLDER,
        ways=HOLDER_WAYS,
        records=((Machine.REFERRAL, "assign"),),
        offers=_assessments,
        write=_assessment,
    ),
    LetterType(
        kind=LetterKind.CONVOCATION,
        audience=Audience.HOLDER,
        signers=(Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.CASE_REFERENT),
        law="CASF D226-2-6 II, L222-5-1",
        classes=frozenset("BJ"),
        sources=frozenset({S.SETTING, S.CHILD, S.ADDED}),
        opens=HOLDER | {"child.first_names", "child.birth_date"},
        ways=HOLDER_WAYS,
        words=("meeting_when", "meeting_place", "meeting_with", "interpreter", "companion"),
        needs=("meeting_when", "meeting_place", "meeting_with"),
        offers=_meetings,
        write=_meeting,
        repeated=True,
    ),
    LetterType(
        kind=LetterKind.HOLDERS_REFERRAL,
        audience=Audience.HOLDER,
        signers=(Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR),
        law="CASF L226-5 al. 3",
        classes=frozenset("BIJ"),
        column="page_i",
        sources=frozenset({S.SETTING, S.CHILD, S.JUSTICE}),
        opens=HOLDER | CHILD_NAME | {"judicial_referral.recipient"},
        ways=HOLDER_WAYS,
        offers=_seized,
        write=_referral,
    ),
    LetterType(
        kind=LetterKind.DECISION_HOLDERS,
        audience=Audience.HOLDER,
        signers=(Role.ASE_INSPECTOR,),
        law="CASF D226-2-7, L223-2",
        classes=frozenset("BJ"),
        sources=frozenset({S.SETTING, S.CHILD, S.DECISION, S.MEASURE}),
        opens=HOLDER | CHILD_NAME | {"measure.aim"},
        ways=HOLDER_WAYS,
        records=((Machine.MEASURE, "renew"),),
        offers=_decisions,
        write=_decision,
    ),
    LetterType(
        kind=LetterKind.HOLDERS_TRANSFER,
        audience=Audience.HOLDER,
        signers=(Role.CRIP_COORDINATOR,),
        law="CASF R221-5",
        classes=frozenset("BDJ"),
        sources=frozenset({S.SETTING, S.TRANSFER}),
        opens=HOLDER | {"transfer_request.formalities"},
        ways=HOLDER_WAYS,
        offers=_transfers,
        write=_transfer,
    ),
)

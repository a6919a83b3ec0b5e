"""Letters to whoever filed, to a service, to a judge, to another authority (§4.9)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from accounts.roles import Role
from referrals.feedback.queries import Suggestion, suggested
from referrals.letters.letter_context import LetterContext
from referrals.letters.registry import LetterType, Occasion, register
from referrals.letters.to_holders import CHILD_NAME, S
from referrals.letters.writing import DEAR, Body, Writing, day_in_french, label, lower, of
from referrals.vocabulary.between_authorities import Document, FormalityKind, Fulfilment, Ground
from referrals.vocabulary.case_answers import OPEN
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.decision_answers import NotExecutedReason
from referrals.vocabulary.letters import Audience, JudgeAsked, LetterKind, LetterWay
from referrals.vocabulary.people import DeferralReason
from referrals.vocabulary.states import ALIVE, Machine, MeasureState, TransferState

# --- Whoever filed (C5, C5b) --------------------------------------------------------------------------


def _answers(look: LetterContext) -> Iterator[Occasion]:
    for task in look.case.feedback_tasks:
        if task.state in OPEN:
            yield Occasion(part=task.pk, on=look.day(task.opened_at))


def _answer(w: Writing) -> Body:
    """One sentence of §1.4 with the number: no name, no detail, no place, not whether the child was known."""
    case = w.look.case
    task = of(case.feedback_tasks, w.occasion.part)
    suggestion = Suggestion(suggested(case, task))
    received = w.look.day(task.asked_at or case.referral.received_at)
    w.say(S.FEEDBACK, facts=[("Votre information du", day_in_french(received))], on=w.occasion.on)
    w.setting(f"feedback_{suggestion}_text")
    return Body(
        title="Suites données à votre information",
        to=("À la personne qui a transmis l'information",),
        greeting=DEAR,
        passages=tuple(w.passages),
    )


# --- The service that carries a measure out (M06, T48) ------------------------------------------------

_TO_BEGIN: Final = (
    MeasureState.AGREED,
    MeasureState.ORDERED,
    MeasureState.AWAITING_START,
    MeasureState.ACTIVE,
)


def _confided(look: LetterContext) -> Iterator[Occasion]:
    for row in look.case.measures:
        if (
            row.service_id is not None
            and row.state in _TO_BEGIN
            and look.case.child(row.child_id) is not None
        ):
            on = row.ordered_on or row.agreed_on or look.day(row.proposed_at)
            yield Occasion(part=row.pk, children=(row.child_id,), on=on)


def _notice(w: Writing) -> Body:
    case, child = w.look.case, w.child
    measure = of(case.measures, w.occasion.part)
    if measure.service is None:
        raise LookupError(w.occasion.part)
    w.setting("letter_service_text")
    w.say(
        S.CHILD,
        heading="L'enfant",
        facts=[
            ("Nom", w.name_of(child)),
            ("Né le", day_in_french(w.opened(child, "birth_date"))),
            ("En fugue", "oui" if child.runaway else ""),
        ],
    )
    for holder in () if case.of_age(child) else case.holders:
        w.say(
            S.HOLDER,
            heading="Titulaire de l'autorité parentale",
            facts=[
                ("Nom", str(w.opened(holder, "name"))),
                ("Téléphone", str(w.opened(holder, "phone"))),
                ("Adresse", str(w.opened(holder, "address"))),
            ],
        )
    w.say(
        S.ORDER if measure.judicial else S.MEASURE,
        heading="La mesure",
        facts=[
            ("Mesure", measure.type.label_fr),
            ("Ordonnée par", str(w.opened(measure, "ordered_by")) if measure.judicial else ""),
            ("Ordonnée le", day_in_french(measure.ordered_on)),
            ("Accord écrit du", "" if measure.judicial else day_in_french(measure.agreed_on)),
            ("But", str(w.opened(measure, "aim"))),
            ("Durée", f"{measure.duration_months} mois" if measure.duration_months else ""),
            (
                "Terme",
                "au plus tard à la majorité" if measure.until_majority else day_in_french(measure.term_on),
            ),
        ],
        on=w.occasion.on,
    )
    due = {
        one.code: day_in_french(w.look.day(one.due_at)) for one in case.open_clocks if one.part == measure.pk
    }
    w.say(
        S.DELAY,
        heading="Échéances",
        facts=[
            ("À commencer au plus tard le", "" if measure.started_on else due.get(ClockCode.C24, "")),
            ("Rapport de situation au plus tard le", due.get(ClockCode.C17, "")),
        ],
    )
    rows = case.referral.assignments.filter(until_at=None, role=Role.CASE_REFERENT).select_related("user")
    referents = ", ".join(row.user.full_name for row in rows if row.child_id in (None, child.pk))
    w.say(
        S.TEAM,
        facts=[("Référent", referents), ("À prévenir si la mesure ne commence pas", w.phone or referents)],
    )
    extract = str(w.opened(measure, "extract"))
    w.say(S.EXTRACT, *extract.splitlines(), heading="Passages transmis pour exécuter la mesure")
    w.added("watch", heading="Points de vigilance")
    return Body(
        title="Notification d'une mesure",
        to=(measure.service.name,),
        greeting=DEAR,
        passages=tuple(w.passages),
    )


# --- The judge whose measure isn't carried out (M19) --------------------------------------------------


def _unexecuted(look: LetterContext) -> Iterator[Occasion]:
    for record in look.recorded(Machine.MEASURE, "inform_judge"):
        row = look.measure(record.part)
        if row is not None and row.judicial and row.started_on is None and look.case.child(row.child_id):
            yield Occasion(part=record.pk, children=(row.child_id,), on=look.day(record.at))


def _to_judge(w: Writing) -> Body:
    """Say why a measure waits, from what was recorded; who of the staff saw the child isn't named."""
    child = w.child
    record = of(w.look.records, w.occasion.part)
    measure = of(w.look.case.measures, record.part)
    record_data = w.opened(record, "data")
    record_data = record_data if isinstance(record_data, Mapping) else {}
    waiting = (w.look.case.today - measure.ordered_on).days if measure.ordered_on is not None else 0
    reason, danger = (str(record_data.get(name) or "") for name in ("reason", "danger_remains"))
    w.setting("letter_judge_text")
    w.say(
        S.ORDER,
        heading="La décision",
        facts=[
            ("Rendue par", str(w.opened(measure, "ordered_by"))),
            ("Le", day_in_french(measure.ordered_on)),
            ("Mesure", measure.type.label_fr),
        ],
        on=measure.ordered_on,
    )
    w.say(
        S.CHILD, facts=[("Enfant", w.name_of(child)), ("Né le", day_in_french(w.opened(child, "birth_date")))]
    )
    w.say(
        S.MEASURE,
        heading="Ce qui empêche la mise en œuvre",
        facts=[
            ("Attente", f"{waiting} jours" if waiting > 0 else ""),
            ("Service sollicité", str(record_data.get("service_asked") or "")),
            ("Depuis le", day_in_french(record_data.get("asked_since"))),
            ("Motif", label(NotExecutedReason(reason).label) if reason in NotExecutedReason.values else ""),
            ("Protection dans l'intervalle", str(record_data.get("meanwhile") or "")),
            ("Enfant vu pour la dernière fois le", day_in_french(record_data.get("last_seen_on"))),
            ("Le danger demeure", {"yes": "oui", "no": "non"}.get(danger, "")),
            ("Mise en œuvre prévue le", day_in_french(record_data.get("foreseen_on"))),
        ],
        on=w.occasion.on,
    )
    requests = [
        label(JudgeAsked(one).label)
        for one in w.words.get("asked_of_judge") or ()
        if one in JudgeAsked.values
    ]
    w.say(S.ADDED, points=requests, heading="Ce qui vous est demandé" if requests else "")
    w.added()
    return Body(
        title="Mesure non mise en œuvre",
        to=(str(record_data.get("judge") or "Juge des enfants"),),
        greeting=DEAR,
        passages=tuple(w.passages),
    )


# --- Another authority that takes the case over (T31) -------------------------------------------------


def _sent(look: LetterContext) -> Iterator[Occasion]:
    for row in look.transfers:
        if row.state == TransferState.SENT:
            about = tuple(child.pk for child in look.case.children)
            yield Occasion(part=row.pk, children=about, on=look.day(row.sent_at))


def _cover(w: Writing) -> Body:
    case = w.look.case
    row = of(w.look.transfers, w.occasion.part)
    w.setting("letter_transfer_text")
    addresses = dict.fromkeys(str(w.opened(child, "address")) for child in w.children)
    new = " ; ".join(filter(None, addresses)) if row.ground == Ground.MOVED else ""
    searched = any(clock.code == ClockCode.C18 for clock in case.open_clocks)
    w.say(
        S.TRANSFER,
        facts=[
            ("Motif", label(Ground(row.ground).label)),
            ("Transmis le", day_in_french(w.look.day(row.sent_at))),
            ("Nouvelle adresse", "recherchée" if searched else new),
        ],
        on=w.occasion.on,
    )
    w.say(
        S.TRANSFER, heading="Formalités", facts=_formalities(w.opened(row, "formalities")), on=w.occasion.on
    )
    documents = row.documents.order_by("made_at", "kind")
    w.say(
        S.TRANSFER,
        heading="Pièces",
        points=[
            f"{label(Document(one.kind).label)} – {day_in_french(w.look.day(one.made_at))}"
            for one in documents
        ],
        on=w.occasion.on,
    )
    # Which delays run is said by their codes' words; those of a birthday tell no day.
    running = [
        f"{label(ClockCode(one.code).label)} – {day_in_french(w.look.day(one.due_at))}"
        for one in case.open_clocks
        if one.statutory and not one.on_birthday and one.access_class in "AIJ"
    ]
    w.say(S.DELAY, heading="Échéances en cours", points=running)
    alive = [one for one in case.measures if one.state in ALIVE]
    w.say(S.MEASURE, heading="Mesures", points=[one.type.label_fr for one in alive])
    judges = dict.fromkeys(str(w.opened(one, "ordered_by")) for one in alive if one.judicial)
    w.say(S.ORDER, facts=[("Juge saisi", " ; ".join(filter(None, judges)))])
    return Body(
        title="Bordereau de transmission",
        to=_receivers(w, row),
        greeting=DEAR,
        passages=tuple(w.passages),
    )


def _receivers(w: Writing, row: Any) -> tuple[str, ...]:
    """Return whom the slip is for; of a restricted case those alone whom the request names (T46).

    Raises:
        LookupError: the case was restricted since, and the request names nobody: nobody there may know of it.
    """
    if not w.look.case.referral.restricted:
        return ("Monsieur ou Madame le président du conseil départemental", row.target.name)
    there = row.receivers.select_related("user")
    names = sorted(one.user.full_name for one in there if one.is_authentic)
    if not names:
        raise LookupError(row.pk)
    return (*names, row.target.name)


def _formalities(said: Any) -> list[tuple[str, str]]:
    """Return what was done before the case goes, by its codes and days alone: the words beside stay in the file."""
    lines = []
    for one in said if isinstance(said, list) else ():
        kind, outcome = str(one.get("kind") or ""), str(one.get("outcome") or "")
        if kind in FormalityKind.values and outcome in Fulfilment.values:
            done = " – ".join(filter(None, (_outcome(one, outcome), day_in_french(one.get("on")))))
            lines.append((label(FormalityKind(kind).label), done))
    return lines


def _outcome(one: Mapping[str, Any], outcome: str) -> str:
    """Return what became of a formality; what is deferred says why, by the label of its code (R221-5-1)."""
    if outcome != Fulfilment.DEFERRED:
        return label(Fulfilment(outcome).label)
    reason = str(one.get("reason") or "")
    why = lower(label(DeferralReason(reason).label)) if reason in DeferralReason.values else ""
    return " : ".join(filter(None, ("Différée", why)))


register(
    LetterType(
        kind=LetterKind.FEEDBACK,
        audience=Audience.FILER,
        signers=(Role.CRIP_COORDINATOR,),
        law="CASF L226-5 al. 1, D226-2-8",
        classes=frozenset("C"),
        column="page_c",
        sources=frozenset({S.SETTING, S.FEEDBACK}),
        opens=frozenset(),
        ways=(LetterWay.POST, LetterWay.SECURE, LetterWay.HAND),
        offers=_answers,
        write=_answer,
    ),
    LetterType(
        kind=LetterKind.SERVICE_NOTICE,
        audience=Audience.SERVICE,
        signers=(Role.ASE_INSPECTOR,),
        law="CASF L223-1",
        classes=frozenset("BDIJ"),
        sources=frozenset(
            {S.SETTING, S.CHILD, S.HOLDER, S.MEASURE, S.ORDER, S.DELAY, S.TEAM, S.EXTRACT, S.ADDED}
        ),
        opens=CHILD_NAME
        | {
            "child.birth_date",
            "holder.name",
            "holder.phone",
            "holder.address",
            "measure.aim",
            "measure.extract",
            "measure.ordered_by",
        },
        ways=(LetterWay.SECURE, LetterWay.REGISTERED, LetterWay.HAND),
        words=("watch",),
        offers=_confided,
        write=_notice,
    ),
    LetterType(
        kind=LetterKind.JUDGE_UNEXECUTED,
        audience=Audience.JUDGE,
        signers=(Role.ASE_INSPECTOR,),
        law="CC 375-6",
        classes=frozenset("BDIJ"),
        column="page_i",
        sources=frozenset({S.SETTING, S.CHILD, S.MEASURE, S.ORDER, S.ADDED}),
        opens=CHILD_NAME | {"child.birth_date", "measure.ordered_by", "step_record.data"},
        ways=(LetterWay.PLEX, LetterWay.SECURE, LetterWay.REGISTERED, LetterWay.HAND),
        words=("asked_of_judge", "added"),
        needs=("asked_of_judge",),
        records=((Machine.MEASURE, "inform_judge"),),
        offers=_unexecuted,
        write=_to_judge,
    ),
    LetterType(
        kind=LetterKind.TRANSFER_COVER,
        audience=Audience.AUTHORITY,
        signers=(Role.CRIP_COORDINATOR,),
        law="CASF L221-3, R221-6, R221-7",
        classes=frozenset("BDIJ"),
        column="page_i",
        sources=frozenset({S.SETTING, S.TRANSFER, S.DELAY, S.MEASURE, S.ORDER}),
        opens=frozenset({"child.address", "transfer_request.formalities", "measure.ordered_by"}),
        ways=(LetterWay.REGISTERED, LetterWay.SECURE),
        offers=_sent,
        write=_cover,
    ),
)

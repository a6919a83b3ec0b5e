"""Letters to the child: what was decided, by age; and towards the 18th birthday (§4.9; CC 375-1, CASF L222-5-1).

Under twelve a professional reads it aloud. It says what was decided, never what others said or did, nor anything of
brothers and sisters. Why, in one sentence, is written by its author: a motivation is written for others.
"""

from collections.abc import Iterator
from typing import Any, Final

from accounts.roles import Role
from referrals.letters.letter_context import LetterContext
from referrals.letters.registry import LetterType, Occasion, register
from referrals.letters.to_holders import S
from referrals.letters.writing import GROWN, READ_ALOUD, Body, Writing, day_in_french, label, lower
from referrals.vocabulary.decision_answers import MajorityChoice
from referrals.vocabulary.letters import Audience, LetterKind, LetterWay
from referrals.vocabulary.states import ALIVE, DecisionCode, Machine

#: To a child, and to whom is sixteen or more.
type Spoken = tuple[str, str]
_DECIDED: Final[dict[DecisionCode, Spoken]] = {
    DecisionCode.CLOSE: (
        "Il a été décidé que les adultes qui t'ont rencontré arrêtent de venir. Si tu as besoin d'aide, tu peux la "
        "demander à tout moment.",
        "Il a été décidé de ne pas donner de suite. Si vous avez besoin d'aide, vous pouvez la demander à tout moment.",
    ),
    DecisionCode.ADMIN: (
        "Il a été décidé de proposer une aide à ta famille et à toi.",
        "Il a été décidé de proposer une aide à votre famille et à vous.",
    ),
    DecisionCode.CONTINUE: (
        "Il a été décidé que l'aide que tu as déjà continue.",
        "Il a été décidé que la mesure en cours continue.",
    ),
    DecisionCode.JUDICIAL: (
        "Il a été décidé de demander à un juge de regarder ta situation. Le juge pourra te recevoir pour t'écouter.",
        "Il a été décidé de saisir l'autorité judiciaire de votre situation. Le juge pourra vous recevoir et vous "
        "entendre.",
    ),
}  # fmt: skip
_OF_MEASURE: Final[dict[str, Spoken]] = {
    "order": (
        "{} a décidé une mesure pour te protéger.",
        "{} a décidé une mesure pour vous protéger.",
    ),
    "renew": ("L'aide que tu as est prolongée.", "La mesure en cours est prolongée."),
    "choose_at_majority": (
        "Ton choix pour tes dix-huit ans est noté.",
        "Votre choix pour vos dix-huit ans est noté.",
    ),
}

#: Who orders a measure of a type, where it isn't a judge (domain.md §5.2); an exit ban either of them orders.
_ORDERS: Final = {"opp_prosecutor": "Un procureur", "exit_ban": "Un magistrat"}


def _occasions(look: LetterContext) -> Iterator[Occasion]:
    there = {child.pk: child for child in look.case.children if not child.deceased}
    for child, row in look.decisions.items():
        if child in there and row.code in _DECIDED:
            yield Occasion(part=row.pk, children=(child,), on=look.day(row.at))
    for record in look.recorded(Machine.MEASURE, *_OF_MEASURE):
        measure = look.measure(record.part)
        if measure is not None and measure.child_id in there:
            yield Occasion(part=record.pk, children=(measure.child_id,), on=look.day(record.at))


def _letter(w: Writing) -> Body:
    child = w.child
    age = w.age_of(child)
    grown = int(age == GROWN)
    w.setting(f"letter_child_{age}_text")
    decision = w.look.decision(w.occasion.part)
    if decision is not None:
        w.say(S.DECISION, _DECIDED[DecisionCode(decision.code)][grown], on=w.occasion.on)
        measures = [row for row in w.look.case.measures if row.child_id == child.pk and row.state in ALIVE]
        if decision.code not in (DecisionCode.ADMIN, DecisionCode.CONTINUE):
            measures = []
    else:
        record = next((one for one in w.look.records if one.pk == w.occasion.part), None)
        if record is None:
            raise LookupError(w.occasion.part)
        measures = [row for row in (w.look.measure(record.part),) if row is not None]
        who = next((_ORDERS[row.type_id] for row in measures if row.type_id in _ORDERS), "Un juge")
        w.say(S.MEASURE, _OF_MEASURE[record.step][grown].format(who), on=w.occasion.on)
    w.added("why", heading="Pourquoi")
    lines = [line for measure in measures for line in _measure(measure, age)]
    w.say(S.MEASURE, facts=lines, heading="Ce qui va se passer" if lines else "")
    w.say(S.TEAM, facts=[("La personne à qui parler", who) for who in _referents(w, child)])
    if w.phone:
        w.say(S.SETTING, facts=[("Téléphone", w.phone)])
    w.setting(f"letter_child_{age}_rights_text", heading=("Tes droits", "Vos droits")[grown])
    w.added()
    name = w.first_name(child)
    hello = (f"Bonjour {name}," if name else "Bonjour,") if not grown else "Bonjour,"
    return Body(
        title="Lettre à lire avec un professionnel" if age == READ_ALOUD else "Ce qui a été décidé",
        to=(name,) if name else (),
        greeting=hello,
        passages=tuple(w.passages),
        closing=False,
        large=True,
        reference=False,
    )


def _measure(measure: Any, age: str) -> list[tuple[str, str]]:
    name = measure.type.label_fr
    until = "tes dix-huit ans" if age != GROWN else "vos dix-huit ans"
    return [
        ("Mesure", lower(name) if age == READ_ALOUD else name),
        ("Depuis le" if measure.started_on else "", day_in_french(measure.started_on)),
        ("Jusqu'au", "" if measure.until_majority else day_in_french(measure.term_on)),
        ("Jusqu'à", until if measure.until_majority else ""),
    ]


def _referents(w: Writing, child: Any) -> list[str]:
    rows = w.look.case.referral.assignments.filter(until_at=None, role=Role.CASE_REFERENT).select_related(
        "user"
    )
    return [row.user.full_name for row in rows if row.child_id in (None, child.pk)][:2]


def _interviews(look: LetterContext) -> Iterator[Occasion]:
    for record in look.recorded(Machine.MEASURE, "majority_interview"):
        measure = look.measure(record.part)
        child = look.case.child(measure.child_id) if measure is not None else None
        if measure is not None and child is not None and not child.deceased:
            yield Occasion(part=measure.pk, children=(child.pk,), on=look.day(record.at))


#: The six needs of R222-6 (§5.3).
NEEDS: Final = (
    "des ressources pour vivre",
    "un logement",
    "un emploi, une formation ou des études",
    "l'accès aux soins",
    "de l'aide dans les démarches",
    "un accompagnement social et éducatif",
)


def _notice(w: Writing) -> Body:
    measure = w.look.measure(w.occasion.part)
    if measure is None:
        raise LookupError(w.occasion.part)
    w.setting("letter_majority_text")
    path = [
        one
        for one in w.look.case.measures
        if one.child_id == measure.child_id and (one.started_on or one.waits_since)
    ]
    w.say(
        S.MEASURE,
        heading="Votre parcours",
        points=[" – ".join(filter(None, (one.type.label_fr, _span(one)))) for one in path],
        on=measure.started_on,
    )
    w.setting("letter_majority_conditions_text", heading="À quelles conditions")
    w.say(S.MAJORITY, heading="L'accompagnement porte sur", points=NEEDS, on=w.occasion.on)
    w.say(
        S.MAJORITY,
        heading="Votre choix",
        points=[lower(label(one.label)) for one in MajorityChoice],
        on=w.occasion.on,
    )
    w.setting("letter_majority_choice_text")
    name = w.first_name(w.child)
    return Body(
        title="Vers l'autonomie",
        to=(name,) if name else (),
        greeting="Bonjour,",
        passages=tuple(w.passages),
        closing=False,
        reference=False,
    )


def _span(measure: Any) -> str:
    """Return from when to when a measure ran; while it hasn't begun, since when it is decided."""
    since, until = day_in_french(measure.started_on), day_in_french(measure.over_on)
    if since:
        return f"du {since} au {until}" if until else f"depuis le {since}"
    decided = day_in_french(measure.ordered_on or measure.agreed_on)
    return f"décidée le {decided}" if decided else ""


CHILD_WAYS: Final = (LetterWay.HAND, LetterWay.PROFESSIONAL)
register(
    LetterType(
        kind=LetterKind.CHILD_LETTER,
        audience=Audience.CHILD,
        signers=(Role.ASE_INSPECTOR,),
        law="CC 375-1",
        classes=frozenset("BJ"),
        sources=frozenset({S.SETTING, S.DECISION, S.MEASURE, S.TEAM, S.ADDED}),
        opens=frozenset({"child.first_names", "child.birth_date"}),
        ways=CHILD_WAYS,
        words=("why", "added"),
        needs=("why",),
        records=tuple((Machine.MEASURE, step) for step in _OF_MEASURE),
        offers=_occasions,
        write=_letter,
    ),
    LetterType(
        kind=LetterKind.MAJORITY_NOTICE,
        audience=Audience.CHILD,
        signers=(Role.ASE_INSPECTOR,),
        law="CASF L222-5-1, R222-6",
        classes=frozenset("BJ"),
        sources=frozenset({S.SETTING, S.MEASURE, S.MAJORITY}),
        opens=frozenset({"child.first_names"}),
        ways=CHILD_WAYS,
        records=((Machine.MEASURE, "majority_interview"),),
        offers=_interviews,
        write=_notice,
    ),
)

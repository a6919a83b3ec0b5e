"""The numbers of the page of the day: how many of each thing wait for the reader, each with the list that it counts.

A number stands there for whoever has the list; it follows the same rule as the list (SEC-AZ20).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import access, reviews
from accounts.actor import Actor
from accounts.roles import Role
from directory import queries as directory_queries
from referrals.access import matrix, transfer_targets
from referrals.access_requests import queries as access_requests_queries
from referrals.access_review import actions as access_review_actions
from referrals.access_review import queries as access_review_queries
from referrals.conflicts_of_interest import actions as conflicts_of_interest_actions
from referrals.data_breaches import actions as data_breaches_actions
from referrals.data_breaches import queries as data_breaches_queries
from referrals.execution import row_approvals
from referrals.letters import queries as letters_queries
from referrals.measures import queries as measures_queries
from referrals.overview import queries as overview
from referrals.reading.counts import Counts, awaiting_signature
from referrals.vocabulary.states import AnomalyState, CoarseStatus, State, Urgency
from web import navigation
from web.administration import opening
from web.administration.base import MANAGES

#: What is due within so many days is due this week.
WEEK_DAYS: Final = 7
#: As many numbers stand on the page; the rest follows in a line.
SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """A number above 0, what it counts, and its list; ``alarming``: red, for a child in danger and what is late."""

    count: int
    label: Any
    address: str
    alarming: bool = False


def _at(name: str, **query: str) -> str:
    return reverse(name) + (f"?{urlencode(query)}" if query else "")


#: The states in which a case is new to a role, and who takes it on.
NEW: Final[tuple[tuple[State, tuple[Role, ...]], ...]] = (
    (State.SUBMITTED, (Role.INTAKE_AGENT, Role.CRIP_COORDINATOR)),
    (State.TRIAGE, (Role.INTAKE_AGENT, Role.CRIP_COORDINATOR)),
    (State.QUALIFIED, (Role.CRIP_COORDINATOR, Role.ASSESSMENT_LEAD)),
    (State.IN_ASSESSMENT, (Role.ASSESSMENT_LEAD, Role.ASSESSOR)),
    (State.REPORT_SUBMITTED, (Role.ASE_INSPECTOR,)),
)
NEW_WORDS: Final[Mapping[State, Callable[[int], str]]] = {
    State.SUBMITTED: lambda n: ngettext("dossier à réceptionner", "dossiers à réceptionner", n),
    State.TRIAGE: lambda n: ngettext("dossier en première analyse", "dossiers en première analyse", n),
    State.QUALIFIED: lambda n: ngettext(
        "dossier à confier en évaluation", "dossiers à confier en évaluation", n
    ),
    State.IN_ASSESSMENT: lambda n: ngettext("dossier en évaluation", "dossiers en évaluation", n),
    State.REPORT_SUBMITTED: lambda n: ngettext("dossier à décider", "dossiers à décider", n),
}


def of_day(counted: Counts, actor: Actor, *, at: datetime) -> list[Tile]:
    """Return what waits for somebody who works on cases, what presses first."""
    pressing, others = _of_cases(counted, actor, at=at)
    return [*_above_zero(pressing), *beside_cases(actor, at=at), *_above_zero(others)]


def _above_zero(tiles: Iterable[Tile]) -> list[Tile]:
    return [tile for tile in tiles if tile.count]


def _of_cases(counted: Counts, actor: Actor, *, at: datetime) -> tuple[list[Tile], list[Tile]]:
    """Return the numbers of the reader's cases: those that press, and the others."""
    grave, urgent = (counted.by_urgency[grade] for grade in (Urgency.U3, Urgency.U2))
    late, news = counted.overdue, overview.unread(actor, at=at)
    soon = overview.due_soon(actor, days=WEEK_DAYS, at=at)
    pressing = [
        Tile(
            grave,
            ngettext("dossier en danger imminent (U3)", "dossiers en danger imminent (U3)", grave),
            _at("cases", urgency="U3"),
            alarming=True,
        ),
        Tile(
            late,
            ngettext("dossier en retard", "dossiers en retard", late),
            _at("cases", overdue="true"),
            alarming=True,
        ),
        Tile(
            urgent,
            ngettext("dossier urgent (U2)", "dossiers urgents (U2)", urgent),
            _at("cases", urgency="U2"),
        ),
        Tile(
            soon,
            ngettext("dossier à échéance sous 7 jours", "dossiers à échéance sous 7 jours", soon),
            _at("cases", due_within=str(WEEK_DAYS), overdue="false"),
        ),
    ]
    new = [
        Tile(count := counted.by_state[state], NEW_WORDS[state](count), _at("cases", state=str(state)))
        for state, roles in NEW
        if actor.holding(roles)
    ]
    updated = Tile(
        news, ngettext("dossier mis à jour", "dossiers mis à jour", news), _at("cases", unread="true")
    )
    total = counted.total
    opened = Tile(total, ngettext("dossier ouvert", "dossiers ouverts", total), _at("cases"))
    return pressing, [*new, updated, opened]


def _signatures(actor: Actor, at: datetime) -> Iterator[Tile]:
    of_cases = bool(actor.holding(matrix.APPROVERS))
    if of_cases or row_approvals.signs(actor):
        count = len(awaiting_signature(actor, at=at)) if of_cases else 0
        count += len(row_approvals.awaiting(actor, at=at))
        yield Tile(count, _("à signer"), _at("to-sign"))


def _measures(actor: Actor, at: datetime) -> Iterator[Tile]:
    if not navigation.executes(actor):
        return
    counted, columns = measures_queries.column_counts(actor, {}, at=at), measures_queries.Column

    def tile(column: measures_queries.Column, words: Callable[[int], str]) -> Tile:
        count = counted.get(column, 0)
        return Tile(count, words(count), _at("measures-page", column=str(column)))

    yield tile(
        columns.AWAITING,
        lambda n: ngettext("mesure en attente de place", "mesures en attente de place", n),
    )
    yield tile(columns.REVIEW, lambda n: ngettext("mesure à revoir", "mesures à revoir", n))
    yield tile(
        columns.ENDING,
        lambda n: ngettext("mesure bientôt à échéance", "mesures bientôt à échéance", n),
    )


def _letters(actor: Actor, at: datetime) -> Iterator[Tile]:
    """Count the reader's own letters; they stand on the pages of their cases, and the oldest leads to its own."""
    if not letters_queries.signs(actor):
        return
    waiting = letters_queries.unsent(actor, at=at)
    if waiting.case is not None:
        address = reverse("case-part", args=[waiting.case, "courriers"])
        words = ngettext(
            "courrier à faire partir",
            "courriers à faire partir ; ouvrir le dossier du plus ancien",
            waiting.count,
        )
        yield Tile(waiting.count, words, address)


def _transfers(actor: Actor, at: datetime) -> Iterator[Tile]:
    if actor.holding(matrix.DECIDE_ON_TRANSFERS):
        count = len(transfer_targets.target_of(actor, at=at))
        yield Tile(count, ngettext("transfert demandé", "transferts demandés", count), _at("transfers"))


def _exclusions(actor: Actor, at: datetime) -> Iterator[Tile]:
    if actor.holding(conflicts_of_interest_actions.DECIDERS):
        rows = conflicts_of_interest_actions.visible_to(actor, at=at)
        count = conflicts_of_interest_actions.awaiting(rows).count()
        yield Tile(count, ngettext("déport à confirmer", "déports à confirmer", count), _at("barred"))


def _anomalies(actor: Actor, at: datetime) -> Iterator[Tile]:
    if not actor.may("audit.read"):
        return
    access_review_queries.record([], actor=actor, at=at)
    seen = access_review_actions.visible_to(actor)
    new = seen.filter(state=AnomalyState.DETECTED).count()
    yield Tile(
        new,
        ngettext("anomalie d'accès à examiner", "anomalies d'accès à examiner", new),
        _at("anomalies-page", state=str(AnomalyState.DETECTED)),
    )
    count = seen.filter(state=AnomalyState.UNDER_REVIEW).count()
    yield Tile(
        count,
        ngettext("anomalie en cours d'examen", "anomalies en cours d'examen", count),
        _at("anomalies-page", state=str(AnomalyState.UNDER_REVIEW)),
    )


def _breaches(actor: Actor, at: datetime) -> Iterator[Tile]:  # noqa: ARG001 - as of every source
    if not actor.holding(data_breaches_actions.WORDS):
        return
    count = data_breaches_queries.running_of(actor).count()
    words = ngettext(
        "violation de données : 72 heures courent", "violations de données : 72 heures courent", count
    )
    yield Tile(count, words, _at("breaches-page", running="true"))


def _access_requests(actor: Actor, at: datetime) -> Iterator[Tile]:
    if actor.holding((Role.DPO,)):
        count = access_requests_queries.answers_due(actor, at=at).count()
        words = ngettext(
            "demande d'accès à répondre sous 7 jours, ou en retard",
            "demandes d'accès à répondre sous 7 jours, ou en retard",
            count,
        )
        address = _at("access-requests-page", waiting=access_requests_queries.Waiting.ANSWER)
        yield Tile(count, words, address)
    if actor.holding((Role.ASE_INSPECTOR, Role.CRIP_COORDINATOR)):
        count = access_requests_queries.opinions_awaited(actor, at=at).count()
        words = ngettext(
            "avis attendu sur une demande d'accès", "avis attendus sur des demandes d'accès", count
        )
        address = _at("access-requests-page", waiting=access_requests_queries.Waiting.OPINION)
        yield Tile(count, words, address)


def _administration(actor: Actor, at: datetime) -> Iterator[Tile]:
    for authority in sorted(actor.may(MANAGES)):
        count = opening.settings_left(authority, at=at)
        words = ngettext("réglage à compléter", "réglages à compléter", count)
        yield Tile(count, words, f"{reverse('settings-page', args=[authority])}?missing=true")
    if actor.may("account-requests.decide"):
        count = access.open_account_requests(actor, at=at).count()
        yield Tile(
            count, ngettext("demande de compte", "demandes de compte", count), _at("account-requests-page")
        )
    if actor.may("memberships.confirm") or actor.may("factors.reset"):
        count = access.open_grant_requests(actor, at=at).count() if actor.may("memberships.confirm") else 0
        count += access.open_resets(actor, at=at).count() if actor.may("factors.reset") else 0
        yield Tile(
            count,
            ngettext("demande à confirmer", "demandes à confirmer", count),
            _at("requests-page"),
        )
    if actor.may("memberships.review"):
        count = reviews.waiting(access.reviewable_memberships(actor), at=at).count()
        yield Tile(
            count,
            ngettext("rôle à revoir", "rôles à revoir", count),
            _at("reviews-page"),
        )


def _directory(actor: Actor, at: datetime) -> Iterator[Tile]:
    if actor.may("directory.edit"):
        waiting = directory_queries.waiting(actor, at=at)
        address = reverse("directory-tasks")
        count = waiting.reports
        words = ngettext("erreur signalée", "erreurs signalées", count)
        yield Tile(count, words, f"{address}#signalements")
        count = waiting.to_verify
        words = ngettext("fiche à vérifier", "fiches à vérifier", count)
        yield Tile(count, words, f"{address}#a-verifier")
        count = waiting.duplicates
        words = ngettext("doublon possible", "doublons possibles", count)
        yield Tile(count, words, f"{address}#doublons")
    if actor.may("directory.review"):
        count = len(directory_queries.openings_to_look_at(actor, at=at))
        words = ngettext(
            "adresse secrète consultée, à examiner", "adresses secrètes consultées, à examiner", count
        )
        yield Tile(count, words, reverse("directory-openings"))


def _questions(actor: Actor, at: datetime) -> Iterator[Tile]:
    count = access_review_actions.asked_of(actor, at=at).filter(answered_at=None).count()
    yield Tile(
        count,
        ngettext("question sur vos accès", "questions sur vos accès", count),
        _at("access-questions-page"),
    )


SOURCES: Final[tuple[Callable[[Actor, datetime], Iterator[Tile]], ...]] = (
    _signatures,
    _measures,
    _letters,
    _transfers,
    _exclusions,
    _anomalies,
    _breaches,
    _access_requests,
    _administration,
    _directory,
    _questions,
)


def beside_cases(actor: Actor, *, at: datetime) -> list[Tile]:
    """Return the numbers of what else waits for the reader."""
    return _above_zero(tile for source in SOURCES for tile in source(actor, at))


def of_filer(filed: overview.Filed) -> list[Tile]:
    """Return what there is among a filer's own filings."""
    questions, unread, drafts = filed.questions, len(filed.unread), filed.drafts
    own = [
        Tile(
            questions,
            ngettext("question pour vous", "questions pour vous", questions),
            _at("filings", status=CoarseStatus.QUESTION),
        ),
        Tile(unread, _("avec un message à lire"), _at("filings", unread="true")),
        Tile(drafts, ngettext("brouillon", "brouillons", drafts), _at("filings", status=CoarseStatus.DRAFT)),
    ]
    return _above_zero(own)

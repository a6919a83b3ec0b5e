"""The twenty anomaly rules, as data: what each counts, over which time window, against which threshold.

A threshold is a setting of the authority (``referrals/policy/settings/anomalies.py``): that figure or more is unusual.
A rule finds what a person must examine; it accuses nobody (docs/audit.md).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext_lazy as _

from audit import events
from audit.anomalies.facts import DAY, NAMESAKE, Fact, Group, Hit, Terms
from audit.anomalies.patterns import (
    Finds,
    alone,
    daily,
    each,
    idle,
    itself,
    nightly,
    readers,
    subjects,
    within,
)
from core.languages import Text

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
#: Who reads closed files by office: retention, requests for access, the review of closings.
KEEPERS: Final = frozenset({"dpo", "supervisor"})
EMERGENCY: Final = "emergency"
ON_CALL: Final = "on_call"
GLASS: Final = "glass:open"
GLASS_ENDS: Final = frozenset({"glass:give_back", "glass:expire", "glass:approve", "glass:contest"})
SEARCH: Final = "search:done"
SESSION: Final = "session:opened"
LIFTED: Final = frozenset({"referral:lift_exclusion", "referral:unrestrict"})
#: By which somebody gives an account, or a way into one (SEC-AZ24).
GIVES_ACCESS: Final = frozenset({"user:made", "user:invited", "user:reopened", "membership:asked"})
#: The codes of an answer "not there".
NOT_THERE: Final = frozenset({"not-found"})
#: That of an entry that stands for many: the account was refused so often that it waits (SEC-AZ23).
DELAYED: Final = "cases-delayed"


class By(StrEnum):
    """Whose facts a rule looks at together."""

    ACTOR = "actor"
    SUBJECT = "subject"
    QUESTION = "question"
    WRITER = "writer"
    AUTHORITY = "authority"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``looks`` tells which new facts make it worth asking; ``back`` is how far it looks back.

    ``waits_for``: (act, limit, unit) of a rule that is asked again once so many units have passed after an act.
    ``always``: the authority can't switch it off. ``adds``: what it counts adds up over a day; else the most counts.
    """

    code: str
    name: str
    label: Text
    by: By
    back: timedelta
    looks: Callable[[Fact], bool]
    finds: Finds
    limits: tuple[str, ...] = ()
    waits_for: tuple[str, str, timedelta] | None = None
    always: bool = False
    adds: bool = True


def _opens(fact: Fact, _: Terms) -> bool:
    return fact.opens


def _opens_by_duty(fact: Fact, _: Terms) -> bool:
    # Nights are what emergency openings and on-call duty are for.
    return fact.opens and fact.purpose != EMERGENCY and fact.role != ON_CALL


def _is_denied(fact: Fact, _: Terms) -> bool:
    # Strangers are counted together elsewhere: without an account there is nobody to ask.
    return fact.outcome == "deny" and fact.actor is not None


def _probes(fact: Fact, _: Terms) -> bool:
    # With a subject the case is there and withheld: that isn't trying ids at random.
    return fact.outcome == "deny" and fact.rule in NOT_THERE and not fact.subjects


def _is_delayed(fact: Fact) -> bool:
    return fact.outcome == "deny" and fact.rule == DELAYED


def _is_refused_a_file(fact: Fact, _: Terms | None = None) -> bool:
    """Tell whether a file wasn't there, a right on it (named with a colon) wasn't held, or its asker had to wait."""
    refused = fact.rule in NOT_THERE or ":" in fact.rule or fact.rule == DELAYED
    return fact.outcome == "deny" and fact.actor is not None and refused


def _opened_in_vain(fact: Fact, _: Terms) -> bool:
    # Opened, and no answer left: a way to read that leaves no sign of having read, if nobody counts it.
    return fact.outcome == "fail" and fact.values > 0


def _opens_closed(fact: Fact, terms: Terms) -> bool:
    return fact.opens and fact.state in terms.closed and fact.role not in KEEPERS


def _opens_by_territory(fact: Fact, _: Terms) -> bool:
    # By office over the whole territory, not by an assignment: who was given a case has a reason to open it.
    return fact.opens and fact.rule == "territory" and fact.purpose != EMERGENCY


def _is_exported(fact: Fact) -> bool:
    return events.topic_of(fact.act, "") is events.Topic.EXPORT and fact.outcome == "allow"


# --- Rules that are no pattern ------------------------------------------------------------------------


_probes_of_a_day: Final = daily(_probes, itself, "anomaly_probes_a_day")


def _probing(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find days with many files that weren't there; and whoever was refused so many within minutes that it waits."""
    yield from _probes_of_a_day(group, terms)
    for fact in group.facts:
        if _is_delayed(fact):
            yield Hit((fact,), fact.count, fact.actor)


def _new_device(group: Group, _: Terms) -> Iterator[Hit]:
    """Find exports from a device that no session came from before; an account without earlier sessions is new."""
    # Nothing to compare with: each account would be told of at its first export.
    if not group.devices:
        return
    for fact in group.facts:
        if _is_exported(fact) and fact.device and fact.device not in group.devices:
            yield Hit((fact,), 1, fact.actor)


def _awake(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find the first opening of an account that did nothing for long."""
    # One look at the index gives the last instant of anything earlier: the history itself needn't be read.
    last = group.before
    for number, fact in enumerate(group.facts):
        if last is not None and (silent := (fact.at - last).days) >= terms.limits["anomaly_dormant_days"]:
            # The sign-in ends the silence and is nothing by itself: the openings of the day that follows are.
            later = [one for one in group.facts[number:] if one.opens and one.at - fact.at <= DAY]
            if later:
                yield Hit(tuple(later), silent, fact.actor)
        last = fact.at


def _first_reader_after_a_lift(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find whoever opens a file for the first time just after an exclusion or a restriction of it was lifted."""
    while_ = HOUR * terms.limits["anomaly_lift_hours"]
    earlier_readers: set[object] = set()
    lifts: list[Fact] = []
    for fact in group.facts:
        if fact.act in LIFTED and fact.outcome == "allow":
            lifts.append(fact)
        if fact.opens and fact.actor not in earlier_readers:
            # Not whoever lifted it: they read the file to decide. What is looked for is somebody who waited for it.
            recent = [one for one in lifts if fact.at - one.at <= while_ and one.actor != fact.actor]
            if recent:
                yield Hit((*recent, fact), 1, fact.actor)
        if fact.actor is not None:
            earlier_readers.add(fact.actor)


def _clock_step(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find where the clock moved against the steady one of the process that wrote."""
    most = terms.limits["anomaly_clock_seconds"]
    ordered = sorted(group.facts, key=lambda fact: fact.seq)
    for one, other in pairwise(ordered):
        # Neighbours of one writer alone: the steady clocks of two processes have nothing in common.
        if one.writer != other.writer or other.seq != one.seq + 1:
            continue
        drift = (other.at - one.at).total_seconds() - (other.mono - one.mono) / 1_000_000
        # An entry bears the instant at which its request began, so that a slow request is a few seconds off.
        if abs(drift) >= most:
            yield Hit((one, other), int(abs(drift)))


def _decoy(group: Group, terms: Terms) -> Iterator[Hit]:
    for fact in group.facts:
        # Once is enough: nobody has a reason to open one (SEC-AZ17).
        if fact.opens and terms.decoys.intersection(fact.subjects):
            yield Hit((fact,), 1, fact.actor)


def _namesake(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find whoever opens a file with the own surname and doesn't work on it: off duty at once, else after a while."""
    while_ = HOUR * terms.limits["anomaly_namesake_hours"]
    for fact in group.facts:
        if fact.act != NAMESAKE:
            continue
        # Work on the file clears it: many bear one surname and aren't related.
        works = any(one.works and set(one.subjects) & set(fact.subjects) for one in group.facts)
        if not works and (not terms.on_duty(fact.at) or fact.at + while_ <= terms.at):
            yield Hit((fact,), 1, fact.actor)


def _used_where_it_was_given(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find an account whose first session at a place follows the making of accounts there, by another account."""
    while_ = HOUR * terms.limits["anomaly_shared_hours"]
    regulars: set[object] = set()
    giving: list[Fact] = []
    for fact in group.facts:
        if fact.act in GIVES_ACCESS:
            giving.append(fact)
        elif fact.actor not in regulars:
            # Colleagues share a place for years: what is looked for is an account that is new there.
            recent = [one for one in giving if fact.at - one.at <= while_ and one.actor != fact.actor]
            if recent:
                yield Hit((*recent, fact), 1, fact.actor)
            regulars.add(fact.actor)


def _two_places(group: Group, terms: Terms) -> Iterator[Hit]:
    """Find an account that is used here, there and here again within minutes."""
    while_ = MINUTE * terms.limits["anomaly_places_minutes"]
    runs: list[Fact] = []
    for fact in group.facts:
        # Who files is written without a network (0040), and so counts for no place.
        if not fact.network:
            continue
        if not runs or runs[-1].network != fact.network:
            runs.append(fact)
        # Here, there and here again: a single change of network is somebody who goes home.
        if len(runs) >= 3 and runs[-3].network == fact.network and fact.at - runs[-2].at <= while_:
            yield Hit(tuple(runs[-3:]), len({one.network for one in runs[-3:]}), fact.actor)
            runs = []


def _works_after(glass: Fact, later: Fact) -> bool:
    return later.works and later.act not in GLASS_ENDS and bool(set(glass.subjects) & set(later.subjects))


def _opens_after(_: Fact, later: Fact) -> bool:
    return later.opens or later.works


# --- The rules ----------------------------------------------------------------------------------------

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        code="R01",
        name="volume",
        by=By.ACTOR,
        back=2 * DAY,
        label=_("Beaucoup de dossiers ouverts en un jour"),
        looks=lambda f: f.opens,
        finds=daily(_opens, subjects, "anomaly_files_a_day"),
        limits=("anomaly_files_a_day",),
    ),
    Rule(
        code="R02",
        name="outside_assignment",
        by=By.ACTOR,
        # Two weeks: work on a file counts, even if it was days ago.
        back=14 * DAY,
        label=_("Dossiers ouverts sans y avoir travaillé"),
        looks=lambda f: f.opens and f.rule == "territory",
        finds=idle(_opens_by_territory, "anomaly_idle_files_a_day"),
        limits=("anomaly_idle_files_a_day",),
    ),
    Rule(
        code="R03",
        name="off_hours",
        by=By.ACTOR,
        back=2 * DAY,
        label=_("Dossiers ouverts la nuit ou un jour de fermeture, hors astreinte"),
        looks=lambda f: f.opens,
        finds=nightly(_opens_by_duty, "anomaly_night_files"),
        limits=("anomaly_night_files",),
    ),
    Rule(
        code="R04",
        name="many_readers",
        by=By.SUBJECT,
        back=2 * DAY,
        label=_("Un dossier ouvert par beaucoup de personnes en un jour"),
        looks=lambda f: f.opens,
        # No person is to blame when many read one file: a case may be in the news.
        limits=("anomaly_readers_a_day",),
        finds=within(DAY, _opens, readers, "anomaly_readers_a_day", of_one=False),
    ),
    Rule(
        code="R05",
        name="deny_burst",
        by=By.ACTOR,
        back=DAY,
        label=_("Nombreux refus en une heure"),
        looks=lambda f: f.outcome == "deny",
        finds=within(HOUR, _is_denied, itself, "anomaly_refusals_an_hour"),
        limits=("anomaly_refusals_an_hour",),
    ),
    Rule(
        code="R06",
        name="probing",
        by=By.ACTOR,
        back=2 * DAY,
        label=_("Dossiers introuvables demandés en série"),
        looks=lambda f: _is_delayed(f) or (f.outcome == "deny" and f.rule in NOT_THERE),
        finds=_probing,
        limits=("anomaly_probes_a_day",),
    ),
    Rule(
        code="R07",
        name="new_device_export",
        by=By.ACTOR,
        back=DAY,
        label=_("Export depuis un nouvel appareil"),
        looks=_is_exported,
        finds=_new_device,
    ),
    Rule(
        code="R08",
        name="dormant",
        by=By.ACTOR,
        back=2 * DAY,
        label=_("Un compte longtemps inactif ouvre un dossier"),
        looks=lambda f: f.opens,
        finds=_awake,
        limits=("anomaly_dormant_days",),
        # Days of silence, which don't add up over a day.
        adds=False,
    ),
    Rule(
        code="R09",
        name="same_search",
        # By the keyed digest of what was asked: equal searches are seen to be equal, and none can be read (0004).
        by=By.QUESTION,
        back=7 * DAY,
        label=_("Même recherche par plusieurs personnes"),
        looks=lambda f: f.act == SEARCH,
        limits=("anomaly_searchers",),
        finds=within(7 * DAY, lambda f, _: f.act == SEARCH, readers, "anomaly_searchers", of_one=False),
    ),
    Rule(
        code="R10",
        name="opened_in_vain",
        by=By.ACTOR,
        back=DAY,
        label=_("Valeurs ouvertes par des demandes qui échouent"),
        looks=lambda f: f.outcome == "fail",
        finds=within(HOUR, _opened_in_vain, itself, "anomaly_failed_openings"),
        limits=("anomaly_failed_openings",),
    ),
    Rule(
        code="R11",
        name="lift_then_open",
        by=By.SUBJECT,
        # A month, so that readers of before the lift aren't taken for new ones.
        back=30 * DAY,
        label=_("Première ouverture juste après la levée d'une exclusion ou d'une restriction"),
        looks=lambda f: f.opens,
        finds=_first_reader_after_a_lift,
        limits=("anomaly_lift_hours",),
    ),
    Rule(
        code="R12",
        name="clock_step",
        by=By.WRITER,
        back=DAY,
        label=_("L'horloge du service a sauté"),
        # Every entry bears both clocks, so any of them may show a step.
        looks=lambda _: True,
        finds=_clock_step,
        limits=("anomaly_clock_seconds",),
        adds=False,
    ),
    Rule(
        code="R13",
        name="decoy",
        by=By.ACTOR,
        back=DAY,
        # Whoever an authority puts in charge of its settings could otherwise blind it.
        always=True,
        label=_("Un dossier leurre a été ouvert"),
        looks=lambda f: f.opens,
        finds=_decoy,
    ),
    Rule(
        code="R14",
        name="namesake",
        by=By.ACTOR,
        back=14 * DAY,
        always=True,
        label=_("Même nom de famille que l'agent"),
        looks=lambda f: f.act == NAMESAKE,
        finds=_namesake,
        limits=("anomaly_namesake_hours",),
        waits_for=(NAMESAKE, "anomaly_namesake_hours", HOUR),
    ),
    Rule(
        code="R15",
        name="closed_files",
        by=By.ACTOR,
        back=2 * DAY,
        label=_("Dossiers clos ouverts"),
        looks=lambda f: f.opens and bool(f.state),
        finds=daily(_opens_closed, subjects, "anomaly_closed_files_a_day"),
        limits=("anomaly_closed_files_a_day",),
    ),
    Rule(
        code="R16",
        name="glass_alone",
        by=By.ACTOR,
        back=5 * DAY,
        label=_("Ouverture d'urgence sans suite"),
        looks=lambda f: f.act == GLASS,
        limits=("anomaly_glass_hours", "anomaly_glass_alone"),
        finds=alone(
            lambda f, _: f.act == GLASS, _works_after, HOUR, "anomaly_glass_hours", "anomaly_glass_alone"
        ),
        waits_for=(GLASS, "anomaly_glass_hours", HOUR),
    ),
    Rule(
        code="R17",
        name="search_alone",
        by=By.ACTOR,
        back=2 * DAY,
        label=_("Recherches sans dossier ouvert ensuite"),
        looks=lambda f: f.act == SEARCH,
        limits=("anomaly_search_minutes", "anomaly_searches_alone"),
        finds=alone(
            lambda f, _: f.act == SEARCH,
            _opens_after,
            MINUTE,
            "anomaly_search_minutes",
            "anomaly_searches_alone",
        ),
        waits_for=(SEARCH, "anomaly_search_minutes", MINUTE),
    ),
    Rule(
        code="R18",
        name="two_places",
        by=By.ACTOR,
        back=DAY,
        label=_("Un compte utilisé en deux lieux à la fois"),
        looks=lambda f: f.actor is not None and bool(f.network),
        finds=_two_places,
        limits=("anomaly_places_minutes",),
    ),
    Rule(
        code="R19",
        name="probing_by_many",
        by=By.AUTHORITY,
        back=DAY,
        label=_("Nombreux refus de dossiers en dix minutes, tous comptes confondus"),
        looks=_is_refused_a_file,
        limits=("anomaly_refusals_of_all",),
        # Over all accounts: whoever tries ids with several stays below the figure of each (SEC-AZ23).
        finds=within(10 * MINUTE, _is_refused_a_file, each, "anomaly_refusals_of_all", of_one=False),
    ),
    Rule(
        code="R20",
        name="one_place",
        # By network and browser, as coarse as the journal has them: never by what names a household or a machine.
        by=By.PLACE,
        back=30 * DAY,
        # Whoever administers the settings is whom it looks for.
        always=True,
        label=_("Un nouveau compte utilisé là où les comptes se créent, depuis le même navigateur"),
        looks=lambda f: f.act == SESSION,
        finds=_used_where_it_was_given,
        limits=("anomaly_shared_hours",),
    ),
)
BY_CODE: Final = {rule.code: rule for rule in RULES}

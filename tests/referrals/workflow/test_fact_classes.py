"""Who is told which guard bars a step: whoever reads the classes of the facts behind it, and nobody else (SEC-AZ7).

Domain.md §1.4: a blocker is named only to those who may read the fact behind it. The classes are typed by hand in
``rules.py``, what a role reads by a relation in ``tests/expected/access.py``.
"""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from referrals.access import matrix
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.execution.preconditions import WITHHELD, barred_by
from referrals.workflow.machines import MACHINES
from referrals.workflow.rules import CASE_CLASSES, OF_ITS_ROW, Rule, rule
from referrals.workflow.step import Steps, steps
from tests.expected.access import READS
from tests.expected.vocabulary import NAMED
from tests.referrals.workflow.rules import FACTS, SHELL

pytestmark = pytest.mark.sec("SEC-AZ7")
EXPECTED = {name: classes for classes, names in FACTS.items() for name in names.split()} | dict.fromkeys(
    SHELL.split(), "A"
)
OF_CASES = [step for step in steps.all() if MACHINES[step.machine].of_case]
GUARDS = [(step, guard) for step in OF_CASES for guard in (*step.guards, *step.checks)]
#: What somebody reads who is on the case in one role by one relation; the ordinary one stands for the named list.
READERS = [
    (Role(role), Relation(relation), reads)
    for role, relations in READS.items()
    for relation, reads in relations.items()
    if relation != NAMED
]
SENTENCE = "Impossible."


def ties_by(*pairs, draft=False):
    return CaseAccess(pairs=frozenset(pairs), draft=draft, named=True)


def told(step, guard, ties):
    """Return what somebody reads where this guard bars a step of a case without hidden children."""
    refusing = Rule(lambda *_: SENTENCE, (SENTENCE,), fact_class=guard.fact_class)
    refusing.__name__ = guard.__name__
    return barred_by((refusing,), step, SimpleNamespace(hidden=frozenset()), None, ties)


def test_each_guard_reads_facts_of_the_classes_typed_by_hand():
    assert {guard.__name__: guard.fact_class for _, guard in GUARDS} == EXPECTED


def test_the_classes_are_those_of_the_matrix():
    assert CASE_CLASSES == matrix.CLASSES


def test_a_row_of_an_authority_is_read_whole():
    guards = {
        guard
        for step in steps.all()
        if not MACHINES[step.machine].of_case
        for guard in (*step.guards, *step.checks)
    }

    assert {guard.fact_class for guard in guards} == {OF_ITS_ROW}


@pytest.mark.parametrize("fact_class", ["", "L", "AX", OF_ITS_ROW])
@pytest.mark.parametrize("place", ["guards", "checks"])
def test_a_guard_without_its_classes_stops_the_start(place, fact_class):
    forgotten = Rule(lambda *_: None, (), fact_class=fact_class)
    forgotten.__name__ = "forgotten"

    with pytest.raises(ValueError, match="forgotten"):
        Steps().add(replace(OF_CASES[0], **({"guards": (), "checks": ()} | {place: (forgotten,)})))


def test_a_guard_of_an_authority_s_row_names_no_class_of_a_case():
    step = next(step for step in steps.all() if not MACHINES[step.machine].of_case and step.guards)
    of_case = Rule(lambda *_: None, (), fact_class="A")
    of_case.__name__ = "of_case"

    with pytest.raises(ValueError, match="of_case"):
        Steps().add(replace(step, guards=(of_case,)))


def test_the_class_is_declared_where_the_guard_stands():
    with pytest.raises(TypeError, match="fact_class"):
        rule(SENTENCE)


@pytest.mark.parametrize(("role", "relation", "reads"), READERS)
def test_each_guard_is_named_to_its_readers_alone(role, relation, reads):
    """All guards × all readers: the name, the sentence and the law, or that it isn't possible now."""
    for step, guard in GUARDS:
        known = set(EXPECTED[guard.__name__]) <= set(reads)
        expected = (guard.__name__, SENTENCE, step.law) if known else WITHHELD

        assert told(step, guard, ties_by((role, relation))) == expected, (step.event, guard.__name__)


def test_relations_together_are_told_what_they_read_together():
    """A guard that reads facts of several classes is named to whoever reads each of them, by whichever relation."""
    step, guard = next(pair for pair in GUARDS if pair[1].fact_class == "DHIJ")
    supervisor, lead = (Role.SUPERVISOR, Relation.TERRITORY), (Role.EXPLOITATION_LEAD, Relation.TERRITORY)
    assessor = (Role.ASSESSOR, Relation.ASSIGNED)

    assert told(step, guard, ties_by(supervisor, lead)) == WITHHELD
    assert told(step, guard, ties_by(supervisor, assessor))[0] == guard.__name__


def test_who_types_a_draft_is_told_all_of_it():
    for step, guard in GUARDS:
        assert told(step, guard, ties_by((Role.FILER, Relation.OWN), draft=True))[0] == guard.__name__


def test_a_filer_is_told_no_guard_of_a_submitted_case():
    assert {told(step, guard, ties_by((Role.FILER, Relation.OWN))) for step, guard in GUARDS} == {WITHHELD}


def test_what_names_fields_is_asked_only_of_readers_of_its_facts():
    """Such a rule raises, and nothing of its error is withheld: who may do the step must read what it tells."""
    pairs = [(role, relation, set(reads)) for role, relation, reads in READERS]
    for step, guard in GUARDS:
        if guard.sentences or EXPECTED[guard.__name__] == "A":
            continue
        doers = [reads for role, relation, reads in pairs if ties_by((role, relation)).role_for(step)]

        assert doers, step.event
        assert all(set(EXPECTED[guard.__name__]) <= reads for reads in doers), (step.event, guard.__name__)

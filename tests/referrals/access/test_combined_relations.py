"""What two relations give together is what each gives alone, and no more (SEC-AZ21).

The case has three children with all that hangs on them (``family``); each pair of role and relation that the service
knows is put on it alone, in twos and in threes. What is read is taken apart into single facts (a field of a row, an id
in a list), and what may be done into (step, row, role): of both the union must be the same as what the union gives.
"""

from itertools import combinations
from random import Random
from zlib import crc32

import pytest
from django.db.models import prefetch_related_objects

from accounts.roles import Role
from audit.disclosure import disclosure
from audit.events import Purpose
from referrals.access import child_sight, matrix
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.attachments import serving
from referrals.cases.queries import _PARTS, part_lines
from referrals.duplicates import queries as duplicates_queries
from referrals.execution.preconditions import role_on
from referrals.messages import queries as messages_queries
from referrals.models import PARTS, Referral
from referrals.reading import clocks, concern, shell
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.night import NIGHT
from tests.referrals.workflow.kit import AT

pytestmark = pytest.mark.sec("SEC-AZ21")
#: What only whoever filed is shown, in the place of all else.
FILED = frozenset({Relation.OWN, Relation.SHARED})
#: Seen through another authority's door, by another address.
APART = frozenset({Relation.RECEIVING})
THREES = 500 if NIGHT else 5


#: Which once widened one another: facts of one on the rows of the other.
WIDENED = [
    ((Role.MEASURE_SERVICE, Relation.EXECUTING), (Role.EXPLOITATION_LEAD, Relation.TERRITORY)),
    ((Role.SUPERVISOR, Relation.TERRITORY), (Role.INTAKE_AGENT, Relation.TERRITORY)),
]


def gives(role, relation):
    return bool(
        matrix.reads_by(role, relation) or matrix.partial_by(role, relation) or matrix.works_by(role, relation)
        or (relation is Relation.OWN and role in matrix.FILERS)  # of a draft alone to the others
        or (relation is Relation.SHARED and role is Role.FILER_ORG_LEAD)
    )  # fmt: skip


ALONE = [
    (role, relation)
    for role in Role
    for relation in Relation
    if relation not in APART and gives(role, relation)
]
TWOS = list(combinations(ALONE, 2))


def facts(value, where=()):
    """Yield each single fact of an answer: where it stands, by the ids of the rows on the way, and what it is."""
    if isinstance(value, dict):
        row = (*where, value["id"]) if "id" in value else where
        for name, inner in value.items():
            yield from facts(inner, (*row, name))
    elif isinstance(value, list):
        for inner in value:
            yield from facts(inner, where)
    elif value is not None:
        yield (*where, str(value))


class Answers:
    """What ties give on the case: each asked once, for the same three sets come again and again."""

    def __init__(self, family, actor, scope, *, named):
        self.case = Referral.objects.select_related("concern", "authority").get(pk=family.pk)
        relations = {machine.relation for machine in MACHINES.values()} - {""}
        prefetch_related_objects([self.case], *relations, *PARTS, "judicial_referrals__children")
        self.actor, self.scope, self.named = actor, scope, named
        self.known = {}

    def of(self, pairs):
        if pairs not in self.known:
            self.known[pairs] = self._asked(CaseAccess(pairs=pairs, draft=False, named=self.named))
        return self.known[pairs]

    def _asked(self, ties):
        case, actor, scope = self.case, self.actor, self.scope
        sight = child_sight.sight_of(case, ties, actor)
        told = {part: part_lines(part, case, sight, scope, actor=actor, at=AT) for part in _PARTS}
        told |= {
            "shell": shell.shell(case, ties),
            "content": concern.content(case, ties, scope, actor=actor),
            "clocks": clocks.clocks_of(case, sight, at=AT),
            "files": serving.listed(case, ties, scope, actor=actor, at=AT),
            "filings": duplicates_queries.filings(case, ties, scope, actor=actor, at=AT),
        }
        told |= {
            which: messages_queries.channel(case, which, ties, scope, actor=actor)
            for which in messages_queries.Channel
        }
        return frozenset(facts(told)), frozenset(self._done(sight))

    def _done(self, sight):
        for step in steps.all():
            if step.machine is Machine.REFERRAL or not step.source:
                if (role := sight.ties.role_for(step)) is not None:
                    yield step.name, None, role
                continue
            relation = MACHINES[step.machine].relation  # of machines outside cases: none
            for row in getattr(self.case, relation).all() if relation else ():
                if (role := role_on(step, row, sight)) is not None:
                    yield step.name, row.pk, role


def both(answers, pairs):
    """Return what the relations of a set give each alone, put together, as (read, may be done on)."""
    working = [pair for pair in pairs if pair[1] not in FILED] or list(pairs)
    read = frozenset().union(*(answers.of(frozenset({pair}))[0] for pair in working))
    done = frozenset().union(*(answers.of(frozenset({pair}))[1] for pair in pairs))
    return read, done


def differing(answers, sets):
    """Yield the sets whose union gives other facts, steps or roles than their members do."""
    for pairs in sets:
        read, done = answers.of(frozenset(pairs))
        alone, each = both(answers, pairs)
        if read != alone:
            yield pairs, sorted(read ^ alone)[:5]
        elif not done <= each or {one[:2] for one in done} != {one[:2] for one in each}:
            yield pairs, sorted(map(str, done ^ each))[:5]


def slice_of_twos(named):
    """Return all pairs at night; by day half of those of the service, and few of the rest.

    A quarter of the former with a list of readers, another one without.
    """
    services = [two for two in TWOS if any(relation is Relation.EXECUTING for _, relation in two)]
    return (
        TWOS
        if NIGHT
        else [*WIDENED, *services[named::4], *(two for two in TWOS if crc32(repr(two).encode()) % 240 == 0)]
    )


@pytest.mark.slow("every relation with others, all that a case holds")
@pytest.mark.parametrize("named", [False, True])
def test_two_or_three_relations_give_what_each_gives(world, family, named):
    see_all()
    actor = world.actor("measure_service", at=AT)
    drawn = Random(21)  # noqa: S311 - the same in each run
    threes = [drawn.sample(ALONE, 3) for _ in range(THREES)]
    case = Referral.objects.get(pk=family.pk)
    with disclosure(
        actor=actor, purpose=Purpose.HANDLING, at=AT, objects=[case.pseudonym], tenant=case.authority_id
    ) as scope:
        answers = Answers(family, actor, scope, named=named)

        assert list(differing(answers, [*slice_of_twos(named), *threes])) == []
        for (
            pair
        ) in ALONE:  # SEC-AZ20: whatever the role and the relation; a filer reads what is written to them
            text = str(answers.of(frozenset({pair}))[0])
            told = family.told_of(text)
            hidden = not named and pair[1] not in FILED
            assert not hidden or ("kept" not in told and "MARQUE-all" not in text), pair
            assert pair[1] is not Relation.EXECUTING or told <= {"open"}, pair
        # Else nothing was compared.
        assert len({answers.of(frozenset({pair}))[0] for pair in ALONE}) > 10
        assert len(TWOS) >= 300

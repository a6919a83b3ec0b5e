"""`GET /api/v1/clocks` walks an index in the order of its answer: what is due first among a million is found at once.

The plan is asked for with the ways that sort or read a whole table put off: few rows would be read so otherwise. A
list that no index gives in order would still show its sort. Of a few overdue rows the index of all clocks may be the
cheaper one, as the statistics stand: it is taken away where that of a code is asked for. SQLite, whose planner can't be
told so, is for one machine.
"""

from datetime import UTC, datetime

import pytest
from django.db import connection

from referrals.reading import clocks
from tests.audit.owner import as_owner
from tests.referrals.workflow.kit import Kit

pytestmark = pytest.mark.both_databases("plans")

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def plan_of(rows, *, without=""):
    sql, params = rows.order_by("due_at", "id")[:51].query.sql_with_params()
    if without:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {without}")
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "hashagg", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.only_on("postgresql", "a plan of PostgreSQL")
@pytest.mark.parametrize(
    ("said", "index"),
    [({"state": None, "code": None}, "clock_due"), ({"state": "overdue", "code": None}, "clock_due"),
     ({"state": None, "code": "C4"}, "clock_code_due"), ({"state": "overdue", "code": "C4"}, "clock_code_due")],
    ids=["all", "overdue", "of a code", "overdue of a code"],
)  # fmt: skip
@pytest.mark.parametrize("who", ["crip_coordinator", "assessor", "supervisor"])
def test_what_is_due_first_is_read_off_an_index(world, who, said, index):
    Kit(world, "in_assessment").assign("assessor")
    actor = world.actor(who, at=AT)

    plan = plan_of(
        clocks.running_clocks(actor, at=AT, **said), without="clock_due" if index == "clock_code_due" else ""
    )

    assert index in plan, plan
    assert "Sort" not in plan, plan

"""Who reads figures, and of whose cases; what a reading costs, and what it leaves behind."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import PERMISSIONS
from accounts.roles import Role
from referrals.access import matrix
from referrals.models import Exclusion, Referral
from tests.audit.owner import as_owner, written
from tests.expected import access as expected
from tests.referrals.statistics.counted import (
    BEYOND,
    NOW,
    SHELL,
    ask,
    ids_in,
    in_each_month,
    names,
    received,
    table,
    with_parts,
)

pytestmark = pytest.mark.both_databases("counts in SQL")

# --- Who ----------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ1")
def test_who_reads_them_is_what_the_matrix_says():
    may = {*expected.STATISTICS_READS, *expected.COUNTS_ONLY}
    cells = {role: row.split(" | ") for role, row in expected.MATRIX.items()}

    assert may == {role for role, row in cells.items() if row[0] == "counts" or row[12] == "R"}
    assert (
        {str(role) for role in matrix.FIGURES} == {str(role) for role in PERMISSIONS["figures.read"]} == may
    )


@pytest.mark.sec("SEC-AZ16")
def test_each_role_reads_its_tables_or_none(world):
    with_parts(in_each_month(world, 5))
    for role in Role:
        answer = ask(world, str(role))
        if role in expected.STATISTICS_READS:
            assert names(answer) == SHELL | BEYOND, role
        elif role in expected.COUNTS_ONLY:
            assert names(answer) == SHELL, role
        else:
            assert (answer.status_code, answer.json()["rule"]) == (403, "figures.read"), role


def test_whoever_counts_and_studies_reads_what_is_studied(world):
    world.memberships["93", "platform_admin"].pk = uuid4()
    both = world.memberships["93", "platform_admin"]
    both.role, both.user = Role.STATISTICIAN, world.user("platform_admin")
    both.save(force_insert=True)
    client = world.as_("platform_admin").client
    client.force_login(world.user("platform_admin"))
    client.defaults.pop("HTTP_AUTHORIZATION")

    answer = client.get(f"/api/v1/authorities/{world.authorities['93'].pk}/figures")

    assert names(answer) == SHELL | BEYOND
    (entry,) = written(act="figures:read")
    assert json.loads(bytes(entry.body))["role"] == "statistician"


def test_a_stranger_reads_none(client, world):
    assert client.get(f"/api/v1/authorities/{world.authorities['93'].pk}/figures").status_code == 401


# --- Whose --------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ5")
def test_another_authoritys_are_not_found(world):
    received(world, 50, "2025-03-01")
    for who in (*expected.STATISTICS_READS, *expected.COUNTS_ONLY):
        answer = ask(world, who, code="75")
        absent = world.as_(who, "75").get(f"authorities/{uuid4()}/figures")

        bodies = [found.json() | {"request_id": ""} for found in (answer, absent)]
        assert (answer.status_code, absent.status_code) == (404, 404), who
        assert bodies[0] == bodies[1]


@pytest.mark.sec("SEC-AZ6")
def test_each_authority_counts_its_own_alone(world):
    received(world, 40, "2025-03-01")
    received(world, 60, "2025-03-01", code="75")

    for code, many in (("93", 40), ("75", 60), ("59", None)):
        assert table(ask(world, code=code, of=code), "outcome")["total"]["2025"] == many


@pytest.mark.sec("SEC-AZ16")
def test_no_case_and_nobody_is_named(world):
    cases = in_each_month(world, 6)

    for who in (*expected.STATISTICS_READS, *expected.COUNTS_ONLY):
        answer = ask(world, who)
        assert ids_in(answer.json()) == {str(world.authorities["93"].pk)}
        assert not [c for c in cases if c.reference in answer.content.decode()]


@pytest.mark.sec("SEC-AZ4")
def test_who_is_excluded_from_a_case_reads_the_same_numbers(world):
    """A number without the case would be one less than a colleague's: the difference would tell of it."""
    (case, *_) = received(world, 12, "2025-03-01")
    before = ask(world, "supervisor").json()
    Exclusion.objects.create(
        referral=case, user=world.user("supervisor"), since_at=NOW, by=world.user("supervisor").pk
    )

    assert ask(world, "supervisor").json() == before == ask(world, "dpo").json()


# --- What a reading costs and leaves ------------------------------------------------------------------


@pytest.mark.sec("SEC-AL1")
def test_each_reading_is_written_down(world):
    received(world, 9, "2025-03-03")

    for who in ("statistician", "platform_admin"):
        ask(world, who)

    entries = [json.loads(bytes(entry.body)) for entry in written(act="figures:read")]
    assert [(said["role"], said["why"], said["rule"], said["obj"]) for said in entries] == [
        ("statistician", "statistics", "figures.read", []), ("platform_admin", "statistics", "figures.read", [])
    ]  # fmt: skip
    assert {said["tenant"] for said in entries} == {str(world.authorities["93"].pk)}


@pytest.mark.sec("SEC-AL1")
def test_a_refused_one_too(world):
    ask(world, "crip_coordinator")

    (entry,) = written(act="request:denied")
    assert json.loads(bytes(entry.body))["rule"] == "figures.read"


def test_the_queries_are_as_many_for_one_case_as_for_hundreds(world):
    received(world, 1, "2025-03-03")
    ask(world)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert ask(world).status_code == 200
        return len(caught)

    one = queries()
    with_parts(in_each_month(world, 20, children=({}, {"sex": "boy"})))

    assert queries() == one


@pytest.mark.only_on("postgresql", "a plan of PostgreSQL")
def test_a_years_cases_are_found_by_an_index(world):
    """Among cases of many years; of a table with a few rows all plans cost the same."""
    pk = world.authorities["93"].pk
    for year in range(2015, 2026):
        in_each_month(world, 2, year)
    rows = Referral.objects.filter(
        authority=pk, received_at__gte=NOW - timedelta(days=365), received_at__lt=NOW
    )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE referrals_referral")
    sql, params = rows.values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "referral_received" in plan, plan

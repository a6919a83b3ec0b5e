"""PostgreSQL repeats the authority rule: whoever forgets the filter sees nothing (SEC-AZ6)."""

import pytest
from django.apps import apps
from django.db import connection

from audit.reading import as_auditor
from referrals.access import row_level_security
from referrals.models import Child, Measure, TransferRequest
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-AZ6"),
    pytest.mark.only_on("postgresql", "row-level security is PostgreSQL's"),
    pytest.mark.both_databases("row-level security"),
]
#: Rows that hold nothing of one case: the catalogue, guardian's rights, the settings and rotas of authorities, how many
#: children each has, how often a person searched, sent files or opened some, names of objects that tell of no case, how
#: far each rule of the anomalies has read; and the ties of staff, which are a person's, sealed for that person alone, with
#: the keyed values by which every authority's cases are compared with them.
FREE = {
    "referrals_measuretype",
    "referrals_referraluserobjectpermission",
    "referrals_settingchange",
    "referrals_rotashift",
    "referrals_indexsize",
    "referrals_savedview",  # a person's own, keyed and sealed
    "referrals_searchcount",
    "referrals_uploadcount",
    "referrals_usecount",
    "referrals_storedobject",
    "referrals_anomalymark",
    "referrals_declaredtie",
    "referrals_kinvalue",
}


def tables():
    """Every table of the app that holds something of a case and names it by ``referral_id``."""
    found = {model._meta.db_table for model in apps.get_app_config("referrals").get_models()}
    return sorted(found - FREE)


def count(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a table of ours
        return cursor.fetchone()[0]


@shared_fixture
def two_cases(world):
    """A case in 93 and one in 59."""
    filed = {}
    for code, commune in (("93", "93008"), ("59", "59350")):
        said = concern()
        said["children"][0]["commune_insee"] = commune
        answer = world.as_("filer", code).post("referrals", said | {"submit": True}, key=f"two-cases-{code}")
        filed[code] = answer.json()["id"]
    return filed


def test_every_table_of_a_case_is_under_the_rule(db_both):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relname LIKE 'referrals\\_%'")
        ruled = {name for (name,) in cursor.fetchall()}

    assert ruled == set(tables())


@pytest.mark.parametrize("table", tables())
def test_without_an_authority_no_row_of_any_table_is_seen(two_cases, table):
    """Raw SQL as ``repere_app``, nothing set: 0 rows."""
    row_level_security.close()

    assert count(table) == 0


@pytest.mark.parametrize("view", ["audit_entry_read", "audit_subject_read"])
def test_without_an_authority_no_entry_of_the_journal_is_seen(world, two_cases, view):
    """Raw SQL as ``repere_auditor``, nothing set: 0 rows; with all of them set there are some."""
    world.as_("filer").post("referrals", concern() | {"submit": True}, key="a-second-line")
    world.as_("crip_coordinator").get("referrals")  # of several subjects the journal has a table
    seen = {}
    for said in ("", "all"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('repere.authorities', %s, true)", [said])
        with as_auditor():
            seen[said] = count(view)

    assert seen[""] == 0
    assert seen["all"] > 0


def test_with_one_authority_no_entry_of_the_other_is_seen(world, two_cases):
    for code in two_cases:
        world.as_("crip_coordinator", code).get(f"referrals/{two_cases[code]}")
    row_level_security.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('repere.authorities', %s, true)", [str(world.authorities["59"].pk)])
    with as_auditor(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tenant FROM audit_entry_read")
        tenants = [str(tenant) for (tenant,) in cursor.fetchall()]

    assert tenants == [str(world.authorities["59"].pk)]


def test_with_one_authority_the_other_ones_rows_are_not_seen(world, two_cases):
    row_level_security.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('repere.authorities', %s, true)", [str(world.authorities["59"].pk)])
        cursor.execute("SELECT id FROM referrals_referral")
        seen = {str(pk) for (pk,) in cursor.fetchall()}

    assert seen == {two_cases["59"]}


def test_the_application_owns_no_table_and_is_no_superuser(db_both):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        above = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        owned = cursor.fetchone()[0]

    assert (above, owned) == (False, 0)


def test_a_service_of_another_authority_reaches_the_case_whose_measure_it_executes(world, two_cases):
    """design.md: the crossing of ``executing``; it sees this case and no other."""
    see_all()
    child = Child.objects.filter(referral_id=two_cases["93"]).get()
    Measure(
        referral_id=two_cases["93"], child=child, type_id="aed", judicial=False, state="active",
        service=world.services["59"], proposed_at="2026-11-24T10:00:00Z",
    ).save(force_insert=True)  # fmt: skip
    service = world.as_("measure_service", "59")

    assert service.get(f"referrals/{two_cases['93']}").status_code == 200
    assert service.get(f"referrals/{two_cases['59']}").status_code == 404
    assert [line["id"] for line in service.get("referrals").json()["results"]] == [two_cases["93"]]


def test_reaching_beyond_ends_where_it_began(world, two_cases):
    """What an act must reach unseen opens nothing to the rest of its request: each setting is as it was."""
    said = ("repere.authorities", "repere.organisations", "repere.filer", "repere.shared")
    with connection.cursor() as cursor:
        for name in said:
            cursor.execute("SELECT set_config(%s, %s, true)", [name, f"of {name}" if name != said[0] else ""])
    with row_level_security.beyond():
        assert count("referrals_referral") >= 2

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f"current_setting('{name}')" for name in said)}")
        assert cursor.fetchone() == ("", *(f"of {name}" for name in said[1:]))


def test_of_a_transfer_the_request_and_its_documents_cross_while_it_is_sent_and_nothing_else(
    world, two_cases
):
    """design.md: the crossing of an open transfer request; of the case itself no row is let through."""
    cell, case = world.as_("crip_coordinator"), two_cases["93"]
    cell.get(f"referrals/{case}")
    body = bodies.transfer(world.authorities["75"])
    made = cell.step(case, "transfer_request", body, expect=200).json()["made"]
    crossing = {"referrals_transferrequest": 1, "referrals_transferdocument": 1}
    for state, channel, seen in (
        ("sent", "electronic", crossing), ("sent", "sealed_mail", crossing | {"referrals_transferdocument": 0}),
        ("arbitration", "electronic", crossing | {"referrals_transferdocument": 0}), ("refused", "electronic", {}),
        ("kept", "electronic", {}),
    ):  # fmt: skip
        see_all()
        TransferRequest.objects.filter(pk=made).update(state=state, channel=channel)
        row_level_security.close()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('repere.authorities', %s, true)", [str(world.authorities["75"].pk)]
            )
        found = {table: count(table) for table in tables()}

        assert {table: n for table, n in found.items() if n} == {t: n for t, n in seen.items() if n}, state

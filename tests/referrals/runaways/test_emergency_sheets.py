"""A runaway is on the shell of its case; the sheet opened to another authority is all that it reads of it."""

import pytest

from tests.audit.owner import written
from tests.conftest import see_all
from tests.journeys.runaway import SHEET, found, runaway, sheets, sheltered, the_sheet


def test_the_absence_is_on_the_shell_and_looked_at_within_a_day(away):
    assert away.row.runaway is True
    assert "C19" in away.running
    assert away.due("C19") == "2026-11-21 22:00:00"
    seen = away.reads("ase_inspector", "children")["results"][0]
    assert (seen["whereabouts"], seen["police_report_ref"]) == ("runaway", "2026/4711")

    away.at("2026-11-21 21:00")
    away.does("crip_coordinator", "record_runaway", runaway(away))

    assert away.due("C19") == "2026-11-22 21:00:00", "looked at again: another day"


def test_paris_reads_the_sheet_and_nothing_else_of_the_case(away):
    listed = sheets(away).json()["results"]
    read = away.world.as_("on_call", "75").get(f"emergency-sheets/{the_sheet(away)}").json()

    assert [set(line) for line in listed] == [{"id", "reference", "authority", "opened_at"}]
    assert {name: read[name] for name in SHEET} == SHEET
    assert read["authority"]["code"] == "93"
    away.reads("on_call", code="75", expect=404)
    away.reads("on_call", "children", code="75", expect=404)
    (entry,) = [e for e in written(act="field:opened") if b"emergency" in bytes(e.body)]
    assert entry.tenant == away.row.authority_id, "the reading stands in the journal of the child's authority"


@pytest.mark.sec("SEC-AZ6")
def test_nobody_else_reads_the_sheet(away):
    sheet = the_sheet(away)
    for who, code in (("on_call", "59"), ("on_call", "93")):
        assert sheets(away, who, code).json()["results"] == []
        assert away.world.as_(who, code).get(f"emergency-sheets/{sheet}").status_code == 404
    for who in ("crip_coordinator", "supervisor", "ase_inspector", "filer", "auditor", "territory_admin"):
        assert sheets(away, who).status_code == 403
        assert away.world.as_(who, "75").get(f"emergency-sheets/{sheet}").status_code == 403


@pytest.mark.sec("SEC-AZ4")
def test_who_is_excluded_from_the_case_reads_no_sheet_of_it(away):
    see_all()
    away.row.exclusions.create(
        referral=away.row,
        user=away.world.user("on_call", "75"),
        by=away.user("supervisor"),
        since_at=away.now,
    )

    assert sheets(away).json()["results"] == []


def test_found_and_sheltered_in_paris_the_place_is_for_those_who_execute(away):
    sheet = the_sheet(away)
    found(away)

    assert away.row.runaway is False
    assert "C19" not in away.running
    assert sheets(away).json()["results"] == []
    assert away.world.as_("on_call", "75").get(f"emergency-sheets/{sheet}").status_code == 404

    measure = sheltered(away)

    row = away.row.measures.get(pk=measure)
    assert (row.state, row.type_id, str(row.started_on), str(row.term_on)) == (
        "active", "shelter_72h", "2026-11-23", "2026-11-26",
    )  # fmt: skip
    assert away.due("C11") == "2026-11-26 06:00:00", "72 hours from the minute of admission"
    assert away.reads("measure_service", "measures", code="75")["results"][0]["place"] == "Foyer de la Rive"
    for part in ("children", "measures", "timeline"):
        assert "Rive" not in str(away.reads("crip_coordinator", part))

"""S17: ruling out a suspected situation takes two persons (domain.md §10, T44, §1.3 rule 9).

Not there yet: the notices to coordinator and lead on exploitation.
"""

import pytest

from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture


@shared_fixture
def suspected(story):
    """Under first analysis, suspected, so at U2 at least."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(prostitution_status_filer="established"))
    story.triaged()
    return story


@shared_fixture
def asked(suspected):
    """The coordinator asks the supervisor to sign."""
    answer = suspected.does("crip_coordinator", "set_exploitation_status", refuted(suspected), expect=202)
    suspected.approval = answer["approval"]
    return suspected


def refuted(story, value="refuted", **said):
    body = {"child": story.children[0], "value": value, "reasons": "Confusion de personnes."}
    return body | {"approver": story.user("supervisor")} | said


def signature(story, verb="sign"):
    return {"step": verb, "part": f"approvals/{story.approval}"}


def test_what_a_filer_holds_established_counts_as_suspected(suspected):
    assert (suspected.row.prostitution_status, suspected.row.urgency) == ("suspected", "U2")
    assert suspected.due("C4") == "2027-02-24 23:59:59"
    assert suspected.row.target_due_at.date().isoformat() == "2026-12-24"


@pytest.mark.parametrize("value", ["none", "at_risk", "suspected"])
def test_nothing_else_goes_down(suspected, value):
    assert (
        suspected.refused("crip_coordinator", "set_exploitation_status", refuted(suspected, value))
        == "status_moves_lawfully"
    )


@pytest.mark.parametrize("who", ["crip_coordinator", "crip_coordinator_2", "assessor", "filer"])
def test_the_second_person_is_another_one_who_may_sign(suspected, who):
    body = refuted(suspected, approver=suspected.user(who))

    assert suspected.refused("crip_coordinator", "set_exploitation_status", body) == "approver-needed"


def test_nothing_moves_until_the_second_person_has_signed(asked):
    assert asked.row.prostitution_status == "suspected"
    assert asked.row.approvals.get().state == "requested"
    assert asked.refused("crip_coordinator", **signature(asked), expect=404) == "not-found"
    assert asked.refused("supervisor_2", **signature(asked), expect=404) == "not-found"

    asked.does("supervisor", **signature(asked))

    assert asked.row.prostitution_status == "refuted"
    assert asked.row.status_ever == "suspected", "history counts, not the present value"
    assert asked.row.urgency == "U2", "only a person lowers urgency"
    assert asked.refused("supervisor", **signature(asked)) == "approval-closed"


def test_the_named_approver_reads_the_case_while_asked_and_no_longer(suspected):
    before = suspected.reads("supervisor")
    assert "facts" not in before
    suspected.approval = suspected.does(
        "crip_coordinator", "set_exploitation_status", refuted(suspected), expect=202
    )["approval"]

    during = suspected.reads("supervisor")
    other = suspected.reads("supervisor_2")
    suspected.does("supervisor", **signature(suspected))
    after = suspected.reads("supervisor")

    assert during["facts"][0]["text"] == "Absences répétées, cadeaux."
    assert "filer_name" not in during["concern"], "class C is no part of the approver's row"
    assert "facts" not in other
    assert "facts" not in after


def test_a_request_lapses_with_its_time(asked):
    asked.at("2026-11-29 10:01")

    assert asked.refused("supervisor", **signature(asked)) == "approval-closed"
    assert "facts" not in asked.reads("supervisor")
    assert asked.row.prostitution_status == "suspected"


def test_who_is_asked_may_say_no(asked):
    asked.does("supervisor", **signature(asked, "refuse"), body={"reason": "Doute."})

    assert (asked.row.prostitution_status, asked.row.approvals.get().state) == ("suspected", "refused")
    assert "facts" not in asked.reads("supervisor")


def test_one_entry_bears_both_names(asked):
    before = len(asked.entries())

    asked.does("supervisor", **signature(asked))

    assert asked.journal(since=before) == [
        "field:opened supervisor",
        "referral:set_exploitation_status supervisor",
    ]
    both = asked.entries()[-1]
    assert (both["rule"], both["obo"] is None, both["actor"] == both["obo"]) == (
        "two-signatures",
        False,
        False,
    )
    asked.names_nobody("Confusion", "Doute", "Lou")


def test_a_refuted_status_may_be_suspected_again_by_whoever_holds_the_case(asked):
    asked.does("supervisor", **signature(asked))

    asked.does("intake_agent", "set_exploitation_status", refuted(asked, "suspected", approver=None))

    assert asked.row.prostitution_status == "suspected"

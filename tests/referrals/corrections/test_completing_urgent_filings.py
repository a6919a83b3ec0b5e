"""What an urgent filing left open is completed by T42, or said to be not known, before T10 and T11 (domain.md T03, §4)."""

import pytest

from tests.factories.concerns import child, concern, urgent
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

REORIENT = {"reason": "Sans objet.", "target": "no_object", "feedback": "Réorientée."}
#: Of the concern: the L and P items that ``urgent`` leaves open, with an answer of its kind.
ANSWERS = {
    "holder_implicated": "no", "has_household_minors": "no", "child_opinion": "Veut en parler",
    "child_informed": "yes", "situation_type": ["unknown"], "prostitution_status_filer": "none",
    "prior_actions": "Aucune", "other_victims": "unknown", "filer_name": "Veilleur", "filer_email": "v@test.invalid",
    "filer_profession": "transport_hotel", "filer_org": "Hôtel", "filer_role_to_child": "Aucun",
    "filer_is_source": "yes", "feedback_channel": "phone", "parents_informed": "no",
    "not_informed_reason": "unreachable",
}  # fmt: skip
LEGAL = {"parents_informed", "not_informed_reason"}
OF_CHILD = ("birth_date", "sex", "address", "current_measure")


@shared_fixture
def night(story):
    """An urgent filing of a child of whom nothing is known, in its first analysis."""
    story.files("filer", urgent(), urgent=True)
    story.triaged()
    return story


def rectified(story, *corrections, who="crip_coordinator", expect=200):
    """Complete or correct (T42); a correction is (part, row, field, value)."""
    names = ("part", "row", "field", "value")
    lines = [dict(zip(names, item, strict=True)) for item in corrections]
    return story.does(who, "rectify", {"corrections": lines, "reason": "Complété"}, expect=expect)


def of_concern(**values):
    return [("concern", None, name, value) for name, value in values.items()]


def still_open(story, **said):
    """Return what T10 names as still open, by need; empty if it would be done."""
    body = bodies.qualification(story.children, urgency="U3") | said
    found = story.does("crip_coordinator", "qualify", body, expect=400)
    assert found["code"] == "incomplete-filing"
    return {item["field"]: item["need"] for item in found["errors"]}


def test_the_first_analysis_names_what_is_open_and_no_more(night):
    asked = still_open(night)

    assert asked == {
        name: "L" if name in LEGAL else "P" for name in ANSWERS if name != "not_informed_reason"
    } | {"child_not_heard": "P"} | {f"children.0.{name}": "P" for name in OF_CHILD} | {"holders": "P"}
    assert night.state == "triage"


def test_what_was_answered_since_is_not_asked_again(night):
    rectified(night, *of_concern(prior_actions="Aucune", parents_informed="no"))

    asked = still_open(night)

    assert not {"prior_actions", "parents_informed"} & set(asked)
    assert asked["not_informed_reason"] == "L", "an answer may ask for another (L226-2-1)"


def test_once_all_is_answered_or_not_known_no_reason_is_asked(night):
    (only,) = night.children
    rectified(
        night, *of_concern(**ANSWERS, not_known=["holders"]),
        ("children", only, "sex", "girl"), ("children", only, "not_known", ["birth_date", "address", "current_measure"]),
    )  # fmt: skip
    assert night.row.left_open is False
    assert "birth_date" in night.reads("crip_coordinator")["children"][0]["not_known"]
    assert night.reads("crip_coordinator")["concern"]["not_known"] == ["holders"]

    night.does("crip_coordinator", "qualify", bodies.qualification(night.children, urgency="U3"))

    assert night.state == "qualified"


def test_one_open_item_is_enough_to_ask_and_urgency_sets_it_aside(night):
    (only,) = night.children
    rectified(
        night, *of_concern(**ANSWERS, not_known=["holders"]),
        ("children", only, "not_known", ["birth_date", "address", "current_measure"]),
    )  # fmt: skip
    assert night.row.left_open is True
    assert still_open(night) == {"children.0.sex": "P"}

    reason = {"urgency_reason": "Enfant non identifiée"}
    night.does("crip_coordinator", "qualify", bodies.qualification(night.children, urgency="U3") | reason)

    assert (night.state, night.row.left_open) == ("qualified", False)


def test_a_filing_that_left_nothing_open_is_asked_nothing(story):
    story.files("filer", concern(danger_now="yes", danger_what="Menaces"), urgent=True)
    story.triaged()
    assert story.row.left_open is False

    story.does("crip_coordinator", "qualify", bodies.qualification(story.children, urgency="U3"))

    assert story.state == "qualified"


def test_an_urgent_filing_is_reoriented_once_it_is_complete_and_for_no_reason_before(night):
    """T11 has no reason *urgence*: what isn't urgent any more can be completed."""
    (only,) = night.children
    done = {"value": "U1", "reason": "Erreur", "clear_danger": [only], "done": "Enfant vue"}
    night.does("crip_coordinator", "set_urgency", done)
    body = REORIENT | {"approver": night.user("supervisor")}
    assert night.refused("crip_coordinator", "reorient", body, expect=400) == "incomplete-filing"
    said = night.does("crip_coordinator", "reorient", body | {"urgency_reason": "Nuit"}, expect=400)
    assert [item["code"] for item in said["errors"]] == ["unknown"]

    rectified(
        night, *of_concern(**ANSWERS, not_known=["holders"]),
        ("children", only, "not_known", ["birth_date", "sex", "address", "current_measure"]),
    )  # fmt: skip
    night.signed("crip_coordinator", "reorient", REORIENT, by="supervisor")

    assert night.state == "not_qualified"


@pytest.mark.parametrize("told", ["parents_informed", "danger_now", "identity_known", "Lou Exemple"])
def test_only_items_marked_p_are_said_to_be_not_known(night, told):
    (only,) = night.children

    rectified(night, ("concern", None, "not_known", [told]), expect=400)
    rectified(night, ("children", only, "not_known", [told]), expect=400)

    assert night.row.concern.not_known == night.child().not_known == []


def test_the_list_before_is_kept(night):
    rectified(night, *of_concern(not_known=["prior_actions"]))
    rectified(night, *of_concern(not_known=["prior_actions", "holders"]))

    kept = night.row.rectifications.filter(field="not_known")

    assert (kept.count(), night.row.concern.not_known) == (2, ["prior_actions", "holders"])


def test_only_who_may_correct_the_items_says_that_they_are_not_known(night):
    """domain.md T42: others than the coordinator correct what they brought in."""
    rectified(night, *of_concern(not_known=["holders"]), who="intake_agent", expect=403)

    assert night.row.concern.not_known == []


def test_a_late_receipt_without_its_reason_is_asked_for_by_the_date_of_filing(story):
    """§4.5: more than seven days before it was typed in; the days of the analysis don't count."""
    for received, asked in (("2026-11-10T09:00:00Z", True), ("2026-11-20T09:00:00Z", False)):
        story.at("2026-11-24 10:00")
        story.files("intake_agent", urgent(received_at=received, channel="letter"), urgent=True)
        story.at("2026-11-30 10:00")
        story.triaged()
        assert ("received_late_reason" in still_open(story)) is asked


def test_a_runaways_items_are_asked_as_well(story):
    story.files("filer", urgent(children=[child(whereabouts="runaway")]), urgent=True)
    story.triaged()

    assert {"children.0.runaway_since", "children.0.police_report_ref"} <= set(still_open(story))


def test_where_a_child_lives_is_corrected_too(night):
    """T42: the département stands in clear, but it is an answer like the others."""
    (child_id,) = night.children
    rectified(night, ("children", child_id, "residence_department", "75"))

    assert night.row.children.get().residence_department == "75"
    assert night.row.department == "93", "whose case it is changes by a transfer alone"
    rectified(night, ("children", child_id, "residence_department", "XX"), expect=400)
    rectified(night, ("children", child_id, "residence_department", "93"), who="assessor", expect=404)

"""How old a child may be said to be: never born after the receipt, nor 21 or more on that day; at every door (§4.1)."""

from uuid import uuid4

import pytest

from referrals.models import DeclaredTie, Referral
from tests.conftest import see_all
from tests.factories.concerns import child, concern, urgent

TOMORROW, NEWBORN = "2026-11-25", "2026-11-24"
#: Twenty years and 364 days; twenty-one; thirty.
STILL, GONE, THIRTY = "2005-11-25", "2005-11-24", "1996-11-24"
BORN_LATER, TOO_OLD = "born-later", "beyond-21"
REFUSED = [(TOMORROW, BORN_LATER), (GONE, TOO_OLD), (THIRTY, TOO_OLD)]
ACCEPTED = [NEWBORN, STILL, "2008-11-24", "2011-01-01"]


def faults(answer):
    assert answer.status_code == 400, answer.content.decode()
    return {(one["field"], one["code"]) for one in answer.json()["errors"]}


def sent(story, body, who="filer", code="93"):
    return story.world.as_(who, code).post("referrals", body, key=uuid4().hex)


def of(born, **said):
    return concern(children=[child(birth_date=born, **said)])


@pytest.mark.parametrize(("born", "code"), REFUSED)
def test_a_draft_and_a_filing_at_once_refuse_it_at_the_field(story, born, code):
    story.at("2026-11-24 10:00")
    field = ("children.0.birth_date", code)

    at_once = [
        of(born) | {"submit": True},
        urgent(children=[child(birth_date=born)]) | {"submit": True, "urgent": True},
    ]
    # Of a draft nobody knows the authority yet: the day may be over elsewhere in France.
    for body in at_once if born == GONE else [of(born), *at_once]:
        assert faults(sent(story, body)) == {field}

    see_all()
    assert not Referral.objects.exists(), "nothing of it was taken"


@pytest.mark.parametrize("born", ACCEPTED)
def test_within_its_bounds_it_is_taken(story, born):
    story.at("2026-11-24 10:00")
    assert sent(story, of(born) | {"submit": True}).status_code == 201


def test_each_child_is_named_the_others_of_the_home_too(story):
    story.at("2026-11-24 10:00")
    children = [
        child(birth_date=TOMORROW), child(birth_date="2011-01-01"), child(kind="household", birth_date=THIRTY),
        child(birth_date=None, age_estimated_min=21, age_estimated_max=25),
    ]  # fmt: skip

    refused = sent(story, concern(children=children))

    assert faults(refused) == {
        ("children.0.birth_date", BORN_LATER), ("children.2.birth_date", TOO_OLD),
        ("children.3.age_estimated_min", TOO_OLD),
    }  # fmt: skip
    (said,) = {one["detail"] for one in refused.json()["errors"] if one["code"] == TOO_OLD}
    assert "21 ans" in said
    assert "17" in said, "whom to turn to"
    assert THIRTY not in refused.content.decode()


def test_a_change_of_a_draft_refuses_it_and_leaves_what_there_was(story):
    story.at("2026-11-24 10:00")
    caller = story.world.as_("filer")
    pk = sent(story, of("2011-01-01")).json()["id"]

    answer = caller.patch(f"referrals/{pk}", {"children": [child(birth_date=TOMORROW)]}, version=1)

    assert faults(answer) == {("children.0.birth_date", BORN_LATER)}
    assert caller.get(f"referrals/{pk}").json()["children"][0]["birth_date"] == "2011-01-01"


def test_what_counts_is_the_day_of_receipt_as_the_cell_says_it(story):
    """A letter of last week about somebody who turned 21 since, or about a child who was born since."""
    story.at("2026-11-24 10:00")
    received = {"channel": "letter", "received_at": "2026-11-20T10:00:00Z"}

    assert sent(story, of("2005-11-22") | received, "intake_agent").status_code == 201
    assert faults(sent(story, of("2026-11-21") | received, "intake_agent")) == {
        ("children.0.birth_date", BORN_LATER)
    }
    assert faults(sent(story, of("2005-11-20") | received, "intake_agent")) == {
        ("children.0.birth_date", TOO_OLD)
    }


def test_a_draft_that_waited_until_the_person_is_21_is_not_filed(story):
    """And one whose receipt was said after the birth date, to lie before it."""
    story.at("2026-11-24 10:00")
    caller = story.world.as_("filer")
    pk = sent(story, of(STILL)).json()["id"]

    story.at("2026-11-25 10:00")
    answer = story.world.as_("filer").post(f"referrals/{pk}/submit", {}, version=1, key=uuid4().hex)

    assert faults(answer) == {("children.0.birth_date", TOO_OLD)}
    assert caller.get(f"referrals/{pk}").json()["state"]["code"] == "draft"


def test_a_correction_refuses_it_beside_its_value(filed):
    (kid,) = filed.children

    def corrects(*pairs):
        rows = [{"part": "children", "row": kid, "field": name, "value": value} for name, value in pairs]
        return filed.does(
            "crip_coordinator", "rectify", {"corrections": rows, "reason": "Erreur."}, expect=400
        )["errors"]

    for born, code in REFUSED:
        (fault,) = corrects(("sex", "girl"), ("birth_date", born))
        assert (fault["field"], fault["code"]) == ("corrections.1.value", code)
    (fault,) = corrects(("age_estimated_min", 22))
    assert (fault["field"], fault["code"]) == ("corrections.0.value", TOO_OLD)


def test_a_correction_counts_from_the_receipt_and_not_from_its_own_day(filed):
    (kid,) = filed.children
    filed.at("2027-02-24 10:00")

    def corrects(born, expect):
        rows = [{"part": "children", "row": kid, "field": "birth_date", "value": born}]
        return filed.does(
            "crip_coordinator", "rectify", {"corrections": rows, "reason": "Erreur."}, expect=expect
        )

    assert corrects("2026-12-01", 400)["errors"][0]["code"] == BORN_LATER
    corrects("2006-01-01", 200)


def test_a_child_added_later_counts_from_the_day_on_which_it_is_added(filed):
    """A sister may be born while somebody assesses."""
    filed.at("2026-12-10 10:00")
    added = {"kind": "household", "identity_known": "known", "sex": "girl", "reason": "Née depuis."}

    for born, code in (("2026-12-11", BORN_LATER), ("2005-12-10", TOO_OLD)):
        refused = filed.does("crip_coordinator", "add_child", added | {"birth_date": born}, expect=400)
        assert [(one["field"], one["code"]) for one in refused["errors"]] == [("birth_date", code)]
    refused = filed.does("crip_coordinator", "add_child", added | {"age_estimated_min": 21}, expect=400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("age_estimated_min", TOO_OLD)]
    made = filed.does("crip_coordinator", "add_child", added | {"birth_date": "2026-12-08"})["made"]
    rows = [{"part": "children", "row": made, "field": "birth_date", "value": "2026-12-09"}]
    filed.does("crip_coordinator", "rectify", {"corrections": rows, "reason": "Erreur."})


@pytest.fixture
def filed(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    return story


def test_nobody_is_looked_for_or_declared_who_is_not_born_yet(story):
    """Of people who aren't children of a case, a birth date may lie as far back as it likes."""
    story.at("2026-11-24 10:00")
    world = story.world
    who = {"last_name": "Durandal", "first_names": "Noé"}

    for name, body, place in (
        ("crip_coordinator", who, "searches"), ("crip_coordinator", who, "ties"),
    ):  # fmt: skip
        for born, status in ((TOMORROW, 400), (THIRTY, None)):
            answer = world.as_(name).post(place, body | {"birth_date": born}, key=uuid4().hex)
            if status:
                assert faults(answer) == {("birth_date", BORN_LATER)}, place
            else:
                assert answer.status_code < 300, answer.content.decode()
    see_all()
    assert DeclaredTie.objects.count() == 1

"""Letters of an inquiry: the question and the answer, each on the own side's case (§4.9; CASF L221-3)."""

import json
from uuid import uuid4

from referrals.models import Child, Inquiry, Letter
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.faults.writes import ANSWERED, question_of
from tests.shared_fixtures import shared_fixture

BOY = {"first_names": "Noé", "last_name": "Durandal", "birth_date": "2014-05-06"}
SAID = {
    "former_address": "3 rue des Essais",
    "purpose": "Comprendre ce qui fut fait.",
    "holder": "Ada Durandal",
}


@shared_fixture
def asked(world):
    """A question of 93 to 75, where a file is of that boy."""
    body = concern(children=[child(**BOY, commune_insee="75056")]) | {"submit": True}
    there = world.as_("filer", "75").post("referrals", body, key=uuid4().hex).json()["id"]
    pk, question = question_of(world)
    assert (
        world.as_("crip_coordinator")
        .post(f"referrals/{pk}/inquiries", question | SAID, key=uuid4().hex)
        .status_code
        == 201
    )
    see_all()
    return pk, there


def letter_on(world, case, code):
    """Prepare and read the only letter of an inquiry that is due on a case."""
    who = world.as_("crip_coordinator", code)
    (one,) = [
        x
        for x in who.get(f"referrals/{case}/letters").json()["due"]
        if x["kind"]["code"].startswith("inquiry")
    ]
    body = {name: one[name] for name in ("part", "children", "holder")} | {"kind": one["kind"]["code"]}
    made = who.post(f"referrals/{case}/letters", body, key=uuid4().hex)
    assert made.status_code == 201, made.content
    read = who.get(f"letters/{made.json()['id']}").json()
    see_all()
    return one["kind"]["code"], json.dumps(read, ensure_ascii=False), read


def test_the_question_says_who_the_child_is_and_nothing_of_the_case(world, asked):
    pk, _ = asked
    kind, text, read = letter_on(world, pk, "93")

    assert kind == "inquiry"
    assert all(word in text for word in ("Noé Durandal", "06/05/2014", *SAID.values(), "Autorité 75"))
    assert "canary" not in text, "of the case nothing but its reference, urgency and ground"
    assert {one["made_from"]["code"] for one in read["passages"]} == {"inquiry"}


def test_the_answer_says_by_what_the_child_is_known_and_whom_to_call(world, asked):
    pk, there = asked
    row = Inquiry.objects.get(side="asked")
    known = Child.objects.get(referral=there)
    body = ANSWERED | {"child": str(known.pk), "from_year": 2024}
    assert (
        world.as_("crip_coordinator", "75")
        .post(f"inquiries/{row.pk}/answer", body, key=uuid4().hex)
        .status_code
        == 200
    )
    see_all()

    kind, text, _ = letter_on(world, there, "75")

    assert kind == "inquiry_answer"
    assert all(word in text for word in ("Noé Durandal", "CRIP 75", "2024", "Autorité 93"))
    assert not [word for word in (*SAID.values(), "canary") if word in text], (
        "not what the question said beside him"
    )
    who = world.as_("crip_coordinator")
    assert not [
        x for x in who.get(f"referrals/{pk}/letters").json()["due"] if x["kind"]["code"] == "inquiry"
    ], "answered"
    see_all()
    assert Letter.objects.count() == 1


def test_who_is_tied_to_the_child_sees_no_letter_of_the_inquiry_either(world, asked):
    """§1.3 rule 8: a parent who works at the asked authority would learn of the case elsewhere."""
    row = Inquiry.objects.get(side="asked")
    known = Child.objects.get(referral=asked[1])
    body = ANSWERED | {"child": str(known.pk)}
    world.as_("crip_coordinator", "75").post(f"inquiries/{row.pk}/answer", body, key=uuid4().hex)
    see_all()
    letter_on(world, asked[1], "75")
    made = Letter.objects.get()
    tied = world.as_("crip_coordinator_2", "75")
    assert tied.get(f"letters/{made.pk}").status_code == 200
    row = Inquiry.objects.get(side="asked")
    row.barred = [str(world.user("crip_coordinator_2", "75").pk)]
    row.save()

    assert tied.get(f"letters/{made.pk}").status_code == 404
    listed = tied.get(f"referrals/{asked[1]}/letters").json()
    assert listed["results"] == []
    assert {one["kind"]["code"] for one in listed["due"]} == {"feedback"}

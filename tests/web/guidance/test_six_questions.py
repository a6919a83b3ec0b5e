"""Six questions lead to what to do now: for every answer, without keeping any (field.md B.1)."""

from itertools import product

import pytest

from referrals.filing.form import ConcernForm
from referrals.models import Concern
from tests.conftest import see_all
from tests.web.visiting import Visitor, form_in, text
from web.guidance import files, six

CHOICES = {
    name: [code for code, _ in getattr(six, f"_{name.upper()}")]
    for name in ("who", "danger", "where", "help", "parents")
}
EVERY = [
    dict(zip(CHOICES, said, strict=True)) | {"saw": [str(one)]}
    for said in product(*CHOICES.values())
    for one in six.Saw
]
URGENT = {
    "who": "professional",
    "saw": ["told", "online"],
    "danger": "yes",
    "where": "away",
    "help": "no",
    "parents": "no",
}


def words(some):
    return " ".join(str(one.words) for one in some)


def test_every_answer_says_whom_to_call_what_to_note_and_what_not_to_do_each_by_a_page_of_the_guide():
    pages = files.pages("fr")
    for said in EVERY:
        answer = six.answer(six.SixAnswers.read(said))
        assert answer.call
        assert answer.note
        assert answer.avoid
        assert {one.page for one in (*answer.call, *answer.note, *answer.avoid)} <= pages.keys()


def test_danger_comes_first_and_a_doubt_about_the_parents_counts_as_no():
    for said in EVERY:
        answer = six.answer(said)
        assert answer.urgent is (said["danger"] == "yes")
        assert ("17" in str(answer.call[0].words)) is (
            said["danger"] != "no" or said["where"] == "away" or said["saw"] == ["runaway"]
        )
        assert ("Ne prévenez pas les parents" in words(answer.avoid)) is (said["parents"] != "yes")
        assert ("n'attendez pas son accord" in words(answer.avoid).lower()) is (
            said["help"] != "yes" and said["who"] != "child"
        )


def test_what_a_filing_takes_over_is_valid_and_leaves_doubts_open():
    for said in EVERY:
        form = six.as_filed(said)
        ConcernForm.read(form)
        assert ("danger_now" in form) is (said["danger"] != "unknown")
        assert ("children" in form) is (said["where"] != "unknown")


def test_the_page_is_for_everybody_and_no_answer_stands_in_an_address(world, client):
    page = client.get("/guide/que-faire", headers={"accept": "text/html"})
    assert page.status_code == 200

    answered = client.post("/guide/que-faire", URGENT, headers={"accept": "text/html"})

    assert answered.status_code == 200
    shown = text(answered)
    assert "Appelez le" in shown
    assert "Transmettre en urgence" in shown
    assert "?" not in answered.wsgi_request.get_full_path()
    missing = client.post("/guide/que-faire", {"who": "child"}, headers={"accept": "text/html"})
    assert missing.status_code == 400
    assert 'href="#f-saw' in missing.content.decode()


@pytest.mark.parametrize(
    ("who", "files_here"), [("professional", True), ("relative", False), ("child", False)]
)
def test_only_whoever_can_file_is_led_to_the_form(world, client, who, files_here):
    page = client.post("/guide/que-faire", URGENT | {"who": who}, headers={"accept": "text/html"})

    assert ('name="lane"' in page.content.decode()) is files_here


def test_a_filing_takes_the_answers_over(world):
    filer = Visitor(world, "filer")
    answered = filer.post("/guide/que-faire", URGENT)

    begun = filer.post("/transmissions/nouvelle", form_in(answered) | {"lane": "urgent"})

    assert begun.status_code == 303, text(begun)[:400]
    assert begun["Location"].endswith("/urgence")
    see_all()
    pk = begun["Location"].split("/")[2]
    read = world.as_("filer").get(f"referrals/{pk}").json()
    assert read["children"][0]["whereabouts"] == "runaway"
    concern = read["concern"]
    assert [concern[name] for name in ("danger_now", "holder_implicated", "parents_informed")] == [
        "yes",
        "yes",
        "no",
    ]


def test_odd_answers_begin_nothing(world):
    filer = Visitor(world, "filer")

    refused = filer.post("/transmissions/nouvelle", {"lane": "urgent", "six-danger": "perhaps"})

    assert refused.status_code == 400
    see_all()
    assert not Concern.objects.exists()

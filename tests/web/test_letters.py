"""Letters through pages: what is due on the case, one begun, completed, signed, sent; and one to a holder (§4.9)."""

import pytest

from referrals.access.exceptions import remembering
from referrals.letters import queries
from referrals.models import FeedbackTask, Letter
from tests.conftest import see_all
from tests.referrals.api.routes import counting
from tests.referrals.letters.conftest import Full
from tests.referrals.workflow.kit import AT, TODAY
from tests.web.visiting import Visitor, links, text


@pytest.fixture
def full(world):
    return Full(world)


def begin(visitor, full, kind, **about):
    """Press the button of a letter that is due, as its line on the page sends it."""
    page = visitor.get(f"/dossiers/{full.case.pk}/courriers")
    assert page.status_code == 200
    answer = visitor.post(f"/dossiers/{full.case.pk}/courrier", {"kind": kind} | about)
    assert answer.status_code == 303, text(answer)[:800]
    see_all()
    return answer["Location"].split("?")[0]


def test_a_letter_to_a_child_the_whole_way(full):
    visitor = Visitor(full.world, "ase_inspector")
    listed = text(visitor.get(f"/dossiers/{full.case.pk}/courriers"))
    assert "Lettre à l'enfant" in listed
    assert "CC 375-1" in listed, "the article of each"

    place = begin(visitor, full, "child_letter", part=str(full.decided.pk), children=str(full.girl.pk))
    read = text(visitor.get(place))
    assert "Source : Texte de la collectivité" in read
    assert "Source : Décision" in read, read[-900:]
    assert "À inscrire à l'extérieur" in read
    sign = {"draft": draft_of(visitor, place)}

    lacks = visitor.post(f"{place}/etape/sign", sign)
    assert lacks.status_code == 409
    assert "Il manque à ce courrier" in text(lacks)
    form = text(visitor.get(f"{place}/etape/edit"))
    assert "Pourquoi, en une phrase" in form
    assert "Jour et heure de l'entretien" not in form, "of another kind"
    too_long = visitor.fills(f"{place}/etape/edit", why="x" * 301)
    assert too_long.status_code == 400
    assert visitor.fills(f"{place}/etape/edit", why="Pour que tu sois aidée.").status_code == 303
    see_all()
    assert "Ajouté" in text(visitor.get(place))
    old = visitor.post(f"{place}/etape/sign", sign)
    assert old.status_code == 409
    assert "relisez-le avant de le signer" in text(old)
    assert visitor.post(f"{place}/etape/sign", {"draft": draft_of(visitor, place)}).status_code == 303
    see_all()

    page = visitor.get(place)
    row = Letter.objects.get()
    assert f"/api/v1/letters/{row.pk}/page" in links(page)
    printed = visitor.get(f"/api/v1/letters/{row.pk}/page")
    assert "Pour que tu sois aidée." in printed.content.decode()
    sending = text(visitor.get(f"{place}/etape/send"))
    assert "Remise en main propre" in sending
    assert "Courrier recommandé" not in sending, "a child's letter isn't posted"
    said = {"on": TODAY.isoformat(), "way": "hand", "proof": "Remise avec l'éducatrice."}
    assert visitor.fills(f"{place}/etape/send", **said).status_code == 303
    see_all()
    after = text(visitor.get(place))
    assert "Remise avec l'éducatrice." in after
    assert "Informer les titulaires" not in after
    assert "Remise en main propre" in text(visitor.get(f"/dossiers/{full.case.pk}/courriers"))


def test_after_a_letter_to_a_holder_one_is_led_to_say_that_it_was_told(full):
    visitor = Visitor(full.world, "crip_coordinator")
    place = begin(visitor, full, "holders_assessment", part=str(full.going_on.pk), holder=str(full.mother.pk))
    assert f"{place}/etape/edit" not in links(visitor.get(place)), "its author has nothing to answer"
    visitor.post(f"{place}/etape/sign", {"draft": draft_of(visitor, place)})
    said = {"on": TODAY.isoformat(), "way": "registered", "proof": "AR 1A 000"}
    assert visitor.fills(f"{place}/etape/send", **said).status_code == 303
    see_all()

    assert f"/dossiers/{full.case.pk}/etape/referral/inform_holders" in links(visitor.get(place))


def test_after_an_answer_to_whoever_filed_one_is_led_to_its_task_until_that_is_done(full):
    """C5: the letter is the way, the step says that the answer was given."""
    visitor = Visitor(full.world, "crip_coordinator")
    place = begin(visitor, full, "feedback", part=str(full.owed.pk))
    step = f"/dossiers/{full.case.pk}/etape/feedback/{full.owed.pk}/send"
    visitor.post(f"{place}/etape/sign", {"draft": draft_of(visitor, place)})
    assert step not in links(visitor.get(place)), "it isn't sent"
    said = {"on": TODAY.isoformat(), "way": "post", "proof": "Déposée."}
    assert visitor.fills(f"{place}/etape/send", **said).status_code == 303
    see_all()

    assert step in links(visitor.get(place))
    assert visitor.get(step).status_code == 200
    assert step not in links(Visitor(full.world, "ase_inspector").get(place)), "another role does it"
    FeedbackTask.objects.filter(pk=full.owed.pk).update(state="sent", decided_at=AT)
    assert step not in links(visitor.get(place))


@pytest.mark.sec("SEC-AZ20")
def test_the_page_of_the_day_counts_the_own_letters_that_are_not_sent(full):
    visitor = Visitor(full.world, "crip_coordinator")
    place = f"/dossiers/{full.case.pk}/courriers"
    assert place not in links(visitor.get("/aujourdhui"))
    one = begin(visitor, full, "feedback", part=str(full.owed.pk))
    begin(visitor, full, "holders_assessment", part=str(full.going_on.pk), holder=str(full.mother.pk))
    visitor.post(f"{one}/etape/sign", {"draft": draft_of(visitor, one)})

    day = visitor.get("/aujourdhui")

    assert place in links(day)
    assert "2 courriers à faire partir" in text(day)
    for other in ("crip_coordinator_2", "ase_inspector", "supervisor"):
        assert "à faire partir" not in text(Visitor(full.world, other).get("/aujourdhui")), other
    said = {"on": TODAY.isoformat(), "way": "post", "proof": "Déposée."}
    assert visitor.fills(f"{one}/etape/send", **said).status_code == 303
    see_all()
    assert "1 courrier à faire partir" in text(visitor.get("/aujourdhui"))
    full.exclude("crip_coordinator")
    assert "à faire partir" not in text(visitor.get("/aujourdhui")), "of a case out of sight"


def test_the_own_letters_are_counted_by_one_statement(full):
    coordinator = full.world.actor("crip_coordinator", at=AT)
    visitor = Visitor(full.world, "crip_coordinator")
    for holder in (full.mother, full.father):
        begin(visitor, full, "holders_assessment", part=str(full.going_on.pk), holder=str(holder.pk))
    with remembering():  # as within one page: the exceptional ties are read once for all numbers
        queries.unsent(coordinator, at=AT)

        with counting() as asked:
            waiting = queries.unsent(coordinator, at=AT)

    assert (waiting.count, waiting.case) == (2, full.case.pk)
    assert asked[0] == 1


def test_a_letter_is_discarded_with_a_reason(full):
    visitor = Visitor(full.world, "crip_coordinator")
    place = begin(visitor, full, "feedback", part=str(full.owed.pk))
    assert visitor.fills(f"{place}/etape/discard", reason="").status_code == 400
    assert visitor.fills(f"{place}/etape/discard", reason="Par téléphone.").status_code == 303
    see_all()

    assert "Par téléphone." in text(visitor.get(place))


def test_who_reads_no_letter_has_no_page_of_them(full):
    for who in ("measure_service", "exploitation_lead", "on_call"):
        visitor = Visitor(full.world, who)
        assert visitor.get(f"/dossiers/{full.case.pk}/courriers").status_code == 404, who
        assert f"/dossiers/{full.case.pk}/courriers" not in links(visitor.get(f"/dossiers/{full.case.pk}")), (
            who
        )


def draft_of(visitor, place):
    """Return what the page's form sends of the letter that was read."""
    page = visitor.get(place).content.decode()
    return page.split('name="draft" value="')[1].split('"')[0]

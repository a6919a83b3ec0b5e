"""The page of one's own sessions, and what is said when one has ended (SEC-AU5)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session
from referrals.models import Referral
from tests.conftest import see_all
from tests.web.browsing import Somebody

pytestmark = pytest.mark.sec("SEC-AU5")
ENDED = "Votre connexion a pris fin"


@pytest.fixture
def filer(world):
    somebody = Somebody(world.user("filer"))
    session = somebody.client.session
    session["proved_at"] = timezone.now().timestamp()
    session.save()
    return somebody


def test_a_person_ends_a_session_that_was_left_open(world, filer):
    left = Somebody(world.user("filer"))
    left.goes("/transmissions")
    page = filer.goes("/connexions")
    assert page.count("Mettre fin") == 1
    assert "30 minutes" in page
    there = Session.objects.order_by("opened_at").last().id

    filer.sends(f"/connexions/{there}/fin")

    assert "Mettre fin" not in filer.goes("/connexions")
    assert ENDED in left.goes("/transmissions", expect=401)


def test_an_old_proof_is_asked_for_again_and_leads_back(world):
    here, left = Somebody(world.user("filer")), Somebody(world.user("filer"))
    here.goes("/connexions")
    there = Session.objects.order_by("opened_at").last().id

    answer = here.sends(f"/connexions/{there}/fin", expect=401)

    assert 'href="/compte/confirmation?next=/connexions"' in answer.content.decode()
    left.goes("/transmissions")


def test_nobody_ends_anothers(world, filer):
    Somebody(world.user("assessor"))
    theirs = Session.objects.order_by("opened_at").last().id

    assert filer.client.post(f"/connexions/{theirs}/fin").status_code == 404
    assert Session.objects.filter(id=theirs).exists()


def test_who_was_away_is_told_so_and_finds_the_draft_again(world, filer):
    draft = filer.begins()
    Session.objects.update(used_at=timezone.now() - timedelta(minutes=30))

    page = filer.goes(f"{draft}/enfant", expect=401)

    assert ENDED in page
    assert "brouillons sont enregistrés" in page
    assert f'name="next" value="{draft}/enfant"' in page
    see_all()
    assert Referral.objects.filter(pk=draft.rpartition("/")[2], state="draft").exists()
    again = Somebody(world.user("filer"))
    again.goes(f"{draft}/enfant")


def test_who_never_was_here_isnt_told_that_anything_ended(db_both):
    assert ENDED not in Somebody().goes("/transmissions", expect=401)


def test_in_english_too(world, filer):
    Session.objects.update(used_at=timezone.now() - timedelta(hours=1))
    answer = filer.client.get("/transmissions", headers={"accept-language": "en"})

    assert "Your session has ended" in answer.content.decode()

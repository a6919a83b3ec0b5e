"""The pages of ties: a member of staff declares, corrects and takes back; the cell decides of likenesses (SEC-AZ4)."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from referrals.models import DeclaredTie, Exclusion
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.web.visiting import Visitor

pytestmark = pytest.mark.sec("SEC-AZ4")
TIE = {"last_name": "Exemple", "first_names": "Lou", "birth_date": "2011-03-02", "note": "Ma nièce"}


def test_somebody_declares_corrects_and_takes_back_on_pages(world):
    me = Visitor(world, "assessor")
    assert "Aucun lien" in me.get("/compte/liens").content.decode()
    assert 'href="/compte/liens"' in me.get("/dossiers").content.decode()

    assert me.client.post("/compte/liens/nouveau", TIE)["Location"] == "/compte/liens"
    page = me.get("/compte/liens").content.decode()
    assert "Ma nièce" in page
    pk = DeclaredTie.objects.get().pk
    form = me.get(f"/compte/liens/{pk}/correction").content.decode()
    assert 'value="02/03/2011"' in form
    assert me.client.post(f"/compte/liens/{pk}/correction", TIE | {"first_names": "Loue"}).status_code == 303
    page = me.get("/compte/liens").content.decode()
    assert "Loue Exemple" in page
    assert "Lou Exemple" not in page

    me.client.post(f"/compte/liens/{DeclaredTie.objects.get(removed_at=None).pk}/retrait")

    assert "Aucun lien" in me.get("/compte/liens").content.decode()


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(world):
    me = Visitor(world, "assessor")

    answer = me.client.post("/compte/liens/nouveau", TIE | {"last_name": "", "birth_date": "hier"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="f-last_name-error"' in page
    assert 'id="f-birth_date-error"' in page
    assert 'value="Lou"' in page
    assert not DeclaredTie.objects.exists()


def test_nobody_opens_the_page_of_anothers_tie(world):
    pk = world.as_("assessor").post("ties", {"last_name": "Exemple", "first_names": "Lou"}).json()["id"]
    other = Visitor(world, "assessor_2")

    answers = [
        other.client.get(f"/compte/liens/{pk}/correction"),
        other.client.post(f"/compte/liens/{pk}/correction", TIE),
        other.client.post(f"/compte/liens/{pk}/retrait"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert DeclaredTie.objects.filter(removed_at=None).count() == 1


def test_a_filer_has_no_such_page(world):
    filer = Visitor(world, "filer")

    assert filer.client.get("/compte/liens").status_code == 403
    assert filer.client.get("/compte/liens/nouveau").status_code == 403
    assert "Mes liens personnels" not in filer.get("/transmissions").content.decode()


@pytest.fixture
def likeness(world):
    pk = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex).json()["id"]
    see_all()
    return Exclusion.objects.create(
        referral_id=pk, user=world.user("supervisor_2"), cause="name", since_at=datetime.now(UTC)
    )


def test_a_coordinator_sees_what_awaits_a_decision_and_confirms_it(world, likeness):
    cell = Visitor(world, "crip_coordinator")
    page = cell.get("/deports").content.decode()
    assert "supervisor_2 93" in page
    assert "À décider" in page
    form = cell.get(f"/deports/{likeness.pk}").content.decode()
    assert f"/dossiers/{likeness.referral_id}/etape/referral/lift_exclusion" in form

    assert cell.client.post(f"/deports/{likeness.pk}", {"reason": ""}).status_code == 400
    assert cell.client.post(f"/deports/{likeness.pk}", {"reason": "Son frère."})["Location"] == "/deports"

    page = cell.get("/deports").content.decode()
    assert "À décider" not in page
    assert "confirmé le" in page


def test_who_is_barred_sees_none_of_it_and_others_have_no_such_page(world, likeness):
    barred = Visitor(world, "supervisor_2")

    assert "Personne." in barred.get("/deports").content.decode()
    assert barred.client.get(f"/deports/{likeness.pk}").status_code == 404
    assert Visitor(world, "assessor").client.get("/deports").status_code == 403
    assert Visitor(world, "territory_admin").client.get(f"/deports/{likeness.pk}").status_code == 403

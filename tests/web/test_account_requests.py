"""The pages by which people ask for accounts and roles, and those of who decides: the same acts as by the API (0035)."""

import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AccountRequest, GrantRequest, Membership, Organisation, User
from outbox import delivery
from tests.conftest import see_all
from tests.security.test_routes import an_account_request
from tests.web.visiting import Visitor, form_in, links, text

HTML = {"accept": "text/html"}
QUEUE = "/administration/demandes/comptes"
PLACES = "/administration/structures"
SIRET = "73282932000074"
SAID = {
    "full_name": "Camille Exemple", "email": "camille@college.invalid", "profession": "teacher", "place": "93",
    "organisation_name": "Collège des Ormes", "number": "732 829 320 00074", "language": "fr",
}  # fmt: skip


@pytest.fixture
def admin(world):
    return Visitor(world, "territory_admin")


@pytest.fixture
def stranger(world):
    return Client(headers=HTML, raise_request_exception=False)


@pytest.mark.sec("SEC-AU2")
def test_a_stranger_asks_confirms_and_is_taken_in_page_by_page(world, stranger, admin):
    assert "/demande-de-compte" in links(stranger.get("/connexion"))
    shown = stranger.get("/demande-de-compte")
    for said in ("N'écrivez ici aucune information sur un enfant", "appelez le 17", "le 119"):
        assert said in text(shown)
    assert "<textarea" not in shown.content.decode()
    assert "Enseignement" in text(shown)
    asked = stranger.post("/demande-de-compte", form_in(shown) | SAID)
    assert (asked.status_code, "C'est noté" in text(asked)) == (200, True), text(asked)[:900]
    assert "Camille" not in text(asked)
    assert SAID["full_name"] not in text(admin.get(QUEUE))

    mail.outbox.clear()
    delivery.deliver_due()
    (message,) = mail.outbox
    (token,) = set(re.findall(r"/demande-de-compte/confirmation#(\S+)", message.body))
    done = stranger.post("/demande-de-compte/confirmation", {"token": token})
    assert "Votre adresse est confirmée" in text(done)
    see_all()
    pk = AccountRequest.objects.get().pk
    listed = admin.get(QUEUE)
    assert f"{QUEUE}/{pk}" in links(listed)
    page = admin.get(f"{QUEUE}/{pk}")
    for said in (
        "Camille Exemple",
        "Collège des Ormes · SIRET 73282932000074",
        "Aucune ne correspond",
        "Enseignement",
    ):
        assert said in text(page), said

    accepted = admin.post(f"{QUEUE}/{pk}", form_in(page) | {"kind": "school"})
    assert accepted.status_code == 200, text(accepted)[:900]
    assert re.search(r"<code>\S+</code>", accepted.content.decode())
    see_all()
    held = Membership.objects.get(user__email=SAID["email"])
    assert (held.role, held.organisation.siret, held.user.verified_at) == ("filer", SIRET, None)
    assert admin.get(f"{QUEUE}/{pk}").status_code == 404
    again = admin.post(f"{QUEUE}/{pk}", form_in(page) | {"kind": "school"})
    assert again.status_code == 303, "the same form is done once"
    assert User.objects.filter(email=SAID["email"]).count() == 1


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(world, stranger):
    wrong = {
        "full_name": "Un enfant est en danger, venez",
        "number": "732 829 320 00075",
        "place": "13",
        "email": "",
    }
    refused = stranger.post("/demande-de-compte", SAID | wrong)

    html = refused.content.decode()
    assert refused.status_code == 400
    for field in ("full_name", "number", "email"):
        assert f'href="#f-{field}"' in html, field
    assert "Un nom seulement : ni chiffres, ni phrases." in text(refused)
    place = stranger.post("/demande-de-compte", SAID | {"place": "13"})
    assert "Ce territoire n'utilise pas encore ce service." in text(place)
    assert not AccountRequest.objects.exists()


def test_a_refusal_takes_a_reason_of_the_list(world, admin):
    one = an_account_request(world, email="camille@gmail.com")
    assert "Adresse d'un fournisseur grand public" in text(admin.get(QUEUE))
    assert admin.fills(f"{QUEUE}/{one.pk}/refus").status_code == 400
    done = admin.fills(f"{QUEUE}/{one.pk}/refus", reason="not_reached")

    assert done.status_code == 303
    assert "L'action « Refuser la demande » est enregistrée." in text(admin.get(done["Location"]))
    see_all()
    one.refresh_from_db()
    assert (one.accepted, one.reason) == (False, "not_reached")


@pytest.mark.sec("SEC-AZ1")
def test_requests_and_institutions_of_another_authority_are_not_there(world, admin):
    one = an_account_request(world, authority=world.authorities["75"])
    there = world.services["75"]
    for path in (f"{QUEUE}/{one.pk}", f"{QUEUE}/{one.pk}/refus", f"{PLACES}/{there.pk}/correction"):
        assert admin.get(path).status_code == 404, path
        assert admin.post(path, {"reason": "other", "name": "x", "kind": "other"}).status_code == 404, path
    assert "Service 75" not in text(admin.get(PLACES))
    for name in ("filer", "supervisor", "dpo"):
        visitor = Visitor(world, name)
        assert [visitor.get(path).status_code for path in (QUEUE, PLACES)] == [403, 403]


def test_an_institution_is_added_counted_and_corrected(world, admin):
    made = admin.fills(
        f"{PLACES}/nouvelle", name="Lycée d'essai", kind="school", uai="075 0655e", siret=" 732.829.320-00074"
    )
    assert made.status_code == 303, text(made)[:900]
    see_all()
    row = Organisation.objects.get(name="Lycée d'essai")
    assert (row.uai, row.siret, row.authority) == ("0750655E", SIRET, world.authorities["93"])
    Membership.objects.filter(pk=world.memberships["93", "filer"].pk).update(organisation=row)
    page = text(admin.get(made["Location"]))
    assert "L'action « Ajouter une structure » est enregistrée." in page
    assert re.search(r"Lycée d'essai .*?SIRET 73282932000074 · UAI 0750655E 1 personne ", page)

    done = admin.fills(f"{PLACES}/{row.pk}/correction", name="Lycée des Ormes", uai="")
    assert done.status_code == 303, text(done)[:900]
    row.refresh_from_db()
    assert (row.name, row.kind, row.uai, row.siret) == ("Lycée des Ormes", "school", "", SIRET)


@pytest.mark.parametrize("place", ["93", "75"])
def test_a_known_number_is_said_beside_it_and_whose_it_is_to_who_may_see_that(world, admin, place):
    Organisation.objects.create(
        name="Déjà Là", kind="school", siret=SIRET, authority=world.authorities[place]
    )
    refused = admin.fills(f"{PLACES}/nouvelle", name="Autre", kind="school", siret=SIRET)

    assert refused.status_code == 409
    assert 'href="#f-siret"' in refused.content.decode()
    assert "Une autre structure a ce numéro." in text(refused)
    assert ("Déjà Là" in text(refused)) is (place == "93")


def test_who_has_an_account_sees_the_own_roles_and_asks_for_another(world, admin):
    assessor = Visitor(world, "assessor")
    assert "/compte/roles" in links(assessor.get("/aujourdhui"))
    assert "/compte/roles/collegue" not in links(assessor.get("/compte/roles"))
    assert assessor.get("/compte/roles/collegue").status_code == 403
    asked = assessor.fills(
        "/compte/roles/demande",
        role="measure_service",
        place="93",
        organisation=str(world.services["93"].pk),
    )
    assert asked.status_code == 303, text(asked)[:900]
    page = text(assessor.get(asked["Location"]))
    assert "L'action « Demander un rôle » est enregistrée." in page
    assert re.search(r"Ce que vous avez demandé Service chargé de la mesure .*En attente", page)

    see_all()
    one = AccountRequest.objects.get()
    refused = admin.fills(f"{QUEUE}/{one.pk}")
    assert refused.status_code == 400
    assert 'href="#f-certificate"' in refused.content.decode(), "without a certificate of honorability"
    done = admin.fills(f"{QUEUE}/{one.pk}", certificate=f"{datetime.now(UTC):%d/%m/%Y}")
    assert "L'action « Accepter la demande » est enregistrée." in text(admin.get(done["Location"]))
    assert re.search(r"Service chargé de la mesure .*En attente", text(assessor.get("/compte/roles")))
    see_all()
    waits = GrantRequest.objects.get()
    assert not Membership.objects.filter(user=waits.user, role="measure_service").exists()
    Visitor(world, "supervisor").fills(f"/administration/demandes/roles/{waits.pk}", decision="confirm")
    see_all()
    given = Membership.objects.get(user=world.user("assessor"), role="measure_service")
    assert given.organisation == world.services["93"]


def test_a_lead_asks_for_a_colleague_and_learns_of_no_account(world):
    lead = Visitor(world, "filer_org_lead")
    assert "/compte/roles/collegue" in links(lead.get("/compte/roles"))
    position = str(world.memberships["93", "filer_org_lead"].pk)
    answers = [
        lead.fills("/compte/roles/collegue", position=position, full_name="Sacha Exemple", email=email)
        for email in ("sacha@test.invalid", world.user("filer").email)
    ]

    assert [one.status_code for one in answers] == [303, 303]
    told = {
        text(lead.get("/compte/roles" + one["Location"].partition("/compte/roles")[2])) for one in answers
    }
    assert len(told) == 1
    assert "L'action « Demander un compte pour un collègue » est enregistrée." in told.pop()


def test_the_pages_speak_the_other_language(world, admin, stranger):
    for who in (admin.client, stranger):
        who.post("/langue", {"language": "en"})
    one = an_account_request(world, profession="teacher")

    for who, page, words in (
        (stranger, "/demande-de-compte", "Don't write anything about a child here."),
        (stranger, "/demande-de-compte", "Teacher"),
        (stranger, "/demande-de-compte/confirmation", "You requested an account."),
        (admin.client, "/compte/roles", "My roles"),
        (admin.client, "/compte/roles/demande", "Professional filer"),
        (admin.client, PLACES, "Institutions"),
        (admin.client, f"{PLACES}/nouvelle", "Hospital or clinic"),
        (admin.client, QUEUE, "Requests for accounts"),
        (admin.client, f"{QUEUE}/{one.pk}", "I have made sure, myself"),
        (admin.client, f"{QUEUE}/{one.pk}/refus", "The person couldn't be reached"),
    ):
        assert words in text(who.get(page)), (page, words)
    see_all()

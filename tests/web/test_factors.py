"""The pages of signing in with two steps, and of the own ways to sign in (SEC-AU1, SEC-AU6)."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts.models import Factor
from encryption import onetime
from tests.conftest import see_all
from tests.factories.factors import give_application, give_passkey
from tests.web.browsing import HTML
from tests.web.visiting import PASSWORD, Visitor, text


@pytest.fixture
def filer(world):
    user = world.user("filer")
    user.password = make_password(PASSWORD)
    user.save()
    return user


def given_the_password(user, onward="/transmissions"):
    client = Client(headers=HTML, raise_request_exception=False)
    answer = client.post("/connexion", {"email": user.email, "password": PASSWORD, "next": onward})
    assert (answer.status_code, answer["Location"]) == (303, "/connexion/suite")
    return client


def now():
    return onetime.step_of(time.time())


def another_code(factor):
    taken = {onetime.code_at(factor, now() + near) for near in range(-3, 10)}
    return next(f"{number:06}" for number in range(20) if f"{number:06}" not in taken)


@pytest.mark.sec("SEC-AU1")
def test_between_the_steps_no_page_is_open(filer):
    give_application(filer)
    client = given_the_password(filer)

    for path in (
        "/transmissions",
        "/dossiers",
        "/compte/connexion",
        "/compte/confirmation",
        "/compte/connexion/ajout",
    ):
        assert client.get(path).status_code == 401, path
    assert "Se déconnecter" not in client.get("/").content.decode()


def test_the_code_leads_on_to_where_the_person_wanted_to(filer):
    factor = give_application(filer)
    client = given_the_password(filer)
    page = client.get("/connexion/suite")
    assert "Code à six chiffres" in page.content.decode()
    assert "code de secours" not in page.content.decode(), "there are none"

    wrong = client.post("/connexion/suite", {"code": another_code(factor.pk)})
    right = client.post("/connexion/suite", {"code": onetime.code_at(factor.pk, now())})

    assert wrong.status_code == 401
    assert "La vérification a échoué" in text(wrong)
    assert (right.status_code, right["Location"]) == (303, "/transmissions")
    assert client.get("/transmissions").status_code == 200


@pytest.mark.sec("SEC-AU4")
def test_whoever_fails_too_often_is_told_to_wait(filer):
    factor = give_application(filer)
    client = given_the_password(filer)
    for _ in range(5):
        client.post("/connexion/suite", {"code": another_code(factor.pk)})

    answer = client.post("/connexion/suite", {"code": onetime.code_at(factor.pk, now())})

    assert answer.status_code == 429
    assert "Trop de tentatives" in text(answer)


def test_a_stranger_is_led_to_the_first_step(db_both):
    for path in ("/connexion/suite", "/connexion/moyen"):
        for answer in (Client(headers=HTML).get(path), Client(headers=HTML).post(path, {"code": "123456"})):
            assert (answer.status_code, answer["Location"]) == (303, "/connexion")


@pytest.mark.sec("SEC-AU1")
def test_whoever_has_no_factor_makes_one_and_gets_recovery_codes(filer):
    client = given_the_password(filer)
    assert client.get("/connexion/suite")["Location"] == "/connexion/moyen"
    page = client.get("/connexion/moyen").content.decode()
    secret = re.search(r'<code class="key">([A-Z2-7]{32})</code>', page)[1]
    assert "<svg" in page
    assert "style=" not in page, "the policy of the page would refuse it"

    wrong = client.post("/connexion/moyen", {"label": "", "code": "12345"})
    assert wrong.status_code == 400
    assert secret in wrong.content.decode(), "what the telephone has taken in still counts"
    made = client.post("/connexion/moyen", {"label": "Mon téléphone", "code": shown_by(secret)})

    assert made.status_code == 200
    codes = re.findall(r"<li><code>([a-z2-7-]{29})</code></li>", made.content.decode())
    assert len(codes) == 10
    assert 'href="/transmissions"' in made.content.decode()
    assert client.get("/transmissions").status_code == 200
    again = given_the_password(filer)
    assert again.post("/connexion/suite", {"recovery": codes[0]}).status_code == 303


def shown_by(secret):
    import base64

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    made = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - as the applications do
    return made.generate(time.time()).decode()


@pytest.mark.sec("SEC-AU1")
def test_a_colleague_of_the_cell_is_offered_a_passkey_alone(world):
    user = world.user("crip_coordinator")
    user.password = make_password(PASSWORD)
    user.save()
    page = given_the_password(user).get("/connexion/moyen").content.decode()

    assert "une application ne suffit pas" in page
    assert 'class="key"' not in page


def test_the_own_ways_are_listed_named_added_and_removed(world):
    visitor = Visitor(world, "filer", factors=True)
    spare = give_application(world.user("filer"))
    page = visitor.get("/compte/connexion")
    assert text(page).count("Retirer ce moyen") == 2

    renamed = visitor.post(f"/compte/connexion/{spare.pk}/nom", {"label": "Vieux téléphone"})
    asked = visitor.get(f"/compte/connexion/{spare.pk}/retrait")
    assert Factor.objects.filter(pk=spare.pk).exists(), "it asks once before"
    removed = visitor.fills(f"/compte/connexion/{spare.pk}/retrait")

    assert "Vieux téléphone" in text(asked)
    assert (renamed.status_code, removed.status_code) == (303, 303)
    assert not Factor.objects.filter(pk=spare.pk).exists()
    last = Factor.objects.get(user=world.user("filer"))
    assert "dernier moyen" in text(visitor.post(f"/compte/connexion/{last.pk}/retrait", {}))
    see_all()
    codes = visitor.post("/compte/connexion/codes", {})
    assert len(re.findall(r"<li><code>", codes.content.decode())) == 10
    assert "10 codes restent" in text(visitor.get("/compte/connexion"))
    assert visitor.get("/compte/connexion/ajout").status_code == 200


@pytest.mark.sec("SEC-AU6")
def test_a_grave_act_asks_for_a_fresh_proof_and_leads_back(world):
    visitor = Visitor(world, "filer", factors=True)
    user = world.user("filer")
    spare = give_application(user)
    give_passkey(user)
    session = visitor.client.session
    session["proved_at"] = (timezone.now() - timedelta(minutes=6)).timestamp()
    session.save()
    before = visitor.client.cookies["session"].value

    asked = visitor.post(f"/compte/connexion/{spare.pk}/retrait", {})
    assert asked.status_code == 401
    assert 'href="/compte/confirmation?next=/compte/connexion"' in asked.content.decode()
    assert "Confirmez" in text(visitor.get("/compte/confirmation", next="/compte/connexion"))
    assert "donnez aussi votre mot de passe" in text(asked)
    assert 'type="password"' in visitor.get("/compte/confirmation").content.decode()
    said = {"next": "/compte/connexion", "code": onetime.code_at(spare.pk, now()), "password": PASSWORD}
    confirmed = visitor.post("/compte/confirmation", said)

    assert (confirmed.status_code, confirmed["Location"]) == (303, "/compte/connexion")
    assert visitor.client.cookies["session"].value != before, "SEC-AU7"
    assert visitor.post(f"/compte/connexion/{spare.pk}/retrait", {}).status_code == 303
    assert visitor.post("/compte/confirmation", said | {"next": "//elsewhere.example"}).status_code == 401, (
        "used"
    )


def test_the_start_of_signing_in_again_forgets_the_half_way(filer):
    client = given_the_password(filer)
    assert client.post("/deconnexion", {}).status_code == 200
    assert client.get("/connexion/suite")["Location"] == "/connexion"


def test_what_isnt_possible_is_said_on_the_page_that_lists_them(world):
    """The last way is kept, a name can't be empty; from every page one gets there."""
    visitor = Visitor(world, "assessor", factors=True)
    only = Factor.objects.get(user=world.user("assessor"))
    assert 'href="/compte/connexion"' in visitor.get("/aujourdhui").content.decode()

    for act, said, status in (("retrait", {}, 409), ("nom", {"label": " "}, 400)):
        refused = visitor.post(f"/compte/connexion/{only.pk}/{act}", said)
        assert refused.status_code == status
        assert "Mes moyens de connexion" in text(refused)
        assert 'id="faults"' in refused.content.decode()
    see_all()
    assert Factor.objects.filter(pk=only.pk).exists()

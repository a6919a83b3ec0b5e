"""Pages are another way to the same acts: same rights, same refusals, same entries, two queries more at most."""

import re
import time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from accounts import actions
from accounts.models import Session
from audit.models import Entry
from config.env import BASE_DIR
from encryption import onetime
from referrals.models import Concern, Referral
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.expected.routes import PERMISSIONS, ROUTES
from tests.factories.concerns import concern
from tests.factories.factors import give_application
from tests.night import NIGHT, one_in, some
from tests.referrals.api.routes import counting
from tests.web.browsing import HTML, Somebody
from web.filing.sections import sections

QUERIES_MORE = 2


@pytest.fixture
def filer(world):
    return Somebody(world.user("filer"))


def entries():
    with as_owner():
        return [
            entry.parsed() if hasattr(entry, "parsed") else entry for entry in Entry.objects.order_by("pk")
        ]


def whole(world):
    """Make a complete draft through the API, and return its id."""
    made = world.as_("filer").post("referrals", concern())
    assert made.status_code == 201
    return made.json()["id"]


# --- Who may ------------------------------------------------------------------------------------------


@pytest.mark.slow("every page, as several people")
@pytest.mark.sec("SEC-AZ5")
def test_a_draft_of_another_is_a_page_that_is_not_there(world, filer):
    """Same bytes, whether the draft is another's or nobody's, on every page of it and every form."""
    draft = filer.begins()
    pages = [
        "",
        *(f"/{one.slug}" for one in sections()),
        "/relecture",
        "/urgence",
        "/recu",
        "/complement",
        "/retrait",
    ]
    for who in ("filer_2", "crip_coordinator", "auditor", "territory_admin", "filer_org_lead"):
        other = Somebody(world.user(who))
        for page in pages if who == "filer_2" else some(pages, who, 3):
            for method in ("get", "post"):
                if method == "post" and page in ("", "/recu"):
                    continue
                there = getattr(other.client, method)(f"{draft}{page}")
                absent = getattr(other.client, method)(f"/transmissions/{uuid4()}{page}")
                assert there.status_code == absent.status_code == 404, (who, page, method)
                assert _masked(there) == _masked(absent), (who, page, method)
    see_all()
    assert Referral.objects.get(pk=draft.rpartition("/")[2]).version == 1


def _masked(answer):
    return re.sub(r"<code>[0-9a-f-]+</code>", "<code>-</code>", answer.content.decode())


def test_a_page_asks_a_stranger_to_sign_in_and_leads_back(db_both):
    answer = Client(headers=HTML).get("/transmissions")

    assert answer.status_code == 401
    assert 'name="next" value="/transmissions"' in answer.content.decode()
    assert "Se connecter" in answer.content.decode()


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:1"]
)
def test_after_sign_in_one_is_led_to_our_own_pages_alone(world, wanted):
    user = world.user("filer")
    user.set_password("a long enough password")
    user.save()
    application, client = give_application(user), Client(headers=HTML)
    answer = client.post(
        "/connexion", {"email": user.email, "password": "a long enough password", "next": wanted}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/connexion/suite")
    code = onetime.code_at(application.pk, onetime.step_of(time.time()))
    answer = client.post("/connexion/suite", {"code": code})

    assert (answer.status_code, answer["Location"]) == (303, "/")


@pytest.mark.sec("SEC-AU2")
def test_whoever_the_address_belongs_to_a_refusal_is_the_same_page(world):
    known, unknown = (
        Client(headers=HTML).post("/connexion", {"email": email, "password": "wrong password"})
        for email in (world.user("filer").email, "nobody.at.all.93@test.invalid")
    )
    assert known.status_code == unknown.status_code == 401
    strip = lambda a: re.sub(r'value="[^"]*"', "", a.content.decode())  # noqa: E731 - a word for one line
    assert strip(known) == strip(unknown)


def test_a_token_opens_no_page(world):
    """People sign in; a token's scopes are asked by the API, so that no page may take one."""
    token = {"authorization": f"Bearer {world.secrets['93', 'filer']}"}
    answer = Client(headers=HTML | token).get("/transmissions")

    assert answer.status_code == 403


def test_whoever_files_never_has_no_page_to_begin(world):
    for who in ("auditor", "assessor", "territory_admin"):
        person = Somebody(world.user(who))
        assert "Mes transmissions" not in person.goes("/aujourdhui")
        person.goes("/transmissions/nouvelle", expect=403)
        assert person.client.post("/transmissions/nouvelle", {"lane": "ordinary"}).status_code == 403


# --- Cross-site and headers ---------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU7")
@pytest.mark.parametrize(
    ("origin", "site", "status"),
    [
        ("null", "same-origin", 303),
        ("null", "cross-site", 403),
        ("null", None, 403),
        ("https://elsewhere.example", "same-origin", 403),
        ("http://testserver", "same-origin", 303),
    ],
)
def test_a_form_is_taken_from_our_own_pages_alone(world, origin, site, status):
    """Under no-referrer a browser names no origin; what counts then is what it alone can write."""
    client = Client(enforce_csrf_checks=True, headers=HTML, raise_request_exception=False)
    client.force_login(world.user("filer"))
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/transmissions/nouvelle").content.decode()
    )[1]
    headers = {"origin": origin} | ({"sec-fetch-site": site} if site else {})
    said = {"csrfmiddlewaretoken": token, "lane": "ordinary"}

    assert client.post("/transmissions/nouvelle", said, headers=headers).status_code == status
    assert client.post("/transmissions/nouvelle", {"lane": "ordinary"}, headers=headers).status_code == 403


@pytest.mark.sec("SEC-AU8")
def test_a_page_allows_nothing_inline_and_nobody_elses(world, filer):
    for path in ("/", "/connexion", "/transmissions", "/nowhere"):
        policy = filer.client.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        html = filer.client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", html), path
        assert set(re.findall(r'(?:src|href)="(https?://[^"/]+)', html)) <= {"https://meteofrance.com"}, path


@pytest.mark.sec("SEC-AU3")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/connexion", "current-password"),
        ("/mot-de-passe/choix", "new-password"),
        ("/invitation", "new-password"),
    ],
)
def test_a_password_is_masked_and_may_be_pasted_or_filled_in(db_both, path, kind):
    """No handler stands in a page (see above), so the script is the one place that could refuse to paste."""
    (field,) = re.findall(r'<input[^>]* name="password"[^>]*>', Somebody().goes(path))

    assert ' type="password"' in field
    assert f' autocomplete="{kind}"' in field
    assert "readonly" not in field
    script = (BASE_DIR / "web" / "files" / "page.js").read_text(encoding="utf-8")
    assert not re.search(r"paste|beforeinput|contextmenu", script)


@pytest.mark.slow("every page, as several people")
@pytest.mark.sec("SEC-AU10")
def test_each_page_of_whoever_has_signed_in_offers_to_sign_out(world):
    seen = set()
    routes = [route for route in ROUTES if route.startswith("GET /") and not re.search("<|/api/", route)]
    pages = one_in(3, [route.removeprefix("GET ") for route in routes])
    for name in ("filer", "crip_coordinator", "territory_admin", "auditor"):
        somebody = Somebody(world.user(name))
        session = somebody.client.session
        session["proved_at"] = time.time()
        session.save()
        for path in pages if NIGHT else [one for one in pages if one not in seen and may_open(name, one)]:
            answer = somebody.client.get(path)
            html = b"".join(answer).decode(errors="replace")
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                assert '<form method="post" action="/deconnexion">' in html, path
                seen.add(path)

    assert len(seen) > (20 if NIGHT else 10)


def may_open(name, path):
    """Tell whether the permission of a page, where it has one, is that of a role."""
    return name in PERMISSIONS.get(ROUTES[f"GET {path}"], (name,))


@pytest.mark.sec("SEC-AU10")
@pytest.mark.parametrize("way", ["/deconnexion", "/quitter"])
def test_leaving_ends_the_session_here_and_in_the_browser(world, filer, way):
    filer.goes("/transmissions")
    answer = filer.client.post(way)

    assert '"cookies"' in answer["Clear-Site-Data"]
    assert '"cache"' in answer["Clear-Site-Data"]
    filer.goes("/transmissions", expect=401)


@pytest.mark.sec("SEC-AU10")
@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/transmissions/nouvelle", 403)])
def test_the_page_of_a_refusal_has_the_same_way_out(world, path, status):
    """The red button signs out there too, and the script finds its form; without a token, the bytes stay the same."""
    assessor = Somebody(world.user("assessor"))
    form = re.compile(r'<form method="post" action="/quitter" id="exit" data-to="[^"]+"><button')

    assert form.search(assessor.goes(path, expect=status))
    assert form.search(assessor.goes("/aujourdhui"))
    assert "csrfmiddlewaretoken" not in assessor.goes(path, expect=status)


@pytest.mark.sec("SEC-AU10")
@pytest.mark.parametrize("said", [{}, {"csrfmiddlewaretoken": "a" * 64}])
def test_the_quick_exit_needs_no_token(world, said):
    """A tab from before the last sign-in has an old one; all else that changes something asks for it."""
    client = Client(enforce_csrf_checks=True, headers=HTML)
    client.force_login(world.user("filer"))
    assert client.post("/deconnexion", said).status_code == 403
    assert client.get("/transmissions").status_code == 200

    answer = client.post("/quitter", said, headers={"origin": "null"})

    assert (answer.status_code, answer["Refresh"]) == (200, "0; url=https://meteofrance.com/")
    assert not Session.objects.exists()
    assert client.get("/transmissions").status_code == 401


@pytest.mark.sec("SEC-AU10")
def test_no_other_site_makes_a_browser_forget(world):
    """Its form brings no cookie (SameSite=Strict), so that the session goes on; the browser must keep the cookie too."""
    answer = Client(headers=HTML).post("/quitter", headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 200
    assert "Clear-Site-Data" not in answer


@pytest.mark.sec("SEC-AU10")
def test_the_quick_exit_leads_away_although_nothing_can_be_written(world, filer, monkeypatch):
    """Without script its answer is what the person sees: never an error with our name on it."""

    def fails(**_):
        raise OperationalError

    monkeypatch.setattr(actions, "sign_out", fails)
    answer = filer.client.post("/quitter")

    assert answer.status_code == 503
    assert (answer["Refresh"], '"cookies"' in answer["Clear-Site-Data"]) == (
        "0; url=https://meteofrance.com/",
        True,
    )
    assert "Repère" not in answer.content.decode()
    assert "Repère" in filer.goes("/quitter", expect=405)


@pytest.mark.sec("SEC-AU9")
def test_titles_and_addresses_name_nobody(world):
    filer = Somebody(world.user("filer"))
    pk = whole(world)
    for path in ("", "/enfant", "/inquietude", "/famille", "/vous", "/relecture"):
        html = filer.goes(f"/transmissions/{pk}{path}")
        title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1]
        links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', html))
        for name in ("Exemple", "Lou", "2011", "Bobigny"):
            assert name not in title
            assert name not in links


@pytest.mark.parametrize("path", ["/", "/urgence"])
def test_a_number_to_call_is_a_link_that_a_telephone_takes(db_both, path):
    main, foot = Somebody().goes(path).partition("<main")[2].split("<footer")

    for part in (main, foot):
        assert all(
            part.count(f'href="{link}"') == 1 for link in ("tel:17", "sms:114", "tel:119", "tel:116000")
        )


# --- The same acts ------------------------------------------------------------------------------------


def test_a_section_is_saved_for_the_api_to_read(world, filer):
    draft = filer.begins()
    filer.goes(f"{draft}/enfant")
    filer.sends(
        f"{draft}/enfant",
        last_name="Exemple",
        first_names="Lou",
        birth_date="02/03/2011",
        identity_known="known",
        commune_insee="saint denis (93)",
        whereabouts="known",
    )
    filer.goes(f"{draft}/situation")
    signs = {"injuries-mode": "observed", "injuries-text": "Poignets", "self_harm-mode": "reported"}
    filer.sends(f"{draft}/situation", **signs)

    see_all()
    read = world.as_("filer").get(f"referrals/{draft.rpartition('/')[2]}").json()
    child = read["children"][0]
    assert (child["last_name"], child["birth_date"], child["commune_insee"]) == (
        "Exemple",
        "2011-03-02",
        "93066",
    )
    assert {(sign["code"], sign["mode"]) for sign in read["health_signs"]} == {
        ("injuries", "observed"), ("self_harm", "reported"),
    }  # fmt: skip
    assert read["signs"] == []


@pytest.mark.sec("SEC-IN12")
def test_a_page_that_is_sent_twice_files_once(world):
    filer, pk = Somebody(world.user("filer")), whole(world)
    filer.goes(f"/transmissions/{pk}/relecture")
    page = filer.html
    first = filer.sends(f"/transmissions/{pk}/relecture", good_faith_notice="true")
    filer.html = page
    again = filer.sends(f"/transmissions/{pk}/relecture", good_faith_notice="true")

    assert first["Location"] == again["Location"] == f"/transmissions/{pk}/recu"
    see_all()
    assert Referral.objects.get(pk=pk).state == "submitted"
    filer.html = page.replace('name="key" value="', 'name="key" value="x')
    filer.sends(f"/transmissions/{pk}/relecture", expect=409, good_faith_notice="true")


def test_what_is_missing_is_named_with_the_way_to_it(world, filer):
    draft = filer.begins()
    filer.goes(f"{draft}/relecture")
    filer.sends(f"{draft}/relecture", expect=400, good_faith_notice="true")

    for slug in ("enfant", "inquietude", "situation", "famille", "demarches", "vous"):
        assert re.search(rf'href="{draft}/{slug}\?missing=yes#f-[a-z_0-9-]+"', filer.html), slug


def test_each_question_that_is_missing_leads_to_itself_in_the_order_of_the_form(filer):
    draft = filer.begins()
    page = filer.goes(f"{draft}/relecture")
    missing = re.findall(rf'<li><a href="({draft}/[a-z-]+)(\?missing=yes)#(f-[a-z_0-9-]+)">', page)
    assert missing
    order = [f"{draft}/{section.slug}" for section in sections()]
    places = [order.index(path) for path, _, _ in missing]
    assert places == sorted(places)
    for path, number, anchor in missing:
        assert f'id="{anchor}"' in filer.goes(path + number), (path, anchor)


@pytest.mark.sec("SEC-IN11")
def test_a_refused_form_shows_what_was_typed_and_opens_nothing(world, filer):
    draft = filer.begins()
    filer.goes(f"{draft}/enfant")
    filer.sends(f"{draft}/enfant", last_name="Secretname")
    filer.goes(f"{draft}/vous")
    filer.sends(
        f"{draft}/vous",
        filer_name="Nom\u202eRetourné",
        filer_email="a@test.invalid",
        feedback_contact="Le soir",
        expect=400,
    )

    assert "Ce texte contient un caractère" in filer.html
    assert 'aria-invalid="true"' in filer.html
    assert "a@test.invalid" in filer.html
    assert "Secretname" not in filer.html
    see_all()
    assert Concern.objects.get(referral=draft.rpartition("/")[2]).feedback_contact is None


def test_typing_on_an_older_version_is_shown_again_and_may_be_sent(world, filer):
    draft = filer.begins()
    filer.goes(f"{draft}/demarches")
    old = filer.html
    filer.sends(f"{draft}/demarches", prior_actions="Un")
    filer.html = old
    filer.sends(f"{draft}/demarches", prior_actions="Deux", expect=412)
    assert "Deux</textarea>" in filer.html
    filer.sends(f"{draft}/demarches", prior_actions="Deux")


def test_the_authoritys_own_questions_are_asked_and_kept(world, filer, monkeypatch):
    """FORM_EXTRA_FIELDS: whoever files through pages can answer what the authority must know."""
    from referrals.policy.list_types import Row
    from web.filing import extra

    row = {
        "code": "suivi",
        "fr": "Un suivi ?",
        "en": "Support?",
        "kind": "yes_no",
        "max_length": 500,
        "choices": (),
        "required": True,
    }
    monkeypatch.setattr(extra, "asked_by", lambda authority, *, at: [Row(row)] if authority else [])
    draft = filer.begins()
    assert "Dites d'abord" in filer.goes(f"{draft}/questions")
    filer.goes(f"{draft}/enfant")
    filer.sends(f"{draft}/enfant", residence_department="93", commune_insee="Bobigny")
    assert "Un suivi\u202f?" in filer.goes(f"{draft}/questions")
    filer.sends(f"{draft}/questions", suivi="never", expect=400)
    filer.sends(f"{draft}/questions", suivi="yes")
    assert 'value="yes" class' in filer.goes(f"{draft}/questions") or "checked" in filer.html

    see_all()
    read = world.as_("filer").get(f"referrals/{draft.rpartition('/')[2]}").json()
    assert read["concern"]["extra"] == {"suivi": "yes"}


# --- What it costs ------------------------------------------------------------------------------------


def cost(filer, path, **headers):
    """Return how many queries an address takes, once all is warm."""
    filer.client.get(path, headers=headers)
    with counting() as total:
        answer = filer.client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return total[0]


def test_a_page_asks_the_database_at_most_twice_more_than_the_api(world):
    """The same person, in the same session, at the address that tells the same."""
    filer, pk = Somebody(world.user("filer")), whole(world)

    def twin(path):
        return cost(filer, f"/api/v1/{path}", accept="application/json")

    case = twin(f"referrals/{pk}")
    for path in ("", "/enfant", "/inquietude", "/famille", "/relecture", "/urgence"):
        assert cost(filer, f"/transmissions/{pk}{path}") <= case + QUERIES_MORE, path
    assert cost(filer, "/transmissions") <= twin("referrals") + QUERIES_MORE

    filer.goes(f"/transmissions/{pk}/relecture")
    filer.sends(f"/transmissions/{pk}/relecture", good_faith_notice="true")
    standing = twin(f"referrals/{pk}") + twin(f"referrals/{pk}/messages?channel=filer")
    assert cost(filer, f"/transmissions/{pk}") <= standing, "one page tells what two addresses do"
    assert cost(filer, f"/transmissions/{pk}/recu") <= twin(f"referrals/{pk}/receipt") + QUERIES_MORE


def test_a_notice_to_whoever_filed_leads_to_a_page_that_there_is(world):
    """A mail that led to an answer for programs would lead a teacher nowhere."""
    from django.urls import resolve

    from outbox import templates

    for template in templates.registered():
        if template.kind == templates.Kind.FILING:
            assert resolve(f"/{template.page}/{uuid4()}").url_name == "filing"


def test_a_file_that_a_stranger_sends_to_a_page_is_never_written_to_the_disk(world, settings):
    """Only the API takes files, and seals them as they arrive."""
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere"
    large = SimpleUploadedFile("photo.jpg", b"x" * (settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1))

    answer = Client(raise_request_exception=True).post(
        "/connexion", {"email": "a", "file": large}, headers=HTML
    )

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(("name", "files"), [("filer", True), ("filer_org_lead", False)])
def test_the_start_page_offers_to_file_to_whoever_can(world, name, files):
    """Danger's numbers are for all; a button that only ever refuses helps nobody."""
    page = Somebody(world.user(name)).goes("/transmissions")

    assert ('action="/transmissions/nouvelle"' in page) is files
    assert ('href="/urgence"' in page) is files
    assert 'href="tel:116000">' in page


def test_a_refusal_speaks_the_readers_language_throughout(world):
    somebody = Somebody(world.user("filer"))
    somebody.client.post("/langue", {"language": "en"})
    page = somebody.goes("/administration", expect=403)

    assert "Your role doesn&#x27;t allow this action." in page
    assert "Votre rôle" not in page


URGENT = {
    "fact-text": "Un homme l'attend.", "fact-source": "seen", "danger_what": "Un homme.", "emergency_done": "17",
    "child-residence_department": "93", "child-commune_insee": "Bobigny", "child-whereabouts": "known",
    "child-identity_known": "known", "child-first_names": "Mia", "filer_phone": "06 39 98 12 34",
}  # fmt: skip


def test_a_page_on_which_nobody_is_named_adds_nobody(filer):
    """« Laissez cette page vide »: a child whom nobody named would have to be assessed."""
    draft = filer.begins()
    for page in ("inquietude", "situation", "famille"):
        filer.goes(f"{draft}/{page}")
        filer.sends(f"{draft}/{page}", then="next")

    see_all()
    referral = Referral.objects.get(pk=draft.rpartition("/")[2])
    assert not any(
        getattr(referral, part).exists()
        for part in ("children", "facts", "third_parties", "digital_traces", "holders")
    )


def test_in_an_emergency_a_sibling_who_was_typed_in_before_stays_one(filer):
    draft = filer.begins()
    filer.goes(f"{draft}/famille")
    filer.sends(f"{draft}/famille", **{"siblings-0-first_names": "Tom"})
    filer.goes(f"{draft}/urgence")

    filer.sends(f"{draft}/urgence", **URGENT)

    see_all()
    children = Referral.objects.get(pk=draft.rpartition("/")[2]).children.order_by("position")
    assert [child.kind for child in children] == ["subject", "household"]


def test_in_an_emergency_somebody_leaves_a_number_or_says_that_nobody_can_call_back(filer):
    """The number is asked for first, and what the whole form said not to know stays so."""
    draft = filer.begins()
    filer.goes(f"{draft}/famille")
    filer.sends(f"{draft}/famille", **{"holders-unknown": "on"})
    filer.goes(f"{draft}/urgence")
    assert filer.html.index('name="filer_phone"') < filer.html.index('name="fact-text"')
    silent = {name: value for name, value in URGENT.items() if name != "filer_phone"}

    filer.sends(f"{draft}/urgence", expect=400, **silent)
    assert 'href="#f-filer_phone' in filer.html
    less = {name: value for name, value in silent.items() if name != "danger_what"}
    filer.sends(f"{draft}/urgence", expect=400, **less)
    assert [f'href="#f-{name}' in filer.html for name in ("filer_phone", "danger_what")] == [True, True]
    filer.sends(f"{draft}/urgence", **silent, **{"filer_phone-unknown": "on"})

    see_all()
    referral = Referral.objects.get(pk=draft.rpartition("/")[2])
    assert {"filer_phone", "holders"} <= set(referral.concern.not_known)


def test_in_an_emergency_what_the_page_has_no_field_for_is_named_with_the_way_to_it(filer):
    draft = filer.begins()
    for n, name in enumerate(("Mia", "Zoe")):
        filer.goes(f"{draft}/enfant?n={n}")
        filer.sends(f"{draft}/enfant?n={n}", first_names=name)
    filer.goes(f"{draft}/urgence")

    filer.sends(f"{draft}/urgence", expect=400, **URGENT)

    assert f'href="{draft}/enfant?missing=yes&amp;n=1#f-' in filer.html

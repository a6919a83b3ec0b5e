"""The page of the day: where everybody who works here lands, and that its numbers are those of the lists (SEC-AZ20)."""

import re
from html import unescape

import pytest

from accounts.models import User
from accounts.roles import PROGRAMS, Role
from referrals.access import visibility
from referrals.reading import counts
from tests.audit.owner import written
from tests.factories.concerns import concern
from tests.night import some
from tests.referrals.api.routes import counting
from tests.referrals.workflow.kit import Kit
from tests.security.procedure import Case, filed, play, triaged
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import Somebody
from tests.web.visiting import Visitor, links, text
from web.navigation import FILING

pytestmark = pytest.mark.both_databases("numbers grouped by day and by what subqueries find")

PEOPLE = [str(role) for role in Role if role not in PROGRAMS]
STAFF = [name for name in PEOPLE if name not in FILING]


def in_main(html):
    return html.partition("<main")[2].partition("</main>")[0]


def tiles(html):
    """Return the numbers of a page of the day, by the address of what they count."""
    found = re.findall(r'<a href="([^"]+)"><span\s+class="big[^"]*">(\d+)</span>', html)
    return {address.replace("&amp;", "&"): int(count) for address, count in found}


@shared_fixture
def case(world):
    made = Case(world, "canari-{}.".format)
    form = concern(filer_name="Canari-filer")
    form["children"][0] |= {"last_name": "Canari-name", "first_names": "Prenom"}
    play(world, filed(made, form))
    return made


@shared_fixture
def in_triage(world, case):
    play(world, triaged(case))


# --- Where one lands ----------------------------------------------------------------------------------


def test_signing_in_leads_to_the_page_of_the_day(world):
    visitor = Visitor(world, "ase_inspector")  # both factors, by the forms

    landed = visitor.client.get("/", follow=True)

    assert landed.redirect_chain == [("/aujourdhui", 303)]
    assert "Aujourd'hui" in text(landed)


#: Where each role lands after sign-in.
LANDS = dict.fromkeys(map(str, Role), "/aujourdhui") | dict.fromkeys(
    ("filer", "filer_org_lead", "api_119"), "/transmissions"
)


@pytest.mark.parametrize("name", [str(role) for role in Role])
def test_each_role_lands_on_a_page_of_its_own(world, name):
    person = Somebody(world.user(name))

    landed = person.client.get("/", follow=True)

    assert landed.redirect_chain == [(LANDS[name], 303)]
    assert landed.status_code == 200
    assert LANDS[name] in links(landed), "the menu has it"


def test_who_holds_no_role_yet_lands_on_the_public_page(world):
    user = User.objects.create(email="sans.role@example.org", full_name="Sans Rôle")

    page = Somebody(user).goes("/")

    assert 'href="tel:17"' in page
    assert 'href="/transmissions/nouvelle"' not in page


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_lands_on_a_page_with_something_to_do(world, case, name):
    person = Somebody(world.user(name))

    landed = person.client.get("/", follow=True)

    html = landed.content.decode()
    own = [one for one in re.findall(r'href="(/[^"]+)"', in_main(html)) if "due_within" not in one]
    assert landed.status_code == 200
    assert own, "nothing to do"
    for address in some(own, name):
        assert person.client.get(address.replace("&amp;", "&"), follow=True).status_code == 200, address
    assert len(html) < 150_000


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("name", ["filer", "filer_org_lead"])
def test_who_only_files_has_no_page_of_the_day(world, name):
    assert Somebody(world.user(name)).client.get("/aujourdhui").status_code == 403


def test_the_menu_is_short_and_its_end_folded(world):
    html = Somebody(world.user("supervisor")).goes("/aujourdhui")
    menu = html.partition('<nav class="menu"')[2].partition("</nav>")[0]
    shown, _, folded = menu.partition("<details")

    assert shown.count("<a ") <= 7
    assert links_in(shown)[0] == "/aujourdhui"
    assert "/ouvertures" in links_in(folded)
    assert "<h2>Contrôle et urgence</h2>" in folded


def links_in(html):
    return re.findall(r'href="([^"]+)"', html)


# --- Numbers ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.parametrize("name", ["crip_coordinator", "supervisor", "on_call", "ase_inspector"])
def test_each_number_is_that_of_its_list(world, in_triage, name):
    person = Somebody(world.user(name))
    counted = tiles(person.goes("/aujourdhui"))

    assert counted.get("/dossiers", 0) == (0 if name == "ase_inspector" else 1)
    assert 0 not in counted.values()
    assert len(counted) <= 6
    for address, count in counted.items():
        if address.startswith("/dossiers"):
            listed = set(re.findall(r'href="/dossiers/([0-9a-f-]{36})"', in_main(person.goes(address))))
            assert len(listed) == count, address


@pytest.mark.sec("SEC-AZ20")
def test_a_case_out_of_sight_is_in_no_number_line_or_bar(world, case):
    before = text(Somebody(world.user("crip_coordinator")).client.get("/aujourdhui"))
    other = Kit(world, "triage")
    other.clock("C2")
    other.set_restricted()  # to the coordinator alone

    after = Somebody(world.user("crip_coordinator_2")).client.get("/aujourdhui")
    named = Somebody(world.user("crip_coordinator")).client.get("/aujourdhui")

    assert text(after) == before
    assert f"/dossiers/{other.case.pk}" in links(named), "it is there"


@pytest.mark.sec("SEC-AZ20")
def test_past_a_bound_a_number_says_only_that_it_is_larger(world, case, monkeypatch):
    monkeypatch.setattr(counts, "MOST", 1)
    monkeypatch.setattr(counts, "_COUNTED", visibility.KeptByRights(counts._counted))
    hidden = Kit(world, "triage")
    hidden.clock("C2")
    hidden.set_restricted()  # to the coordinator alone
    named, other = (Somebody(world.user(name)) for name in ("crip_coordinator", "crip_coordinator_2"))

    def total(person):
        return re.search(
            r'<span\s+class="big[^"]*">([^<]*)</span> dossiers? ouverts?<', person.goes("/aujourdhui")
        )[1]

    assert (total(named), total(other)) == ("1+", "1"), "what is hidden is past no bound"
    assert 'class="number-of">1+<' in named.goes("/dossiers")
    play(world, filed(Case(world, "{}.".format), concern()))
    assert total(other) == "1+"


def test_it_names_nobody_and_its_lines_are_journaled_as_a_list(world, case):
    before = len(written(act="list:opened"))

    page = Somebody(world.user("crip_coordinator")).goes("/aujourdhui")

    assert "Canari" not in page
    assert f"/dossiers/{case.pk}" in page
    assert len(written(act="list:opened")) == before + 1


def test_it_asks_the_database_as_much_for_five_cases_as_for_two(world, case):
    person = Somebody(world.user("supervisor"))
    play(world, filed(Case(world, "{}.".format), concern()))
    person.goes("/aujourdhui")
    with counting() as of_two:
        person.goes("/aujourdhui")
    for _ in range(3):
        play(world, filed(Case(world, "{}.".format), concern()))
    person.goes("/aujourdhui")

    with counting() as of_five:
        person.goes("/aujourdhui")

    assert of_five[0] <= of_two[0]


def test_charts_have_words_and_a_table(world, case):
    html = Somebody(world.user("supervisor")).goes("/aujourdhui")

    assert html.count('<svg viewBox="0 0 360') == html.count("<title id=") == html.count("<desc id=") == 2
    assert html.count("<tbody>") >= 2
    assert " style=" not in html


@pytest.mark.sec("SEC-CR20")
def test_a_filer_finds_the_own_questions_and_drafts_and_nothing_of_what_staff_do(world, case):
    filer = Somebody(world.user("filer"))
    quiet = filer.goes("/transmissions")
    play(world, triaged(case))
    assert tiles(filer.goes("/transmissions")) == tiles(quiet) == {}

    filer.begins()
    case.look()
    play(world, asked_of_filer(case))

    counted = tiles(filer.goes("/transmissions"))
    assert counted == {
        "/transmissions?status=question": 1,
        "/transmissions?unread=true": 1,
        "/transmissions?status=draft": 1,
    }
    for address, count in counted.items():
        listed = re.findall(r'<a href="/transmissions/[0-9a-f-]{36}">', filer.goes(address))
        assert len(listed) == count, address
    assert "question pour vous" not in Somebody(world.user("filer_2")).goes("/transmissions")
    assert filer.client.get("/transmissions", {"status": "nonsense"}).status_code == 400


def asked_of_filer(case):
    yield case.step("crip_coordinator", "request_info", recipient="filer", questions="q.")
    yield case.step("crip_coordinator", "message_filer", text="m.")
    yield case.step("crip_coordinator", "message_filer", text="m.")


# --- Urgent calls -------------------------------------------------------------------------------------


@pytest.fixture
def called(world, case):
    case.look()
    told = {name: f"{name}." for name in ("what", "where", "since", "called")}
    play(world, one(case.step("crip_coordinator", "flag_immediate_danger", child=case.children[0], **told)))
    return case


def one(move):
    yield move


def test_an_open_call_stands_first_with_its_answer_and_what_to_do_next(world, called):
    html = unescape(in_main(Somebody(world.user("on_call")).goes("/aujourdhui")))

    order = (
        "Prendre en compte l'appel", "Ouvrir le dossier", "Recueil provisoire", "Saisir le parquet", "À traiter en priorité"
    )  # fmt: skip
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert "Canari" not in html
    assessor = Somebody(world.user("assessor")).goes("/aujourdhui")
    assert "Prendre en compte" not in assessor


def test_the_numbers_to_dial_are_on_the_page_of_calls(world, called):
    html = in_main(Somebody(world.user("on_call")).goes("/appels"))

    assert re.findall(r'href="(tel:\d+)"', html) == ["tel:17", "tel:15", "tel:119", "tel:116000"]


def test_what_was_answered_is_gone_from_the_day(world, called):
    officer = Visitor(world, "on_call")
    (answer,) = links(officer.get("/appels"), f"/dossiers/{called.pk}/etape/alert")

    assert officer.fills(answer).status_code == 303
    assert "Prendre en compte" not in text(officer.get("/aujourdhui"))

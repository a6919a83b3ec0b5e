"""The queue and the pages of a case: what each role sees is what the API opens to it, and never more."""

import re

import pytest
from django.db import connection

from accounts.roles import Role
from referrals.access import matrix
from tests.factories.concerns import concern, urgent
from tests.night import NIGHT, one_in, some
from tests.referrals.api.routes import counting
from tests.security.procedure import (
    Case,
    assessed,
    contact,
    filed,
    play,
    ready_to_decide,
    refusal,
    reported,
    triaged,
)
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text
from web.cases.tabs import TABS

WORKING = [str(role) for role in matrix.MATRIX if role is not Role.DPO]
HIDDEN_FROM = ["filer", "filer_org_lead", "auditor", "territory_admin", "platform_admin", "statistician"]


@shared_fixture
def case(world):
    """A case whose every text names itself."""
    made = Case(world, "canari-{}.".format)
    form = concern(filer_name="Canari-filer", strengths="canari-strengths.")
    form["children"][0] |= {"last_name": "Canari-name", "first_names": "Prenom"}
    play(world, filed(made, form))
    return made


@shared_fixture
def in_assessment(world, case):
    for walk in (triaged(case), assessed(case), one(contact(case))):
        play(world, walk)
    return case


@shared_fixture
def delivered(world):
    made = Case(world, "{}.".format)
    play(world, ready_to_decide(made, concern()))
    return made


@shared_fixture
def refused(world):
    """A case whose offer the family refused."""
    made = Case(world, "{}.".format)
    play(world, refusal(made))
    return made


def test_the_queue_names_nobody_until_it_is_asked_to(world, case):
    coordinator = Visitor(world, "crip_coordinator")

    plain = coordinator.get("/dossiers")
    named = coordinator.get("/dossiers", names="true")

    assert plain.status_code == named.status_code == 200
    assert "Canari-name" not in text(plain)
    assert "Canari-name" in text(named)
    assert f"/dossiers/{case.pk}" in links(plain)


def test_a_commune_has_its_name(world, case):
    assert "Bobigny (93008)" in text(Visitor(world, "crip_coordinator").get(f"/dossiers/{case.pk}"))


@pytest.mark.sec("SEC-AZ6")
@pytest.mark.parametrize("name", HIDDEN_FROM)
def test_who_works_on_no_case_has_no_queue_and_no_case(world, case, name):
    visitor = Visitor(world, name)
    lists = ["dossiers", "dossiers/charge", "echeances", "mesures", "signatures", "ouvertures", "appels"]
    of_case = ["", "/historique", "/mesures", "/etape/referral/qualify", "/redaction"]

    own = (
        slice(None) if NIGHT else slice(HIDDEN_FROM.index(name) % 3, None, 3)
    )  # by day each page for two people
    for path in lists[own]:
        assert visitor.get(f"/{path}").status_code == 403
    for path in of_case[own]:
        assert visitor.get(f"/dossiers/{case.pk}{path}").status_code == 404


@pytest.mark.sec("SEC-AZ5")
def test_a_hidden_case_is_the_same_page_as_an_absent_one(world, case):
    stranger = Visitor(world, "crip_coordinator", "75")
    absent = "00000000-0000-4000-8000-00000000dead"
    for path in ("", *(f"/{tab.name}" for tab in TABS), "/etape/referral/qualify", "/etape/glass/open"):
        answers = [stranger.get(f"/dossiers/{pk}{path}") for pk in (case.pk, absent)]
        pages = [re.sub(r"[0-9a-f-]{36}|value=\"[^\"]+\"", "", one.content.decode()) for one in answers]
        assert [one.status_code for one in answers] == [404, 404]
        assert pages[0] == pages[1]


@pytest.mark.slow("every page of a case")
@pytest.mark.sec("SEC-AZ1")
@pytest.mark.parametrize("name", WORKING)
def test_a_page_shows_what_the_api_opens_to_the_role_and_nothing_else(world, in_assessment, name):
    case = in_assessment
    api, visitor = world.as_(name), Visitor(world, name)

    opened = api.get(f"referrals/{case.pk}")
    page = visitor.get(f"/dossiers/{case.pk}")

    assert page.status_code == opened.status_code
    if opened.status_code == 404:
        return
    told = set(re.findall(r"[Cc]anari-[a-z_]+", opened.content.decode()))
    assert set(re.findall(r"[Cc]anari-[a-z_]+", page.content.decode())) <= told
    assert ("Canari-name" in told) == ("Canari-name" in page.content.decode())
    for tab in some(links(page, f"/dossiers/{case.pk}/"), name, 2):
        assert visitor.get(tab).status_code == 200, tab


def one(move):
    yield move


def test_the_parts_of_a_case_are_read_as_the_api_reads_them(world, in_assessment):
    case = in_assessment
    play(world, reported(case))
    lead = Visitor(world, "assessment_lead")

    assessment = text(lead.get(f"/dossiers/{case.pk}/evaluation"))
    history = text(lead.get(f"/dossiers/{case.pk}/historique"))

    assert "canari-report." in assessment
    assert "canari-conclusion." in assessment
    assert "Qualifier en information préoccupante" in history
    assert "canari-opinion." in history


@pytest.mark.parametrize(
    ("page", "twins"),
    one_in(2, [
        ("dossiers", ["referrals?details=true", "saved-views"]),
        ("dossiers/{pk}", ["referrals/{pk}"]),
        ("dossiers/{pk}/historique", ["referrals/{pk}/timeline"]),
        ("dossiers/{pk}/echeances", ["referrals/{pk}/clocks"]),
        ("dossiers/{pk}/mesures", ["referrals/{pk}", "referrals/{pk}/measures", "referrals/{pk}/clocks"]),
        (
            "dossiers/{pk}/evaluation",
            ["referrals/{pk}", "referrals/{pk}/assessment", "referrals/{pk}/voices"],
        ),
        ("dossiers/{pk}/justice", ["referrals/{pk}", "referrals/{pk}/judicial-referrals"]),
        ("dossiers/{pk}/famille", ["referrals/{pk}/holder-informations", "referrals/{pk}/emergency-sheets"]),
        (
            "dossiers/{pk}/messages",
            [
                "referrals/{pk}/messages?channel=filer",
                "referrals/{pk}/messages?channel=professionals",
                "referrals/{pk}/feedbacks",
            ],
        ),
        ("dossiers/{pk}/pieces", ["referrals/{pk}/attachments"]),
        ("dossiers/{pk}/transferts", ["referrals/{pk}", "referrals/{pk}/transfers"]),
        ("dossiers/{pk}/rapprochements", ["referrals/{pk}/duplicates", "referrals/{pk}/links"]),
        (
            "dossiers/{pk}/signatures",
            ["referrals/{pk}/approvals", "referrals/{pk}/closure-reviews", "referrals/{pk}/break-glass"],
        ),
        ("echeances", ["clocks"]),
        ("appels", ["alerts"]),
        ("mesures", ["measures", "measures/counts"]),
        ("ouvertures", ["break-glass"]),
        ("transferts", ["transfers"]),
        ("dossiers/charge", ["assignments/people"]),
    ]),
)  # fmt: skip
def test_a_page_asks_the_database_little_more_than_its_twin(world, in_assessment, page, twins):
    """At most two statements more than the calls of the API that tell the same."""
    of_supervisors = page in ("transferts", "dossiers/charge")
    coordinator = Visitor(world, "supervisor" if of_supervisors else "crip_coordinator")
    for _ in range(2):  # the second time what is remembered for good is remembered
        with counting() as of_page:
            assert coordinator.get("/" + page.format(pk=in_assessment.pk)).status_code == 200
        of_twins = 0
        for twin in twins:
            with counting() as asked:
                place = "/api/v1/" + twin.format(pk=in_assessment.pk)
                assert coordinator.client.get(place, headers={"accept": "*/*"}).status_code == 200
            of_twins += asked[0]

    seeing = connection.vendor == "postgresql"  # the one by which the test sees all rows again
    assert of_page[0] <= of_twins + 2 + seeing, (of_page, of_twins)


@pytest.mark.slow("every page of a case")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_a_decided_case_speaks_the_reader_s_language(world, delivered, language):
    inspector = Visitor(world, "ase_inspector")
    inspector.post("/langue", {"language": language})
    for path in ("", *(f"/{tab.name}" for tab in TABS)):
        page = inspector.get(f"/dossiers/{delivered.pk}{path}")
        assert page.status_code in (200, 404), path
        assert page.headers["Content-Language"] == language
        assert language == "fr" or not re.search(r"[ \u00a0\u202f]: ", page.content.decode()), path


@pytest.mark.parametrize(
    ("language", "why"),
    [("fr", "Le dossier n'est pas restreint."), ("en", "The case isn't restricted.")],
)
def test_what_bars_a_step_is_said_on_its_case_and_when_it_is_tried(world, case, language, why):
    coordinator = Visitor(world, "crip_coordinator")
    coordinator.post("/langue", {"language": language})

    assert why in text(coordinator.get(f"/dossiers/{case.pk}"))
    refused = coordinator.get(f"/dossiers/{case.pk}/etape/referral/unrestrict")
    assert (refused.status_code, why in text(refused)) == (409, True)


@pytest.mark.parametrize(
    ("language", "called"),
    [("fr", "Aide éducative à domicile (AED)"), ("en", "Educational help at home")],
)
def test_the_history_tells_codes_in_words(world, refused, language, called):
    inspector = Visitor(world, "ase_inspector")
    inspector.post("/langue", {"language": language})

    told = text(inspector.get(f"/dossiers/{refused.pk}/historique"))

    assert called in told
    assert "aed" not in re.findall(r"\w+", told)


def test_filters_stay_in_the_address_and_odd_ones_are_refused(world, case):
    coordinator = Visitor(world, "crip_coordinator")

    blank = coordinator.get("/dossiers", state="submitted", urgency="", department="", reference="")
    odd = coordinator.get("/dossiers", state="nonsense")
    unknown = coordinator.get("/dossiers", name="Canari")

    assert f"/dossiers/{case.pk}" in links(blank)
    assert (odd.status_code, unknown.status_code) == (400, 400)
    assert "nonsense" not in text(odd)


def test_the_workload_is_for_who_answers_for_people(world, in_assessment):
    supervisor = Visitor(world, "supervisor")

    page = supervisor.get("/dossiers/charge")

    assert "assessor 93" in text(page)
    ones = links(page, "/dossiers/charge/")
    for reader in (supervisor, Visitor(world, "assessment_lead")):
        assert {reader.get(one).status_code for one in ones} == {200}, "with cases and without"
    assert Visitor(world, "assessor").get("/dossiers/charge").status_code == 403
    assert Visitor(world, "supervisor", "75").get(ones[0]).status_code == 404


@pytest.mark.sec("SEC-AZ20")
def test_one_tap_calls_back_who_filed_for_those_alone_who_read_it(world):
    """Class C of domain.md §1.3: the cell calls from the list and the case; on call only after an emergency opening."""
    called = Case(world, "{}.".format)
    play(world, filed(called, urgent(), urgent=True))
    coordinator, officer = Visitor(world, "crip_coordinator"), Visitor(world, "on_call")

    assert "06 39 98 12 34" in re.sub(r"\s", " ", text(coordinator.get("/appels")))
    for address in ("/appels", f"/dossiers/{called.pk}"):
        assert 'href="tel:0639981234"' in coordinator.get(address).content.decode(), address
    for address in ("/appels", "/aujourdhui", f"/dossiers/{called.pk}"):
        assert "0639981234" not in officer.get(address).content.decode(), address


def test_calls_that_nobody_answered_stand_on_the_start_page_and_in_a_list(world, case):
    """S7: one sees at a glance, over all cases, that a child waits; what was answered is gone."""
    coordinator = Visitor(world, "crip_coordinator")
    assert "attend une réponse" not in text(coordinator.get("/dossiers"))
    officer = Visitor(world, "supervisor")
    case.look()
    told = {name: f"{name}." for name in ("what", "where", "since", "called")}
    flagged = case.step("crip_coordinator", "flag_immediate_danger", child=case.children[0], **told)
    play(world, one(flagged))

    assert "/appels" in links(coordinator.get("/dossiers"))
    assert "1 appel d'urgence attend une réponse" in text(coordinator.get("/dossiers"))
    page = officer.get("/appels")
    assert f"/dossiers/{case.pk}" in links(page)
    assert "Canari" not in text(page)
    assert not links(Visitor(world, "crip_coordinator", "75").get("/appels"), f"/dossiers/{case.pk}")
    (answers,) = links(page, f"/dossiers/{case.pk}/etape/")
    assert officer.fills(answers).status_code == 303
    assert not links(officer.get("/appels"), f"/dossiers/{case.pk}")
    assert "attend une réponse" not in text(coordinator.get("/dossiers"))

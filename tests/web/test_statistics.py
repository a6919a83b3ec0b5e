"""The figures and the state of the service on pages: what the API tells, for those alone who may have it."""

import csv
import io
import re
from datetime import timedelta

import pytest

from audit.models import Entry
from core.clock import instant
from core.french import spaced
from outbox.models import Notice, NoticeState, Work
from tests.shared_fixtures import shared_fixture
from tests.web.browsing import Somebody
from tests.web.visiting import text

READERS = ["statistician", "supervisor", "dpo", "territory_admin", "platform_admin"]
OTHERS = ["crip_coordinator", "assessor", "auditor", "filer", "directory_editor"]


def told(world, who, **query):
    return world.as_(who).get(f"authorities/{world.authorities['93'].pk}/figures", **query).json()


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("who", OTHERS)
def test_who_reads_no_figures_has_no_page_of_them(world, who):
    person = Somebody(world.user(who))

    assert person.client.get("/chiffres").status_code == 403
    assert person.client.get("/chiffres/tableau?fact=outcome&unit=child").status_code == 403


@pytest.mark.parametrize("who", READERS)
def test_the_page_has_the_facts_of_the_call_and_is_an_entry(world, who):
    before = Entry.objects.filter(act="figures:read").count()

    html = Somebody(world.user(who)).goes("/chiffres")

    facts = dict.fromkeys(
        table["fact"]["label"]["fr"] for table in told(world, who)["territories"][0]["tables"]
    )
    assert re.findall(r'<section class="card"><h2>([^<]+)</h2>', html) == [
        spaced(f).replace("'", "&#x27;") for f in facts
    ]
    assert Entry.objects.filter(act="figures:read").count() == before + 2, "the page's, and the call's"


def test_a_year_that_isnt_over_and_another_authority_are_refused(world):
    person = Somebody(world.user("statistician"))

    assert person.client.get("/chiffres", {"year": instant().year + 1}).status_code == 400
    assert person.client.get("/chiffres", {"authority": world.authorities["75"].pk}).status_code == 404
    assert person.client.get("/chiffres", {"territory": 7}).status_code == 400


def test_a_table_is_a_file_with_every_period_and_no_number_that_isnt_told(world):
    table = told(world, "statistician")["territories"][0]["tables"][0]
    query = {"fact": table["fact"]["code"], "unit": table["unit"]["code"]}

    answer = Somebody(world.user("statistician")).client.get("/chiffres/tableau", query)

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    assert rows[0][1:] == told(world, "statistician")["periods"]
    assert [row[0] for row in rows[1:-1]] == [row["label"]["fr"] for row in table["rows"]]
    assert rows[-1][1:] == ["" if number is None else str(number) for number in table["total"]]


@pytest.mark.sec("SEC-AZ16")
def test_administrators_have_no_table_of_facts(world):
    person = Somebody(world.user("platform_admin"))

    assert person.client.get("/chiffres/tableau?fact=sex&unit=child").status_code == 400
    assert person.client.get("/chiffres/tableau?fact=outcome&unit=child").status_code == 200


# --- The platform -------------------------------------------------------------------------------------


@shared_fixture
def troubled(world):
    at = instant()
    Work.objects.create(name="clocks:reminded", next_at=at, ran_at=at - timedelta(days=2), failures=3)
    for state in (NoticeState.WAITING, NoticeState.DEAD, NoticeState.DONE):
        Notice.objects.create(
            channel="mail", user_id=world.user("assessor").pk, template="account.invited", kind="account", state=state,
            reference="AAAA-BBBB-CCCC-D", created_at=at - timedelta(hours=1), due_at=at - timedelta(hours=1),
        )  # fmt: skip


def test_the_platform_shows_what_is_late_and_what_was_not_delivered(world, troubled):
    page = text(Somebody(world.user("platform_admin")).client.get("/plateforme"))

    assert "1 messages à envoyer" in page or "1 message à envoyer" in page
    assert re.search(r"\b1 messages? non distribués? en sept jours", page)
    assert "clocks:reminded" in page
    assert "3 échecs de suite" in page
    assert "Autorité 93" in page


@pytest.mark.sec("SEC-AZ16")
def test_the_platform_names_no_person_and_no_case(world, troubled):
    html = Somebody(world.user("platform_admin")).goes("/plateforme")

    assert "AAAA-BBBB-CCCC-D" not in html
    assert "@test.invalid" not in html
    assert not any(user.full_name in html for user in world.users.values())


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("who", ["territory_admin", "supervisor", "auditor", "dpo", "statistician", "filer"])
def test_the_platform_is_for_whoever_runs_it(world, who):
    assert Somebody(world.user(who)).client.get("/plateforme").status_code == 403


def test_an_authority_without_somebody_whom_it_needs_is_marked(world):
    membership = world.memberships["93", "on_call"]
    membership.valid_to = instant() - timedelta(hours=1)
    membership.save()

    assert "Cadre d'astreinte" in text(Somebody(world.user("platform_admin")).client.get("/plateforme"))

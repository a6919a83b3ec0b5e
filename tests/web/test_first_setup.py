"""What an administrator does before the first concern: what is missing, units, the rota; and how each one is told."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Unit, User
from accounts.roles import Role
from outbox.models import Preference
from referrals.models import RotaShift
from tests.days import today
from tests.web.visiting import Visitor, links, text

LEFT = re.compile(r"Il reste (\d+) choses?")


@pytest.fixture
def admin(world):
    return Visitor(world, "territory_admin")


@pytest.fixture
def place(world):
    return f"/administration/{world.authorities['93'].pk}"


def _left(page) -> list[str]:
    """Return the tasks that a page says are still to be done."""
    shown = re.search(r'<ol class="tasks">(.*?)</ol>', page.content.decode(), re.DOTALL)
    return re.findall(r'<a href="[^"]+">([^<]+)</a>', shown[1]) if shown else []


def test_what_is_missing_is_told_until_it_is_there(world, admin, place):
    """Derived each time from what there is: nothing that somebody ticks could be wrong."""
    before = admin.get(f"{place}/ouverture")
    assert before.status_code == 200
    assert {"Un auditeur", "Deux administrateurs"} & set(_left(before)) == {"Deux administrateurs"}
    assert "L'adresse en tête des courriers" in text(before)
    assert int(LEFT.search(text(before))[1]) == len(_left(before))
    world.hire("second", Role.TERRITORY_ADMIN)
    admin.fills(
        f"{place}/reglages/crip_phone", crip_phone="01 43 00 00 00", effective_on=f"{today():%d/%m/%Y}"
    )
    Membership.objects.filter(role=Role.AUDITOR, authority__code="93").update(valid_to=just_now())

    after = admin.get(f"{place}/ouverture")

    gone = {"Deux administrateurs", "Le téléphone de la cellule"}
    assert set(_left(before)) - set(_left(after)) == gone
    assert set(_left(after)) - set(_left(before)) == {"Un auditeur"}


def test_each_task_leads_to_a_page_that_the_administrator_may_open(admin, place):
    page = admin.get(f"{place}/ouverture").content.decode()
    body = page[page.index("<h1>") : page.index("</main>")]
    found = re.findall(r'<li><a href="([^"]+)">', body)

    assert len(found) >= 5
    assert {
        address: admin.get(address.replace("&amp;", "&")).status_code for address in found
    } == dict.fromkeys(found, 200)


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("name", ["crip_coordinator", "on_call", "auditor", "filer"])
def test_who_neither_administers_nor_supervises_has_no_such_page(world, place, name):
    visitor = Visitor(world, name)

    pages = (
        f"{place}/ouverture",
        f"{place}/astreinte",
        f"{place}/astreinte/nouvelle",
        "/administration/unites",
    )
    assert {visitor.get(page).status_code for page in pages} == {403}


@pytest.mark.sec("SEC-AZ2")
def test_another_authority_is_not_there(world, admin):
    other = f"/administration/{world.authorities['75'].pk}"
    shift = _shift(world, "75")

    pages = (f"{other}/ouverture", f"{other}/astreinte", f"{other}/astreinte/nouvelle")
    assert {admin.get(page).status_code for page in pages} == {404}
    assert admin.get(f"/administration/astreinte/{shift.pk}/retrait").status_code == 404
    assert admin.post(f"/administration/astreinte/{shift.pk}/retrait", {}).status_code == 404
    shift.refresh_from_db()
    assert shift.withdrawn_at is None


def _shift(world, code):
    admin = world.user("territory_admin", code)
    begins = just_now()
    return RotaShift.objects.create(
        authority=world.authorities[code], user=world.user("on_call", code), place="first", starts_at=begins,
        ends_at=begins + timedelta(hours=12), made_at=begins, made_by=admin,
    )  # fmt: skip


def just_now():
    """Return an instant that has just passed."""
    return timezone.now() - timedelta(seconds=1)


@pytest.mark.parametrize("name", ["territory_admin", "supervisor"])
def test_a_shift_is_put_on_the_rota_each_week_and_taken_off(world, place, name):
    """As people write days and hours, on the clocks of the authority; three weeks are three shifts."""
    keeper, officer = Visitor(world, name), world.user("on_call")
    day = today() + timedelta(days=2)

    answer = keeper.fills(
        f"{place}/astreinte/nouvelle", officer=str(officer.pk), place="second", weeks="3",
        starts_at=f"{day:%d/%m/%Y} 18:00", ends_at=f"{day + timedelta(days=1):%d/%m/%Y} 9h",
    )  # fmt: skip

    assert answer.status_code == 303, text(answer)
    shifts = RotaShift.objects.filter(authority=world.authorities["93"]).order_by("starts_at")
    assert [(one.user, one.place, one.made_by) for one in shifts] == [
        (officer, "second", world.user(name))
    ] * 3
    listed = keeper.get(answer.headers["Location"])
    assert f"{day:%d/%m/%Y} à 18:00" in text(listed)
    assert "un moment sans personne d'astreinte" in text(listed)
    keeper.fills(f"/administration/astreinte/{shifts[0].pk}/retrait")
    assert [one.withdrawn_at is None for one in shifts.all()] == [False, True, True]


def test_who_is_not_on_call_cannot_be_chosen(world, admin, place):
    page = admin.get(f"{place}/astreinte/nouvelle").content.decode()
    assert str(world.user("on_call").pk) in page
    assert str(world.user("assessor").pk) not in page
    day = today() + timedelta(days=2)

    answer = admin.fills(
        f"{place}/astreinte/nouvelle", officer=str(world.user("assessor").pk), place="first", weeks="1",
        starts_at=f"{day:%d/%m/%Y} 18:00", ends_at=f"{day:%d/%m/%Y} 19:00",
    )  # fmt: skip

    assert answer.status_code == 400
    assert not RotaShift.objects.exists()


def test_a_unit_is_added_once(world, admin):
    answer = admin.fills("/administration/unites", name="Évaluation Nord")

    assert answer.status_code == 303
    assert Unit.objects.get(name="Évaluation Nord").authority == world.authorities["93"]
    again = admin.fills("/administration/unites", name="Évaluation Nord")
    assert again.status_code == 409
    assert "Évaluation Nord" in text(admin.get("/administration/unites"))


def test_each_one_says_how_they_are_told(world):
    """A French number as people write it; nobody else's is shown or changed."""
    officer = Visitor(world, "on_call")
    assert "/compte/avis" in links(officer.get("/aujourdhui"))

    answer = officer.fills("/compte/avis", phone="06 12 34 56 78", daily=["case"])

    assert "est enregistrée" in text(answer)
    assert User.objects.get(pk=world.user("on_call").pk).phone == "+33612345678"
    assert list(Preference.objects.values_list("user_id", "kind")) == [(world.user("on_call").pk, "case")]
    assert "+33612345678" in officer.get("/compte/avis").content.decode()
    assert "33612345678" not in Visitor(world, "supervisor").get("/compte/avis").content.decode()


def test_a_number_that_is_none_is_named_beside_its_field(world):
    officer = Visitor(world, "on_call")

    answer = officer.fills("/compte/avis", phone="le portable")

    assert answer.status_code == 400
    assert "f-phone" in answer.content.decode()
    assert User.objects.get(pk=world.user("on_call").pk).phone == ""

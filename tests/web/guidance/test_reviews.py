"""A professional's review of a page: bound to the text, typed by an administrator, over after its time (field.md B.6)."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import GuidanceReview, Membership
from accounts.roles import Role
from outbox.models import Notice
from tests.days import today
from tests.factories.world import LONG_AGO
from tests.web.visiting import Visitor, text
from web.guidance import context, files, reviews
from web.templatetags import guide

PATH = "faire/premiers-gestes"
FORM = f"/administration/aide/fr/{PATH}"
UNREAD = "Aucun professionnel ne l'a encore relu."


@pytest.fixture
def admin(world):
    return Visitor(world, "territory_admin")


@pytest.fixture
def stranger(client, world):
    def read(lang="fr"):
        return text(client.get(f"/guide/{PATH}", headers={"accept": "text/html", "accept-language": lang}))

    return read


def recorded(admin, at=FORM, **changed):
    said = {
        "name": "Dominique Essai", "function": "Psychologue", "body": "Association de démonstration",
        "reviewed_on": today().isoformat(), "until": (today() + timedelta(days=300)).isoformat(),
    }  # fmt: skip
    return admin.fills(at, **said | changed)


def test_a_review_stands_on_the_page_in_its_language_alone(admin, stranger):
    assert UNREAD in stranger()

    assert recorded(admin).status_code == 303

    assert "Dominique Essai, Psychologue, Association de démonstration" in stranger()
    assert UNREAD not in stranger()
    assert "Dominique" not in stranger("en")


def test_a_changed_text_is_unreviewed_again(admin):
    recorded(admin)
    page = files.pages("fr")[PATH]

    assert reviews.of(page, today())
    assert reviews.of(replace(page, digest="0" * 64), today()) is None


def test_a_review_is_over_after_its_day_and_when_it_is_withdrawn(admin, stranger):
    recorded(admin)
    page, row = files.pages("fr")[PATH], GuidanceReview.objects.get()

    assert reviews.of(page, row.until) == row
    assert reviews.of(page, row.until + timedelta(days=1)) is None

    assert admin.fills(f"/administration/aide/{row.pk}/fin").status_code == 303
    assert UNREAD in stranger()


@pytest.mark.parametrize(
    ("field", "days"),
    [("reviewed_on", 1), ("until", 400), ("until", -1)],
    ids=["to come", "too long", "over"],
)
def test_a_review_of_no_possible_time_is_refused_beside_its_field(admin, field, days):
    refused = recorded(admin, **{field: (today() + timedelta(days=days)).isoformat()})

    assert refused.status_code == 400
    assert "Dominique Essai" in refused.content.decode()
    assert not GuidanceReview.objects.exists()


@pytest.mark.parametrize("role", ["crip_coordinator", "directory_editor", "auditor", "filer", "dpo"])
def test_who_does_not_administer_records_none(world, role):
    visitor = Visitor(world, role)

    assert visitor.get(FORM).status_code == 403
    assert visitor.get("/administration/aide").status_code == 403


def test_an_administrator_of_two_authorities_says_for_which_one(world):
    user, elsewhere = world.user("territory_admin"), world.authorities["75"]
    Membership.objects.create(user=user, role=Role.TERRITORY_ADMIN, authority=elsewhere, valid_from=LONG_AGO)
    admin = Visitor(world, "territory_admin")

    assert recorded(admin, authority="").status_code == 400
    assert not GuidanceReview.objects.exists()
    assert recorded(admin, authority=str(elsewhere.pk)).status_code == 303
    assert GuidanceReview.objects.get().authority == elsewhere


def test_an_administrator_of_elsewhere_withdraws_none(world, admin):
    recorded(admin)
    other = Visitor(world, "territory_admin", "75")

    assert other.get(f"/administration/aide/{GuidanceReview.objects.get().pk}/fin").status_code == 404


def test_a_review_that_was_written_past_the_service_counts_for_nothing(admin, stranger):
    """Whoever holds the database puts no name under a page (SEC-AZ22)."""
    recorded(admin)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_guidancereview SET name = 'Personne'")

    assert UNREAD in stranger()


def test_the_list_names_every_page_and_what_is_due(admin):
    shown = admin.get("/administration/aide")

    assert shown.content.decode().count("/administration/aide/") >= 2 * len(files.pages("fr"))


def test_administrators_are_told_once_a_week_of_what_is_overdue(world):
    late = max(page.review_due for page in files.pages("fr").values()) + timedelta(days=1)
    at = datetime.combine(late, time(12), UTC)

    assert reviews.tell_of_overdue(at - timedelta(days=600)) == 0
    assert reviews.tell_of_overdue(at) > 0
    assert {one.template for one in Notice.objects.all()} == {reviews.OVERDUE}
    assert reverse("guidance-reviews").strip("/") == "administration/aide"


def test_what_nobody_reviewed_stays_out_of_an_emergency(admin, world):
    """Beside a step that has no time to lose stand those pages alone that a professional has read."""
    shown = {"as_of": today()}

    assert guide.guide_for_step(shown, "referral", "flag_immediate_danger") == {"pages": []}
    assert guide.guide_for_step(shown, "referral", "qualify")["pages"]

    page = context.about_step("referral", "flag_immediate_danger", "fr", today())[0]
    recorded(admin, at=f"/administration/aide/fr/{page.path}")

    assert guide.guide_for_step(shown, "referral", "flag_immediate_danger") == {"pages": [page]}

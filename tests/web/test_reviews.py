"""The page of roles that are to be reviewed: by administrators all of them, by second persons those of two (0034)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from tests.conftest import see_all
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

pytestmark = pytest.mark.sec("SEC-AZ10")
PAGE = "/administration/roles/a-revoir"
LATE = timedelta(days=370)


@shared_fixture
def late(world):
    """Five roles of 93 and one of 75 that nobody reviewed for a year."""
    before = timezone.now() - LATE
    found = {
        name: world.memberships["93", name] for name in ("assessor", "filer", "auditor", "dpo", "supervisor")
    }
    for held in (*found.values(), world.memberships["75", "auditor"]):
        Membership.objects.filter(pk=held.pk).update(reviewed_at=before)
    return found


def waits(held):
    see_all()
    return Membership.objects.get(pk=held.pk).reviewed_at < timezone.now() - timedelta(days=365)


def boxes(page, late):
    """Return whose roles the page lets one tick."""
    html = " ".join(page.content.decode().split())
    return {
        name for name, held in late.items() if f'name="chosen" id="f-{held.pk}" value="{held.pk}"' in html
    }


@pytest.mark.parametrize(
    ("who", "ticks"),
    [
        ("territory_admin", {"assessor", "filer", "auditor", "dpo", "supervisor"}),
        ("supervisor", {"auditor", "dpo"}),
        ("dpo", {"auditor", "supervisor"}),
    ],
)
def test_each_ticks_what_they_may_and_never_their_own(world, late, who, ticks):
    visitor = Visitor(world, who)
    assert PAGE in links(visitor.get("/administration/demandes"))
    page = visitor.get(PAGE)

    assert boxes(page, late) == ticks
    assert ("Une autre personne revoit vos rôles" in text(page)) == (who in late)
    assert bool(links(page, "/administration/roles/")[1:]) == (who == "territory_admin"), "who ends roles"
    done = visitor.post(PAGE, {"chosen": [str(late[name].pk) for name in sorted(ticks)]})

    assert done.status_code == 303, text(done)[:800]
    assert "L'action « Revoir des rôles » est enregistrée." in text(visitor.get(done["Location"]))
    assert {name for name, held in late.items() if not waits(held)} == ticks
    assert boxes(visitor.get(PAGE), late) == set()


def test_the_button_of_a_line_is_for_that_line_alone(world, late):
    done = Visitor(world, "territory_admin").post(
        PAGE, {"only": str(late["filer"].pk), "chosen": [str(late["assessor"].pk)]}
    )

    assert done.status_code == 303
    assert [waits(late[name]) for name in ("filer", "assessor")] == [False, True]


@pytest.mark.parametrize("sent", [{}, {"chosen": ["x"]}, {"only": "x"}])
def test_nothing_chosen_is_said(world, late, sent):
    answer = Visitor(world, "territory_admin").post(PAGE, sent)

    assert answer.status_code == 400
    assert "Rôles à revoir :" in text(answer)


@pytest.mark.sec("SEC-AZ1")
def test_of_several_all_or_none(world, late):
    """One of them is another authority's, or one's own: nothing is reviewed."""
    for wrong, status in ((world.memberships["75", "auditor"], 404), (late["supervisor"], 403)):
        answer = Visitor(world, "supervisor").post(PAGE, {"chosen": [str(late["auditor"].pk), str(wrong.pk)]})

        assert answer.status_code == status
        assert waits(late["auditor"])
        assert waits(wrong)


@pytest.mark.sec("SEC-AZ2")
@pytest.mark.parametrize("who", ["crip_coordinator", "auditor", "assessor", "filer", "platform_admin"])
def test_who_reviews_nothing_has_no_page_of_it(world, late, who):
    visitor = Visitor(world, who)

    assert visitor.get(PAGE).status_code == 403
    assert visitor.post(PAGE, {"chosen": [str(late["auditor"].pk)]}).status_code == 403
    assert waits(late["auditor"])


def test_the_page_says_what_happens_to_whom(world, late):
    page = text(Visitor(world, "territory_admin").get(PAGE))

    assert "À défaut, prend fin le" in page
    assert page.count("Ne prend pas fin de lui-même") == 1, "the filer's"
    visitor = Visitor(world, "territory_admin")
    visitor.post("/langue", {"language": "en"})
    assert "<h1>Roles to review</h1>" in visitor.get(PAGE).content.decode()

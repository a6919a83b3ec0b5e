"""A draft that a filer shows to the lead of the own institution, through pages (§1.1, §1.3 ``s``)."""

import pytest

from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor, links, text

SECRETS = ("Exemple", "enseignante@test.invalid", "0100000000", "2011-03-02", "02/03/2011")


@shared_fixture
def draft(world):
    see_all()
    world.memberships["93", "filer"].organisation = world.services["93"]
    world.memberships["93", "filer"].save()
    return "/transmissions/" + world.as_("filer").post("referrals", concern()).json()["id"]


def test_the_lead_reads_the_facts_while_they_are_shown_and_nothing_else(world, draft):
    filer, lead = Visitor(world, "filer"), Visitor(world, "filer_org_lead")
    assert f"{draft}/partage" in links(filer.get(draft))
    assert lead.get(draft).status_code == 404
    assert draft not in links(lead.get("/transmissions"))

    assert filer.fills(f"{draft}/partage", then="show").status_code == 303
    assert "Ce brouillon est montré." in text(filer.get(f"{draft}/partage"))

    assert "Brouillons montrés" in text(lead.get("/transmissions"))
    assert draft in links(lead.get("/transmissions"))
    page = lead.get(draft)
    assert "Absences répétées, cadeaux." in text(page)
    assert not [secret for secret in SECRETS if secret in text(page)]
    assert not links(page, f"{draft}/")

    assert filer.fills(f"{draft}/partage", then="hide").status_code == 303
    assert lead.get(draft).status_code == 404


@pytest.mark.sec("SEC-AZ7")
def test_the_lead_has_no_other_page_of_the_draft_and_holds_nothing_up(world, draft):
    filer, lead = Visitor(world, "filer"), Visitor(world, "filer_org_lead")
    filer.fills(f"{draft}/partage", then="show")

    for page in ("/enfant", "/pieces", "/relecture", "/urgence", "/partage", "/recu"):
        assert lead.get(draft + page).status_code in (403, 404), page
        said = {"then": "hide", "key": "a" * 32, "version": "1", "good_faith_notice": "true"}
        assert lead.post(draft + page, said).status_code in (403, 404, 405), page
    assert lead.get(draft).status_code == 200
    assert filer.fills(f"{draft}/relecture", good_faith_notice="true").status_code == 303


def test_who_files_from_no_institution_is_told_so(world):
    filer = (
        Visitor(world, "filer_hotel") if ("93", "filer_hotel") in world.secrets else Visitor(world, "filer_2")
    )
    draft = "/transmissions/" + world.as_("filer_2").post("referrals", concern()).json()["id"]
    see_all()
    page = filer.get(f"{draft}/partage")

    assert page.status_code == 200
    assert "aucun établissement" in text(page)


def test_who_files_from_two_institutions_says_from_which(world, draft):
    from accounts.models import Membership

    see_all()
    own = world.memberships["93", "filer"]
    own.pk = None
    own.organisation = world.services["75"]
    Membership.objects.bulk_create([own])
    filer = Visitor(world, "filer")

    refused = filer.fills(f"{draft}/partage", then="show")
    assert refused.status_code == 400
    assert "De quel établissement" in text(refused)
    shown = filer.fills(f"{draft}/partage", then="show", organisation=str(world.services["93"].pk))
    assert shown.status_code == 303
    assert Visitor(world, "filer_org_lead").get(draft).status_code == 200

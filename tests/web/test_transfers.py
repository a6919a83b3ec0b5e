"""A transfer through pages: what crosses is read, answered, arbitrated, and followed by who asked (T31 to T33, S16)."""

import pytest

from encryption.errors import Unreadable
from referrals.models import Child, Referral, TransferRequest
from referrals.transfers import documents
from referrals.vocabulary.between_authorities import Document
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.referrals.api.routes import counting
from tests.security.procedure import TARGET, Case, filed, play, triaged
from tests.web.visiting import Visitor, links, text


@pytest.fixture
def case(world):
    """A case in first analysis that Paris is asked to take over."""
    made = Case(world, "{}.".format)
    form = concern(
        children=[child(first_names="Nour", last_name="Exemple")],
        facts=[{"text": "Une scène devant le collège.", "source": "seen"}],
        filer_name="Infirmiere Exemple",
    )

    def walk():
        yield from filed(made, form)
        yield from triaged(made)
        deferred = {"kind": "holders_informed", "outcome": "deferred", "reason": "child_interest"}
        yield made.step(
            "crip_coordinator", "transfer_request", target=str(world.authorities[TARGET].pk), ground="moved",
            documents=["concern"], formalities=[deferred],
        )  # fmt: skip

    play(world, walk())
    return made


def request_of(case):
    see_all()
    return TransferRequest.objects.get(referral=case.pk)


@pytest.mark.sec("SEC-AZ20")
@pytest.mark.parametrize("readable", [True, False])
def test_what_crosses_tells_nothing_of_a_child_that_is_restricted_since(world, case, readable, monkeypatch):
    """The documents were made before; where they can't be made anew they are withheld, and the restriction holds."""

    def told():
        answer = world.as_("crip_coordinator", TARGET).get(f"transfers/{case.pk}")
        see_all()
        return answer.content.decode()

    assert "Nour" in told()
    kid = Child.objects.get(referral=case.pk)
    if not readable:
        monkeypatch.setitem(documents.MAKERS, Document.CONCERN, _unreadable)
    named = [str(world.user(name).pk) for name in ("crip_coordinator", "supervisor")]
    said = {"child": str(kid.pk), "named": named, "reason": "Menaces.", "review_on": "2027-05-05"}
    play(world, (act for act in (case.step("crip_coordinator", "restrict", **said),)))

    assert "Nour" not in told()
    assert ("Une scène" in told()) is readable
    assert Child.objects.get(pk=kid.pk).restricted


def _unreadable(case, children, scope):
    raise Unreadable


def refuses(visitor, case):
    return visitor.fills(f"/dossiers/{case.pk}/etape/referral/transfer_refuse", motive="Adresse non établie.")


def test_the_cell_that_is_asked_reads_what_crosses_and_nothing_else(world, case):
    there = Visitor(world, "crip_coordinator", TARGET)
    assert "/transferts" in links(there.get("/aujourdhui"))
    listed = there.get("/transferts")
    assert f"/transferts/{case.pk}" in links(listed)
    page = there.get(f"/transferts/{case.pk}")

    assert "Exemple" in text(page)
    assert "Une scène devant le collège." in text(page)
    assert "Infirmiere" not in text(page), "who filed doesn't cross"
    assert not links(page, f"/dossiers/{case.pk}/historique")
    steps = {one.rpartition("/")[2] for one in links(page, f"/dossiers/{case.pk}/etape/")}
    assert steps == {"transfer_accept", "transfer_refuse"}
    for path in ("", "/historique", "/transferts", "/pieces"):
        assert there.get(f"/dossiers/{case.pk}{path}").status_code == 404


@pytest.mark.sec("SEC-AZ5")
def test_nobody_else_there_reads_a_request(world, case):
    for who, status in (("intake_agent", 403), ("ase_inspector", 403), ("auditor", 403), ("supervisor", 404)):
        assert Visitor(world, who, TARGET).get(f"/transferts/{case.pk}").status_code == status, who
    assert Visitor(world, "crip_coordinator", "59").get(f"/transferts/{case.pk}").status_code == 404
    assert case.pk not in text(Visitor(world, "crip_coordinator", "59").get("/transferts"))


def test_an_acceptance_leads_to_the_case_as_it_goes_on(world, case):
    there = Visitor(world, "crip_coordinator", TARGET)
    shown = there.get(f"/dossiers/{case.pk}/etape/referral/transfer_accept")
    assert f"/transferts/{case.pk}" in links(shown)

    answer = there.fills(f"/dossiers/{case.pk}/etape/referral/transfer_accept", receipt="Reçu n° 12")

    see_all()
    twin = Referral.objects.get(pk=case.pk).goes_on_as
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"/dossiers/{twin}?")
    assert "est enregistrée" in text(there.get(answer["Location"]))
    assert there.get(f"/transferts/{case.pk}").status_code == 404


def test_two_refusals_go_to_the_supervisors_of_both_who_see_nothing_of_the_case(world, case):
    here, there = Visitor(world, "crip_coordinator"), Visitor(world, "crip_coordinator", TARGET)
    assert refuses(there, case)["Location"].startswith("/transferts?")
    followed = here.get(f"/dossiers/{case.pk}/transferts")
    assert "Adresse non établie." in text(followed)
    (again,) = [
        one for one in links(followed, f"/dossiers/{case.pk}/etape/transfer/") if one.endswith("/send")
    ]
    assert here.fills(again, note="Bail joint.").status_code == 303
    refuses(there, case)
    assert request_of(case).state == "arbitration"

    theirs, ours = Visitor(world, "supervisor", TARGET), Visitor(world, "supervisor")
    page = theirs.get(f"/transferts/{case.pk}")
    assert "Exemple" not in text(page)
    assert "Première analyse" not in text(page)
    (arbitrate,) = links(page, f"/dossiers/{case.pk}/etape/transfer/")
    assert "Première analyse" not in text(theirs.get(arbitrate))
    assert theirs.fills(arbitrate, says="transfer", reason="Avis.").status_code == 303
    assert arbitrate in links(ours.get(f"/dossiers/{case.pk}/transferts"))
    assert ours.fills(arbitrate, says="transfer", reason="Avis.").status_code == 303
    assert request_of(case).state == "sent"


def test_the_pages_of_transfers_ask_the_database_little_more_than_their_twins(world, case):
    here, there = Visitor(world, "crip_coordinator"), Visitor(world, "crip_coordinator", TARGET)
    for visitor, page, twins in (
        (there, "/transferts", ("transfers",)),
        (there, f"/transferts/{case.pk}", (f"transfers/{case.pk}",)),
        (here, f"/dossiers/{case.pk}/transferts", (f"referrals/{case.pk}", f"referrals/{case.pk}/transfers")),
    ):
        for _ in range(2):
            with counting() as of_page:
                assert visitor.client.get(page).status_code == 200
            with counting() as of_twins:
                for twin in twins:
                    answer = visitor.client.get(f"/api/v1/{twin}", headers={"accept": "*/*"})
                    assert answer.status_code == 200
        assert of_page[0] <= of_twins[0] + 2, page


def test_the_notice_of_a_request_leads_to_its_page(world, case):
    from django.urls import resolve

    from outbox import templates

    assert resolve(f"/{templates.get('transfer.asked').page}/{case.pk}").url_name == "transfer"

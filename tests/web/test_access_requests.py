"""An access request through pages: received, followed by its officer, asked about, signed, handed over (S10)."""

from datetime import timedelta

import pytest

from referrals.models import AccessRequest, RowApproval
from tests.referrals.access_requests.desk import FATHER, GIRL, TEXT, Desk
from tests.referrals.workflow.kit import AT
from tests.web.visiting import Visitor, links, text

RECEIVED = {
    "requester": "holder", "right": "access", "wanted": "all", "way": "letter", "received_on": "24/11/2026", "name": FATHER,
    "contact": "12 rue des Essais", "last_name": GIRL["last_name"], "first_names": GIRL["first_names"],
    "birth_date": "06/05/2011", "words": "Tout le dossier.",
}  # fmt: skip


def test_the_whole_way_on_pages(world, monkeypatch):
    desk = Desk(world, monkeypatch)
    officer = Visitor(world, "dpo")
    assert "/demandes-acces" in links(officer.get("/aujourdhui"))
    refused = officer.fills("/demandes-acces/nouvelle", requester="holder")
    assert refused.status_code == 400
    answer = officer.fills("/demandes-acces/nouvelle", **RECEIVED)
    assert answer.status_code == 303, text(answer)[:900]
    row = AccessRequest.objects.get()
    place = f"/demandes-acces/{row.pk}"
    page = officer.get("/demandes-acces")
    assert place in links(page)
    assert FATHER not in text(page), "a list opens nothing"
    assert FATHER in text(officer.get(place))

    said = {"proof": "paper", "standing": "holder_in_office", "in_office": "true", "how": "Carte regardée."}
    assert officer.fills(f"{place}/etape/confirm_identity", **said).status_code == 303
    assert officer.get(f"{place}/dossiers").status_code == 200
    scope = {"references": desk.kit.case.reference, "searched": "true"}
    answer = officer.fills(f"{place}/etape/set_scope", **scope)
    assert answer.status_code == 303, text(answer)[:900]
    assert officer.fills(f"{place}/etape/collect").status_code == 303
    assert TEXT in text(officer.get(place))

    desk.kit.set_child(prostitution_status="suspected")
    assert "Rien ne part sans avis" in text(officer.get(place))
    assert "demandez d'abord un avis" in text(officer.get(f"{place}/etape/answer"))
    asked = {"user": str(desk.kit.user("ase_inspector")), "question": "Peut-on communiquer ?"}
    assert officer.fills(f"{place}/etape/ask_opinion", **asked).status_code == 303
    inspector = Visitor(world, "ase_inspector")
    assert "1 avis attendu sur une demande d'accès" in text(inspector.get("/aujourdhui"))
    assert "Avis attendu" in text(inspector.get("/demandes-acces"))
    page = text(inspector.get(place))
    assert ["Peut-on communiquer ?" in page, TEXT in page, FATHER in page] == [True, False, False]
    given = {"verdict": "send", "reason": "Sans risque."}
    assert inspector.fills(f"{place}/etape/give_opinion", **given).status_code == 303
    assert "avis attendu" not in text(inspector.get("/aujourdhui"))
    assert "Avis attendu" not in text(inspector.get("/demandes-acces"))

    page = text(officer.get(f"{place}/etape/answer"))
    assert "Passages occultés, par motif" in page, "the letter is read before it is signed"
    answer = officer.fills(f"{place}/etape/answer", approver=str(desk.kit.user("supervisor")))
    assert answer.status_code == 303, text(answer)[:900]
    proposal = RowApproval.objects.get()
    signer = Visitor(world, "supervisor")
    page = signer.get(f"/signatures/{proposal.pk}")
    assert place in links(page)
    page = signer.get(place)
    assert TEXT in text(page), "who signs reads the copy"
    assert "/signatures" in links(page)
    assert "/demandes-acces" not in links(page), "who only signs has no list"
    assert signer.fills(f"/signatures/{proposal.pk}", what="sign").status_code == 303
    assert signer.get(place).status_code == 404

    page = officer.get(place)
    assert f"/api/v1/access-requests/{row.pk}/letter?name=answer" in links(page)
    assert "/demandes-acces" in links(page)
    assert ["Prendre la réponse à imprimer" in text(page), TEXT in text(page)] == [True, False]
    assert f"{place}/copie" not in links(page)
    assert officer.get(f"{place}/copie").status_code == 404
    taken = officer.post(f"{place}/fichier", {})
    assert (taken.status_code, taken.content) == (200, b"PK1")
    handed = {"on": "24/11/2026", "handing": "in_person", "to": FATHER, "identity_shown": "true"}
    answer = officer.fills(f"{place}/etape/hand_over", **handed)
    assert answer.status_code == 303, text(answer)[:900]
    assert officer.post(f"{place}/fichier", {}).status_code == 404
    for step in ("appeal", "close"):
        assert officer.get(f"{place}/etape/{step}").status_code in (200, 409)
    for step in ("receive", "redact", "nothing"):
        assert officer.get(f"{place}/etape/{step}").status_code == 404


def test_where_the_search_found_nothing_no_file_is_asked_for(world, monkeypatch):
    desk = Desk(world, monkeypatch)
    desk.receives()
    desk.identifies()
    officer = Visitor(world, "dpo")
    place = f"/demandes-acces/{desk.pk}"
    assert "Aucun si la recherche n'a rien donné" in text(officer.get(f"{place}/etape/set_scope"))
    assert officer.fills(f"{place}/etape/set_scope", references="").status_code != 303
    answer = officer.fills(f"{place}/etape/set_scope", references="", searched="true")
    assert answer.status_code == 303, text(answer)[:900]
    assert officer.fills(f"{place}/etape/collect").status_code == 303

    page = text(officer.get(f"{place}/etape/answer"))
    assert "Nous ne traitons aucune donnée vous concernant." in page
    assert "Nous traitons des données" not in page


@pytest.mark.parametrize(("days", "count"), [(2, 0), (27, 1), (40, 1)])
def test_the_page_of_the_day_counts_answers_that_are_near_or_late(world, monkeypatch, days, count):
    desk = Desk(world, monkeypatch)
    desk.receives(received_on=(AT.date() - timedelta(days=days)).isoformat())
    officer, place = Visitor(world, "dpo"), "/demandes-acces?waiting=answer"

    words = "1 demande d'accès à répondre sous 7 jours, ou en retard"
    day = officer.get("/aujourdhui")
    assert (words in text(day)) == (place in links(day)) == bool(count)
    assert (f"/demandes-acces/{desk.pk}" in links(officer.get(place))) == bool(count)
    assert f"/demandes-acces/{desk.pk}" in links(officer.get("/demandes-acces"))
    assert words not in text(Visitor(world, "intake_agent").get("/aujourdhui"))


def test_who_receives_has_the_receipt_alone(world, monkeypatch):
    Desk(world, monkeypatch)
    agent = Visitor(world, "intake_agent")
    today = AT.date().strftime("%d/%m/%Y")
    answer = agent.fills("/demandes-acces/nouvelle", **RECEIVED | {"received_on": today})
    assert answer.status_code == 303, text(answer)[:900]
    row = AccessRequest.objects.get()
    page = text(agent.get(f"/demandes-acces/{row.pk}"))
    assert [row.reference in page, FATHER in page, "Personne d'autre n'en connaît la suite" in page] == [
        True,
        False,
        True,
    ]
    assert agent.get(f"/demandes-acces/{row.pk}/dossiers").status_code == 403
    assert Visitor(world, "assessor").get("/demandes-acces").status_code == 403

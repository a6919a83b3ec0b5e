"""Data breaches through pages: declared, assessed, notified, persons told; who has the pages (S20)."""

from datetime import timedelta

import pytest

from referrals.models import DataBreach
from tests.clock import NOW
from tests.conftest import see_all
from tests.web.visiting import Visitor, links, text

DECLARERS = ("dpo", "supervisor", "auditor", "territory_admin", "platform_admin")


def row():
    see_all()
    return DataBreach.objects.get()


def declared(world, who="dpo"):
    """Declare a breach on its page; return the visitor and the page's address."""
    visitor = Visitor(world, who)
    place = "/violations/declarer"
    assert place in links(visitor.get("/violations"))
    said = {
        "kinds": "confidentiality",
        "source": "noticed",
        "what": "Un envoi erroné.",
        "seen": "Retour du courrier.",
    }
    refused = visitor.fills(place, **said)
    assert refused.status_code == 400
    assert 'href="#f-aware_at"' in refused.content.decode()
    answer = visitor.fills(place, **said, aware_at=(NOW - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"))
    assert answer.status_code == 303, text(answer)[:1500]
    return visitor, f"/violations/{row().pk}"


@pytest.mark.slow("each page of it")
def test_the_whole_way_on_pages(world):
    dpo, place = declared(world)
    page = text(dpo.get(place))
    assert "CNIL à aviser avant le" in page
    day = dpo.get("/aujourdhui")
    assert "1 violation de données : 72 heures courent" in text(day)
    assert "/violations?running=true" in links(day)
    assert place in links(dpo.get("/violations?running=true"))
    assert "Un envoi erroné." in page
    assert "Ne nommez personne" in text(dpo.get(f"{place}/etape/assess"))
    said = {
        "children": "1", "holders": "2", "touched": "read", "legible": "readable", "consequences": "Adresse connue.",
        "measures": "Courrier repris.", "risk": "high", "why": "Adresse d'une famille.",
    }  # fmt: skip
    assert dpo.fills(f"{place}/etape/assess", **said).status_code == 303
    assert "Reste à indiquer" in text(dpo.get(place))
    assert dpo.get(f"{place}/etape/rule_out").status_code == 409
    sent = {
        "part": "whole", "notified_at": NOW.strftime("%Y-%m-%dT%H:%M"), "reference": "FR-1", "proof": "Accusé",
        "nature": "Envoi erroné.", "contact": "dpd@test.invalid",
    }  # fmt: skip
    assert dpo.fills(f"{place}/etape/notify_cnil", **sent).status_code == 303
    letter = {
        "answer": "told", "on": NOW.strftime("%Y-%m-%d"), "way": "letter", "happened": "Un courrier s'est perdu.",
        "consequences": "Votre adresse peut être connue.", "done": "Nous l'avons repris.", "advice": "Appelez-nous.",
        "contact": "dpd@test.invalid",
    }  # fmt: skip
    heard = {
        "opinion_by": str(world.user("ase_inspector").pk), "opinion_on": NOW.strftime("%Y-%m-%d"),
        "opinion": "Rien ne s'y oppose.", "proof": "Avis de réception.",
    }  # fmt: skip
    # No case is known of it: nothing rules out that a holder is implicated.
    refused = dpo.fills(f"{place}/etape/inform_persons", group="holders", **letter)
    assert refused.status_code == 409
    assert "demandez l'avis de l'inspection" in text(refused)
    for group in ("children", "holders"):
        answer = dpo.fills(f"{place}/etape/inform_persons", group=group, **letter, **heard)
        assert answer.status_code == 303, text(answer)[:1500]
    courrier = f"/api/v1/data-breaches/{row().pk}/notice?group=holders"
    assert courrier in links(dpo.get(place))
    assert "Un courrier s'est perdu." in text(dpo.get(courrier))
    assert dpo.get(courrier.replace("holders", "agents")).status_code == 404
    assert dpo.fills(f"{place}/etape/close", changes="Double lecture des enveloppes.").status_code == 303
    assert "Double lecture des enveloppes." in text(dpo.get(place))
    table = dpo.get("/violations/registre", state="closed")
    assert table["Content-Type"].startswith("text/csv")
    assert "Un envoi" not in table.content.decode(), "codes, days and numbers"
    assert "Titulaires de l'autorité parentale : Informées" in table.content.decode()

    auditor = Visitor(world, "auditor").get(place)
    assert auditor.status_code == 200
    for said in ("Un envoi erroné.", "Double lecture", "Adresse connue."):
        assert said not in text(auditor)
    assert "Un envoi erroné." in text(Visitor(world, "supervisor").get(place))


@pytest.mark.slow("each role")
@pytest.mark.sec("SEC-AZ1")
def test_who_has_the_pages_of_it(world):
    _, place = declared(world, "territory_admin")
    admin = Visitor(world, "territory_admin")
    assert "Un envoi erroné." in text(admin.get(place)), "what one declared oneself"
    assert admin.get(f"{place}/etape/assess").status_code == 403
    for who in DECLARERS:
        visitor = Visitor(world, who)
        sees = who != "platform_admin"
        assert visitor.get("/violations").status_code == 200
        assert visitor.get(place).status_code == (200 if sees else 404), who
        assert ("/violations" in links(visitor.get("/aujourdhui"))) or who == "platform_admin", who
    for who in ("crip_coordinator", "filer", "assessor", "ase_inspector", "statistician", "measure_service"):
        visitor = Visitor(world, who)
        assert visitor.get("/violations").status_code == 403, who
        assert visitor.get(place).status_code == 404, who
    assert Visitor(world, "dpo", "75").get(place).status_code == 404

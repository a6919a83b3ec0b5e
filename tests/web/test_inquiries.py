"""An inquiry through pages: asked on the case, found on the other side's list, answered, followed (S21)."""

from uuid import uuid4

from referrals.models import Child, HolderInformation, Inquiry
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.referrals.workflow.kit import Kit
from tests.web.visiting import Visitor, links, text

ASKED = "75"
BOY = {"first_names": "Noé", "last_name": "Durandal", "birth_date": "2014-05-06"}


def known_in_paris(world):
    """File about the boy in Paris; return the child's id there."""
    body = concern(children=[child(**BOY, commune_insee="75056")]) | {"submit": True}
    answer = world.as_("filer", ASKED).post("referrals", body, key=uuid4().hex)
    assert answer.status_code == 201, answer.content
    see_all()
    return Child.objects.get(referral=answer.json()["id"])


def test_the_whole_way_on_pages(world):
    kit = Kit(world, "triage")
    for name, value in BOY.items():
        field = Child._meta.get_field(name)
        setattr(kit.child, name, kit.fill.keys[field.key].seal(field, kit.child.pk, value))
    kit.child.save()
    kit.fill.row(HolderInformation, holder=kit.holder, occasion="inquiry", state="done")
    there = known_in_paris(world)
    mine, theirs = Visitor(world, "crip_coordinator"), Visitor(world, "crip_coordinator", ASKED)

    place = f"/dossiers/{kit.case.pk}/interroger"
    assert place in links(mine.get(f"/dossiers/{kit.case.pk}/transferts"))
    said = {
        "asked": str(world.authorities[ASKED].pk), "child": str(kit.child.pk), "ground": "lived_there",
        "purpose": "Comprendre.",
    }  # fmt: skip
    refused = mine.fills(place, **said)
    assert refused.status_code == 400
    assert "Noé" not in text(refused), "the page of a refusal opens nothing"
    answer = mine.fills(place, **said, school="Collège des Essais")
    assert answer.status_code == 303, text(answer)[:800]

    page = theirs.get("/demandes")
    asked = Inquiry.objects.get(side="asked")
    assert f"/demandes/{asked.pk}" in links(page)
    assert "Noé" not in text(page), "a list opens nothing"
    page = text(theirs.get(f"/demandes/{asked.pk}"))
    assert ["Collège des Essais" in page, page.count("Noé")] == [True, 2]

    answer = theirs.fills(
        f"/demandes/{asked.pk}/etape/answer",
        searched="true", known="true", confirmed="true", child=str(there.pk), kinds="concern", standing="over",
        contact="CRIP 75, poste 12",
    )  # fmt: skip
    assert answer.status_code == 303, text(answer)[:800]
    own = Inquiry.objects.get(side="asker")
    assert "CRIP 75, poste 12" in text(mine.get(f"/demandes/{own.pk}"))
    assert f"/demandes/{own.pk}" in links(mine.get(f"/dossiers/{kit.case.pk}/transferts"))
    assert mine.get(f"/demandes/{asked.pk}").status_code == 404
    for step in ("ask_documents", "close"):
        assert mine.get(f"/demandes/{own.pk}/etape/{step}").status_code == 200
    assert mine.get(f"/demandes/{own.pk}/etape/ask").status_code == 404
    wanted = {"documents": "plan", "for_plan": "Préparer l'évaluation."}
    assert mine.fills(f"/demandes/{own.pk}/etape/ask_documents", **wanted).status_code == 303
    assert "Préparer l'évaluation." in text(theirs.get(f"/demandes/{asked.pk}"))
    sent = {"missing": "plan", "why_plan": "not_found"}
    assert theirs.fills(f"/demandes/{asked.pk}/etape/send_documents", **sent).status_code == 303
    assert mine.fills(f"/demandes/{own.pk}/etape/close", considered="Oui.").status_code == 303
    see_all()
    assert {str(row.state) for row in Inquiry.objects.all()} == {"closed"}

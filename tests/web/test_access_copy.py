"""The copy of a request on its pages: read, hidden by words and on an image, lifted, and what leaves (AR6, AR13)."""

import io
import re
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from audit.models import Entry
from referrals.access_requests import effects, package
from referrals.models import AccessRedaction
from referrals.vocabulary.access_requests import Withheld
from tests.conftest import see_all
from tests.referrals.access_requests.desk import FILER, SECRET, Desk
from tests.referrals.access_requests.test_drawing import LINES, pdf_of
from tests.web.visiting import Visitor, links, text

pytestmark = pytest.mark.usefixtures("unconfined")

LETTER = "Lettre du voisin"


@pytest.fixture
def desk(world, monkeypatch, settings, tmp_path):
    """A request of a father whose copy is made, with a document in it, and whose package is the real one."""
    settings.OBJECT_FOLDER = tmp_path / "objects"
    desk = Desk(world, monkeypatch)
    form = {
        "kind": "letter",
        "notice_read": "true",
        "file": SimpleUploadedFile("lettre.pdf", pdf_of(LINES, LINES)),
    }
    answer = world.as_("crip_coordinator").client.post(
        f"/api/v1/referrals/{desk.kit.case.pk}/attachments", form
    )
    assert answer.status_code == 201, answer.content
    see_all()
    stand_in = effects.collection

    def collect(scope, **said):
        [fact, name] = stand_in.collect(scope, **said)
        letter = replace(
            fact, label=LETTER, access_class="G", attachment=UUID(answer.json()["made"]), text=None, hidden=(),
            may_withhold=frozenset(Withheld), source="referrals.Attachment",
        )  # fmt: skip
        return [fact, name, letter]

    monkeypatch.setattr(effects, "collection", SimpleNamespace(collect=collect))
    monkeypatch.setattr(effects, "package", package)
    desk.copies()
    return desk


def test_passages_are_hidden_by_their_words_and_lifted_with_a_reason(desk):
    officer = Visitor(desk.world, "dpo")
    place = f"/demandes-acces/{desk.pk}/copie"
    assert place in links(officer.get(f"/demandes-acces/{desk.pk}"))
    assert officer.get(place).status_code == 200
    page = officer.get(f"{place}?groupe=2")
    assert [SECRET in text(page), FILER in text(page)] == [True, True], "the officer reads what is hidden"
    assert f"<mark>{FILER}" in page.content.decode()
    assert "1 passage occulté" in text(page)
    [one] = [href for href in links(page, f"{place}/") if "lever" not in href]

    refused = officer.fills(one, words="Absente", code="third_party")
    assert refused.status_code == 400
    assert "Ces mots n'y sont pas" in text(refused)
    assert SECRET not in text(refused), "the page of a refusal opens nothing"
    assert officer.fills(one, code="third_party").status_code == 400
    assert officer.fills(one, words=SECRET, occurrence="2", code="third_party").status_code == 400
    assert officer.fills(one, words=SECRET.lower(), code="third_party").status_code == 303
    shown = officer.get(one)
    assert f"<mark>{SECRET}" in shown.content.decode()
    assert "Verrouillé" in text(shown), "who filed is never told"
    assert officer.fills(one, words=SECRET, code="third_party").status_code == 303, (
        "hidden already: nothing to do"
    )
    assert AccessRedaction.objects.filter(code="third_party").count() == 1

    [lifting] = links(shown, f"{one}/lever/")
    assert officer.fills(lifting).status_code == 400
    assert officer.fills(lifting, reason="La sœur a donné son accord.").status_code == 303
    assert f"<mark>{SECRET}" not in officer.get(one).content.decode()
    locked = AccessRedaction.objects.get(code="filer")
    assert officer.get(f"{one}/lever/{locked.pk}").status_code == 404
    entries = Entry.objects.filter(act="access_request:read").count()
    officer.get(one)
    assert Entry.objects.filter(act="access_request:read").count() == entries + 1, "each reading is an entry"


@pytest.mark.slow("a document is drawn for each word that is looked for, each in a process of its own")
def test_a_document_is_hidden_on_its_pages_and_a_name_everywhere(desk):
    officer = Visitor(desk.world, "dpo")
    place = f"/demandes-acces/{desk.pk}/copie"
    [other] = [href for href in links(officer.get(place), place) if "groupe=3" in href]
    [one] = links(officer.get(other), f"{place}/")
    page = officer.get(one)
    assert "Page 1 sur 2" in text(page)
    assert "Quetelard" in text(page), "the words of the page are there for who doesn't see it"
    [image] = re.findall(r'<img src="([^"]+)"', page.content.decode())
    picture = Image.open(io.BytesIO(officer.get(image).content))
    before = picture.convert("L").getextrema(), picture.size
    assert before[0][1] > 200

    assert officer.fills(one, left="100", top="0", right="90", bottom="50", code="safety").status_code == 400
    assert officer.fills(one, left="0", code="safety").status_code == 400
    said = {"left": "0", "top": "0", "right": "1000", "bottom": "1000", "code": "safety"}
    assert officer.fills(one, **said).status_code == 303
    painted = Image.open(io.BytesIO(officer.get(image).content)).convert("L")
    assert sorted(painted.get_flattened_data())[painted.width * painted.height // 2] < 40
    assert officer.fills(f"{one}?page=2", words="quetelard", code="third_party").status_code == 303
    assert officer.get(f"{one}?page=3").status_code == 200
    assert officer.get(f"{image[:-1]}9").status_code == 422

    assert officer.fills(place, words="Nulle Part", code="filer").status_code == 400
    assert officer.fills(place, words="zacharie", code="other_child").status_code == 303
    boxes = AccessRedaction.objects.filter(code="other_child")
    assert boxes.count() == 2, "on each page of the letter"
    totals = text(officer.get(place))
    assert "vie privée d'un autre enfant : 2" in totals

    for who in ("crip_coordinator", "supervisor", "assessor"):
        stranger = Visitor(desk.world, who)
        for path in (
            place,
            one,
            image,
            f"/demandes-acces/{desk.pk}/fichier-protege",
            f"/demandes-acces/{desk.pk}/recu",
        ):
            assert stranger.get(path).status_code == 404, (who, path)


def test_what_leaves_is_locked_and_lacks_what_was_hidden(desk):
    officer = Visitor(desk.world, "dpo")
    assert officer.get(f"/demandes-acces/{desk.pk}/fichier-protege").status_code == 404
    place = f"/demandes-acces/{desk.pk}/copie"
    assert officer.fills(place, words="Quetelard", code="third_party").status_code == 303
    desk.answers()
    page = officer.get(f"/demandes-acces/{desk.pk}/fichier-protege")
    assert page.status_code == 200, text(page)[:500]
    [passphrase] = re.findall(r'name="passphrase" value="([^"]+)"', page.content.decode())
    assert passphrase in text(page)
    answer = officer.post(f"/demandes-acces/{desk.pk}/fichier-protege", {"passphrase": passphrase})
    assert answer["Content-Type"] == "application/pdf"
    assert passphrase not in text(officer.get(f"/demandes-acces/{desk.pk}/fichier-protege")), "shown once"
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(answer.content))
    with pikepdf.open(io.BytesIO(answer.content), password=passphrase) as document:
        data = document.attachments["donnees.json"].get_file().read_bytes().decode()
        opened = io.BytesIO()
        document.save(opened)
    assert "Inès" in data
    for hidden in ("Quetelard", FILER):
        assert hidden not in data
    assert "[occulté : vie privée d'un tiers]" in data or '"third_party"' in data
    for weak in ("", "motdepasse", passphrase.upper()):
        assert officer.post(
            f"/demandes-acces/{desk.pk}/fichier-protege", {"passphrase": weak}
        ).status_code in (400, 422)
    assert Entry.objects.filter(act="access_request:fetched").count() == 1
    readings = Entry.objects.filter(act="access_request:read")
    before = readings.count()
    receipt = text(officer.get(f"/demandes-acces/{desk.pk}/recu"))
    assert readings.count() == before + 1, "the receipt is a reading"
    assert desk.row.package_hash in receipt
    assert "vie privée d'un tiers" in receipt
    assert FILER not in receipt
    assert officer.get(place).status_code == 404, "once it is answered nobody reads the copy again"

"""An access request from the real copy to the locked file: what is hidden is in no byte of what leaves (S10, AR5 to AR13)."""

import io
import json

import jsonschema
import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from encryption.digest import sha256
from referrals.access_requests import collection, effects, package, queries, readers
from referrals.models import AccessPart, AccessRedaction
from tests.conftest import see_all
from tests.referrals.access_requests.desk import Desk
from tests.referrals.access_requests.test_drawing import LINES, all_bytes, pdf_of, told, writings
from tests.web.visiting import Visitor

pytestmark = pytest.mark.usefixtures("unconfined")


@pytest.mark.slow("a copy of a whole case, drawn, printed and locked")
@pytest.mark.sec("SEC-FI2")
def test_what_is_hidden_is_in_no_byte_of_what_leaves(world, monkeypatch, settings, tmp_path):
    settings.OBJECT_FOLDER = tmp_path / "objects"
    desk = Desk(world, monkeypatch)
    for place, real in (("collection", collection), ("lists", readers), ("package", package)):
        monkeypatch.setattr(effects, place, real)
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
    desk.copies()
    officer = Visitor(desk.world, "dpo")
    place = f"/demandes-acces/{desk.pk}/copie"
    assert officer.fills(place, words="Quetelard", code="third_party").status_code == 303
    row = desk.answers()
    assert row.state == "partial"
    made = queries.package(desk.pk, actor=desk.actor("dpo"), at=desk.at)
    assert sha256(made).hex() == row.package_hash
    files = package.files_of(made)
    data = json.loads(files["donnees.json"])
    jsonschema.validate(data, package.schema())
    # What is withheld for justice is one line for a holder, however much of it there is.
    of_justice = AccessRedaction.objects.filter(code="judicial").count()
    parts = AccessPart.objects.count() - of_justice + 1
    assert sum(len(case["parts"]) for case in data["files"]) == parts > 50
    assert of_justice > 1
    held = [all_bytes(one) if name.endswith(".pdf") else one for name, one in files.items()]
    text = " ".join(page for name, one in files.items() if name.endswith(".pdf") for page in told(one))
    for word in ("Quetelard", "canary filer", "canary concern.child_words", "canary child.address"):
        assert word not in text, word
        assert not any(writing in one for writing in writings(word) for one in held), word
    locked = package.locked(made, "phrase")
    with pikepdf.open(io.BytesIO(locked), password="phrase") as document:
        assert {"donnees.json", "consultations.json"} <= set(document.attachments)

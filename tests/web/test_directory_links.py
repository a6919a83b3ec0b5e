"""An editor has a service asked to confirm its entry, and undoes an answer that came by a link, page by page."""

import pytest

from directory.actions import confirmations as acts
from directory.confirmations import ConfirmationInput
from directory.models import Service
from tests.directory.confirmation_requests import Clock, a_service, asked, mails, token_in
from tests.web.visiting import Visitor, links, text


@pytest.fixture
def clock():
    """The machine's own: an editor's proofs are of today."""
    from datetime import UTC, datetime

    return Clock(datetime.now(UTC))


def test_an_editor_has_a_service_asked_and_undoes_what_it_answered(world, clock):
    service = a_service(world, contact_name="Le chef")
    editor = Visitor(world, "directory_editor")
    path = f"/annuaire/services/{service.pk}"
    assert f"{path}/lien" in links(editor.get(path))
    done = editor.fills(f"{path}/lien")
    assert "L'action « Demander au service de confirmer » est enregistrée." in text(
        editor.get(done["Location"])
    )
    again = editor.fills(f"{path}/lien")
    assert "depuis moins d'un jour" in text(again)
    clock.on(minutes=1)
    (message,) = mails(clock)
    said = {"token": token_in(message), "works": "closed", "contact_said": "wrong", "contact": "Un inconnu"}
    acts.confirm(ConfirmationInput.read(said), at=clock.now)

    listed = editor.get("/annuaire/signalements")
    assert "Réponses reçues par lien" in text(listed)
    assert "À qui parler" in text(listed)
    assert any(one.endswith("/annulation") for one in links(listed, path))
    history = editor.get(f"{path}/historique")
    (undo, *_) = [one for one in links(history, path) if one.endswith("/annulation")]
    assert "Un inconnu" in text(history)
    assert editor.fills(undo).status_code == 303
    service.refresh_from_db()
    assert (service.status, service.contact_name) == ("active", "Le chef")


def test_what_no_link_said_is_undone_by_nobody(world, clock):
    service = a_service(world)
    (message,) = asked(clock)
    acts.confirm(ConfirmationInput.read({"token": token_in(message), "works": "closed"}), at=clock.now)
    answer = Service.objects.get(pk=service.pk).verifications.get(field="status")
    path = f"/annuaire/services/{service.pk}/historique/{answer.pk}/annulation"
    for name, code, status in (
        ("directory_editor", "93", 200),
        ("directory_editor", "75", 404),
        ("crip_coordinator", "93", 403),
    ):
        assert Visitor(world, name, code).get(path).status_code == status, (name, code)
    other = Visitor(world, "directory_editor")
    assert other.get(path.replace(str(answer.pk), str(service.pk))).status_code == 404

"""The service is closed: what people see, in a browser, and what becomes of what they were typing (SEC-FT17)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_filing import SAVE, begins, says

TYPED = "Ce texte n'est encore nulle part ailleurs."


@contextmanager
def closed(visitor: Visitor) -> Iterator[None]:
    """Close the service by its own rule: the key store says no more that it wasn't restored."""
    file = Path(visitor.service.environment["REPERE_STATE_DIR"]) / "keys.sqlite3"
    with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as database:
        ((mark,),) = database.execute("SELECT made_in FROM encryption_storemark").fetchall()
        try:
            _mark(database, visitor, "", 503)
            yield
        finally:
            _mark(database, visitor, mark, 200)


def _mark(database: sqlite3.Connection, visitor: Visitor, said: str, status: int) -> None:
    database.execute("UPDATE encryption_storemark SET made_in = ?", [said])
    # The supervisor's question has the gate look anew; any other waits for some seconds.
    assert visitor.page.request.get(f"{visitor.service.address}/readyz").status == status


@pytest.mark.sec("SEC-FT17")
def test_what_was_typed_stays_on_its_page_and_every_other_says_whom_to_call(visitor):
    visitor.goes(f"{begins(visitor)}/inquietude")
    says(visitor, "Que s'est-il passé", TYPED)

    with closed(visitor):
        visitor.presses(SAVE)
        expect(visitor.page.get_by_role("heading", name="Rien ne peut être transmis")).to_be_visible()
        visitor.looks("closed-form")
        other = Visitor(visitor.page.context.new_page(), visitor.service)
        other.goes("/dossiers")
        expect(other.page.get_by_role("heading", name="Repère ne répond pas pour l'instant")).to_be_visible()
        expect(other.page.get_by_role("link", name="17", exact=True).first).to_have_attribute(
            "href", "tel:17"
        )
        other.looks("closed")
        other.follows("le formulaire à imprimer")
        expect(
            other.page.get_by_role("heading", name="Formulaire de transmission sur papier")
        ).to_be_visible()
        other.page.close()

    assert visitor.page.get_by_label("Que s'est-il passé").first.input_value() == TYPED
    visitor.presses(SAVE)
    visitor.page.wait_for_url("**/situation")

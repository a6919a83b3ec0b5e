"""The answer to an access request signed at once: it waits for the place of the list of readers, and is no fault (AR11)."""

from uuid import uuid4

import pytest

from audit import places
from encryption.digest import sha256
from referrals.access_requests import effects, queries, readers
from referrals.models import RowApproval
from tests.audit import sequenced as made
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.referrals.access_requests.desk import Desk
from tests.web.visiting import Visitor

pytestmark = pytest.mark.both_databases("the places of entries under the roles that read and write them")

sequenced = made.sequenced


def pass_of(sequenced):
    see_all()
    with as_owner():
        sequenced.sequencer.once()


@pytest.fixture
def proposed(world, monkeypatch, sequenced):
    """A copy whose list of readers has no place yet, and its answer, which a supervisor is asked to sign."""
    desk = Desk(world, monkeypatch)
    monkeypatch.setattr(effects, "lists", readers)
    made.written(1)
    pass_of(sequenced)  # something is signed: a list has to have its proofs
    desk.copies()
    desk.does("answer", {"approver": str(world.user("supervisor").pk)})
    return desk


def sign(desk):
    asked = RowApproval.objects.get(target=desk.pk, state="requested")
    answer = Visitor(desk.world, "supervisor").fills(f"/signatures/{asked.pk}", what="sign")
    see_all()
    return answer


def test_who_signs_waits_for_the_place_of_the_list(proposed, sequenced, monkeypatch):
    passes = []

    def pause():
        passes.append(1)
        if len(passes) == 2:
            pass_of(sequenced)

    monkeypatch.setattr(places, "pause", pause)

    answer = sign(proposed)

    assert (answer.status_code, len(passes)) == (303, 2), answer.content
    row = proposed.row
    assert row.state in ("answered", "partial")
    package = queries.package(proposed.pk, actor=proposed.actor("dpo"), at=proposed.at)
    assert sha256(package).hex() == row.package_hash
    (content,) = proposed.built
    assert content.readers.proofs["checkpoint"]


def test_who_waited_in_vain_is_told_to_sign_again_and_nothing_is_done(proposed, sequenced, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE_SECONDS", 0.05)

    answer = sign(proposed)

    assert answer.status_code == 409
    assert "Retry-After" in answer
    assert "Recommencez dans une minute." in answer.content.decode()
    assert proposed.row.state == "redaction"

    pass_of(sequenced)
    assert sign(proposed).status_code == 303
    assert proposed.row.state in ("answered", "partial")


def test_a_program_that_signs_sends_its_body_once(proposed, sequenced, monkeypatch):
    """Its request runs twice."""
    monkeypatch.setattr(places, "pause", lambda: pass_of(sequenced))
    asked = RowApproval.objects.get(target=proposed.pk, state="requested")

    answer = proposed.world.as_("supervisor").post(f"approvals/{asked.pk}/sign", {}, key=uuid4().hex)

    assert answer.status_code == 200, answer.content
    see_all()
    assert proposed.row.state in ("answered", "partial")

"""Access requests (RGPD 12, 15; domain.md §2.7, §7.5): the course, wrong requesters, the gate, two persons, the delay."""

import pytest

from outbox.models import Notice
from referrals.access_requests import tasks
from referrals.errors import ApproverRefused, GuardRefused, NotAllowed, NotVisible, WrongState
from referrals.models import AccessFile, AccessPart, AccessRedaction, AccessRequest, Referral, RowApproval
from tests.conftest import see_all
from tests.referrals.access_requests.desk import FATHER, FILER, GIRL, RECEIVING, SECRET, SPAN, TEXT, Desk
from tests.referrals.workflow.kit import Kit


@pytest.fixture
def desk(world, monkeypatch):
    return Desk(world, monkeypatch)


def rule_of(caught):
    return caught.value.rule


def test_the_whole_way_to_the_end(desk):
    row = desk.receives()
    assert (row.state, row.due_at.astimezone(desk.kit.case.authority.timezone and None).isoformat()[:10]) == (
        "received",
        "2026-12-24",
    )
    desk.identifies()
    desk.scopes()
    assert Referral.objects.get(pk=desk.kit.case.pk).legal_hold
    assert desk.does("collect").state == "redaction"
    assert [one.code for one in AccessRedaction.objects.all()] == ["filer"]
    row = desk.answers()
    assert (row.state, row.codes, row.due_at) == ("partial", ["filer"], None)
    piece = desk.built[0].pieces[0]
    assert (piece.part.text, piece.spans) == (TEXT, (SPAN,))

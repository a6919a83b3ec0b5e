"""To whom data went, by name where a name gives nobody away (C-154/21; §1.3 class K)."""

from uuid import uuid4

import pytest

from referrals.access_requests import package
from referrals.models import Inquiry, MeasureType, TransferRequest
from tests.referrals.workflow.kit import AT, Kit

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)


def told(kit, *, to_subject):
    found = package.recipients_of("Seine-Saint-Denis", [kit.case.pk], [kit.child.pk], to_subject=to_subject)
    return "\n".join(found)


def test_a_service_is_named_unless_its_name_tells_a_place(world):
    kit = Kit(world, "protected_admin")
    service = world.services["93"].name
    for values in ({"type_id": MeasureType.objects.filter(takes_in=True).first().pk}, {}):
        row = kit.measure("active", **values)
        if not values:
            assert row.place is not None, "a protected place is known"
        assert service not in told(kit, to_subject=True)
    row.place = None
    row.save()
    assert f"{service}, chargé d'une mesure." in told(kit, to_subject=False)


def test_another_departement_is_named_to_the_child_alone(world):
    """To a parent it would tell where the other one has moved with the child."""
    kit = Kit(world, "in_assessment")
    paris = world.authorities["75"].name
    request = kit.fill.row(
        TransferRequest, authority=world.authorities["93"], target=world.authorities["75"], state="prepared",
        reference=kit.case.reference, ground="moved", channel="electronic", asked_by=uuid4(), asked_at=AT,
    )  # fmt: skip
    assert paris not in told(kit, to_subject=True), "nothing was sent"
    TransferRequest.objects.filter(pk=request.pk).delete()
    request = kit.fill.row(
        TransferRequest, authority=world.authorities["93"], target=world.authorities["75"], state="sent", sent_at=AT,
        reference=kit.case.reference, ground="moved", channel="electronic", asked_by=uuid4(), asked_at=AT,
    )  # fmt: skip
    assert f"{paris}." in told(kit, to_subject=True)
    assert paris not in told(kit, to_subject=False)
    request.delete()
    Inquiry.objects.create(
        thread=uuid4(), side="asker", authority=world.authorities["93"], other=world.authorities["75"],
        referral=kit.case, child=kit.child, reference="x", urgency="U1", ground="lived_there", holders="told",
        asked_at=AT, key=uuid4(),
    )  # fmt: skip
    assert f"{paris}." in told(kit, to_subject=True)
    assert paris not in told(kit, to_subject=False)

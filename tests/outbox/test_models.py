"""What the database refuses of the rows of the outbox, and what each field is."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from outbox.models import Endpoint, Preference
from tests.outbox.conftest import NOON, a_notice

MODELS = list(apps.get_app_config("outbox").get_models())
pytestmark = pytest.mark.django_db


@pytest.mark.sec("SEC-DC1")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_its_data_class(model):
    declared = {
        field.attname if field.name == "authority_id" else field.name for field in model._meta.concrete_fields
    }

    assert set(model.DATA_CLASSES) == declared
    assert set(model.DATA_CLASSES.values()) <= {"P0", "P1", "P2"}, (
        "nothing here is sealed, so nothing may need it"
    )


def test_the_database_refuses_a_row_that_is_to_nobody_to_two_or_marked_read_without_a_date(people):
    user = people.one()
    endpoint = Endpoint.objects.create(
        user_id=user, authority_id=user, url="https://x.example/", created_at=NOON
    )
    for constraint, said in {
        "notice_one_recipient": {"user_id": None},
        "notice_webhook_has_endpoint": {"user_id": None, "endpoint": endpoint},
        "notice_channel_known": {"user_id": user, "channel": "fax"},
        "notice_state_known": {"user_id": user, "state": "lost"},
        "notice_read_is_dated": {"user_id": user, "is_read": True},
    }.items():
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            a_notice(**said)
        assert constraint in str(refused.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_notice(user, filer=b"f" * 32)
    with pytest.raises(IntegrityError), transaction.atomic():
        Endpoint.objects.create(user_id=user, authority_id=user, url="https://x.example/", created_at=NOON)
    Preference.objects.create(user_id=user, kind="case")
    with pytest.raises(IntegrityError), transaction.atomic():
        Preference.objects.create(user_id=user, kind="case")

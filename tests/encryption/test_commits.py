"""When key rows are committed. No test transaction here: the two databases behave as in production."""

from collections.abc import Callable
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from encryption import keys
from encryption.errors import Unreadable
from encryption.models import WrappedKey

pytestmark = [pytest.mark.opens_databases, pytest.mark.both_databases("two databases, two transactions")]


class FilingFailed(Exception):
    """The case's own transaction comes to nothing."""


@pytest.fixture
def databases(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The two databases without a transaction around the test; the key rows are taken away afterwards."""
    with django_db_blocker.unblock():
        yield
        WrappedKey.objects.all().delete()
        connections.close_all()


def seen_from_elsewhere(owner: UUID, blocker: Any) -> int:
    """How many of the owner's key rows another connection sees."""
    found: list[int] = []

    def look() -> None:
        with blocker.unblock():
            found.append(WrappedKey.objects.filter(owner=owner).count())
            connections.close_all()

    thread = Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


class Filing:
    """A case's own transaction, which does something with keys and then comes to nothing."""

    def __init__(self, owner: UUID, blocker: Any) -> None:
        self.owner = owner
        self.blocker = blocker
        self.seen_meanwhile = -1

    def fail_after(self, act: Callable[[], object]) -> None:
        with transaction.atomic(using="default"):
            act()
            self.seen_meanwhile = seen_from_elsewhere(self.owner, self.blocker)
            raise FilingFailed


@pytest.mark.sec("SEC-CR6")
@pytest.mark.parametrize(
    ("make", "rows"), [(lambda owner: keys.create_data_keys(owner, uuid4()), 2), (keys.create_draft_key, 1)]
)
def test_keys_are_committed_before_the_cases_own_transaction(
    databases: Any, django_db_blocker: Any, make: Callable[[UUID], object], rows: int
) -> None:
    filing = Filing(uuid4(), django_db_blocker)

    with pytest.raises(FilingFailed):
        filing.fail_after(lambda: make(filing.owner))

    assert filing.seen_meanwhile == rows
    assert seen_from_elsewhere(filing.owner, django_db_blocker) == rows


@pytest.mark.sec("SEC-CR6")
def test_destroyed_keys_are_gone_before_the_cases_own_transaction(
    databases: Any, django_db_blocker: Any
) -> None:
    filing = Filing(uuid4(), django_db_blocker)
    made = keys.create_data_keys(filing.owner, uuid4())

    with pytest.raises(FilingFailed):
        filing.fail_after(lambda: keys.destroy(key.id for key in made.values()))

    assert filing.seen_meanwhile == 0
    with pytest.raises(Unreadable):
        keys.data_key(made["case"].id, filing.owner)

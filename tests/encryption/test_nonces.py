"""A pair of key and nonce never repeats, in whatever process it is drawn."""

import os
from uuid import uuid4

import pytest

from encryption import keyring
from encryption.envelope import NONCE, padded
from tests.night import NIGHT

WORKERS, EACH = 4, 250_000 if NIGHT else 25_000


@pytest.mark.slow("a million sealings at night")
@pytest.mark.sec("SEC-CR5")
@pytest.mark.django_db(databases=["default", "keys"])
def test_sealings_by_four_forked_workers_repeat_no_nonce(case, tmp_path):
    """A million at night. The workers hold the very same unwrapped key object, forked: the worst case for a generator's state."""
    key = keyring.fetch(case.keys["case"].id)
    children = [_fork(key, tmp_path / str(number)) for number in range(WORKERS)]

    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * WORKERS
    drawn = b"".join((tmp_path / str(number)).read_bytes() for number in range(WORKERS))
    size = NONCE.stop - NONCE.start
    assert len({drawn[at : at + size] for at in range(0, len(drawn), size)}) == WORKERS * EACH


def _fork(key, path):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            row, inside = uuid4(), padded(b"T")
            path.write_bytes(
                b"".join(key.seal("sample_person.last_name", row, inside)[NONCE] for _ in range(EACH))
            )
            status = 0
        finally:
            os._exit(status)
    return child

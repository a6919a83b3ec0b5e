"""What the process owes the keys that it holds."""

import os
import resource

import pytest

from encryption.process import forbid_core_dumps


@pytest.mark.sec("SEC-CR9")
def test_a_crash_writes_no_memory_to_disk_and_nobody_can_allow_it_again():
    """In a child, because the hard limit can't be raised again."""
    child = os.fork()
    if child == 0:
        forbid_core_dumps()
        os._exit(0 if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

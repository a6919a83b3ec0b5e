"""Clock check: compares this machine's clock with each database's and with the kernel's sync status.

Acts have the database's instant (SEC-AL19), so a wrong clock here moves no deadline. But provider signatures, one-time
codes, certificates and an auditor's comparisons follow real time, and two clocks that disagree show that one is wrong.
"""

import ctypes
from time import time
from typing import Final

from django.db import connections

#: How far apart two clocks may be. A machine whose clock is set by NTP is within milliseconds.
APART_SECONDS: Final = 5.0
#: What ``adjtimex`` returns of a clock that nothing keeps (adjtimex(2): TIME_ERROR).
_TIME_ERROR: Final = 5
#: More than the kernel's ``struct timex`` takes on any machine; all of it zero, so that nothing is set.
_TIMEX_BYTES: Final = 1024


def is_synchronised() -> bool | None:
    """Tell whether the kernel says that something keeps its clock in time; None where it can't be asked.

    It is the clock of the machine, in a container too. It can't be asked elsewhere than on Linux, nor where a sandbox
    forbids the call (gVisor, an old seccomp profile). ``False`` says that no program told the kernel: the
    clock of a small virtual machine may be its host's all the same.
    """
    try:
        ask = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError, TypeError):
        return None
    state = int(ask(ctypes.create_string_buffer(_TIMEX_BYTES)))
    return None if state < 0 else state != _TIME_ERROR


def seconds_apart(alias: str) -> float:
    """Return by how much this machine's clock and a PostgreSQL server's differ at least; the way there costs nothing.

    Raises:
        OperationalError: the server doesn't answer.
    """
    with connections[alias].cursor() as cursor:
        before = time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        there = float(cursor.fetchone()[0])
        after = time()
    return max(before - there, there - after, 0.0)

"""``python tests/deploy/confined.py PROGRAM …``: run a program under the limits that its unit gives it.

Where no systemd runs, the same is asked of the kernel: no new privileges, no memory that is written and executed
(PR_SET_MDWE), no dump, files closed to others, and the filter of system calls (libseccomp), which ``CALLS`` names.
"""

import ctypes
import os
import resource
import sys
from ctypes.util import find_library

_NO_NEW_PRIVILEGES, _DENY_WRITE_EXECUTE, _REFUSE_EXEC_GAIN = 38, 65, 1
_ALLOW, _EPERM = 0x7FFF0000, 0x00050000 | 1
CALLS = "TEST_ALLOWED_CALLS"


def confine(calls: list[str]) -> None:
    """Leave to this process, and to what it starts, these system calls."""
    library = ctypes.CDLL(find_library("seccomp"))
    library.seccomp_init.restype = ctypes.c_void_p
    filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_EPERM)))
    for name in calls:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # negative: a call of another architecture
            library.seccomp_rule_add(filter_, ctypes.c_uint32(_ALLOW), ctypes.c_int(number), ctypes.c_uint(0))
    if library.seccomp_load(filter_):
        sys.exit("the filter of system calls can't be set")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    libc = ctypes.CDLL(None)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        sys.exit("privileges can't be given up")
    libc.prctl(_DENY_WRITE_EXECUTE, _REFUSE_EXEC_GAIN, 0, 0, 0)  # a kernel before 6.3 doesn't know it
    if named := os.environ.pop(CALLS, ""):
        confine(named.split())
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - this is what it is for

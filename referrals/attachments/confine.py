"""Sandbox limits of the parsing process: memory, time, files, network, other processes (SEC-FI2).

Resource limits hold from the first instruction, the filter of system calls (seccomp) from before the first hostile byte
is read. The filter is an allow list; any other call fails with EPERM, as if the system had refused it: opening a file
(the keys of a first run are in one), a socket, another program or process. Source: seccomp(2), ``linux/filter.h``.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Mapping
from typing import Final

#: For each so many bytes of a file, or part of them: an installation that takes larger files gives them the same pace.
CPU_SECONDS: Final = 5
PACE_BYTES: Final = 20 * 1024 * 1024
MEMORY_BYTES: Final = 512 * 1024 * 1024

#: By architecture: its mark in the filter's input, and the numbers of the calls that remain.
_ALLOWED: Final[Mapping[str, tuple[int, Mapping[str, int]]]] = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0,
            "write": 1,
            "close": 3,
            "fstat": 5,
            "lseek": 8,
            "mmap": 9,
            "mprotect": 10,
            "munmap": 11,
            "brk": 12,
            "rt_sigaction": 13,
            "rt_sigprocmask": 14,
            "rt_sigreturn": 15,
            "pread64": 17,
            "pwrite64": 18,
            "readv": 19,
            "writev": 20,
            "sched_yield": 24,
            "mremap": 25,
            "madvise": 28,
            "getpid": 39,
            "clone": 56,
            "exit": 60,
            "ftruncate": 77,
            "getcwd": 79,
            "gettimeofday": 96,
            "getrusage": 98,
            "sigaltstack": 131,
            "gettid": 186,
            "futex": 202,
            "sched_getaffinity": 204,
            "clock_gettime": 228,
            "clock_nanosleep": 230,
            "exit_group": 231,
            "newfstatat": 262,
            "set_robust_list": 273,
            "getrandom": 318,
            "membarrier": 324,
            "rseq": 334,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "read": 63,
            "write": 64,
            "close": 57,
            "fstat": 80,
            "lseek": 62,
            "mmap": 222,
            "mprotect": 226,
            "munmap": 215,
            "brk": 214,
            "rt_sigaction": 134,
            "rt_sigprocmask": 135,
            "rt_sigreturn": 139,
            "pread64": 67,
            "pwrite64": 68,
            "readv": 65,
            "writev": 66,
            "sched_yield": 124,
            "mremap": 216,
            "madvise": 233,
            "getpid": 172,
            "clone": 220,
            "exit": 93,
            "ftruncate": 46,
            "getcwd": 17,
            "gettimeofday": 169,
            "getrusage": 165,
            "sigaltstack": 132,
            "gettid": 178,
            "futex": 98,
            "sched_getaffinity": 123,
            "clock_gettime": 113,
            "clock_nanosleep": 115,
            "exit_group": 94,
            "newfstatat": 79,
            "set_robust_list": 99,
            "getrandom": 278,
            "membarrier": 283,
            "rseq": 293,
        },
    ),
}
_NO_NEW_PRIVILEGES: Final = 38
_SECCOMP: Final = 22
_BY_FILTER: Final = 2
_KILL: Final = 0x80000000
_ALLOW: Final = 0x7FFF0000
_EPERM: Final = 0x00050000 | 1
_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_IF_AT_LEAST: Final = 0x35
_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_X32: Final = 0x40000000  # the second numbering of calls on x86_64
_ENOSYS: Final = 0x00050000 | 38
_NEW_THREAD: Final = 0x00010000  # CLONE_THREAD: a thread of this process, under the same filter; no process
_CLONE3: Final = 435


class NoConfinement(Exception):
    """This system can't confine a process so; nothing is parsed on it."""


def limit(*, given: int, written: int, seconds: int = CPU_SECONDS) -> None:
    """Bound time by the bytes that are given, memory, and the bytes of a file that is written; no core dump.

    ``seconds``: of processor time, for each ``PACE_BYTES``.
    """
    seconds *= max(1, -(-given // PACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def possible() -> bool:
    """Tell whether this system is one of those that the filter is written for."""
    return sys.platform == "linux" and platform.machine() in _ALLOWED


def confine() -> None:
    """Leave to this process no call but those of the list, for good.

    Raises:
        NoConfinement: the system doesn't let it.
    """
    if not possible():
        raise NoConfinement
    filter_ = _filter(*_ALLOWED[platform.machine()])
    instructions = ctypes.create_string_buffer(filter_, len(filter_))
    program = struct.pack("HxxxxxxP", len(filter_) // 8, ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    refused = libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _BY_FILTER, program, 0, 0)
    if refused:
        raise NoConfinement
    _require_confined()


def _filter(mark: int, calls: Mapping[str, int]) -> bytes:
    """Return the filter: another architecture kills, a call of the list passes, any other is refused.

    ``clone`` passes for threads alone; its successor hides its flags from a filter, and is said not to exist.
    """
    numbers = sorted(number for name, number in calls.items() if name != "clone")
    code = [(_LOAD, 0, 0, 4), (_IF_EQUAL, 1, 0, mark), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    code += [(_IF_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ENOSYS)]
    code += [(_IF_EQUAL, 0, 4, calls["clone"]), (_LOAD, 0, 0, 16), (_IF_ANY_BIT, 0, 1, _NEW_THREAD)]
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM)]
    code.append((_IF_AT_LEAST, len(numbers), 0, _X32))
    code += [(_IF_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    code += [(_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *one) for one in code)


def _require_confined() -> None:
    """Try what must not be possible any more: a filter that filters nothing would be worse than none.

    Raises:
        NoConfinement: a file can be opened, or a socket made.
    """
    try:
        os.close(os.open("/dev/null", os.O_RDONLY))
    except PermissionError:
        return
    raise NoConfinement

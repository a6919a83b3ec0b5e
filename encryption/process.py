"""Process hardening: no core dump, because keys are in memory."""

import resource


def forbid_core_dumps() -> None:
    """Set the size of a core dump to zero, soft and hard, so that a crash writes no key to disk (SEC-CR9).

    Children inherit it and can't raise it again.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

"""Lists are tried on the rows of the journal, which its owner alone flushes."""

from tests.audit.conftest import _as_the_owner, _flushed_by_the_owner

__all__ = ["_as_the_owner", "_flushed_by_the_owner"]

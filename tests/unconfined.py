"""Files from outside read in the test's own process: what a program makes of them is the same, in a fifth of the time.

``unconfined`` stands for ``referrals.attachments.sandbox.confined``. What confines the programs, and that each does its
work confined, is proved by the tests that don't ask for it: ``attachments/test_corpus.py`` and
``access_requests/test_drawing.py`` in ``tests/referrals``.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, BinaryIO

import pytest
from PIL import Image

from referrals.attachments import program as parser
from referrals.attachments import sandbox
from referrals.attachments.refusals import Refused


def in_this_process(
    program: str, arguments: Sequence[str], pieces: Iterable[bytes], *, seconds: float
) -> Iterator[bytes]:
    """Yield what a program makes of what it is fed, as ``sandbox.confined`` does."""
    kept = io.BytesIO()

    def carry_out(_load: Any, work: Callable[[BinaryIO, BinaryIO], None], **_limits: int) -> None:
        work(io.BytesIO(b"".join(pieces)), kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [program, *arguments])
        patch.setattr(parser, "carry_out", carry_out)
        patch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # the programs set it
        try:
            import_module(program).main()
        except Refused as refused:
            sandbox._judge(refused.why)
    yield kept.getvalue()


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programs run in the process of the test."""
    monkeypatch.setattr(sandbox, "confined", in_this_process)

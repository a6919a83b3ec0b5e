"""Inputs of the steps on a file that must not be kept (X10 to X12)."""

from core.inputs import Code, Flag, Id, StrictSerializer
from referrals.vocabulary.attachments import BARRINGS
from referrals.workflow.inputs import Signed, text


class BarFile(StrictSerializer):
    """X10: which file is set aside, and why."""

    file = Id()
    reason = Code([(str(one), one.label) for one in BARRINGS])


class UnbarFile(Signed):
    """X11: which file is given back, and why."""

    file = Id()
    reason = text()


class DestroyFile(Signed):
    """X12: which file is destroyed, and why; ``authorities_told``: justice knows of it and has no need of the file."""

    file = Id()
    reason = text()
    authorities_told = Flag(required=False, default=False)

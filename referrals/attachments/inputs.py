"""Inputs of an upload."""

from django.http import HttpResponse
from rest_framework import serializers

from accounts.request import ServiceRequest
from core.inputs import Code, Flag, Id, StrictSerializer
from referrals.attachments import upload
from referrals.attachments.upload import Arrived
from referrals.vocabulary.attachments import BARRINGS, Kind
from referrals.workflow.inputs import Signed, ids, text


class BodyToCome(HttpResponse):
    """The caller may upload: tells the pipeline to read the body outside of any transaction, and run the view again."""

    def __init__(self, arrived: Arrived) -> None:
        super().__init__(status=202)
        self.arrived = arrived

    def receive(self, request: ServiceRequest) -> None:
        """Read the body; the view finds what arrived in ``request.arrived``."""
        upload.receive(request, self.arrived)
        request.arrived = self.arrived

    def settle(self, *, kept: bool) -> None:
        """Delete what arrived and is held by nothing: the second transaction refused it, or had it already."""
        self.arrived.held = self.arrived.held and kept
        self.arrived.give_up()


class Upload(StrictSerializer):
    """The fields beside the file; ``notice_read`` says that the sender has read which images are never sent.

    ``children``, once for each: whom of the case the file is about, where it isn't the whole case.
    """

    kind = Code(Kind.choices)
    children = ids(required=False)
    evidence = Flag(in_query=True, required=False, default=False)
    notice_read = Flag(in_query=True)

    def validate_notice_read(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("", code="required")
        return value


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

"""What has to be asked of somebody else's server while a request is answered: outside of any transaction.

A view returns ``Outside`` in its first pass, whose transaction is committed; then the pipeline makes the call with none
open, and the view goes through once more, in another transaction, and finds in ``request.brought`` what came back. So
a slow provider holds no lock and no connection of the database (``config/pipeline.py``).
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from accounts.request import ServiceRequest


class Outside(HttpResponse):
    """Not an answer: ``call`` is to be made, and the view asked again. What ``call`` raises is the answer."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(status=202)
        self.call = call

    def receive(self, request: ServiceRequest) -> None:
        """Make the call; the view finds in ``request.brought`` what it returned."""
        request.brought = self.call()

    def settle(self, *, kept: bool) -> None:
        """Nothing was kept that would have to go."""

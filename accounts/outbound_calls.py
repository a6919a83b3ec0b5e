"""Outbound calls during a request: made outside of any transaction.

In its first pass a view returns ``Outside``, and its transaction is committed; then the pipeline makes the call with
none open, and runs the view again, in another transaction, with the result in ``request.brought``. So a slow provider
holds no lock and no database connection (``config/pipeline.py``).
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from accounts.request import ServiceRequest


class Outside(HttpResponse):
    """Tells the pipeline to make ``call``, then to run the view again; an error that ``call`` raises is the answer."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(status=202)
        self.call = call

    def receive(self, request: ServiceRequest) -> None:
        """Make the call; the view finds in ``request.brought`` what it returned."""
        request.brought = self.call()

    def settle(self, *, kept: bool) -> None:
        """Nothing was kept that would have to go."""

"""What a process does that reads cases, or files them, each time that it is told to; it says what failed.

It prints ``ready`` once it has read each case, and ``done`` each time, then JSON. The first reading of a case puts its
keys under the authority's key as this process knows it: were that one replaced meanwhile, a key would come late, as
``test_filings_go_on…`` tries.
"""

import json
import os
import sys
from itertools import count
from uuid import uuid4

from tests.factories.concerns import concern
from tests.factories.world import Caller

GO, STOP = b"g", b"s"


def work(told: int, token: str, what: str, *ids: str) -> None:
    """``what`` is ``read``, of the cases with these ids, or ``file``; ``told`` is where ``GO`` and ``STOP`` arrive."""
    caller, failed = Caller(token), []
    for done in count():
        if done == len(ids):
            says("ready")
        if done >= len(ids) and os.read(told, 1) == STOP:
            break
        if what == "file":
            answer = caller.post("referrals", concern() | {"submit": True}, key=uuid4().hex)
            good = answer.status_code == 201
        else:
            answer = caller.get(f"referrals/{ids[done % len(ids)]}")
            good = answer.status_code == 200 and answer.json()["children"][0]["last_name"] == "Exemple"
        if not good:
            failed.append([answer.status_code, answer.content.decode()[:400]])
        if done >= len(ids):
            says("done")
    says(json.dumps({"failed": failed[:5]}))


def says(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

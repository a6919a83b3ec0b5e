"""A process of its own that reads cases, or files them, until it is told to stop; says how often, and what failed.

``python -m tests.concurrency.reading STOP TOKEN read ID …`` or ``… file``. Prints ``ready`` once it has read each case,
then JSON. The first reading of a case puts its keys under the authority's key as this process knows it: were that one
replaced meanwhile, a key would come late, as ``test_filings_go_on…`` tries.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from uuid import uuid4


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.factories.concerns import concern
    from tests.factories.world import Caller

    stop, token, what, *ids = sys.argv[1:]
    caller, done, failed = Caller(token), 0, []
    while not Path(stop).exists():
        if done == len(ids):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        if what == "file":
            answer = caller.post("referrals", concern() | {"submit": True}, key=uuid4().hex)
            good = answer.status_code == 201
        else:
            answer = caller.get(f"referrals/{ids[done % len(ids)]}")
            good = answer.status_code == 200 and answer.json()["children"][0]["last_name"] == "Exemple"
        if not good:
            failed.append([answer.status_code, answer.content.decode()[:400]])
        done += 1
    sys.stdout.write(json.dumps({"done": done, "failed": failed[:5]}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()

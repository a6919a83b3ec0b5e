"""Files concerns at the API in a process of its own, and says of each that was acknowledged: ``instant reference id``.

``python -m tests.config.recovery.filing COUNT`` files so many (0: until it is ended), in a world that it makes first
where there is none. The caller's secret is kept in the file that ``REPERE_TEST_TOKEN`` names.
"""

import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import uuid4

import django


def main(number: int) -> None:
    """File, one after the other."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.db import transaction

    from referrals.access.row_level_security import for_the_service
    from tests.factories.concerns import concern
    from tests.factories.world import Caller, build

    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    token = Path(os.environ["REPERE_TEST_TOKEN"])
    if not token.exists():
        with transaction.atomic(), for_the_service():
            world = build(("93",))
        token.write_text(world.secrets["93", "api_119"])
    caller = Caller(token.read_text())
    for one in count():
        if number and one == number:
            return
        answer = caller.post("referrals", concern() | {"submit": True}, key=uuid4().hex)
        if answer.status_code != 201:
            print("refused", answer.status_code, answer.content[:300], file=sys.stderr)  # noqa: T201
            return
        said = answer.json()
        print(datetime.now(UTC).isoformat(), said["reference"], said["id"], flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))

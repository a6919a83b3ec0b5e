"""Files concerns at the API in a process of its own, and says of each that was acknowledged: ``instant reference id``.

``python -m tests.config.recovery.filing COUNT`` files so many (0: until it is ended), in a world that it makes first
where there is none; with ``expire`` it begins a draft, lets it expire, and prints its id. The caller's secret is kept in
the file that ``REPERE_TEST_TOKEN`` names.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import django


def main(what: str) -> None:
    """File, one after the other; or let a draft expire."""
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
    if what in ("draft", "expire"):
        _draft(caller, what)
        return
    number = int(what)
    for one in count():
        if number and one == number:
            return
        answer = caller.post("referrals", concern() | {"submit": True}, key=uuid4().hex)
        if answer.status_code != 201:
            print("refused", answer.status_code, answer.content[:300], file=sys.stderr)  # noqa: T201
            return
        said = answer.json()
        print(datetime.now(UTC).isoformat(), said["reference"], said["id"], flush=True)  # noqa: T201


def _draft(caller: Any, what: str) -> None:
    from referrals.models import Referral
    from referrals.retention import tasks
    from tests.factories.concerns import concern

    if what == "draft":
        print(caller.post("referrals", concern(), key=uuid4().hex).json()["id"])  # noqa: T201
        return
    # Every draft has expired by then.
    assert tasks.expire_drafts(datetime.now(UTC) + timedelta(days=400)) >= 1
    assert not Referral.objects.filter(state="draft").exists()


if __name__ == "__main__":
    main(sys.argv[1])

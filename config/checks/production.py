"""The check of all settings in production, topic by topic."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, register

from config import env
from config.checks import (
    addresses,
    attachments,
    databases,
    identity_providers,
    journal,
    keys,
    limits,
    machine,
    outward,
    strangers,
)
from config.checks.findings import SETTINGS


@register(SETTINGS)
def settings_are_fit(**_: object) -> list[CheckMessage]:
    """Return an error for each setting that production mustn't run with, a warning for each that it had better not."""
    if not settings.PRODUCTION:
        return []
    return [
        *(_of_what_people_see() if env.serves() else ()),
        *machine.process(),
        *keys.parts(),
        *keys.key_provider(),
        *keys.backups(),
        *databases.addresses(),
        *addresses.proxies(),
        *outward.calls(),
        *keys.log_key(),
        *journal.witnesses(),
        *outward.mail(),
        *limits.per_person(),
        *strangers.defaults(),
        *strangers.metrics(),
        *identity_providers.each(),
    ]


def _of_what_people_see() -> Iterator[CheckMessage]:
    """Look at what only the service itself needs; the owner's commands and the sequencer start without it."""
    yield from keys.secret()
    yield from addresses.names()
    yield from attachments.uploads()
    yield from attachments.host_of_files()

"""The check of all settings in production, topic by topic."""

from django.conf import settings
from django.core.checks import CheckMessage, register

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


@register
def settings_are_fit(**_: object) -> list[CheckMessage]:
    """Return an error for each setting that production mustn't run with, a warning for each that it had better not."""
    if not settings.PRODUCTION:
        return []
    return [
        *machine.process(),
        *keys.secret(),
        *addresses.names(),
        *keys.parts(),
        *keys.key_provider(),
        *keys.backups(),
        *databases.addresses(),
        *addresses.proxies(),
        *outward.calls(),
        *keys.log_key(),
        *journal.witnesses(),
        *attachments.uploads(),
        *attachments.host_of_files(),
        *outward.mail(),
        *limits.per_person(),
        *strangers.defaults(),
        *identity_providers.each(),
    ]

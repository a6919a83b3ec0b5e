"""Checks of attachments: the antivirus, the store, the host that serves files, their sizes."""

import re
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage, register

from config.checks.addresses import https_host, in_clear
from config.checks.findings import error, warning
from config.local import host_of, is_near
from referrals.attachments import scanning
from referrals.vocabulary.attachments import KEPT_AS

MEBIBYTE: Final = 1024 * 1024
ATTACHMENT_MEBIBYTES, ATTACHMENT_MEBIBYTES_WARNED = 100, 20
_SCANNER: Final = re.compile(
    r"unix:/.+|tcp:(?P<host>\[[0-9a-f:]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})", re.ASCII
)
_PORTS: Final = range(1, 65_536)


@register(deploy=True)
def files_are_scanned(**_: object) -> list[CheckMessage]:
    """Return a warning where the antivirus doesn't answer: files are taken, and wait (SEC-FI6)."""
    if not settings.PRODUCTION or not _is_scanner(settings.SCANNER) or scanning.answers():
        return []
    sentence = "The antivirus in REPERE_SCANNER doesn't answer: files are taken, and wait until it does."
    return [warning(6, sentence)]


def uploads() -> Iterator[CheckMessage]:
    """Look at who scans files, where they are stored, and how large and how many they may be."""
    if not settings.SCANNER:
        yield error(
            31,
            "Set REPERE_SCANNER to the antivirus (unix:/run/clamav/clamd.ctl): without one no file is ever served.",
        )
    elif not _is_scanner(settings.SCANNER):
        yield error(
            26,
            "REPERE_SCANNER must be the antivirus of this machine, unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310: "
            "every file would cross the network in clear.",
        )
    if in_clear(settings.OBJECT_ENDPOINT):
        yield error(24, "REPERE_OBJECT_ENDPOINT crosses the network in clear: its address must be https://….")
    if not settings.ATTACHMENT_TYPES or not KEPT_AS.keys() >= {*settings.ATTACHMENT_TYPES}:
        yield error(48, f"REPERE_ATTACHMENT_TYPES must be some of {', '.join(KEPT_AS)}.")
    if not 0 < settings.ATTACHMENT_BYTES <= ATTACHMENT_MEBIBYTES * MEBIBYTE:
        yield error(49, f"REPERE_ATTACHMENT_BYTES must be 1 to {ATTACHMENT_MEBIBYTES * MEBIBYTE}.")
    elif settings.ATTACHMENT_BYTES > ATTACHMENT_MEBIBYTES_WARNED * MEBIBYTE:
        yield warning(
            7,
            f"REPERE_ATTACHMENT_BYTES is more than {ATTACHMENT_MEBIBYTES_WARNED} MiB: an upload holds a thread for as "
            "long as it takes.",
        )
    if not 0 < settings.UPLOADS_AT_ONCE < settings.THREADS:
        yield error(
            50,
            "REPERE_UPLOADS_AT_ONCE must be 1 or more and less than REPERE_THREADS, the threads of a process: uploads "
            "would leave none for anything else.",
        )


def _is_scanner(address: str) -> bool:
    """Tell whether an antivirus is said to be on this machine, by a socket or a port."""
    match = _SCANNER.fullmatch(address)
    return match is not None and is_near(match["host"] or "") and int(match["port"] or 1) in _PORTS


def host_of_files() -> Iterator[CheckMessage]:
    """Refuse files on the host of the service: what a file did there, it would do beside the session."""
    files, public = https_host(settings.FILES_ORIGIN), host_of(settings.PUBLIC_ADDRESS)
    # ``config/settings.py`` adds the host of files to those that are answered; named twice, it is the service's too.
    if not files or settings.ALLOWED_HOSTS.count(files) > 1 or files == public:
        yield error(
            30,
            "Set REPERE_FILES_ORIGIN to https:// and a host name that only serves files (https://files.example.fr), "
            "and lead it to the service: browsers read attachments there, away from cookies and pages.",
        )
    elif any(files.endswith(f".{host}") for host in settings.ALLOWED_HOSTS):
        yield warning(
            5,
            "REPERE_FILES_ORIGIN lies under the name of the service: a name of its own keeps files farther from its "
            "cookies.",
        )

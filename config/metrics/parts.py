"""What is measured of the parts of the service, beside requests: one function a part, each a few cheap questions.

Nothing here is of a person or a case: counts, ages, ends (SEC-CF6). A count of cases is rounded down to a multiple of
``SMALLEST``, so that neither a small number nor the case that was added to it can be read off.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from django.conf import settings
from django.db import connection, connections
from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from audit import checkpoints, sequencing_lag, tree
from audit.health import witnessed
from audit.models import Alarm, Refused
from config import clocks, env, health
from config.backups import ALIASES
from config.metrics.asking import SECONDS, Part, Sample
from config.metrics.services import SERVICES
from config.recovery import status
from core.clock import instant
from encryption import certificates
from outbox import maintenance_gate, scheduler
from outbox.models import TO_DO, Channel, Notice, NoticeState, Work
from referrals.access import row_level_security
from referrals.models import Attachment, Child, Clock, Exclusion
from referrals.vocabulary.attachments import Scan

#: The least number of cases that is told; the others are its multiples (docs/decisions/0027-figures.md).
SMALLEST: Final = 5
#: Channels by which something is delivered; a notice in the application is there at once.
DELIVERED: Final = (Channel.MAIL, Channel.CALL, Channel.WEBHOOK)
#: Channels whose notices are counted. A call is about one urgent case: of it the age alone is told.
COUNTED: Final = (Channel.MAIL, Channel.WEBHOOK)
_MINUTE: Final = 60.0
_TEN_MINUTES: Final = 600.0


@contextmanager
def _reading() -> Iterator[None]:
    """Count cases of all authorities; PostgreSQL ends a question that takes longer than anybody waits."""
    if connection.vendor != "postgresql":
        yield
        return
    with row_level_security.for_the_service(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
        yield


@cache
def _version() -> str:
    lines = (env.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("version = "))


def build() -> Iterator[Sample]:
    """Tell which version runs."""
    yield "repere_build", (_version(),), 1


def gate() -> Iterator[Sample]:
    """Tell whether the service admits requests."""
    maintenance_gate.require_open()
    yield "repere_open", (), 1


def database(name: str) -> Iterator[Sample]:
    """Ask one database the shortest question, whether it is migrated, and what time it is."""
    alias = ALIASES[name]
    with connections[alias].cursor() as cursor:
        began = perf_counter()
        cursor.execute("SELECT 1")
    yield "repere_database_answer_seconds", (name,), perf_counter() - began
    yield "repere_database_up", (name,), health.is_migrated(alias)
    if connections[alias].vendor == "postgresql":
        yield "repere_clock_offset_seconds", (name,), clocks.seconds_apart(alias)


def clock() -> Iterator[Sample]:
    """Ask the kernel whether its clock is kept, unless a host keeps it of which the kernel knows nothing."""
    synchronised = None if settings.CLOCK_KEPT_BY_HOST else clocks.is_synchronised()
    if synchronised is not None:
        yield "repere_clock_synchronised", (), synchronised


def journal() -> Iterator[Sample]:
    """Tell how far the tree is behind, what is wrong with it, and who signed it last."""
    with _reading():
        at = instant()
        waiting, seen, origin = sequencing_lag.oldest_waiting(), sequencing_lag.last_pass(), tree.newest()
        yield "repere_journal_oldest_waiting_seconds", (), _seconds(at, waiting)
        yield "repere_journal_lag_limit_seconds", (), settings.LOG_LAG_MINUTES * _MINUTE
        yield "repere_journal_refused_entries", (), Refused.objects.count()
        yield "repere_journal_alarms", (), Alarm.objects.filter(settled_at=None).count()
        yield from _instant("repere_sequencer_seen_timestamp_seconds", seen)
        if origin is None:
            return
        checkpoint = checkpoints.last(origin.number)
        signed_at = None if checkpoint is None else checkpoint.at
        yield from _instant("repere_journal_checkpoint_timestamp_seconds", signed_at)
        for one in witnessed(origin.number):
            # A rule can't compare with what isn't there: who never signed did so in 1970.
            last = 0.0 if one.at is None else one.at.timestamp()
            yield "repere_journal_cosigned_timestamp_seconds", (one.name,), last


def work() -> Iterator[Sample]:
    """Tell of each piece of recurring work when it last succeeded, and of notices what is due."""
    with _reading():
        at = instant()
        yield from _instant("repere_worker_seen_timestamp_seconds", scheduler.last_pass())
        rows = {row.name: row for row in Work.objects.all()}
        for one in scheduler.registered():
            row = rows.get(one.name)
            yield "repere_task_period_seconds", (one.name,), one.every.total_seconds()
            yield "repere_task_failures", (one.name,), 0 if row is None else row.failures
            ran_at = None if row is None else row.ran_at
            yield from _instant("repere_task_success_timestamp_seconds", ran_at, one.name)
        due = _by_channel(Notice.objects.filter(state__in=TO_DO, due_at__lte=at))
        for channel in DELIVERED:
            figures = due.get(channel, {})
            if channel in COUNTED:
                yield "repere_notices_waiting", (channel,), figures.get("count", 0)
            yield "repere_notices_oldest_seconds", (channel,), _seconds(at, figures.get("oldest"))


def undelivered() -> Iterator[Sample]:
    """Tell how many notices were given up, other than calls."""
    with _reading():
        dead = _by_channel(Notice.objects.filter(state=NoticeState.DEAD))
    for channel in COUNTED:
        yield "repere_notices_given_up", (channel,), dead.get(channel, {}).get("count", 0)


def _by_channel(notices: "QuerySet[Notice]") -> dict[str, dict[str, Any]]:
    rows = notices.order_by().values("channel").annotate(count=Count("pk"), oldest=Min("due_at"))
    return {row["channel"]: dict(row) for row in rows}


def deadlines() -> Iterator[Sample]:
    """Tell of each authority how many of its cases have a deadline that is over.

    A case that is hidden from some who work there isn't counted: whoever counts those that they see, and reads this,
    would learn of it at a step of the number.
    """
    with _reading():
        hidden = (
            Exclusion.objects.filter(
                referral=OuterRef("referral")
            ),  # lifted ones too: their end may be forged
            Child.objects.filter(referral=OuterRef("referral"), restricted=True),
        )
        late = Clock.objects.filter(
            stopped_at=None, due_at__lt=instant(), referral__restricted=False
        ).order_by()
        late = late.filter(*(~Exists(one) for one in hidden))
        counts = late.values_list("referral__authority__code").annotate(Count("referral", distinct=True))
        for authority, count in counts:
            if count >= SMALLEST:
                yield "repere_deadlines_overdue", (authority,), _rounded(count)


def attachments() -> Iterator[Sample]:
    """Tell how many attachments wait for the antivirus; not that one more came."""
    with _reading():
        count = Attachment.objects.filter(scan=Scan.WAITING).count()
    yield "repere_attachments_waiting", (), _rounded(count)


def copies() -> Iterator[Sample]:
    """Tell when the databases were last copied, and when a restore was last rehearsed."""
    for name in ALIASES:
        yield from _instant("repere_backup_timestamp_seconds", status.last_backup(name), name)
        yield from _instant("repere_backup_oldest_timestamp_seconds", status.oldest_backup(name), name)
        yield from _instant("repere_archived_timestamp_seconds", status.last_archived(name), name)
        yield "repere_archive_failures", (name,), status.archive_failed(name)
    yield from _instant("repere_rehearsal_timestamp_seconds", status.last_rehearsal())


def certificate(name: str, address: str) -> Iterator[Sample]:
    """Tell when the certificate ends that people's browsers are shown at one of our addresses.

    It is asked for there, not read from a file: a proxy that wasn't reloaded goes on showing the old one, and only root
    may read its folder.
    """
    parts = env.address(address)
    if parts.scheme == "https" and parts.hostname and not settings.TRAINING:
        end = certificates.end_at(parts.hostname, parts.port or 443, seconds=SECONDS)
        yield from _instant("repere_certificate_expiry_timestamp_seconds", end, name)


def certificate_files() -> Iterator[Sample]:
    """Tell when the first certificate of each file of authorities ends that the service trusts."""
    files = {"authorities-outbound": settings.OUTBOUND_CA_FILE} | {
        f"authorities-{name}": str(connections[alias].settings_dict["OPTIONS"].get("sslrootcert", ""))
        for name, alias in ALIASES.items()
    }
    for name, path in files.items():
        if path and Path(path).is_file():
            ends = certificates.ends_of(Path(path).read_bytes())
            yield from _instant("repere_certificate_expiry_timestamp_seconds", min(ends), name)


def _instant(name: str, at: datetime | None, *labels: str) -> Iterator[Sample]:
    """Yield an instant as seconds since 1970; nothing where there is none."""
    if at is not None:
        yield name, labels, at.timestamp()


def _rounded(count: int) -> int:
    """Return a count down to a multiple of ``SMALLEST``."""
    return count - count % SMALLEST


def _seconds(at: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max((at - since).total_seconds(), 0.0)


def _down(*names: str) -> tuple[Sample, ...]:
    return tuple((name, (), 0.0) for name in names)


def _telling(name: str, ask: Callable[[], Iterator[Sample]], keep_seconds: float) -> Part:
    """Return a part of which nothing else would show that it wasn't answered: without it, all seems well."""
    metric = "repere_part_answered"
    return Part(
        name, lambda: (*ask(), (metric, (name,), 1.0)), ((metric, (name,), 0.0),), keep_seconds=keep_seconds
    )


#: All that is asked at a reading. What costs money, a walk of a table or another host's time is asked less often.
PARTS: Final = (
    Part("build", build),
    Part("gate", gate, otherwise=_down("repere_open")),
    *(
        Part(f"database-{name}", partial(database, name), (("repere_database_up", (name,), 0.0),))
        for name in ALIASES
    ),
    Part("clock", clock),
    Part("journal", journal),
    Part("work", work),
    Part("undelivered", undelivered, keep_seconds=_MINUTE),
    Part("deadlines", deadlines, keep_seconds=_MINUTE),
    Part("attachments", attachments),
    *SERVICES,
    _telling("copies", copies, _MINUTE),
    _telling("certificate-pages", lambda: certificate("pages", settings.PUBLIC_ADDRESS), _TEN_MINUTES),
    _telling("certificate-files", lambda: certificate("files", settings.FILES_ORIGIN), _TEN_MINUTES),
    _telling("certificate-authorities", certificate_files, _TEN_MINUTES),
)

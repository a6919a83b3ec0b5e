"""Every metric of the service: its name, kind, labels and meaning. Alert rules and the dashboard use no other.

Names follow OpenMetrics and the conventions of Prometheus: base units, ``_seconds``, ``_bytes``, ``_total`` for what
only grows, ``_timestamp_seconds`` for an instant since 1970. No label holds a person, a case or free text: classes
of addresses, codes, numbers of departments and names of tasks only (SEC-CF6).
"""

from dataclasses import dataclass
from typing import Final, Literal

type Kind = Literal["counter", "gauge", "histogram", "info"]

REQUESTS: Final = "repere_requests"
REQUEST_SECONDS: Final = "repere_request_seconds"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; a counter's ``name`` has no ``_total``, which the text form adds."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


METRICS: Final = (
    # --- Requests, counted by each process -------------------------------------------------------
    Metric(REQUESTS, "counter", "Answers given.", ("class", "method", "status")),
    Metric(REQUEST_SECONDS, "histogram", "Time from arrival to answer.", ("class",)),
    # --- What the service stands on, asked at each reading ---------------------------------------
    Metric("repere_build", "info", "Version of the code.", ("version",)),
    Metric(
        "repere_open", "gauge", "1 while the service admits requests, 0 after a restore until its replay."
    ),
    Metric("repere_database_up", "gauge", "1 if the database answers and is migrated.", ("database",)),
    Metric("repere_database_answer_seconds", "gauge", "Time of the shortest question.", ("database",)),
    Metric("repere_key_service_up", "gauge", "1 if the key service answers and opens the service's keys."),
    Metric(
        "repere_clock_offset_seconds",
        "gauge",
        "By how much its clock and ours differ at least.",
        ("database",),
    ),
    Metric("repere_clock_synchronised", "gauge", "1 if the kernel says that its clock is synchronised."),
    Metric("repere_part_answered", "gauge", "0 if copies or a certificate couldn't be asked for.", ("name",)),
    Metric("repere_certificate_expiry_timestamp_seconds", "gauge", "End of a certificate.", ("name",)),
    # --- Journal -----------------------------------------------------------------------------------
    Metric("repere_journal_oldest_waiting_seconds", "gauge", "Age of the oldest entry without a place."),
    Metric("repere_journal_lag_limit_seconds", "gauge", "From which age on cases can't be read any more."),
    Metric("repere_journal_refused_entries", "gauge", "Entries set apart by the sequencer."),
    Metric("repere_journal_alarms", "gauge", "Alarms that nobody has settled."),
    Metric("repere_journal_checkpoint_timestamp_seconds", "gauge", "When the last checkpoint was signed."),
    Metric(
        "repere_journal_cosigned_timestamp_seconds",
        "gauge",
        "Last cosignature, 0 if there is none.",
        ("witness",),
    ),
    Metric("repere_sequencer_seen_timestamp_seconds", "gauge", "When a sequencer last finished a pass."),
    # --- Work ----------------------------------------------------------------------------------------
    Metric("repere_worker_seen_timestamp_seconds", "gauge", "When a worker last finished a pass."),
    Metric("repere_task_success_timestamp_seconds", "gauge", "Last success of recurring work.", ("task",)),
    Metric("repere_task_period_seconds", "gauge", "How often recurring work is due.", ("task",)),
    Metric("repere_task_failures", "gauge", "Failures in a row of recurring work.", ("task",)),
    Metric(
        "repere_notices_waiting",
        "gauge",
        "Notices that are due and not delivered, without calls.",
        ("channel",),
    ),
    Metric("repere_notices_oldest_seconds", "gauge", "How long the oldest of them is due.", ("channel",)),
    Metric(
        "repere_notices_given_up",
        "gauge",
        "Notices that nobody can be reached with, without calls.",
        ("channel",),
    ),
    Metric(
        "repere_deadlines_overdue",
        "gauge",
        "Cases with a passed deadline, rounded down to a multiple of five; none under five, no hidden one.",
        ("authority",),
    ),
    # --- Attachments and copies ----------------------------------------------------------------------
    Metric("repere_object_store_up", "gauge", "1 if the store of attachments answers."),
    Metric("repere_object_store_free_bytes", "gauge", "Space left in a folder of attachments."),
    Metric("repere_antivirus_up", "gauge", "1 if the antivirus answers."),
    Metric(
        "repere_attachments_waiting",
        "gauge",
        "Attachments that wait to be scanned, rounded down to a multiple of five.",
    ),
    Metric(
        "repere_backup_timestamp_seconds",
        "gauge",
        "Last copy, full or differential.",
        ("database",),
    ),
    Metric(
        "repere_backup_oldest_timestamp_seconds", "gauge", "When the oldest copy was begun.", ("database",)
    ),
    Metric("repere_archived_timestamp_seconds", "gauge", "Last write-ahead log archived.", ("database",)),
    Metric("repere_archive_failures", "gauge", "1 if the last attempt to archive failed.", ("database",)),
    Metric("repere_rehearsal_timestamp_seconds", "gauge", "When a restore was last rehearsed with success."),
)
BY_NAME: Final = {metric.name: metric for metric in METRICS}

"""Judges what was measured, for people: one line a part, with what to do (``manage.py health``).

The alert rules of the monitoring (``deploy/monitoring/alerts.yml``) have the same bounds. Sentences are French, as all
that commands say.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

from config import clocks
from config.health import WORKER_LATE
from config.metrics.asking import Sample

_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
DATABASE_SLOW: Final = 0.5
SEQUENCER_LATE: Final = 2 * _MINUTE
WITNESS_LATE: Final = _HOUR
TASK_FAILURES: Final = 3
NOTICE_LATE: Final = 15 * _MINUTE
NOTICE_FAULT: Final = _HOUR
CALL_FAULT: Final = 5 * _MINUTE
CLOCK_WARNED: Final = 2.0
SPACE_WARNED: Final = 5 * 2**30
SPACE_FAULT: Final = 2**30
ATTACHMENTS_WARNED: Final = 50
BACKUP_WARNED: Final = 30 * _HOUR
BACKUP_FAULT: Final = 3 * _DAY
ARCHIVED_FAULT: Final = 10 * _MINUTE
REHEARSAL_WARNED: Final = 15 * _DAY
CERTIFICATE_WARNED: Final = 21 * _DAY
CERTIFICATE_FAULT: Final = 7 * _DAY


class Level(IntEnum):
    """How a part is; the worst of all is what ``manage.py health`` exits with."""

    OK = 0
    WARNING = 1
    FAULT = 2


LABELS: Final = {Level.OK: "ok", Level.WARNING: "attention", Level.FAULT: "défaut"}


@dataclass(frozen=True, slots=True)
class Line:
    """One part: its name, how it is, and the page that says what to do."""

    part: str
    level: Level
    sentence: str
    see: str = ""


class Values:
    """What was measured, by metric and labels; ``at`` is the present instant in seconds since 1970."""

    def __init__(self, samples: Iterable[Sample], *, at: float) -> None:
        self._samples: Final = {(name, labels): float(value) for name, labels, value in samples}
        self.at: Final = at

    def get(self, name: str, *labels: str) -> float | None:
        """Return a value; None where it couldn't be asked."""
        return self._samples.get((name, labels))

    def of(self, name: str) -> Iterator[tuple[str, float]]:
        """Yield the values of a metric with one label, by that label."""
        for (metric, labels), value in sorted(self._samples.items()):
            if metric == name:
                yield labels[0], value

    def age(self, name: str, *labels: str) -> float | None:
        """Return for how many seconds an instant is past; None where there is none."""
        instant = self.get(name, *labels)
        return None if instant is None else self.at - instant


def lines(samples: Iterable[Sample], *, at: datetime) -> list[Line]:
    """Return the lines of all parts."""
    values = Values(samples, at=at.timestamp())
    return [line for judge in JUDGES for line in judge(values)]


def worst(judged: Iterable[Line]) -> Level:
    """Return how the service is as a whole."""
    return max((line.level for line in judged), default=Level.FAULT)


def _gate(values: Values) -> Iterator[Line]:
    if values.get("repere_open"):
        yield Line("service", Level.OK, "Le service est ouvert.")
    else:
        sentence = (
            "Le service est fermé : une base ne répond pas, ou une restauration attend `manage.py replay`."
        )
        yield Line("service", Level.FAULT, sentence, "docs/monitoring.md#the-service-is-closed")


def _databases(values: Values) -> Iterator[Line]:
    for name, up in values.of("repere_database_up"):
        part = f"base {name}"
        answer = values.get("repere_database_answer_seconds", name) or 0.0
        offset = values.get("repere_clock_offset_seconds", name) or 0.0
        if not up:
            sentence = "La base ne répond pas, ou `manage.py migrate` reste à faire."
            yield Line(part, Level.FAULT, sentence, "docs/monitoring.md#a-database-is-out")
        elif offset > CLOCK_WARNED:
            level = Level.FAULT if offset > clocks.APART_SECONDS else Level.WARNING
            sentence = f"Son horloge et celle de cette machine diffèrent d'au moins {offset:.0f} s."
            yield Line(part, level, sentence, "docs/monitoring.md#a-clock-is-wrong")
        elif answer > DATABASE_SLOW:
            sentence = f"Elle met {answer:.1f} s à répondre à la plus courte question."
            yield Line(part, Level.WARNING, sentence, "docs/monitoring.md#reperedatabaseslow")
        else:
            yield Line(part, Level.OK, f"Elle répond en {answer * 1000:.0f} ms.")


def _keys(values: Values) -> Iterator[Line]:
    if values.get("repere_key_service_up"):
        yield Line("clés", Level.OK, "Le service des clés répond et ouvre nos clés.")
    else:
        sentence = "Le service des clés ne répond pas, ou n'ouvre pas nos clés. Ne redémarrez rien."
        yield Line("clés", Level.FAULT, sentence, "docs/monitoring.md#the-key-service-is-out")


def _clock(values: Values) -> Iterator[Line]:
    synchronised = values.get("repere_clock_synchronised")
    if synchronised is not None and not synchronised:
        sentence = "Rien ne met à l'heure l'horloge de cette machine."
        yield Line("horloge", Level.WARNING, sentence, "docs/monitoring.md#a-clock-is-wrong")
    elif synchronised:
        yield Line("horloge", Level.OK, "L'horloge de cette machine est synchronisée.")


def _journal(values: Values) -> Iterator[Line]:
    waiting = values.get("repere_journal_oldest_waiting_seconds")
    limit = values.get("repere_journal_lag_limit_seconds") or 0.0
    see = "docs/monitoring.md#the-sequencer-is-late"
    if waiting is None:
        yield _unasked("journal", see)
        return
    if limit and waiting > limit:
        sentence = "Lecture des dossiers suspendue, hors urgences : une entrée attend sa place depuis"
        yield Line("journal", Level.FAULT, f"{sentence} {_span(waiting)}.", see)
    elif limit and waiting > limit / 3:
        sentence = (
            f"Une entrée attend sa place depuis {_span(waiting)} ; à {_span(limit)} la lecture s'arrête."
        )
        yield Line("journal", Level.WARNING, sentence, see)
    else:
        yield Line("journal", Level.OK, "Chaque entrée a sa place.")
    # Each refused entry is an alarm too, which somebody settles; the count of refused entries never falls.
    if count := int(values.get("repere_journal_alarms") or 0):
        sentence = f"Anomalies que personne n'a closes : {count}."
        yield Line("journal", Level.FAULT, sentence, "docs/monitoring.md#the-journal-raises-an-alarm")


def _sequencer(values: Values) -> Iterator[Line]:
    see = "docs/monitoring.md#the-sequencer-is-late"
    age = values.age("repere_sequencer_seen_timestamp_seconds")
    if values.get("repere_journal_lag_limit_seconds") is None:
        yield _unasked("séquenceur", see)
    elif age is None:
        yield Line("séquenceur", Level.FAULT, "Aucun séquenceur n'a encore fini de passage.", see)
    elif age > SEQUENCER_LATE:
        yield Line("séquenceur", Level.FAULT, f"Aucun passage depuis {_span(age)} : relancez-le.", see)
    else:
        yield Line("séquenceur", Level.OK, f"Dernier passage il y a {_span(age)}.")


def _witnesses(values: Values) -> Iterator[Line]:
    signed = values.get("repere_journal_checkpoint_timestamp_seconds") or 0.0
    for witness, at in values.of("repere_journal_cosigned_timestamp_seconds"):
        since = f"il y a {_span(values.at - at)}" if at else "jamais"
        part, sentence = f"témoin {witness}", f"Dernière signature : {since}."
        if signed - at > WITNESS_LATE:
            yield Line(part, Level.WARNING, sentence, "docs/monitoring.md#reperewitnesssilent")
        else:
            yield Line(part, Level.OK, sentence)


def _worker(values: Values) -> Iterator[Line]:
    see = "docs/monitoring.md#no-worker-lives"
    age = values.age("repere_worker_seen_timestamp_seconds")
    if not list(values.of("repere_task_period_seconds")):
        yield _unasked("travaux", see)
        return
    if age is None or age > WORKER_LATE.total_seconds():
        since = "n'a encore été fait" if age is None else f"n'est fait depuis {_span(age)}"
        sentence = f"Aucun travail {since} : personne n'est prévenu, les appels d'astreinte non plus."
        yield Line("travaux", Level.FAULT, sentence, see)
        return
    climbed = values.age("repere_task_success_timestamp_seconds", "alerts:climbed")
    if climbed is not None and climbed > CALL_FAULT:
        sentence = f"Les appels urgents ne sont plus relancés depuis {_span(climbed)}."
        yield Line("travaux", Level.FAULT, sentence, "docs/monitoring.md#repereurgentcallslate")
        return
    late = sorted({*_failing(values), *_overdue(values)})
    if late:
        sentence = f"Travaux en échec ou en retard : {', '.join(late)}."
        yield Line("travaux", Level.WARNING, sentence, "docs/monitoring.md#recurring-work-fails")
    else:
        yield Line("travaux", Level.OK, f"Dernier travail il y a {_span(age)}.")


def _failing(values: Values) -> Iterator[str]:
    yield from (name for name, failures in values.of("repere_task_failures") if failures >= TASK_FAILURES)


def _overdue(values: Values) -> Iterator[str]:
    """Yield work whose last success is older than three of its periods, and than ten minutes more."""
    for name, period in values.of("repere_task_period_seconds"):
        age = values.age("repere_task_success_timestamp_seconds", name)
        if age is not None and age > 3 * period + 10 * _MINUTE:
            yield name


_CHANNELS: Final = {"mail": "courriels", "call": "SMS et appels", "webhook": "programmes"}


def _notices(values: Values) -> Iterator[Line]:
    see = "docs/monitoring.md#notices-wait-or-are-given-up"
    for channel, oldest in values.of("repere_notices_oldest_seconds"):
        part = _CHANNELS.get(channel, channel)
        given_up = values.get("repere_notices_given_up", channel) or 0.0
        late, fault = (CALL_FAULT, CALL_FAULT) if channel == "call" else (NOTICE_LATE, NOTICE_FAULT)
        if oldest > late:
            level = Level.FAULT if oldest > fault else Level.WARNING
            yield Line(part, level, f"Le plus ancien envoi dû attend depuis {_span(oldest)}.", see)
        elif given_up:
            yield Line(part, Level.WARNING, f"Envois abandonnés : {given_up:.0f}.", see)
        else:
            yield Line(part, Level.OK, "Rien n'attend.")


def _deadlines(values: Values) -> Iterator[Line]:
    for authority, count in values.of("repere_deadlines_overdue"):
        yield Line(
            f"délais {authority}", Level.OK, f"Dossiers dont un délai est dépassé : {count:.0f} ou plus."
        )


def _attachments(values: Values) -> Iterator[Line]:
    see = "docs/monitoring.md#attachments"
    free = values.get("repere_object_store_free_bytes")
    if not values.get("repere_object_store_up"):
        yield Line("pièces jointes", Level.FAULT, "Le dépôt des fichiers ne répond pas.", see)
    elif free is not None and free < SPACE_WARNED:
        level = Level.FAULT if free < SPACE_FAULT else Level.WARNING
        yield Line("pièces jointes", level, f"Place restante : {free / 2**30:.1f} Gio.", see)
    else:
        yield Line("pièces jointes", Level.OK, "Le dépôt des fichiers répond.")
    up, waiting = values.get("repere_antivirus_up"), values.get("repere_attachments_waiting") or 0.0
    if up is not None and not up:
        yield Line("antivirus", Level.FAULT, "Il ne répond pas : les fichiers reçus attendent.", see)
    elif waiting > ATTACHMENTS_WARNED:
        yield Line("antivirus", Level.WARNING, f"Fichiers qui attendent : {waiting:.0f}.", see)
    elif up:
        yield Line("antivirus", Level.OK, "Il répond.")


def _copies(values: Values) -> Iterator[Line]:
    see = "docs/monitoring.md#backups"
    if not values.get("repere_part_answered", "copies"):
        yield Line("sauvegardes", Level.WARNING, "Leur état est inconnu : il n'a pas pu être lu.", see)
        return
    for name, failed in values.of("repere_archive_failures"):
        part = f"sauvegarde {name}"
        age, archived = (
            values.age(f"repere_{kind}_timestamp_seconds", name) for kind in ("backup", "archived")
        )
        # A server archives what was written: that of the keys may be idle for a night.
        stalled = name == "cases" and archived is not None and archived > ARCHIVED_FAULT
        if failed or stalled:
            yield Line(
                part, Level.FAULT, "L'archivage continu échoue : relancez-le avant toute autre chose.", see
            )
        elif age is None:
            yield Line(part, Level.WARNING, "Aucune sauvegarde connue.", see)
        elif age > BACKUP_WARNED:
            level = Level.FAULT if age > BACKUP_FAULT else Level.WARNING
            yield Line(part, level, f"La dernière sauvegarde entière a {_span(age)}.", see)
        else:
            yield Line(part, Level.OK, f"Dernière sauvegarde entière il y a {_span(age)}.")
    yield from _rehearsal(values, see)


def _rehearsal(values: Values, see: str) -> Iterator[Line]:
    rehearsed = values.age("repere_rehearsal_timestamp_seconds")
    if rehearsed is None:
        yield Line(
            "restauration",
            Level.WARNING,
            "Aucun exercice réussi n'est connu : faites `manage.py rehearse`.",
            see,
        )
    elif rehearsed > REHEARSAL_WARNED:
        yield Line("restauration", Level.WARNING, f"Dernier exercice réussi il y a {_span(rehearsed)}.", see)


def _certificates(values: Values) -> Iterator[Line]:
    see = "docs/monitoring.md#a-certificate-ends"
    for part, answered in values.of("repere_part_answered"):
        if part.startswith("certificate-") and not answered:
            name = part.removeprefix("certificate-")
            yield Line(
                f"certificat {name}", Level.WARNING, "Sa fin est inconnue : il n'a pas pu être lu.", see
            )
    for name, end in values.of("repere_certificate_expiry_timestamp_seconds"):
        part, left = f"certificat {name}", end - values.at
        day = datetime.fromtimestamp(end, UTC)
        if left > CERTIFICATE_WARNED:
            yield Line(part, Level.OK, f"Valable jusqu'au {day:%d/%m/%Y}.")
        else:
            level = Level.FAULT if left < CERTIFICATE_FAULT else Level.WARNING
            yield Line(part, level, f"Il prend fin le {day:%d/%m/%Y} : renouvelez-le.", see)


def _unasked(part: str, see: str) -> Line:
    return Line(part, Level.FAULT, "Son état est inconnu : la base des dossiers ne répond pas.", see)


def _span(seconds: float) -> str:
    """Return a duration in the largest unit of which there are two or more."""
    for unit, length in (("jours", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


JUDGES: Final[tuple[Callable[[Values], Iterator[Line]], ...]] = (
    _gate,
    _databases,
    _keys,
    _clock,
    _journal,
    _sequencer,
    _witnesses,
    _worker,
    _notices,
    _deadlines,
    _attachments,
    _copies,
    _certificates,
)

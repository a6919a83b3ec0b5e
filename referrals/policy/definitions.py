"""Definitions of an authority's settings: deadlines, thresholds, modes and texts (domain.md §11.1, figures marked ◆).

The law leaves these to each authority. Each entry of ``referrals/policy/settings/`` declares one setting: its default,
its bounds, its label, and the article that leaves it open. No rule has such a figure of its own: it
reads ``protocol_of``, which returns what an authority had in force at an instant. What the law itself fixes (three
months of D226-2-4, 72 hours, …) is no setting and is declared with its rule.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog
from rest_framework.exceptions import ValidationError

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import SETTING, Setting
from referrals.policy.settings.anomalies import AnomalyTerms
from referrals.policy.settings.assessment import AssessmentTerms
from referrals.policy.settings.certificates import CertificateTerms
from referrals.policy.settings.concern_form import FormTerms
from referrals.policy.settings.decisions import DecisionTerms
from referrals.policy.settings.feedback import FeedbackTerms
from referrals.policy.settings.figures import FigureTerms
from referrals.policy.settings.first_analysis import FirstAnalysisTerms
from referrals.policy.settings.holders_and_prosecutor import HolderAndProsecutorTerms
from referrals.policy.settings.immediate_danger import DangerTerms
from referrals.policy.settings.letters import LetterTerms
from referrals.policy.settings.names_and_partners import NameAndPartnerTerms
from referrals.policy.settings.opening_hours import HourTerms
from referrals.policy.settings.retention import RetentionTerms
from referrals.policy.settings.security import AccessTerms, ExportTerms, SignInTerms
from referrals.policy.settings.transfers import TransferTerms

if TYPE_CHECKING:
    from accounts.models import Authority

_log = structlog.get_logger("referrals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol(
    FigureTerms,
    RetentionTerms,
    CertificateTerms,
    SignInTerms,
    AccessTerms,
    ExportTerms,
    LetterTerms,
    FeedbackTerms,
    TransferTerms,
    HolderAndProsecutorTerms,
    DecisionTerms,
    AssessmentTerms,
    DangerTerms,
    FirstAnalysisTerms,
    FormTerms,
    NameAndPartnerTerms,
    HourTerms,
    AnomalyTerms,
):
    """The choices of one authority, topic by topic; of its bases the last comes first in lists.

    Names end in their unit; ``…_days`` are calendar days unless they say so.
    """


#: Each a class of the protocol that names its chapter.
TOPICS: Final[tuple[Any, ...]] = Protocol.__bases__


@dataclass(frozen=True, slots=True)
class Order:
    """Two settings of which one must be less than the other, counted in the unit of the lesser."""

    lesser: str
    greater: str
    factor: int = 1
    equal: bool = False

    def holds(self, protocol: Protocol) -> bool:
        """Tell whether a protocol keeps it."""
        lesser, greater = getattr(protocol, self.lesser), getattr(protocol, self.greater) * self.factor
        return bool(lesser <= greater if self.equal else lesser < greater)


DEFAULTS: Final = Protocol()
SETTINGS: Final[Mapping[str, Setting]] = {
    declared.name: declared.metadata[SETTING] for declared in fields(Protocol)
}
#: The chapter of each setting, which its topic names.
CHAPTERS: Final[Mapping[str, Chapter]] = {
    declared.name: topic.chapter for topic in TOPICS for declared in fields(topic)
}
ORDERS: Final = (
    Order("triage_urgent_hours", "triage_hours", equal=True),
    Order("danger_alert_minutes", "danger_breach_hours", factor=60),
    Order("escalation_first_minutes", "escalation_second_minutes"),
    Order("escalation_second_minutes", "escalation_supervisor_minutes"),
    Order("first_meeting_days", "home_visit_days", equal=True),
    Order("holder_deferral_review_days", "holder_deferral_limit_days", equal=True),
    Order("prosecutor_first_reminder_days", "prosecutor_second_reminder_days"),
    Order("prosecutor_second_reminder_days", "prosecutor_last_reminder_days"),
    Order("inquiry_urgent_days", "inquiry_days", equal=True),
    Order("honorability_last_notice_days", "honorability_second_notice_days"),
    Order("honorability_second_notice_days", "honorability_first_notice_days"),
    Order("retention_measure_months", "retention_archive_months", equal=True),
    Order("retention_archive_months", "retention_archive_placed_months", equal=True),
)


# --- What is in force when ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timeline:
    """An authority's protocols, each from the instant at which it comes into force."""

    since: tuple[datetime, ...] = ()
    protocols: tuple[Protocol, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[tuple[str, Any, datetime]]) -> "Timeline":
        """Follow changes (setting, value in JSON, from when), given in the order of their instants.

        Of two changes of one setting from the same instant the later one counts.
        """
        values: dict[str, Any] = {}
        protocols: dict[datetime, Protocol] = {}
        for key, value, since in changes:
            if (loaded := _loaded(key, value)) is not _REFUSED:
                values[key] = loaded
            protocols[since] = Protocol(**values)
        return cls(tuple(protocols), tuple(protocols.values()))

    def at(self, instant: datetime) -> Protocol:
        """Return what is in force at an instant."""
        place = bisect_right(self.since, instant)
        return self.protocols[place - 1] if place else DEFAULTS

    def from_(self, instant: datetime) -> list[Protocol]:
        """Return what is in force at an instant and all that comes after it."""
        return [self.at(instant), *self.protocols[bisect_right(self.since, instant) :]]


_REFUSED: Final = object()
#: By authority: the version of its protocol that was read last, and what was read. One entry an authority.
_remembered: dict[UUID, tuple[UUID, Timeline]] = {}


def _loaded(key: str, value: object) -> Any:
    """Return a stored value, or nothing where today's declaration no longer allows it: what was in force goes on."""
    setting = SETTINGS.get(key)
    if setting is not None:
        try:
            return setting.loaded(setting.input().run_validation(value))
        except ValidationError:
            pass
    _log.warning("setting.ignored", label=key)
    return _REFUSED


def protocol_of(authority: "Authority | None", at: datetime) -> Protocol:
    """Return the choices in force for an authority at an instant; a draft, which has none, follows the defaults.

    An authority that never changed anything costs no query. Else its changes are read once a process and version:
    the version is that of the row at hand, a new random one with each change, so nothing outdated is ever used.
    """
    if authority is None or authority.protocol_version is None:
        return DEFAULTS
    version, timeline = _remembered.get(authority.pk, (None, Timeline()))
    if version != authority.protocol_version:
        timeline = Timeline.of(authority.setting_changes.values_list("key", "value", "effective_at"))
        _remembered[authority.pk] = authority.protocol_version, timeline
    return timeline.at(at)

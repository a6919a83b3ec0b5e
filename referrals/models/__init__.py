"""The rows of a case. Sealed fields open only inside a disclosure; writes belong to ``referrals/actions.py``."""

from referrals.models.alert import Alert
from referrals.models.anomaly import AccessAnomaly, AnomalyMark
from referrals.models.attachment import Attachment, StoredObject, UploadCount
from referrals.models.concern import (
    PARTS,
    Child,
    Concern,
    DigitalTrace,
    Fact,
    HealthSign,
    Holder,
    Part,
    Sign,
    ThirdParty,
)
from referrals.models.exchanges import (
    Complement,
    FilerMessage,
    InformationRequest,
    MessageRead,
    TeamMessage,
)
from referrals.models.feedback import FeedbackTask
from referrals.models.glass import BreakGlass
from referrals.models.joining import DuplicateCandidate, Joining, MovedRow
from referrals.models.kinship import DeclaredTie, KinSearch, KinValue
from referrals.models.likeness import IndexSize, IndexValue, SearchCount
from referrals.models.moving import TransferDocument, TransferReceiver, TransferRequest
from referrals.models.procedure import (
    Assessment,
    Assignment,
    Conclusion,
    Decision,
    HolderInformation,
    JudicialOutcome,
    JudicialReferral,
    Measure,
    MeasureType,
    Sighting,
    Visit,
)
from referrals.models.record import (
    Approval,
    Clock,
    Exclusion,
    Grant,
    Rectification,
    ReferralUserObjectPermission,
    StepRecord,
)
from referrals.models.referral import Referral
from referrals.models.reopening import ClosureReview
from referrals.models.retention import EliminatedCount, FiguresKept, RetentionBatch, RetentionLine
from referrals.models.rota import RotaShift
from referrals.models.setting import SettingChange
from referrals.models.sheltering import EmergencySheet, SheetReader
from referrals.models.standin import StandIn
from referrals.models.usecount import UseCount
from referrals.models.watch import CaseWatch

__all__ = [
    "PARTS",
    "AccessAnomaly",
    "Alert",
    "AnomalyMark",
    "Approval",
    "Assessment",
    "Assignment",
    "Attachment",
    "BreakGlass",
    "CaseWatch",
    "Child",
    "Clock",
    "ClosureReview",
    "Complement",
    "Concern",
    "Conclusion",
    "Decision",
    "DeclaredTie",
    "DigitalTrace",
    "DuplicateCandidate",
    "EliminatedCount",
    "EmergencySheet",
    "Exclusion",
    "Fact",
    "FeedbackTask",
    "FiguresKept",
    "FilerMessage",
    "Grant",
    "HealthSign",
    "Holder",
    "HolderInformation",
    "IndexSize",
    "IndexValue",
    "InformationRequest",
    "Joining",
    "JudicialOutcome",
    "JudicialReferral",
    "KinSearch",
    "KinValue",
    "Measure",
    "MeasureType",
    "MessageRead",
    "MovedRow",
    "Part",
    "Rectification",
    "Referral",
    "ReferralUserObjectPermission",
    "Replay",
    "RetentionBatch",
    "RetentionLine",
    "RotaShift",
    "SearchCount",
    "SettingChange",
    "SheetReader",
    "Sighting",
    "Sign",
    "StandIn",
    "StepRecord",
    "StoredObject",
    "TeamMessage",
    "ThirdParty",
    "TransferDocument",
    "TransferReceiver",
    "TransferRequest",
    "UploadCount",
    "UseCount",
    "Visit",
]

"""Models of a case. Sealed fields open only inside a disclosure; only ``referrals/execution/`` writes."""

from referrals.models.access_requests import (
    AccessFile,
    AccessOpinion,
    AccessPart,
    AccessRedaction,
    AccessRequest,
)
from referrals.models.access_review import AccessAnomaly, AnomalyMark, PseudonymLookup
from referrals.models.attachments import Attachment, StoredObject, UploadCount
from referrals.models.break_glass import BreakGlass
from referrals.models.closing import ClosureReview
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
from referrals.models.conflicts_of_interest import DeclaredTie, KinSearch, KinValue
from referrals.models.data_breaches import DataBreach
from referrals.models.duplicates import DuplicateCandidate, Joining, MovedRow
from referrals.models.emergency_search import EmergencyApproval, EmergencySearch
from referrals.models.exports import CaseExport
from referrals.models.feedback import FeedbackTask
from referrals.models.inquiries import Inquiry
from referrals.models.letters import Letter
from referrals.models.matching import IndexSize, IndexValue, SearchCount
from referrals.models.messages import Complement, FilerMessage, InformationRequest, MessageRead, TeamMessage
from referrals.models.on_call_rota import RotaShift
from referrals.models.orientations import ExcludedResource, Orientation
from referrals.models.policy import SettingChange
from referrals.models.procedure import (
    Assessment,
    Assignment,
    ChildDanger,
    Conclusion,
    Decision,
    Finding,
    HolderInformation,
    HolderOpinion,
    InquiryConsidered,
    JudicialOutcome,
    JudicialReferral,
    Measure,
    MeasureType,
    Sighting,
    Visit,
    Voice,
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
from referrals.models.retention import EliminatedCount, FiguresKept, RetentionBatch, RetentionLine
from referrals.models.row_approvals import RowApproval
from referrals.models.runaways import EmergencySheet, SheetReader
from referrals.models.saved_views import SavedView
from referrals.models.staffing import StandIn
from referrals.models.transfers import TransferDocument, TransferReceiver, TransferRequest
from referrals.models.urgent_calls import Alert
from referrals.models.visits import LastVisit
from referrals.models.volume import UseCount
from referrals.models.watch import CaseWatch

__all__ = [
    "PARTS",
    "AccessAnomaly",
    "AccessFile",
    "AccessOpinion",
    "AccessPart",
    "AccessRedaction",
    "AccessRequest",
    "Alert",
    "AnomalyMark",
    "Approval",
    "Assessment",
    "Assignment",
    "Attachment",
    "BreakGlass",
    "CaseExport",
    "CaseWatch",
    "Child",
    "ChildDanger",
    "Clock",
    "ClosureReview",
    "Complement",
    "Concern",
    "Conclusion",
    "DataBreach",
    "Decision",
    "DeclaredTie",
    "DigitalTrace",
    "DuplicateCandidate",
    "EliminatedCount",
    "EmergencyApproval",
    "EmergencySearch",
    "EmergencySheet",
    "ExcludedResource",
    "Exclusion",
    "Fact",
    "FeedbackTask",
    "FiguresKept",
    "FilerMessage",
    "Finding",
    "Grant",
    "HealthSign",
    "Holder",
    "HolderInformation",
    "HolderOpinion",
    "IndexSize",
    "IndexValue",
    "InformationRequest",
    "Inquiry",
    "InquiryConsidered",
    "Joining",
    "JudicialOutcome",
    "JudicialReferral",
    "KinSearch",
    "KinValue",
    "LastVisit",
    "Letter",
    "Measure",
    "MeasureType",
    "MessageRead",
    "MovedRow",
    "Orientation",
    "Part",
    "PseudonymLookup",
    "Rectification",
    "Referral",
    "ReferralUserObjectPermission",
    "RetentionBatch",
    "RetentionLine",
    "RotaShift",
    "RowApproval",
    "SavedView",
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
    "Voice",
]

"""Routes of cases and of the settings of an authority, under ``/api/v1/``."""

from django.urls import path

from referrals.access_requests import api as access_requests_api
from referrals.access_review import api as access_review_api
from referrals.attachments import api as attachments_api
from referrals.break_glass import api as break_glass_api
from referrals.calendar_feeds import api as calendar_feeds_api
from referrals.cases import api as cases_api
from referrals.cases import assessment_api, narrative_api, workflow_api
from referrals.closing import api as closing_api
from referrals.conflicts_of_interest import api as conflicts_of_interest_api
from referrals.data_breaches import api as data_breaches_api
from referrals.duplicates import api as duplicates_api
from referrals.duplicates import search_api
from referrals.emergency_search import api as emergency_search_api
from referrals.exports import api as exports_api
from referrals.filing import form_api, receipts_api
from referrals.inquiries import api as inquiries_api
from referrals.journal_lookups import api as journal_lookups_api
from referrals.justice import api as justice_api
from referrals.letters import api as letters_api
from referrals.measures import api as measures_api
from referrals.messages import api as messages_api
from referrals.notifications import api as notifications_api
from referrals.on_call_rota import api as on_call_rota_api
from referrals.orientations import api as orientations_api
from referrals.policy_changes import api as policy_changes_api
from referrals.rest import row_approvals, step_views
from referrals.retention import api as retention_api
from referrals.retention import holds_api
from referrals.runaways import api as runaways_api
from referrals.saved_views import api as saved_views_api
from referrals.staffing import api as staffing_api
from referrals.staffing import standins_api
from referrals.statistics import api as statistics_api
from referrals.transfers import api as transfers_api
from referrals.urgent_calls import api as urgent_calls_api

PARTS = (
    "children",
    "judicial-referrals",
    "measures",
    "orientations",
    "excluded-resources",
    "approvals",
    "holder-informations",
    "closure-reviews",
    "break-glass",
    "alerts",
    "emergency-sheets",
    "voices",
    "transfers",
    "feedbacks",
    "timeline",
)

urlpatterns = [
    path("referrals", cases_api.Cases.as_view(), name="referrals"),
    path("referrals/<uuid:pk>", cases_api.OneCase.as_view(), name="referral"),
    path("referrals/<uuid:pk>/share", cases_api.ShareDraft.as_view(), name="draft-share"),
    path("referrals/<uuid:pk>/unshare", cases_api.UnshareDraft.as_view(), name="draft-unshare"),
    path("referrals/<uuid:pk>/receipt", receipts_api.Receipt.as_view(), name="referral-receipt"),
    path(
        "referrals/<uuid:pk>/receipt.html", receipts_api.ReceiptPage.as_view(), name="referral-receipt-page"
    ),
    path("referrals/<uuid:pk>/receipt.pdf", receipts_api.ReceiptPdf.as_view(), name="referral-receipt-pdf"),
    path("referrals/<uuid:pk>/clocks", cases_api.CaseClocks.as_view(), name="referral-clocks"),
    path(
        "referrals/<uuid:pk>/assessment", assessment_api.AssessmentEdit.as_view(), name="referral-assessment"
    ),
    *(
        path(f"referrals/<uuid:pk>/{part}", cases_api.CasePart.as_view(part=part), name=f"referral-{part}")
        for part in PARTS
    ),
    path(
        "referrals/<uuid:pk>/approvals/<uuid:approval>/sign", step_views.Sign.as_view(), name="approval-sign"
    ),
    path(
        "referrals/<uuid:pk>/approvals/<uuid:approval>/refuse",
        step_views.Refuse.as_view(),
        name="approval-refuse",
    ),
    path(
        "referrals/<uuid:pk>/approvals/<uuid:approval>/withdraw",
        step_views.WithdrawProposal.as_view(),
        name="approval-withdraw",
    ),
    path(
        "referrals/<uuid:pk>/orientations/match",
        orientations_api.MatchServices.as_view(),
        name="orientations-match",
    ),
    path("referrals/<uuid:pk>/duplicates", duplicates_api.Duplicates.as_view(), name="referral-duplicates"),
    path("referrals/<uuid:pk>/links", duplicates_api.Links.as_view(), name="referral-links"),
    path("referrals/<uuid:pk>/filings", duplicates_api.JoinedFilings.as_view(), name="referral-filings"),
    path("referrals/<uuid:pk>/narrative", narrative_api.Narrative.as_view(), name="referral-narrative"),
    path("referrals/<uuid:pk>/people", cases_api.CasePeople.as_view(), name="referral-people"),
    path(
        "referrals/<uuid:pk>/judicial-referrals/<uuid:part>/document",
        justice_api.Document.as_view(),
        name="prosecutor-document",
    ),
    path(
        "referrals/<uuid:pk>/judicial-referrals/<uuid:part>/document.pdf",
        justice_api.DocumentPdf.as_view(),
        name="prosecutor-document-pdf",
    ),
    path(
        "referrals/<uuid:pk>/attachments", attachments_api.Attachments.as_view(), name="referral-attachments"
    ),
    path(
        "referrals/<uuid:pk>/attachments/<uuid:part>",
        attachments_api.OneAttachment.as_view(),
        name="attachment",
    ),
    path(
        "referrals/<uuid:pk>/attachments/<uuid:part>/mark",
        attachments_api.MarkAttachment.as_view(),
        name="attachment-mark",
    ),
    path(
        "referrals/<uuid:pk>/attachments/<uuid:part>/content",
        attachments_api.Content.as_view(),
        name="attachment-content",
    ),
    path(
        "referrals/<uuid:pk>/attachments/<uuid:part>/original",
        attachments_api.Original.as_view(),
        name="attachment-original",
    ),
    path("closure-reviews", closing_api.ClosureReviews.as_view(), name="closure-reviews"),
    path("authorities/<uuid:pk>/form", form_api.AuthorityForm.as_view(), name="authority-form"),
    path("break-glass", break_glass_api.BreakGlasses.as_view(), name="break-glass"),
    path("authorities/<uuid:pk>/rota", on_call_rota_api.Rota.as_view(), name="rota"),
    path(
        "authorities/<uuid:pk>/rota/<uuid:shift>/withdraw",
        on_call_rota_api.Withdraw.as_view(),
        name="rota-withdraw",
    ),
    path("authorities/<uuid:pk>/figures", statistics_api.Figures.as_view(), name="figures"),
    path("authorities/<uuid:pk>/settings", policy_changes_api.Settings.as_view(), name="settings"),
    path(
        "authorities/<uuid:pk>/settings/history",
        policy_changes_api.History.as_view(),
        name="settings-history",
    ),
    path("emergency-sheets", runaways_api.EmergencySheets.as_view(), name="emergency-sheets"),
    path("emergency-sheets/<uuid:pk>", runaways_api.OneSheet.as_view(), name="emergency-sheet"),
    path("transfers", transfers_api.Transfers.as_view(), name="received-transfers"),
    path("transfers/<uuid:pk>", transfers_api.OneTransfer.as_view(), name="received-transfer"),
    path("referrals/<uuid:pk>/messages", messages_api.Messages.as_view(), name="referral-messages"),
    path(
        "referrals/<uuid:pk>/messages/<uuid:part>/read",
        messages_api.ReadMessage.as_view(),
        name="message-read",
    ),
    path("alerts", urgent_calls_api.OpenAlerts.as_view(), name="alerts"),
    path("measures", measures_api.WaitingMeasures.as_view(), name="measures-waiting"),
    path("measures/counts", measures_api.WaitingCounts.as_view(), name="measures-waiting-counts"),
    path("searches", search_api.Searches.as_view(), name="searches"),
    path("clocks", cases_api.Clocks.as_view(), name="clocks"),
    path("calendar-feeds", calendar_feeds_api.Feeds.as_view(), name="calendar-feeds-api"),
    path("calendar-feeds/<uuid:pk>", calendar_feeds_api.OneFeed.as_view(), name="calendar-feed-api"),
    path(
        "emergency-searches",
        emergency_search_api.EmergencySearches.as_view(),
        name="emergency-searches-api",
    ),
    path(
        "emergency-searches/<uuid:pk>",
        emergency_search_api.OneEmergencySearch.as_view(),
        name="emergency-search-api",
    ),
    path(
        "emergency-searches/<uuid:pk>/review",
        emergency_search_api.ReviewEmergencySearch.as_view(),
        name="emergency-search-review-api",
    ),
    path(
        "emergency-approvals",
        emergency_search_api.EmergencyApprovals.as_view(),
        name="emergency-approvals-api",
    ),
    path(
        "emergency-approvals/<uuid:pk>/give",
        emergency_search_api.GiveEmergencyApproval.as_view(),
        name="emergency-approval-give-api",
    ),
    path("exports", exports_api.Exports.as_view(), name="exports-api"),
    path("exports/<uuid:pk>", exports_api.OneExport.as_view(), name="export-api"),
    path("exports/<uuid:pk>/decide", exports_api.DecideExport.as_view(), name="export-decide-api"),
    path("exports/<uuid:pk>/take", exports_api.TakeExport.as_view(), name="export-take-api"),
    path("notices", notifications_api.Notices.as_view(), name="notices"),
    path("notices/<uuid:pk>/read", notifications_api.NoticeRead.as_view(), name="notice-read"),
    path("assignments", staffing_api.Assignments.as_view(), name="assignments"),
    path("assignments/people", staffing_api.AssignedPeople.as_view(), name="assigned-people"),
    path("handovers", staffing_api.HandOvers.as_view(), name="handovers"),
    path("ties", conflicts_of_interest_api.Ties.as_view(), name="ties"),
    path("ties/<uuid:pk>/correct", conflicts_of_interest_api.CorrectTie.as_view(), name="tie-correct"),
    path("ties/<uuid:pk>/remove", conflicts_of_interest_api.RemoveTie.as_view(), name="tie-remove"),
    path("exclusions", conflicts_of_interest_api.Exclusions.as_view(), name="exclusions"),
    path(
        "exclusions/<uuid:pk>/confirm",
        conflicts_of_interest_api.ConfirmExclusion.as_view(),
        name="exclusion-confirm",
    ),
    path("stand-ins", standins_api.StandIns.as_view(), name="stand-ins"),
    path("stand-ins/<uuid:pk>/end", standins_api.EndStandIn.as_view(), name="stand-in-end"),
    path("saved-views", saved_views_api.SavedViews.as_view(), name="saved-views"),
    path("saved-views/<uuid:pk>/remove", saved_views_api.RemoveView.as_view(), name="saved-view-remove"),
    *retention_api.batch_routes(),
    *access_review_api.anomaly_routes(),
    *inquiries_api.inquiry_routes(),
    *access_requests_api.access_request_routes(),
    *row_approvals.approval_routes(),
    *data_breaches_api.breach_routes(),
    *letters_api.letter_routes(),
    path("audit/lookups", journal_lookups_api.Lookups.as_view(), name="lookups-api"),
    path("audit/lookups/<uuid:pk>", journal_lookups_api.OneLookup.as_view(), name="lookup-api"),
    path(
        "audit/lookups/<uuid:pk>/decide", journal_lookups_api.DecideLookup.as_view(), name="lookup-decide-api"
    ),
    path("audit/holds", holds_api.Holds.as_view(), name="holds"),
    path("audit/holds/<uuid:pk>/lift", holds_api.LiftHold.as_view(), name="hold-lift"),
    path("workflow", workflow_api.Workflow.as_view(), name="workflow"),
    *step_views.step_routes(),
]

"""Django app configuration: loads every module that registers something."""

from importlib import import_module

from django.apps import AppConfig
from django.core import checks

#: The modules that declare steps.
STEPS = (
    "referrals.access_requests.steps",
    "referrals.access_review.steps",
    "referrals.assessment.referral_steps",
    "referrals.assessment.steps",
    "referrals.attachments.steps",
    "referrals.break_glass.steps",
    "referrals.closing.steps",
    "referrals.coming_of_age.steps",
    "referrals.data_breaches.steps",
    "referrals.corrections.steps",
    "referrals.decisions.steps",
    "referrals.duplicates.steps",
    "referrals.exploitation_status.steps",
    "referrals.feedback.steps",
    "referrals.filing.steps",
    "referrals.inquiries.steps",
    "referrals.justice.letter_steps",
    "referrals.justice.referral_steps",
    "referrals.justice.steps",
    "referrals.letters.steps",
    "referrals.measures.majority_steps",
    "referrals.measures.referral_steps",
    "referrals.measures.steps",
    "referrals.messages.steps",
    "referrals.orientations.steps",
    "referrals.parents.steps",
    "referrals.restrictions.steps",
    "referrals.retention.batch_steps",
    "referrals.retention.purge_steps",
    "referrals.retention.steps",
    "referrals.runaways.steps",
    "referrals.staffing.referral_steps",
    "referrals.staffing.steps",
    "referrals.transfers.steps",
    "referrals.triage.steps",
    "referrals.urgent_calls.steps",
)
#: The modules that register hooks, templates, ports of the outbox, recurring work, topics and acts of commands.
REGISTERED = (
    "referrals.access.volume_limits",
    "referrals.access_requests.actions",
    "referrals.access_requests.queries",
    "referrals.access_requests.tasks",
    "referrals.access_requests.readers",
    "referrals.access_review.tasks",
    "referrals.attachments.cleanup",
    "referrals.attachments.quarantine",
    "referrals.attachments.quotas",
    "referrals.attachments.rights",
    "referrals.break_glass.queries",
    "referrals.coming_of_age.tasks",
    "referrals.composition.address_grounds",
    "referrals.composition.duty",
    "referrals.composition.journal_topics",
    "referrals.composition.row_history",
    "referrals.composition.row_signatures",
    "referrals.composition.sealed_cells",
    "referrals.conflicts_of_interest.actions",
    "referrals.conflicts_of_interest.declarations",
    "referrals.conflicts_of_interest.tasks",
    "referrals.data_breaches.actions",
    "referrals.data_breaches.queries",
    "referrals.data_breaches.tasks",
    "referrals.duplicates.name_search",
    "referrals.duplicates.queries",
    "referrals.duplicates.rekeying",
    "referrals.duplicates.tasks",
    "referrals.emergency_search.queries",
    "referrals.emergency_search.tasks",
    "referrals.execution.row_approvals",
    "referrals.feedback.effects",
    "referrals.inquiries.actions",
    "referrals.inquiries.letters",
    "referrals.inquiries.queries",
    "referrals.inquiries.tasks",
    "referrals.journal_lookups.actions",
    "referrals.letters.actions",
    "referrals.matching.indexing",
    "referrals.messages.effects",
    "referrals.notifications.recipients",
    "referrals.on_call_rota.actions",
    "referrals.orientations.actions",
    "referrals.orientations.tasks",
    "referrals.parents.reviews",
    "referrals.policy_changes.account_rules",
    "referrals.reminders.expiry",
    "referrals.reminders.tasks",
    "referrals.retention.batch_leaving",
    "referrals.retention.batch_tasks",
    "referrals.retention.effects",
    "referrals.retention.journal_retention",
    "referrals.retention.replay",
    "referrals.retention.resealing",
    "referrals.retention.sequencer_watch",
    "referrals.retention.tasks",
    "referrals.staffing.tasks",
    "referrals.transfers.documents",
    "referrals.transfers.effects",
    "referrals.urgent_calls.effects",
    "referrals.urgent_calls.escalation",
)


class ReferralsConfig(AppConfig):
    """Register ``referrals``."""

    name = "referrals"

    def ready(self) -> None:
        """Load the modules above, and register the check over all models, which needs all models."""
        from referrals.models.copy_rules import check_copy_rules

        checks.register(check_copy_rules, checks.Tags.models)
        for module in (*STEPS, *REGISTERED):
            import_module(module)

"""Hooks that the execution of a step calls without knowing which feature answers (``referrals/workflow/hooks.py``)."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from referrals.workflow.hooks import Hook, Hooks

if TYPE_CHECKING:
    from referrals.access.relations import CaseAccess
    from referrals.models import Attachment, DuplicateCandidate
    from referrals.workflow.case import Case
    from referrals.workflow.context import StepContext

#: What follows of itself from a step, before it is written down; told the act and the state in which it began.
after_step: "Hooks[[StepContext, str]]" = Hooks()
#: What follows beside when the case leaves that state.
after_leaving_state: "Hooks[[StepContext, str]]" = Hooks()
#: Tell the people whom the step names.
tell: "Hook[[StepContext], Any]" = Hook("tell")
#: Ask a person for a second signature.
ask_signature: "Hook[[Case, UUID], Any]" = Hook("ask_signature")
#: The files of a case, and of those joined to it, that somebody has at hand.
files_at_hand: "Hook[..., list[Attachment]]" = Hook("files_at_hand")
#: How many matches of the duplicate search nobody has looked at, of those that somebody sees.
unseen_matches: "Hook[..., int]" = Hook("unseen_matches")
#: The pairs that a file holds and whose other half somebody sees.
pairs_at_hand: "Hook[[Case, CaseAccess], list[DuplicateCandidate]]" = Hook("pairs_at_hand")

"""Topics of this app's acts, for the auditors' ready-made questions (SEC-AL17, domain.md §7.4)."""

from audit.events import Counted, Topic, count_as, declare_closed, file_under
from referrals.duplicates.name_search import ASKED_ELSEWHERE, SEARCHED
from referrals.exports.actions import TAKEN
from referrals.vocabulary.states import CLOSED, Machine, State
from referrals.workflow.step import steps

file_under(Topic.GLASS, *(step.event for step in steps.of(Machine.GLASS)))
file_under(Topic.SEARCH, SEARCHED, ASKED_ELSEWHERE)
file_under(Topic.RIGHTS, "standin:named", "standin:ended")
file_under(Topic.RIGHTS, *(step.event for step in steps.all() if step.changes_rights))
declare_closed(*map(str, (*CLOSED, State.ARCHIVED)))
count_as(Counted.CHANGES, *(step.event for step in steps.all()))
count_as(Counted.EMERGENCIES, steps.get(Machine.GLASS, "open").event)
count_as(Counted.EXPORTS, TAKEN)

"""What the steps of a data breach bring along: words that are sealed, the account in question, a child in danger."""

from typing import Any

from audit.disclosure import disclosure
from audit.events import Purpose
from core.languages import FRENCH
from referrals.data_breaches import accounts_in_question, notice, notices
from referrals.data_breaches.inputs import LETTER
from referrals.data_breaches.sheet import PAGE, Sheet
from referrals.letters.paper import html
from referrals.vocabulary.data_breaches import Informing
from referrals.workflow.context import as_json


def keep_facts(sheet: Sheet) -> None:
    """Keep what happened and how it came to be known; of an anomaly its codes say all."""
    step_input = sheet.step_input
    if step_input.get("what"):
        sheet.content["facts"] = {"what": step_input.what, "seen": step_input.seen}


def keep_assessment(sheet: Sheet) -> None:
    names = ("consequences", "measures", "why", "reference")
    sheet.content["assessment"] = {name: sheet.step_input[name] for name in names if sheet.step_input[name]}


def warn_of_danger(sheet: Sheet) -> None:
    """Tell at once who coordinates the case of a child in danger by it; without its reference, the whole cell."""
    if sheet.step_input.danger:
        notices.tell_of_danger(sheet.row, sheet.step_input.reference, at=sheet.at)


def keep_notification(sheet: Sheet) -> None:
    notification = as_json(dict(sheet.step_input))
    sheet.content["notifications"] = [*_before(sheet, "notifications", []), notification]


def keep_reasons(sheet: Sheet) -> None:
    reasons = {"ruled_out": sheet.step_input.reasons}
    sheet.content["closing"] = _before(sheet, "closing", {}) | reasons


def keep_letter(sheet: Sheet) -> None:
    """Keep what a group was told, or why it wasn't, and whose opinion was heard; what was said before is replaced.

    The letter is kept as it was made on this day, beside the words: a name or a part that changes later changes none.
    """
    step_input = sheet.step_input
    names = (*LETTER, "proof", "reason", "opinion")
    words = {name: step_input[name] for name in names if step_input[name]}
    if step_input.opinion_by:
        words["opinion_by"] = str(step_input.opinion_by)
    if step_input.answer == Informing.TOLD:
        words[PAGE] = html(notice.paper(sheet.row, words, at=sheet.at, language=FRENCH))
    sheet.content["letters"] = _before(sheet, "letters", {}) | {step_input.group: words}


def keep_news(sheet: Sheet) -> None:
    news = {"at": sheet.step_input.aware_at.isoformat(), "new": sheet.step_input.new}
    sheet.content["news"] = [*_before(sheet, "news", []), news]


def keep_changes(sheet: Sheet) -> None:
    sheet.content["closing"] = _before(sheet, "closing", {}) | {"changes": sheet.step_input.changes}


def keep_lifting(sheet: Sheet) -> None:
    sheet.content["closing"] = _before(sheet, "closing", {}) | {"lifted": sheet.step_input.reason}


def suspend_account(sheet: Sheet) -> None:
    if sheet.row.who is not None:
        accounts_in_question.suspend(sheet.row, actor=sheet.actor, at=sheet.at)


def give_account_back(sheet: Sheet) -> None:
    accounts_in_question.give_back(sheet.row, actor=sheet.actor, at=sheet.at)


def _before(sheet: Sheet, name: str, empty: Any) -> Any:
    """Return what a sealed field holds so far; the reading is an entry."""
    value = getattr(sheet.row, name)
    if value is None:
        return empty
    with disclosure(
        actor=sheet.actor, purpose=Purpose.AUDIT, at=sheet.at, objects=[], tenant=sheet.row.authority_id
    ) as scope:
        return value.open(scope)

"""Safety gate: what of a case keeps a communication back until somebody who knows it has said so (domain.md §7.5).

It is computed, and asked again at each step that lets something go. Nobody opens it but by an opinion (AR8): an
inspector's word to send, and where justice is at work the prosecutor's note too.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from accounts.roles import Role
from referrals.access_requests import persons
from referrals.access_requests.sheet import Sheet
from referrals.models import AccessOpinion
from referrals.vocabulary.access_requests import Gate, Requester, Verdict
from referrals.vocabulary.states import InformationState, YesNo
from referrals.workflow import safety
from referrals.workflow.case import Case


def shut(sheet: Sheet) -> list[Gate]:
    """Return why the gate is shut, gravest first; nothing: it is open. Without a file nothing leaves."""
    if not sheet.files:
        return []
    cases = sheet.cases_of(safety.with_joined(one.referral for one in sheet.files))
    mine, sheltered, is_known = _opened(sheet, cases)
    mandated = sheet.row.requester == Requester.MANDATED
    reasons = {
        # Who comes for a child and stands in the file, as a holder or a third party, is nobody to give it to.
        Gate.IMPLICATED: sheet.row.requester == Requester.THIRD_PARTY
        or (mandated and is_known)
        or (sheet.of_holder and any(_is_implicated(case, mine) for case in cases)),
        Gate.STATUS: (sheet.of_holder or mandated) and any(map(safety.is_grave, cases)),
        Gate.SHELTERED: sheltered or any(map(safety.has_a_place, cases)),
        Gate.JUSTICE: any(map(safety.justice_works, cases)),
        Gate.DEFERRED: sheet.of_holder
        and any(
            one.state == InformationState.DEFERRED and one.holder_id in mine
            for case in cases
            for one in case.informations
        ),
    }
    return [one for one in Gate if reasons[one]]


def _opened(sheet: Sheet, cases: Collection[Case]) -> tuple[set[UUID], bool, bool]:
    """Return the rows of the holder who asks, by name, in all these files; whether a child is sheltered.

    And whether who comes with a mandate bears the name of a holder or of a third party of one of these files.
    """
    with sheet.opening(cases) as scope:
        own = {one.pk for case in cases for one in persons.holders_of(case, sheet.holder_name, scope)}
        own |= {sheet.row.holder} if sheet.row.holder else set()
        is_known = any(persons.knows(case, str(sheet.said.get("name", "")), scope) for case in cases)
        sheltered = any(safety.shelters(case, scope) for case in cases)
    return own, sheltered, is_known


def _is_implicated(case: Case, mine: Collection[UUID]) -> bool:
    """Tell whether the holder who asks is implicated; where the concern says that one is, and not which, each is."""
    named = [holder for holder in case.holders if holder.implicated == YesNo.YES]
    if not named:
        return bool(case.referral.concern.holder_implicated == YesNo.YES)
    return any(holder.pk in mine for holder in named)


def _says_send(opinion: AccessOpinion, today: date) -> bool:
    if opinion.verdict == Verdict.SEND:
        return True
    return opinion.verdict == Verdict.LATER and opinion.later_on is not None and opinion.later_on <= today


def _answers(opinion: AccessOpinion, why: Collection[Gate]) -> bool:
    """Tell whether an opinion was given of all that shuts the gate now: what arose since then it doesn't open."""
    return {str(one) for one in why} <= set(opinion.gates)


def last_word(sheet: Sheet) -> AccessOpinion | None:
    """Return the opinion that counts: the last one given, an inspector's before a coordinator's."""
    given = [one for one in sheet.opinions if one.answered_at is not None]
    given.sort(key=lambda one: (one.role == Role.ASE_INSPECTOR, one.answered_at))
    return given[-1] if given else None


def words(sheet: Sheet) -> dict[UUID, AccessOpinion]:
    given = (one for one in sheet.opinions if one.answered_at is not None and one.role == Role.ASE_INSPECTOR)
    return {one.asked_id: one for one in sorted(given, key=lambda one: (one.answered_at, one.asked_at))}


def is_opened(sheet: Sheet, why: Collection[Gate]) -> bool:
    """Tell whether a shut gate was opened: inspectors let send; where justice is at work the prosecutor noted it.

    Each case that has an inspector needs the word of one of its own: who follows one file doesn't speak for another.
    """
    passphrase = words(sheet)
    if not passphrase or not all(
        _says_send(one, sheet.today) and _answers(one, why) for one in passphrase.values()
    ):
        return False
    for case in sheet.cases:
        own = {row.user_id for row in case.assignments if row.role == Role.ASE_INSPECTOR}
        if own and not own & passphrase.keys():
            return False
    return Gate.JUSTICE not in why or any(one.noted_on is not None for one in passphrase.values())


def withheld_of(sheet: Sheet, why: Collection[Gate]) -> set[UUID] | None:
    """Return the parts that may not go, as AR8 says; None: nothing at all may.

    With an open gate, or one that was opened, what the last word keeps back. With a shut one, all but what it lets go;
    without a word nothing goes.
    """
    word = last_word(sheet)
    named = {UUID(one) for one in word.parts} if word is not None else set()
    if not why or is_opened(sheet, why):
        if word is None:
            return set()
        if _says_send(word, sheet.today):
            return named.union(*({UUID(one) for one in each.parts} for each in words(sheet).values()))
        # Asked although the gate is open, and against it: what is asked for is heard.
        return {one for one in sheet.row.parts.values_list("pk", flat=True) if one not in named}
    may_speak = word is not None and word.role == Role.ASE_INSPECTOR and _answers(word, why)
    noted = Gate.JUSTICE not in why or (word is not None and word.noted_on is not None)
    if not may_speak or not noted or (word is not None and _says_send(word, sheet.today)) or not named:
        return None
    return {one for one in sheet.row.parts.values_list("pk", flat=True) if one not in named}

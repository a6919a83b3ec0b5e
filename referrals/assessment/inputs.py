"""Inputs of the assessment's steps."""

from typing import Final

from core.inputs import Code, Codes, Day, Flag, Id, Instant, OptionalId, StrictSerializer, Text, When, many
from referrals.vocabulary import assessment_answers, case_answers, states
from referrals.vocabulary.states import EXPLOITED, Exploitation
from referrals.workflow.inputs import LONG, Signed, ids, text
from referrals.workflow.own_words import OwnWords


class TeamMember(StrictSerializer):
    """One assessor, with the waiver that D226-2-5 asks of whoever follows the family."""

    needed_when = {
        "waiver": When("follows_family", ("true",)),
    }

    user = Id()
    field = Code(assessment_answers.TeamField.choices)
    follows_family = Flag(required=False, default=False)
    waiver = text(required=False)


class Team(StrictSerializer):
    """The assessment team (T13)."""

    in_own_row = frozenset({"plan_on"})

    team = many(TeamMember, allow_empty=False)
    lead = OptionalId()
    plan_on = Day()


class ChildSeen(StrictSerializer):
    """Whether a contact saw a child."""

    child = Id()
    seen = Code(assessment_answers.Seen.choices)


class Contact(StrictSerializer):
    """A visit, meeting or attempt of the assessment (T17)."""

    kind = Code(assessment_answers.VisitKind.choices)
    at = Instant()
    who = text()
    where = text()
    children = many(ChildSeen, required=False, default=list)
    holders_consent = Code(states.YesNo.choices, required=False, default="", allow_blank=True)
    alone_reason = text(required=False)
    text = text(max_length=LONG)


class Extension(Signed):
    """Why an assessment runs late, and until when its team now counts (T19)."""

    reason = text(max_length=LONG)
    expected_on = Day()


class Report(StrictSerializer):
    """The validated report goes to the decider (T20)."""

    decider = OptionalId()
    no_visit_reason = text(required=False)
    prosecutor_proof = text(required=False)
    note = text(required=False)


class Supplement(StrictSerializer):
    """What the decider still wants to know (T21); the team where none is in place."""

    questions = text(max_length=LONG)
    due_on = Day()
    team = many(TeamMember, required=False, default=list)


class TeamChange(StrictSerializer):
    """T47."""

    leave = ids(required=False)
    join = many(TeamMember, required=False, default=list)
    reason = text()


class Exchange(StrictSerializer):
    """T49: an exchange put on record."""

    kind = Code(case_answers.ContactKind.choices)
    with_whom = text(max_length=500)
    means = text(max_length=500)
    at = Instant()
    text = text(max_length=LONG)


class ConclusionForm(StrictSerializer):
    """What the report concludes for one child (D226-2-7): danger confirmed or ruled out, never guilt."""

    child = Id()
    danger_level = Code(assessment_answers.DangerLevel.choices)
    proposal = Code(assessment_answers.Proposal.choices)
    text = Text(max_length=20_000, multiline=True)


class FindingForm(StrictSerializer):
    """What the report says of one dimension for one child (D226-2-3): what was seen, what was told, what follows.

    ``text`` is what the team makes of it, or why the dimension wasn't assessed.
    """

    child = Id()
    dimension = Code(assessment_answers.Dimension.choices)
    finding = Code(assessment_answers.FindingCode.choices)
    observed = text(required=False, max_length=10_000)
    reported = text(required=False, max_length=10_000)
    text = text(required=False, max_length=10_000)


#: Of which exploitation the report says more.
FEARED: Final = (Exploitation.AT_RISK, *EXPLOITED)
_FEARED: Final = When("exploitation", FEARED)


class DangerForm(StrictSerializer):
    """The dangers of one child: categories, maltreatments, exploitation with what holds the child in it (§4.10)."""

    needed_when = dict.fromkeys(("hold", "debt", "third_parties", "digital", "tonight"), _FEARED)

    child = Id()
    danger_categories = Codes(assessment_answers.DangerCategory.choices, required=False, default=list)
    maltreatment = Codes(assessment_answers.Maltreatment.choices, required=False, default=list)
    exploitation = Code(Exploitation.choices, required=False, default="", allow_blank=True)
    hold = Code(states.YesNo.choices, required=False, default="", allow_blank=True)
    debt = Code(states.YesNo.choices, required=False, default="", allow_blank=True)
    third_parties = text(required=False, max_length=5_000)
    digital = text(required=False, max_length=5_000)
    tonight = text(required=False)


_MET: Final = When("met", (assessment_answers.HolderMet.MET,))
_NOT_MET: Final = When("met", (assessment_answers.HolderMet.NOT_MET,))


class OpinionForm(StrictSerializer):
    """What one holder says: of the needs, own difficulties, the situation, what to do; or why nothing (D226-2-3)."""

    needed_when = {
        **dict.fromkeys(("needs", "difficulties", "understanding", "proposals"), _MET),
        **dict.fromkeys(("not_met", "not_met_text"), _NOT_MET),
    }

    holder = Id()
    met = Code(assessment_answers.HolderMet.choices)
    needs = text(required=False, max_length=10_000)
    difficulties = text(required=False, max_length=10_000)
    understanding = text(required=False, max_length=10_000)
    proposals = text(required=False, max_length=10_000)
    not_met = Code(assessment_answers.HolderNotMet.choices, required=False, default="", allow_blank=True)
    not_met_text = text(required=False)


class InquiryForm(StrictSerializer):
    """How the report considers what another authority answered."""

    inquiry = Id()
    consideration = text(max_length=5_000)


class ChildHearing(OwnWords):
    """How a child of the report was heard."""

    child = Id()
    heard = Code(assessment_answers.WayHeard.choices)


class TeamWriting(StrictSerializer):
    """What the team writes about all the children together, and what it concludes for each."""

    notes = Text(max_length=50_000, multiline=True, required=False)
    report = Text(max_length=100_000, multiline=True, required=False)
    child_opinions = Text(max_length=10_000, multiline=True, required=False)
    opinions = many(OpinionForm, required=False)
    holder_opinions = Text(max_length=10_000, multiline=True, required=False)
    entourage_opinions = Text(max_length=10_000, multiline=True, required=False)
    considered = many(InquiryForm, required=False)
    earlier_concerns = Text(max_length=10_000, multiline=True, required=False)
    earlier_concerns_considered = Flag(required=False)
    framework_version = Text(max_length=60, required=False)
    conclusions = many(ConclusionForm, required=False)


class ReportForm(TeamWriting):
    """The team's writing, whole or in part."""

    dangers = many(DangerForm, required=False)
    findings = many(FindingForm, required=False, max_length=500)
    voices = many(ChildHearing, required=False)


class Framework(StrictSerializer):
    """A04: the version of the national framework."""

    framework_version = Text(max_length=60)


class HandIn(StrictSerializer):
    """A05: dissent within the team is noted."""

    dissent = text(required=False, max_length=10_000)

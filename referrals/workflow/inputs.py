"""What each step takes: the body of its request, and later its page's form.

Input is validated whole: every fault is named in one answer. ``given(serializer)`` turns what was
validated into an object whose absent optional members are None, empty or False, as declared here.
"""

from typing import Any, Final

from rest_framework import serializers

from accounts.roles import Role
from audit.inputs import Code, Codes, Day, Flag, Id, Instant, Items, StrictSerializer, Text, Whole
from referrals.clocks import add_months
from referrals.workflow import codes
from referrals.workflow.hearing import Hearing
from referrals.workflow.states import (
    ChildKind,
    Competence,
    DecisionCode,
    Exploitation,
    Ground,
    InformationState,
    Outcome,
    Urgency,
    Whereabouts,
)

LONG: Final = 20_000
DOCUMENT: Final = 100_000


def text(*, required: bool = True, max_length: int = 2_000) -> Text:
    """Declare a text of several lines."""
    options: dict[str, Any] = {} if required else {"required": False, "default": ""}
    return Text(max_length=max_length, multiline=True, allow_blank=not required, **options)


def optional_id() -> Id:
    """Declare an id that may be left out."""
    return Id(required=False, default=None, allow_null=True)


def optional_day() -> Day:
    """Declare a day that may be left out."""
    return Day(required=False, default=None, allow_null=True)


def required(name: str) -> serializers.ValidationError:
    """Return the refusal of a body that lacks a member which another one calls for."""
    return serializers.ValidationError({name: [serializers.ErrorDetail("", code="required")]})


def ids(*, required: bool = True) -> Items:
    """Declare a list of distinct ids."""
    return Items(child=Id(), min_length=1) if required else Items(child=Id(), required=False, default=list)


class Nothing(StrictSerializer):
    """A step that needs no more than its name."""


class Reasoned(StrictSerializer):
    """A step that asks why."""

    reason = text()


class Noted(StrictSerializer):
    """A step that takes a remark."""

    note = text(required=False)


class SearchProof(StrictSerializer):
    """How earlier files were looked for before the first analysis: in the index, or by hand and where (T06).

    What the index found isn't said again: each reader finds it among the file's duplicates, as far as both are seen.
    """

    method = Code(codes.SearchMethod.choices)
    where = text(required=False)
    found = Code(codes.YesNo.choices, required=False, default="", allow_blank=True)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask a search by hand for its place and result, and one of the index for neither.

        Raises:
            serializers.ValidationError: a member is missing, or has no place here.
        """
        for name in ("where", "found"):
            if said["method"] == codes.SearchMethod.BY_HAND and not said[name]:
                raise required(name)
            if said["method"] == codes.SearchMethod.INDEX and said[name]:
                raise serializers.ValidationError({name: [serializers.ErrorDetail("", code="unknown")]})
        return said


class ChildQualification(StrictSerializer):
    """The qualification of one child (R226-2-2)."""

    child = Id()
    danger_categories = Codes(codes.DangerCategory.choices, min_length=1)
    danger_level = Code(codes.DangerLevel.choices)
    maltreatment = Codes(codes.Maltreatment.choices, required=False, default=list)


class Signed(StrictSerializer):
    """A step that may need a second signature: the person who is asked for it."""

    approver = optional_id()


class Qualification(Signed):
    """The qualification as an *information préoccupante* (T10).

    ``urgency_reason``: why items left open by an urgent filing stay open. ``search``: T06's proof, where the
    authority has no first analysis of its own.
    """

    children = ChildQualification(many=True, allow_empty=False)
    urgency = Code(Urgency.choices)
    opinion = text(max_length=LONG)
    unit = optional_id()
    urgency_reason = text(required=False)
    search = SearchProof(required=False, default=None, allow_null=True)


class Reorienting(Signed):
    """Who takes over, and why it isn't an *information préoccupante* (T11)."""

    reason = text(max_length=LONG)
    target = Code(codes.Reorientation.choices)
    target_name = text(required=False, max_length=500)
    feedback = text(max_length=5_000)


class TeamMember(StrictSerializer):
    """One assessor, with the waiver that D226-2-5 asks of whoever follows the family."""

    user = Id()
    field = Code(codes.TeamField.choices)
    follows_family = Flag(required=False, default=False)
    waiver = text(required=False)


class Team(StrictSerializer):
    """The assessment team (T13)."""

    team = TeamMember(many=True, allow_empty=False)
    lead = optional_id()
    plan_on = Day()


class ImmediateDanger(StrictSerializer):
    """What threatens whom, where, since when, and who was called (T14)."""

    child = Id()
    what = text(max_length=5_000)
    where = text()
    since = text()
    called = text()


class ToJustice(StrictSerializer):
    """A referral to justice: for whom, on which grounds, with which document (L226-4)."""

    judicial_referral = optional_id()
    grounds = Codes(Ground.choices, required=False, default=list)
    actions_led = text(required=False, max_length=10_000)
    recipient = text(required=False)
    document = text(required=False, max_length=DOCUMENT)
    sending_proof = text(required=False)


class SeizeJusticeForAll(ToJustice):
    """T18, for every child of the case; the document is the one composed from the case, or written here."""

    grounds = Codes(Ground.choices, min_length=1)
    actions_led = text(max_length=10_000)
    recipient = text()
    sending_proof = text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a document where no prepared referral brings one."""
        if not attrs["document"] and attrs["judicial_referral"] is None:
            raise required("document")
        return attrs


class SeizeJustice(SeizeJusticeForAll):
    """T15: the same, for the children named."""

    children = ids()


class PreparedReferral(StrictSerializer):
    """A referral to justice that is being written (J01): for whom, on which grounds, to whom, and what is asked."""

    children = ids()
    grounds = Codes(Ground.choices, required=False, default=list)
    actions_led = text(required=False, max_length=10_000)
    document = text(required=False, max_length=DOCUMENT)
    recipient = text(required=False)
    competence = Code(Competence.choices, required=False, default="", allow_blank=True)
    requests = text(required=False, max_length=10_000)


class Informing(Signed):
    """Whether a holder was told, on which occasion (T16)."""

    holder = Id()
    occasion = Code(codes.Occasion.choices)
    outcome = Code([(s.value, s.label) for s in InformationState if s != InformationState.PENDING])
    told_on = optional_day()
    means = text(required=False)
    reason = Code(codes.DeferralReason.choices, required=False, default="", allow_blank=True)
    reason_text = text(required=False)
    review_on = optional_day()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the outcome needs: date and means, or reason and review date, or why not applicable."""
        needs = {
            "done": ("told_on", "means"),
            "deferred": ("reason", "review_on"),
            "not_applicable": ("reason_text",),
        }[attrs["outcome"]]
        missing = {
            name: serializers.ErrorDetail("", code="required") for name in needs if not attrs.get(name)
        }
        if missing:
            raise serializers.ValidationError({name: [why] for name, why in missing.items()})
        return attrs


class ChildSeen(StrictSerializer):
    """Whether a contact saw a child."""

    child = Id()
    seen = Code(codes.Seen.choices)


class Contact(StrictSerializer):
    """A visit, meeting or attempt of the assessment (T17)."""

    kind = Code(codes.VisitKind.choices)
    at = Instant()
    who = text()
    where = text()
    children = ChildSeen(many=True, required=False, default=list)
    holders_consent = Code(codes.YesNo.choices, required=False, default="", allow_blank=True)
    alone_reason = text(required=False)
    text = text(max_length=LONG)


class Extension(Signed):
    """Why an assessment runs late, and until when its team now counts (T19)."""

    reason = text(max_length=LONG)
    expected_on = Day()


class Report(StrictSerializer):
    """The validated report goes to the decider (T20)."""

    decider = optional_id()
    no_visit_reason = text(required=False)
    prosecutor_proof = text(required=False)
    note = text(required=False)


class Supplement(StrictSerializer):
    """What the decider still wants to know (T21); the team where none is in place."""

    questions = text(max_length=LONG)
    due_on = Day()
    team = TeamMember(many=True, required=False, default=list)


class ChildDecision(StrictSerializer):
    """A decision for one child that a step carries along (⇒ T43)."""

    child = Id()
    decision = Code([(d.value, d.label) for d in DecisionCode if d != DecisionCode.UNDECIDED])
    ground = Code(codes.CloseGround.choices, required=False, default="", allow_blank=True)
    motivation = text(max_length=LONG)


class MeasureOffer(StrictSerializer):
    """An administrative measure offered with a decision (⇒ M01).

    ``variant``: a local one of the authority. ``notified_on``, or ``sent_on`` where no receipt came back: for a child
    in care, from when silence counts (C9).
    """

    child = Id()
    type = Text(max_length=40)
    aim = text(max_length=10_000)
    duration_months = Whole(min_value=1, max_value=12)
    service = optional_id()
    variant = Text(max_length=40, required=False, default="", allow_blank=True)
    notified_on = optional_day()
    sent_on = optional_day()


class Deciding(Signed):
    """What the deciding steps share: the decisions still missing, and why."""

    decisions = ChildDecision(many=True, required=False, default=list)
    motivation = text(max_length=LONG)


class DecideClose(Deciding):
    """T22."""

    feedback = text(max_length=5_000)


class DecideAdmin(Deciding):
    """T23."""

    measures = MeasureOffer(many=True, required=False, default=list)


class DecideContinue(Deciding):
    """T27."""

    measure = optional_id()
    met_on_note = text(required=False)


class DecideJudicial(Signed, ToJustice):
    """T26: the referral to justice of T15, or one that was sent and not answered."""

    children = Items(child=Id(), required=False, default=list)
    decisions = ChildDecision(many=True, required=False, default=list)
    motivation = text(max_length=LONG)
    already_sent = Flag(required=False, default=False)


class Agreement(StrictSerializer):
    """A written agreement to an administrative measure, or its silence where that counts (M02, C9).

    ``own``: of the person concerned, who is of age.
    """

    agreed_on = Day()
    by_silence = Flag(required=False, default=False)
    signed_by = text(required=False)
    agreement = text(required=False, max_length=LONG)
    child_opinion = text(max_length=5_000)
    own = Flag(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the writing and who signed it, unless it is silence that agrees."""
        missing = [name for name in ("signed_by", "agreement") if not attrs["by_silence"] and not attrs[name]]
        if missing:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail("", code="required")] for name in missing}
            )
        if attrs["own"] and attrs["by_silence"]:  # L223-2 speaks of the legal representative's silence alone
            raise serializers.ValidationError(
                {"by_silence": [serializers.ErrorDetail("", code="not-a-choice")]}
            )
        return attrs


class AgreementOfCase(Agreement):
    """T24: the first agreement of the case."""

    measure = Id()


class HolderRefusal(StrictSerializer):
    """What one holder answered."""

    holder = Id()
    how = text()
    on = Day()


class Refusal(StrictSerializer):
    """The trace of each holder's refusal, or the attempts made (M03); of one who is of age, the own answer there."""

    refusals = HolderRefusal(many=True, required=False, default=list)
    attempts = text(required=False, max_length=5_000)


class RefusalOfCase(ToJustice):
    """T25: the refusal, and the referral to justice where danger persists."""

    child = Id()
    refusals = HolderRefusal(many=True, required=False, default=list)
    attempts = text(required=False, max_length=5_000)
    danger_persists = Flag()


#: How long a ban on leaving the territory may last, by who orders it (CC 375-5, 375-7; domain.md §2.3 C17b).
EXIT_BAN_MONTHS: Final = {"prosecutor": 2, "judge": 24}


class OrderedMeasure(StrictSerializer):
    """A measure that justice ordered (M05).

    A ban on leaving the territory says who ordered it (``decider``) and until when, within the bounds of that
    authority: its term isn't the same for both.
    """

    child = Id()
    type = Text(max_length=40)
    ordered_on = Day()
    ordered_by = text()
    decider = Code(
        [("judge", "Juge des enfants"), ("prosecutor", "Procureur de la République")],
        required=False, default="", allow_blank=True,
    )  # fmt: skip
    term_on = optional_day()
    order_copy = text(required=False, max_length=DOCUMENT)
    place = text(required=False)
    service = optional_id()
    variant = Text(max_length=40, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for decider and term of an exit ban, and keep it within what the decider may order."""
        if attrs["type"] != "exit_ban":
            return attrs
        missing = [name for name in ("decider", "term_on") if not attrs[name]]
        if missing:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail("", code="required")] for name in missing}
            )
        last = add_months(attrs["ordered_on"], EXIT_BAN_MONTHS[attrs["decider"]])
        if not attrs["ordered_on"] <= attrs["term_on"] <= last:
            code = "too-late" if attrs["term_on"] > last else "too-early"
            raise serializers.ValidationError({"term_on": [serializers.ErrorDetail("", code=code)]})
        return attrs


class ChildOutcome(Hearing):
    """What justice answered for one child (J04)."""

    child = Id()
    type = Code(Outcome.choices)
    on = Day()
    copy = text(max_length=DOCUMENT)


class JusticeAnswer(Signed):
    """One answer of justice: outcomes by child, and the measures that it orders (J04)."""

    outcomes = ChildOutcome(many=True, allow_empty=False)
    orders = OrderedMeasure(many=True, required=False, default=list)


class JusticeAnswerOfCase(JusticeAnswer):
    """T28: the same, naming the referral to justice."""

    judicial_referral = Id()


class EndOfFollowUp(Signed):
    """T30."""

    reason = Code([(r.value, r.label) for r in codes.EndReason if r != codes.EndReason.TRANSFER])
    end_report = text(max_length=LONG)


class Correction(StrictSerializer):
    """One corrected value; ``row`` is the id of the part (T42)."""

    part = Code(codes.Correctable.choices)
    row = optional_id()
    field = Text(max_length=40)
    value = serializers.JSONField(allow_null=True)


class Rectify(StrictSerializer):
    """T42: the old value stays, sealed; ``wrong_person`` takes a child's identity out of search."""

    corrections = Correction(many=True, required=False, default=list)
    wrong_person = optional_id()
    reason = text()


class DecideChild(Signed):
    """T43."""

    child = Id()
    decision = Code([(d.value, d.label) for d in DecisionCode if d != DecisionCode.UNDECIDED])
    ground = Code(codes.CloseGround.choices, required=False, default="", allow_blank=True)
    motivation = text(max_length=LONG)
    measures = MeasureOffer(many=True, required=False, default=list)


class ExploitationStatus(Signed):
    """T44."""

    child = Id()
    value = Code(Exploitation.choices)
    reasons = text(max_length=LONG)


class UrgencyChange(StrictSerializer):
    """T45; ``clear_danger`` names the children whose immediate danger is over, ``done`` what was done."""

    value = Code(Urgency.choices)
    reason = text()
    clear_danger = ids(required=False)
    done = text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask what was done wherever a danger is said to be over."""
        if attrs["clear_danger"] and not attrs["done"]:
            raise required("done")
        return attrs


class Restriction(Signed):
    """T46: the case, or one child of it, is for the named persons alone."""

    child = optional_id()
    named = ids()
    reason = text()
    review_on = Day()


class Unrestriction(Signed):
    """T46: lift the restriction, or add persons to its list."""

    lift = Flag(required=False, default=False)
    add = ids(required=False)
    reason = text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two."""
        if bool(attrs["lift"]) == bool(attrs["add"]):
            raise serializers.ValidationError({"add": [serializers.ErrorDetail("", code="one-of")]})
        return attrs


class TeamChange(StrictSerializer):
    """T47."""

    leave = ids(required=False)
    join = TeamMember(many=True, required=False, default=list)
    reason = text()


class Naming(StrictSerializer):
    """T48: a decider or a referent."""

    user = Id()
    child = optional_id()
    since = optional_day()


class NamingService(StrictSerializer):
    """T48: the service that executes a measure (⇒ M06)."""

    measure = Id()
    service = Id()
    extract = text(required=False, max_length=LONG)


class Exchange(StrictSerializer):
    """T49: an exchange put on record."""

    kind = Code(codes.ContactKind.choices)
    with_whom = text(max_length=500)
    means = text(max_length=500)
    at = Instant()
    text = text(max_length=LONG)


class AddedChild(StrictSerializer):
    """T50: what is known of the child; the rest comes by T42."""

    kind = Code(ChildKind.choices)
    reason = text()
    identity_known = Code(codes.IdentityKnown.choices)
    last_name = Text(max_length=200, required=False)
    first_names = Text(max_length=200, required=False)
    usual_name = Text(max_length=200, required=False)
    birth_date = Day(required=False)
    age_estimated_min = Whole(max_value=30, required=False)
    age_estimated_max = Whole(max_value=30, required=False)
    sex = Code(codes.Sex.choices)
    residence_department = Text(max_length=3, required=False)
    commune_insee = Text(max_length=5, required=False)
    address = text(required=False)
    whereabouts = Code(Whereabouts.choices, required=False)


class ExclusionOf(StrictSerializer):
    """A person who may not see the case (domain.md §1.3 rule 8)."""

    user = Id()
    reason = text()


class ExclusionLift(Signed):
    """The end of an exclusion, by two persons."""

    user = Id()
    reason = text()


class GrantTo(StrictSerializer):
    """An exceptional access to one case, with its reason and end (domain.md §1.3)."""

    user = Id()
    reason = text()
    until = Day()


class Confirmation(StrictSerializer):
    """J03: who confirmed, when."""

    confirmed_at = Instant()
    by = text(max_length=500)


class Beginning(StrictSerializer):
    """A date on which something begins."""

    on = Day()


class Framework(StrictSerializer):
    """A04: the version of the national framework."""

    framework_version = Text(max_length=60)


class HandIn(StrictSerializer):
    """A05: dissent within the team is noted."""

    dissent = text(required=False, max_length=10_000)


class Offer(MeasureOffer):
    """M01."""


class HandOver(StrictSerializer):
    """M06: the service; ``extract`` is what it must know of the facts."""

    service = Id()
    extract = text(required=False, max_length=LONG)


class Start(StrictSerializer):
    """M07."""

    started_on = Day()
    term_on = optional_day()
    referent = optional_id()


class Pause(StrictSerializer):
    """M09: ``judge_told`` is asked for a judicial measure."""

    on = Day()
    reason = text()
    judge_told = Flag(required=False, default=False)


class Renewal(StrictSerializer):
    """M11."""

    term_on = Day()
    basis = text(max_length=LONG)


class EndOfMeasure(StrictSerializer):
    """M12."""

    on = Day()
    end_report = text(max_length=LONG)
    danger_remains = Flag(required=False, default=False)
    shelter = Code(codes.ShelterEnd.choices, required=False, default="", allow_blank=True)


class Lifting(StrictSerializer):
    """M13."""

    on = Day()
    reason = Code(
        [
            (r.value, r.label)
            for r in codes.EndReason
            if r not in (codes.EndReason.TERM, codes.EndReason.TRANSFER)
        ]
    )
    decision = text(required=False, max_length=DOCUMENT)
    danger_remains = Flag(required=False, default=False)


class NotExecuted(StrictSerializer):
    """M15."""

    reason = text()
    judge_told = Flag(required=False, default=False)
    nothing_was_done = Flag(required=False, default=False)


class PlanSigned(StrictSerializer):
    """M16."""

    on = Day()
    signed_by = text()


class Situation(StrictSerializer):
    """M17: a situation report, shown beforehand to the parents and the child (L223-5)."""

    report = text(max_length=DOCUMENT)
    shown_on = Day()


class Ruling(Hearing):
    """M18."""

    on = Day()
    effect = Code([("kept", "Maintenue"), ("changed", "Modifiée"), ("new_term", "Nouvelle échéance")])
    term_on = optional_day()
    copy = text(max_length=DOCUMENT)


#: Which roles may be named to which task (T13, T20, T48).
NAMEABLE: Final = {
    "assessor": Role.ASSESSOR,
    "assessment_lead": Role.ASSESSMENT_LEAD,
    "ase_inspector": Role.ASE_INSPECTOR,
    "case_referent": Role.CASE_REFERENT,
}

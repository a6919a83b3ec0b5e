"""Concern form as rows: what the filer says, in the order of domain.md §4.1–4.5.

Free text, names and whereabouts are sealed one by one; codes that triage and statistics need stay in
clear (domain.md §4.7). The letters after a label are its access class and its need.
"""

from django.db import models

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.copy_rules import (
    CHILD,
    FILER,
    HOLDER,
    HOME,
    INTEREST,
    INTEREST_TEXT,
    JUDICIAL_TEXT,
    MEDICAL_TEXT,
    MENTION,
    PRIVATE,
    SAFETY_TEXT,
    TEXT,
    THIRD,
    TRACE,
    RowRule,
    Whose,
)
from referrals.models.fields import (
    SealedRow,
    answer,
    clear,
    code_list,
    coded,
    internal,
    not_known,
    of_referral,
    row_id,
    sealed,
)
from referrals.vocabulary import (
    ages,
    assessment_answers,
    filing_answers,
    people,
    states,
)
from referrals.vocabulary.access_requests import Withheld
from referrals.vocabulary.required_items import CHILD_MAY_NOT_KNOW, CONCERN_MAY_NOT_KNOW
from referrals.vocabulary.states import ChildKind, ChildMet, DecisionCode, Exploitation, Whereabouts


class Part(SealedRow):
    """A repeatable part of a case, in the order in which it was given."""

    #: Whose keys seal the row: a row moved to another referral opens no more.
    sealed_owner = "referral_id"

    id = row_id()
    position = internal(models.PositiveSmallIntegerField(default=0), "A")

    class Meta:
        """Shared by all parts; no table of its own."""

        abstract = True
        ordering = ["position", "id"]


class Concern(SealedRow):
    """What the filer says of the situation as a whole (domain.md §4.2–4.5)."""

    copied = RowRule()
    sealed_owner = "referral_id"

    id = row_id()
    referral = internal(
        models.OneToOneField("referrals.Referral", models.PROTECT, related_name="concern"), "A"
    )
    not_known = not_known(CONCERN_MAY_NOT_KNOW)

    parental_authority = sealed("concern.parental_authority", "B", subject=(CHILD, HOLDER), withhold=TEXT)
    holder_implicated = answer(states.YesNo, "B", "P", subject=HOLDER, withhold=TEXT)
    holder_implicated_text = sealed("concern.holder_implicated_text", "B", subject=HOLDER, withhold=TEXT)
    parents_informed = answer(states.YesNo, "B", "L", subject=(CHILD, HOLDER), withhold=TEXT)
    parents_informed_on = sealed(
        "concern.parents_informed_on", "B", kind="date", subject=HOLDER, withhold=TEXT
    )
    parents_informed_by = sealed("concern.parents_informed_by", "B", subject=HOLDER, withhold=TEXT)
    parents_informed_how = sealed("concern.parents_informed_how", "B", subject=HOLDER, withhold=TEXT)
    parents_reaction = sealed("concern.parents_reaction", "B", subject=HOLDER, withhold=TEXT)
    not_informed_reason = answer(people.NotInformedReason, "B", subject=(CHILD, HOLDER), withhold=TEXT)
    not_informed_text = sealed("concern.not_informed_text", "B", subject=(CHILD, HOLDER), withhold=TEXT)
    has_household_minors = answer(states.YesNo, "B", "P", subject=CHILD)
    other_adults = sealed(
        "concern.other_adults", "B", subject=THIRD, withhold=(Withheld.OTHER_HOLDER, Withheld.THIRD_PARTY)
    )

    child_words = sealed("concern.child_words", "D", max_length=20_000, subject=CHILD, withhold=INTEREST_TEXT)
    child_words_how = sealed(
        "concern.child_words_how", "D", max_length=5_000, subject=CHILD, withhold=INTEREST_TEXT
    )
    child_opinion = sealed(
        "concern.child_opinion", "D", "P", max_length=5_000, subject=CHILD, withhold=INTEREST_TEXT
    )
    child_not_heard = answer(
        assessment_answers.NotHeard, "D", subject=CHILD, withhold=Withheld.CHILD_INTEREST
    )
    child_informed = answer(states.YesNo, "D", "P", subject=CHILD, withhold=Withheld.CHILD_INTEREST)
    situation_type = code_list(filing_answers.SituationType, "D", "P", subject=CHILD, withhold=TEXT)
    prostitution_status_filer = answer(Exploitation, "D", "P", subject=CHILD, withhold=TEXT)
    danger_now = answer(states.YesNo, "D", "U", subject=CHILD, withhold=TEXT)
    danger_what = sealed("concern.danger_what", "D", max_length=5_000, subject=CHILD, withhold=TEXT)
    emergency_done = code_list(filing_answers.EmergencyCall, "D", "U", subject=CHILD, withhold=TEXT)
    health_facts = sealed(
        "concern.health_facts", "E", max_length=10_000, subject=CHILD, withhold=MEDICAL_TEXT
    )
    prior_actions = sealed("concern.prior_actions", "D", "P", max_length=10_000, subject=CHILD, withhold=TEXT)
    prior_reports = answer(states.YesNo, "D", subject=CHILD, withhold=TEXT)
    prior_reports_text = sealed(
        "concern.prior_reports_text", "D", max_length=5_000, subject=CHILD, withhold=TEXT
    )
    strengths = sealed("concern.strengths", "D", max_length=5_000, subject=CHILD, withhold=TEXT)
    # When and how to talk to who filed: of the filer alone, whom it would tell.
    expectation = sealed("concern.expectation", "D", max_length=5_000, subject=FILER)

    gang_known = answer(states.YesNo, "F", subject=THIRD, withhold=PRIVATE)
    money_flow = sealed("concern.money_flow", "G", max_length=5_000, subject=(CHILD, THIRD), withhold=TEXT)
    other_victims = answer(states.YesNo, "F", "P", subject=THIRD, withhold=PRIVATE)
    other_victims_text = sealed(
        "concern.other_victims_text", "F", max_length=5_000, subject=THIRD, withhold=PRIVATE
    )

    filer_name = sealed("concern.filer_name", "C", "P", indexed=True, subject=FILER)
    filer_email = sealed("concern.filer_email", "C", "P", indexed=True, subject=FILER)
    filer_phone = sealed("concern.filer_phone", "C", indexed=True, subject=FILER)
    filer_profession = answer(filing_answers.FilerProfession, "C", "P", subject=FILER)
    filer_org = sealed("concern.filer_org", "C", "P", subject=FILER)
    filer_org_type = answer(filing_answers.OrganisationType, "C", subject=FILER)
    filer_role_to_child = sealed("concern.filer_role_to_child", "C", "P", subject=FILER)
    filer_is_source = answer(states.YesNo, "C", "P", subject=FILER)
    on_behalf = answer(filing_answers.Channel, "C", subject=FILER)
    confidentiality_wish = answer(states.YesNo, "C", subject=FILER)
    feedback_channel = answer(filing_answers.FeedbackChannel, "C", "P", subject=FILER)
    feedback_contact = sealed("concern.feedback_contact", "C", subject=FILER)
    bound_by_secrecy = answer(states.YesNo, "C", subject=FILER)
    good_faith_notice = clear(models.BooleanField(default=False), "C", "L", subject=FILER)
    extra = sealed("concern.extra", "D", kind="json", subject=CHILD, withhold=TEXT)
    received_late_reason = sealed("concern.received_late_reason", "D", subject=CHILD, withhold=TEXT)
    direct_report_recipient = sealed(
        "concern.direct_report_recipient", "I", subject=CHILD, withhold=JUDICIAL_TEXT
    )
    direct_report_sent_on = sealed(
        "concern.direct_report_sent_on", "I", kind="date", subject=CHILD, withhold=JUDICIAL_TEXT
    )
    direct_report_document = sealed(
        "concern.direct_report_document", "I", max_length=100_000, subject=CHILD, withhold=JUDICIAL_TEXT
    )

    class Meta:
        """One row a referral."""

    def __str__(self) -> str:
        return f"concern {self.pk}"


class Child(Authentic, Part):
    """A child on a case: subject of the concern, or another minor of the home (domain.md §2.1, §4.1).

    ``mac``: one that fails is restricted, whatever it says.
    """

    copied = RowRule(Whose.CHILD, link="id")
    referral = of_referral("children")
    kind = coded(ChildKind, "A", default=ChildKind.SUBJECT, subject=CHILD)
    not_known = not_known(CHILD_MAY_NOT_KNOW)

    identity_known = answer(people.IdentityKnown, "B", "PU", subject=CHILD)
    last_name = sealed("child.last_name", "B", "P", indexed=True, max_length=200, subject=CHILD)
    first_names = sealed("child.first_names", "B", "P", indexed=True, max_length=200, subject=CHILD)
    usual_name = sealed("child.usual_name", "B", indexed=True, max_length=200, subject=CHILD)
    nickname = sealed("child.nickname", "B", indexed=True, max_length=200, subject=CHILD)
    birth_date = sealed("child.birth_date", "B", "P", kind="date", indexed=True, subject=CHILD)
    birth_year_month = sealed("child.birth_year_month", "B", kind="code", subject=CHILD)
    age_band = coded(ages.AgeBand, "A", default=ages.AgeBand.UNKNOWN, subject=CHILD)
    under_2 = clear(models.BooleanField(default=False), "A", subject=CHILD)
    under_15 = clear(models.BooleanField(default=False), "A", subject=CHILD)
    majority_near = clear(models.BooleanField(default=False, db_default=False), "A", subject=CHILD)
    # Of which of 64 groups of days the next birthday that changes anything is: a keyed value
    # (referrals/coming_of_age/tasks.py).
    next_change = internal(models.PositiveSmallIntegerField(null=True, blank=True), "B")
    age_estimated_min = sealed("child.age_estimated_min", "B", kind="int", subject=CHILD)
    age_estimated_max = sealed("child.age_estimated_max", "B", kind="int", subject=CHILD)
    age_source = sealed("child.age_source", "B", subject=CHILD, withhold=TEXT)
    sex = answer(people.Sex, "B", "P", subject=CHILD)
    mother_birth_name = sealed("child.mother_birth_name", "B", indexed=True, max_length=200, subject=CHILD)
    nationality_hint = sealed("child.nationality_hint", "B", max_length=200, subject=CHILD)
    unaccompanied = sealed("child.unaccompanied", "B", kind="code", codes=states.YesNo, subject=CHILD)
    language = sealed("child.language", "B", max_length=200, subject=CHILD)
    disability = sealed("child.disability", "E", subject=CHILD, withhold=MEDICAL_TEXT)
    emancipated_on = sealed("child.emancipated_on", "B", kind="date", subject=CHILD)
    emancipated = clear(models.BooleanField(default=False, db_default=False), "B", subject=CHILD)
    commune_insee = sealed("child.commune_insee", "B", "PU", kind="code", subject=CHILD, withhold=HOME)
    residence_department = clear(
        models.CharField(max_length=3, blank=True, default=""), "A", "PU", subject=CHILD, withhold=HOME
    )
    address = sealed("child.address", "B", "P", subject=CHILD, withhold=HOME)
    whereabouts = sealed(
        "child.whereabouts",
        "B",
        "U",
        kind="code",
        codes=Whereabouts,
        critical=True,
        subject=CHILD,
        withhold=SAFETY_TEXT,
    )
    whereabouts_detail = sealed(
        "child.whereabouts_detail", "B", critical=True, subject=CHILD, withhold=SAFETY_TEXT
    )
    runaway = clear(models.BooleanField(default=False), "A", subject=CHILD)
    runaway_since = sealed("child.runaway_since", "B", kind="date", subject=CHILD, withhold=SAFETY_TEXT)
    police_report_ref = sealed(
        "child.police_report_ref", "B", critical=True, subject=CHILD, withhold=SAFETY_TEXT
    )
    last_seen_place = sealed("child.last_seen_place", "B", critical=True, subject=CHILD, withhold=SAFETY_TEXT)
    living_with = sealed(
        "child.living_with", "B", kind="code", codes=people.LivingWith, subject=CHILD, withhold=HOME
    )
    school_name = sealed("child.school_name", "B", max_length=300, subject=CHILD, withhold=HOME)
    school_level = sealed("child.school_level", "B", max_length=200, subject=CHILD, withhold=HOME)
    attendance = sealed(
        "child.attendance", "B", kind="code", codes=people.Attendance, subject=CHILD, withhold=HOME
    )
    current_measure = answer(states.YesNo, "B", "P", subject=CHILD)
    current_measure_detail = sealed("child.current_measure_detail", "B", subject=CHILD, withhold=TEXT)
    safe_contact_way = sealed("child.safe_contact_way", "B", subject=CHILD, withhold=SAFETY_TEXT)

    prostitution_status = coded(
        Exploitation, "D", default=Exploitation.NONE, subject=CHILD, withhold=INTEREST
    )
    status_ever = coded(Exploitation, "D", default=Exploitation.NONE, subject=CHILD, withhold=INTEREST)
    immediate_danger = clear(models.BooleanField(default=False), "D", subject=CHILD)
    danger_ever = clear(models.BooleanField(default=False), "D", subject=CHILD)
    danger_categories = code_list(assessment_answers.DangerCategory, "D", subject=CHILD)
    danger_level = answer(assessment_answers.DangerLevel, "D", subject=CHILD)
    maltreatment = code_list(assessment_answers.Maltreatment, "D", subject=CHILD)
    child_met = coded(ChildMet, "D", default=ChildMet.NEVER, subject=CHILD)
    deceased = clear(models.BooleanField(default=False), "B", subject=CHILD)
    wrong_person = clear(models.BooleanField(default=False), "B", subject=CHILD)
    restricted = clear(models.BooleanField(default=False), "A", subject=CHILD)
    decision = coded(DecisionCode, "J", default=DecisionCode.UNDECIDED, subject=CHILD)
    mac = internal(MacField("referral", "restricted", bar="restricted", audited=("restricted",)), "A")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """Children in the order in which they were named."""

        indexes = [models.Index(fields=["next_change"], name="child_next_change")]

    def __str__(self) -> str:
        return f"child {self.pk}"


class Holder(Part):
    """A holder of parental authority (domain.md §4.2)."""

    copied = RowRule(Whose.HOLDER, link="id")
    referral = of_referral("holders")
    name = sealed(
        "holder.name", "B", "P", indexed=True, max_length=300, subject=HOLDER, withhold=Withheld.OTHER_HOLDER
    )
    link = sealed(
        "holder.link",
        "B",
        "P",
        kind="code",
        codes=people.HolderLink,
        subject=HOLDER,
        withhold=Withheld.OTHER_HOLDER,
    )
    phone = sealed(
        "holder.phone", "B", indexed=True, max_length=50, subject=HOLDER, withhold=Withheld.OTHER_HOLDER
    )
    address = sealed("holder.address", "B", subject=HOLDER, withhold=Withheld.OTHER_HOLDER)
    implicated = answer(states.YesNo, "B", subject=HOLDER, withhold=(Withheld.INQUIRY, Withheld.OTHER_HOLDER))

    class Meta(Part.Meta):
        """Holders in the order in which they were named."""

    def __str__(self) -> str:
        return f"holder {self.pk}"


class Fact(Part):
    """One fact, with its date, place and source (domain.md §4.3)."""

    copied = RowRule()
    referral = of_referral("facts")
    on = sealed("fact.on", "D", kind="date", subject=CHILD, withhold=TEXT)
    period = sealed("fact.period", "D", max_length=300, subject=CHILD, withhold=TEXT)
    place_type = answer(filing_answers.PlaceType, "D", subject=CHILD, withhold=TEXT)
    place_text = sealed("fact.place_text", "D", max_length=500, subject=CHILD, withhold=TEXT)
    source = answer(filing_answers.FactSource, "D", subject=CHILD, withhold=TEXT)
    text = sealed("fact.text", "D", "PU", max_length=20_000, subject=CHILD, withhold=TEXT)

    class Meta(Part.Meta):
        """Facts in the order in which they were told."""

    def __str__(self) -> str:
        return f"fact {self.pk}"


class Sign(Part):
    """One ticked sign of the spotting grid; of a health sign the code itself is sealed (domain.md §3, §4.3)."""

    copied = RowRule()
    referral = of_referral("signs")
    code = clear(models.CharField(max_length=30, blank=True, default=""), "D", subject=CHILD, withhold=TEXT)
    mode = coded(
        filing_answers.SignMode, "D", default=filing_answers.SignMode.OBSERVED, subject=CHILD, withhold=TEXT
    )
    on = sealed("sign.on", "D", kind="date", subject=CHILD, withhold=TEXT)
    text = sealed("sign.text", "D", subject=CHILD, withhold=TEXT)

    class Meta(Part.Meta):
        """Signs in the order in which they were ticked."""

    def __str__(self) -> str:
        return f"sign {self.pk}"


class HealthSign(Part):
    """A ticked sign that tells of health: nothing of it is in clear (domain.md §4.3)."""

    copied = RowRule()
    referral = of_referral("health_signs")
    code = sealed("health_sign.code", "E", kind="code", subject=CHILD, withhold=MEDICAL_TEXT)
    mode = sealed(
        "health_sign.mode",
        "E",
        kind="code",
        codes=filing_answers.SignMode,
        subject=CHILD,
        withhold=MEDICAL_TEXT,
    )
    on = sealed("health_sign.on", "E", kind="date", subject=CHILD, withhold=MEDICAL_TEXT)
    text = sealed("health_sign.text", "E", subject=CHILD, withhold=MEDICAL_TEXT)

    class Meta(Part.Meta):
        """Signs in the order in which they were ticked."""

    def __str__(self) -> str:
        return f"health sign {self.pk}"


class ThirdParty(Part):
    """Somebody else in the situation: alleged exploiter, buyer, witness (domain.md §4.4)."""

    copied = RowRule(Whose.THIRD_PARTY, link="id")
    referral = of_referral("third_parties")
    role = answer(people.ThirdPartyRole, "F", subject=THIRD, withhold=MENTION)
    name = sealed("third_party.name", "F", indexed=True, max_length=300, subject=THIRD, withhold=PRIVATE)
    age = sealed("third_party.age", "F", max_length=50, subject=THIRD, withhold=PRIVATE)
    link = answer(people.ThirdPartyLink, "F", subject=THIRD, withhold=MENTION)
    is_minor = answer(states.YesNo, "F", subject=THIRD, withhold=PRIVATE)
    phone = sealed("third_party.phone", "F", indexed=True, max_length=50, subject=THIRD, withhold=PRIVATE)
    vehicle = sealed("third_party.vehicle", "F", max_length=300, subject=THIRD, withhold=PRIVATE)
    address = sealed("third_party.address", "F", subject=THIRD, withhold=PRIVATE)

    class Meta(Part.Meta):
        """Third parties in the order in which they were named."""

    def __str__(self) -> str:
        return f"third party {self.pk}"


class DigitalTrace(Part):
    """An account, advertisement or number seen online (domain.md §4.4)."""

    copied = RowRule()
    referral = of_referral("digital_traces")
    platform = clear(
        models.CharField(max_length=60, blank=True, default=""), "G", subject=(CHILD, THIRD), withhold=TRACE
    )
    handle = sealed(
        "digital_trace.handle", "G", indexed=True, max_length=300, subject=(CHILD, THIRD), withhold=TRACE
    )
    url = sealed("digital_trace.url", "G", max_length=1_000, subject=(CHILD, THIRD), withhold=TRACE)
    phone = sealed(
        "digital_trace.phone", "G", indexed=True, max_length=50, subject=(CHILD, THIRD), withhold=TRACE
    )
    on = sealed("digital_trace.on", "G", kind="date", subject=(CHILD, THIRD), withhold=TRACE)
    capture_kept = sealed(
        "digital_trace.capture_kept", "G", kind="bool", subject=(CHILD, THIRD), withhold=TRACE
    )

    class Meta(Part.Meta):
        """Traces in the order in which they were given."""

    def __str__(self) -> str:
        return f"digital trace {self.pk}"


#: The repeatable parts of the form by the name that the API gives them.
PARTS: dict[str, type[Part]] = {
    "children": Child,
    "holders": Holder,
    "facts": Fact,
    "signs": Sign,
    "health_signs": HealthSign,
    "third_parties": ThirdParty,
    "digital_traces": DigitalTrace,
}

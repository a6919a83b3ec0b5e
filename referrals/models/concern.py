"""Concern form as rows: what the filer says, in the order of domain.md §4.1–4.5.

Free text, names and whereabouts are sealed one by one; codes that triage and statistics need stay in
clear (domain.md §4.7). The letters after a label are its access class and its need.
"""

from django.db import models

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.fields import (
    SealedRow,
    answer,
    clear,
    code_list,
    coded,
    not_known,
    of_referral,
    row_id,
    sealed,
)
from referrals.vocabulary import (
    ages,
    answers,
    assessment_answers,
    child_answers,
    fact_answers,
    filing_answers,
    holder_answers,
    signs,
    third_party_answers,
)
from referrals.vocabulary.required_items import CHILD_MAY_NOT_KNOW, CONCERN_MAY_NOT_KNOW
from referrals.vocabulary.states import ChildKind, ChildMet, DecisionCode, Exploitation, Whereabouts


class Part(SealedRow):
    """A repeatable part of a case, in the order in which it was given."""

    #: Whose keys seal the row: a row moved to another referral opens no more.
    sealed_owner = "referral_id"

    id = row_id()
    position = clear(models.PositiveSmallIntegerField(default=0), "A")

    class Meta:
        """Shared by all parts; no table of its own."""

        abstract = True
        ordering = ["position", "id"]


class Concern(SealedRow):
    """What the filer says of the situation as a whole (domain.md §4.2–4.5)."""

    sealed_owner = "referral_id"

    id = row_id()
    referral = clear(models.OneToOneField("referrals.Referral", models.PROTECT, related_name="concern"), "A")
    not_known = not_known(CONCERN_MAY_NOT_KNOW)

    parental_authority = sealed("concern.parental_authority", "B")
    holder_implicated = answer(answers.YesNo, "B", "P")
    holder_implicated_text = sealed("concern.holder_implicated_text", "B")
    parents_informed = answer(answers.YesNo, "B", "L")
    parents_informed_on = sealed("concern.parents_informed_on", "B", kind="date")
    parents_informed_by = sealed("concern.parents_informed_by", "B")
    parents_informed_how = sealed("concern.parents_informed_how", "B")
    parents_reaction = sealed("concern.parents_reaction", "B")
    not_informed_reason = answer(holder_answers.NotInformedReason, "B")
    not_informed_text = sealed("concern.not_informed_text", "B")
    has_household_minors = answer(answers.YesNo, "B", "P")
    other_adults = sealed("concern.other_adults", "B")

    child_words = sealed("concern.child_words", "D", max_length=20_000)
    child_words_how = sealed("concern.child_words_how", "D", max_length=5_000)
    child_opinion = sealed("concern.child_opinion", "D", "P", max_length=5_000)
    child_not_heard = answer(assessment_answers.NotHeard, "D")
    child_informed = answer(answers.YesNo, "D", "P")
    situation_type = code_list(fact_answers.SituationType, "D", "P")
    prostitution_status_filer = answer(Exploitation, "D", "P")
    danger_now = answer(answers.YesNo, "D", "U")
    danger_what = sealed("concern.danger_what", "D", max_length=5_000)
    emergency_done = code_list(fact_answers.EmergencyCall, "D", "U")
    health_facts = sealed("concern.health_facts", "E", max_length=10_000)
    prior_actions = sealed("concern.prior_actions", "D", "P", max_length=10_000)
    prior_reports = answer(answers.YesNo, "D")
    prior_reports_text = sealed("concern.prior_reports_text", "D", max_length=5_000)
    strengths = sealed("concern.strengths", "D", max_length=5_000)
    expectation = sealed("concern.expectation", "D", max_length=5_000)

    gang_known = answer(answers.YesNo, "F")
    money_flow = sealed("concern.money_flow", "G", max_length=5_000)
    other_victims = answer(answers.YesNo, "F", "P")
    other_victims_text = sealed("concern.other_victims_text", "F", max_length=5_000)

    filer_name = sealed("concern.filer_name", "C", "P", indexed=True)
    filer_email = sealed("concern.filer_email", "C", "P", indexed=True)
    filer_phone = sealed("concern.filer_phone", "C", indexed=True)
    filer_profession = answer(filing_answers.FilerProfession, "C", "P")
    filer_org = sealed("concern.filer_org", "C", "P")
    filer_org_type = answer(filing_answers.OrganisationType, "C")
    filer_role_to_child = sealed("concern.filer_role_to_child", "C", "P")
    filer_is_source = answer(answers.YesNo, "C", "P")
    on_behalf = answer(filing_answers.Channel, "C")
    confidentiality_wish = answer(answers.YesNo, "C")
    feedback_channel = answer(filing_answers.FeedbackChannel, "C", "P")
    feedback_contact = sealed("concern.feedback_contact", "C")
    bound_by_secrecy = answer(answers.YesNo, "C")
    good_faith_notice = clear(models.BooleanField(default=False), "C", "L")
    extra = sealed("concern.extra", "D", kind="json")
    received_late_reason = sealed("concern.received_late_reason", "D")
    direct_report_recipient = sealed("concern.direct_report_recipient", "I")
    direct_report_sent_on = sealed("concern.direct_report_sent_on", "I", kind="date")
    direct_report_document = sealed("concern.direct_report_document", "I", max_length=100_000)

    class Meta:
        """One row a referral."""

    def __str__(self) -> str:
        return f"concern {self.pk}"


class Child(Authentic, Part):
    """A child on a case: subject of the concern, or another minor of the home (domain.md §2.1, §4.1).

    ``mac``: one that fails is restricted, whatever it says.
    """

    referral = of_referral("children")
    kind = coded(ChildKind, "A", default=ChildKind.SUBJECT)
    not_known = not_known(CHILD_MAY_NOT_KNOW)

    identity_known = answer(child_answers.IdentityKnown, "B", "PU")
    last_name = sealed("child.last_name", "B", "P", indexed=True, max_length=200)
    first_names = sealed("child.first_names", "B", "P", indexed=True, max_length=200)
    usual_name = sealed("child.usual_name", "B", indexed=True, max_length=200)
    nickname = sealed("child.nickname", "B", indexed=True, max_length=200)
    birth_date = sealed("child.birth_date", "B", "P", kind="date", indexed=True)
    birth_year_month = sealed("child.birth_year_month", "B", kind="code")
    age_band = coded(ages.AgeBand, "A", default=ages.AgeBand.UNKNOWN)
    under_2 = clear(models.BooleanField(default=False), "A")
    under_15 = clear(models.BooleanField(default=False), "A")
    majority_near = clear(models.BooleanField(default=False, db_default=False), "A")
    # Of which of 64 groups of days the next birthday that changes anything is: a keyed value
    # (referrals/coming_of_age/tasks.py).
    next_change = clear(models.PositiveSmallIntegerField(null=True, blank=True), "B")
    age_estimated_min = sealed("child.age_estimated_min", "B", kind="int")
    age_estimated_max = sealed("child.age_estimated_max", "B", kind="int")
    age_source = sealed("child.age_source", "B")
    sex = answer(child_answers.Sex, "B", "P")
    mother_birth_name = sealed("child.mother_birth_name", "B", indexed=True, max_length=200)
    nationality_hint = sealed("child.nationality_hint", "B", max_length=200)
    unaccompanied = sealed("child.unaccompanied", "B", kind="code", codes=answers.YesNo)
    language = sealed("child.language", "B", max_length=200)
    disability = sealed("child.disability", "E")
    emancipated_on = sealed("child.emancipated_on", "B", kind="date")
    emancipated = clear(models.BooleanField(default=False, db_default=False), "B")
    commune_insee = sealed("child.commune_insee", "B", "PU", kind="code")
    residence_department = clear(models.CharField(max_length=3, blank=True, default=""), "A", "PU")
    address = sealed("child.address", "B", "P")
    whereabouts = sealed("child.whereabouts", "B", "U", kind="code", codes=Whereabouts, critical=True)
    whereabouts_detail = sealed("child.whereabouts_detail", "B", critical=True)
    runaway = clear(models.BooleanField(default=False), "A")
    runaway_since = sealed("child.runaway_since", "B", kind="date")
    police_report_ref = sealed("child.police_report_ref", "B", critical=True)
    last_seen_place = sealed("child.last_seen_place", "B", critical=True)
    living_with = sealed("child.living_with", "B", kind="code", codes=child_answers.LivingWith)
    school_name = sealed("child.school_name", "B", max_length=300)
    school_level = sealed("child.school_level", "B", max_length=200)
    attendance = sealed("child.attendance", "B", kind="code", codes=child_answers.Attendance)
    current_measure = answer(answers.YesNo, "B", "P")
    current_measure_detail = sealed("child.current_measure_detail", "B")
    safe_contact_way = sealed("child.safe_contact_way", "B")

    prostitution_status = coded(Exploitation, "D", default=Exploitation.NONE)
    status_ever = coded(Exploitation, "D", default=Exploitation.NONE)
    immediate_danger = clear(models.BooleanField(default=False), "D")
    danger_ever = clear(models.BooleanField(default=False), "D")
    danger_categories = code_list(assessment_answers.DangerCategory, "D")
    danger_level = answer(assessment_answers.DangerLevel, "D")
    maltreatment = code_list(assessment_answers.Maltreatment, "D")
    child_met = coded(ChildMet, "D", default=ChildMet.NEVER)
    deceased = clear(models.BooleanField(default=False), "B")
    wrong_person = clear(models.BooleanField(default=False), "B")
    restricted = clear(models.BooleanField(default=False), "A")
    decision = coded(DecisionCode, "J", default=DecisionCode.UNDECIDED)
    mac = clear(MacField("referral", "restricted", bar="restricted", audited=("restricted",)), "A")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """Children in the order in which they were named."""

        indexes = [models.Index(fields=["next_change"], name="child_next_change")]

    def __str__(self) -> str:
        return f"child {self.pk}"


class Holder(Part):
    """A holder of parental authority (domain.md §4.2)."""

    referral = of_referral("holders")
    name = sealed("holder.name", "B", "P", indexed=True, max_length=300)
    link = sealed("holder.link", "B", "P", kind="code", codes=holder_answers.HolderLink)
    phone = sealed("holder.phone", "B", indexed=True, max_length=50)
    address = sealed("holder.address", "B")
    implicated = answer(answers.YesNo, "B")

    class Meta(Part.Meta):
        """Holders in the order in which they were named."""

    def __str__(self) -> str:
        return f"holder {self.pk}"


class Fact(Part):
    """One fact, with its date, place and source (domain.md §4.3)."""

    referral = of_referral("facts")
    on = sealed("fact.on", "D", kind="date")
    period = sealed("fact.period", "D", max_length=300)
    place_type = answer(fact_answers.PlaceType, "D")
    place_text = sealed("fact.place_text", "D", max_length=500)
    source = answer(fact_answers.FactSource, "D")
    text = sealed("fact.text", "D", "PU", max_length=20_000)

    class Meta(Part.Meta):
        """Facts in the order in which they were told."""

    def __str__(self) -> str:
        return f"fact {self.pk}"


class Sign(Part):
    """One ticked sign of the spotting grid; of a health sign the code itself is sealed (domain.md §3, §4.3)."""

    referral = of_referral("signs")
    code = clear(models.CharField(max_length=30, blank=True, default=""), "D")
    mode = coded(signs.SignMode, "D", default=signs.SignMode.OBSERVED)
    on = sealed("sign.on", "D", kind="date")
    text = sealed("sign.text", "D")

    class Meta(Part.Meta):
        """Signs in the order in which they were ticked."""

    def __str__(self) -> str:
        return f"sign {self.pk}"


class HealthSign(Part):
    """A ticked sign that tells of health: nothing of it is in clear (domain.md §4.3)."""

    referral = of_referral("health_signs")
    code = sealed("health_sign.code", "E", kind="code")
    mode = sealed("health_sign.mode", "E", kind="code", codes=signs.SignMode)
    on = sealed("health_sign.on", "E", kind="date")
    text = sealed("health_sign.text", "E")

    class Meta(Part.Meta):
        """Signs in the order in which they were ticked."""

    def __str__(self) -> str:
        return f"health sign {self.pk}"


class ThirdParty(Part):
    """Somebody else in the situation: alleged exploiter, buyer, witness (domain.md §4.4)."""

    referral = of_referral("third_parties")
    role = answer(third_party_answers.ThirdPartyRole, "F")
    name = sealed("third_party.name", "F", indexed=True, max_length=300)
    age = sealed("third_party.age", "F", max_length=50)
    link = answer(third_party_answers.ThirdPartyLink, "F")
    is_minor = answer(answers.YesNo, "F")
    phone = sealed("third_party.phone", "F", indexed=True, max_length=50)
    vehicle = sealed("third_party.vehicle", "F", max_length=300)
    address = sealed("third_party.address", "F")

    class Meta(Part.Meta):
        """Third parties in the order in which they were named."""

    def __str__(self) -> str:
        return f"third party {self.pk}"


class DigitalTrace(Part):
    """An account, advertisement or number seen online (domain.md §4.4)."""

    referral = of_referral("digital_traces")
    platform = clear(models.CharField(max_length=60, blank=True, default=""), "G")
    handle = sealed("digital_trace.handle", "G", indexed=True, max_length=300)
    url = sealed("digital_trace.url", "G", max_length=1_000)
    phone = sealed("digital_trace.phone", "G", indexed=True, max_length=50)
    on = sealed("digital_trace.on", "G", kind="date")
    capture_kept = sealed("digital_trace.capture_kept", "G", kind="bool")

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

"""Declarations of the case itself and of what the filer says: ``models/referral.py``, ``models/concern.py``, files."""

from collections.abc import Mapping
from typing import Final

from referrals.access_requests.declarations.kinds import (
    CHILD,
    FILER,
    HOLDER,
    NOBODY,
    PART,
    STAFF,
    TEXT,
    THIRD,
    Declared,
    Whose,
    fields,
    held,
    none,
)
from referrals.vocabulary.access_requests import Withheld

FORM: Final[Mapping[str, Declared]] = {
    "referrals.Referral": Declared(
        on="received_at",
        fields=fields(
            held("reference received_at submitted_at acknowledged_at", CHILD, FILER),
            held("state closed_at withdrawn_at archived_at archived_from urgency urgency_ever", CHILD),
            held("department authority unit legal_hold left_open", CHILD),
            # By which way it came, and that named persons alone read it, lead to who filed.
            none("channel variant restricted"),
            held("statutory_due_at target_due_at counts_from", CHILD),
            # The gravest over all children: of one child alone, or of nobody.
            held(
                "age_band under_2 under_15 majority_near runaway immediate_danger prostitution_status status_ever",
                CHILD,
                alone=True,
            ),
            held("judicial_status", CHILD, holder=Withheld.JUDICIAL),
            none("id reference_1 reference_2 reference_3 version source_referral filed_as filed_reference"),
            none(
                "goes_on_as created_at draft_expires_at purged_at tombstone next_due_at due_with_measures_at"
            ),
            none("due_with_justice_at info_requested filer_asked filer_answered alert_open glass_open"),
            none("transfer_open index_key index_norm index_bits searched_at searched_partly"),
            none("filed_by shared_with case_key filer_key mac"),
        ),
    ),
    "referrals.Concern": Declared(
        fields=fields(
            none("cells id referral"),
            held("not_known", CHILD),
            held("parental_authority", CHILD, HOLDER, withhold=TEXT),
            held("holder_implicated holder_implicated_text", HOLDER, withhold=TEXT),
            held("parents_informed not_informed_reason not_informed_text", CHILD, HOLDER, withhold=TEXT),
            held("parents_informed_on parents_informed_by parents_informed_how", HOLDER, withhold=TEXT),
            held("parents_reaction", HOLDER, withhold=TEXT),
            held("has_household_minors", CHILD),
            held("other_adults", THIRD, withhold=(Withheld.THIRD_PARTY, Withheld.OTHER_HOLDER)),
            # What a child said is given to no holder unread: whether it is against its interest a person says.
            held(
                "child_words child_words_how child_opinion",
                CHILD,
                withhold=TEXT,
                holder=Withheld.CHILD_INTEREST,
            ),
            held("child_not_heard child_informed", CHILD, withhold=(Withheld.CHILD_INTEREST,)),
            held("situation_type prostitution_status_filer danger_now emergency_done", CHILD, withhold=TEXT),
            held(
                "danger_what prior_actions prior_reports prior_reports_text strengths", CHILD, withhold=TEXT
            ),
            held("health_facts", CHILD, withhold=TEXT, holder=Withheld.MEDICAL),
            # When and how to talk to who filed: of the filer alone, whom it would tell.
            held("expectation", FILER),
            held("gang_known other_victims other_victims_text", THIRD, withhold=(Withheld.THIRD_PARTY,)),
            held("money_flow", CHILD, THIRD, withhold=TEXT),
            held("filer_name filer_email filer_phone filer_profession filer_org filer_org_type", FILER),
            held("filer_role_to_child filer_is_source on_behalf confidentiality_wish", FILER),
            held("feedback_channel feedback_contact bound_by_secrecy good_faith_notice", FILER),
            held("extra received_late_reason", CHILD, withhold=TEXT),
            held(
                "direct_report_recipient direct_report_sent_on direct_report_document",
                CHILD,
                withhold=TEXT,
                holder=Withheld.JUDICIAL,
            ),
        ),
    ),
    "referrals.Child": Declared(
        whose=Whose.CHILD,
        link="id",
        fields=fields(
            none(PART),
            held("kind not_known identity_known last_name first_names usual_name nickname", CHILD),
            held("birth_date birth_year_month age_band under_2 under_15 majority_near", CHILD),
            none("next_change mac"),
            held("age_estimated_min age_estimated_max sex mother_birth_name nationality_hint", CHILD),
            held("age_source current_measure_detail", CHILD, withhold=TEXT),
            held("unaccompanied language emancipated_on emancipated current_measure", CHILD),
            held("disability", CHILD, withhold=TEXT, holder=Withheld.MEDICAL),
            # Where a child is, and how it is reached, is never told to a holder by this way (domain.md §4.1, §7.5).
            held(
                "whereabouts whereabouts_detail runaway_since police_report_ref last_seen_place safe_contact_way",
                CHILD,
                withhold=TEXT,
                holder=Withheld.SAFETY,
            ),
            # Where the child lives apart from this holder: the collector decides by the addresses of the row.
            held("address commune_insee residence_department", CHILD, withhold=(Withheld.SAFETY,)),
            held("school_name school_level attendance living_with", CHILD, withhold=(Withheld.SAFETY,)),
            held("runaway", CHILD),
            held("prostitution_status status_ever", CHILD, holder=Withheld.CHILD_INTEREST),
            held("immediate_danger danger_ever danger_categories danger_level maltreatment", CHILD),
            held("child_met deceased wrong_person restricted decision", CHILD),
        ),
    ),
    "referrals.Holder": Declared(
        whose=Whose.HOLDER,
        link="id",
        fields=fields(
            none(PART),
            held("name link phone address", HOLDER, withhold=(Withheld.OTHER_HOLDER,)),
            held("implicated", HOLDER, withhold=(Withheld.OTHER_HOLDER, Withheld.INQUIRY)),
        ),
    ),
    "referrals.Fact": Declared(
        fields=fields(none(PART), held("on period place_type place_text source text", CHILD, withhold=TEXT))
    ),
    "referrals.Sign": Declared(
        fields=fields(none(PART), held("code mode on text", CHILD, withhold=TEXT)),
    ),
    "referrals.HealthSign": Declared(
        fields=fields(none(PART), held("code mode on text", CHILD, withhold=TEXT, holder=Withheld.MEDICAL)),
    ),
    "referrals.ThirdParty": Declared(
        whose=Whose.THIRD_PARTY,
        link="id",
        fields=fields(
            none(PART),
            held("name age is_minor phone vehicle address", THIRD, withhold=(Withheld.THIRD_PARTY,)),
            held("role link", THIRD, withhold=(Withheld.THIRD_PARTY, Withheld.INQUIRY, Withheld.OTHER_CHILD)),
        ),
    ),
    "referrals.DigitalTrace": Declared(
        fields=fields(
            none(PART),
            # A handle may be the child's own or that of who sells it: nobody tells by the row alone.
            held(
                "platform handle url phone on capture_kept",
                CHILD,
                THIRD,
                withhold=TEXT,
                child=Withheld.THIRD_PARTY,
                holder=Withheld.THIRD_PARTY,
            ),
        )
    ),
    "referrals.Attachment": Declared(
        whose=Whose.CHILDREN,
        link="children",
        on="at",
        fields=fields(
            none("cells id referral complement children"),
            held("kind name", CHILD, withhold=(*TEXT, Withheld.JUDICIAL, Withheld.MEDICAL)),
            none("access_class media scan evidence at by role waiting_since scan_tried_at"),
            none("barred_at barred_by barred_for condemned_at destroyed_at size original_size"),
            none("object original digest original_digest key"),
        ),
    ),
    "referrals.InformationRequest": Declared(
        whose=Whose.CHILDREN,
        link="children",
        on="asked_at",
        fields=fields(
            none(PART),
            none("children partner asked_by"),
            held("state due_on asked_at closed_at", CHILD),
            # Whom the service asked would say who filed.
            held("recipient", NOBODY),
            held("questions", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.Complement": Declared(
        whose=Whose.CHILDREN,
        link="children",
        on="at",
        of_filer="by",
        fields=fields(
            none(PART),
            none("request by role children"),
            # How it reached the service is of whoever brought it.
            held("came_by", FILER),
            held("at", CHILD, FILER),
            held("danger_now", CHILD),
            held("text", CHILD, FILER, withhold=TEXT),
        ),
    ),
    "referrals.FilerMessage": Declared(
        on="at",
        fields=fields(none(PART), none("by children"), held("at read_at text", FILER, withhold=TEXT)),
    ),
    "referrals.TeamMessage": Declared(
        whose=Whose.CHILDREN,
        link="children",
        on="at",
        staff=("by",),
        fields=fields(
            none(PART),
            none("by children"),
            held("at", CHILD, STAFF),
            held("text", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.MessageRead": Declared(
        on="at",
        staff=("reader",),
        fields=fields(none("id referral message reader"), held("at", STAFF)),
    ),
    "referrals.FeedbackTask": Declared(
        on="opened_at",
        fields=fields(
            none("cells id referral by owed_to"),
            held("state opened_at asked_at due_at decided_at means", FILER),
            # It tells an outcome, which whoever stands beside the filer isn't to read (domain.md §1.4).
            none("interim reason prepared text reason_text"),
        ),
    ),
}

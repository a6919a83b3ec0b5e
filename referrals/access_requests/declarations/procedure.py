"""Declarations of the procedure: assessment, decisions, justice, measures, people, transfers, inquiries, sheets."""

from collections.abc import Mapping
from typing import Final

from referrals.access_requests.declarations.kinds import (
    CHILD,
    HOLDER,
    PART,
    STAFF,
    TEXT,
    THIRD,
    Declared,
    Whose,
    fields,
    held,
    none,
    whole,
)
from referrals.vocabulary.access_requests import Withheld

_OF_COURT: Final = (*TEXT, Withheld.JUDICIAL)

PROCEDURE: Final[Mapping[str, Declared]] = {
    "referrals.Assessment": Declared(
        on="opened_at",
        fields=fields(
            none(PART),
            held("state opened_at plan_on started_on expected_on delivered_at framework_version", CHILD),
            held("earlier_concerns_considered", CHILD),
            held("notes report earlier_concerns dissent", CHILD, withhold=TEXT),
            held("child_opinions", CHILD, withhold=TEXT, holder=Withheld.CHILD_INTEREST),
            held("holder_opinions", HOLDER, withhold=TEXT),
            held("entourage_opinions", CHILD, THIRD, withhold=TEXT, holder=Withheld.THIRD_PARTY),
        ),
    ),
    "referrals.Conclusion": Declared(
        whose=Whose.CHILD,
        link="child",
        fields=fields(
            none(PART),
            none("assessment child"),
            held("danger_level proposal text", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.ChildDanger": Declared(
        whose=Whose.CHILD,
        link="child",
        fields=fields(
            none(PART),
            none("assessment child complete"),
            held("danger_categories maltreatment", CHILD, withhold=TEXT),
            held("exploitation hold debt digital", CHILD, withhold=TEXT, holder=Withheld.CHILD_INTEREST),
            held("third_parties", THIRD, withhold=TEXT),
            held("tonight", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
        ),
    ),
    "referrals.HolderOpinion": Declared(
        whose=Whose.HOLDER,
        link="holder",
        fields=fields(
            none(PART),
            none("assessment holder complete"),
            held(
                "met not_met needs difficulties understanding proposals not_met_text", HOLDER, withhold=TEXT
            ),
        ),
    ),
    "referrals.InquiryConsidered": Declared(
        fields=fields(none(PART), none("assessment inquiry"), held("consideration", CHILD, withhold=TEXT)),
    ),
    "referrals.Finding": Declared(
        whose=Whose.CHILD,
        link="child",
        fields=fields(
            none(PART),
            none("assessment child complete"),
            held("dimension finding observed reported text", CHILD, withhold=TEXT),
            held(
                "health_observed health_reported health_text", CHILD, withhold=TEXT, holder=Withheld.MEDICAL
            ),
        ),
    ),
    "referrals.Voice": Declared(
        whose=Whose.CHILD,
        link="child",
        on="heard_on",
        fields=fields(
            none(PART),
            none("assessment decision measure child complete"),
            held("heard not_heard heard_on", CHILD, withhold=TEXT),
            held(
                "heard_by words wants told not_heard_text",
                CHILD,
                withhold=TEXT,
                holder=Withheld.CHILD_INTEREST,
            ),
        ),
    ),
    "referrals.Visit": Declared(
        on="at",
        staff=("by",),
        fields=fields(
            none(PART),
            none("assessment by"),
            held("kind at", CHILD, STAFF),
            held("who where text", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.Sighting": Declared(
        whose=Whose.CHILD,
        link="child",
        fields=fields(none(PART), none("visit child"), held("seen", CHILD)),
    ),
    "referrals.Decision": Declared(
        whose=Whose.CHILD,
        link="child",
        on="at",
        staff=("by",),
        fields=fields(
            none(PART),
            none("child by"),
            held("code at", CHILD, STAFF),
            held("ground motivation", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.JudicialReferral": Declared(
        whose=Whose.MANY,
        link="children",
        on="prepared_at",
        fields=fields(
            none(PART),
            none("report letter_sha256 children"),
            held("state grounds prepared_at sent_at confirmed_at", CHILD, holder=Withheld.JUDICIAL),
            held("competence sending_way composed_at", CHILD, holder=Withheld.JUDICIAL),
            # Whether somebody else wrote to the court first says who filed.
            none("by_third_party"),
            held(
                "recipient actions_led document sending_proof sending_reference requests letter tonight no_report",
                CHILD,
                withhold=TEXT,
                holder=Withheld.JUDICIAL,
            ),
            held("enquiries asked_for", CHILD, holder=Withheld.JUDICIAL),
            # What is feared for other minors is theirs; by which number the cell is called is the cell's.
            none("feared reachable"),
        ),
    ),
    "referrals.JudicialReferral_children": Declared(
        whose=Whose.NOBODY,
        fields=fields(none("id judicialreferral child")),
        reason="the pairs behind JudicialReferral.children, by which its rows are found",
    ),
    "referrals.JudicialOutcome": Declared(
        whose=Whose.CHILD,
        link="child",
        on="on",
        fields=fields(
            none(PART),
            none("judicial_referral child"),
            held("type on child_heard", CHILD, holder=Withheld.JUDICIAL),
            held(
                "copy child_lawyer ad_hoc_administrator hearing_note",
                CHILD,
                withhold=TEXT,
                holder=Withheld.JUDICIAL,
            ),
        ),
    ),
    "referrals.MeasureType": whole("the catalogue of measures: the same for everybody"),
    "referrals.Measure": Declared(
        whose=Whose.CHILD,
        link="child",
        on="proposed_at",
        fields=fields(
            none(PART),
            none("child judicial_referral mac waits_since"),
            held("state type judicial proposed_at agreed_on started_on term_on over_on over_reason", CHILD),
            held("variant notified_on sent_on agreed_by_silence own_agreement until_majority", CHILD),
            held("term_written duration_months plan_signed_on", CHILD),
            # Whom the child is confided to tells where it is.
            held("service", CHILD, withhold=(Withheld.SAFETY,)),
            held("ordered_on order_suspended_on suspended_from", CHILD, holder=Withheld.JUDICIAL),
            held("aim extract", CHILD, withhold=TEXT),
            held("child_opinion", CHILD, withhold=TEXT, holder=Withheld.CHILD_INTEREST),
            held("agreement", CHILD, HOLDER, withhold=TEXT),
            held("ordered_by order_copy", CHILD, withhold=_OF_COURT, holder=Withheld.JUDICIAL),
            # Class K: in no copy, whoever asks.
            none("place"),
        ),
    ),
    "referrals.Orientation": Declared(
        whose=Whose.CHILD,
        link="child",
        on="proposed_at",
        fields=fields(
            none(PART),
            none("child rules_version chosen_by asked_by remind_at"),
            held("state need proposed_at asked_at answered_at expires_at channel refusal_reason", CHILD),
            # Who takes the child in, and what is told of it there, tells where it is or will be.
            held("resource", CHILD, withhold=(Withheld.SAFETY,), holder=Withheld.SAFETY),
            held("text answer despite", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
            held("asked_whom", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
            held("findings", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
        ),
    ),
    "referrals.ExcludedResource": Declared(
        on="since_at",
        fields=fields(
            none(PART),
            none("added_by"),
            # It tells where an exploiter or an implicated parent lives or works, and what is kept from them.
            held(
                "structure resource since_at lifted_at",
                CHILD,
                withhold=(Withheld.THIRD_PARTY, Withheld.SAFETY),
                holder=Withheld.SAFETY,
            ),
            held("reason", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
        ),
    ),
    "referrals.HolderInformation": Declared(
        whose=Whose.HOLDER,
        link="holder",
        on="told_on",
        fields=fields(
            none(PART),
            none("holder deferred_since"),
            held("occasion state told_on means", HOLDER, withhold=TEXT),
            # Why one wasn't told yet is said by nobody but who decides it.
            held("reason reason_text review_on", HOLDER, withhold=TEXT, holder=Withheld.INQUIRY),
        ),
    ),
    "referrals.Assignment": Declared(
        whose=Whose.CHILD,
        link="child",
        on="since_at",
        staff=("user",),
        fields=fields(
            none("cells id referral user child mac"),
            held("role field since_at until_at", CHILD, STAFF),
            held("waiver", STAFF, withhold=TEXT),
        ),
    ),
    "referrals.EmergencySheet": Declared(
        whose=Whose.CHILD,
        link="child",
        on="opened_at",
        fields=fields(
            none(PART),
            none("child reference mac"),
            held("authority opened_at closed_at", CHILD),
            held("description danger", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
            held("whom_to_call", CHILD, withhold=TEXT, holder=Withheld.SAFETY),
        ),
    ),
    "referrals.SheetReader": Declared(
        fields=fields(none(PART), none("sheet mac"), held("authority", CHILD, holder=Withheld.SAFETY)),
    ),
    "referrals.TransferRequest": Declared(
        on="asked_at",
        fields=fields(
            none(PART),
            none("reference refusals asked_by origin_says origin_said_by target_says target_said_by mac"),
            held("authority state ground channel asked_at sent_at closed_at", CHILD),
            held("target", CHILD, holder=Withheld.SAFETY),
            held("note formalities motive receipt", CHILD, withhold=TEXT),
        ),
    ),
    "referrals.TransferDocument": Declared(
        on="made_at",
        fields=fields(
            none(PART),
            none("request"),
            held("kind made_at", CHILD),
            held("content", CHILD, withhold=_OF_COURT, holder=Withheld.CHILD_INTEREST),
        ),
    ),
    "referrals.TransferReceiver": Declared(
        fields=fields(none(PART), none("request user mac")),
    ),
    "referrals.Inquiry": Declared(
        whose=Whose.CHILD,
        link="child",
        on="asked_at",
        fields=fields(
            none("cells id thread referral child restricted barred reference due_at warned_at overdue_at"),
            none("ended_at key mac"),
            held("side state authority other urgency ground asked_at answered_at closed_at", CHILD),
            held("holders known kinds from_year to_year standing wanted refusal", CHILD),
            held("question reply request closing", CHILD, withhold=TEXT),
            held("papers", CHILD, withhold=_OF_COURT, holder=Withheld.CHILD_INTEREST),
        ),
    ),
}

"""Expected steps of the four machines, typed by hand from domain.md §2.2 (referral) and §2.6 (the others).

``REFERRAL`` holds the steps in scope, by code; from and to stand in referral_steps.yaml. ``JUDICIAL``,
``ASSESSMENT`` and ``MEASURE`` come from part_steps.py. Relations: §1.3. A guard's ``refuses_when`` tells the
world in which the step must be refused, everything else being in order. The guards common to every step (role
and relation, restricted list, version, idempotency key, entry in the same transaction) are not repeated.
"""

from tests.expected.part_steps import (
    ASSESSMENT,
    HEARD_ON_IT,
    JUDICIAL,
    LAST_REMINDER,
    MEASURE,
    PART_STEP_STATES,
    SILENCE,
    SILENCE_IN_CARE,
    VARIANT,
)
from tests.expected.vocabulary import (
    AUTHORS,
    BY_RECEIVING,
    HOLDING,
    IN_UNIT,
    NO_CASE,
    ON_ASSIGNMENT,
    OWN,
    SEEING,
    TERRITORIAL,
    Guard,
    Step,
)

__all__ = [
    "ADDITIONS",
    "ASSESSMENT",
    "AUTHOR_STEPS",
    "CLOSED_STOPS_ALL_BUT",
    "HOLDING_STEPS",
    "JUDICIAL",
    "MEASURE",
    "PART_STEP_STATES",
    "PROTECTIVE_STEPS",
    "REFERRAL",
    "STATUS_MOVES",
    "STRONGEST_FIRST",
    "URGENCY_FLOORS",
]

COORDINATOR = {"crip_coordinator": TERRITORIAL}
COORDINATOR_AND_INTAKE = {"crip_coordinator": TERRITORIAL, "intake_agent": TERRITORIAL}
INSPECTOR = {"ase_inspector": ON_ASSIGNMENT}
LEAD = {"assessment_lead": IN_UNIT}
COORDINATOR_AND_LEAD = {"crip_coordinator": TERRITORIAL, "assessment_lead": IN_UNIT}
COORDINATOR_AND_INSPECTOR = {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT}
DPO_AND_SUPERVISOR = {"dpo": TERRITORIAL, "supervisor": TERRITORIAL}
COORDINATOR_AND_SUPERVISOR = {"crip_coordinator": TERRITORIAL, "supervisor": TERRITORIAL}

DECIDERS_OF_FILES = {
    "crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT, "supervisor": TERRITORIAL,
}  # fmt: skip

# A step into a closed state stops every clock that runs but these (§2.2, Closings), and starts C20.
CLOSED_STOPS_ALL_BUT = ("C5", "C5b", "C7", "C20")
# Decisions, strongest first: T22, T23, T26, T27 move the referral to the strongest, once nobody is undecided.
STRONGEST_FIRST = ("judicial", "admin", "continue", "close")

# No missing signature, open question or overdue clock may stop these (§2.2, 2S; invariant 11).
PROTECTIVE_STEPS = (
    "submit_urgent",
    "flag_immediate_danger",
    "send_judicial",
    "child_unreachable",
    "restrict",
    "bar_file",
)

MET = Guard("child_met", "a child whose child_met is never, with no answered JudicialReferral sent since the "
                         "last A01, not of age nor deceased", "§2.2 Met; CASF D226-2-6")  # fmt: skip
NO_SIGN = Guard("no_sign_of_exploitation", "a child's prostitution_status is suspected or established",
                "§2.5; law 2002-305 art. 13")  # fmt: skip
NO_OPEN_REFERRAL = Guard(
    "no_judicial_referral_open", "a JudicialReferral is prepared, sent or received", "§2.2 Open"
)
NO_ALIVE_MEASURE = Guard("no_measure_alive", "a measure is proposed, agreed, ordered, awaiting_start, active "
                                             "or suspended", "§2.2 Alive")  # fmt: skip
ALL_DECIDED = Guard("no_child_undecided", "a child is undecided and the request carries no decision for it",
                    "§2.2 Decisions; §2.8 8")  # fmt: skip
LEGAL_GROUND = Guard(
    "legal_ground_named", "no ground among 1 to 6 of §2.4 is ticked", "CASF L226-4 I; law 2002-305"
)
DOCUMENT = Guard(
    "document_written", "no document is written, and none was composed from the case", "§2.2 T15"
)
SAME_DOCUMENT = Guard(
    "document_says_the_same",
    "a composed document names other children or grounds than the sending",
    "§2.2 T15",
)
BORN_IN_TIME = Guard(
    "born_in_time", "a child is born after the receipt (T50: after today), or 21 or more on that day", "§4.1",
)  # fmt: skip
PRIOR_ACTIONS = Guard("prior_actions_listed", "the actions already led are not listed", "CASF L226-4 I")
EXPLOITATION_RULE = Guard(
    "exploitation_calls_for_justice",
    "established: no JudicialReferral for the child was sent and answered; suspected: no reason for admin or "
    "continue (a warning only where PROSTITUTION_JUDICIAL_MODE is advisory)",
    "§2.5; law 2002-305 art. 13",
)
DURATION = Guard(
    "one_year_at_most", "an administrative measure lasts longer than one year", "§5.1; CASF L223-5"
)
TEAM_GUARDS = (
    Guard("from_where_the_protocol_says", "an assessor from elsewhere than TEAM_SOURCE says", "§11.1 TEAM_SOURCE"),
    Guard("two_assessors", "the team has fewer than two assessors", "CASF D226-2-5"),
    Guard("two_fields", "all assessors are of the same field (socio-educational, social, health, psychology)",
          "CASF D226-2-5"),
    Guard("no_follow_up_conflict", "an assessor follows the family now (current measure team) and no waiver "
                                   "with a reason is given", "CASF D226-2-5; §1.3 rule 4"),
    Guard("none_excluded", "a member is excluded from the case", "§1.3 rule 8"),
)  # fmt: skip
T15_DATA = ("children", "grounds", "prior_actions", "signed_document", "recipient", "proof_of_sending")
SUSPECTED_SIGNED = "admin or continue for a child whose status is suspected: signed by a supervisor (§2.5)"
CARRIED = "a decision that it carries needs a second signature (T43)"
TWO_S = "any child's status ever at_risk or worse, or urgency ever U2 or U3 (history counts)"
CLOSE_SIGNED = (
    "close for a child whose status was ever at_risk or worse or whose immediate danger was ever on; close "
    "with reason majority or death"
)

ASKERS = {
    "intake_agent": TERRITORIAL, "crip_coordinator": TERRITORIAL, "assessor": ON_ASSIGNMENT,
    "ase_inspector": ON_ASSIGNMENT, "case_referent": ON_ASSIGNMENT,
}  # fmt: skip

REFERRAL: dict[str, Step] = {
    "create": Step(
        "T01",
        {"filer": NO_CASE, "intake_agent": NO_CASE, "crip_coordinator": NO_CASE, "on_call": NO_CASE,
         "api_119": NO_CASE},
        guards=(Guard("verified_account", "the account is not verified", "§2.2 T01"),),
    ),
    "submit": Step(
        "T02",
        {"filer": (OWN,), "intake_agent": (OWN,), "crip_coordinator": (OWN,), "api_119": (OWN,)},
        guards=(
            Guard("legal_items_answered", "an L item of §4 is not answered", "§4; CASF L226-2-1"),
            Guard("practice_items_answered", "a P item is neither answered nor in not_known", "§4"),
            Guard("one_contact_path", "neither child nor family has any way to be reached", "§2.2 T02"),
            Guard("parents_information_answered", "parents_informed is not answered", "CASF L226-2-1"),
            Guard("authority_found", "no competent authority for the commune or département", "§8.2"),
            Guard("received_at_in_the_past", "received_at is later than now, or older than 7 days without a "
                                             "reason",
                  "§4.5"),
            BORN_IN_TIME,
        ),
        data=("facts", "date", "filer_identity", "commune", "received_at?", "channel?"),
        starts=("C4", "C5", "C1"),
        fires=("J02",),
        note="C4 and C5 from received_at, C5 for professionals and elected officials only, not for "
             "prosecutor_request; C1 from now. J02 for the variant copy_of_direct_report only. received_at "
             "and channel: intake and coordinator. The filer's prostitution_status is copied, established "
             "counting as suspected.",
    ),
    "submit_urgent": Step(
        "T03",
        {"filer": (OWN,), "intake_agent": (OWN,), "crip_coordinator": (OWN,), "on_call": (OWN,),
         "api_119": (OWN,)},
        guards=(
            Guard("urgent_items_answered", "a U item of §4 is not answered", "§2.2 T03"),
            Guard("authority_found", "no competent authority for the commune or département", "§8.2"),
            BORN_IN_TIME,
        ),
        data=("immediate_danger_reason", "phone_call_made"),
        starts=("C4", "C5", "C1", "C3"),
        fires=("J02",),
        note="Urgency U3 and immediate_danger on. L and P items become due at triage (T10, T11).",
    ),
    "withdraw": Step(
        "T04", {"filer": (OWN,)}, data=("reason",), starts=("C20",), stops=("C1", "C3", "C4", "C5"),
        opens_review="always", note="Deletes nothing. C3: by the general rule of closings.",
    ),
    "acknowledge": Step(
        "T05", COORDINATOR_AND_INTAKE, data=("at", "channel"), starts=("C2",), stops=("C1",), system_too=True,
        note="By the system when intake, coordinator or on_call first opens the file; never fired by T02 or "
             "T03.",
    ),
    "start_triage": Step(
        "T06", COORDINATOR_AND_INTAKE, data=("search_proof",),
        guards=(Guard("duplicate_search_done", "no search result, of the index or by hand with where one "
                                               "looked",
                      "§2.2 T06"),
                Guard("index_searched", "the index is named, and the service hasn't searched it yet", "§2.2 T06"),),
    ),
    "request_info": Step(
        "T07", ASKERS, data=("questions", "recipient", "due_on?"), starts=("C6",),
        guards=(
            Guard("precise_question", "no question is put", "§2.2 T07"),
            Guard("due_date", "the date is past", "§2.2 T07"),
            Guard("recipient_of_the_case", "neither the filer nor a person with a role on the case", "§2.2 T07"),
        ),
        note="C4 runs on. The badge info_requested is on while a request is open; coarse status question while "
             "one to the filer is.",
    ),
    "provide_info": Step(
        "T08", {"filer": (OWN,), **HOLDING}, data=("text", "request?", "came_by?", "danger?", "attachments?"), stops=("C6",),
        guards=(
            Guard("recipient_or_filer", "neither the recipient of an open request, nor the filer, nor the cell "
                                        "typing in what came", "§2.2 T08"),
            Guard("request_open", "the request that is named isn't open", "§2.7 InformationRequest"),
        ),
        fires=("T14",),
        note="Danger now: T14 for each child of the concern. On a merged filing it goes to the target.",
    ),
    "info_expired": Step(
        "T09", ASKERS, data=("request", "reason?"), stops=("C6",), system_too=True,
        guards=(
            Guard("asker_or_coordinator", "by hand: another than who asked, and no coordinator", "§2.2 T09"),
            Guard("request_open", "the request that is named isn't open", "§2.7 InformationRequest"),
            Guard("reason_by_hand", "by hand: no reason is given", "§2.2 T09"),
        ),
    ),
    "qualify": Step(
        "T10", COORDINATOR,
        guards=(
            Guard("criteria_ticked", "no danger category or level ticked for a child", "§2.4; CASF R226-2-2"),
            Guard("urgent_filing_completed", "an item left by T03 is neither answered, nor in not_known, nor "
                                             "set aside with the reason urgency", "§2.2 T10"),
            Guard("qualification_step_off", "the state is acknowledged and QUALIFICATION_STEP is on",
                  "§2.2 note 1"),
            Guard("duplicate_search_done", "the state is acknowledged and no search proof is given",
                  "§2.2 note 1"),
            Guard("index_searched", "the index is named, and the service hasn't searched it yet", "§2.2 T06"),
            Guard("urgency_at_its_floor", "the urgency is below the floor of T45, or below the one that stands",
                  "§2.2 T10"),
        ),
        data=("danger_categories", "danger_level", "urgency", "opinion", "search_proof?"),
        stops=("C2",), signed="conditional",
        signed_when="TWO_READER_QUALIFICATION (off; on when a child's status is not none); another "
                    "coordinator may sign", fires=("A01",),
    ),
    "reorient": Step(
        "T11", COORDINATOR,
        guards=(
            NO_SIGN,
            Guard("not_urgent", "urgency is U2 or U3", "§2.2 T11"),
            NO_OPEN_REFERRAL, NO_ALIVE_MEASURE,
            Guard("urgent_filing_completed", "an item left by T03 is not answered nor in not_known",
                  "§2.2 T11"),
        ),
        data=("reason", "target_service", "feedback"), starts=("C20",), stops=("C2", "C3", "C4", "C6"),
        signed="conditional", signed_when=TWO_S, opens_review="when_signed_by_one", fires=("E03",),
        note="target_service may be no_object. C5 goes on.",
    ),
    "attach_existing": Step(
        "T12", COORDINATOR,
        guards=(
            Guard("same_child_confirmed", "no DuplicateCandidate `same` was confirmed for the two files",
                  "§2.2 T12; §2.7"),
            Guard("target_before_its_report", "the target is of another authority, hidden, or neither in triage, "
                                              "qualified nor in_assessment (then: link)", "§2.2 T12"),
            Guard("restriction_kept", "the filing is restricted, the target is not", "§1.3 rule 3; T46"),
            Guard("children_matched", "a child of the filing is neither matched nor said to be new, or none is the "
                                      "same", "§2.2 T12"),
            Guard("holders_matched", "a holder of the filing is neither matched nor said to be new", "§2.2 T12"),
            Guard("informations_agree", "the information of a matched holder is deferred in one file only", "§2.8 4"),
        ),
        data=("target", "link", "children", "holders?"), starts=("C20",), stops=("C2", "C3", "C4", "C6"),
        fires=("A09", "X05"), signed="conditional", signed_when=TWO_S, opens_review="when_signed_by_one",
        note="C5 goes on. At the target: children it lacks, holders and their information, referrals to justice, "
             "measures, C3, C6; the earliest C4; status and urgency at their gravest.",
    ),
    "assign": Step(
        "T13", COORDINATOR_AND_LEAD, guards=TEAM_GUARDS, data=("team", "lead", "plan_date"), starts=("C4b",),
        fires=("A02",),
    ),
    "flag_immediate_danger": Step(
        "T14", HOLDING, data=("child", "what", "where", "since", "who_was_called"), starts=("C3",),
        note="Sets immediate_danger of the child and urgency U3. No guard beyond the common ones.",
    ),
    "send_judicial": Step(
        "T15",
        {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT, "on_call": TERRITORIAL},
        guards=(LEGAL_GROUND, PRIOR_ACTIONS, DOCUMENT, SAME_DOCUMENT), data=T15_DATA, starts=("C7",), stops=("C3", "C8"), fires=("J02", "T43"),
        note="C3 of the children named. The state never moves. Where it already is judicial: a child named who waits "
             "again for a decision is judicial.",
    ),
    "inform_holders": Step(
        "T16",
        {"crip_coordinator": TERRITORIAL, "assessor": ON_ASSIGNMENT, "ase_inspector": ON_ASSIGNMENT,
         "on_call": TERRITORIAL},
        guards=(
            Guard("implicated_holder_is_deferred", "done, for a holder who is implicated",
                  "§2.2 T16; CASF L226-2-1"),
            Guard("deferral_has_reason", "deferred without one of the reasons: contrary to the child's "
                                         "interest, parents implicated, prosecutor's instruction",
                                         "§2.2 T16"),
            Guard("deferral_has_review_date", "deferred without a review date", "§2.8 4"),
            Guard("still_due", "the holder was told on this occasion already, or it isn't applicable",
                  "§2.7 HolderInformation"),
            Guard("reason_admitted", "a reason that HOLDER_DEFERRAL_REASONS leaves out", "§11.1"),
            Guard("somebody_is_a_minor", "every child of the case is of age", "C23"),
        ),
        data=("holder", "occasion", "outcome", "at?", "means?", "person?", "reason?", "review_on?"), starts=("R-holders",), stops=("R-holders",),
        signed="conditional", signed_when="the deferral goes beyond HOLDER_DEFERRAL_LIMIT (30 days)",
    ),
    "record_contact": Step(
        "T17", {"assessor": ON_ASSIGNMENT, "assessment_lead": IN_UNIT},
        data=("who", "where", "at", "child_seen"), stops=("C4b",), fires=("A03",),
        note="Never refused for what took place. child_seen: no, with_holder, alone; sets child_met. The "
             "first one fires A03. C4b: the sub-delay of the first meeting, of the home visit.",
    ),
    "child_unreachable": Step(
        "T18", INSPECTOR,
        guards=(
            Guard("attempts_recorded", "fewer than UNREACHABLE_ATTEMPTS (2) attempts stored by an assessor "
                                       "(T17, T49)",
                  "CASF D226-2-6"),
            Guard("no_child_met", "a child of the case was met", "§2.2 T18"),
            LEGAL_GROUND, PRIOR_ACTIONS, DOCUMENT, SAME_DOCUMENT,
        ),
        data=(*T15_DATA, "attempts"), starts=("C7",), stops=("C3", "C4", "C4b"), fires=("J02", "A09"),
        note="Decision judicial for every child.",
    ),
    "extend_assessment": Step(
        "T19", LEAD,
        guards=(Guard("date_to_come", "the new internal date is today or past", "§2.2 T19"),),
        data=("reason", "new_date"), signed="always",
        note="statutory_due_at never moves and C4 stays breached. Signed by a supervisor.",
    ),
    "submit_report": Step(
        "T20", LEAD,
        guards=(
            Guard("assessment_to_validate", "the Assessment is in another state than to_validate",
                  "§2.2 T20"),
            Guard("lead_outside_the_team", "the lead is one of the team", "§1.1 assessment_lead"),
            Guard("every_child_concluded", "a child, household minors included, has no conclusion",
                  "CASF D226-2-7; §2.8 8"),
            Guard("dimensions_assessed", "a dimension that the authority wants has, for a child, no finding, text or reason",
                  "CASF D226-2-3; §4.10"),
            Guard("dangers_told", "a child's exploitation isn't told whole, or no category where there is a danger",
                  "§2.4; §4.10"),
            Guard("children_heard", "a child's own words are missing, and why there are none", "CASF D226-2-6; §4.10"),
            Guard("holders_heard", "a holder's opinion is missing, and why there is none", "CASF D226-2-3; §4.10"),
            Guard("inquiries_considered", "another authority knows the child, and the report doesn't say how its answer "
                                          "is considered", "CASF D226-2-3; §2.7 IQ7"),
            Guard("opinions_gathered", "the opinion of holders or entourage is missing without a "
                                       "reason",
                  "§2.2 T20"),
            Guard("earlier_concerns_considered", "earlier concerns are not said to be considered",
                  "CASF D226-2-3"),
            Guard("framework_version_noted", "no version of the HAS framework", "CASF D226-2-3 V"),
            Guard("decider_named", "neither a decider (T48) nor the unit's default", "§2.2 T20"),
            Guard("visited_and_met", "no home visit, or no meeting with child and holders, and no reason",
                  "§2.2 T17"),
            Guard("prosecutor_has_it", "variant prosecutor_request, and no proof that the report went to the "
                                       "prosecutor", "§2.1 variants"),
        ),
        data=("conclusions", "proposal", "dissent?", "no_visit_reason?", "prosecutor_proof?"),
        starts=("C8",), stops=("C4", "C4b"), fires=("A07",),
    ),
    "ask_supplement": Step(
        "T21", INSPECTOR,
        guards=(Guard("team_data_given", "no Assessment exists and T13's data (with its guards) is not given",
                      "§2.2 T21"), *TEAM_GUARDS),
        data=("questions", "delay", "team?", "lead?", "plan_date?"), starts=("C4",), stops=("C8",),
        fires=("A08", "A01", "A02"),
        note="C4 resumes on its old date. A08 where an Assessment exists; else A01, A02. TEAM_GUARDS bite "
             "only when a team is given.",
    ),
    "decide_close": Step(
        "T22", INSPECTOR,
        guards=(
            ALL_DECIDED,
            Guard("close_is_strongest", "a child's decision is judicial, admin or continue", "§2.2 T22"),
            MET,
            Guard("danger_ruled_out", "the report confirms danger for a child, or leaves a risk without a "
                                      "reason",
                  "CASF D226-2-7"),
            NO_OPEN_REFERRAL, NO_ALIVE_MEASURE, NO_SIGN, HEARD_ON_IT,
        ),
        data=("decisions?", "motivation", "feedback"), starts=("C20",), stops=("C3", "C6", "C8"),
        signed="conditional", signed_when=f"{TWO_S}; {CLOSE_SIGNED}", fires=("T43", "E03"),
        opens_review="when_signed_by_one",
    ),
    "decide_admin": Step(
        "T23", INSPECTOR,
        guards=(
            ALL_DECIDED,
            Guard("admin_is_strongest", "a child's decision is judicial, or none is admin", "§2.2 T23"),
            MET,
            Guard("danger_or_risk_confirmed", "the report confirms neither danger nor risk for the child",
                  "§2.2 T23; CASF L222-3"),
            EXPLOITATION_RULE, DURATION, VARIANT, SILENCE_IN_CARE, HEARD_ON_IT,
            Guard("measure_offered", "a child whose decision is admin has no measure, alive or offered with it",
                  "§2.2 T23"),
        ),
        data=("decisions?", "measures", "duration", "service"), starts=("C9",), stops=("C8",),
        signed="conditional", signed_when=f"{SUSPECTED_SIGNED}, unless T43 was; {CARRIED}", fires=("T43", "M01"),
        note="Target: protected_judicial with a judicial measure alive; else protected_admin when each admin "
             "measure is already agreed or active; else admin_offer.",
    ),
    "record_agreement": Step(
        "T24", {"ase_inspector": ON_ASSIGNMENT, "case_referent": ON_ASSIGNMENT},
        guards=(
            Guard("agreement_is_written", "no written agreement of the legal representative", "CASF L223-2"),
            Guard("child_opinion_recorded", "the child's opinion is not recorded", "§2.2 T24"),
            SILENCE,
            Guard("own_agreement", "the child is of age, and the agreement is not its own; or the reverse", "C23"),
        ),
        data=("measure", "signed_form", "dates", "child_opinion"), starts=("C16", "C24", "C26"), stops=("C9",),
        note="Is M02 for the first agreement of the case: M02 in admin_offer fires it.",
    ),
    "record_refusal": Step(
        "T25", INSPECTOR,
        guards=(
            Guard("refusal_of_each_holder", "a holder has no trace of refusal, and no attempts after C9 are "
                                            "told",
                  "§2.2 T25"),
            Guard("refusal_grounds", "danger persists and neither ground 2 nor 3 is ticked",
                  "CASF L226-4 I b"),
            SAME_DOCUMENT,
        ),
        data=("child", "refusals", "danger_persists", "grounds?", "prior_actions?", "signed_document?",
              "recipient?", "proof_of_sending?", "decision?"),
        starts=("C7", "C8"), stops=("C9", "C3", "C24"), fires=("M03", "M12", "J02", "T43"),
        note="Danger persists: judicial_pending, J02, C7, C3 of the child stopped. Only risk: "
             "report_submitted and C8 when no offer nor measure is alive, else same state with T43 in place. "
             "M12 once the measure has begun.",
    ),
    "decide_judicial": Step(
        "T26", INSPECTOR,
        guards=(
            ALL_DECIDED,
            Guard("judicial_is_strongest", "from report_submitted: no child's decision is judicial",
                  "§2.2 T26"),
            LEGAL_GROUND,
            Guard("referral_is_argued", "no argument, or a report exists and is not attached",
                  "CASF D226-2-7"),
            Guard("referral_sent_or_given", "neither T15's data nor a referral for the child sent and not "
                                            "answered",
                  "§2.2 T26"),
            SAME_DOCUMENT, HEARD_ON_IT,
            Guard("referred_heard", "a child referred has no judicial decision, and so wasn't heard on it", "CASF L223-4"),
        ),
        data=("decisions?", "argument", *(f"{name}?" for name in T15_DATA)), starts=("C7",),
        stops=("C3", "C8"), signed="conditional", signed_when=CARRIED, fires=("T43", "J02"),
        note="ALL_DECIDED binds from report_submitted. C7 starts only with a new J02. The report is attached "
             "by the step; where the referral was sent before it, with the proof that it followed.",
    ),
    "decide_continue": Step(
        "T27", INSPECTOR,
        guards=(
            ALL_DECIDED,
            Guard("continue_is_strongest", "a child's decision is judicial or admin", "§2.2 T27"),
            MET,
            Guard("measure_alive", "a child to continue has no measure alive", "§2.2 T27"),
            Guard("triage_needs_judicial_measures",
                  "from triage: a child without a judicial measure, and no local protocol lets the service "
                  "in charge assess; or it does, and its note doesn't say when the child was met", "§2.2 T27"),
            EXPLOITATION_RULE, HEARD_ON_IT,
        ),
        data=("decisions?", "measure"), stops=("C2", "C4", "C8"),
        signed="conditional", signed_when=f"{SUSPECTED_SIGNED}, unless T43 was; {CARRIED}", fires=("T43",),
        note="Target protected_judicial with a judicial measure alive, else protected_admin.",
    ),
    "judicial_outcome": Step(
        "T28", COORDINATOR_AND_INSPECTOR,
        guards=(Guard("outcome_is_deciding", "the outcome is judge_seized, criminal_inquiry or "
                                             "criminal_court",
                      "§2.6 outcome types"), LAST_REMINDER, VARIANT),
        data=("judicial_referral", "child", "outcome", "date", "copy"), starts=("C8",), stops=("C7",),
        fires=("J04", "M05"), signed="conditional", signed_when="as J04: lapsed by silence after the last reminder",
        note="opp, judge_measure: protected_judicial. returned, no_further, non_lieu, lapsed: child "
             "undecided, report_submitted and C8; same while a referral for it or another child is open. "
             "Never closes.",
    ),
    "measure_event": Step(
        "T29", {}, system_too=True,
        fired_by=tuple(MEASURE[name].number for name in MEASURE),
        note="A judicial measure alive: protected_judicial; last judicial one over and an admin one alive: "
             "protected_admin; else same. Never ended.",
    ),
    "end_followup": Step(
        "T30", INSPECTOR,
        guards=(NO_ALIVE_MEASURE, ALL_DECIDED, NO_OPEN_REFERRAL,
                Guard("end_report_given", "no end report", "§2.2 T30"),
                Guard("term_was_reached", "by its term, and a child's last measure was never carried out", "§2.2 T30"),
                Guard("danger_answered", "a minor's last measure was never carried out, and not said whether a danger "
                                         "remains", "§2.2 T30"),
                Guard("danger_excluded", "a danger remains", "§2.2 T30; §2.8 13"),
                Guard("children_heard", "a minor's own words are missing, and why there are none", "CASF L223-4")),
        data=("reason", "end_report", "danger_remains?", "voices"), starts=("C20",),
        stops=("C3", "C6", "C10", "C11", "C12", "C13", "C14", "C14b", "C15", "C15b", "C16", "C17", "C17b"),
        signed="conditional", signed_when=f"{TWO_S}; a measure was never carried out", opens_review="when_signed_by_one",
    ),
    "transfer_request": Step(
        "T31", COORDINATOR,
        guards=(
            Guard("ground_named", "no ground: moved, residence known elsewhere, competence elsewhere", "§2.2 T31"),
            Guard("no_transfer_open", "a TransferRequest is open", "§2.2 T31"),
            Guard("another_authority", "the target is the own authority", "§2.8 9"),
            Guard("mode_of_both", "one of the two authorities doesn't use the channel", "TRANSFER_MODE; R221-7"),
            Guard("formalities_fit", "a formality of R221-5-1 to R221-5-3 that the case calls for is neither done nor "
                                     "deferred, or one is told that it doesn't call for", "§8.3"),
            Guard("deferral_has_reason", "deferred without a reason", "§2.2 T31"),
            Guard("holders_wait", "holders are told while one is implicated or the information deferred", "§2.8 4"),
            Guard("danger_is_referred", "no agreement, the break endangers the child, and justice isn't seized", "§8.3"),
            Guard("documents_there", "a document that the file doesn't hold", "§8.3"),
            Guard("receivers_named", "restricted, and nobody of the target is named to receive it", "T46"),
        ),
        data=("target", "ground", "documents", "formalities", "receivers?", "address_known?", "channel?"),
        starts=("C18",), fires=("TR1", "TR2"),
        note="C18 where the address is unknown: then TR2 waits for the answer, or says why not.",
    ),
    "transfer_accept": Step(
        "T32", {"crip_coordinator": BY_RECEIVING},
        guards=(
            Guard("another_than_who_asked", "who asked for the transfer", "§2.8 9"),
            Guard("readers_named", "restricted, and fewer than two readers of the target, or no supervisor", "T46"),
        ),
        data=("receipt", "unit?", "named?"), starts=("C20",),
        stops=("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C15", "C16", "C17", "C18", "C19"),
        fires=("A09", "M14", "M04", "F02", "X08", "X09", "TR3", "TR4"),
        note="The request sent is the relation. A new referral at the target with received_at, C4, C5 of the old one.",
    ),
    "transfer_refuse": Step(
        "T33", {"crip_coordinator": BY_RECEIVING}, data=("motive",),
        guards=(Guard("another_than_who_asked", "who asked for the transfer", "§2.8 9"),),
        fires=("TR5",),
    ),
    "reopen": Step(
        "T34", COORDINATOR_AND_SUPERVISOR,
        guards=(
            Guard("withdrawal_was_one", "ground withdrawal, on a case that was not withdrawn", "§2.2 T34"),
            Guard("archived_from_a_closing", "archived, and came from merged or transferred", "§2.2 T34"),
            Guard("fact_is_new", "ground new fact, known before the closing or later than now", "§2.2 T34"),
        ),
        data=("reason", "ground", "learnt_at?"), starts=("C2",), stops=("C20",), fires=("R03",),
        note="Every child undecided again. New fact: a second C4 from it. Error, withdrawal: C4, C5 on their "
             "original date. From archived only if it came from one of the four.",
    ),
    "record_runaway": Step(
        "T36", HOLDING,
        guards=(
            Guard("already_past", "the time said is to come", "§2.2 T36"),
            Guard("police_told", "neither a number of the police report nor a reason for its absence",
                  "CP 434-4-1"),
        ),
        data=("child", "since", "last_place", "police_report?", "wanted_file", "emergency_sheet"),
        starts=("C19",),
        note="whereabouts runaway. The sheet is read by the officers on call of the authorities that it names.",
    ),
    "record_found": Step(
        "T36", HOLDING,
        guards=(
            Guard("child_away", "the child isn't recorded as a runaway", "§2.2 T36"),
            Guard("already_past", "the time said is to come", "§2.2 T36"),
        ),
        data=("child", "when", "where", "condition"), stops=("C19",),
        note="whereabouts known; the sheet closes.",
    ),
    "shelter_72h": Step(
        "T37", {"on_call": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT},
        guards=(
            Guard("shelter_ground", "the child is no runaway, in no immediate danger, its exploitation not "
                                    "suspected",
                  "CASF L223-2 al. 5"),
            Guard("already_past", "a time said is to come", "§2.2 T37"),
            Guard("not_sheltered_already", "an emergency shelter of the child is alive", "§2.2 T37"),
            Guard("holders_told_or_why_not", "holders not said to be told, and no reason", "CASF L223-2 al. 5"),
            Guard("implicated_holder_not_told", "a holder is implicated or its information deferred, and is "
                                                "said to be told",
                  "§2.8 4"),
        ),
        data=("child", "times", "place", "service", "prosecutor_told", "holders_told"), starts=("C11",),
        fires=("M08",), note="whereabouts sheltered: the place is of class K.",
    ),
    "shelter_5d": Step(
        "T38", {"on_call": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT},
        guards=(
            Guard("already_past", "a time said is to come", "§2.2 T38"),
            Guard("not_sheltered_already", "an emergency shelter of the child is alive", "§2.2 T38"),
            Guard("representative_unable", "the legal representative is able, and refuses", "CC 375-5"),
        ),
        data=("child", "times", "place", "service", "prosecutor_told", "representative"), starts=("C12",),
        fires=("M08",), note="whereabouts sheltered: the place is of class K.",
    ),
    "unmerge": Step(
        "T35", {"supervisor": TERRITORIAL},
        guards=(
            Guard("archived_from_merged", "archived, and did not come from merged", "§2.2 T35"),
            Guard("target_gives_back", "the target was joined further, transferred, purged or is hidden",
                  "§2.2 T35"),
        ),
        data=("reason",), starts=("C2",), stops=("C20",), fires=("R03", "X06"),
        note="Both C4 from their own received_at; what T12 moved comes back; every child undecided.",
    ),
    "archive": Step(
        "T39", {}, system_too=True,
        guards=(
            Guard("no_hold", "the case is on hold", "§2.8 10"),
            Guard("closing_reviewed", "a ClosureReview of it is due", "§2.2 Closings"),
            Guard("active_base_over", "RETENTION[outcome] has not run since the last action", "§7.3"),
            Guard("no_other_open_file", "another file of the child is open, or the file that took it in is not "
                                        "archived", "S11"),
        ),
        starts=("C20",), note="archived_from keeps where it came from.",
    ),
    "purge": Step(
        "T41", {}, system_too=True, stops=("C20",),
        guards=(
            Guard("no_hold", "the case is on hold", "§2.8 10"),
            Guard("whole_time_over", "RETENTION[outcome] and its intermediate archive have not run since the last action",
                  "§7.3"),
            Guard("no_other_open_file", "another file of the child is open", "T41; S11"),
            Guard("joined_filings_first", "a filing joined to it is still kept", "T12"),
            Guard("visa_and_two_persons", "no executed RetentionBatch lists it, or it was dropped from it", "T41; §2.8 10"),
        ),
        data=("visa no.",), note="The visa is the batch's. Leaves a tombstone; the keys are destroyed.",
    ),
    "hold": Step("T40", DPO_AND_SUPERVISOR, guards=(Guard("no_hold", "the case is on hold", "§2.2 T40"),),
                 data=("reason",), stops=("C20",)),
    "release_hold": Step("T40", DPO_AND_SUPERVISOR, data=("reason",), starts=("C20",),
                         guards=(Guard("is_on_hold", "the case is not on hold", "§2.2 T40"),)),
    "rectify": Step(
        "T42", AUTHORS,
        guards=(Guard("own_entry", "another's entry, save for the coordinator in classes B to G",
                      "§2.2 authors, T42"), BORN_IN_TIME),
        data=("field", "value", "reason"),
        note="Append-only. Identity or age changed: duplicate search, age flags, target_due_at again.",
    ),
    "decide_child": Step(
        "T43", INSPECTOR,
        guards=(
            Guard("undecided_again", "after report_submitted, the child is not undecided; or judicial is "
                                     "asked for in admin_offer or protected_admin (T26) or where the state "
                                     "already is judicial (T15)",
                  "§2.2 T43"),
            MET,
            Guard("danger_ruled_out", "close: the report confirms danger, or leaves a risk without a reason",
                  "CASF D226-2-7"),
            Guard("danger_or_risk_confirmed", "admin: the report confirms neither danger nor risk",
                  "§2.2 T23"),
            Guard("measure_alive", "continue: no measure alive for the child", "§2.2 T27"),
            Guard("no_judicial_referral_open", "close: a JudicialReferral of the child is open", "§2.2 T22"),
            Guard("no_measure_alive", "close: a measure of the child is alive", "§2.2 T22"),
            Guard("no_sign_of_exploitation", "close: the child's status is suspected or established", "§2.5"),
            EXPLOITATION_RULE, DURATION, VARIANT, SILENCE_IN_CARE, HEARD_ON_IT,
            Guard("measure_offered", "admin, after report_submitted: no measure, alive or offered with it",
                  "§2.2 T23, T43"),
        ),
        data=("child", "decision", "ground", "motivation", "measures?", "voice"), starts=("C9",), stops=("C8",),
        signed="conditional", signed_when=f"{CLOSE_SIGNED}; {SUSPECTED_SIGNED}", fires=("M01",),
        note="MET binds every decision but judicial. C9 for admin, through M01. All rules for that child "
             "alone.",
    ),
    "set_exploitation_status": Step(
        "T44", HOLDING,
        guards=(Guard("status_may_move_so", "a move that STATUS_MOVES does not list, or by another role",
                      "§2.2 T44"),),
        data=("child", "value", "reasons"), signed="conditional",
        signed_when="suspected or established becomes refuted",
        note="suspected, established: urgency at least U2; target_due_at again.",
    ),
    "set_urgency": Step(
        "T45", HOLDING,
        guards=(
            Guard("lowered_by_coordinator", "a lower value, by another role than crip_coordinator",
                  "§2.2 T45"),
            Guard("floor_of_exploitation", "below U2 while a child is suspected or established", "§2.2 T45"),
            Guard("floor_of_immediate_danger", "below U3 while a child's immediate_danger is on and not "
                                               "cleared in the same request", "§2.2 T45"),
        ),
        data=("value", "reason", "cleared?", "what_was_done?"), stops=("C3",),
        note="C3 when the flag is cleared; target_due_at again.",
    ),
    "restrict": Step(
        "T46",
        {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT, "supervisor": TERRITORIAL},
        guards=(
            Guard("two_persons_named", "the list names fewer than two persons", "§2.2 T46"),
            Guard("supervisor_named", "the list names no supervisor", "§2.2 T46"),
            Guard("none_excluded", "a person of the list is excluded", "§1.3 rule 8"),
            Guard("changed_by_the_list", "something is restricted already, and who asks isn't on the list",
                  "§1.3 rule 3"),
        ),
        data=("reason", "names", "review_on", "child?"), signed="conditional",
        signed_when="something is restricted already, and a name is added",
        starts=("R-restriction",),
    ),
    "unrestrict": Step(
        "T46",
        {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT, "supervisor": TERRITORIAL},
        guards=(
            Guard("changed_by_the_list", "something is restricted, and who asks isn't on the list; two of it may "
                                         "still change it, or who asks hasn't broken the glass", "§1.3 rule 3"),
            Guard("list_completed_first", "fewer than two of the list may still change it, and it isn't completed",
                  "§2.2 T46"),
        ),
        data=("reason", "names?", "child?"), signed="always", stops=("R-restriction",),
        note="Lifts, or adds a name. Where the case is restricted only `named` reaches it, or a broken glass where "
             "nobody of the list is left to change it; it then names people, with a supervisor's signature.",
    ),
    "reassign": Step("T47", COORDINATOR_AND_LEAD, guards=TEAM_GUARDS, data=("leaves", "joins", "reason"),
                     note="The guards bind the team that results."),
    "name_decider": Step(
        "T48", COORDINATOR_AND_INSPECTOR, data=("who", "from_on"),
        guards=(
            Guard("habilitated", "the person is no inspector of the authority in force then", "§2.2 T48"),
            Guard("none_excluded", "the person is excluded", "§1.3 rule 8"),
            Guard("no_conflict_of_interest", "the person is an agent of a service that executes a measure "
                                             "of the case", "§2.2 T48"),
        ),
    ),
    "name_referent": Step(
        "T48", COORDINATOR_AND_INSPECTOR, data=("who", "from_on", "child"),
        guards=(
            Guard("habilitated", "the person is no referent of the authority in force then", "§2.2 T48"),
            Guard("none_excluded", "the person is excluded", "§1.3 rule 8"),
            Guard("no_conflict_of_interest", "a conflict of interest is declared", "§2.2 T48"),
            Guard("certified", "the person's certificate of honorability, where one is followed, doesn't count", "§1.5"),
        ),
    ),
    "name_service": Step(
        "T48", COORDINATOR_AND_INSPECTOR, data=("who", "from_on", "measure"), fires=("M06",),
        guards=(
            Guard("habilitated", "nobody is habilitated as an agent of the service", "§2.2 T48, R221-8"),
            Guard("no_conflict_of_interest", "a decider of the case, or who names it, is an agent of the service",
                  "§2.2 T48"),
            Guard("certified", "nobody of the service has a certificate of honorability that counts", "§1.5"),
        ),
    ),
    "log_contact": Step(
        "T49", HOLDING, data=("with_whom", "means", "at", "said", "kind"), starts=("C5b", "C18"),
        stops=("C18",),
        note="C5b: feedback_request of a private person. C18: started by address_request, stopped by "
             "address_answer.",
    ),
    "add_child": Step(
        "T50", {"intake_agent": TERRITORIAL, "crip_coordinator": TERRITORIAL, "assessor": ON_ASSIGNMENT},
        guards=(BORN_IN_TIME,),
        data=("child", "link", "standing"),
        note="standing: subject or household. In report_submitted the new child has no conclusion: T22, T23, "
             "T26, T27 wait for T21.",
    ),
}  # fmt: skip

# Ours, beside the paper's steps: §1.3 asks that an exclusion is added by one person (a coordinator, a supervisor,
# or the person concerned, whoever of the case that is) and lifted by two, and that an exceptional access has a reason
# and an end; §1.3 and §1.4 speak of messages to the filer, §4.8 of their class. The paper gives none of these a step
# of its own. From any state of `any` unless `origins` says otherwise, and the state stays.
ACTIVE_OR_CLOSED = PART_STEP_STATES["judicial"]
ADDITIONS: dict[str, Step] = {
    "exclude": Step(
        "X01", COORDINATOR_AND_SUPERVISOR, data=("user", "reason"),
        guards=(Guard("not_excluded_yet", "the person is excluded already", "§1.3 rule 8"),),
        note="§1.3 rule 8: by a coordinator or a supervisor",
    ),
    "recuse": Step(
        "X04", SEEING, data=("reason",),
        note="§1.3 rule 8: by the person concerned, who bars themself and nobody else",
    ),
    "lift_exclusion": Step(
        "X02", COORDINATOR_AND_SUPERVISOR, data=("user", "reason"), signed="always",
        guards=(Guard("exclusion_in_force", "the person is not excluded", "§1.3 rule 8"),),
        note="§1.3 rule 8",
    ),
    "grant_access": Step(
        "X03", COORDINATOR_AND_SUPERVISOR, data=("user", "reason", "until"),
        guards=(
            Guard("grant_has_an_end", "no end, or one in the past or beyond the authority's limit", "§1.3 granted"),
            Guard("grantee_of_the_authority", "the person holds no role at the authority", "§1.3 rule 1"),
            Guard("none_excluded", "the person is excluded", "§1.3 rule 8"),
        ),
        note="§1.3 `granted`: exceptional, with reason and expiry",
    ),
    "exclude_resource": Step(
        "OX1",
        {"crip_coordinator": TERRITORIAL, "on_call": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT,
         "case_referent": ON_ASSIGNMENT, "assessor": ON_ASSIGNMENT},
        data=("structure?", "resource?", "reason"), origins=PART_STEP_STATES["measure"], targets=("same",),
        guards=(
            Guard("of_the_directory", "neither, both, or what the directory doesn't have", "field.md A.9 R9"),
            Guard("not_excluded_yet", "it is excluded already", "field.md A.9 R9"),
        ),
        fires=("OR7",),
        note="field.md A.9 R9: a place, staff or structure where the exploiter or implicated parent lives or works",
    ),
    "lift_excluded_resource": Step(
        "OX2", {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT}, data=("exclusion", "reason"),
        signed="always", origins=PART_STEP_STATES["measure"], targets=("same",),
        guards=(Guard("exclusion_in_force", "no such exclusion stands", "field.md A.9 R9"),),
    ),
    "pass_on": Step(
        "X07", {"supervisor": TERRITORIAL, "assessment_lead": IN_UNIT},
        data=("leaver", "role", "user", "field?", "waiver?", "reason"),
        guards=(
            Guard("leaver_on_the_case", "the leaver isn't on the case in this role, or takes over from themself",
                  "§1.1 supervisor: reassigns"),
            Guard("habilitated", "who takes over doesn't hold the role there", "§2.2 T47, T48"),
            Guard("none_excluded", "who takes over is excluded", "§1.3 rule 8"),
            Guard("no_conflict_of_interest", "follows the family, is of the team, or works for a service of the case",
                  "§2.2 T47, T48"),
            Guard("team_stays", "in assessment, the team that results has one assessor or one field", "§2.2 T47"),
        ),
        note="Hand-over of a leaver's cases: one step a case (§1.1 supervisor; issue).",
    ),
    "bar_file": Step(
        "X10", {role: how for role, how in HOLDING.items() if role != "measure_service"}, data=("file", "reason"),
        guards=(Guard("file_at_hand", "the file isn't one that they read or sent, or is set aside already", "§4.6"),),
        note="§4.6, CP 227-23: at once, by one person, and nothing is destroyed",
    ),
    "unbar_file": Step(
        "X11", DECIDERS_OF_FILES, data=("file", "reason"), signed="always",
        origins=(*ACTIVE_OR_CLOSED, "archived"),
        guards=(Guard("file_set_aside", "the file isn't set aside, or its destruction is decided", "§4.6"),),
        note="of a case that another authority took over, there",
    ),
    "destroy_file": Step(
        "X12", DECIDERS_OF_FILES, data=("file", "reason", "authorities_told?"), signed="always",
        origins=(*ACTIVE_OR_CLOSED, "archived"),
        guards=(
            Guard("file_set_aside", "the file isn't set aside, or its destruction is decided", "§4.6"),
            Guard("no_hold", "a case that holds the file is on hold", "§2.8 no. 10"),
            Guard("authorities_told", "an image of a minor, and nobody says that justice knows and has no need of it",
                  "CPP art. 40; §4.6"),
        ),
        note="done by the service afterwards",
    ),
    "take_in": Step("X05", {}, starts=("C3", "C4"), fired_by=("T12",), note="The target's part of T12."),
    "give_back": Step("X06", {}, stops=("C3",), starts=("C4",), fired_by=("T35",), note="The target's part of T35."),
    "grow_older": Step("C23", {}, origins=(*ACTIVE_OR_CLOSED, "transferred"), system_too=True,
                       note="§2.3 C23, §4.1 age_band: each birthday, in the authority's zone; leaves no record of its day."),
    "take_over": Step(
        "X08", {}, fired_by=("T32",), starts=("C2", "C8"), fires=("A01",),
        targets=("triage", "qualified", "report_submitted", "judicial_pending", "protected_admin",
                 "protected_judicial"),
        note="The target's part of T32: from submitted, acknowledged, triage: triage; qualified, in_assessment: "
             "qualified; report_submitted, admin_offer: report_submitted; else the origin's state (note 2).",
    ),
    "go_along": Step("X09", {}, fired_by=("T32",), origins=("merged",), targets=("transferred",),
                     note="A filing that was joined to the file goes where the file goes."),
    "message_filer": Step("E01", COORDINATOR_AND_INTAKE, data=("text",), origins=ACTIVE_OR_CLOSED,
                          note="§1.3 `coarse`: messages received; class C"),
    "message_professionals": Step(
        "E02", {role: how for role, how in HOLDING.items() if role != "measure_service"}, data=("text",),
        origins=ACTIVE_OR_CLOSED,
        note="whoever reads class D in full: an extract is not enough",
    ),
    "keep_feedback": Step(
        "E03", {}, origins=("not_qualified", "closed_no_action"), fired_by=("T11", "T22"),
        note="The text that T11 and T22 prepare, where nobody is owed an answer now: nothing is lost (§2.8); class C.",
    ),
    "take_charge": Step(
        "X13", {"crip_coordinator": TERRITORIAL, "intake_agent": TERRITORIAL, "on_call": TERRITORIAL},
        origins=PART_STEP_STATES["measure"], targets=("same",),
        guards=(Guard("not_in_charge_yet", "whoever takes it is in charge of it for the cell already", "CASF L226-3"),),
        note="Who looks after a case within the cell; it gives no right, so that nobody needs to be asked.",
    ),
}  # fmt: skip

HOLDING_STEPS = (
    "flag_immediate_danger",
    "record_runaway",
    "record_found",
    "set_exploitation_status",
    "set_urgency",
    "log_contact",
    "provide_info",
    "message_professionals",
    "compose",
    "bar_file",
)
AUTHOR_STEPS = ("rectify",)

# T44, every move: "holding" = whoever holds, "coordinator_or_inspector", "signed" = these two with a second
# signature; what is absent is refused, the unchanged value too (§2.2 T44).
STATUS_MOVES = {
    ("none", "at_risk"): "holding",
    ("none", "suspected"): "holding",
    ("none", "established"): "holding",
    ("at_risk", "suspected"): "holding",
    ("at_risk", "established"): "holding",
    ("suspected", "established"): "holding",
    ("refuted", "at_risk"): "holding",
    ("refuted", "suspected"): "holding",
    ("refuted", "established"): "holding",
    ("at_risk", "none"): "coordinator_or_inspector",
    ("suspected", "refuted"): "signed",
    ("established", "refuted"): "signed",
}

# T45: the lowest urgency that each situation of a child allows.
URGENCY_FLOORS = {"none": "U0", "at_risk": "U0", "refuted": "U0", "suspected": "U2", "established": "U2",
                  "immediate_danger": "U3"}  # fmt: skip

"""Expected steps of JudicialReferral, Assessment and Measure, typed by hand from domain.md §2.6.

Read with steps.py. The key is the step's code; ``origins`` empty = creation; ``targets`` ("same",) = an event
that leaves the state. ``fired_by`` names the steps that may fire it; a step without ``who`` has no route.
"""

from tests.expected.vocabulary import BY_EXECUTION, HOLDING, IN_UNIT, ON_ASSIGNMENT, TERRITORIAL, Guard, Step

HEARD_ON_IT = Guard(
    "child_heard", "neither what the child says and was told, nor why it wasn't heard", "CASF L223-4; §4.10"
)

# Referral states in which the routes of each machine exist (§2.6, Routes).
PART_STEP_STATES = {
    # Of a transferred case a read-only stub stays (§2.1): its referrals to justice go on at the other authority.
    "judicial": ("submitted", "acknowledged", "triage", "qualified", "in_assessment", "report_submitted",
                 "admin_offer", "judicial_pending", "protected_admin", "protected_judicial", "not_qualified",
                 "closed_no_action", "ended", "merged", "withdrawn"),
    "assessment": ("qualified", "in_assessment", "report_submitted"),
    "measure": ("submitted", "acknowledged", "triage", "qualified", "in_assessment", "report_submitted",
                "admin_offer", "judicial_pending", "protected_admin", "protected_judicial"),
}  # fmt: skip

STATES = {
    "judicial": ("prepared", "sent", "received", "answered", "closed", "discarded"),
    "assessment": ("to_assign", "planned", "ongoing", "draft_report", "to_validate", "delivered",
                   "supplement",
                   "aborted"),
    "measure": ("proposed", "agreed", "ordered", "awaiting_start", "active", "suspended", "ended", "lifted",
                "transferred", "not_executed", "cancelled"),
}  # fmt: skip
OPEN_JUDICIAL = ("prepared", "sent", "received")
ALIVE_MEASURE = ("proposed", "agreed", "ordered", "awaiting_start", "active", "suspended")

DECIDING_OUTCOMES = ("opp", "judge_measure", "no_further", "returned", "non_lieu", "lapsed")
WAITING_OUTCOMES = ("judge_seized", "criminal_inquiry", "criminal_court")
# Where a deciding outcome leaves a referral in judicial_pending, when nothing else is open (T28).
OUTCOME_TARGETS = {"opp": "protected_judicial", "judge_measure": "protected_judicial",
                   "no_further": "report_submitted",
                   "returned": "report_submitted", "non_lieu": "report_submitted",
                   "lapsed": "report_submitted"}  # fmt: skip

ON_CALL_TOO = {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT, "on_call": TERRITORIAL}
COORDINATOR_AND_INSPECTOR = {"crip_coordinator": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT}
INSPECTOR = {"ase_inspector": ON_ASSIGNMENT}
INSPECTOR_AND_REFERENT = {"ase_inspector": ON_ASSIGNMENT, "case_referent": ON_ASSIGNMENT}
CERTIFIED = Guard("certified", "nobody of the service has a certificate of honorability that counts", "§1.5")
SERVICE_AND_REFERENT = {"measure_service": BY_EXECUTION, "case_referent": ON_ASSIGNMENT}
ASSESSOR = {"assessor": ON_ASSIGNMENT}
LEAD = {"assessment_lead": IN_UNIT}

LAST_REMINDER = Guard("last_reminder_passed", "lapsed by silence before the last reminder of C7 has passed",
                      "§2.6 outcome types")  # fmt: skip
SILENCE = Guard("silence_has_lasted", "by silence, and neither four weeks since the notification nor six since the "
                                      "sending are over, or nothing of the kind was stated", "§2.3 C9")  # fmt: skip
SILENCE_IN_CARE = Guard("silence_in_care_only", "a date from which silence counts, for a child who isn't in care",
                        "§2.3 C9")  # fmt: skip
VARIANT = Guard("variant_known", "a local variant that the authority doesn't have", "§11.1 MEASURE_CATALOGUE")

JUDICIAL: dict[str, Step] = {
    "prepare": Step("J01", ON_CALL_TOO, data=("children", "grounds", "draft_text"), targets=("prepared",),
                    note="Also, for the document made from the case: recipient, competence, what is asked (§4.9)."),
    # Ours: the signed document of T15, made from the case while the referral is prepared.
    "compose": Step(
        "J07", {role: HOLDING[role] for role in ("crip_coordinator", "ase_inspector", "on_call")},
        guards=(
            Guard("argued_in_full", "no ground, no earlier actions or nothing asked is written", "§2.2 T15"),
            Guard("restricted_child_unnamed", "a restricted child, and who asks isn't on the list", "§1.3 rule 3"),
        ),
        origins=("prepared",), targets=("same",), note="Made again until it is sent; then final.",
    ),
    "send": Step("J02", {}, data=("children", "grounds", "prior_actions", "signed_document", "recipient",
                                  "proof_of_sending"),
                 starts=("C7",), stops=("C3",), origins=("prepared",), targets=("sent",),
                 fired_by=("T15", "T18", "T25", "T26", "T02", "T03"),
                 note="Also as a creation, straight to sent. T02, T03: variant copy_of_direct_report only."),
    "confirm_receipt": Step("J03", {**ON_CALL_TOO, "intake_agent": TERRITORIAL}, data=("at", "by_whom"),
                            origins=("sent",), targets=("received",)),
    "record_outcome": Step(
        "J04", COORDINATOR_AND_INSPECTOR,
        guards=(Guard("reopen_first", "the order of a measure, on a closed referral (T34 first)",
                      "§2.6 J04"), LAST_REMINDER, VARIANT),
        data=("child", "outcome", "date", "copy", "hearing?"), starts=("C8", "C14", "C24", "C26"), stops=("C7", "C13"),
        signed="conditional", signed_when="lapsed by silence after the last reminder",
        fires=("T28", "M05"), origins=("sent", "received", "answered", "closed"),
        targets=("received", "answered"), fired_by=("T28",),
        note="answered when each child has a deciding outcome: C7 stops then. judge_seized stops C13 and, "
             "after an emergency placement by the prosecutor, starts C14. No measure and no other referral "
             "open for the child: its decision judicial becomes undecided. T28 only in judicial_pending with "
             "a deciding outcome. An order for a child who waits again for a decision, after the report: its "
             "decision is judicial (ours).",
    ),
    "close": Step("J05", COORDINATOR_AND_INSPECTOR, origins=("answered",), targets=("closed",),
                  guards=(Guard("nothing_awaited", "something is still awaited", "§2.6 J05"),)),
    "discard": Step("J06", COORDINATOR_AND_INSPECTOR, data=("reason",), origins=("prepared",),
                    targets=("discarded",),
                    note="The text is kept."),
}  # fmt: skip

ASSESSMENT: dict[str, Step] = {
    "open": Step("A01", {}, targets=("to_assign",), fired_by=("T10", "T21", "T32"),
                 note="child_met of every child is never again. T21 only where there is none yet."),
    "assign": Step("A02", {}, data=("team", "lead", "plan_date"), starts=("C4b",), origins=("to_assign",),
                   targets=("planned",), fired_by=("T13", "T21")),
    "start": Step("A03", {"assessor": ON_ASSIGNMENT, "assessment_lead": IN_UNIT}, data=("date",),
                  origins=("planned",),
                  targets=("ongoing",), fired_by=("T17",)),
    "write": Step("A04", ASSESSOR, data=("framework_version",), origins=("ongoing", "supplement"),
                  targets=("draft_report",)),
    "hand_in": Step(
        "A05", ASSESSOR,
        guards=(
            Guard("every_child_concluded", "a child, household minors included, has no conclusion",
                  "CASF D226-2-7"),
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
        ),
        data=("dissent?",), origins=("draft_report",), targets=("to_validate",),
    ),
    "send_back": Step("A06", LEAD, data=("reasons",), origins=("to_validate",), targets=("draft_report",)),
    "deliver": Step("A07", {}, origins=("to_validate",), targets=("delivered",), fired_by=("T20",)),
    "ask_supplement": Step("A08", {}, data=("questions", "delay"), origins=("delivered", "aborted"),
                           targets=("supplement",), fired_by=("T21",)),
    "abort": Step("A09", {}, data=("why",), targets=("aborted",), fired_by=("T18", "T32", "T12"),
                  origins=("to_assign", "planned", "ongoing", "draft_report", "to_validate", "supplement"),
                  note="why: judicial_referral, transfer, merge."),
}  # fmt: skip

# "Stop its clocks" (M12, M13, M15; M14 since its twin goes on elsewhere): those of them that run.
ITS_CLOCKS = (
    "C9",
    "C10",
    "C11",
    "C12",
    "C13",
    "C14",
    "C14b",
    "C15",
    "C15b",
    "C16",
    "C17",
    "C17b",
    "C24",
    "C25",
    "C26",
)

WITHIN_THE_LAW = Guard(
    "term_within_the_law",
    "administrative, for longer than its type allows, or a term before the beginning",
    "§5.1",
)
DANGER_ANSWERED = Guard(
    "danger_answered", "of a minor, and not said whether a danger remains", "§2.2 Decisions"
)
OF_A_MINOR = Guard(
    "of_a_minor", "of age, and neither the own agreement nor young_adult; M18: a new term", "§5.3"
)
IN_FORCE = Guard("order_in_force", "its order is suspended", "§2.6 M18")
ADMINISTRATIVE_ONLY = Guard("administrative_only", "the measure is judicial", "§2.6 M03, M04")

MEASURE: dict[str, Step] = {
    "propose": Step(
        "M01", INSPECTOR,
        guards=(
            Guard("after_the_report", "the referral stands before report_submitted", "§2.6 M01"),
            Guard("administrative_type", "the type is not one of §5.1", "§2.6 M01"),
            Guard("one_year_at_most", "the duration is over one year", "§2.6 M01; CASF L223-5"),
            VARIANT, SILENCE_IN_CARE,
        ),
        data=("child", "type", "aim", "duration"), starts=("C9",),
        targets=("proposed",), fired_by=("T43", "T23"),
    ),
    "agree": Step(
        "M02", INSPECTOR_AND_REFERENT,
        guards=(
            Guard("agreement_is_written", "no written agreement", "CASF L223-2"),
            Guard("child_opinion_recorded", "the child's opinion is not recorded", "§2.6 M02"),
            SILENCE,
            Guard("own_agreement", "the child is of age, and the agreement is not its own; or the reverse", "C23"),
        ),
        data=("signed_form", "dates", "child_opinion"), starts=("C16", "C24", "C26"), stops=("C9",), fires=("T24",),
        origins=("proposed",), targets=("agreed",), fired_by=("T24",), note="Fires T24 in admin_offer only.",
    ),
    "refuse": Step(
        "M03", INSPECTOR_AND_REFERENT,
        guards=(
            ADMINISTRATIVE_ONLY,
            Guard("refusal_of_each_holder", "a holder has no trace of refusal, and no attempts after C9 are "
                                            "told",
                  "§2.6 M03"),
        ),
        data=("refusals",), starts=("C8",), stops=("C9", "C16", "C24"), origins=("proposed", "agreed", "awaiting_start"),
        targets=("cancelled",),
        fired_by=("T25",), note="No other measure alive for the child: its decision becomes undecided. C16, which "
                                "an agreement had started, stops with the measure (ours).",
    ),
    "cancel": Step("M04", INSPECTOR, guards=(ADMINISTRATIVE_ONLY,), data=("reason",), starts=("C8",), stops=("C9", "C16", "C24"),
                   origins=("proposed", "agreed", "awaiting_start"), targets=("cancelled",),
                   note="reason: error or replaced. As M03 on the decision."),
    "order": Step(
        "M05", COORDINATOR_AND_INSPECTOR,
        guards=(
            Guard("judicial_type", "the type is not one of §5.2", "§2.6 M05"),
            Guard("through_the_referral", "by hand in judicial_pending, or when the order answers a referral "
                                          "of ours (J04 then)", "§2.6 M05"),
            Guard("exit_ban_is_bounded", "an exit ban without who ordered it or its term, or for longer than a "
                                         "prosecutor (two months) or a judge (two years) may", "§2.3 C17b"),
            VARIANT,
        ),
        data=("child", "type", "order_date", "ordered_by", "decider?", "term"),
        starts=("C13", "C14", "C14b", "C15b", "C17b", "C24", "C26"), targets=("ordered",), fired_by=("J04",),
        note="C13 opp_prosecutor, and exit_ban by a prosecutor; C14 opp_judge; C14b a provisional decision; C15b mjie; C17b exit_ban.",
    ),
    "hand_over": Step("M06", INSPECTOR, data=("service",), origins=("agreed", "ordered"),
                      targets=("awaiting_start",), fired_by=("T48",),
                      guards=(
                          Guard("habilitated", "nobody is habilitated as an agent of the service", "§2.2 T48"),
                          Guard("no_conflict_of_interest", "a decider of the case is an agent of the service",
                                "§2.2 T48"),
                          CERTIFIED,
                      )),
    "start": Step("M07", {"measure_service": BY_EXECUTION, "case_referent": ON_ASSIGNMENT,
                          "ase_inspector": ON_ASSIGNMENT},
                  data=("service", "start_date", "referent", "plan"), stops=("C24",),
                  starts=("C10", "C15", "C16", "C17", "C25", "C26"),
                  origins=("agreed", "ordered", "awaiting_start"), targets=("active",),
                  guards=(
                      WITHIN_THE_LAW, OF_A_MINOR,
                      Guard("referent_may_follow", "the referent named is of the team, excluded, or no referent",
                            "§2.6 M07; §2.2 T48"),
                      CERTIFIED,
                  ),
                  note="C10 administrative, C15 and C16 judicial (an administrative C16 runs since M02)."),
    "shelter": Step("M08", {}, data=("times", "place", "service"), starts=("C11", "C12"), targets=("active",),
                    fired_by=("T37", "T38"), note="C11 by T37, C12 by T38."),
    "suspend": Step("M09", SERVICE_AND_REFERENT, origins=("active",), targets=("suspended",),
                    data=("reason",),
                    guards=(Guard("judge_told", "judicial, and the judge is not said to be told",
                                  "§2.6 M09"),)),
    "resume": Step("M10", SERVICE_AND_REFERENT, guards=(IN_FORCE,), data=("date",), origins=("suspended",),
                   targets=("active",)),
    "renew": Step(
        "M11", INSPECTOR,
        guards=(
            Guard("report_before_term", "no situation report since it began or was renewed", "§2.6 M11"),
            WITHIN_THE_LAW, OF_A_MINOR, IN_FORCE,
            Guard("renewal_is_founded", "administrative without a new agreement, judicial without the "
                                        "judge's reasoned decision", "§2.6 M11"),
        ),
        data=("term", "agreement?", "decision?"), starts=("C10", "C15"), stops=("C10", "C15"),
        origins=("active", "suspended"), targets=("same",), note="C10 or C15 starts again.",
    ),
    "end": Step(
        "M12", INSPECTOR_AND_REFERENT,
        guards=(Guard("end_report_given", "no end report", "§2.6 M12"), DANGER_ANSWERED, HEARD_ON_IT, IN_FORCE),
        data=("reason", "end_report", "danger_remains?", "voice"), starts=("C8",), stops=ITS_CLOCKS,
        origins=("active", "suspended"), targets=("ended",), fired_by=("T25",),
        note="Shelters: returned, admitted or judge seized. By T25: agreement withdrawn.",
    ),
    "lift": Step(
        "M13", INSPECTOR,
        guards=(Guard("judge_decided", "judicial, without the judge's decision", "§2.6 M13; CC 375-6"),
                DANGER_ANSWERED),
        data=("reason", "decision?", "danger_remains?"), starts=("C8",), stops=ITS_CLOCKS,
        origins=("ordered", "awaiting_start", "active", "suspended"), targets=("lifted",),
        note="reason: MOTIFML 10 to 19.",
    ),
    "transfer": Step("M14", INSPECTOR, data=("reason",), stops=ITS_CLOCKS, fired_by=("T32",),
                     origins=("ordered", "awaiting_start", "active", "suspended"), targets=("transferred",)),
    "not_executed": Step(
        "M15", INSPECTOR,
        guards=(
            Guard("nothing_was_done", "active, and something was done", "§2.6 M15"),
            Guard("judge_informed", "judicial, and no M19 is on record", "§2.6 M15"),
            DANGER_ANSWERED,
        ),
        data=("reason", "explanation", "danger_remains?"), starts=("C8",), stops=ITS_CLOCKS,
        signed="conditional", signed_when="danger excluded",
        origins=("agreed", "ordered", "awaiting_start", "active"), targets=("not_executed",),
    ),
    "sign_plan": Step("M16", INSPECTOR_AND_REFERENT, data=("who_signed", "trusted_person"), stops=("C16",),
                      origins=("agreed", "awaiting_start", "active", "suspended"), targets=("same",)),
    "situation_report": Step(
        "M17", SERVICE_AND_REFERENT,
        guards=(
            Guard("shown_beforehand", "not said to be shown to parents and child beforehand", "CASF L223-5"),
            Guard("shown_already", "the day of showing is to come", "CASF L223-5"),
            HEARD_ON_IT,
            Guard("child_was_shown", "not said how the child was shown it by its age, or that it is too young",
                  "CASF L223-5"),
        ),
        data=("report", "shown_on", "child_shown", "voice"), starts=("C17",), stops=("C17", "C15b"), origins=("active", "suspended"),
        targets=("same",),
        note="C15b for mjie only.",
    ),
    "ruling": Step(
        "M18", COORDINATOR_AND_INSPECTOR,
        guards=(
            Guard("judicial_only", "administrative", "§2.6 M18"),
            Guard("ruled_already", "the day is to come, or before the order's", "§2.6 M18"),
            Guard("danger_answered", "quashed, of a minor, and not said whether a danger remains", "§2.6 M18"),
            OF_A_MINOR,
        ),
        data=("ruling_kind", "ruling?", "copy", "term?", "danger_remains?", "hearing?"),
        starts=("C8", "C15"), stops=("C14", "C14b"),
        origins=("ordered", "awaiting_start", "active", "suspended"), targets=("same", "lifted"),
        note="hearing: kept, changed, new_term; lifted is M13. appeal_lodged: nothing moves. suspended: the measure is, "
             "its clocks of execution rest. upheld, amended: it goes back to where it was. quashed: lifted, MOTIFML 19.",
    ),
    "inform_judge": Step(
        "M19", COORDINATOR_AND_INSPECTOR,
        guards=(
            Guard("judicial_only", "administrative", "§2.6 M19"),
            Guard("nothing_was_done", "active, and something was done", "§2.6 M19"),
            Guard("told_already", "the day of telling, of asking the service, or of seeing the child, is to come",
                  "§2.6 M19"),
            DANGER_ANSWERED,
        ),
        data=("date", "judge", "way", "proof", "reason", "meanwhile", "last_seen", "expected?", "service_asked?",
              "danger_remains?"),
        origins=("ordered", "awaiting_start", "active"), targets=("same",),
        note="reason: code of M15. The term stays.",
    ),
    "choose_at_majority": Step(
        "M20", INSPECTOR_AND_REFERENT,
        guards=(
            Guard("near_majority", "more than three months before 18, or the measure doesn't end at 18", "§2.6 M20"),
            Guard("said_already", "the day is to come", "§2.6 M20"),
            Guard("own_signature", "agrees, young_adult: signed by another, or before 17 y 9 m", "§2.6 M20"),
            Guard("own_help", "agrees: not help at home agreed on, or a term before 18, after a year, or after 21",
                  "§5.3"),
            Guard("was_looked_after", "young_adult: never looked after", "§5.3"),
        ),
        data=("choice", "words", "signer?", "agreement?", "signed_on?", "term?"), starts=("C9", "C10"), stops=("C26",), fires=("M01",),
        origins=("agreed", "ordered", "awaiting_start", "active", "suspended"), targets=("same",),
    ),
    "majority_interview": Step(
        "M21", INSPECTOR_AND_REFERENT,
        guards=(
            Guard("minor_in_care", "of age, under 15, or in no care", "§2.6 M21; §5.3"),
            Guard("held_already", "the day is to come", "§2.6 M21"),
            Guard("all_told", "path, rights or conditions not told", "CASF L222-5-1"),
            Guard("residence_told", "residence permit and asylum of an unaccompanied minor not told", "§2.6 M21"),
        ),
        data=("day", "who", "trusted_person", "told", "needs", "refusal?"), starts=("C25",), stops=("C25",),
        origins=("active", "suspended"), targets=("same",), note="Refused: C25 starts again.",
    ),
}  # fmt: skip

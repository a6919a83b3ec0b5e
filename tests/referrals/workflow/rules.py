"""Which rule of the service answers for each guard of the tables, typed by hand; both directions are tested.

A guard that several rules carry, the first one depending on the case, has them joined by "|".

``BODY``: what is missing makes the body invalid, all faults named in one 400. ``FORM``: the same for the concern
form (``incomplete-filing``). ``RIGHT``: the role has no right to it. Rules in ``OURS`` are beside the paper's guards: what is named must be of this case.
``LATER``: nothing can bring the situation about yet, or the authority's settings that would come later.
"""

BODY, FORM, RIGHT, LATER = "<body>", "<form>", "<right>", "<later>"

_TEAM = {
    "two_assessors": "team_is_multidisciplinary",
    "two_fields": "team_is_multidisciplinary",
    "no_follow_up_conflict": "team_does_not_follow_the_family",
    "none_excluded": "people_may_be_named",
    "from_where_the_protocol_says": "team_comes_from_where_it_may",
}
_T15 = {
    "legal_ground_named": BODY,
    "prior_actions_listed": BODY,
    "document_written": "document_is_written",
    "document_says_the_same": "document_says_the_same",
}
_REPORT = {
    "every_child_concluded": "every_child_has_a_conclusion",
    "dimensions_assessed": "every_dimension_is_assessed",
    "children_heard": "every_child_was_heard",
    "dangers_told": "every_danger_is_told",
    "holders_heard": "every_holder_was_heard",
    "inquiries_considered": "every_inquiry_was_considered",
    "opinions_gathered": "report_is_complete",
    "earlier_concerns_considered": "report_is_complete",
    "framework_version_noted": "report_is_complete",
}
#: Before the body is read, no decision but a stronger one is left for a child; with the body, the one carried falls.
_CLOSE = "carried_decisions_hold|strongest_is_close"
_ADMIN = "carried_decisions_hold|strongest_is_admin"
_CONTINUE = "carried_decisions_hold|strongest_is_continue"
_SERVICE = {
    "habilitated": "service_is_habilitated",
    "no_conflict_of_interest": "service_is_not_the_deciders",
    "certified": "may_be_entrusted",
}
_AGREED = {
    "agreement_is_written": BODY,
    "child_opinion_recorded": BODY,
    "silence_has_lasted": "silence_has_lasted",
    "own_agreement": "agreement_is_of_the_right_person",
}
_OFFERED = {"variant_known": BODY, "silence_in_care_only": "silence_counts_for_a_child_in_care"}

GUARDS: dict[str, dict[str, dict[str, str]]] = {
    "referral": {
        "create": {"verified_account": RIGHT},
        "submit": {
            "legal_items_answered": "form_is_complete",
            "practice_items_answered": "form_is_complete",
            "one_contact_path": "form_is_complete",
            "parents_information_answered": "form_is_complete",
            "authority_found": FORM,
            "received_at_in_the_past": "form_is_complete",
            "born_in_time": BODY,
        },
        "submit_urgent": {"urgent_items_answered": "urgent_form_is_complete", "authority_found": FORM, "born_in_time": BODY},
        "start_triage": {"duplicate_search_done": BODY, "index_searched": "index_was_asked"},
        "request_info": {
            "precise_question": BODY, "due_date": BODY, "recipient_of_the_case": "partner_is_of_case",
        },
        "provide_info": {
            "recipient_or_filer": "complement_is_expected", "request_open": "complement_is_expected",
        },
        "info_expired": {
            "asker_or_coordinator": "asker_gives_up", "request_open": "request_is_open", "reason_by_hand": BODY,
        },
        "qualify": {
            "criteria_ticked": "children_are_qualified",
            "urgent_filing_completed": "items_left_are_settled",
            "qualification_step_off": "qualification_from_triage",
            "duplicate_search_done": "search_is_proven", "index_searched": "index_was_asked",
            "urgency_at_its_floor": "qualified_urgency_is_not_lower",
        },
        "reorient": {
            "no_sign_of_exploitation": "no_sign_of_exploitation",
            "not_urgent": "not_urgent",
            "no_judicial_referral_open": "no_judicial_referral_open",
            "no_measure_alive": "no_measure_alive",
            "urgent_filing_completed": "items_left_are_settled",
        },
        "assign": _TEAM,
        "send_judicial": _T15,
        "inform_holders": {
            "implicated_holder_is_deferred": "implicated_holder_waits",
            "deferral_has_reason": BODY,
            "deferral_has_review_date": "review_date_is_near",
            "still_due": "information_is_still_due",
            "reason_admitted": "reason_is_of_the_protocol",
            "somebody_is_a_minor": "someone_is_a_minor",
        },
        "child_unreachable": {
            "attempts_recorded": "attempts_were_made", "no_child_met": "no_child_was_met", **_T15
        },
        "record_runaway": {"already_past": "times_are_past", "police_told": "police_know_or_why_not"},
        "record_found": {"child_away": "child_is_away", "already_past": "times_are_past"},
        "shelter_72h": {
            "shelter_ground": "shelter_has_its_ground",
            "already_past": "times_are_past",
            "not_sheltered_already": "not_sheltered_yet",
            "holders_told_or_why_not": "holders_wait_where_they_must",
            "implicated_holder_not_told": "holders_wait_where_they_must",
        },
        "shelter_5d": {
            "already_past": "times_are_past",
            "not_sheltered_already": "not_sheltered_yet",
            "representative_unable": "refusal_goes_to_the_judge",
        },
        "extend_assessment": {"date_to_come": "new_date_lies_ahead"},
        "submit_report": {
            "assessment_to_validate": "assessment_awaits_validation",
            "lead_outside_the_team": "validator_is_not_of_team",
            "decider_named": "decider_is_known",
            "visited_and_met": "visits_were_made",
            "prosecutor_has_it": "report_reaches_the_prosecutor",
            **_REPORT,
        },
        "ask_supplement": {"team_data_given": "team_is_named_where_none_is", **_TEAM},
        "decide_close": {
            "child_heard": BODY,
            "no_child_undecided": "strongest_is_close",
            "close_is_strongest": "strongest_is_close",
            "child_met": _CLOSE,
            "danger_ruled_out": _CLOSE,
            "no_judicial_referral_open": "no_judicial_referral_open|strongest_is_close",
            "no_measure_alive": "no_measure_alive|strongest_is_close",
            "no_sign_of_exploitation": _CLOSE,
        },
        "decide_admin": {
            "child_heard": BODY,
            "no_child_undecided": "strongest_is_admin",
            "admin_is_strongest": "strongest_is_admin",
            "child_met": _ADMIN,
            "danger_or_risk_confirmed": _ADMIN,
            "exploitation_calls_for_justice": _ADMIN,
            "measure_offered": "protection_has_a_measure",
            "one_year_at_most": BODY,
            **_OFFERED,
        },
        "record_agreement": _AGREED,
        "record_refusal": {
            "refusal_of_each_holder": "every_holder_is_traced",
            "refusal_grounds": "persisting_danger_is_referred",
            "document_says_the_same": "document_says_the_same",
        },
        "decide_judicial": {
            "no_child_undecided": "referred_children_are_decided|strongest_is_judicial_after_report",
            "judicial_is_strongest": "referred_children_are_decided|strongest_is_judicial_after_report",
            "legal_ground_named": "referral_is_argued",
            "referral_is_argued": "referral_is_argued",
            "referral_sent_or_given": "referral_is_argued",
            "referred_heard": "referred_children_are_decided",
            "child_heard": BODY,
            "document_says_the_same": "document_says_the_same",
        },
        "decide_continue": {
            "child_heard": BODY,
            "no_child_undecided": "strongest_is_continue",
            "continue_is_strongest": "strongest_is_continue",
            "child_met": _CONTINUE,
            "measure_alive": _CONTINUE,
            "triage_needs_judicial_measures": "triage_may_continue",
            "exploitation_calls_for_justice": _CONTINUE,
        },
        "judicial_outcome": {
            "outcome_is_deciding": "outcome_decides",
            "last_reminder_passed": "silence_outlasted_the_reminders",
            "variant_known": BODY,
        },
        "end_followup": {
            "no_measure_alive": "no_measure_alive",
            "no_child_undecided": "nothing_is_left_open",
            "no_judicial_referral_open": "no_judicial_referral_open",
            "term_was_reached": "last_measures_were_carried_out",
            "danger_answered": BODY,
            "danger_excluded": "no_danger_remains",
            "end_report_given": BODY,
            "children_heard": "every_minor_was_heard",
        },
        "attach_existing": {
            "same_child_confirmed": "same_child_is_confirmed",
            "target_before_its_report": "target_takes_it",
            "restriction_kept": "restriction_is_kept",
            "children_matched": "every_child_is_matched",
            "holders_matched": "every_holder_is_matched",
            "informations_agree": "informations_agree",
        },
        "transfer_request": {
            "ground_named": BODY,
            "no_transfer_open": "no_transfer_is_open",
            "another_authority": "target_is_another_authority",
            "mode_of_both": "channel_is_open_to_both",
            "formalities_fit": "formalities_fit_the_case",
            "deferral_has_reason": BODY,
            "holders_wait": "holders_are_told_only_where_they_may",
            "danger_is_referred": "endangering_break_is_referred",
            "documents_there": "documents_are_there",
            "receivers_named": "receivers_are_named",
        },
        "transfer_accept": {
            "another_than_who_asked": "another_than_who_asked",
            "readers_named": "restricted_case_keeps_readers",
        },
        "transfer_refuse": {"another_than_who_asked": "another_than_who_asked"},
        "archive": {
            "no_hold": "not_on_hold",
            "closing_reviewed": "closing_was_reviewed",
            "active_base_over": "active_base_is_over",
            "no_other_open_file": "no_other_file_is_open",
        },
        "purge": {
            "no_hold": "not_on_hold",
            "whole_time_over": "whole_time_is_over",
            "no_other_open_file": "no_other_file_is_open",
            "joined_filings_first": "joined_filings_went_first",
            "visa_and_two_persons": "an_executed_batch_lists_it",
        },
        "hold": {"no_hold": "not_on_hold"},
        "release_hold": {"is_on_hold": "on_hold"},
        "unmerge": {"archived_from_merged": "is_joined", "target_gives_back": "target_gives_back"},
        "reopen": {
            "withdrawal_was_one": "ground_fits_the_closing",
            "archived_from_a_closing": "archive_holds_a_closing",
            "fact_is_new": "ground_fits_the_closing",
        },
        "rectify": {"own_entry": RIGHT, "born_in_time": BODY},
        "add_child": {"born_in_time": BODY},
        "decide_child": {
            "child_heard": BODY,
            "undecided_again": "child_decision_is_open",
            "child_met": "child_decision_holds",
            "danger_ruled_out": "child_decision_holds",
            "danger_or_risk_confirmed": "child_decision_holds",
            "measure_alive": "child_decision_holds",
            "no_judicial_referral_open": "child_decision_holds",
            "no_measure_alive": "child_decision_holds",
            "no_sign_of_exploitation": "child_decision_holds",
            "exploitation_calls_for_justice": "child_decision_holds",
            "measure_offered": "protection_has_a_measure",
            "one_year_at_most": BODY,
            **_OFFERED,
        },
        "set_exploitation_status": {"status_may_move_so": "status_moves_lawfully"},
        "set_urgency": {
            "lowered_by_coordinator": "lowering_urgency_is_for_coordinators",
            "floor_of_exploitation": "urgency_keeps_its_floor",
            "floor_of_immediate_danger": "urgency_keeps_its_floor",
        },
        "restrict": {
            "two_persons_named": "restriction_names_enough",
            "supervisor_named": "named_include_a_supervisor",
            "none_excluded": "named_may_read",
            "changed_by_the_list": "restriction_is_of_its_list",
        },
        "unrestrict": {
            "changed_by_the_list": "restriction_is_of_its_list_or_left_alone",
            "list_completed_first": "left_list_is_completed",
        },
        "reassign": {
            **_TEAM,
            "two_assessors": "resulting_team_is_multidisciplinary",
            "two_fields": "resulting_team_is_multidisciplinary",
        },
        "name_decider": {
            "habilitated": "people_may_be_named",
            "none_excluded": "people_may_be_named",
            "no_conflict_of_interest": "decider_is_not_of_service",
        },
        "name_referent": {
            "habilitated": "people_may_be_named",
            "none_excluded": "people_may_be_named",
            "no_conflict_of_interest": "referent_is_not_of_team",
            "certified": "may_be_entrusted",
        },
        "name_service": _SERVICE,
        "pass_on": {
            "leaver_on_the_case": "leaver_is_on_the_case",
            "habilitated": "taker_is_habilitated",
            "none_excluded": "taker_is_habilitated",
            "no_conflict_of_interest": "taker_has_no_conflict",
            "team_stays": "team_stays_multidisciplinary",
        },
        "take_charge": {"not_in_charge_yet": "is_not_in_charge_yet"},
        "exclude": {"not_excluded_yet": "not_excluded_yet"},
        "lift_exclusion": {"exclusion_in_force": "exclusion_is_in_force"},
        "exclude_resource": {"of_the_directory": BODY, "not_excluded_yet": "not_excluded_already"},
        "lift_excluded_resource": {"exclusion_in_force": "exclusion_of_resource_stands"},
        "grant_access": {
            "grant_has_an_end": "grant_is_bounded",
            "grantee_of_the_authority": "grant_is_bounded",
            "none_excluded": "grant_is_bounded",
        },
        "bar_file": {"file_at_hand": "file_may_be_barred"},
        "unbar_file": {"file_set_aside": "file_is_barred"},
        "destroy_file": {
            "file_set_aside": "file_is_barred", "no_hold": "file_is_not_held",
            "authorities_told": "authorities_were_told",
        },
    },
    "judicial": {
        "compose": {
            "argued_in_full": "referral_is_argued_in_full", "restricted_child_unnamed": "children_may_be_named"
        },
        "record_outcome": {
            "reopen_first": "orders_need_an_open_case",
            "last_reminder_passed": "silence_outlasted_the_reminders",
            "variant_known": BODY,
        },
        "close": {"nothing_awaited": "nothing_is_awaited"},
    },
    "assessment": {"hand_in": _REPORT},
    "duplicate": {
        "suggest": {"other_file_known": "other_is_known", "pair_is_new": "pair_is_new"},
        "confirm": {"other_file_known": "other_is_known"},
    },
    "review": {
        "confirm": {
            "another_than_who_closed": "reviewer_is_another",
            "coordinators_review_withdrawals": "coordinator_reviews_withdrawals",
        },
    },
    "transfer": {
        "send": {
            "address_answered": "address_was_answered",
            "documents_there": "added_documents_are_there",
            "receivers_named": "receivers_still_stand",
        },
        "arbitrate": {"not_said_yet": "side_has_not_spoken"},
    },
    "feedback": {"withhold": {"reason_of_the_law": "withholding_is_lawful"}},
    "glass": {
        "open": {"no_review_overdue": "own_reviews_are_in_time"},
        "give_back": {"own_opening": "opener_gives_back"},
        "approve": {
            "another_than_who_opened": "reviewer_did_not_open", "named_where_restricted": "reviewer_is_named"
        },
        "contest": {
            "another_than_who_opened": "reviewer_did_not_open", "named_where_restricted": "reviewer_is_named"
        },
    },
    "alert": {},
    "orientation": {
        "propose": {
            "resource_there": BODY, "not_excluded": "resource_may_be_met", "choice_explained": "choice_is_explained",
        },
        "ask": {"not_ahead": "was_asked_already"},
    },
    "measure": {
        "propose": {
            "after_the_report": "report_was_delivered", "administrative_type": BODY, "one_year_at_most": BODY,
            **_OFFERED,
        },
        "agree": _AGREED,
        "refuse": {
            "administrative_only": "is_administrative", "refusal_of_each_holder": "every_holder_is_traced"
        },
        "cancel": {"administrative_only": "is_administrative"},
        "order": {
            "judicial_type": BODY, "through_the_referral": "order_comes_by_hand", "exit_ban_is_bounded": BODY,
            "variant_known": BODY,
        },
        "hand_over": _SERVICE,
        "suspend": {"judge_told": "judge_is_told"},
        "start": {
            "term_within_the_law": "term_is_within_the_law", "referent_may_follow": "referent_may_follow",
            "of_a_minor": "measure_may_bind_an_adult", "certified": "may_be_entrusted",
        },
        "resume": {"order_in_force": "order_is_in_force"},
        "ruling": {
            "judicial_only": "is_judicial", "ruled_already": "ruling_follows_the_order", "danger_answered": BODY,
            "of_a_minor": "no_new_term_for_an_adult",
        },
        "renew": {
            "report_before_term": "report_precedes_renewal", "term_within_the_law": "term_is_within_the_law",
            "renewal_is_founded": BODY, "of_a_minor": "measure_may_bind_an_adult",
            "order_in_force": "order_is_in_force",
        },
        "end": {
            "end_report_given": BODY, "danger_answered": BODY, "child_heard": BODY,
            "order_in_force": "order_is_in_force",
        },
        "lift": {"judge_decided": "judge_lifted_it", "danger_answered": BODY},
        "not_executed": {
            "nothing_was_done": "nothing_was_ever_done", "judge_informed": "judge_was_informed",
            "danger_answered": BODY,
        },
        "inform_judge": {
            "judicial_only": "is_judicial", "nothing_was_done": "nothing_was_ever_done",
            "told_already": "told_and_seen_already", "danger_answered": BODY,
        },
        "choose_at_majority": {
            "near_majority": "majority_ends_it", "said_already": "day_has_come", "own_signature": "person_signed_it",
            "own_help": "own_agreement_is_lawful",
            "was_looked_after": "young_adult_is_open",
        },
        "majority_interview": {
            "minor_in_care": "minor_is_in_care", "held_already": "day_has_come", "all_told": BODY,
            "residence_told": BODY,
        },
        "situation_report": {
            "shown_beforehand": BODY, "shown_already": "report_was_shown", "child_heard": BODY, "child_was_shown": BODY,
        },
    },
    "batch": {
        "request_visa": {"not_ahead": "day_is_not_ahead"},
        "grant_visa": {"not_ahead": "day_is_not_ahead"},
        "refuse_visa": {"not_ahead": "day_is_not_ahead"},
        "execute": {
            "second_person": "another_person_recorded_it",
            "recorder_in_office": "recorder_is_in_office",
            "visa_there": "visa_is_recorded",
        },
        "waive_visa": {"visa_not_required": "visa_is_left_out"},
    },
    "anomaly": {
        **{name: {"not_own": "not_about_oneself"} for name in ("take_up", "justify", "report", "close")},
        "ask": {"not_own": "not_about_oneself", "somebody_unasked": "somebody_can_be_asked"},
        "find_unjustified": {"not_own": "not_about_oneself", "time_to_answer": "agent_had_the_time"},
        "conclude": {"not_own": "not_about_oneself", "dealt_with": "breach_is_dealt_with"},
        "ask_identities": {"not_own": "not_about_oneself", "veiled": "there_is_something_to_resolve"},
        "grant_identities": {
            "not_own": "not_about_oneself", "two_offices": "the_other_office_asked",
            "asker_in_office": "asker_is_in_office",
        },
    },
    "inquiry": {
        "ask": {
            "referral_opened": "case_is_opened", "child_named": "child_is_known",
            "another_asked": "another_authority_is_asked", "one_open": "not_asked_already",
            "holders_seen_to": "holders_are_seen_to", "called_at_u3": "vital_urgency_is_called",
        },
        "answer": {
            "registers_searched": "registers_were_searched", "person_confirmed": "child_was_recognised",
            "child_or_entry": BODY, "own_file": "file_is_own",
        },
        "ask_documents": {"known_there": "child_is_known_there"},
        "send_documents": {
            "each_answered": "each_document_is_answered", "reason_of_each": BODY, "reread": "texts_were_reread",
            "there": "documents_are_there",
        },
        "refuse": {"supervisors_word": "restriction_is_the_supervisors_word"},
    },
    "access_request": {
        "receive": {"not_ahead": "receipt_is_not_ahead"},
        "confirm_identity": {"fits": "standing_fits_the_requester", "established": "standing_is_established"},
        "set_scope": {
            "unsigned": "no_signature_is_awaited", "searched": "index_was_searched", "own_files": "files_are_own",
            "the_one": "person_is_the_one", "standing": "standing_holds",
        },
        "collect": {
            "scoped": "scope_is_set", "unsigned": "no_signature_is_awaited", "standing": "standing_still_holds",
        },
        "redact": {
            "unsigned": "no_signature_is_awaited", "there": "passage_is_there", "locked": "code_may_be_lifted",
        },
        "ask_opinion": {"of_the_case": "asked_is_of_the_case", "asked_once": "not_asked_yet"},
        "give_opinion": {
            "asked": "opinion_is_asked_of_one", "parts": "parts_are_there", "noted": "note_is_not_ahead",
        },
        "name_readers": {
            "unsigned": "no_signature_is_awaited", "listed": "entries_are_listed", "heard": "agents_were_heard",
        },
        "extend": {"once": "not_extended_yet", "first_month": "first_month_runs", "told": "told_in_time"},
        "answer": {
            "standing": "standing_still_holds", "gate": "gate_lets_something_go", "done_said": "what_was_done_is_said",
        },
        "hand_over": {
            "there": "package_is_there", "standing": "standing_still_holds", "gate_still": "gate_still_lets_it_go",
            "shown": "identity_was_shown", "met": "minor_is_met",
        },
        "appeal": {"not_ahead": "appeal_is_not_ahead"},
        "settle": {
            "copied": "copy_is_there", "there": "lifted_are_there", "locked": "code_may_be_lifted",
            "standing": "settled_standing_holds", "gate": "gate_lets_something_go", "done_said": "what_was_done_is_said",
        },
        "close": {"over": "may_be_closed"},
    },
    "breach": {
        "declare": {"aware_by_now": "instants_are_in_order", "account_known": "account_is_known"},
        "assess": {"persons_counted": "somebody_is_concerned"},
        "notify_cnil": {"part_in_order": "notification_is_in_order", "delay_reasoned": "delay_is_explained"},
        "rule_out": {"no_risk": "no_risk_is_left"},
        "inform_persons": {
            "risk_high": "risk_is_high", "group_counted": "group_is_concerned", "days_past": "days_have_come",
            "inspectors_opinion": "opinion_is_an_inspectors", "holders_wait": "holders_wait_for_an_opinion",
            "unreadable": "unreadable_is_true",
        },
        "reassess": {"news": "news_are_new"},
        "close": {"groups_answered": "every_group_is_answered"},
        "lift_suspension": {"suspended": "account_is_suspended"},
    },
    "letter": {
        "prepare": {
            "followed_here": "case_is_followed_here", "holder_told": "holder_may_be_written_to", "due": "letter_is_due",
            "once": "not_made_already",
        },
        "edit": {
            "followed_here": "case_is_followed_here", "holder_told": "holder_may_be_written_to",
            "asked_for": "words_are_of_the_kind",
        },
        "sign": {
            "followed_here": "case_is_followed_here", "holder_told": "holder_may_be_written_to", "due": "letter_is_due",
            "as_read": "draft_is_as_read",
        },
        "send": {"holder_told": "holder_may_be_written_to", "safe_way": "way_is_safe"},
    },
}  # fmt: skip

#: Rules beside the paper's guards, with what each is for.
OURS = {
    "age_is_within_bounds": "a child who is added is born, and not 21 yet: in the body (§4.1)",
    "attachments_are_there": "what a complement brings along was sent before, by the same person (T08)",
    "child_is_on_record": "the child is on record, if only by mistake (S4)",
    "children_belong": "children named are of this case",
    "danger_is_answered_again": "the same of a minor whom no measure helped, when the follow-up ends (§2.2 T30)",
    "danger_after_quashing_is_answered": "the same of a minor whose order is quashed (§2.6 M18)",
    "danger_is_answered": "whether a danger remains is said of a minor: in the body, unless the child is of age (§2.2)",
    "residence_is_said": "of an unaccompanied minor the interview speaks of residence and asylum (§2.6 M21)",
    "minor_was_heard": "what a minor says of a report is said: in the body, unless the child is of age (L223-4)",
    "matches_are_seen": "the search's result is its reader's to look at, not only there (§2.2 T06)",
    "variants_are_of_the_authority": "a local variant is one of the authority's, of the measure's type (§5)",
    "resource_is_known": "the service is one of the directory: in the body (field.md A.6)",
    "excluded_is_known": "what is excluded is in the directory: in the body (field.md A.9)",
    "sheet_readers_exist": "the authorities that may read the emergency sheet are known",
    "holder_is_of_case": "the holder is of this case",
    "prepared_referral_is_of_case": "the prepared referral to justice is of this case",
    "outcome_is_of_case": "the answer is about a referral to justice of this case (§2.6 J04)",
    "measure_is_proposed": "the measure is of this case, and proposed (§2.6 M02)",
    "measures_fit_the_decision": "a measure is offered to whom it is decided for (§2.2 T23, T43)",
    "measure_may_be_handed_over": "the measure is of this case, agreed or ordered (§2.6 M06)",
    "ground_fits_the_child": "established: ground 6 is ticked (§2.5)",
    "case_is_restricted": "there is a restriction to lift",
    "recorded_decisions_still_hold": "decisions taken before are asked again when the case moves",
    "lowering_is_for_deciders": "the role part of T44's moves",
    "carried_decisions_hold": "the decisions carried satisfy the guards of T43 (§2.2 Decisions)",
    "unit_is_of_authority": "the unit is of the case's authority",
    "unit_is_of_the_target": "the unit is of the authority that takes the case over",
    "person_is_known": "who is excluded is an account",
    "measure_types_exist": "the type is of the administrative catalogue (§5.1), the service as in T48",
    "service_exists": "the service is an organisation",
    "named_may_read": "who is named is of the authority, and not excluded (§1.3 rules 1 and 8)",
    "judicial_type_exists": "the type is of the judicial catalogue (§5.2)",
    "ordered_types_exist": "the type is of the judicial catalogue (§5.2)",
    "shelter_end_is_said": "returned, admitted or judge seized (§2.6 M12)",
    "answer_is_due_ahead": "an answer is asked for today or later (§2.2 T07)",
    "cell_says_how_it_came": "what the cell types in came by phone, letter or otherwise (§2.2 T08)",
    "term_is_said": "a new term has its date (§2.6 M18)",
    "young_adult_was_looked_after": "a young adult was looked after before majority (§5.1)",
    "support_of_an_adult_ends_at_21": "support of a person of age ends at 21, as a young adult it begins at 18 (§5.3)",
}

#: Of which classes the facts are that a guard of a case reads (domain.md §1.3), and in ``SHELL`` those of class A, which
#: every reader of the case knows: what was sent, the calendar, the directory, who is on the case, the shell itself.
FACTS: dict[str, str] = {
    "B": """
        children_may_be_named danger_after_quashing_is_answered danger_is_answered every_child_is_matched every_holder_is_matched
        every_holder_is_traced every_minor_was_heard holder_is_of_case holders_are_told_only_where_they_may
        holders_wait_where_they_must implicated_holder_waits information_is_still_due informations_agree
        matches_are_seen minor_was_heard no_other_file_is_open other_is_known pair_is_new residence_is_said
        same_child_is_confirmed someone_is_a_minor target_takes_it
    """,
    "BJ": """
        agreement_is_of_the_right_person danger_is_answered_again judge_lifted_it majority_ends_it
        measure_may_bind_an_adult minor_is_in_care no_new_term_for_an_adult own_agreement_is_lawful
        person_signed_it
        support_of_an_adult_ends_at_21 young_adult_is_open young_adult_was_looked_after
    """,
    "C": """
        withholding_is_lawful
    """,
    "D": """
        asker_gives_up complement_is_expected ground_fits_the_child lowering_is_for_deciders no_child_was_met
        no_sign_of_exploitation partner_is_of_case qualified_urgency_is_not_lower request_is_open
        shelter_has_its_ground status_moves_lawfully urgency_keeps_its_floor
    """,
    "DHIJ": """
        added_documents_are_there carried_decisions_hold child_decision_holds documents_are_there
        recorded_decisions_still_hold strongest_is_admin strongest_is_close strongest_is_continue
        strongest_is_judicial_after_report
    """,
    "F": """
        exclusion_of_resource_stands not_excluded_already resource_may_be_met
    """,
    "H": """
        assessment_awaits_validation attempts_were_made every_child_has_a_conclusion every_child_was_heard
        every_danger_is_told every_dimension_is_assessed every_holder_was_heard every_inquiry_was_considered
        report_is_complete visits_were_made
    """,
    "I": """
        document_is_written document_says_the_same no_judicial_referral_open nothing_is_awaited
        order_comes_by_hand outcome_is_of_case persisting_danger_is_referred prepared_referral_is_of_case
        referral_is_argued referral_is_argued_in_full silence_outlasted_the_reminders
    """,
    "IJ": """
        endangering_break_is_referred judge_was_informed
    """,
    "J": """
        child_decision_is_open choice_is_explained decider_is_known decider_is_not_of_service
        formalities_fit_the_case is_administrative is_judicial judge_is_told last_measures_were_carried_out
        measure_is_proposed measure_may_be_handed_over measures_fit_the_decision no_measure_alive
        not_sheltered_yet nothing_is_left_open nothing_was_ever_done order_is_in_force
        protection_has_a_measure ruling_follows_the_order
        referred_children_are_decided report_precedes_renewal shelter_end_is_said
        silence_counts_for_a_child_in_care silence_has_lasted taker_has_no_conflict term_is_within_the_law
        triage_may_continue
    """,
}
SHELL = """
    active_base_is_over address_was_answered age_is_within_bounds an_executed_batch_lists_it another_than_who_asked answer_is_due_ahead
    archive_holds_a_closing attachments_are_there authorities_were_told case_is_restricted cell_says_how_it_came
    channel_is_open_to_both child_is_away child_is_on_record children_are_qualified children_belong
    closing_was_reviewed coordinator_reviews_withdrawals day_has_come excluded_is_known exclusion_is_in_force
    file_is_barred file_is_not_held file_may_be_barred form_is_complete grant_is_bounded ground_fits_the_closing
    index_was_asked is_joined is_not_in_charge_yet items_left_are_settled joined_filings_went_first judicial_type_exists
    leaver_is_on_the_case left_list_is_completed lowering_urgency_is_for_coordinators may_be_entrusted
    measure_types_exist named_include_a_supervisor named_may_read new_date_lies_ahead no_danger_remains
    no_transfer_is_open not_excluded_yet not_on_hold not_urgent on_hold opener_gives_back ordered_types_exist
    orders_need_an_open_case outcome_decides own_reviews_are_in_time people_may_be_named person_is_known
    police_know_or_why_not qualification_from_triage reason_is_of_the_protocol receivers_are_named
    receivers_still_stand referent_is_not_of_team referent_may_follow refusal_goes_to_the_judge
    report_reaches_the_prosecutor report_was_delivered report_was_shown resource_is_known
    restricted_case_keeps_readers restriction_is_kept restriction_is_of_its_list
    restriction_is_of_its_list_or_left_alone restriction_names_enough resulting_team_is_multidisciplinary
    review_date_is_near reviewer_did_not_open reviewer_is_another reviewer_is_named search_is_proven service_exists
    service_is_habilitated service_is_not_the_deciders sheet_readers_exist side_has_not_spoken taker_is_habilitated
    target_gives_back target_is_another_authority team_comes_from_where_it_may team_does_not_follow_the_family
    team_is_multidisciplinary team_is_named_where_none_is team_stays_multidisciplinary term_is_said times_are_past
    told_and_seen_already unit_is_of_authority unit_is_of_the_target urgent_form_is_complete
    validator_is_not_of_team variants_are_of_the_authority was_asked_already whole_time_is_over
"""

"""What an authority may set, typed by hand from domain.md §11.1, §2.3, §7.3 and the figures marked ◆: the defaults.

Bounds are ours: wide enough for practice, and never past what the law or the paper fixes (a team of two, 60 minutes of
emergency opening, two years of active base).
"""

OPEN = [{"opens": "09:00", "closes": "17:00"}]

DEFAULTS = {
    # Opening hours are ours: the paper counts open hours and working days without saying which.
    "opening_hours": {"monday": OPEN, "tuesday": OPEN, "wednesday": OPEN, "thursday": OPEN, "friday": OPEN,
                      "saturday": [], "sunday": []},
    "holiday_calendar": "territory",
    "warning_percent": 20,
    "protocol_partners": [],  # PROTOCOL_PARTNERS
    "prosecutor_channel": "manual",  # PARQUET_CHANNEL; with proof: T15
    "prostitution_lead": True,  # PROSTITUTION_LEAD: optional
    "form_questions": [],  # FORM_EXTRA_FIELDS
    "filer_reread": False,  # FILER_REREAD
    "acknowledge_hours": 24,  # C1
    "late_receipt_days": 7,  # §4.5
    "qualification_step": True,  # QUALIFICATION_STEP
    "triage_hours": 24,  # TRIAGE_HOURS
    "triage_urgent_hours": 8,
    "two_reader_qualification": "when_exploited",  # TWO_READER_QUALIFICATION
    "information_request_days": 5,  # C6
    "searches_per_day": 50,  # SEC-AZ14
    "calendar_feeds": False,  # field.md D.3: off
    "calendar_feed_days": 90,
    "export_delay_hours": 24,  # SEC-AZ15
    "export_hours": 48,
    # §7.4, SEC-AL18: the rules are the paper's, their figures ours
    "anomaly_rules": [f"R{number:02}" for number in range(1, 21)],
    "anomaly_files_a_day": 60,
    "anomaly_idle_files_a_day": 15,
    "anomaly_night_files": 3,  # S9: three files at 22:10
    "anomaly_readers_a_day": 12,
    "anomaly_refusals_an_hour": 20,
    "anomaly_refusals_of_all": 300,
    "anomaly_probes_a_day": 12,
    "anomaly_dormant_days": 60,
    "anomaly_searchers": 4,
    "anomaly_failed_openings": 5,
    "anomaly_lift_hours": 24,
    "anomaly_clock_seconds": 60,
    "anomaly_namesake_hours": 24,
    "anomaly_closed_files_a_day": 8,
    "anomaly_glass_hours": 24,
    "anomaly_glass_alone": 2,
    "anomaly_search_minutes": 60,
    "anomaly_searches_alone": 10,
    "anomaly_shared_hours": 168,
    "anomaly_places_minutes": 15,
    "anomaly_answer_days": 5,  # S9
    "anomaly_identities_hours": 24,
    "danger_alert_minutes": 30,  # C3
    "danger_breach_hours": 4,
    "escalation_first_minutes": 2,  # ESCALATION; S7
    "escalation_second_minutes": 10,
    "escalation_supervisor_minutes": 20,
    "emergency_search_cap": 5,  # EMERGENCY_SEARCH_CAP
    "emergency_search_days": 90,
    "emergency_search_results": 5,
    "break_glass_minutes": 60,  # BREAK_GLASS_MINUTES
    "runaway_review_hours": 24,  # C19
    "assessment_urgent_days": 30,  # ASSESSMENT_DAYS
    "assessment_under_2_days": 45,
    "assessment_suspected_days": 30,
    "team_size_min": 2,  # T13
    "team_fields_min": 2,
    "team_source": "any",  # TEAM_SOURCE
    "service_in_charge_assesses": False,  # T27, "config"
    "first_meeting_days": 8,  # C4b
    "home_visit_days": 21,
    "unreachable_attempts": 2,  # UNREACHABLE_ATTEMPTS
    "report_items": ["needs_rights", "health", "education_conditions", "development", "wellbeing", "suffering_signs",
                     "safety", "exploration", "rules_limits", "identity", "self_esteem", "child_skills", "parenting",
                     "holders_mobilise", "resources"],  # REPORT_ITEMS
    "decision_days": 5,  # DECISION_DAYS
    "prostitution_judicial_mode": "default_with_override",  # PROSTITUTION_JUDICIAL_MODE
    "agreement_days": 15,  # C9
    # EXECUTION_DAYS[kind], EXECUTION_REVIEW_DAYS: C24
    "execution_emergency_days": 1,
    "execution_care_days": 15,
    "execution_care_notice_days": 8,
    "execution_home_days": 30,
    "execution_home_notice_days": 15,
    "execution_review_days": 15,
    "majority_notice_months": 3,  # MAJORITY_NOTICE_MONTHS
    "majority_interview_days": 30,  # MAJORITY_INTERVIEW_DAYS
    "majority_interview_care": False,  # MAJORITY_INTERVIEW_CARE
    "measure_variants": [],  # MEASURE_CATALOGUE
    "signatories_first_analysis": ["supervisor", "ase_inspector"],  # SIGNATORIES; §2.2 2S
    "signatories_decisions": ["supervisor", "ase_inspector"],
    "approval_days": 5,  # APPROVAL_DAYS
    "closure_review_working_days": 5,  # CLOSURE_REVIEW_DAYS
    "grant_days_max": 30,
    "stand_in_days_max": 35,
    "holder_deferral_review_days": 7,  # REVIEW_DAYS
    "holder_deferral_reasons": ["child_interest", "holder_implicated", "prosecutor"],  # HOLDER_DEFERRAL_REASONS
    "holder_deferral_limit_days": 30,  # HOLDER_DEFERRAL_LIMIT
    "prosecutor_first_reminder_days": 2,  # C7
    "prosecutor_second_reminder_days": 8,
    "prosecutor_last_reminder_days": 30,
    "transfer_mode": "both",  # TRANSFER_MODE
    "access_notice_days": 7,  # §2.3 C21 "Who is told"
    "access_package_days": 30,  # ACCESS_PACKAGE_DAYS
    "access_remedies_days": 62,  # §2.7 AR16
    "inquiry_days": 10,  # INQUIRY_DAYS
    "inquiry_urgent_days": 2,
    "inquiry_notice_days": 1,
    "inquiry_kept_days": 30,  # §2.7 IQ7
    "honorability_roles": ["measure_service"],  # HONORABILITY_ROLES
    "honorability_years": 3,  # HONORABILITY_YEARS
    "honorability_grace_days": 90,  # §1.5: members of before
    "honorability_first_notice_days": 90,
    "honorability_second_notice_days": 30,
    "honorability_last_notice_days": 7,
    "honorability_overdue_days": 30,
    "draft_days": 30,  # DRAFT_DAYS
    "retention_set_aside_months": 24,  # §7.3
    "retention_closed_months": 24,
    "retention_measure_months": 24,
    "retention_archive_closed_months": 60,  # §7.3 leaves it open (Q9)
    "retention_archive_months": 60,
    "retention_archive_placed_months": 120,
    "retention_refusal_months": 12,
    "log_access_months": 36,  # LOG_RETENTION; §7.4
    "log_technical_months": 12,
    "visa_required": True,  # VISA_REQUIRED
    "count_unit": "both",  # COUNT_UNIT
    "small_cell_min": 5,  # SMALL_CELL_MIN; §7.6: 3 to 11
    "public_grain": "department_year",  # PUBLIC_GRAIN
    "age_bands": ["3", "6", "11", "16"],  # AGE_BANDS, by the age at which each begins
}  # fmt: skip

#: CRIP_NAMES, and the telephones of the cell and of the prosecutor's duty desk, empty by default; URGENCY_LABELS (§3.4); FEEDBACK_TEXTS: the six answers of L226-5 al. 1, and the one of al. 2 (§1.4);
#: why codes do beside passkeys (SEC-AU1), which is empty by default: they don't.
TEXTS = (
    "crip_name",
    "crip_phone",
    "on_call_phone",
    "prosecutor_name",
    "prosecutor_phone",
    "urgency_u0_label",
    "urgency_u1_label",
    "urgency_u2_label",
    "urgency_u3_label",
    "feedback_not_qualified_text",
    "feedback_in_assessment_text",
    "feedback_closed_text",
    "feedback_support_text",
    "feedback_justice_text",
    "feedback_followed_text",
    "feedback_private_text",
    # LETTER_TEXTS: letterhead, and the sentences round what a letter says (§4.9).
    "letter_head_lines",
    "letter_phone",
    "letter_foot",
    "letter_delegation",
    "letter_closing",
    "letter_data_text",
    "letter_assessment_text",
    "letter_meeting_text",
    "letter_meeting_change_text",
    "letter_referral_text",
    "letter_referral_rights_text",
    "letter_agreement_text",
    "letter_remedies_text",
    "letter_child_under_12_text",
    "letter_child_under_12_rights_text",
    "letter_child_12_text",
    "letter_child_12_rights_text",
    "letter_child_16_text",
    "letter_child_16_rights_text",
    "letter_service_text",
    "letter_judge_text",
    "letter_majority_text",
    "letter_majority_conditions_text",
    "letter_majority_choice_text",
    "letter_transfer_text",
    "letter_holders_transfer_text",
    "one_time_codes_reason",
)

#: What the law fixes: no setting may touch it, and none bears its name.
LAW = ("statutory", "feedback_months", "assessment_months", "shelter", "address")

#: (setting, values that are taken, values that are refused)
BOUNDS = (
    ("acknowledge_hours", (1, 40), (0, 41, -1, "24", 24.5, True, None)),
    ("emergency_search_cap", (1, 20), (0, 21)),
    ("emergency_search_days", (30, 365), (29, 366)),
    ("break_glass_minutes", (10, 60), (9, 61)),
    ("one_time_codes_reason", ("", "Postes sans port."), ("   ", "{nom}", True, None)),
    ("export_delay_hours", (1, 168), (0, 169)),
    ("export_hours", (1, 168), (0, 169)),
    ("calendar_feed_days", (7, 365), (6, 366)),
    ("searches_per_day", (1, 200), (0, 201, "50")),
    ("team_size_min", (2, 6), (1, 7)),
    ("team_fields_min", (2, 4), (1, 5)),
    ("retention_closed_months", (6, 24), (5, 25)),
    ("danger_breach_hours", (1, 12), (0, 13)),
    ("assessment_urgent_days", (7, 90), (6, 91)),
    ("qualification_step", (True, False), (0, "no", None)),
    ("two_reader_qualification", ("never", "when_exploited", "always"), ("", "ALWAYS", "sometimes", 1)),
    ("prostitution_judicial_mode", ("mandatory", "default_with_override", "advisory"), ("off", None)),
    ("access_notice_days", (1, 20), (0, 21)),
    ("access_package_days", (7, 90), (6, 91)),
    ("access_remedies_days", (31, 365), (30, 366)),
    ("inquiry_days", (2, 60), (0, 61, "10")),
    ("inquiry_urgent_days", (1, 10), (0, 11, None)),
    ("inquiry_notice_days", (1, 9), (0, 10)),
    ("inquiry_kept_days", (1, 90), (0, 91)),
    ("emergency_search_results", (1, 10), (0, 11)),
    # Of whom else the law forbids asking; who works in a service is asked always.
    ("honorability_roles", (["measure_service"], ["assessor", "case_referent", "measure_service"]),
     ([], ["assessor"], ["measure_service", "filer"], "measure_service", None)),
    ("honorability_years", (1, 3), (0, 4)),
    ("honorability_grace_days", (0, 180), (-1, 181)),
    ("honorability_first_notice_days", (31, 180), (0, 181)),
    ("honorability_overdue_days", (1, 90), (0, 91)),
    ("transfer_mode", ("electronic", "sealed_mail", "both"), ("", "fax", None)),
    ("holiday_calendar", ("territory", "FR", "57", "6AE", "971", "974", "976", "PM", "MF"), ("fr", "75", "NC")),
    ("feedback_closed_text", ("Dossier {reference} clos.", "Deux\nlignes"),
     ("", " ", "{nom}", "{reference.__class__}", "{", "}", "{{reference}}", "{}", "x" * 2001, "\u202e", 3)),
    ("letter_head_lines", ("", "1 place de l'Essai\n93000 Bobigny"), ("{nom}", "x" * 2001, None)),
    ("letter_remedies_text", ("Dans les deux mois.",), ("", "{reference}", "x" * 2001, 2)),
    ("count_unit", ("both", "child", "sibling_group"), ("", "case", None)),
    ("small_cell_min", (3, 11), (2, 12, 0, "5", None)),
    ("public_grain", ("department_year", "authority_year"), ("", "commune_year", "department_month", None)),
    # 2 and 15 are the ages of the law that are kept in clear, beside ONPE's.
    ("age_bands", (["3", "6", "11", "16"], ["15"], ["2", "3", "6", "11", "15", "16"]),
     ([], ["18"], ["4"], [3], ["3", "3"], "3", None)),
    ("urgency_u2_label", ("Sous 48 h",), ("", "{reference}", "x" * 2001, 2)),
    ("team_source", ("any", "unit", "own"), ("", "partners", None)),
    # What the decree names stays.
    ("report_items",
     (["needs_rights", "health", "education_conditions", "development", "wellbeing", "suffering_signs"],),
     ([], ["health"], ["needs_rights", "health", "education_conditions", "development", "wellbeing", "safety"])),
    ("signatories_decisions", (["supervisor"], ["ase_inspector", "supervisor"]),
     ([], ["crip_coordinator"], ["supervisor", "supervisor"], "supervisor", None)),
    # A holder who is implicated is never informed: that reason stays.
    ("holder_deferral_reasons", (["holder_implicated"], ["prosecutor", "holder_implicated"]),
     ([], ["prosecutor"], ["holder_implicated", "other"])),
    ("protocol_partners",
     ([], [{"kind": "prosecutor", "name": "Parquet", "contact": "Permanence : 01 00 00 00 00"},
           {"kind": "hospital", "name": "Hôpital"}]),
     ([{"kind": "prosecutor"}], [{"kind": "press", "name": "Presse"}], {}, [{"kind": "other", "name": ""}],
      [{"kind": "other", "name": "A"}, {"kind": "other", "name": "A"}], [{"kind": "other", "name": "A"}] * 31)),
    ("measure_variants",
     ([{"code": "aed_soir", "of": "aed", "fr": "AED en soirée", "en": "AED in the evening"}],),
     ([{"code": "AED", "of": "aed", "fr": "x", "en": "x"}], [{"code": "a b", "of": "aed", "fr": "x", "en": "x"}],
      [{"code": "a", "fr": "x", "en": "x"}])),
    ("form_questions",
     ([{"code": "quartier", "fr": "Quartier", "en": "Neighbourhood", "kind": "text"}],
      [{"code": "suivi", "fr": "Suivi", "en": "Followed", "kind": "choice", "required": True,
        "choices": [{"code": "oui", "fr": "Oui", "en": "Yes"}, {"code": "non", "fr": "Non", "en": "No"}]}]),
     ([{"code": "Quartier", "fr": "x", "en": "x", "kind": "text"}], [{"code": "x", "fr": "x", "en": "x"}],
      [{"code": "x", "fr": "x", "en": "x", "kind": "file"}], [{"code": "x", "fr": "x", "en": "x", "kind": "choice"}],
      [{"code": "x", "fr": "x", "en": "x", "kind": "text", "choices": [{"code": "a", "fr": "a", "en": "a"}]}],
      [{"code": "x", "fr": "x", "en": "x", "kind": "text", "max_length": 2001}],
      [{"code": "x", "fr": "x", "en": "x", "kind": "text"}] * 2)),
    ("opening_hours",
     ({day: [{"opens": "08:30", "closes": "12:00"}, {"opens": "13:00", "closes": "17:30"}]
       for day in ("monday", "tuesday", "thursday")},
      {day: [{"opens": "00:00", "closes": "24:00"}] for day in ("saturday", "sunday")}),
     ({}, [], "9-17", {"monday": OPEN},
      {day: [{"opens": "17:00", "closes": "09:00"}] for day in ("monday", "tuesday", "friday")},
      {day: [{"opens": "09:00", "closes": "09:00"}] for day in ("monday", "tuesday", "friday")},
      {day: [{"opens": "09:00", "closes": "13:00"}, {"opens": "12:00", "closes": "18:00"}]
       for day in ("monday", "tuesday", "friday")},
      {day: [{"opens": "24:30", "closes": "25:00"}] for day in ("monday", "tuesday", "friday")},
      {day: [{"opens": "9:00", "closes": "17:00"}] for day in ("monday", "tuesday", "friday")},
      {"lundi": OPEN, "monday": OPEN, "tuesday": OPEN, "friday": OPEN})),
)  # fmt: skip

#: (values in force or to come by day, new values, their day, the settings that are named as out of order).
#: Days are counted from the day of the change.
ORDERS = (
    ((), {"prosecutor_first_reminder_days": 8}, 0, ("prosecutor_first_reminder_days",)),
    ((), {"prosecutor_first_reminder_days": 9}, 0, ("prosecutor_first_reminder_days",)),
    ((), {"prosecutor_first_reminder_days": 9, "prosecutor_second_reminder_days": 12}, 0, ()),
    ((), {"prosecutor_last_reminder_days": 8}, 0, ("prosecutor_last_reminder_days",)),
    ((), {"prosecutor_second_reminder_days": 30, "prosecutor_last_reminder_days": 30}, 0,
     ("prosecutor_second_reminder_days",)),
    ((), {"danger_alert_minutes": 60, "danger_breach_hours": 1}, 0, ("danger_alert_minutes", "danger_breach_hours")),
    ((), {"danger_alert_minutes": 59, "danger_breach_hours": 1}, 0, ()),
    ((), {"honorability_second_notice_days": 90}, 0, ("honorability_second_notice_days",)),
    ((), {"honorability_last_notice_days": 30}, 0, ("honorability_last_notice_days",)),
    ((), {"escalation_second_minutes": 20}, 0, ("escalation_second_minutes",)),
    ((), {"escalation_first_minutes": 10}, 0, ("escalation_first_minutes",)),
    ((), {"triage_hours": 7}, 0, ("triage_hours",)),
    ((), {"triage_hours": 8}, 0, ()),
    ((), {"first_meeting_days": 22}, 0, ("first_meeting_days",)),
    ((), {"holder_deferral_review_days": 31}, 0, ("holder_deferral_review_days",)),
    ((), {"retention_archive_placed_months": 60, "retention_archive_months": 61}, 0,
     ("retention_archive_months", "retention_archive_placed_months")),
    # In order today, and no longer when what is to come has come.
    ((({"prosecutor_last_reminder_days": 12}, 10),), {"prosecutor_second_reminder_days": 12}, 0,
     ("prosecutor_second_reminder_days",)),
    ((({"prosecutor_last_reminder_days": 12}, 10),), {"prosecutor_second_reminder_days": 12}, 20,
     ("prosecutor_second_reminder_days",)),
    ((({"prosecutor_last_reminder_days": 60}, 10),), {"prosecutor_second_reminder_days": 30}, 5,
     ("prosecutor_second_reminder_days",)),
    ((({"prosecutor_last_reminder_days": 60}, 10),), {"prosecutor_second_reminder_days": 30}, 10, ()),
)  # fmt: skip

"""Expected fields of the concern, typed by hand from domain.md §4.1 to §4.5, and kinds of data of §4.8.

One row a stored column: ``Field(code, access_class, sealing, required, values, when)``, grouped by part in
``FIELDS``. ``sealing``: "C" clear, "E" sealed, "EI" sealed and later indexed. ``required``: the letters of
the paper (L legal, P practice, U urgent, O optional; "" = derived, never typed); ``when`` limits it.
Where the paper gives only French words, the code is ours and stands beside the label.
"""

from typing import NamedTuple


class Field(NamedTuple):
    """One stored column of the concern."""

    code: str
    access_class: str
    sealing: str
    required: str
    values: tuple[str, ...] = ()
    when: str = ""


YES_NO = ("yes", "no")
NOT_HEARD = (
    "not_asked",
    "declined",
    "no_words",
    "not_met",
    "no_interpreter",
    "at_risk",
    "refused",
    "deceased",
    "other",
)
YES_NO_UNKNOWN = ("yes", "no", "not_known")  # Oui / Non / Ne sait pas

IDENTITY_KNOWN = {"known": "Connue", "partial": "Partielle", "unknown": "Inconnue"}
SEX = {"girl": "Fille", "boy": "Garçon", "other": "Autre", "not_known": "Non connu"}
AGE_BANDS = {"under_3": "<3", "3_5": "3–5", "6_10": "6–10", "11_15": "11–15", "16_17": "16–17"}
WHEREABOUTS = {"runaway": "En fugue", "unknown": "Lieu inconnu", "abroad": "À l'étranger",
               "sheltered": "Mis à l'abri", "known": "Localisé"}  # fmt: skip
HOLDER_LINK = {"father": "Père", "mother": "Mère", "guardian": "Tuteur", "other": "Autre", "ase": "ASE",
               "unknown": "Inconnu"}  # fmt: skip
NOT_INFORMED_REASON = {
    "contrary_to_interest": "Contraire à l'intérêt de l'enfant",
    "parent_implicated": "Parent impliqué",
    "reprisals": "Risque de représailles",
    "flight": "Risque de fuite",
    "unreachable": "Injoignable",
    "prosecutor_instruction": "Consigne du parquet",
    "urgency": "Urgence",
    "other": "Autre",
}
PLACE_TYPE = {
    "hotel": "Hôtel",
    "short_let": "Location courte durée",
    "home": "Domicile",
    "care_home": "Foyer/MECS",
    "street": "Rue",
    "vehicle": "Véhicule",
    "school": "Établissement scolaire",
    "online": "En ligne",
    "abroad": "Étranger",
    "unknown": "Inconnu",
}
FACT_SOURCE = {"seen": "Vu", "heard_from_child": "Entendu de l'enfant",
               "third_party": "Rapporté par un tiers",
               "document": "Document"}  # fmt: skip
SIGN_MODE = {"observed": "Observé par moi", "reported": "Rapporté", "not_known": "Non connu"}
SIGNS = {
    "behaviour": ("repeated_runaway", "disappearing_far", "sudden_change", "self_harm", "sleep_anxiety",
                  "night_absences", "disproportionate_phone", "secrecy", "sexualised_language",
                  "banalisation",
                  "minimises_age"),
    "material": ("unexplained_cash", "gifts_luxury", "leisure_mismatch", "several_phones", "clothes_change",
                 "hotel_traces", "sexual_health_items", "transport_tickets", "allowance_unused",
                 "tattoo_mark"),
    "relations": ("new_older_contacts", "controlling_boyfriend", "isolation", "family_break",
                  "vehicle_near_home",
                  "peer_recruiting", "debt_threat", "accompanied_always"),
    "health": ("injuries", "sti_pregnancy_requests", "substances", "hygiene_change", "weight_change",
               "dissociation",
               "early_pregnancy"),
    "school": ("absenteeism", "dropout", "fall_in_results", "rumours_images", "leaves_with_adults"),
    "digital": ("intense_messaging", "ads_profiles", "recruit_offers", "paid_images", "money_apps",
                "geo_shared",
                "blackmail_images"),
}  # fmt: skip
# Class E, sealed with their code: the health group and these three of other groups (§4.3).
HEALTH_SIGNS = (*SIGNS["health"], "self_harm", "sleep_anxiety", "sexual_health_items")
SITUATION_TYPE = ("pre_prostitution", "occasional", "network_pimping", "loverboy", "peers", "family",
                  "online",
                  "no_third_party_known", "foreign_trafficking", "unknown")  # fmt: skip
PROSTITUTION_STATUS = ("none", "at_risk", "suspected", "established", "refuted")
# What a filer may say; `established` is stored as `suspected` on the child until someone of the authority
# decides.
PROSTITUTION_STATUS_FILER = ("none", "at_risk", "suspected", "established")
EMERGENCY_DONE = {
    "police": "17",
    "prosecutor": "Parquet",
    "helpline_119": "119",
    "samu": "SAMU",
    "crip": "CRIP",
}
THIRD_PARTY_ROLE = {"alleged_exploiter": "Exploiteur présumé", "buyer": "Acheteur", "recruiter": "Recruteur",
                    "accomplice": "Complice", "witness": "Témoin"}  # fmt: skip
FILER_PROFESSION = (
    "teacher", "school_head", "school_life", "school_social_worker", "school_nurse_doctor",
    "specialised_educator",
    "street_outreach", "residential_staff", "dept_social_worker", "physician", "hospital_staff",
    "midwife_sexual_health", "psychologist", "pjj_staff", "police_gendarmerie", "association_specialised",
    "animal_protection", "youth_worker", "transport_hotel", "elected_official", "other_pro", "private_person",
    "minor_self", "parent",
)  # fmt: skip
# L226-5 al. 1: feedback without asking (C5). The three others ask (C5b).
FILER_PROFESSION_WITHOUT_C5 = ("private_person", "minor_self", "parent")
FILER_IS_SOURCE = {"direct": "Témoin direct", "indirect": "Témoin indirect"}
ON_BEHALF = {"helpline_119": "119", "call": "Appel", "letter": "Courrier"}
CHANNEL = {"online": "En ligne", "phone": "Téléphone", "letter": "Courrier", "email": "Courriel",
           "in_person": "En personne", "helpline_119": "119",
           "prosecutor_request": "Soit-transmis"}  # fmt: skip
DISABILITY = {"recognised": "Reconnue", "supposed": "Supposée", "none": "Aucune"}

FIELDS: dict[str, tuple[Field, ...]] = {
    # §4.1, one per minor
    "child": (
        Field("identity_known", "B", "C", "PU", tuple(IDENTITY_KNOWN)),
        Field("last_name", "B", "EI", "P"),
        Field("first_names", "B", "EI", "P"),
        Field("usual_name", "B", "EI", "P"),
        Field("nickname", "B", "EI", "P"),
        Field("birth_date", "B", "EI", "P"),
        Field("birth_year_month", "B", "E", ""),
        Field("age_band", "A", "C", "", tuple(AGE_BANDS)),
        Field("under_2", "A", "C", ""),
        Field("under_15", "A", "C", ""),
        Field("majority_near", "A", "C", ""),
        Field("next_change", "B", "C", ""),  # ours: a keyed group of days, not the paper's
        Field("age_estimated_min", "B", "E", "P", when="no birth date"),
        Field("age_estimated_max", "B", "E", "P", when="no birth date"),
        Field("age_source", "B", "E", "P", when="no birth date"),
        Field("sex", "B", "C", "P", tuple(SEX)),
        Field("mother_birth_name", "B", "EI", "O"),
        Field("nationality_hint", "B", "E", "O"),
        Field("unaccompanied", "B", "E", "O", YES_NO),
        Field("language", "B", "E", "O"),
        Field("disability", "E", "E", "O", tuple(DISABILITY)),
        Field("emancipated_on", "B", "E", ""),  # by a correction alone (T42): it ends what parents decide
        Field("emancipated", "B", "C", ""),
        Field("commune_insee", "B", "E", "PU", when="or residence_department"),
        Field("residence_department", "A", "C", "PU", when="or derived from commune_insee"),
        Field("address", "B", "E", "P"),
        Field("whereabouts", "B", "E", "U", tuple(WHEREABOUTS)),
        Field("whereabouts_detail", "B", "E", "U"),
        Field("runaway", "A", "C", ""),
        Field("runaway_since", "B", "E", "P", when="whereabouts is runaway"),
        Field("police_report_ref", "B", "E", "P", when="whereabouts is runaway"),
        Field("last_seen_place", "B", "E", "P", when="whereabouts is runaway"),
        Field("living_with", "B", "E", "O"),
        Field("school_name", "B", "E", "O"),
        Field("school_level", "B", "E", "O"),
        Field("attendance", "B", "E", "O"),
        Field("current_measure", "B", "C", "P", YES_NO_UNKNOWN),
        Field("current_measure_detail", "B", "E", "O"),
        Field("safe_contact_way", "B", "E", "O"),
    ),
    # §4.2
    "holder": (
        Field("name", "B", "EI", "P"),
        Field("link", "B", "E", "P", tuple(HOLDER_LINK)),
        Field("phone", "B", "EI", "P"),
        Field("address", "B", "E", "P"),
        Field("parental_authority", "B", "E", "O"),
        Field("holder_implicated", "B", "C", "P", YES_NO_UNKNOWN),
        Field("holder_implicated_detail", "B", "E", "O"),
    ),
    "household": (
        Field("parents_informed", "B", "C", "L", YES_NO),
        Field("parents_informed_date", "B", "E", "L", when="parents_informed is yes"),
        Field("parents_informed_by", "B", "E", "L", when="parents_informed is yes"),
        Field("parents_informed_how", "B", "E", "L", when="parents_informed is yes"),
        Field("parents_reaction", "B", "E", "O"),
        Field("not_informed_reason", "B", "C", "L", tuple(NOT_INFORMED_REASON), "parents_informed is no"),
        Field("not_informed_detail", "B", "E", "O"),
        Field("siblings_present", "B", "E", "P", YES_NO_UNKNOWN),
        Field("other_adults", "B", "E", "O"),
    ),
    "sibling": (
        Field("name", "B", "EI", "O"),
        Field("birth_date", "B", "EI", "O"),
        Field("age", "B", "E", "O"),
    ),
    # §4.3
    "fact": (
        Field("date", "D", "E", "PU", when="or period; at least one fact"),
        Field("period", "D", "E", "PU", when="or date"),
        Field("place_type", "D", "C", "PU", tuple(PLACE_TYPE)),
        Field("place_text", "D", "E", "PU"),
        Field("source", "D", "C", "PU", tuple(FACT_SOURCE)),
        Field("text", "D", "E", "PU"),
    ),
    "sign": (
        Field("code", "D", "C", "O"),
        Field("mode", "D", "C", "O", tuple(SIGN_MODE)),
        Field("date", "D", "E", "O"),
        Field("text", "D", "E", "O"),
    ),
    "health_sign": (
        Field("code", "E", "E", "O", HEALTH_SIGNS),
        Field("mode", "E", "E", "O", tuple(SIGN_MODE)),
        Field("date", "E", "E", "O"),
        Field("text", "E", "E", "O"),
    ),
    "concern": (
        Field("child_words", "D", "E", "O"),
        Field("child_words_how", "D", "E", "O"),
        Field("child_opinion", "D", "E", "P"),
        Field("child_not_heard", "D", "C", "O", NOT_HEARD),
        Field("child_informed", "D", "C", "P", YES_NO),
        Field("situation_type", "D", "C", "P", SITUATION_TYPE),
        Field("prostitution_status_filer", "D", "C", "P", PROSTITUTION_STATUS_FILER),
        Field("danger_now", "D", "C", "U", YES_NO),
        Field("danger_now_what", "D", "E", "U", when="danger_now is yes"),
        Field("emergency_done", "D", "C", "U", tuple(EMERGENCY_DONE)),
        Field("health_facts", "E", "E", "O"),
        Field("prior_actions", "D", "E", "P"),
        Field("prior_reports", "D", "C", "O", YES_NO_UNKNOWN),
        Field("prior_reports_detail", "D", "E", "O"),
        Field("strengths", "D", "E", "O"),
        Field("expectation", "D", "E", "O"),
        # §4.4, of the whole concern
        Field("gang_known", "F", "C", "O", YES_NO_UNKNOWN),
        Field("money_flow", "G", "E", "O"),
        Field("other_victims", "F", "C", "P", YES_NO_UNKNOWN),
        Field("other_victims_detail", "F", "E", "O"),
    ),
    # §4.4
    "third_party": (
        Field("role", "F", "C", "O", tuple(THIRD_PARTY_ROLE)),
        Field("name", "F", "EI", "O"),
        Field("alias", "F", "EI", "O"),
        Field("age", "F", "E", "O"),
        Field("link", "F", "C", "O"),
        Field("minor", "F", "C", "O", YES_NO_UNKNOWN),
        Field("phone", "F", "EI", "O"),
        Field("vehicle", "F", "E", "O"),
        Field("address", "F", "E", "O"),
    ),
    "digital_trace": (
        Field("platform", "G", "C", "O"),
        Field("handle", "G", "EI", "O"),
        Field("url", "G", "E", "O"),
        Field("phone", "G", "EI", "O"),
        Field("date", "G", "E", "O"),
        Field("capture_kept", "G", "E", "O", YES_NO),
    ),
    # §4.5
    "filer": (
        Field("filer_name", "C", "EI", "P"),
        Field("filer_email", "C", "EI", "P"),
        Field("filer_phone", "C", "EI", "P"),
        Field("filer_profession", "C", "C", "P", FILER_PROFESSION),
        Field("filer_org", "C", "E", "P"),
        Field("filer_org_type", "C", "C", ""),
        Field("filer_role_to_child", "C", "E", "P"),
        Field("filer_is_source", "C", "C", "P", tuple(FILER_IS_SOURCE)),
        Field("on_behalf", "C", "C", "O", tuple(ON_BEHALF)),
        Field("confidentiality_wish", "C", "C", "O", YES_NO),
        Field("feedback_channel", "C", "C", "P"),
        Field("feedback_safe_way", "C", "E", "P"),
        Field("bound_by_secrecy", "C", "C", "O", YES_NO_UNKNOWN),
        Field("good_faith_notice", "C", "C", "L-info", YES_NO),
    ),
    "receipt": (
        Field("received_at", "A", "C", "P", when="intake_agent, crip_coordinator; else set by submit"),
        Field("channel", "A", "C", "P", tuple(CHANNEL), "intake_agent, crip_coordinator; else derived"),
        Field("source_referral", "A", "C", "O", when="crip_coordinator"),
    ),
}

# The read class of these changes with the situation: class K as soon as the child is sheltered (§4.1).
CLASS_WHEN_SHELTERED = {"child.whereabouts": "K", "child.whereabouts_detail": "K"}

# P4 of security.md §2: a right of its own, journaled by name. Other sealed columns are P3, clear ones P1.
CRITICAL = (
    "child.disability", "child.whereabouts", "child.whereabouts_detail", "child.police_report_ref",
    "health_sign.code", "health_sign.mode", "health_sign.date", "health_sign.text", "concern.health_facts",
    "filer.filer_name", "filer.filer_email", "filer.filer_phone", "filer.filer_org",
    "filer.filer_role_to_child",
    "filer.feedback_safe_way",
)  # fmt: skip

# Sealed under the filer's data key; every other sealed column is under the key of the case (§4).
UNDER_FILER_KEY = (
    "filer.filer_name", "filer.filer_email", "filer.filer_phone", "filer.filer_org",
    "filer.filer_role_to_child",
    "filer.feedback_safe_way",
)  # fmt: skip

# T03 asks these alone; L and P items that it leaves open become due at T10 and T11.
URGENT_ITEMS = ("identity_known", "commune_insee or residence_department", "whereabouts", "facts",
                "danger_now",
                "emergency_done")  # fmt: skip

# §4.8: kinds of data that steps and parts bring, (kind, access class, sealing).
STEP_DATA = (
    ("state", "A", "C"), ("received_at", "A", "C"), ("urgency", "A", "C"), ("info_requested", "A", "C"),
    ("legal_hold", "A", "C"), ("transfer_request.coarse_code", "A", "C"),
    ("child.prostitution_status", "D", "C"), ("child.immediate_danger", "D", "C"), ("child.child_met", "D",
                                                                                    "C"),
    ("child.danger_categories", "D", "C"),
    ("opinion", "D", "E"), ("reason", "D", "E"), ("question", "D", "E"), ("answer", "D", "E"), ("contact",
                                                                                                "D", "E"),
    ("approval.reason", "D", "E"), ("closure_review.reason", "D", "E"), ("break_glass.reason", "D", "E"),
    ("restriction.reason", "D", "E"), ("restriction.list", "D", "E"),
    ("feedback.text", "C", "E"), ("message.text", "C", "E"),
    ("holder_information.state", "B", "C"), ("holder_information.reason_code", "B", "C"),
    ("holder_information.reason_text", "B", "E"),
    ("contact_attempt", "H", "E"), ("assessment.notes", "H", "E"), ("assessment.conclusion", "H", "E"),
    ("assessment.report", "H", "E"), ("assessment.danger", "H", "E"), ("assessment.opinion", "H", "E"),
    ("assessment.inquiry_considered", "H", "E"), ("assessment.finding", "H", "E"), ("assessment.health_finding", "E", "E"),
    ("voice", "D", "E"),
    ("decision.code", "J", "C"), ("decision.date", "J", "C"), ("decision.motivation", "J", "E"),
    ("judicial_referral.state", "I", "C"), ("judicial_referral.grounds", "I", "C"),
    ("judicial_referral.outcome_types", "I", "C"), ("judicial_referral.dates", "I", "C"),
    ("judicial_referral.documents", "I", "E"), ("judicial_referral.recipients", "I", "E"),
    ("judicial_referral.orders", "I", "E"),
    ("measure.type", "J", "C"), ("measure.state", "J", "C"), ("measure.dates", "J", "C"), ("measure.aim", "J",
                                                                                           "E"),
    ("measure.agreement", "J", "E"), ("measure.plan", "J", "E"), ("measure.reports", "J", "E"),
    # §4.9: the gravest class of what it says; a filer's answer stands under the filer's key.
    ("letter", "J", "E"), ("letter.justice", "I", "E"), ("letter.filer", "C", "E"),
    ("place_of_care", "K", "E"), ("runaway.places", "B", "E"), ("runaway.emergency_sheet", "B", "E"),
)  # fmt: skip

# Choices of the steps (§2.1, §2.4), by their codes.
CHOICES = {
    "urgency": ("U0", "U1", "U2", "U3"),
    "prostitution_status": PROSTITUTION_STATUS,
    "whereabouts": tuple(WHEREABOUTS),
    "child_met": ("never", "with_holder", "alone"),
    "decision": ("undecided", "judicial", "admin", "continue", "close"),
    "danger_category": ("health", "security", "morality", "education_conditions", "development"),
    "danger_level": ("no_danger", "risk", "danger", "grave_immediate"),
    "maltreatment_type": ("sexual", "physical", "neglect", "psychological", "exploitation",
                          "couple_violence"),
    "judicial_motive": ("1", "2", "3", "4", "5", "6"),
    "assessment_outcome": ("classement", "adapted_actions", "judicial"),
    "merge_kind": ("same_facts", "new_facts"),
    "variant": ("copy_of_direct_report", "prosecutor_request", "from_119", "transfer_in"),
    "contact_kind": ("prosecutor", "police", "health", "family", "filer", "feedback_request",
                     "address_request",
                     "address_answer", "other"),
    "child_standing": ("subject", "household"),
    "reorientation": ("local_social_service", "pmi", "school_social_service", "service_in_charge",
                      "maison_des_adolescents", "family_judge", "police", "other_department", "no_object"),
}  # fmt: skip

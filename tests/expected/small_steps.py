"""Expected steps of the small machines of a case, typed by hand from domain.md §2.7.

Read with steps.py and part_steps.py. ``STATES_OF_CASE`` tells in which states of the referral a machine's routes
exist.
"""

from tests.expected.part_steps import PART_STEP_STATES
from tests.expected.vocabulary import (
    IN_UNIT,
    ON_ASSIGNMENT,
    RECEIVING,
    SEEING,
    TERRITORIAL,
    TERRITORY,
    Guard,
    Step,
)

STATES = {
    "review": ("due", "confirmed", "reopened"),
    "duplicate": ("suggested", "confirmed", "rejected"),
    "feedback": ("due", "overdue", "sent", "withheld"),
    "glass": ("opened", "to_review", "reviewed_ok", "reviewed_ko"),
    "alert": ("open", "acknowledged", "over"),
    "transfer": ("prepared", "sent", "accepted", "integrated", "refused", "arbitration", "kept"),
    "orientation": ("proposed", "asked", "under_study", "accepted", "refused", "expired", "withdrawn"),
}
STATES_OF_CASE = {
    "review": ("not_qualified", "closed_no_action", "ended", "transferred", "merged", "withdrawn"),
    "duplicate": ("submitted", "acknowledged", "triage", "qualified", "in_assessment", "report_submitted",
                  "admin_offer", "judicial_pending", "protected_admin", "protected_judicial", "not_qualified",
                  "closed_no_action", "ended", "merged", "withdrawn"),
    "feedback": PART_STEP_STATES["judicial"],
    "glass": (*PART_STEP_STATES["judicial"], "transferred", "archived"),
    "alert": ("submitted", "acknowledged", "triage", "qualified", "in_assessment", "report_submitted", "admin_offer",
              "judicial_pending", "protected_admin", "protected_judicial"),
    "transfer": PART_STEP_STATES["measure"],
    # A service is asked for a case that the cell has received, and that isn't closed.
    "orientation": ("acknowledged", "triage", "qualified", "in_assessment", "report_submitted", "admin_offer",
                    "judicial_pending", "protected_admin", "protected_judicial"),
}  # fmt: skip

REVIEW: dict[str, Step] = {
    "open": Step("R01", {}, targets=("due",), fired_by=("T04", "T11", "T12", "T22", "T30"),
                 note="T04 always; the others when one person signed.", starts=("R-closure",)),
    "confirm": Step(
        "R02", {"supervisor": TERRITORIAL, "crip_coordinator": TERRITORIAL},
        guards=(
            Guard("another_than_who_closed", "who asks closed the case, or withdrew the concern", "§2.7"),
            Guard("coordinators_review_withdrawals", "a coordinator, on another closing than T04", "§2.2 Closings"),
        ),
        data=("note?",), origins=("due",), targets=("confirmed",), stops=("R-closure",),
    ),
    "overturn": Step("R03", {}, origins=("due",), targets=("reopened",), fired_by=("T34", "T35"), stops=("R-closure",)),
}  # fmt: skip

OTHER_KNOWN = Guard("other_file_known", "the other file is of another authority, hidden from who asks, a draft, or "
                                        "this one", "§1.3 rule 1; SEC-AZ4")  # fmt: skip
DUPLICATE: dict[str, Step] = {
    "suggest": Step(
        "D01", {"crip_coordinator": TERRITORIAL, "intake_agent": TERRITORIAL},
        guards=(OTHER_KNOWN, Guard("pair_is_new", "the two files are compared already", "§2.7")),
        data=("other", "reasons", "note?"), targets=("suggested",), note="By the index: D04.",
    ),
    "confirm": Step("D02", {"crip_coordinator": TERRITORIAL}, guards=(OTHER_KNOWN,), data=("kind",),
                    origins=("suggested",), targets=("confirmed",)),
    "reject": Step("D03", {"crip_coordinator": TERRITORIAL}, data=("reason",), origins=("suggested",),
                   targets=("rejected",)),
    # §2.7 "system … suggests"; T42: the search reruns, and takes back what it finds no more.
    "find": Step("D04", {}, targets=("suggested",), system_too=True),
    "drop": Step("D05", {}, origins=("suggested",), targets=("rejected",), system_too=True),
}  # fmt: skip

# FeedbackTask has no row of steps in the paper: §2.7 says its states, who moves it and that an answer withheld has
# its reason; §1.4 and D226-2-8 say which. The codes are ours.
FEEDBACK: dict[str, Step] = {
    "send": Step("F01", {"crip_coordinator": TERRITORIAL}, data=("text", "means"), stops=("C5", "C5b"),
                 origins=("due", "overdue"), targets=("sent",),
                 note="Sent before the case has an outcome: a second task at the outcome."),
    "withhold": Step(
        "F02", {"crip_coordinator": TERRITORIAL}, data=("reason", "reason_text"), stops=("C5", "C5b"),
        guards=(
            Guard("reason_of_the_law", "a private person: another reason than the three of D226-2-8; a "
                                       "professional: another than secrecy or the child's interest",
                  "CASF D226-2-8; §1.4"),
        ),
        origins=("due", "overdue"), targets=("withheld",), fired_by=("T04", "T32"),
    ),
    "fall_overdue": Step("F03", {}, origins=("due",), targets=("overdue",), system_too=True),
}  # fmt: skip

# BreakGlass: §2.7 gives its states, who moves it and until when; §1.3 rule 7 whom it lets in. The codes are ours. Who
# sees the case by a broken glass alone has the ordinary relation too, which is what `open` asks for; a restricted case
# that isn't seen is opened by its reference (`POST /break-glass`).
IN_ITS_TURN = (
    Guard("another_than_who_opened", "who asks opened the case", "§2.7"),
    Guard(
        "named_where_restricted",
        "the case is restricted and who asks isn't on its list",
        "§1.3 rules 3 and 7",
    ),
)
GLASS: dict[str, Step] = {
    "open": Step(
        "G01", {"on_call": TERRITORIAL, "supervisor": TERRITORIAL}, data=("reason",), targets=("opened",),
        guards=(
            Guard("no_review_overdue", "a review of the asker's own openings is overdue, and the asker isn't on the rota",
                  "§1.3 rule 7"),
        ),
        note="Renewed by a new one with a new reason; the first opening acknowledges (T05).", starts=("R-opening",),
    ),
    "give_back": Step(
        "G02", SEEING, guards=(Guard("own_opening", "somebody else opened it", "§2.7"),),
        origins=("opened",), targets=("to_review",),
    ),
    "expire": Step("G03", {}, origins=("opened",), targets=("to_review",), system_too=True,
                   note="The right itself ends at the very instant."),
    "approve": Step("G04", {"supervisor": TERRITORIAL, "crip_coordinator": TERRITORIAL}, guards=IN_ITS_TURN,
                    data=("note?",), origins=("to_review",), targets=("reviewed_ok",), stops=("R-opening",)),
    "contest": Step("G05", {"supervisor": TERRITORIAL, "crip_coordinator": TERRITORIAL}, guards=IN_ITS_TURN,
                    data=("reason",), origins=("to_review",), targets=("reviewed_ko",), stops=("R-opening",)),
}  # fmt: skip

# The urgent call of S7 ("until one acknowledges"), which the paper gives no machine; names and codes are ours.
ALERT: dict[str, Step] = {
    "sound": Step("L01", {}, targets=("open",), fired_by=("T03", "T08", "T14"), system_too=True,
                  note="By the system when C3 is near, and when it is over."),
    "acknowledge": Step(
        "L02",
        dict.fromkeys(("on_call", "crip_coordinator", "intake_agent", "supervisor"), TERRITORIAL),
        origins=("open",), targets=("acknowledged",), fired_by=("T15", "T36", "T37", "T38", "G01"), system_too=True,
        note="Also when on-call, coordinator or intake opens the file.",
    ),
    "close": Step("L03", {}, origins=("open",), targets=("over",), fired_by=("L01",), system_too=True,
                  note="By a newer call, or when the case closes."),
}  # fmt: skip

# RetentionBatch has no row of steps either: §2.7 says its states and who moves it, T41 and §7.3 what for. It belongs to
# an authority, so that no state of a case bounds it. The codes are ours.
BATCH_STATES = ("proposed", "visa_requested", "visa_granted", "refused", "executed")
KEEPS_FILES = {"dpo": (TERRITORY,)}
NOT_AHEAD = Guard("not_ahead", "the day is still to come", "§2.7")
BATCH: dict[str, Step] = {
    "propose": Step("B01", {}, targets=("proposed",), system_too=True, note="Monthly, for each authority."),
    "request_visa": Step("B02", KEEPS_FILES, guards=(NOT_AHEAD,), data=("letter", "on"), origins=("proposed",),
                         targets=("visa_requested",)),
    "grant_visa": Step("B03", KEEPS_FILES, guards=(NOT_AHEAD,), data=("number", "on"),
                       origins=("visa_requested", "visa_granted"), targets=("visa_granted",),
                       note="Again where who recorded it has left."),
    "refuse_visa": Step("B04", KEEPS_FILES, guards=(NOT_AHEAD,), data=("reason", "on"), origins=("visa_requested",),
                        targets=("refused",)),
    "execute": Step(
        "B05", {"supervisor": (TERRITORY,)},
        guards=(
            Guard("second_person", "who executes recorded the visa", "§2.7; SEC-AZ12"),
            Guard("recorder_in_office", "who recorded the visa is dpo no more", "SEC-AZ12"),
            Guard("visa_there", "no visa number, where VISA_REQUIRED", "T41"),
        ),
        origins=("visa_granted",), targets=("executed",), fires=("T41",),
    ),
    "waive_visa": Step(
        "B06", KEEPS_FILES, guards=(Guard("visa_not_required", "VISA_REQUIRED is on", "§11.1"),),
        origins=("proposed", "visa_granted"), targets=("visa_granted",),
    ),
}  # fmt: skip

# TransferRequest: §2.7 says its states and that T31, T32, T33 move it, and the supervisors of both in an arbitration;
# the codes are ours. Given up, or the case closed at the origin: kept.
COORDINATES = {"crip_coordinator": TERRITORIAL}
TRANSFER: dict[str, Step] = {
    "prepare": Step("TR1", {}, targets=("prepared",), fired_by=("T31",)),
    "send": Step(
        "TR2", COORDINATES,
        guards=(
            Guard("address_answered", "the address is still sought (C18), and it isn't said why one doesn't wait",
                  "§8.3"),
            Guard("documents_there", "a document that the file doesn't hold", "§8.3"),
            Guard("receivers_named", "the case was restricted since, and nobody is named to receive it", "T46"),
        ),
        data=("note?", "documents?", "no_answer?"), origins=("prepared", "refused"), targets=("sent",),
        fired_by=("T31",),
    ),
    "accept": Step("TR3", {}, origins=("sent",), targets=("accepted",), fired_by=("T32",)),
    "integrate": Step("TR4", {}, origins=("accepted",), targets=("integrated",), fired_by=("T32",)),
    "refuse": Step("TR5", {}, origins=("sent",), targets=("refused", "arbitration"), fired_by=("T33",),
                   note="The second refusal goes to arbitration."),
    "arbitrate": Step(
        "TR6", {"supervisor": (*TERRITORIAL, RECEIVING)},
        guards=(Guard("not_said_yet", "this authority has said what it holds", "§2.7"),),
        data=("says", "reason"), origins=("arbitration",), targets=("sent", "kept", "same"),
        note="Both for it: sent. One against it: kept.",
    ),
    "give_up": Step("TR7", COORDINATES, data=("reason",), origins=("prepared", "sent", "refused", "arbitration"),
                    targets=("kept",), fired_by=("T11", "T12", "T22", "T30")),
}  # fmt: skip

# Orientation: field.md A.6 gives its states and reasons, A.3 the rhythm (reminded after 10 days, expired after 30), A.9
# its rules; the codes are ours. Who looks for a place is who follows the child, or is called at night.
ORIENTS = {
    "crip_coordinator": TERRITORIAL, "on_call": TERRITORIAL, "ase_inspector": ON_ASSIGNMENT,
    "case_referent": ON_ASSIGNMENT, "assessor": ON_ASSIGNMENT,
}  # fmt: skip
AWAITED = ("asked", "under_study")
ORIENTATION: dict[str, Step] = {
    "propose": Step(
        "OR1", ORIENTS,
        guards=(
            Guard("resource_there", "the service isn't in the directory, or was merged into another", "field.md A.6"),
            Guard("not_excluded", "the case must not meet the service, or its structure", "field.md A.9 R9"),
            Guard("choice_explained", "a rule removes the service, and no reason is given", "field.md A.9"),
        ),
        data=("need", "resource", "child?", "danger_departments?", "situations?", "despite?", "text"),
        targets=("proposed",),
    ),
    "ask": Step("OR2", ORIENTS, guards=(Guard("not_ahead", "the instant is still to come", "field.md A.6"),),
                data=("channel", "at", "whom"), origins=("proposed",), targets=("asked",)),
    "study": Step("OR3", ORIENTS, data=("answer?",), origins=("asked",), targets=("under_study",)),
    "accept": Step("OR4", ORIENTS, data=("answer?",), origins=AWAITED, targets=("accepted",)),
    "refuse": Step("OR5", ORIENTS, data=("reason", "answer?"), origins=AWAITED, targets=("refused",)),
    "expire": Step("OR6", {}, origins=AWAITED, targets=("expired",), system_too=True),
    "withdraw": Step(
        "OR7", ORIENTS, data=("reason",), origins=("proposed", *AWAITED), targets=("withdrawn",), fired_by=("OX1",),
        note="Also with the case, when it closes, is joined to another or taken over.",
    ),
}  # fmt: skip

# AccessAnomaly: §2.7 says its states and who moves it ("reported, closed after it: dpo"), S9 its course. It belongs to an
# authority; the codes are ours. N04 is no step: the agent answers, whatever the role.
ANOMALY_STATES = ("detected", "under_review", "justified", "unjustified", "reported", "closed")
EXAMINES, PROTECTS = {"auditor": (TERRITORY,)}, {"dpo": (TERRITORY,)}
NOT_OWN = Guard("not_own", "it is about the own account", "§2.7")
VEILED = ("under_review", "unjustified", "reported")
ANOMALY: dict[str, Step] = {
    "detect": Step("N01", {}, targets=("detected",), system_too=True, note="By a rule; by a contested opening."),
    "take_up": Step("N02", EXAMINES, guards=(NOT_OWN,), origins=("detected",), targets=("under_review",)),
    "ask": Step(
        "N03", EXAMINES, guards=(NOT_OWN, Guard("somebody_unasked", "nobody to ask, or asked already", "S9")),
        origins=("under_review",), targets=("same",), starts=("R-anomaly",),
    ),
    "justify": Step("N05", EXAMINES, guards=(NOT_OWN,), data=("ground",), origins=("under_review",),
                    targets=("justified",), stops=("R-anomaly",)),
    "find_unjustified": Step(
        "N06", EXAMINES, guards=(NOT_OWN, Guard("time_to_answer", "the agent wasn't asked, or may still answer", "S9")),
        data=("reason",), origins=("under_review",), targets=("unjustified",), stops=("R-anomaly",),
    ),
    "report": Step("N07", PROTECTS, guards=(NOT_OWN,), origins=("unjustified",), targets=("reported",)),
    "close": Step("N08", EXAMINES, guards=(NOT_OWN,), origins=("justified",), targets=("closed",)),
    "conclude": Step(
        "N09", PROTECTS, guards=(NOT_OWN, Guard("dealt_with", "its breach is neither notified nor ruled out", "§2.7")),
        origins=("reported",), targets=("closed",),
    ),
    "ask_identities": Step(
        "N10", EXAMINES | PROTECTS, guards=(NOT_OWN, Guard("veiled", "nothing to lift, or asked already", "S9")),
        origins=VEILED, targets=("same",),
    ),
    "grant_identities": Step(
        "N11", EXAMINES | PROTECTS,
        guards=(
            NOT_OWN, Guard("two_offices", "the same person or office asked", "S9; SEC-AZ12"),
            Guard("asker_in_office", "who asked has lost the office", "SEC-AZ12"),
        ),
        origins=VEILED, targets=("same",),
    ),
}  # fmt: skip

# Inquiry: §2.7, IQ1 to IQ7; each side has a row of its authority. IQ8 is ours: a case that is closed waits for no
# documents (§2.2 Closings).
INQUIRY_STATES = ("asked", "answered", "documents_asked", "refused", "withdrawn", "closed")
ASKS = {"crip_coordinator": (TERRITORY,)}
ASKS_AT_NIGHT = ASKS | {"on_call": (TERRITORY,)}
INQUIRY: dict[str, Step] = {
    "ask": Step(
        "IQ1", ASKS_AT_NIGHT,
        guards=(
            Guard("referral_opened", "the own referral isn't opened", "§2.7"),
            Guard("child_named", "no child of the case, or name or birth is missing", "§2.7"),
            Guard("another_asked", "the own authority is asked", "§2.7"),
            Guard("one_open", "the same is asked already", "§2.7"),
            Guard("holders_seen_to", "a holder isn't said to be told of it, deferred or not concerned", "§2.7; L226-2-2"),
            Guard("called_at_u3", "at U3 nobody was called", "C27"),
        ),
        data=("asked", "child", "former_address?", "school?", "holder?", "ground", "purpose", "called?"),
        targets=("asked",), starts=("C27",),
    ),
    "withdraw": Step("IQ2", ASKS_AT_NIGHT, data=("reason",), origins=("asked",), targets=("withdrawn",),
                     system_too=True, stops=("C27",)),
    "answer": Step(
        "IQ3", ASKS,
        guards=(
            Guard("registers_searched", "index and older registers weren't searched", "§2.7"),
            Guard("person_confirmed", "known, and no person confirmed the child", "§2.7"),
            Guard("child_or_entry", "known, and neither a child nor the entry of an older register is named", "§2.7"),
            Guard("own_file", "a child of no own file that who answers sees", "§1.3"),
        ),
        data=("searched", "known", "confirmed?", "child?", "register?", "register_year?", "register_number?", "kinds?",
              "from_year?", "to_year?", "standing?", "contact?"),
        origins=("asked",), targets=("answered",), stops=("C27",),
    ),
    "ask_documents": Step(
        "IQ4", ASKS, guards=(Guard("known_there", "the child isn't known there", "§2.7"),),
        data=("documents", "for_assessment_report?", "for_decisions?", "for_plan?", "for_situation_reports?"), origins=("answered",), targets=("documents_asked",), starts=("C27",),
    ),
    "send_documents": Step(
        "IQ5", ASKS,
        guards=(
            Guard("each_answered", "a document asked for is neither sent nor explained", "§2.7"),
            Guard("reason_of_each", "of a document that isn't sent no reason of its own is given", "§2.7"),
            Guard("reread", "nobody has read again what is sent", "§2.7"),
            Guard("there", "a document that the file doesn't hold", "§2.7"),
        ),
        data=("documents?", "missing?", "why_assessment_report?", "why_decisions?", "why_plan?",
              "why_situation_reports?", "passages?", "reread?"),
        origins=("documents_asked",), targets=("answered",), stops=("C27",),
    ),
    "refuse": Step(
        "IQ6", ASKS | {"supervisor": (TERRITORY,)},
        guards=(Guard("supervisors_word", "restricted not by a supervisor, or another reason by one", "§2.7"),),
        data=("reason", "note?"), origins=("asked", "documents_asked"), targets=("refused",), stops=("C27",),
    ),
    "close": Step("IQ7", ASKS, data=("considered",), origins=("answered",), targets=("closed",)),
    "lapse": Step("IQ8", {}, origins=("documents_asked",), targets=("answered",), system_too=True, stops=("C27",)),
}  # fmt: skip

# AccessRequest: §2.7, AR1 to AR16; 2S of AR9, AR11, AR12, AR15 always, of AR4 for a restricted file.
ACCESS_STATES = ("received", "identity_check", "collecting", "redaction", "answered", "partial", "refused", "appealed",
                 "closed")  # fmt: skip
OFFICER = {"dpo": (TERRITORY,)}
UNANSWERED, ANSWERED = ACCESS_STATES[:4], ACCESS_STATES[4:7]
STANDS = Guard("standing", "who asks has no standing any more by what files and ages say", "§2.8 no. 15")
UNSIGNED = Guard("unsigned", "a signature is awaited on what would change", "SEC-AZ18")
GATE = Guard("gate", "the safety gate is shut, and AR8 lets nothing go", "§7.5")
DONE = Guard("done_said", "of another right it isn't said what was done", "§2.7")
LOCKED = Guard(
    "locked", "what is lifted protects who filed, other children, the other holder or a place", "§2.8 no. 15"
)
ACCESS_REQUEST: dict[str, Step] = {
    "receive": Step(
        "AR1", OFFICER | {"intake_agent": (TERRITORY,), "crip_coordinator": (TERRITORY,)},
        guards=(Guard("not_ahead", "received on a day to come", "§2.7"),),
        data=("authority?", "requester", "right?", "wanted?", "part?", "way", "received_on", "name", "contact", "last_name?",
              "first_names?", "birth_date?", "words"),
        targets=("received",), starts=("C21",),
    ),
    "ask_identity": Step("AR2", OFFICER, data=("doubt", "lacking", "safe_way"), origins=("received",),
                         targets=("identity_check",)),
    "confirm_identity": Step(
        "AR3", OFFICER,
        guards=(
            Guard("fits", "another standing than the requester's", "§2.7"),
            Guard("established", "no discernment, no office, or a mandate that isn't written", "§2.7"),
        ),
        data=("proof", "standing", "discernment?", "in_office?", "written?", "mandator?", "mandator_name?", "how", "name?", "last_name?", "first_names?",
              "birth_date?"),
        origins=("received", "identity_check"), targets=("collecting",),
    ),
    "set_scope": Step(
        "AR4", OFFICER,
        guards=(
            UNSIGNED, Guard("searched", "the index wasn't searched", "§2.7"),
            Guard("own_files", "a file of another authority, none, or from which the officer is excluded", "§2.7"),
            Guard("the_one", "another name or birth in a file, or no such holder", "§2.8 no. 15"), STANDS,
        ),
        signed="conditional", signed_when="a restricted file",
        data=("references", "since?", "until?", "classes?", "searched", "approver?"), origins=("collecting",), targets=("same",),
    ),
    "collect": Step("AR5", OFFICER, guards=(Guard("scoped", "no scope yet", "§2.7"), UNSIGNED, STANDS),
                    origins=("collecting",), targets=("redaction",)),
    "redact": Step(
        "AR6", OFFICER, guards=(UNSIGNED, Guard("there", "a passage that isn't in the copy", "§2.7"), LOCKED),
        data=("part?", "code?", "start?", "end?", "page?", "left?", "top?", "right?", "bottom?", "lift?", "reason?"),
        origins=("redaction",), targets=("same",),
    ),
    "ask_opinion": Step(
        "AR7", OFFICER,
        guards=(Guard("of_the_case", "not the inspector, no coordinator, or excluded", "§2.7"),
                Guard("asked_once", "asked and not answered", "§2.7")),
        data=("user", "question"), origins=("collecting", "redaction", "appealed"), targets=("same",),
    ),
    "give_opinion": Step(
        "AR8", {"ase_inspector": (TERRITORY,), "crip_coordinator": (TERRITORY,)},
        guards=(Guard("asked", "not asked by AR7", "§2.7"), Guard("parts", "a part of another copy", "§2.7"),
                Guard("noted", "the note is of a day to come", "§2.7")),
        data=("verdict", "later_on?", "parts?", "reason", "noted_on?", "note?"),
        origins=("collecting", "redaction", "appealed"),
        targets=("same",),
    ),
    "name_readers": Step(
        "AR9", OFFICER,
        guards=(UNSIGNED, Guard("listed", "a line that isn't in the list", "C-579/21"),
                Guard("heard", "the agents are heard on a day to come", "C-579/21")),
        signed="always", data=("entries?", "masked?", "why", "weighed", "heard_on", "heard", "approver?"), origins=("redaction",),
        targets=("same",),
    ),
    "extend": Step(
        "AR10", OFFICER,
        guards=(Guard("once", "extended before", "RGPD 12.3"), Guard("first_month", "after the first month", "RGPD 12.3"),
                Guard("told", "told on a day to come, or before it was received", "RGPD 12.3")),
        data=("ground", "reasons", "told_on"), origins=("identity_check", "collecting", "redaction"), targets=("same",),
    ),
    "answer": Step("AR11", OFFICER, guards=(STANDS, GATE, DONE), signed="always", data=("done?", "word?", "approver?"),
                   origins=("redaction",), targets=("answered", "partial"), stops=("C21",)),
    "refuse": Step("AR12", OFFICER, signed="always", data=("reason", "reasons", "approver?"), origins=UNANSWERED,
                   targets=("refused",), stops=("C21",)),
    "hand_over": Step(
        "AR13", OFFICER,
        guards=(Guard("there", "nothing to hand over any more", "§2.7"), STANDS,
                Guard("gate_still", "the gate shut since the answer", "§7.5"),
                Guard("shown", "no identity shown, or a day to come", "§2.7"),
                Guard("met", "a minor, not in person or with nobody to explain", "§2.7")),
        data=("on", "handing", "to", "identity_shown", "explained_by?"), origins=("answered", "partial"), targets=("same",),
    ),
    "appeal": Step("AR14", OFFICER, guards=(Guard("not_ahead", "on a day to come, or before the answer", "§2.7"),),
                   data=("appeal", "on", "reference"), origins=ANSWERED, targets=("appealed",)),
    "settle": Step(
        "AR15", OFFICER,
        guards=(Guard("copied", "no copy to answer with", "§2.7"), Guard("there", "a passage of another copy", "§2.7"), LOCKED,
                STANDS, GATE, DONE),
        signed="always", data=("decision", "outcome", "reason?", "lift?", "done?", "word?", "approver?"),
        origins=("appealed",), targets=("answered", "partial", "refused"),
    ),
    "close": Step(
        "AR16", OFFICER, guards=(Guard("over", "remedies run, a package waits, or nobody withdrew in writing", "§2.7"),),
        signed="conditional", signed_when="a copy that was made and goes to nobody",
        data=("withdrawn_on?", "note?", "approver?"), origins=(*UNANSWERED, *ANSWERED), targets=("closed",),
        system_too=True, stops=("C21",),
    ),
}  # fmt: skip

# DataBreach: §2.7, DB1 to DB7. DB2 from notified too is ours: what was notified at once is assessed afterwards (33(4)).
# DB8 is ours: the supervisor, told at once, gives the account in question back.
BREACH_STATES = ("declared", "assessed", "notified", "not_notified", "closed")
DECLARES = dict.fromkeys(("dpo", "supervisor", "auditor", "territory_admin", "platform_admin"), (TERRITORY,))
NOTICE = ("on?", "way?", "proof?", "happened?", "consequences?", "done?", "advice?", "contact?")
BREACH: dict[str, Step] = {
    "declare": Step(
        "DB1", DECLARES,
        guards=(
            Guard("aware_by_now", "known tomorrow, or begun after it was known", "§2.7"),
            Guard("account_known", "the account is of no one here, of elsewhere, or the own", "§2.7"),
        ),
        data=("authorities?", "aware_at", "kinds", "source", "what", "seen", "since?", "until?", "account?"),
        targets=("declared",), system_too=True, starts=("C22",),
    ),
    "assess": Step(
        "DB2", PROTECTS, guards=(Guard("persons_counted", "a risk for nobody", "RGPD 33(3)"),),
        data=("children?", "holders?", "implicated?", "filers?", "third_parties?", "agents?", "apart?", "entries?",
              "parts?", "touched", "legible", "consequences", "measures", "risk", "why", "danger?", "reference?"),
        origins=("declared", "assessed", "notified"), targets=("assessed", "same"),
    ),
    "notify_cnil": Step(
        "DB3", PROTECTS,
        guards=(
            Guard("part_in_order", "sent tomorrow, a complement of nothing, or whole before it is assessed", "RGPD 33(4)"),
            Guard("delay_reasoned", "after 72 hours without the reasons", "RGPD 33(1)"),
        ),
        data=("part", "notified_at", "reference", "proof", "nature", "contact", "delay?"),
        origins=("declared", "assessed", "notified"), targets=("notified",), stops=("C22",),
    ),
    "rule_out": Step(
        "DB4", PROTECTS, guards=(Guard("no_risk", "the risk isn't none", "RGPD 33(1)"),),
        data=("reasons", "approver?"), origins=("assessed",), targets=("not_notified",), signed="always", stops=("C22",),
    ),
    "inform_persons": Step(
        "DB5", PROTECTS,
        guards=(
            Guard("risk_high", "the risk isn't high", "RGPD 34(1)"),
            Guard("group_counted", "a group that counts nobody", "§2.7"),
            Guard("days_past", "a day to come, or before the breach was known", "§2.7"),
            Guard("inspectors_opinion", "the opinion of somebody else", "§2.7"),
            Guard("holders_wait", "a holder told without an opinion while the gate is shut, or can't be known", "§2.7, §7.5"),
            Guard("unreadable", "called unreadable, and it isn't", "RGPD 34(3)"),
        ),
        data=("group", "answer", *NOTICE, "reason?", "opinion_by?", "opinion_on?", "opinion?", "cnil_told_on?"),
        origins=("assessed", "notified"), targets=("same",),
    ),
    "reassess": Step(
        "DB6", PROTECTS, guards=(Guard("news", "known tomorrow, or before the breach was", "§2.7"),),
        data=("new", "aware_at"), origins=("not_notified",), targets=("assessed",), starts=("C22",),
    ),
    "close": Step(
        "DB7", PROTECTS, guards=(Guard("groups_answered", "not assessed, or a group of a high risk unanswered", "§2.7"),),
        data=("changes",), origins=("notified", "not_notified"), targets=("closed",),
    ),
    "lift_suspension": Step(
        "DB8", {"supervisor": (TERRITORY,)}, guards=(Guard("suspended", "no account is suspended", "§2.7"),),
        data=("reason",), origins=BREACH_STATES, targets=("same",),
    ),
}  # fmt: skip

# Letter: §4.9; who signs which kind is typed in tests/referrals/letters/test_letters.py. LT6 is ours: no letter to a
# holder is there once its information is put off (§2.8 no. 4).
LETTER_STATES = ("prepared", "signed", "sent", "discarded")
WRITES = {
    "crip_coordinator": TERRITORIAL, "assessor": ON_ASSIGNMENT, "assessment_lead": IN_UNIT,
    "ase_inspector": ON_ASSIGNMENT, "case_referent": ON_ASSIGNMENT,
}  # fmt: skip
FOLLOWED = Guard("followed_here", "the case went elsewhere, joined another file, or is archived", "§4.9")
TO_HOLDERS = Guard("holder_told", "to a holder who is implicated or whose information waits", "§2.8 no. 4")
IS_DUE = Guard("due", "its step wasn't done, or not for this addressee", "§2.8 no. 17")
LETTER: dict[str, Step] = {
    "prepare": Step(
        "LT1", WRITES, guards=(FOLLOWED, TO_HOLDERS, IS_DUE, Guard("once", "it is under way, or was sent", "§4.9")),
        data=("kind", "part?", "children?", "holder?"), targets=("prepared",),
    ),
    "edit": Step(
        "LT2", WRITES, guards=(FOLLOWED, TO_HOLDERS, Guard("asked_for", "what the kind doesn't ask is answered", "§4.9 ✎")),
        data=("meeting_when?", "meeting_place?", "meeting_with?", "interpreter?", "companion?", "why?", "watch?",
              "asked_of_judge?", "added?"),
        origins=("prepared",), targets=("same",),
    ),
    "sign": Step(
        "LT3", WRITES,
        guards=(FOLLOWED, TO_HOLDERS, IS_DUE,
                Guard("as_read", "the case changed since it was read, something lacks, or a child's is too long", "§4.9")),
        data=("draft",), origins=("prepared",), targets=("signed",),
    ),
    "send": Step(
        "LT4", WRITES, guards=(TO_HOLDERS, Guard("safe_way", "by an unsafe way, or on another day", "§4.9")),
        data=("on", "way", "proof", "reference?"), origins=("signed",), targets=("sent",),
    ),
    "discard": Step("LT5", WRITES, data=("reason",), origins=("prepared", "signed"), targets=("discarded",)),
    "lapse": Step("LT6", {}, origins=("prepared", "signed"), targets=("discarded",), system_too=True),
}  # fmt: skip

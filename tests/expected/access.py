"""Expected rights to read and write, typed by hand from domain.md §1.3 (matrix) and §1.4 (a filer's view).

``MATRIX`` repeats the paper's cells word for word. ``READS``, ``PARTIAL`` and ``WRITES`` say the same by
relation: what they do not list is absent from the answer. Writing is by PATCH or T42; the data of a step are
written by whoever may do the step. Order of decision, the first no wins: signed in, authority, exclusion,
relation (restriction included), state, class.
"""

from tests.expected.vocabulary import (
    APPROVER,
    ASSIGNED,
    BROKEN_GLASS,
    EXECUTING,
    GRANTED,
    NAMED,
    OWN,
    RECEIVING,
    SHARED,
    STANDING_IN,
    TERRITORY,
    UNIT,
)

CLASSES = "ABCDEFGHIJKLM"

# One cell a class, A to M, in the paper's words; "-" = nothing. Split at " | ".
MATRIX = {
    "filer, draft": "o | oRW | oRW | oRW | oRW | oRW | oRW | - | - | - | - | - | -",
    "filer": "coarse | - | - | add* | add | add | add | - | - | - | - | - | -",
    "filer_org_lead": "coarse s | - | - | s | - | - | - | - | - | - | - | - | -",
    "api_119": "receipt | oW | oW | oW | oW | oW | oW | - | - | - | - | - | -",
    "intake_agent": "R | RW | RW | RW | W | RW | W | - | - | shell | - | own | -",
    "crip_coordinator": "RW | RW | RW | RW | RW | RW | RW | R | RW | R | - | own | -",
    "assessor": "a | a | a | a | a | a | a | aRW | a | a | - | - | -",
    "assessment_lead": "u | u | u | u | u | u | u | uRW | u | u | - | - | -",
    "ase_inspector": "a | a | a | a | a | a | a | aR | aRW | aRW | a | - | -",
    "exploitation_lead": "x | - | - | x | - | x | x | - | - | - | - | - | -",
    "case_referent": "a | a | - | a | a | a | a | a | a | aRW | a | - | -",
    "measure_service": "a | a | - | extract | extract | extract | - | concl. | order | aRW | a | - | -",
    "on_call": "R | b | b | b | b | b | b | - | b | bW | b | - | -",
    "supervisor": "R | b | b | b | b | b | b | b | b | R | b | - | R",
    "approver (relation)": "a | a | - | a | a | a | a | a | a | a | - | - | -",
    "auditor": "- | - | - | - | - | - | - | - | - | - | - | R | -",
    "dpo": "R | req | req | req | req | req | req | req | req | req | - | R | R",
    "statistician": "- | - | - | - | - | - | - | - | - | - | - | - | R",
    "territory_admin": "counts | - | - | - | - | - | - | - | - | - | - | - | -",
    "platform_admin": "counts | - | - | - | - | - | - | - | - | - | - | - | -",
    "directory_editor": "- | - | - | - | - | - | - | - | - | - | - | - | -",
}

# Read in full, by role and relation; the case is submitted, neither archived nor purged. `named` is the
# ordinary relation on a restricted case; whoever is off the list reads nothing. `approver` comes on top of
# what the role reads anyway; its own row stands, hence neither C nor K, whatever the role's cells a and b.
# `granted` stands for the ordinary relation of roles that read by assignment or unit: it reads, never
# writes, opens no K.
READS: dict[str, dict[str, str]] = {
    "filer": {},
    "filer_org_lead": {},
    "api_119": {},
    "intake_agent": {TERRITORY: "ABCDF", NAMED: "ABCDF"},
    "crip_coordinator": {TERRITORY: "ABCDEFGHIJ", NAMED: "ABCDEFGHIJ", APPROVER: "ABDEFGHIJ", RECEIVING: "A"},
    "assessor": {ASSIGNED: "ABCDEFGHIJ", NAMED: "ABCDEFGHIJ", GRANTED: "ABCDEFGHIJ", STANDING_IN: "ABCDEFGHIJ"},
    "assessment_lead": {UNIT: "ABCDEFGHIJ", NAMED: "ABCDEFGHIJ", GRANTED: "ABCDEFGHIJ"},
    "ase_inspector": {ASSIGNED: "ABCDEFGHIJK", NAMED: "ABCDEFGHIJK", APPROVER: "ABDEFGHIJ",
                      GRANTED: "ABCDEFGHIJ", STANDING_IN: "ABCDEFGHIJK"},
    "exploitation_lead": {TERRITORY: "ADFG", NAMED: "ADFG"},
    "case_referent": {ASSIGNED: "ABDEFGHIJK", NAMED: "ABDEFGHIJK", GRANTED: "ABDEFGHIJ", STANDING_IN: "ABDEFGHIJK"},
    "measure_service": {EXECUTING: "ABJK", NAMED: "ABJK"},
    "on_call": {TERRITORY: "A", NAMED: "A", BROKEN_GLASS: "ABCDEFGIJK"},
    "supervisor": {TERRITORY: "AJ", NAMED: "AJ", APPROVER: "ABDEFGHIJ", BROKEN_GLASS: "ABCDEFGHIJK"},
    "auditor": {},
    "dpo": {TERRITORY: "A", NAMED: "A"},
    "territory_admin": {},
    "platform_admin": {},
    "statistician": {},
    "directory_editor": {},
}  # fmt: skip

# `receiving` reads the shell at the address of the request, with the documents listed; the case's own addresses give
# it nothing (§2.2 note 2). In an arbitration the supervisor reads no more than the line of the request.
RECEIVED = ("crip_coordinator", "supervisor")

# Read in part: class -> the word of the cell.
PARTIAL: dict[str, dict[str, dict[str, str]]] = {
    "filer": {OWN: {"A": "coarse"}},
    "filer_org_lead": {SHARED: {"A": "coarse"}},
    "intake_agent": {TERRITORY: {"J": "shell"}, NAMED: {"J": "shell"}},
    "measure_service": {
        EXECUTING: {"D": "extract", "E": "extract", "F": "extract", "H": "concl", "I": "order"},
        NAMED: {"D": "extract", "E": "extract", "F": "extract", "H": "concl", "I": "order"},
    },
}

# `receipt`: the answer to the own request, nothing later. It isn't read, so no relation stands for it: once its
# filing is submitted the program has no tie to the case.
RECEIPT = {"api_119": ("id", "reference", "status", "submitted_at")}

# Written by PATCH or T42, after submission. On H the PATCH is the team's (§2.6 "PATCH (team, while …)"), who are
# assessors; the lead validates and is "never one of the own team" (§1.1, T20), so that the lead's W is T42 on own
# entries (§2.2 authors). `add`: an addendum (T08), of which the date alone is read back.
WRITES: dict[str, dict[str, str]] = {
    "intake_agent": {TERRITORY: "BCDEFG", NAMED: "BCDEFG"},
    "crip_coordinator": {TERRITORY: "ABCDEFGI", NAMED: "ABCDEFGI"},
    "assessor": {ASSIGNED: "H", NAMED: "H", STANDING_IN: "H"},
    "assessment_lead": {UNIT: "H", NAMED: "H"},
    "ase_inspector": {ASSIGNED: "IJ", NAMED: "IJ", STANDING_IN: "IJ"},
    "case_referent": {ASSIGNED: "J", NAMED: "J", STANDING_IN: "J"},
    "measure_service": {EXECUTING: "J", NAMED: "J"},
    "on_call": {BROKEN_GLASS: "J"},
}
ADDS = {"filer": {OWN: "DEFG"}}

# The draft row: whoever types it reads and writes it until `submit`; 119 only writes, in its one request.
# `shared`: what the filer's institution reads of a draft that the filer shared.
DRAFT_READS = {
    "filer": {OWN: "ABCDEFG"},
    "intake_agent": {OWN: "ABCDEFG"},
    "crip_coordinator": {OWN: "ABCDEFG"},
    "on_call": {OWN: "ABCDEFG"},
    "filer_org_lead": {SHARED: "D"},
}
DRAFT_WRITES = {
    "filer": {OWN: "BCDEFG"},
    "intake_agent": {OWN: "BCDEFG"},
    "crip_coordinator": {OWN: "BCDEFG"},
    "on_call": {OWN: "BCDEFG"},
    "api_119": {OWN: "BCDEFG"},
}

# FILER_REREAD, default off: with it a filer reads own D again, and never edits it.
FILER_REREAD_READS = "D"

# Classes that are not a part of one case: L, journal entries of the own authority; M, pseudonymised
# statistics.
JOURNAL_READS = {"auditor": "authority", "dpo": "authority", "intake_agent": "own", "crip_coordinator": "own"}
STATISTICS_READS = ("supervisor", "dpo", "statistician")
COUNTS_ONLY = ("territory_admin", "platform_admin")
# Later: dpo, by an open AccessRequest, for its subject, until answered.
ON_REQUEST = {"dpo": "BCDEFGHIJ"}

# Never any plaintext of B to K, by any relation (§2.8 12); auditor and admins not even the shell (SEC-AZ16).
NO_CONTENT = ("platform_admin", "territory_admin", "auditor", "statistician", "directory_editor")
NO_SHELL = ("platform_admin", "territory_admin", "auditor", "statistician", "directory_editor")

# Classes opened in a disclosure and journaled for each read (§1.3 rule 5).
JOURNALED_CLASSES = "BCDEFGHIJK"

# What the state changes for everyone (§2.1): a draft is its author's; a purged case is the same 404 as none.
STATES_FOR_AUTHORS_ONLY = ("draft",)
STATES_WITHOUT_A_CASE = ("purged",)

# §1.4: what a filer sees of each state, when no question is open and no feedback was sent.
COARSE = {
    "draft": "draft",
    "submitted": "received",
    "acknowledged": "received",
    "withdrawn": "received",
    "triage": "in_progress",
    "qualified": "in_progress",
    "in_assessment": "in_progress",
    "report_submitted": "in_progress",
    "admin_offer": "in_progress",
    "judicial_pending": "in_progress",
    "protected_admin": "in_progress",
    "protected_judicial": "in_progress",
    "not_qualified": "in_progress",
    "closed_no_action": "in_progress",
    "ended": "in_progress",
    "transferred": "in_progress",
    "merged": "in_progress",
    "archived": "in_progress",
}
COARSE_LABELS = {
    "draft": "Brouillon",
    "received": "Reçue",
    "question": "Une question pour vous",
    "in_progress": "En cours de traitement",
    "answered": "Réponse envoyée",
}
# An open InformationRequest to this filer shows `question`, a sent FeedbackTask `answered`. A filing that was
# withdrawn stays `received` also when it is reopened.
COARSE_WHEN_QUESTION_OPEN = "question"
COARSE_WHEN_FEEDBACK_SENT = "answered"
COARSE_WHEN_REOPENED_AFTER_WITHDRAWAL = "received"
# The only clock and the only steps that a filer ever sees.
FILER_CLOCKS = ("C5",)
FILER_STEPS = ("submit", "submit_urgent", "withdraw", "provide_info")

"""Expected clocks and due dates, typed by hand from domain.md §2.3 (class of each: §4.8).

Computation expected: the day is that of the authority's zone; months keep the day number, else the last day
of the month; the day of the event is not counted; days and months fall due at 23:59:59 of that zone, hours to
the second; no shift for week-ends. The examples were worked out apart from the service and are literals.
"""

from typing import NamedTuple


class Clock(NamedTuple):
    """One clock: what moves it, how long it runs (ISO 8601), and who may read it.

    ``starts`` and ``stops`` name the steps of the paper's row, those of later issues too. What a closing, a
    fired step or "stop its clocks" adds stands with each step in steps.py and part_steps.py. ``duration`` is
    "" where no fixed figure exists; ``setting`` tells where it comes from. ``statutory`` is true where the
    paper says yes ("duty" and "part" are not). ``now`` says whether a step in scope starts the clock.
    """

    code: str
    label: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    duration: str
    setting: str
    statutory: bool
    access_class: str
    per: str
    now: bool = True


CLOCKS = (
    Clock("C1", "Accusé de réception", ("T02", "T03"), ("T05", "T04"), "PT24H", "open hours of the authority", False, "A",
          "referral"),
    Clock("C2", "Première analyse", ("T05", "T34", "T35"), ("T10", "T11", "T12", "T27"), "PT24H",
          "TRIAGE_HOURS, working hours; 8 from U2", False, "A", "referral"),
    Clock("C3", "Danger immédiat : sans délai", ("T03", "T14"), ("T15", "T18", "T25", "T26", "T45"),
          "PT4H",
          "no figure in law; alert at PT30M", True, "A", "child"),
    Clock("C4", "Évaluation", ("T02", "T03"), ("T20", "T18", "T11", "T12", "T27", "T04"), "P3M",
          "from received_at; target_due_at: ASSESSMENT_DAYS", True, "A", "referral"),
    Clock("C4b", "Sous-délais internes", ("T13",), ("T17", "T20", "T18"), "P8D",
          "8 d first meeting, 21 d home visit",
          False, "A", "referral"),
    Clock("C5", "Retour au déclarant professionnel ou élu", ("T02", "T03"), ("T04", "feedback"), "P3M",
          "from received_at",
          True, "A", "referral"),
    Clock("C5b", "Retour au particulier", ("T49",), ("feedback",), "P3M", "from the request", True, "A",
          "referral"),
    Clock("C6", "Complément", ("T07",), ("T08", "T09"), "P5D", "working days", False, "A", "request"),
    Clock("C7", "Suite du parquet", ("J02",), ("J04",), "", "reminders P2D, P8D, P30D", False, "I",
          "judicial_referral"),
    Clock("C8", "Décision", ("T20", "T28", "T25", "M03", "M12", "M13", "M15", "J04"),
          ("T21", "T22", "T23", "T26", "T27", "T43", "T15"), "P5D",
          "DECISION_DAYS", False,
          "A", "referral"),
    Clock("C9", "Accord de la famille", ("M01",), ("M02", "M03", "M04"), "P15D", "", False, "J", "measure"),
    Clock("C10", "Fin de mesure administrative", ("M07",), ("M11", "M12", "M13", "M14"), "P1Y",
          "at most; its term",
          True, "J", "measure"),
    Clock("C11", "Accueil 72 h", ("T37",), ("M12",), "PT72H", "", True, "J", "measure"),
    Clock("C12", "Recueil provisoire", ("T38",), ("M12",), "P5D", "", True, "J", "measure"),
    Clock("C13", "OPP du parquet", ("M05",), ("J04",), "P8D", "from the order's date", True, "I", "measure"),
    Clock("C14", "Audience après placement en urgence", ("M05", "J04"), ("M18",), "P15D", "", True, "I",
          "measure"),
    Clock("C14b", "Mesures provisoires", ("M05",), ("M18",), "P6M", "", True, "I", "measure"),
    Clock("C15", "Mesure judiciaire", ("M07",), ("M11", "M12", "M13", "M14"), "P2Y", "at most; its term",
          True, "I",
          "measure"),
    Clock("C15b", "MJIE", ("M05",), ("M17",), "P6M", "report 15 d before the term", True, "I", "measure"),
    Clock("C16", "Projet pour l'enfant", ("M02", "M07"), ("M16",), "P3M", "M07: judicial", True, "J",
          "measure"),
    Clock("C17", "Rapport de situation", ("M07", "M17"), ("M17", "M12", "M13", "M14", "M15"), "P1Y",
          "P6M under 3 years", True, "J", "measure"),
    Clock("C17b", "Interdiction de sortie du territoire", ("M05",), ("M12", "M13"), "P2Y", "prosecutor: P2M",
          True, "I",
          "measure"),
    Clock("C18", "Recherche d'adresse", ("T31", "T49"), ("T49",), "P10D", "", True, "A", "referral"),
    Clock("C19", "Fugue", ("T36",), ("T36",), "PT24H", "reviewed every 24 h", False, "A", "child"),
    Clock("C20", "Conservation", ("T04", "T11", "T12", "T22", "T30", "T32"), ("T41", "T34", "T35"), "",
          "RETENTION[outcome], §7.3", False, "A", "referral"),
    Clock("C21", "Droit d'accès RGPD / CADA", ("AR1",), ("AR11", "AR12", "AR16"), "P1M", "once + P2M (AR10)", True, "L",
          "access request"),
    Clock("C22", "Violation de données", ("DB1", "DB6"), ("DB3", "DB4"), "PT72H", "as hours run", True, "L", "data breach"),
    # Nothing starts or stops it: birthdays come by themselves (X steps: grow_older).
    Clock("C23", "Majorité", (), (), "", "the 18th birthday, in no column", True, "A", "child", now=False),
    Clock("C24", "Mise en œuvre de la mesure", ("M02", "M05"), ("M07", "M15", "M03", "M04", "M13"), "P15D",
          "P1D emergency, P15D care, P30D home; told again every P15D", False, "J", "measure"),
    Clock("C25", "Entretien de préparation à la majorité", ("M07",), ("M21", "M12", "M13", "M14", "M15"), "",
          "the 17th birthday, in no column; after it P30D", True, "J", "child"),
    Clock("C26", "Suite à la majorité", ("M02", "M05", "M07"), ("M20", "M12", "M13", "M15"), "",
          "the 18th birthday, in no column; from three months before", True, "J", "measure"),
    Clock("C27", "Demande entre départements", ("IQ1", "IQ4"), ("IQ2", "IQ3", "IQ5", "IQ6", "IQ8"), "P10D",
          "INQUIRY_DAYS; P2D from U2; IQ8 is ours", False, "A", "inquiry"),
    # Not of §2.3: days that a person chooses, when the information waits (T16, §2.8 no. 4) and when access is restricted.
    Clock("R-holders", "Réexaminer l'information des parents", ("T16",), ("T16",), "", "the review date given", False, "A",
          "holder information"),
    Clock("R-restriction", "Restriction d'accès, revue", ("T46",), ("T46",), "", "the review date given", False, "A",
          "case or child"),
    # Not of §2.3 either: what another person looks at, or answers, within a delay of §2.7 or S9.
    Clock("R-closure", "Relecture de clôture", ("R01",), ("R02", "R03"), "P5D", "CLOSURE_REVIEW_DAYS, working days; T04: C2's",
          False, "A", "closing"),
    Clock("R-opening", "Relecture d'un accès exceptionnel", ("G01",), ("G04", "G05"), "P1D", "end of the next working day",
          False, "A", "opening, emergency search"),
    Clock("R-anomaly", "Explications de l'agent", ("N03",), ("N05", "N06"), "P5D", "ANOMALY_ANSWER_DAYS", False, "L",
          "anomaly"),
)  # fmt: skip

# Each column of a model that holds when something is due, and the clocks that run in it; those of a case run in
# Clock.due_at, all but the ones named here. A column that is added finds no line, and the test that reads this fails.
RUNS_IN = {
    "referrals.Clock.due_at": (),
    "referrals.AccessRequest.due_at": ("C21",),
    "referrals.DataBreach.due_at": ("C22",),
    "referrals.Inquiry.due_at": ("C27",),
    "referrals.ClosureReview.due_at": ("R-closure",),
    "referrals.BreakGlass.review_due_at": ("R-opening",),
    "referrals.EmergencySearch.review_due_at": ("R-opening",),
    "referrals.AccessAnomaly.answer_due_at": ("R-anomaly",),
}
# Columns that copy the end of a clock of the case, or the day that a person chose for one.
COPIES = {
    "referrals.Referral.statutory_due_at": "C4", "referrals.Referral.target_due_at": "C4",
    "referrals.FeedbackTask.due_at": "C5", "referrals.InformationRequest.due_on": "C6",
}  # fmt: skip
# Columns of the next end among several clocks, and what isn't of the procedure: the outbox, and the directory's desk.
NO_CLOCK = {
    "referrals.Referral.next_due_at",
    "outbox.Notice.due_at", "directory.SecretOpening.due_at",
}  # fmt: skip

# The one clock that a filer ever sees.
FILER_CLOCKS = ("C5",)

# C4, target_due_at: days by profile, never later than statutory_due_at; without a profile it equals that
# date.
ASSESSMENT_DAYS = {"U2": 30, "under_2": 45, "suspected": 30}
# (profiles that hold, duration that sets target_due_at): the shortest wins.
TARGETS = (
    ((), "P3M"),
    (("under_2",), "P45D"),
    (("U2",), "P30D"),
    (("suspected",), "P30D"),
    (("U2", "under_2"), "P30D"),
    (("suspected", "under_2"), "P30D"),
    (("U2", "suspected", "under_2"), "P30D"),
)

# (duration, zone, instant of the start, due on the wall of that zone, the same instant in UTC)
DUE = (
    # Three months: the same day number, else the last day of the month.
    ("P3M", "Europe/Paris", "2025-11-30T09:00:00Z", "2026-02-28T23:59:59", "2026-02-28T22:59:59Z"),
    ("P3M", "Europe/Paris", "2026-01-31T09:00:00Z", "2026-04-30T23:59:59", "2026-04-30T21:59:59Z"),
    ("P3M", "Europe/Paris", "2026-11-24T15:00:00Z", "2027-02-24T23:59:59", "2027-02-24T22:59:59Z"),
    ("P3M", "Europe/Paris", "2023-11-29T10:00:00Z", "2024-02-29T23:59:59", "2024-02-29T22:59:59Z"),
    ("P3M", "Europe/Paris", "2023-11-30T10:00:00Z", "2024-02-29T23:59:59", "2024-02-29T22:59:59Z"),
    ("P3M", "Europe/Paris", "2024-11-29T10:00:00Z", "2025-02-28T23:59:59", "2025-02-28T22:59:59Z"),
    ("P3M", "Europe/Paris", "2025-05-31T10:00:00Z", "2025-08-31T23:59:59", "2025-08-31T21:59:59Z"),
    ("P3M", "Europe/Paris", "2025-08-31T10:00:00Z", "2025-11-30T23:59:59", "2025-11-30T22:59:59Z"),
    ("P3M", "Europe/Paris", "2026-03-31T10:00:00Z", "2026-06-30T23:59:59", "2026-06-30T21:59:59Z"),
    ("P3M", "Europe/Paris", "2026-08-30T10:00:00Z", "2026-11-30T23:59:59", "2026-11-30T22:59:59Z"),
    ("P3M", "Europe/Paris", "2026-12-31T10:00:00Z", "2027-03-31T23:59:59", "2027-03-31T21:59:59Z"),
    ("P3M", "Europe/Paris", "2027-11-30T10:00:00Z", "2028-02-29T23:59:59", "2028-02-29T22:59:59Z"),
    ("P3M", "Europe/Paris", "2028-08-31T10:00:00Z", "2028-11-30T23:59:59", "2028-11-30T22:59:59Z"),
    ("P3M", "Europe/Paris", "2031-11-29T10:00:00Z", "2032-02-29T23:59:59", "2032-02-29T22:59:59Z"),
    ("P3M", "Europe/Paris", "2035-11-30T10:00:00Z", "2036-02-29T23:59:59", "2036-02-29T22:59:59Z"),
    ("P3M", "Europe/Paris", "2039-11-30T10:00:00Z", "2040-02-29T23:59:59", "2040-02-29T22:59:59Z"),
    ("P3M", "Europe/Paris", "2040-02-29T10:00:00Z", "2040-05-29T23:59:59", "2040-05-29T21:59:59Z"),
    # 29 February.
    ("P3M", "Europe/Paris", "2024-02-29T10:00:00Z", "2024-05-29T23:59:59", "2024-05-29T21:59:59Z"),
    ("P1Y", "Europe/Paris", "2024-02-29T10:00:00Z", "2025-02-28T23:59:59", "2025-02-28T22:59:59Z"),
    ("P2Y", "Europe/Paris", "2024-02-29T10:00:00Z", "2026-02-28T23:59:59", "2026-02-28T22:59:59Z"),
    ("P6M", "Europe/Paris", "2023-08-29T10:00:00Z", "2024-02-29T23:59:59", "2024-02-29T22:59:59Z"),
    ("P6M", "Europe/Paris", "2027-08-31T10:00:00Z", "2028-02-29T23:59:59", "2028-02-29T22:59:59Z"),
    ("P1Y", "Europe/Paris", "2028-02-29T10:00:00Z", "2029-02-28T23:59:59", "2029-02-28T22:59:59Z"),
    ("P1Y", "Europe/Paris", "2027-02-28T10:00:00Z", "2028-02-28T23:59:59", "2028-02-28T22:59:59Z"),
    ("P2Y", "Europe/Paris", "2036-02-29T10:00:00Z", "2038-02-28T23:59:59", "2038-02-28T22:59:59Z"),
    ("P15D", "Europe/Paris", "2032-02-20T10:00:00Z", "2032-03-06T23:59:59", "2032-03-06T22:59:59Z"),
    ("P8D", "Europe/Paris", "2026-02-22T10:00:00Z", "2026-03-02T23:59:59", "2026-03-02T22:59:59Z"),
    ("P8D", "Europe/Paris", "2040-02-22T10:00:00Z", "2040-03-01T23:59:59", "2040-03-01T22:59:59Z"),
    ("P30D", "Europe/Paris", "2028-01-30T10:00:00Z", "2028-02-29T23:59:59", "2028-02-29T22:59:59Z"),
    # The day is that of the authority's zone: just before and after its midnight.
    ("P3M", "Europe/Paris", "2026-01-31T22:59:59Z", "2026-04-30T23:59:59", "2026-04-30T21:59:59Z"),
    ("P3M", "Europe/Paris", "2026-01-31T23:00:00Z", "2026-05-01T23:59:59", "2026-05-01T21:59:59Z"),
    ("P3M", "Europe/Paris", "2026-06-30T21:59:59Z", "2026-09-30T23:59:59", "2026-09-30T21:59:59Z"),
    ("P3M", "Europe/Paris", "2026-06-30T22:00:00Z", "2026-10-01T23:59:59", "2026-10-01T21:59:59Z"),
    ("P3M", "Indian/Reunion", "2026-01-31T19:59:59Z", "2026-04-30T23:59:59", "2026-04-30T19:59:59Z"),
    ("P3M", "Indian/Reunion", "2026-01-31T20:00:00Z", "2026-05-01T23:59:59", "2026-05-01T19:59:59Z"),
    ("P3M", "America/Guadeloupe", "2026-02-01T03:59:59Z", "2026-04-30T23:59:59", "2026-05-01T03:59:59Z"),
    ("P3M", "America/Guadeloupe", "2026-02-01T04:00:00Z", "2026-05-01T23:59:59", "2026-05-02T03:59:59Z"),
    ("P3M", "America/Martinique", "2026-12-01T03:30:00Z", "2027-02-28T23:59:59", "2027-03-01T03:59:59Z"),
    ("P3M", "America/Cayenne", "2026-12-01T02:59:59Z", "2027-02-28T23:59:59", "2027-03-01T02:59:59Z"),
    ("P3M", "America/Cayenne", "2026-12-01T03:00:00Z", "2027-03-01T23:59:59", "2027-03-02T02:59:59Z"),
    ("P3M", "Indian/Mayotte", "2026-11-30T20:59:59Z", "2027-02-28T23:59:59", "2027-02-28T20:59:59Z"),
    ("P3M", "Indian/Mayotte", "2026-11-30T21:00:00Z", "2027-03-01T23:59:59", "2027-03-01T20:59:59Z"),
    ("P5D", "America/Guadeloupe", "2026-03-29T02:00:00Z", "2026-04-02T23:59:59", "2026-04-03T03:59:59Z"),
    ("P8D", "Indian/Reunion", "2026-10-24T21:00:00Z", "2026-11-02T23:59:59", "2026-11-02T19:59:59Z"),
    # Year end.
    ("P3M", "Europe/Paris", "2025-12-31T22:30:00Z", "2026-03-31T23:59:59", "2026-03-31T21:59:59Z"),
    ("P3M", "Europe/Paris", "2025-12-31T23:30:00Z", "2026-04-01T23:59:59", "2026-04-01T21:59:59Z"),
    ("P3M", "Indian/Reunion", "2030-12-31T20:30:00Z", "2031-04-01T23:59:59", "2031-04-01T19:59:59Z"),
    ("P15D", "Europe/Paris", "2026-12-20T10:00:00Z", "2027-01-04T23:59:59", "2027-01-04T22:59:59Z"),
    ("P8D", "Europe/Paris", "2027-12-24T10:00:00Z", "2028-01-01T23:59:59", "2028-01-01T22:59:59Z"),
    ("P5D", "Europe/Paris", "2028-12-31T12:00:00Z", "2029-01-05T23:59:59", "2029-01-05T22:59:59Z"),
    ("P6M", "Europe/Paris", "2033-07-01T10:00:00Z", "2034-01-01T23:59:59", "2034-01-01T22:59:59Z"),
    ("P1Y", "Europe/Paris", "2034-12-31T10:00:00Z", "2035-12-31T23:59:59", "2035-12-31T22:59:59Z"),
    ("P10D", "Europe/Paris", "2037-12-22T10:00:00Z", "2038-01-01T23:59:59", "2038-01-01T22:59:59Z"),
    ("P3M", "Europe/Paris", "2039-10-01T10:00:00Z", "2040-01-01T23:59:59", "2040-01-01T22:59:59Z"),
    ("P5D", "America/Guadeloupe", "2032-01-01T03:00:00Z", "2032-01-05T23:59:59", "2032-01-06T03:59:59Z"),
    # Days across a change of hour: still 23:59:59 on the wall.
    ("P5D", "Europe/Paris", "2026-03-27T10:00:00Z", "2026-04-01T23:59:59", "2026-04-01T21:59:59Z"),
    ("P8D", "Europe/Paris", "2026-10-20T10:00:00Z", "2026-10-28T23:59:59", "2026-10-28T22:59:59Z"),
    ("P15D", "Europe/Paris", "2030-03-20T10:00:00Z", "2030-04-04T23:59:59", "2030-04-04T21:59:59Z"),
    ("P5D", "Europe/Paris", "2040-03-22T10:00:00Z", "2040-03-27T23:59:59", "2040-03-27T21:59:59Z"),
    ("P3M", "Europe/Paris", "2026-12-28T10:00:00Z", "2027-03-28T23:59:59", "2027-03-28T21:59:59Z"),
    ("P3M", "Europe/Paris", "2029-07-28T10:00:00Z", "2029-10-28T23:59:59", "2029-10-28T22:59:59Z"),
    ("P1Y", "Europe/Paris", "2025-03-30T00:30:00Z", "2026-03-30T23:59:59", "2026-03-30T21:59:59Z"),
    ("P3M", "Europe/Paris", "2025-07-26T10:00:00Z", "2025-10-26T23:59:59", "2025-10-26T22:59:59Z"),
    ("P30D", "Europe/Paris", "2036-10-01T10:00:00Z", "2036-10-31T23:59:59", "2036-10-31T22:59:59Z"),
    ("P45D", "Europe/Paris", "2024-03-01T10:00:00Z", "2024-04-15T23:59:59", "2024-04-15T21:59:59Z"),
    # Hours run on the instant, whatever the wall says.
    ("PT72H", "Europe/Paris", "2026-03-27T10:00:00Z", "2026-03-30T12:00:00", "2026-03-30T10:00:00Z"),
    ("PT72H", "Europe/Paris", "2026-10-24T00:15:00Z", "2026-10-27T01:15:00", "2026-10-27T00:15:00Z"),
    ("PT72H", "Europe/Paris", "2024-02-28T22:40:00Z", "2024-03-02T23:40:00", "2024-03-02T22:40:00Z"),
    ("PT72H", "Europe/Paris", "2027-12-30T23:59:00Z", "2028-01-03T00:59:00", "2028-01-02T23:59:00Z"),
    ("PT24H", "Europe/Paris", "2026-03-28T20:00:00Z", "2026-03-29T22:00:00", "2026-03-29T20:00:00Z"),
    ("PT24H", "Europe/Paris", "2031-10-26T00:30:00Z", "2031-10-27T01:30:00", "2031-10-27T00:30:00Z"),
    ("PT72H", "Indian/Reunion", "2028-02-27T18:00:00Z", "2028-03-01T22:00:00", "2028-03-01T18:00:00Z"),
    ("PT72H", "America/Cayenne", "2039-12-30T03:00:00Z", "2040-01-02T00:00:00", "2040-01-02T03:00:00Z"),
)

# (due_at, now, is it overdue) for a clock that still runs; the due second itself is on time.
STANDING = (
    ("2026-02-28T22:59:59Z", "2026-02-28T22:59:59Z", False),
    ("2026-02-28T22:59:59Z", "2026-02-28T23:00:00Z", True),
    ("2026-03-30T10:00:00Z", "2026-03-30T09:59:59Z", False),
    ("2026-03-30T10:00:00Z", "2026-03-30T10:00:01Z", True),
)

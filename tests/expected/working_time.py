"""Expected ends of delays in open hours and working days, and public holidays, 2024 to 2040: typed by hand.

Worked out on paper calendars apart from the service. Unless a row says otherwise an authority is open from nine to
five, Monday to Friday (the default of ``opening_hours``), and keeps the holidays of its own territory. A place is an
authority's code with its zone.
"""

PARIS = ("75", "Europe/Paris")
ALSACE = ("6AE", "Europe/Paris")
MOSELLE = ("57", "Europe/Paris")
GUADELOUPE = ("971", "America/Guadeloupe")
MARTINIQUE = ("972", "America/Martinique")
GUYANE = ("973", "America/Cayenne")
REUNION = ("974", "Indian/Reunion")
MIQUELON = ("975", "America/Miquelon")
MAYOTTE = ("976", "Indian/Mayotte")
BARTHELEMY = ("977", "America/St_Barthelemy")
MARTIN = ("978", "America/Marigot")

# --- Public holidays ----------------------------------------------------------------------------------


#: The eight that are the same day every year.
FIXED = ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
#: Good Friday (of some), Easter Monday, Ascension, Monday of Pentecost.
MOVABLE = {
    2024: ("03-29", "04-01", "05-09", "05-20"),
    2025: ("04-18", "04-21", "05-29", "06-09"),
    2026: ("04-03", "04-06", "05-14", "05-25"),
    2027: ("03-26", "03-29", "05-06", "05-17"),
    2028: ("04-14", "04-17", "05-25", "06-05"),
    2029: ("03-30", "04-02", "05-10", "05-21"),
    2030: ("04-19", "04-22", "05-30", "06-10"),
    2031: ("04-11", "04-14", "05-22", "06-02"),
    2032: ("03-26", "03-29", "05-06", "05-17"),
    2033: ("04-15", "04-18", "05-26", "06-06"),
    2034: ("04-07", "04-10", "05-18", "05-29"),
    2035: ("03-23", "03-26", "05-03", "05-14"),
    2036: ("04-11", "04-14", "05-22", "06-02"),
    2037: ("04-03", "04-06", "05-14", "05-25"),
    2038: ("04-23", "04-26", "06-03", "06-14"),
    2039: ("04-08", "04-11", "05-19", "05-30"),
    2040: ("03-30", "04-02", "05-10", "05-21"),
}
#: What a territory keeps besides, with Good Friday where ``True``: Alsace and Moselle by local law; overseas the day of
#: the abolition of slavery, and in the Antilles customary days, on which public offices are closed.
OWN = {
    "FR": (False, ()),
    "57": (True, ("12-26",)),
    "6AE": (True, ("12-26",)),
    "971": (True, ("05-27", "07-21")),
    "972": (False, ("05-22", "07-21")),
    "973": (False, ("06-10",)),
    "974": (False, ("12-20",)),
    "PM": (False, ()),
    "976": (False, ("04-27",)),
    "BL": (False, ("10-09",)),
    "MF": (False, ("05-28", "07-21")),
}
#: The Thursday in the middle of Lent, kept in Guadeloupe.
MID_LENT = {
    2024: "03-07", 2025: "03-27", 2026: "03-12", 2027: "03-04", 2028: "03-23", 2029: "03-08", 2030: "03-28",
    2031: "03-20", 2032: "03-04", 2033: "03-24", 2034: "03-16", 2035: "03-01", 2036: "03-20", 2037: "03-12",
    2038: "04-01", 2039: "03-17", 2040: "03-08",
}  # fmt: skip
#: Which calendar the setting ``territory`` means, by authority.
TERRITORIES = {
    "75": "FR", "93": "FR", "69M": "FR", "20R": "FR", "57": "57", "6AE": "6AE", "971": "971", "972": "972",
    "973": "973", "974": "974", "975": "PM", "976": "976", "977": "BL", "978": "MF",
}  # fmt: skip

# --- Open hours ---------------------------------------------------------------------------------------


#: (hours, place, start in UTC, due on the wall, due in UTC)
OPEN_HOURS = (
    # A Tuesday at ten: seven hours that day, eight on each of the next two, one on Friday.
    (24, PARIS, "2026-11-24T09:00:00Z", "2026-11-27T10:00:00", "2026-11-27T09:00:00Z"),
    # Before opening, at closing, after closing, on Saturday night (S7).
    (8, PARIS, "2026-11-24T05:00:00Z", "2026-11-24T17:00:00", "2026-11-24T16:00:00Z"),
    (1, PARIS, "2026-11-24T16:00:00Z", "2026-11-25T10:00:00", "2026-11-25T09:00:00Z"),
    (8, PARIS, "2026-11-24T19:30:00Z", "2026-11-25T17:00:00", "2026-11-25T16:00:00Z"),
    (8, PARIS, "2026-11-21T22:44:00Z", "2026-11-23T17:00:00", "2026-11-23T16:00:00Z"),
    # Victory day on a Friday; Ascension; the Monday of Pentecost.
    (8, PARIS, "2026-05-07T14:00:00Z", "2026-05-11T16:00:00", "2026-05-11T14:00:00Z"),
    (8, PARIS, "2026-05-13T15:00:00Z", "2026-05-15T17:00:00", "2026-05-15T15:00:00Z"),
    (8, PARIS, "2026-05-22T15:30:00Z", "2026-05-26T17:00:00", "2026-05-26T15:00:00Z"),
    (8, PARIS, "2031-05-21T15:00:00Z", "2031-05-23T17:00:00", "2031-05-23T15:00:00Z"),
    # Over a week-end on which the clocks change: the wall says the same, UTC doesn't.
    (8, PARIS, "2026-03-27T15:00:00Z", "2026-03-30T16:00:00", "2026-03-30T14:00:00Z"),
    (8, PARIS, "2026-10-23T14:00:00Z", "2026-10-26T16:00:00", "2026-10-26T15:00:00Z"),
    # Easter on the day of the change: closed on Monday too.
    (8, PARIS, "2035-03-23T15:00:00Z", "2035-03-27T16:00:00", "2035-03-27T14:00:00Z"),
    (8, PARIS, "2038-04-23T15:00:00Z", "2038-04-27T17:00:00", "2038-04-27T15:00:00Z"),
    # Christmas on a Friday and on a Monday; the day after it in Alsace.
    (24, PARIS, "2026-12-24T11:00:00Z", "2026-12-30T12:00:00", "2026-12-30T11:00:00Z"),
    (8, PARIS, "2028-12-22T16:00:00Z", "2028-12-26T17:00:00", "2028-12-26T16:00:00Z"),
    (8, ALSACE, "2028-12-22T16:00:00Z", "2028-12-27T17:00:00", "2028-12-27T16:00:00Z"),
    # Good Friday in Moselle, then Easter Monday; the hour changes between.
    (8, PARIS, "2024-03-28T16:00:00Z", "2024-03-29T17:00:00", "2024-03-29T16:00:00Z"),
    (8, MOSELLE, "2024-03-28T16:00:00Z", "2024-04-02T17:00:00", "2024-04-02T15:00:00Z"),
    # Single days of May, July, August, November.
    (8, PARIS, "2030-04-30T15:00:00Z", "2030-05-02T17:00:00", "2030-05-02T15:00:00Z"),
    (8, PARIS, "2033-07-13T10:00:00Z", "2033-07-15T12:00:00", "2033-07-15T10:00:00Z"),
    (1, PARIS, "2034-08-14T14:30:00Z", "2034-08-16T09:30:00", "2034-08-16T07:30:00Z"),
    (8, PARIS, "2027-11-10T16:00:00Z", "2027-11-12T17:00:00", "2027-11-12T16:00:00Z"),
    # Leap days are days of work.
    (24, PARIS, "2028-02-28T09:00:00Z", "2028-03-02T10:00:00", "2028-03-02T09:00:00Z"),
    (8, PARIS, "2040-02-28T15:00:00Z", "2040-02-29T16:00:00", "2040-02-29T15:00:00Z"),
    # Overseas: their zone, their day of abolition.
    (8, REUNION, "2027-12-17T12:00:00Z", "2027-12-21T16:00:00", "2027-12-21T12:00:00Z"),
    (8, GUADELOUPE, "2027-05-26T21:00:00Z", "2027-05-28T17:00:00", "2027-05-28T21:00:00Z"),
    (8, MARTINIQUE, "2028-05-19T21:00:00Z", "2028-05-23T17:00:00", "2028-05-23T21:00:00Z"),
    (8, GUYANE, "2026-06-09T19:00:00Z", "2026-06-11T16:00:00", "2026-06-11T19:00:00Z"),
    (8, MAYOTTE, "2026-04-24T14:00:00Z", "2026-04-28T17:00:00", "2026-04-28T14:00:00Z"),
    (8, BARTHELEMY, "2026-10-08T21:00:00Z", "2026-10-12T17:00:00", "2026-10-12T21:00:00Z"),
    (8, MARTIN, "2026-05-27T21:00:00Z", "2026-05-29T17:00:00", "2026-05-29T21:00:00Z"),
    # Saint-Pierre-et-Miquelon changes its clocks as North America does.
    (8, MIQUELON, "2026-03-06T19:00:00Z", "2026-03-09T16:00:00", "2026-03-09T18:00:00Z"),
    (8, MIQUELON, "2026-10-30T18:00:00Z", "2026-11-02T16:00:00", "2026-11-02T19:00:00Z"),
)  # fmt: skip

ALWAYS = {
    day: [{"opens": "00:00", "closes": "24:00"}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
BREAK = {
    day: [{"opens": "08:30", "closes": "12:00"}, {"opens": "13:30", "closes": "17:30"}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
}
SATURDAYS = BREAK | {"saturday": [{"opens": "09:00", "closes": "12:00"}]}
#: (open hours, hours, place, start in UTC, due on the wall, due in UTC)
OTHER_WEEKS = (
    # Open day and night: a night of the change holds an hour less, or more.
    (ALWAYS, 8, PARIS, "2026-03-28T19:00:00Z", "2026-03-29T05:00:00", "2026-03-29T03:00:00Z"),
    (ALWAYS, 8, PARIS, "2026-10-24T18:00:00Z", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
    (ALWAYS, 24, PARIS, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00", "2026-10-25T22:00:00Z"),
    # … save on holidays.
    (ALWAYS, 2, PARIS, "2026-05-13T21:00:00Z", "2026-05-15T01:00:00", "2026-05-14T23:00:00Z"),
    (BREAK, 8, PARIS, "2026-11-24T10:00:00Z", "2026-11-25T11:30:00", "2026-11-25T10:30:00Z"),
    (BREAK, 1, PARIS, "2026-11-24T11:15:00Z", "2026-11-24T14:30:00", "2026-11-24T13:30:00Z"),
    (SATURDAYS, 4, PARIS, "2026-11-20T15:30:00Z", "2026-11-21T12:00:00", "2026-11-21T11:00:00Z"),
    (SATURDAYS, 5, PARIS, "2026-11-20T15:30:00Z", "2026-11-23T09:30:00", "2026-11-23T08:30:00Z"),
)

# --- Working days -------------------------------------------------------------------------------------


#: (days, place, start in UTC, the day at whose end it is due)
WORKING_DAYS = (
    (5, PARIS, "2026-11-24T09:00:00Z", "2026-12-01"),
    (1, PARIS, "2026-11-21T22:44:00Z", "2026-11-23"),
    (1, PARIS, "2024-02-28T10:00:00Z", "2024-02-29"),
    # Two holidays of May, Ascension, Pentecost.
    (5, PARIS, "2026-04-30T09:00:00Z", "2026-05-11"),
    (5, PARIS, "2026-05-13T09:00:00Z", "2026-05-21"),
    (1, PARIS, "2026-05-22T09:00:00Z", "2026-05-26"),
    (5, PARIS, "2032-04-30T09:00:00Z", "2032-05-10"),
    (5, PARIS, "2040-04-27T09:00:00Z", "2040-05-07"),
    # Christmas and the new year.
    (5, PARIS, "2026-12-21T09:00:00Z", "2026-12-29"),
    (5, PARIS, "2028-12-21T09:00:00Z", "2028-12-29"),
    (5, ALSACE, "2028-12-21T09:00:00Z", "2029-01-02"),
    (1, PARIS, "2037-12-31T09:00:00Z", "2038-01-04"),
    # Good Friday and Easter Monday.
    (5, PARIS, "2027-03-25T09:00:00Z", "2027-04-02"),
    (5, MOSELLE, "2027-03-25T09:00:00Z", "2027-04-05"),
    # The day is that of the zone.
    (1, PARIS, "2026-11-24T20:30:00Z", "2026-11-25"),
    (1, REUNION, "2026-11-24T20:30:00Z", "2026-11-26"),
    (1, GUYANE, "2026-06-09T02:30:00Z", "2026-06-09"),
    (2, GUYANE, "2026-06-09T02:30:00Z", "2026-06-11"),
    (1, MIQUELON, "2026-11-06T02:30:00Z", "2026-11-06"),
    # Days of the Antilles.
    (1, GUADELOUPE, "2026-07-20T15:00:00Z", "2026-07-22"),
    (1, GUYANE, "2026-07-20T15:00:00Z", "2026-07-21"),
    (1, GUADELOUPE, "2026-03-11T15:00:00Z", "2026-03-13"),
)

#: (place, the day of a due date, the last working day before it; None where it is one itself)
DAY_BEFORE = (
    (PARIS, "2026-04-30", None),
    (PARIS, "2026-02-28", "2026-02-27"),
    (PARIS, "2027-02-28", "2027-02-26"),
    (PARIS, "2026-05-25", "2026-05-22"),
    (PARIS, "2026-05-14", "2026-05-13"),
    (PARIS, "2026-05-10", "2026-05-07"),
    (PARIS, "2027-01-01", "2026-12-31"),
    (PARIS, "2028-12-26", None),
    (ALSACE, "2028-12-26", "2028-12-22"),
    (PARIS, "2024-04-01", "2024-03-29"),
    (MOSELLE, "2024-04-01", "2024-03-28"),
    (PARIS, "2029-12-20", None),
    (REUNION, "2029-12-20", "2029-12-19"),
    (MAYOTTE, "2026-04-27", "2026-04-24"),
    (PARIS, "2026-11-01", "2026-10-30"),
    (PARIS, "2038-12-25", "2038-12-24"),
    (PARIS, "2040-05-20", "2040-05-18"),
    (PARIS, "2040-05-21", "2040-05-18"),
)

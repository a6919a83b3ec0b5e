"""Assessment of a situation: team, visits, report, validation (T13, T17 to T21, A01 to A09; L226-3, D226-2-5)."""

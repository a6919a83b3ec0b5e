"""Feedback owed to filers (F01 to F03; CASF L226-5, D226-2-8)."""

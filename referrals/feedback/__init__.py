"""The answer owed to whoever filed (F01 to F03; CASF L226-5, D226-2-8)."""

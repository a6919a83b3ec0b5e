"""Transfers of a case to another authority (T31 to T33, TR1 to TR7; CASF L221-3)."""

"""Staffing of a case: referent, hand-over, stand-ins, leavers (T48, X07)."""

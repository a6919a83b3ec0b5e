"""Who works on a case: referent, hand-over, substitutes, leavers (T48, X07)."""

"""The review of a closing by a second person, and opening a closed case again (R01 to R03, T34)."""

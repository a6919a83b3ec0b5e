"""Review of a closing by a second person, and reopening of a closed case (R01 to R03, T34)."""

"""Restricted cases and children, exclusions, granted access (T46, X01 to X04; domain.md §1.3 rules 7 and 8)."""

"""Conflicts of interest: ties that staff declare, and the cases that these bar them from (domain.md §1.3 rule 8)."""

"""Ties that staff declare to persons, and the cases that they bar (domain.md §1.3 rule 8)."""

"""Emergency search by name, for the officer on duty: the shell and whom to call, never content (domain.md §1.3)."""

"""Access anomalies that a rule found in the journal, and their review (N01 to N11; domain.md §2.7, S9)."""

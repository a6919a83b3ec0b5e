"""Anomalies of access: sought in the journal, examined, judged (domain.md §2.7, S9; SEC-AL18)."""

"""Urgent calls and their escalation: who is called, when, until somebody answers (S7; L01 to L03, C3)."""

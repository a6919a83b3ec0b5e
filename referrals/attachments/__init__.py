"""Attachments of a case: receiving, parsing, scanning, serving (domain.md §4.6; SEC-FI1 to FI6)."""

"""Deadlines in a person's own calendar, off by default: a secret address for each device, and dates alone in it."""

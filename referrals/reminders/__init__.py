"""Reminders of deadlines, and steps that the passing of time brings about."""

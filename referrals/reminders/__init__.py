"""Deadline reminders, and steps that the passing of time causes."""

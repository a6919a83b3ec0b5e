"""Notifications of a step: recipients and wording."""

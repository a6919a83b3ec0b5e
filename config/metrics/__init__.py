"""Metrics for a monitoring system: what is measured, how it is gathered over all processes, and how it is given."""

"""API for auditors."""

"""The auditors' API."""

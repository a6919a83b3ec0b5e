"""Management commands of cases."""

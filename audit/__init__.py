"""Audit log (the journal): records acts, proves that the record is intact, and controls disclosure of sealed data."""

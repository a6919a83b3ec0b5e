"""The views of accounts, a module a subject."""

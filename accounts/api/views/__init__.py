"""Views of accounts, one module per subject."""

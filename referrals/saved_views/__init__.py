"""Saved views of the list of cases: filters and order that an account gave a name; no case, and no name of a child."""

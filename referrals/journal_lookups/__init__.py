"""Lookups in the journal of a case or an account that a complaint names, by two persons."""

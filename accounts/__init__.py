"""Accounts: people and programs, authorities and institutions, roles, and sign-in."""

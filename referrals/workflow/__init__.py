"""Workflow: states, guards, and one file for each of the four state machines, in the order of domain.md §2."""

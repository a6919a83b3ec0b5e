"""Orientations: asking a service of the directory to take up a need of a case (field.md A.6, A.9)."""

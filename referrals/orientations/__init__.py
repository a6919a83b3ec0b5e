"""Orientations: a service of the directory is found for a need, proposed, asked, and answers (field.md A.6, A.9)."""

"""Corrections of a case after submission, and a child added to it (T42, T50)."""

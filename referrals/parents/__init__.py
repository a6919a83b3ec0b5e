"""Informing the holders of parental authority, and deferring it (T16)."""

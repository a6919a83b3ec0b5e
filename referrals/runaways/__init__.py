"""Runaways and emergency shelter, and the emergency sheet about the child (T36 to T38, C19, C20)."""

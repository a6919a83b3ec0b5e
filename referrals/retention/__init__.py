"""Retention of files, legal holds, and destruction (T39 to T41, B01 to B06; domain.md §7.3)."""

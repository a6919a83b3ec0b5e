"""Inquiries: an authority asks another about a child's past, and is answered (CASF L221-3; domain.md §2.7, S21)."""

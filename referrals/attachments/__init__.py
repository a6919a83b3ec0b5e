"""What comes with a case as a file: receiving, parsing, scanning, serving (domain.md §4.6; SEC-FI1 to FI6)."""

"""Statistics for the observatory, with suppression of small numbers (domain.md §7.6)."""

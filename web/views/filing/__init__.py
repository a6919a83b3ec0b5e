"""Pages of filers."""

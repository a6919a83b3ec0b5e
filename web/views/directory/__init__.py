"""Pages of the directory of local resources (field.md A)."""

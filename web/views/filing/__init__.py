"""The pages of whoever files."""

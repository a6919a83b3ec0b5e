"""API of the directory: translate in, one call, translate out."""

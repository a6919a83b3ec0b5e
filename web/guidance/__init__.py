"""Guidance for whoever worries about a child: pages as files, how they are read, shown and checked (field.md B)."""

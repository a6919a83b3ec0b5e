"""Writes of the directory: what an editor, an import or a service itself changes, each with its verification."""

"""Views of the journal's pages."""

"""Views of the case pages."""

"""Views of the administrators' pages."""

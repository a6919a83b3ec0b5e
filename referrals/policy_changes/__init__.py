"""Changing an authority's settings, with history and a day from which they hold."""

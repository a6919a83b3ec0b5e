"""Changes of an authority's settings, with history and an effective date."""

"""Settings of an authority: definitions, types, working time."""

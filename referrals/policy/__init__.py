"""What an authority chooses: definitions of settings, their types, working time."""

"""The settings that an authority chooses, a file a topic: each setting is one entry."""

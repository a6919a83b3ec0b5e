"""A case goes to another authority: asked, received, refused, settled, taken over (domain.md T31–T33, §8.3)."""

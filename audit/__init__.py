"""The journal and its two doors: what is written down, and what may be opened because of it."""

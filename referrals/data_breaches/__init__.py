"""Data breaches: discovery, the 72 hours, who was notified or why not (RGPD art. 33, 34)."""

"""Pages of data breaches (RGPD art. 33, 34)."""

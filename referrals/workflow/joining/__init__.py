"""Files about the same child: suggested, confirmed, linked, joined and disjoined (domain.md T12, T35, §2.7)."""

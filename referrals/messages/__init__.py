"""Questions, complements and messages around a case (T07 to T09, E01 to E03)."""

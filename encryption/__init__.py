"""Key management and sealed fields. The lowest app: it imports none of the others."""

"""Decisions on a case or a child, agreements of holders, proposed measures (T22 to T27, T43)."""

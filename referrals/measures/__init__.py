"""Measures from proposal to end, and those that await execution (M01 to M18, T29, T30)."""

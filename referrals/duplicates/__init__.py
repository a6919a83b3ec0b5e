"""Duplicates: files about the same child, searched, merged, unmerged, linked (D01 to D05, T12, T35, X05, X06)."""

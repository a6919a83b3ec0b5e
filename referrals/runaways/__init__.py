"""Children away from home and emergency shelter, and the sheet about them (T36 to T38, C19, C20)."""

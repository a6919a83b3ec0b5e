"""Reading cases: list, page, parts, deadlines, timeline, available actions."""

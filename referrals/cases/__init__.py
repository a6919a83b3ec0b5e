"""What the API says of a case: list, page, parts, deadlines, timeline, available actions."""

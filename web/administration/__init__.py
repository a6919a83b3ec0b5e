"""The pages of administrators: what they share."""

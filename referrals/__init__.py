"""The domain: a concern, the procedure that follows it, and who may see and do what."""

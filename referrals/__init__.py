"""Referrals: a concern, the procedure that follows it, and the rights of access to it."""

"""First analysis of a concern: acknowledgement, qualification, reorientation (T05, T06, T10, T11)."""

"""Filing a concern: the form, drafts, submission, receipt (T01 to T04)."""

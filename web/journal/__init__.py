"""Shared parts of the pages of auditors and data protection officers."""

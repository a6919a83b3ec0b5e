"""The pages of auditors and data protection officers: what they share."""

"""Pages of the copy that answers a request for access: hiding passages, and what leaves the house."""

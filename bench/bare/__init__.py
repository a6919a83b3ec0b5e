"""The baseline: the same endpoints on the same rows, without encryption, rights on the object, or journal."""

"""Letters of a case, made from the data of a step, signed and sent (domain.md §4.9)."""

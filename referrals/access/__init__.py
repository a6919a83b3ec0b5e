"""Access control of a case: the matrix, the relations to a case, and the same rule in SQL."""

"""Who may see and do what with a case: the matrix, the relations to a case, and the same rule in SQL."""

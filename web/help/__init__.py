"""Help that stays: the procedure as it is declared, drawn with the place where one is, and the words of the field."""

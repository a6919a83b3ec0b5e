"""Help pages: the procedure as declared, with the reader's position in it, and a lexicon."""

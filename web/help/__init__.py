"""Help pages: the procedure as declared, with the reader's position in it, a lexicon, and the articles of law."""

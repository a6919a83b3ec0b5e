"""Vocabulary: states, codes and labels, articles, required items, used by all other packages."""

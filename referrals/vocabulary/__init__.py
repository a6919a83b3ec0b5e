"""States, codes and labels, articles, required items: the words that all others speak."""

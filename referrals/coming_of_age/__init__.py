"""Effects of a child's birthday: age bands, flags, majority, terms that end with it (C23; domain.md §5.1, §5.3)."""
